"""Acceptance: an operation is accepted if the projected payments can do it (C§8.6)."""

from dataclasses import replace
from datetime import datetime

from settlement.domain.connectors.connector import Mode
from settlement.domain.errors import MoneyCannotMove
from settlement.domain.events import EventType, Journal, Json
from settlement.domain.ledger.ledger import Movement, MovementKind, total
from settlement.domain.order.order import Order
from settlement.domain.planning.drafting import Infeasible, Policy, RefundPriority
from settlement.domain.planning.planning import Ask, plan, project
from settlement.domain.transaction.operation import Operation, OperationKind, OperationState
from settlement.domain.transaction.transaction import Transaction
from settlement.values import dataclass

PRICE_INCREASE_REFUSED = (
    "It's not allowed to make modifications in orders without a credit card payment, promissory card, cash, or "
    "credit control that can be raised by this value"
)
PRICE_DECREASE_REFUSED = "Modification cannot be done. Possible reason: settlement directly done by API"
SETTLEMENT_REFUSED = (
    "The settlement cannot be done: the payments' authorisations were cancelled or have lapsed, or what they captured "
    "was refunded with a cancelled invoice"
)
WITHDRAWAL_REFUSED = "What was paid for the invoice cannot be refunded"
PAID_OTHERWISE = (
    "was paid by other means, and no connector gives that back: keep the invoice, or correct it with replaces by one "
    "of at least that value"
)
REFUND_REFUSED = "The refund cannot be done: the settled payments do not take a partial refund of this value"
RETURN_REFUSED = "The return cannot be taken off what is still to be settled: the payments are captured only whole"


@dataclass(frozen=True, slots=True)
class Accepted:
    """A transaction with one more operation in its queue, and the operation's expected movements."""

    transaction: Transaction
    operation: Operation
    movements: tuple[Movement, ...]


def accept(
    transaction: Transaction, kind: OperationKind, ask: Ask, priority: RefundPriority, origin: str, at: datetime
) -> Accepted:
    """Queue an operation and update the projection by its plan.

    It sets ``ask.requested_through``. Value given back, value that a return takes off requests (R46), and what a
    cancelled invoice asked for (R38) is no longer requested; value that the payments no longer hold need not be given
    back. An operation after which requests equal
    the payable total also settles what Hold retains (R12). A retry does not reduce the payable total again. Raises
    ``MoneyCannotMove`` if no plan exists (R11c, R23), and ``TooManyWaiting`` if the queue is full.
    """
    payable = transaction.payable if ask.again else transaction.payable + ask.increase - ask.reduction
    standing = transaction.requested - ask.unrequest - (0 if ask.again else ask.withdrawn)
    requested = min(standing + ask.request, payable)
    unheld = 0 if ask.again else min(ask.reduction, _lapsed(transaction))
    ask = replace(
        ask,
        reduction=ask.reduction - unheld,
        unheld=unheld,
        requested_through=requested,
        completes=ask.completes or (transaction.mode is Mode.HOLD and 0 < requested == payable and _asks(ask)),
    )
    changed = replace(transaction, payable=payable)
    try:
        movements = plan(ask, transaction.projection, Policy(transaction.mode, priority, changed.owed))
    except Infeasible as infeasible:
        raise _refusal(ask, infeasible, transaction) from infeasible
    changed = replace(
        changed,
        requested=ask.requested_through,
        projection=project(transaction.projection, movements),
    )
    settling = ask.request > 0 or ask.catch_up > 0 or ask.completes
    changed, operation = changed.enqueue(kind, ask, origin, at, settling=settling)
    operation = replace(operation, giving_up=given_up(movements), refunding=refunded(movements))
    return Accepted(changed, operation, movements)


def _asks(ask: Ask) -> bool:
    return not ask.again and (ask.request > 0 or ask.reduction > 0)


def _lapsed(transaction: Transaction) -> int:
    """Return the payable value that no payment holds: an authorisation was cancelled before it lapsed, or what a
    cancelled invoice had captured was refunded.
    """
    held = total(position.counters for position in transaction.projection)
    return max(0, transaction.payable - held.held)


def ask_of_change(order: Order, transaction: Transaction, net_value: int) -> tuple[Ask, OperationKind]:
    """Return the ask of a change of an order by ``net_value``, which is not 0.

    A change to just the invoiced value completes the order and requests all that is left (R9, C§8.14).
    """
    reduction = max(0, -net_value)
    completes = order.value + net_value == order.invoiced
    left = transaction.payable - reduction - transaction.requested
    ask = Ask(
        reduction=reduction,
        increase=max(0, net_value),
        request=max(0, left) if completes else 0,
        completes=completes,
    )
    return ask, OperationKind.REDUCE if reduction else OperationKind.RAISE


def given_up(movements: tuple[Movement, ...]) -> int:
    """Return the value that a plan cancels or withholds; value withheld and then cancelled counts once."""
    return sum(
        movement.value - movement.from_withheld
        for movement in movements
        if movement.kind in (MovementKind.CANCEL, MovementKind.WITHHOLD)
    )


def refunded(movements: tuple[Movement, ...]) -> int:
    """Return the value that a plan refunds."""
    return sum(movement.value for movement in movements if movement.kind is MovementKind.REFUND)


def record_acceptance(journal: Journal, operation: Operation) -> None:
    """Record the requests of an accepted operation."""
    facts: dict[str, Json] = {"operation": operation.sequence, "kind": operation.kind.value, "origin": operation.origin}
    if operation.reason is not None:
        facts["reason"] = operation.reason
    if operation.ask.request:
        journal.record(EventType.SETTLEMENT_REQUESTED, value=operation.ask.request, **facts)
    if operation.giving_up:
        journal.record(EventType.CANCELLATION_REQUESTED, value=operation.giving_up, **facts)
    if operation.refunding:
        journal.record(EventType.REFUND_REQUESTED, value=operation.refunding, **facts)
    if operation.state is OperationState.READY:
        record_ready(journal, operation)


def record_ready(journal: Journal, operation: Operation) -> None:
    """Record that an operation is ready; this event starts the workflow."""
    journal.record(EventType.OPERATION_READY, operation=operation.sequence, kind=operation.kind.value)


def _refusal(ask: Ask, infeasible: Infeasible, transaction: Transaction) -> MoneyCannotMove:
    if ask.increase:
        text, code = f"{PRICE_INCREASE_REFUSED}: {infeasible.shortfall} of {ask.increase} too much", "CHK00342"
    elif ask.unrequest:
        text, code = f"{RETURN_REFUSED}: {infeasible.shortfall} of {ask.unrequest} too much", "CHK0054"
    elif ask.withdrawn and not infeasible.settling:
        text = f"{WITHDRAWAL_REFUSED}: {infeasible.reason}, {infeasible.shortfall} of {ask.withdrawn}"
        if otherwise := total(position.counters for position in transaction.projection).paid_otherwise:
            text = f"{text}. {otherwise} {PAID_OTHERWISE}"
        code = "CHK0054"
    elif ask.refund:
        text, code = f"{REFUND_REFUSED}: {infeasible.shortfall} of {ask.refund} too much", "CHK0054"
    elif (ask.request or ask.catch_up) and not ask.reduction:
        asked = ask.request or ask.catch_up
        text, code = f"{SETTLEMENT_REFUSED}: {infeasible.shortfall} of {asked} is missing", "1402"
    else:
        text, code = f"{PRICE_DECREASE_REFUSED}: {infeasible.reason}", "CHK0096"
    return MoneyCannotMove(text, code=code)
