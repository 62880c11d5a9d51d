"""Between domain objects and DynamoDB items.

Objects are written as their fields, without those that are None. A payment's counters stand at the top of its item,
beside the sums ``available`` and ``refundable``, since a condition can compare stored numbers but not compute.
"""

from collections.abc import Hashable, Mapping
from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any, TypeVar, cast

from settlement.domain.ledger.ledger import Counters
from settlement.domain.ledger.settlement import Settlement
from settlement.domain.order.order import Order
from settlement.domain.transaction.operation import Operation
from settlement.domain.transaction.payment import Payment
from settlement.domain.transaction.transaction import Transaction
from settlement.storage import keys
from settlement.storage.attribute_values import from_attribute, to_attribute
from settlement.storage.plain_values import reader_of, writer_of

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.type_defs import UniversalAttributeValueTypeDef

    from settlement.domain.audit.walk import AuditWalk

    Versioned = Order | Transaction | Operation | AuditWalk
    """What is written only over the version that was read."""

T = TypeVar("T")

Item = dict[str, Any]
"""An item as plain Python values."""

COUNTERS = frozenset(Counters.__slots__) | {"available", "refundable"}
"""Attributes that are added up, never set, so that parallel writers keep both."""


def to_wire(item: Mapping[str, Any]) -> "dict[str, UniversalAttributeValueTypeDef]":
    """Turn plain values into DynamoDB attribute values."""
    return {name: to_attribute(value) for name, value in item.items()}


def from_wire(wire: Mapping[str, Any]) -> Item:
    """Turn DynamoDB attribute values into plain values; numbers are integers."""
    return {name: from_attribute(value) for name, value in wire.items()}


def encode(thing: object) -> Item:
    """Return the attributes of a domain object."""
    item: Item = writer_of(cast(Hashable, type(thing)))(thing)
    if isinstance(thing, Payment):
        del item["counters"]
        item |= {name: getattr(thing.counters, name) for name in COUNTERS}
    if isinstance(thing, Settlement):
        item["refundable"] = thing.refundable
    return item


def encode_next(thing: "Versioned") -> Item:
    """Return the attributes of something versioned as its next version is written."""
    return encode(replace(thing, version=thing.version + 1))


def unchanged(thing: object | None) -> dict[str, Any]:
    """Return the condition that an item still is what was read; None: that there is none.

    An attribute that an older item does not have reads as its field's default, and counts as that.
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


def payment_attributes(transaction_id: str, payment: Payment) -> Item:
    """Return the attributes of a payment's item, with those of the ``due`` index while a timer runs."""
    due = keys.timestamp(payment.due_at) if payment.due_at is not None else None
    return encode(payment) | due_attributes(transaction_id, due)


def decode(kind: type[T], item: Item) -> T:
    """Return the domain object that an item holds; raises ``ValueError`` if it holds none."""
    if kind is Payment:
        item = item | {"counters": {name: item.get(name, 0) for name in Counters.__slots__}}
    thing: T = reader_of(cast(Hashable, kind))(item)
    return thing


def list_attributes(order: Order) -> Item:
    """Return the attributes that put an order head into the index ``byAccount``."""
    return {
        "listPK": keys.list_partition(order.account, f"{order.created_at:%Y-%m}", gateway_only=order.gateway_only),
        "listSK": keys.list_sort(order.created_at, order.order_id, order.sales_channel),
    }


def due_attributes(transaction_id: str, due_at: str | None) -> Item:
    """Return the attributes that put an item into the ``due`` index, none when it is not due."""
    return {"duePK": keys.due_partition(transaction_id), "dueAt": due_at} if due_at is not None else {}
