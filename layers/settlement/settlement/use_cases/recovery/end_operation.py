"""An operator ends a failed operation: its missing value is written off or was paid by other means (R36)."""

from dataclasses import replace

from settlement.domain.errors import OperationNotFound, WrongStatus
from settlement.domain.events import EventType, Journal, Json
from settlement.domain.ledger.ledger import LedgerImbalance, MovementKind, total
from settlement.domain.order.order import Order
from settlement.domain.transaction.closing import Closing, Ending, close
from settlement.domain.transaction.leg import Leg, LegKind
from settlement.domain.transaction.movement_facts import movement_facts
from settlement.domain.transaction.operation import Operation
from settlement.domain.transaction.payment import Payment
from settlement.domain.transaction.transaction import Transaction
from settlement.use_cases.shared.contention import decide_until_written
from settlement.use_cases.shared.heads import Heads, load_by_transaction
from settlement.use_cases.shared.planned_legs import planned_legs
from settlement.use_cases.shared.ports import Changed, Ports
from settlement.use_cases.workflow.queue import head_guard, project_queue
from settlement.use_cases.workflow.resolve_doubt import put_right, recount, unblocked
from settlement.values import dataclass


@dataclass(frozen=True, slots=True)
class EndRequest:
    """How the missing value ends, and why; ``reference`` identifies the payment by other means.

    ``said_by`` is on whose word, as the caller says.
    """

    ending: Ending
    reason: str
    said_by: str
    reference: str | None = None


@dataclass(frozen=True, slots=True)
class Ended:
    """An operation without missing value, and the values booked to end it, in minor units, by kind of movement."""

    operation: Operation
    booked: int


def end_operation(ports: Ports, account: str, transaction_id: str, sequence: int, request: EndRequest) -> Ended:
    """End all missing value of an operation, in one write with the ledger and its events.

    Raises ``TransactionNotFound``, ``OperationNotFound``, and ``WrongStatus`` if nothing is missing, or if a call is in
    doubt: resolve it first.
    """
    return decide_until_written(ports, lambda: _end(ports, account, transaction_id, sequence, request))


def _end(ports: Ports, account: str, transaction_id: str, sequence: int, request: EndRequest) -> Ended:
    before = load_by_transaction(ports.store, account, transaction_id)
    operation = ports.store.operation(account, transaction_id, sequence)
    if operation is None:
        raise OperationNotFound(str(sequence))
    legs = planned_legs(ports.store, before.transaction, operation)
    _require_endable(operation, legs)
    payments = ports.store.payments(account, transaction_id)
    positions = project_queue(ports, before.transaction, [held.position for held in payments])
    closing = close(operation, legs, replace(before.transaction, projection=positions), request.ending)
    if request.ending is Ending.PAID_OTHERWISE and not closing.legs and not _booked_in_all(closing):
        raise WrongStatus(
            f"Operation {sequence} has no missing settlement to mark as paid otherwise: write it off instead"
        )
    journal = before.journal(ports.now())
    after_payments = _booked(closing, payments, operation, journal)
    closed = {leg.number: leg for leg in closing.legs}
    after_legs = [closed.get(leg.number, leg) for leg in legs]
    after = put_right(_ended(operation, closing), after_legs)
    transaction = recount(_taken_off(before.transaction, closing), (operation, legs), (after, after_legs))
    transaction = replace(
        transaction,
        ledger=total(held.counters for held in after_payments),
        projection=project_queue(ports, transaction, [held.position for held in after_payments]),
    )
    booked = _booked_in_all(closing)
    journal.record(
        EventType.OPERATION_ENDED,
        operation=sequence,
        kind=operation.kind.value,
        value=booked,
        **_facts(request, operation, closing),
    )
    commit = before.becomes(journal, _order_after(before, operation, closing), transaction)
    ports.commit(
        replace(
            commit,
            operations=[after, *head_guard(ports, before.transaction)],
            legs=[Changed(leg, _with_attempt(closed[leg.number])) for leg in legs if leg.number in closed],
            payments=[Changed(old, new) for old, new in zip(payments, after_payments, strict=True)],
        )
    )
    return Ended(after, booked)


