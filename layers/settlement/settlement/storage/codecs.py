"""Converts domain objects to DynamoDB items and back.

An item holds the object's fields, but not the work that an operation asks for, which stands beside them; fields that
are None are left out, and sums of a head or an operation that are zero:
a write is billed by its size. A payment's counters are attributes of their
own, with the sums ``available`` and ``refundable``: a condition compares stored numbers and cannot compute them.
"""

from collections.abc import Hashable, Mapping
from dataclasses import fields
from typing import TYPE_CHECKING, Any, TypeVar, cast

from settlement.domain.ledger.ledger import Counters
from settlement.domain.ledger.settlement import Settlement
from settlement.domain.order.finding import TermKind, terms_of_invoice
from settlement.domain.order.invoice import Invoice
from settlement.domain.order.order import Order
from settlement.domain.transaction.leg import Leg
from settlement.domain.transaction.operation import Operation
from settlement.domain.transaction.payment import Payment
from settlement.domain.transaction.transaction import Transaction
from settlement.domain.transaction.work import Worked, work_of
from settlement.storage import keys
from settlement.storage.attribute_values import from_attribute, to_attribute
from settlement.storage.plain_values import reader_of, writer_of

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.type_defs import UniversalAttributeValueTypeDef

    from settlement.domain.audit.walk import AuditWalk
    from settlement.domain.reconciliation.payout import PayoutPart
    from settlement.domain.reconciliation.report import Report
    from settlement.domain.transaction.approval import Approval
    from settlement.use_cases.shared.ports import Commit

    Versioned = Order | Transaction | Operation | Approval | AuditWalk | PayoutPart | Report
    """Objects with a version: each write is conditional on the version that was read."""

T = TypeVar("T")

Item = dict[str, Any]
"""An item in plain Python values."""

COUNTERS = frozenset(Counters.__slots__) | {"available", "refundable"}
"""Attributes that are written by ADD, never by SET, so that no parallel writer's change is lost."""

RARE = frozenset({"refund_by_hand", "direct_refunded"})
"""Counters of few payments: they are left out while they are 0, so that an item of a payment stays within its unit."""


def to_wire(item: Mapping[str, Any]) -> "dict[str, UniversalAttributeValueTypeDef]":
    """Convert plain values to DynamoDB attribute values."""
    return {name: to_attribute(value) for name, value in item.items()}


def from_wire(wire: Mapping[str, Any]) -> Item:
    """Convert DynamoDB attribute values to plain values; numbers become integers."""
    return {name: from_attribute(value) for name, value in wire.items()}


def encode(thing: object) -> Item:
    """Return the attributes of a domain object."""
    item: Item = writer_of(cast(Hashable, type(thing)))(thing)
    if isinstance(thing, Payment):
        del item["counters"]
        counted = {name: getattr(thing.counters, name) for name in COUNTERS}
        item |= {name: value for name, value in counted.items() if value or name not in RARE}
    if isinstance(thing, Settlement):
        item["refundable"] = thing.refundable
    if isinstance(thing, Transaction):
        item["ledger"] = _without_zeros(item["ledger"])
        item["projection"] = [
            position | {"counters": _without_zeros(position["counters"])} for position in item["projection"]
        ]
        if thing.deeds is not None:
            actions = [_without_zeros(held) for held in item["deeds"]["actions"]]
            item["deeds"] = _without_zeros(item["deeds"] | {"actions": actions})
    if isinstance(thing, Operation):
        item["ask"] = _without_zeros(item["ask"])
        item.pop("listed", None)
        if thing.only_leg is not None:
            item["plan"] = _plan_of(item)
    if isinstance(thing, Leg):
        del item["alone"]
    return item


_PLAN = ("legs", "planned", "execution")
"""Attributes that stand with an operation's only leg.

A version that does not know of it finds an operation that is not planned, and that another execution has claimed: it
leaves it alone until the lease is over, and plans the same leg again.
"""


def _plan_of(item: Item) -> Item:
    """Take the only leg and its plan out of an operation's item and return them, without what the item tells."""
    leg = item.pop("only_leg")
    told = {name: value for name, value in leg.items() if value and name not in ("operation", "alone")}
    plan = {name: item.pop(name) for name in _PLAN if name in item}
    return plan | {"leg": told | {"value": leg["value"]}}


def _with_plan(item: Item) -> Item:
    """Return an operation's attributes with the only leg and the plan that stand together in its item."""
    plan = item["plan"]
    told = {name: plan[name] for name in _PLAN if name in plan}
    return item | told | {"only_leg": plan["leg"] | {"operation": item["sequence"], "alone": True}}


def _without_zeros(sums: Item) -> Item:
    """Leave out what is zero, False or empty: the defaults of these fields."""
    return {name: value for name, value in sums.items() if value}


