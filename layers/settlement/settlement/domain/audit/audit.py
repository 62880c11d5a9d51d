"""The audit: compares events with counters, requests with actions, and heads with the items that they sum up.

Every check compares figures that were written independently of each other. The missing value of a failed operation is
no mismatch: its own event and the transaction's reconciliation report it.
"""

from collections.abc import Iterator

from settlement.domain.audit.kept_sums import kept_mismatches
from settlement.domain.audit.movements import movement_mismatches
from settlement.domain.audit.order_side import order_mismatches
from settlement.domain.audit.payouts import payout_mismatches
from settlement.domain.audit.reconciliation import debts, head_differences, overcapture
from settlement.domain.audit.records import Mismatch, Records, unequal
from settlement.domain.audit.timeline import timeline_mismatches
from settlement.domain.events import EventType
from settlement.domain.ledger.ledger import total
from settlement.domain.transaction.authorisation import verdict
from settlement.domain.transaction.leg import Leg, LegState
from settlement.domain.transaction.operation import Operation, OperationKind, OperationState
from settlement.domain.transaction.payment import Authorisation
from settlement.domain.transaction.statuses import OrderStatus, order_status
from settlement.domain.transaction.trouble import misses_settlement, missing_value

_BEFORE_SETTLEMENT = frozenset(
    status.value for status in (OrderStatus.HANDLING, OrderStatus.PAYMENT_APPROVED, OrderStatus.INVOICED)
)
"""What an order can be listed under while an attempt at a settlement runs; ``invoiced`` while that corrects a sale."""

_EXCUSES = frozenset({LegState.MANUAL, LegState.IN_DOUBT, LegState.PARKED, LegState.REPLACED})


def audit(records: Records) -> tuple[Mismatch, ...]:
    """Return every mismatch in the books of an order, none if they agree."""
    found = [
        *timeline_mismatches(records),
        *movement_mismatches(records),
        *order_mismatches(records),
        *kept_mismatches(records),
        *payout_mismatches(records),
        *_heads(records),
        *_queue(records),
        *_at_rest(records),
    ]
    return tuple(dict.fromkeys(found))


def _heads(records: Records) -> Iterator[Mismatch]:
    """Order and transaction are of one commit, and the order's list attributes follow from both."""
    order, transaction = records.order, records.transaction
    if not order.gateway_only:
        yield from _listing(records)
    yield from unequal(
        "order head",
        ("started by a checkout", transaction.checkout is not None, order.gateway_only),
        ("transaction of the order", transaction.transaction_id, order.transaction_id),
        ("order and transaction canceled", transaction.cancelled_at is not None, order.cancelled_at is not None),
    )
    yield from unequal(
        "transaction head",
        ("account", order.account, transaction.account),
        ("order of the transaction", order.order_id, transaction.order_id),
        ("version of the order", order.version, transaction.order_version),
        ("currency", order.currency, transaction.currency),
        (
            "invoiced value of the order",
            order.invoiced if transaction.invoiced is not None else None,
            transaction.invoiced,
        ),
        ("payments known to the queue", len(records.payments), len(transaction.projection)),
    )
    if any(operation.kind is OperationKind.AUTHORISE for operation in records.operations):
        paid = sum(payment.assigned for payment in records.payments)
        yield from unequal("transaction head", ("value of the payments", paid, transaction.value))
    if transaction.authorisation is not Authorisation.PENDING:
        joint = verdict(records.payments)
        yield from unequal(
            "transaction head", ("authorisation of the payments", joint.value, transaction.authorisation.value)
        )


def _listing(records: Records) -> Iterator[Mismatch]:
    """The order's list attributes agree with its transaction.

    While an attempt at a settlement runs, the order is listed under the status before (D39).
    """
    order, transaction = records.order, records.transaction
    if not (_is_being_settled(records) and order.listed_status in _BEFORE_SETTLEMENT):
        derived = order_status(order, transaction).value
        yield from unequal("order head", ("listed status and derived status", derived, order.listed_status))
    yield from unequal(
        "order head",
        ("marked as in error and failed operations", transaction.needs_a_person, order.in_error),
        ("time of authorisation", transaction.authorised_at, order.authorised_at),
    )


def _is_being_settled(records: Records) -> bool:
    """True if the order waits for a settlement, and the operation at the head for no other attempt."""
    transaction = records.transaction
    waits = any(
        held.sequence == transaction.head and held.state is OperationState.WAITING for held in records.operations
    )
    derived = order_status(records.order, transaction)
    return derived is OrderStatus.INVOICE and not waits and not transaction.unsettled


