"""Reads a transaction: payments, operations, connector calls and timeline (C§3)."""

from dataclasses import dataclass

from settlement.domain.errors import PaymentNotFound, TransactionNotFound
from settlement.domain.events import Event
from settlement.domain.transaction.leg import Leg
from settlement.domain.transaction.operation import Operation
from settlement.domain.transaction.payment import Payment
from settlement.domain.transaction.statuses import TransactionStatus, transaction_status
from settlement.domain.transaction.transaction import Transaction
from settlement.use_cases.shared.heads import Heads, load_by_transaction
from settlement.use_cases.shared.ports import Page, Store


@dataclass(frozen=True, slots=True)
class Movements:
    """The operations of a transaction and their connector calls."""

    heads: Heads
    operations: list[Operation]
    legs: list[Leg]
    payments: dict[str, Payment]


def retrieve_payments(
    store: Store, account: str, transaction_id: str
) -> tuple[Heads, list[tuple[Payment, TransactionStatus]], list[Leg]]:
    """Return a transaction's payments, each with the transaction's status, and their connector calls."""
    heads = load_by_transaction(store, account, transaction_id)
    status = transaction_status(heads.order, heads.transaction)
    payments = [(payment, status) for payment in store.payments(account, transaction_id)]
    return heads, payments, store.legs(account, transaction_id)


def retrieve_payment(
    store: Store, account: str, transaction_id: str, payment_id: str
) -> tuple[Heads, Payment, TransactionStatus]:
    """Return one payment; raises ``TransactionNotFound`` or ``PaymentNotFound``."""
    heads = load_by_transaction(store, account, transaction_id)
    payment = store.payment(account, transaction_id, payment_id)
    if payment is None:
        raise PaymentNotFound(payment_id)
    return heads, payment, transaction_status(heads.order, heads.transaction)


def retrieve_movements(store: Store, account: str, transaction_id: str) -> Movements:
    """Return a transaction's operations and connector calls; raises ``TransactionNotFound``."""
    heads = load_by_transaction(store, account, transaction_id)
    return Movements(
        heads,
        store.operations(account, transaction_id),
        store.legs(account, transaction_id),
        {payment.payment_id: payment for payment in store.payments(account, transaction_id)},
    )


def retrieve_events(
    store: Store, account: str, transaction_id: str, page_size: int, after: str | None
) -> tuple[Transaction, Page[Event]]:
    """Return a page of the timeline, newest first; raises ``TransactionNotFound``."""
    transaction = store.transaction(account, transaction_id)
    if transaction is None:
        raise TransactionNotFound(transaction_id)
    return transaction, store.events(account, transaction_id, page_size, after)