def encode_next(thing: "Versioned") -> Item:
    """Return the attributes of a versioned object under its next version."""
    return encode(thing) | {"version": thing.version + 1}


def unchanged(thing: object | None) -> dict[str, Any]:
    """Return the condition that an item is unchanged since it was read, or for None, that it does not exist.

    An attribute that an item of an earlier version lacks counts as its field's default.
    """
    if thing is None:
        return {"ConditionExpression": "attribute_not_exists(PK)"}
    item = encode(thing)
    parts, names, values = [], {}, {}
    for index, field in enumerate(fields(thing)):  # type: ignore[arg-type]
        names[f"#{index}"] = field.name
        absent = f"attribute_not_exists(#{index})"
        if field.name not in item:
            parts.append(absent)
            continue
        values[f":{index}"] = item[field.name]
        same = f"#{index} = :{index}"
        parts.append(f"({same} OR {absent})" if getattr(thing, field.name) == field.default else same)
    return {
        "ConditionExpression": " AND ".join(parts),
        "ExpressionAttributeNames": names,
        "ExpressionAttributeValues": to_wire(values),
    }


def payment_attributes(commit: "Commit", payment: Payment) -> Item:
    """Return the attributes of a payment's item, with its keys of the indexes ``due``, ``work`` and ``byAccount``."""
    due = keys.timestamp(payment.due_at) if payment.due_at is not None else None
    work = work_attributes(commit, keys.payment(payment.payment_id), payment)
    return encode(payment) | due_attributes(commit.transaction_id, due) | work | _lapse_attributes(commit, payment)


def _lapse_attributes(commit: "Commit", payment: Payment) -> Item:
    """Return a payment's keys among the lapses, without its open value: a capture writes nothing there (D156)."""
    if payment.lapses_at is None:
        return {}
    sort = keys.lapse_sort(payment.lapses_at, commit.transaction_id, payment.payment_id)
    return {"listPK": keys.lapse_partition(commit.account), "listSK": sort}


_FINDERS = {TermKind.INVOICE_NUMBER: ("listPK", "listSK"), TermKind.ACCESS_KEY: ("workPK", "workSK")}
"""The index, by its keys, in which an invoice is found by a term."""


def finder_of(kind: TermKind) -> tuple[str, str] | None:
    """Return the keys of the index that finds invoices by a kind of term; None for what stands in the table."""
    return _FINDERS.get(kind)


def invoice_attributes(commit: "Commit", invoice: Invoice) -> Item:
    """Return the attributes of an invoice's item, with the keys of the indexes that find it."""
    item = encode(invoice)
    for term in terms_of_invoice(invoice):
        partition, sort = _FINDERS[term.kind]
        item[partition] = keys.found(commit.account, term)
        item[sort] = keys.found_by_invoice(invoice.received_at, commit.order_id)
    return item


def leg_attributes(commit: "Commit", leg: Leg) -> Item:
    """Return the attributes of a leg's item, with its keys of the index ``work``."""
    return encode(leg) | work_attributes(commit, keys.leg(leg.operation, leg.number), leg)


def decode(kind: type[T], item: Item) -> T:
    """Return the domain object of an item; raises ``ValueError`` if the attributes do not fit its fields."""
    if kind is Payment:
        item = item | {"counters": {name: item.get(name, 0) for name in Counters.__slots__}}
    if kind is Operation and "work" in item:
        item = item | {"listed": item["work"]}
    if kind is Operation and "plan" in item:
        item = _with_plan(item)
    thing: T = reader_of(cast(Hashable, kind))(item)
    return thing


def work_attributes(commit: "Commit", sort_key: str, thing: Worked) -> Item:
    """Return an item's keys of the ``work`` index with what the list shows, none if it asks for no work."""
    work = work_of(thing)
    if work is None:
        return {}
    transaction_id = commit.transaction_id
    return {
        "workPK": keys.work_partition(commit.account),
        "workSK": keys.work_sort(work.since, work.kind.value, transaction_id, sort_key),
        "work": encode(work) | {"order_id": commit.order_id, "currency": commit.currency},
    }


def list_attributes(order: Order) -> Item:
    """Return an order head's keys of the index ``byAccount``."""
    return {
        "listPK": keys.list_partition(order.account, f"{order.created_at:%Y-%m}", gateway_only=order.gateway_only),
        "listSK": keys.list_sort(order.created_at, order.order_id, order.sales_channel),
    }


def due_attributes(transaction_id: str, due_at: str | None) -> Item:
    """Return an item's keys of the ``due`` index, none if it is not due."""
    return {"duePK": keys.due_partition(transaction_id), "dueAt": due_at} if due_at is not None else {}
