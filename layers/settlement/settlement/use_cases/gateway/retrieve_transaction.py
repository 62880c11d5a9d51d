"""Reads a transaction: payments, operations, connector calls and timeline (C§3)."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from settlement.domain.errors import PaymentNotFound, TransactionNotFound
from settlement.domain.events import Event
from settlement.domain.ledger.refund_made import RefundMade
from settlement.domain.transaction.answers import ANSWERED, Answer, Answers, answer_to, answers_of
from settlement.domain.transaction.deeds import Deeds, deeds_of, deeds_of_all, sum_of
from settlement.domain.transaction.leg import Leg, LegKind, LegState
from settlement.domain.transaction.operation import Operation
from settlement.domain.transaction.payment import Payment
from settlement.domain.transaction.statuses import TransactionStatus, transaction_status
from settlement.domain.transaction.transaction import Transaction
from settlement.use_cases.shared.heads import Heads, load_by_transaction
from settlement.use_cases.shared.planned_legs import planned_legs
from settlement.use_cases.shared.ports import Page, Store
from settlement.values import dataclass

if TYPE_CHECKING:
    from settlement.domain.reconciliation.payout import Payout


@dataclass(frozen=True, slots=True)
class Movements:
    """The operations of a transaction and their connector calls."""

    heads: Heads
    operations: list[Operation]
    legs: list[Leg]
    payments: dict[str, Payment]


@dataclass(frozen=True, slots=True)
class Books:
    """A transaction as its heads and payments tell it, whatever the number of its operations.

    ``deeds`` are those of all operations, ``requested_through`` is the sum of all requests by the newest one.
    """

    heads: Heads
    payments: list[Payment]
    deeds: Deeds
    requested_through: int
    refunded_at: datetime | None


@dataclass(frozen=True, slots=True)
class ShownPayment:
    """A payment with its transaction's status, and what its connector answered."""

    payment: Payment
    status: TransactionStatus
    answers: Answers


def retrieve_books(store: Store, account: str, transaction_id: str) -> Books:
    """Return a transaction's heads, payments and deeds; raises ``TransactionNotFound``.

    It reads the operations and calls of the queue only, and the newest operation. Of a transaction whose head does not
    keep deeds it reads all.
    """
    heads = load_by_transaction(store, account, transaction_id)
    transaction = heads.transaction
    if transaction.deeds is None:
        return _all_books(store, heads)
    first = max(1, min(transaction.head, transaction.tail - 1))
    operations = store.operations(account, transaction_id, since=first)
    queued = [
        deeds_of(operation, planned_legs(store, transaction, operation))
        for operation in operations
        if operation.sequence >= transaction.head
    ]
    payments = store.payments(account, transaction_id)
    refunded = [payment.refunded_at for payment in payments if payment.refunded_at is not None]
    return Books(
        heads, payments, sum_of([transaction.deeds, *queued]), _through(operations), max(refunded, default=None)
    )


def _all_books(store: Store, heads: Heads) -> Books:
    account, transaction_id = heads.transaction.account, heads.transaction.transaction_id
    operations, legs = store.operations(account, transaction_id), store.legs(account, transaction_id)
    refunds = (leg for leg in legs if leg.kind is LegKind.REFUND and leg.state is LegState.POSTED)
    refunded_at = max((leg.concluded_at for leg in refunds if leg.concluded_at is not None), default=None)
    payments = store.payments(account, transaction_id)
    return Books(heads, payments, deeds_of_all(operations, legs), _through(operations), refunded_at)


def _through(operations: Sequence[Operation]) -> int:
    return operations[-1].ask.requested_through if operations else 0


def retrieve_payments(store: Store, account: str, transaction_id: str) -> tuple[Transaction, list[ShownPayment]]:
    """Return a transaction and its payments as they are shown; raises ``TransactionNotFound``."""
    heads = load_by_transaction(store, account, transaction_id)
    return heads.transaction, _shown(store, heads, store.payments(account, transaction_id))


