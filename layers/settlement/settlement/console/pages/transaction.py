"""The details of a transaction: its payments, requests beside actions, and the timeline with every call."""

from collections.abc import Callable

from settlement.api.shared.http import Response
from settlement.console.rendering import done_of, page
from settlement.console.visit import Visit
from settlement.domain.audit.reconciliation import reconcile
from settlement.domain.events import Event, EventType
from settlement.domain.transaction.exits import EXITS_OF_LEG, EXITS_OF_OPERATION, Exit
from settlement.domain.transaction.leg import MOVEMENT_OF, Leg
from settlement.domain.transaction.operation import Operation
from settlement.domain.transaction.payment import Payment
from settlement.domain.transaction.statuses import order_status, payment_status, transaction_status
from settlement.use_cases.gateway.retrieve_transaction import Books, retrieve_books, retrieve_events
from settlement.use_cases.shared.ports import Page
from settlement.values import dataclass

OPERATIONS_AT_ONCE = 10
EVENTS_AT_ONCE = 30
_PAGES_LOOKED_AT = 4
"""Pages of events that are read to fill one of a filtered timeline; a fuller one goes on behind it."""

_CALLS = frozenset(
    {
        EventType.PAYMENT_AUTHORISED,
        EventType.PAYMENT_DENIED,
        EventType.PAYMENT_SETTLED,
        EventType.PAYMENT_CANCELLED,
        EventType.PAYMENT_REFUNDED,
        EventType.AUTHORISATION_UNDECIDED,
        EventType.CONNECTOR_CALL_UNRESOLVED,
        EventType.CONNECTOR_REFUSED,
        EventType.ANSWER_REMARKED,
        EventType.MANUAL_REFUND_REQUIRED,
        EventType.MANUAL_CANCELLATION_REQUIRED,
        EventType.INBOUND_RELAYED,
    }
)
_TROUBLE = frozenset(
    {
        EventType.OPERATION_FAILED,
        EventType.OPERATION_WAITING,
        EventType.OPERATION_ENDED,
        EventType.OPERATION_RETRIED,
        EventType.CONNECTOR_CALL_UNRESOLVED,
        EventType.CONNECTOR_REFUSED,
        EventType.PAYMENT_DENIED,
        EventType.VALUE_IN_DOUBT,
        EventType.AUTHORISATION_EXPIRING,
        EventType.MANUAL_REFUND_REQUIRED,
        EventType.MANUAL_CANCELLATION_REQUIRED,
        EventType.LEDGER_MISMATCH,
        EventType.ORDER_ERROR_CHANGED,
    }
)
KINDS: dict[str, Callable[[Event], bool]] = {
    "money": lambda event: bool(event.data.get("deltas")),
    "calls": lambda event: event.type in _CALLS,
    "trouble": lambda event: event.type in _TROUBLE,
    "order": lambda event: event.payment_id is None and "operation" not in event.data,
}
"""The kinds of events that a timeline can be narrowed to."""

WIRE = ("request", "response")
"""Facts that went over the wire, shown as they were."""

UNTOLD = frozenset(
    {
        *WIRE,
        "deltas",
        "dues",
        "offline",
        "paidOut",
        "paymentGroup",
        "operation",
        "leg",
        "call",
        "requestId",
        "status",
        "durationMs",
        "attempts",
        "since",
        "item",
    }
)
"""Facts that have a place of their own, or none."""


@dataclass(frozen=True, slots=True)
class Done:
    """An operation beside the calls that carry it out, each with what an operator can do about it."""

    operation: Operation
    legs: list[tuple[Leg, tuple[Exit, ...]]]
    exits: tuple[Exit, ...]


@dataclass(frozen=True, slots=True)
class Shown:
    """A payment with its status."""

    payment: Payment
    status: str


def show(visit: Visit, transaction_id: str) -> Response:
    """Show a transaction."""
    books = retrieve_books(visit.ports.store, visit.account, transaction_id)
    order, transaction = books.heads.order, books.heads.transaction
    status = transaction_status(order, transaction)
    before = _before(visit, books)
    return page(
        visit,
        "transaction",
        heads=books.heads,
        order=order,
        transaction=transaction,
        status=status.value,
        order_status=order_status(order, transaction).value,
        payments=[Shown(payment, payment_status(payment, status).value) for payment in books.payments],
        reconciliation=reconcile(order, transaction, books.payments, books.deeds, books.requested_through),
        deeds=books.deeds,
        operations=_operations(visit, books, before),
        before=before,
        done=done_of(visit),
        done_exits=_names,
        **_timeline(visit, transaction_id, transaction.currency),
    )


def _names(exits: tuple[Exit, ...]) -> list[str]:
    """Return the names of the actions on an operation."""
    return [one.value for one in exits]


def timeline(visit: Visit, transaction_id: str) -> Response:
    """Show a page of the timeline, as a part of the transaction's page or as a page of its own."""
    transaction, _ = retrieve_events(visit.ports.store, visit.account, transaction_id, 1, None)
    values = _timeline(visit, transaction_id, transaction.currency)
    template = "timeline_part" if visit.is_partial else "timeline"
    return page(visit, template, transaction=transaction, **values)


def _timeline(visit: Visit, transaction_id: str, currency: str) -> dict[str, object]:
    kind, payment = visit.asked("kind"), visit.asked("payment")
    found = _events(visit, transaction_id, kind, payment, visit.asked("after") or None)
    return {
        "events": found.items,
        "more": found.next,
        "kind": kind if kind in KINDS else "",
        "kinds": list(KINDS),
        "payment_id": payment,
        "currency": currency,
        "UNTOLD": UNTOLD,
        "after": visit.asked("after"),
    }


def _events(visit: Visit, transaction_id: str, kind: str, payment: str, after: str | None) -> Page[Event]:
    """Return a page of the events that are wanted, newest first."""
    wanted = KINDS.get(kind)
    store, narrowed = visit.ports.store, wanted is not None or bool(payment)
    found: list[Event] = []
    for _ in range(_PAGES_LOOKED_AT if narrowed else 1):
        read = store.events(visit.account, transaction_id, EVENTS_AT_ONCE, after)
        found += [
            event
            for event in read.items
            if (wanted is None or wanted(event)) and (not payment or event.payment_id == payment)
        ]
        after = read.next
        if after is None or len(found) >= EVENTS_AT_ONCE:
            break
    return Page(found, after)


def _before(visit: Visit, books: Books) -> int:
    """Return the sequence before which operations are shown."""
    text, tail = visit.asked("before"), books.heads.transaction.tail
    return max(1, min(int(text), tail)) if text.isascii() and text.isdigit() and len(text) < 7 else tail


def _operations(visit: Visit, books: Books, before: int) -> list[Done]:
    """Return some operations before a sequence, newest first."""
    store, transaction = visit.ports.store, books.heads.transaction
    account, transaction_id = transaction.account, transaction.transaction_id
    since = max(1, before - OPERATIONS_AT_ONCE)
    if before == transaction.tail:
        found = store.operations(account, transaction_id, since=since)
    else:
        each = (store.operation(account, transaction_id, sequence) for sequence in range(since, before))
        found = [operation for operation in each if operation is not None]
    return [
        Done(
            operation,
            [(leg, _exits(leg)) for leg in store.legs(account, transaction_id, operation.sequence)],
            EXITS_OF_OPERATION[operation.state],
        )
        for operation in reversed(found)
    ]


def _exits(leg: Leg) -> tuple[Exit, ...]:
    return EXITS_OF_LEG[leg.state] if leg.kind in MOVEMENT_OF else ()