def _queue(records: Records) -> Iterator[Mismatch]:
    """The queue is complete: every operation up to the tail exists, and all before the head are concluded."""
    transaction, operations = records.transaction, records.operations
    missing = sum(misses_settlement(held, _legs_of(records, held)) for held in operations)
    yield from unequal(
        "transaction head",
        ("head within the queue", True, 1 <= transaction.head <= transaction.tail),
        ("operations up to the tail", len(operations), transaction.tail - 1),
        ("newest settling operation", max((op.sequence for op in operations if op.settling), default=0),
         transaction.last_settling),
        ("value written off for good", _ended(records, "takenOff") - _reversed(records), transaction.taken_off),
        ("operations that miss a settlement", missing, transaction.unsettled),
        ("failed operations", sum(held.state.is_trouble for held in operations), transaction.troubled),
    )  # fmt: skip
    for place, operation in enumerate(operations, start=1):
        where = f"operation {operation.sequence}"
        legs = max((leg.index for leg in records.legs if leg.operation == operation.sequence), default=0)
        yield from unequal(
            where, ("place in the queue", place, operation.sequence), ("connector calls planned", legs, operation.legs)
        )
        if operation.retry_of is None:
            settles = operation.ask.request > 0 or operation.ask.completes
            yield from unequal(where, ("settles what was requested", settles, operation.settling))
        if operation.sequence < transaction.head:
            yield from unequal(where, ("concluded behind the head", True, operation.is_concluded))
        if operation.sequence == transaction.head:
            yield from unequal(where, ("ready or waiting at the head", True, _is_at_work(operation)))
        has_failed = operation.state is OperationState.FAILED or not operation.is_concluded
        is_whole = not (operation.unplanned or operation.unsettled)
        yield from unequal(where, ("whole, or failed", True, is_whole or has_failed))
        if operation.is_concluded:
            yield from unequal(where, ("waits for no decision", False, operation.awaits_decision))
        if operation.is_concluded and operation.missing is not None:  # earlier versions did not count it
            unmoved = missing_value(operation, _legs_of(records, operation))
            yield from unequal(where, ("value that nobody has moved", unmoved, operation.missing))
        is_timed = operation.due_at is not None
        yield from unequal(where, ("timed while it is at the head", operation.sequence == transaction.head, is_timed))


def _ended(records: Records, fact: str) -> int:
    return sum(int(str(event.data.get(fact, 0))) for event in records.events if event.type is EventType.OPERATION_ENDED)


def _reversed(records: Records) -> int:
    reversals = (event for event in records.events if event.type is EventType.WRITE_OFF_REVERSED)
    return sum(int(str(event.data.get("value"))) for event in reversals)


def _legs_of(records: Records, operation: Operation) -> list[Leg]:
    return [leg for leg in records.legs if leg.operation == operation.sequence]


def _is_at_work(operation: Operation) -> bool:
    return operation.state in (OperationState.READY, OperationState.WAITING)


def _at_rest(records: Records) -> Iterator[Mismatch]:
    """Nothing is captured beyond what is owed. With an empty queue, heads equal the sum of the payments, and all
    requests are done.
    """
    transaction = records.transaction
    ledger = total(payment.counters for payment in records.payments)
    for difference in overcapture(transaction, ledger, records.deeds):
        yield Mismatch(difference.what, "transaction head", difference.expected, difference.found)
    if not transaction.is_idle:
        return
    projected = {position.payment_id: position for position in transaction.projection}
    for payment in records.payments:
        position = projected.get(payment.payment_id)
        yield from unequal(f"payment {payment.payment_id}", ("as the queue leaves it", payment.position, position))
    requested_through = records.operations[-1].ask.requested_through if records.operations else 0
    differences = list(head_differences(transaction, ledger, requested_through))
    if not _is_excused(records):
        differences += debts(records.order, transaction, ledger, records.deeds)
    for difference in differences:
        yield Mismatch(difference.what, "transaction head", difference.expected, difference.found)


def _is_excused(records: Records) -> bool:
    """True if an operation failed, was left to a person or lapsed: then requests and actions can differ."""
    return any(
        operation.state is OperationState.FAILED
        or operation.retry_of is not None
        or operation.kind is OperationKind.EXPIRE
        for operation in records.operations
    ) or any(leg.state in _EXCUSES for leg in records.legs)