def retrieve_payment(
    store: Store, account: str, transaction_id: str, payment_id: str
) -> tuple[Transaction, ShownPayment]:
    """Return one payment as it is shown; raises ``TransactionNotFound`` or ``PaymentNotFound``."""
    heads = load_by_transaction(store, account, transaction_id)
    payment = store.payment(account, transaction_id, payment_id)
    if payment is None:
        raise PaymentNotFound(payment_id)
    [shown] = _shown(store, heads, [payment])
    return heads.transaction, shown


def _shown(store: Store, heads: Heads, payments: Sequence[Payment]) -> list[ShownPayment]:
    """Return payments with what their connectors answered.

    A payment names the calls that were answered last. All calls are read if one of these has been taken back since, and
    for a transaction of a version that did not name them.
    """
    transaction, all_legs = heads.transaction, None
    status = transaction_status(heads.order, transaction)
    shown = []
    for payment in payments:
        answers = _answers(store, transaction, payment) if transaction.deeds is not None else None
        if answers is None:
            if all_legs is None:
                all_legs = store.legs(transaction.account, transaction.transaction_id)
            answers = answers_of(payment.payment_id, all_legs)
        shown.append(ShownPayment(payment, status, answers))
    return shown


def _answers(store: Store, transaction: Transaction, payment: Payment) -> Answers | None:
    """Return what the payment's connector answered, by the calls that the payment names; None if one is taken back."""
    refunds: list[RefundMade] = []
    if payment.counters.refunded:
        refunds = store.refunds(transaction.account, transaction.transaction_id, payment.payment_id)
    newest: list[Answer | None] = []
    for key in (payment.last_settlement, payment.last_refund):
        call = None if key is None else _answered_call(store, transaction, key, refunds)
        if key is not None and call is None:
            return None
        newest.append(None if call is None else answer_to(call))
    return Answers(newest[0], newest[1], refunds)


def _answered_call(
    store: Store, transaction: Transaction, key: str, refunds: Sequence[RefundMade]
) -> Leg | RefundMade | None:
    made = next((refund for refund in refunds if refund.number == key), None)
    if made is not None:
        return made
    operation, _, number = key.partition("-")
    leg = store.leg(transaction.account, transaction.transaction_id, int(operation), number)
    return leg if leg is not None and leg.state in ANSWERED else None


def retrieve_movements(store: Store, account: str, transaction_id: str) -> Movements:
    """Return a transaction's operations and connector calls; raises ``TransactionNotFound``."""
    heads = load_by_transaction(store, account, transaction_id)
    return Movements(
        heads,
        store.operations(account, transaction_id),
        store.legs(account, transaction_id),
        {payment.payment_id: payment for payment in store.payments(account, transaction_id)},
    )


def retrieve_payouts(store: Store, account: str, movements: Movements) -> "dict[str, Payout]":
    """Return the payout of each capture of a transaction, by the key of its call."""
    from settlement.domain.reconciliation.payout import payout_of
    from settlement.use_cases.reconciliation.load_books import payment_books

    transaction = movements.heads.transaction
    found = {}
    for payment in movements.payments.values():
        if not payment.counters.captured:
            continue
        where = account, transaction.transaction_id, payment.payment_id
        told, captures = store.payouts(*where), store.settlements(*where)
        heads = transaction.order_id, transaction.transaction_id, transaction.currency
        books = payment_books(*heads, payment, captures, (), told)
        for move in books.moves:
            found[move.number] = payout_of(move, told, payment.group, payment.installments, transaction.currency)
    return found


def retrieve_events(
    store: Store, account: str, transaction_id: str, page_size: int, after: str | None
) -> tuple[Transaction, Page[Event]]:
    """Return a page of the timeline, newest first; raises ``TransactionNotFound``."""
    transaction = store.transaction(account, transaction_id)
    if transaction is None:
        raise TransactionNotFound(transaction_id)
    return transaction, store.events(account, transaction_id, page_size, after)
