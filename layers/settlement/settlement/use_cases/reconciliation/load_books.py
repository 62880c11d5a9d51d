"""Reads the captures and refunds of the orders of some months, as lines of reports are held against them (D161)."""

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, date, datetime, timedelta, timezone
from itertools import islice

from settlement.domain.ledger.refund_made import RefundMade
from settlement.domain.ledger.settlement import Settlement
from settlement.domain.reconciliation.books import BookedMove, PaymentBooks
from settlement.domain.reconciliation.payout import PayoutPart, told_of
from settlement.domain.reconciliation.report_line import LineKind
from settlement.domain.transaction.payment import Payment
from settlement.use_cases.shared.listing import listed_orders, whole_month
from settlement.use_cases.shared.ports import Store

ORDERS_AT_ONCE = 100
BRASILIA = timezone(timedelta(hours=-3))
"""The time of Brazil's acquirers, without summer time since 2019."""


def load_books(
    store: Store, account: str, months: Iterable[str], progress: Callable[[int], None] = lambda number: None
) -> Iterator[PaymentBooks]:
    """Yield every payment of which something was captured, of the orders and checkouts of some months."""
    read = 0
    for month in months:
        for gateway_only in (False, True):
            listed = listed_orders(store, account, whole_month(month, gateway_only=gateway_only))
            for ids in _in_lots(order.transaction_id for order in listed):
                yield from _books_of(store, account, ids)
                read += len(ids)
                progress(read)


def _in_lots(ids: Iterator[str]) -> Iterator[tuple[str, ...]]:
    while lot := tuple(islice(ids, ORDERS_AT_ONCE)):
        yield lot


def _books_of(store: Store, account: str, ids: Iterable[str]) -> Iterator[PaymentBooks]:
    transactions = store.transactions(account, ids)
    payments = store.payments_of(account, transactions.values())
    for transaction in transactions.values():
        for payment in payments.get(transaction.transaction_id, []):
            if payment.counters.captured:
                yield payment_books(
                    transaction.order_id, transaction.transaction_id, transaction.currency, payment,
                    store.settlements(account, transaction.transaction_id, payment.payment_id),
                    store.refunds(account, transaction.transaction_id, payment.payment_id),
                    store.payouts(account, transaction.transaction_id, payment.payment_id),
                )  # fmt: skip


def payment_books(
    order_id: str, transaction_id: str, currency: str, payment: Payment, settlements: Iterable[Settlement],
    refunds: Iterable[RefundMade], payouts: list[PayoutPart],
) -> PaymentBooks:  # fmt: skip
    """Return a payment as lines are held against it; its days are those of its acquirer's time."""
    moves = [
        BookedMove(
            LineKind.CAPTURE, held.number, held.settle_id, held.value, day_of(held.settled_at, currency),
            told_of(payouts, LineKind.CAPTURE, held.number), held.invoice,
        )
        for held in settlements
        if held.settled_at is not None
    ]  # fmt: skip
    moves += [
        BookedMove(
            LineKind.REFUND, held.number, held.reference or "", held.value, day_of(held.refunded_at, currency),
            told_of(payouts, LineKind.REFUND, held.number),
        )
        for held in refunds
    ]  # fmt: skip
    return PaymentBooks(
        order_id=order_id,
        transaction_id=transaction_id,
        payment_id=payment.payment_id,
        currency=currency,
        connector=payment.connector,
        acquirer=payment.acquirer or "",
        group=payment.group,
        installments=payment.installments,
        tid=payment.tid or "",
        nsu=payment.nsu or "",
        authorization=payment.authorization_id or "",
        moves=tuple(moves),
    )


def day_of(at: datetime, currency: str) -> date:
    """Return the day of a moment by the clock of an acquirer: in Brasília for BRL, else by UTC."""
    return at.astimezone(BRASILIA if currency == "BRL" else UTC).date()