def _ended(operation: Operation, closing: Closing) -> Operation:
    """Return the operation without what it had no plan for, and without what is no longer to be refunded."""
    return replace(
        operation,
        unsettled=0,
        refunding=operation.refunding - _needed_since(closing),
        unplanned=0 if closing.ending is Ending.WRITTEN_OFF else operation.unplanned,
        taken_off=(operation.taken_off or 0) + closing.taken_off or None,
    )


def _needed_since(closing: Closing) -> int:
    """Return the value that is no longer to be refunded: later requests are paid with it, or it was refunded since."""
    return sum(leg.value - leg.closed for leg in closing.legs if leg.kind is LegKind.REFUND and leg.of_change)


def _booked_in_all(closing: Closing) -> int:
    """Return the value that a closing ends: booked on payments, or never held by any."""
    on_payments = sum(movement.value for movement in closing.movements)
    written_off = sum(held.value for held in closing.movements if held.kind is MovementKind.WRITE_OFF)
    return on_payments - written_off + closing.taken_off + closing.raised_in_vain


def _facts(request: EndRequest, operation: Operation, closing: Closing) -> dict[str, Json]:
    return {
        "ending": request.ending.value,
        "reason": request.reason,
        "saidBy": request.said_by,
        "reference": request.reference,
        "takenOff": closing.taken_off + closing.raised_in_vain,
        "unreturned": _unreturned(operation, closing),
        "closed": {f"{leg.operation}-{leg.number}": leg.closed for leg in closing.legs if leg.closed},
    }


def _require_endable(operation: Operation, legs: list[Leg]) -> None:
    if not operation.state.is_trouble:
        raise WrongStatus(
            f"Operation {operation.sequence} is {operation.state.value}; only a failed operation, or one left to "
            "manual action, can be written off or paid otherwise"
        )
    in_doubt = [f"{leg.operation}-{leg.number}" for leg in legs if leg.is_in_doubt]
    if in_doubt:
        raise WrongStatus(
            f"The outcome of call {', '.join(in_doubt)} is unknown: ask the connector's operator, then "
            "resolve the call as done or not-done"
        )


def _booked(closing: Closing, payments: list[Payment], operation: Operation, journal: Journal) -> list[Payment]:
    """Return the payments after all movements; record each as an event with its deltas."""
    current = {payment.payment_id: payment for payment in payments}
    for movement in closing.movements:
        payment = current[movement.payment_id]
        try:
            deltas = payment.counters.deltas(movement)
        except LedgerImbalance:
            raise WrongStatus(
                f"{movement.value} of payment {movement.payment_id} are in use by a running operation: "
                "try again when it has ended"
            ) from None
        facts = movement_facts(payment, operation.sequence, operation.invoice)
        journal.record(_EVENTS[movement.kind], movement.payment_id, value=movement.value, deltas=deltas, **facts)
        current[movement.payment_id] = replace(payment, counters=payment.counters.after(movement))
    concerned = {leg.payment_id for leg in closing.legs}
    return [
        unblocked(current[payment.payment_id]) if payment.payment_id in concerned else current[payment.payment_id]
        for payment in payments
    ]


_EVENTS = {
    MovementKind.WRITE_OFF: EventType.VALUE_WRITTEN_OFF,
    MovementKind.WRITE_OFF_REFUND: EventType.REFUND_WRITTEN_OFF,
    MovementKind.PAY_OTHERWISE: EventType.VALUE_PAID_OTHERWISE,
    MovementKind.WITHHOLD: EventType.VALUE_WITHHELD,
}


def _taken_off(transaction: Transaction, closing: Closing) -> Transaction:
    """Return the transaction without the ended value in its requested and payable totals."""
    return replace(
        transaction,
        payable=transaction.payable - closing.taken_off - closing.raised_in_vain,
        requested=transaction.requested - closing.taken_off,
        taken_off=transaction.taken_off + closing.taken_off + closing.raised_in_vain,
    )


def _order_after(before: Heads, operation: Operation, closing: Closing) -> Order:
    """Return the order; a return that will never be refunded no longer counts (R35)."""
    written_off = before.order.returns_written_off + _unreturned(operation, closing)
    return replace(before.order, returns_written_off=written_off)


def _unreturned(operation: Operation, closing: Closing) -> int:
    """Return the value of a return invoice that is never refunded; 0 for a direct request, which is not a return."""
    return closing.unreturned if operation.is_of_invoice else 0


def _with_attempt(leg: Leg) -> Leg:
    return replace(leg, attempts=leg.attempts + 1)
