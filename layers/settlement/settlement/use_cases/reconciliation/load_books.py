"""Reads the captures and refunds of the orders of some months, as lines of reports are held against them (D161)."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, time
from itertools import chain

from settlement.domain.ledger.refund_made import RefundMade
from settlement.domain.ledger.settlement import Settlement
from settlement.domain.reconciliation.bank_days import day_of
from settlement.domain.reconciliation.books import BookedMove, PaymentBooks, ToldDispute
from settlement.domain.reconciliation.disputes import said_of_dispute
from settlement.domain.reconciliation.outcomes import Outcome
from settlement.domain.reconciliation.payout import PayoutPart, told_of
from settlement.domain.reconciliation.report_line import DISPUTES, LineKind
from settlement.domain.transaction.payment import Payment
from settlement.domain.transaction.transaction import Transaction
from settlement.use_cases.shared.listing import listed_orders, whole_month
from settlement.use_cases.shared.lots import in_lots
from settlement.use_cases.shared.ports import ListRange, Money, Store
from settlement.values import dataclass

ORDERS_AT_ONCE = 100


def transactions_of(
    store: Store, account: str, months: Iterable[str], progress: Callable[[int], None]
) -> Iterator[Sequence[str]]:
    """Yield the ids of the transactions of the orders and checkouts of some months, in lots; tell how many so far."""
    read = 0
    for month in months:
        for gateway_only in (False, True):
            listed = listed_orders(store, account, whole_month(month, gateway_only=gateway_only))
            for ids in in_lots((order.transaction_id for order in listed), ORDERS_AT_ONCE):
                yield ids
                read += len(ids)
                progress(read)


@dataclass(frozen=True, slots=True)
class BooksRange:
    """Days of one month in which orders were placed, in UTC, both inclusive; or checkouts without an order."""

    since: date
    until: date
    gateway_only: bool = False


def load_books_page(
    store: Store, account: str, days: BooksRange, after: str | None
) -> tuple[Iterator[PaymentBooks], str | None]:
    """Return the payments of which something was captured of a page of orders, and where the next page begins."""
    first = datetime.combine(days.since, time.min, UTC)
    last = datetime.combine(days.until, time.max, UTC)
    within = ListRange(f"{days.since:%Y-%m}", first, last, gateway_only=days.gateway_only)
    page = store.listed(account, within, after)
    lots = in_lots([order.transaction_id for order in page.items], ORDERS_AT_ONCE)
    transactions = chain.from_iterable(captured(store, account, ids) for ids in lots)
    return chain.from_iterable(books_of(store, account, found) for found in transactions), page.next


def captured(store: Store, account: str, ids: Iterable[str]) -> list[Transaction]:
    """Return the transactions of which something was captured."""
    return [found for found in store.transactions(account, ids).values() if found.ledger.captured]


def books_of(store: Store, account: str, transaction: Transaction) -> list[PaymentBooks]:
    """Return the payments of a transaction of which something was captured."""
    money = store.money_of(account, transaction.transaction_id)
    return [books for books, _ in books_of_money(transaction, money)]


def books_of_money(transaction: Transaction, money: Money) -> Iterator[tuple[PaymentBooks, list[PayoutPart]]]:
    """Yield each payment of which something was captured, with what reports told of it."""
    for payment in money.payments:
        if payment.counters.captured:
            parts = [part for part in money.payouts if part.payment_id == payment.payment_id]
            books = payment_books(
                transaction.order_id, transaction.transaction_id, transaction.currency, payment,
                [held for held in money.settlements if held.payment_id == payment.payment_id],
                [held for held in money.refunds if held.payment_id == payment.payment_id],
                parts,
            )  # fmt: skip
            yield books, parts


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
        disputes=tuple(
            ToldDispute(part.report_id, said_of_dispute(part))
            for part in payouts
            if part.kind in DISPUTES and part.outcome is not Outcome.DUPLICATE
        ),
        is_told=bool(payouts),
        is_offline=payment.offline,
    )
