"""Reconciliation: compares requests, actions and ledger of one transaction (C§7.3).

Amounts are minor units. The work that queued operations have yet to do is no difference.
"""

from collections.abc import Iterable, Sequence

from settlement.domain.connectors.connector import Mode
from settlement.domain.ledger.ledger import Counters, total
from settlement.domain.order.order import Order
from settlement.domain.transaction.deeds import Deeds
from settlement.domain.transaction.payment import Payment
from settlement.domain.transaction.transaction import Transaction
from settlement.values import dataclass


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
    order: Order, transaction: Transaction, payments: Sequence[Payment], deeds: Deeds, requested_through: int
) -> Reconciliation:
    """Compare requests, actions and ledger.

    ``deeds`` are those of all operations, ``requested_through`` is the sum of all requests by the newest one. The
    ledger of each payment has to agree with its actions at any time. Once no operation waits, requests have to be met,
    and heads have to agree with payments.
    """
    ledger = total(payment.counters for payment in payments)
    differences = [*book_differences(payments, deeds)]
    if transaction.is_idle:
        differences += head_differences(transaction, ledger, requested_through)
        differences += debts(order, transaction, ledger, deeds)
    differences += overcapture(transaction, ledger, deeds)
    if ledger.doubtful:
        differences.append(Difference("value in doubt", 0, ledger.doubtful))
    return Reconciliation(
        requested=transaction.requested,
        actions=deeds.settled,
        ledger=ledger,
        manual=deeds.by_hand,
        taken_off=transaction.taken_off,
        is_pending=not transaction.is_idle,
        differences=tuple(differences),
    )


def book_differences(payments: Iterable[Payment], deeds: Deeds) -> Iterable[Difference]:
    """Compare each payment's counters with its connector calls."""
    for payment in payments:
        done, counters = deeds.of(payment.payment_id), payment.counters
        pairs = (
            ("settlement actions and ledger", done.settled, counters.captured),
            ("cancellation actions and ledger", done.cancelled, counters.cancelled),
            ("refund actions and ledger", done.refunded, counters.refunded),
        )
        yield from _unequal(pairs, payment.payment_id)


def head_differences(transaction: Transaction, ledger: Counters, requested_through: int) -> Iterable[Difference]:
    """Compare the transaction head's figures with the sums of the payments, and with its newest operation's request."""
    requests = max(requested_through - transaction.taken_off, min(requested_through, transaction.requested))
    pairs = [
        (f"transaction and payments: {name}", getattr(ledger, name), getattr(transaction.ledger, name))
        for name in ledger.__slots__
    ]
    if requests:
        pairs.append(("settlement requests and transaction", requests, transaction.requested))
    yield from _unequal(pairs)


def debts(order: Order, transaction: Transaction, ledger: Counters, deeds: Deeds) -> Iterable[Difference]:
    """Return the values that were requested and not moved, or moved and not requested."""
    written_off = ledger.refund_written_off
    yield from _unequal(
        (
            ("cancellations asked and done", deeds.giving_up, ledger.given_up),
            ("refunds asked and done", deeds.refunding, ledger.refunded + written_off),
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
        yield from _unequal((("payable and authorised", _to_be_held(transaction, ledger, deeds), ledger.held),))


def _to_be_held(transaction: Transaction, ledger: Counters, deeds: Deeds) -> int:
    """Return the value that payments should hold: all payable value but what was refunded with a cancelled invoice.

    Less is missing if that refund gave back what a reduction had failed to refund: its retry finds nothing to do (R34).
    """
    return min(max(ledger.held, transaction.payable - deeds.uncovered), transaction.payable)


def overcapture(transaction: Transaction, ledger: Counters, deeds: Deeds) -> Iterable[Difference]:
    """Return the value captured beyond what the order owes, for which no refund is requested (R33).

    A capture by a timer or by the mode before a reduction is no difference while its refund is requested, or has failed
    and waits for an operator.
    """
    to_come = deeds.to_refund + deeds.to_plan + deeds.to_cancel * ledger.captured
    kept = ledger.refundable - ledger.refund_written_off
    excess = (kept if transaction.cancelled_at is not None else ledger.paid - transaction.owed) - to_come
    if excess > 0:
        yield Difference("captured beyond what the order owes", 0, excess)


def _due(transaction: Transaction) -> int:
    """Return the value that connectors should have settled, net of change refunds (C§3.6).

    Total settles more than was requested; a later increase still waits for its invoice (R23).
    """
    if transaction.mode is Mode.HOLD and transaction.requested != transaction.payable:
        return 0
    return transaction.requested


def _unequal(pairs: Iterable[tuple[str, int, int]], payment_id: str | None = None) -> Iterable[Difference]:
    return [Difference(what, expected, found, payment_id) for what, expected, found in pairs if expected != found]
