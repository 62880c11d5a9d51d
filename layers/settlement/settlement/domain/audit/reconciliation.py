"""Reconciliation: compares requests, actions and ledger of one transaction (C§7.3).

Amounts are minor units. The work that queued operations have yet to do is no difference.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from settlement.domain.connectors.connector import Mode
from settlement.domain.ledger.ledger import Counters, total
from settlement.domain.order.order import Order
from settlement.domain.transaction.leg import Leg, LegKind, LegState
from settlement.domain.transaction.operation import Operation, OperationKind
from settlement.domain.transaction.payment import Payment
from settlement.domain.transaction.transaction import Transaction


@dataclass(frozen=True, slots=True)
class Difference:
    """Two figures that should be equal but differ; ``payment_id`` is None for the transaction as a whole."""

    what: str
    expected: int
    found: int
    payment_id: str | None = None

    @property
    def value(self) -> int:
        """The first figure less the second."""
        return self.expected - self.found


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """The figures of a transaction from each side, and their differences.

    ``requested`` is the sum of settlements requested by invoices and direct requests, ``actions`` the sum that
    connectors settled, ``ledger`` the sum of the payments' counters, ``manual`` the value that a person has to refund
    or cancel, ``taken_off`` the value that an operator took off the payable total. ``is_pending`` is True while
    operations wait or run.
    """

    requested: int
    actions: int
    ledger: Counters
    manual: int
    taken_off: int
    is_pending: bool
    differences: tuple[Difference, ...]

    @property
    def is_consistent(self) -> bool:
        """True if all sides agree."""
        return not self.differences


def reconcile(
    order: Order,
    transaction: Transaction,
    payments: Sequence[Payment],
    operations: Sequence[Operation],
    legs: Sequence[Leg],
) -> Reconciliation:
    """Compare requests, actions and ledger.

    The ledger of each payment has to agree with its actions at any time. Once no operation waits, requests have to be
    met, and heads have to agree with payments.
    """
    ledger = total(payment.counters for payment in payments)
    differences = [*book_differences(payments, legs)]
    if transaction.is_idle:
        differences += head_differences(transaction, ledger, operations)
        differences += debts(order, transaction, ledger, operations, legs)
    differences += overcapture(transaction, ledger, operations, legs)
    if ledger.doubtful:
        differences.append(Difference("value in doubt", 0, ledger.doubtful))
    return Reconciliation(
        requested=transaction.requested,
        actions=_posted(legs, LegKind.SETTLE),
        ledger=ledger,
        manual=sum(leg.value for leg in legs if leg.state is LegState.MANUAL and leg.kind is not LegKind.VOID),
        taken_off=transaction.taken_off,
        is_pending=not transaction.is_idle,
        differences=tuple(differences),
    )


def book_differences(payments: Iterable[Payment], legs: Sequence[Leg]) -> Iterable[Difference]:
    """Compare each payment's counters with its connector calls."""
    for payment in payments:
        mine = [leg for leg in legs if leg.payment_id == payment.payment_id]
        counters = payment.counters
        pairs = (
            ("settlement actions and ledger", _posted(mine, LegKind.SETTLE), counters.captured),
            ("cancellation actions and ledger", _posted(mine, LegKind.CANCEL), counters.cancelled),
            ("refund actions and ledger", _posted(mine, LegKind.REFUND), counters.refunded),
        )
        yield from _unequal(pairs, payment.payment_id)


def head_differences(
    transaction: Transaction, ledger: Counters, operations: Sequence[Operation]
) -> Iterable[Difference]:
    """Compare the transaction head's figures with the sums of the payments."""
    requests = max((operation.ask.requested_through for operation in operations[-1:]), default=0)
    requests = max(requests - transaction.taken_off, min(requests, transaction.requested))
    pairs = [
        (f"transaction and payments: {name}", getattr(ledger, name), getattr(transaction.ledger, name))
        for name in ledger.__slots__
    ]
    if requests:
        pairs.append(("settlement requests and transaction", requests, transaction.requested))
    yield from _unequal(pairs)


def debts(
    order: Order,
    transaction: Transaction,
    ledger: Counters,
    operations: Sequence[Operation],
    legs: Sequence[Leg],
) -> Iterable[Difference]:
    """Return the values that were requested and not moved, or moved and not requested."""
    undone = sum(_cancelled_with_authorisation(operation, legs) for operation in operations)
    written_off = ledger.refund_written_off
    yield from _unequal(
        (
            ("cancellations asked and done", undone + sum(op.giving_up for op in operations), ledger.given_up),
            ("refunds asked and done", sum(op.refunding for op in operations), ledger.refunded + written_off),
        )
    )
    if order.cancelled_at is not None:
        kept = max(0, ledger.captured - ledger.refunded - written_off)
        yield from _unequal((("cancelled order and money kept", 0, kept), ("cancelled order and open", 0, ledger.open)))
        return
    due = _due(transaction)
    if ledger.paid < due:
        yield Difference("settlement requests and actions", due, ledger.paid)
    if ledger.authorised:
        yield from _unequal((("payable and authorised", transaction.payable, ledger.held),))


def overcapture(
    transaction: Transaction, ledger: Counters, operations: Iterable[Operation], legs: Iterable[Leg]
) -> Iterable[Difference]:
    """Return the value captured beyond what the order owes, for which no refund is requested (R33).

    A capture by a timer or by the mode before a reduction is no difference while its refund is requested, or has failed
    and waits for an operator.
    """
    of_orders = {op.sequence for op in operations if op.kind in (OperationKind.REDUCE, OperationKind.CANCEL)}
    to_come = sum(
        leg.value
        for leg in legs
        if leg.kind is LegKind.REFUND
        and leg.operation in of_orders
        and (leg.state.is_open or leg.state.is_missing or leg.state is LegState.MANUAL)
    )
    to_come += sum(op.unplanned for op in operations if op.sequence in of_orders)
    to_come += sum(_still_to_plan(op, ledger) for op in operations if op.sequence in of_orders and not op.planned)
    kept = ledger.refundable + ledger.refund_in_doubt - ledger.refund_written_off
    excess = (kept if transaction.cancelled_at is not None else ledger.paid - transaction.owed) - to_come
    if excess > 0:
        yield Difference("captured beyond what the order owes", 0, excess)


def _still_to_plan(operation: Operation, ledger: Counters) -> int:
    if operation.is_concluded:
        return 0
    return ledger.captured if operation.ask.cancel_all else operation.ask.reduction


def _cancelled_with_authorisation(operation: Operation, legs: Iterable[Leg]) -> int:
    """Return the value that an authorisation cancelled on approved payments because another one was denied."""
    if operation.kind is not OperationKind.AUTHORISE:
        return 0
    return sum(leg.value for leg in legs if leg.operation == operation.sequence and leg.kind is LegKind.CANCEL)


def _due(transaction: Transaction) -> int:
    """Return the value that connectors should have settled, net of change refunds (C§3.6).

    Total settles more than was requested; a later increase still waits for its invoice (R23).
    """
    if transaction.mode is Mode.HOLD and transaction.requested != transaction.payable:
        return 0
    return transaction.requested


def _posted(legs: Iterable[Leg], kind: LegKind) -> int:
    return sum(leg.posted_value for leg in legs if leg.kind is kind and leg.state is LegState.POSTED)


def _unequal(pairs: Iterable[tuple[str, int, int]], payment_id: str | None = None) -> Iterable[Difference]:
    return [Difference(what, expected, found, payment_id) for what, expected, found in pairs if expected != found]
