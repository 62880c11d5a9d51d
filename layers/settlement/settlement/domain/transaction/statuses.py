"""Derives all statuses from facts, ledger and queue; no call sets one (C§5, C§8.15, C§8.16, D38)."""

from enum import StrEnum

from settlement.domain.ledger.ledger import Counters
from settlement.domain.order.order import Order
from settlement.domain.transaction.payment import Authorisation, Payment
from settlement.domain.transaction.transaction import Transaction


class OrderStatus(StrEnum):
    """Order statuses by their API names (C§5.1)."""

    PAYMENT_PENDING = "payment-pending"
    READY_FOR_HANDLING = "ready-for-handling"
    HANDLING = "handling"
    INVOICE = "invoice"
    PAYMENT_APPROVED = "payment-approved"
    INVOICED = "invoiced"
    CANCELED = "canceled"


class TransactionStatus(StrEnum):
    """Transaction and payment statuses (C§5.2); only payments have ``Received``."""

    STARTED = "Started"
    RECEIVED = "Received"
    AUTHORIZING = "Authorizing"
    APPROVED = "Approved"
    SETTLING = "Settling"
    SETTLED = "Settled"
    FINISHED = "Finished"
    CANCELLING = "Cancelling"
    CANCELLED = "Cancelled"


def order_status(order: Order, transaction: Transaction) -> OrderStatus:
    """Derive the order's status. ``invoiced`` is final: a return does not change it."""
    if order.cancelled_at is not None:
        return OrderStatus.CANCELED
    if transaction.authorisation is Authorisation.PENDING:
        return OrderStatus.PAYMENT_PENDING
    if order.started_at is None:
        return OrderStatus.READY_FOR_HANDLING
    if order.invoiced == 0:
        return OrderStatus.HANDLING
    if transaction.settlement_pending:
        return OrderStatus.INVOICE
    return OrderStatus.INVOICED if order.is_fully_invoiced else OrderStatus.PAYMENT_APPROVED


def is_finished(order: Order, transaction: Transaction) -> bool:
    """Return True if, by invoices, requests and ledger, no work is left and no operator has to act (C§5.4, R35).

    A gateway-only transaction waits for no invoices.
    """
    ledger = transaction.ledger
    invoiced = order.gateway_only or order.is_fully_invoiced
    return invoiced and transaction.requested == ledger.held == ledger.paid and not transaction.is_in_error


def transaction_status(order: Order, transaction: Transaction) -> TransactionStatus:
    """Derive the transaction's status (C§8.15)."""
    ledger = transaction.ledger
    if order.cancelled_at is not None:
        return TransactionStatus.CANCELLED if _has_given_all_back(transaction) else TransactionStatus.CANCELLING
    if transaction.authorisation is Authorisation.PENDING:
        return TransactionStatus.STARTED if transaction.is_started else TransactionStatus.AUTHORIZING
    if ledger.authorised and ledger.given_up == ledger.authorised:
        return TransactionStatus.CANCELLING if transaction.is_in_error else TransactionStatus.CANCELLED
    if is_finished(order, transaction):
        return TransactionStatus.FINISHED
    if ledger.captured > 0 and ledger.open == 0 and not transaction.is_in_error:
        return TransactionStatus.SETTLED
    if transaction.requested > 0 or ledger.captured > 0:
        return TransactionStatus.SETTLING
    return TransactionStatus.APPROVED


def _has_given_all_back(transaction: Transaction) -> bool:
    """True if a cancelled order holds no money: all is cancelled, refunded or ended by an operator."""
    ledger = transaction.ledger
    kept = ledger.refundable - ledger.refund_written_off
    return transaction.is_idle and not transaction.is_in_error and ledger.available == 0 and kept <= 0


def payment_status(payment: Payment, transaction: TransactionStatus) -> TransactionStatus:
    """Derive a payment's status from its own ledger and its transaction's status."""
    counters: Counters = payment.counters
    if payment.authorisation is Authorisation.DENIED:
        return TransactionStatus.CANCELLED
    if payment.authorisation is Authorisation.PENDING:
        return _UNDECIDED.get(transaction, TransactionStatus.AUTHORIZING)
    if counters.given_up == counters.authorised and transaction is not TransactionStatus.CANCELLING:
        return TransactionStatus.CANCELLED
    if transaction in (TransactionStatus.FINISHED, TransactionStatus.CANCELLED, TransactionStatus.CANCELLING):
        return transaction
    if counters.captured > 0:
        return TransactionStatus.SETTLED if counters.open == 0 else TransactionStatus.SETTLING
    return TransactionStatus.APPROVED


_UNDECIDED = {
    TransactionStatus.STARTED: TransactionStatus.RECEIVED,
    TransactionStatus.CANCELLED: TransactionStatus.CANCELLED,
}
"""The status of a payment without a decided authorisation, by its transaction's status."""
