"""Tells of each invoice of an order the captures that it asked for, with their payouts. Amounts are minor units."""

from collections.abc import Iterable

from settlement.domain.ledger.settlement import Settlement
from settlement.domain.reconciliation.payout import Payout, PayoutPart, payout_of
from settlement.domain.transaction.operation import INVOICE, Operation
from settlement.domain.transaction.payment import Payment
from settlement.domain.transaction.transaction import Transaction
from settlement.use_cases.reconciliation.load_books import payment_books
from settlement.use_cases.shared.ports import Store
from settlement.values import dataclass


@dataclass(frozen=True, slots=True)
class InvoiceCapture:
    """A capture that an invoice asked for; ``payout`` is None if its day is not known."""

    payment: Payment
    settlement: Settlement
    payout: Payout | None


def captures_by_invoice(
    store: Store, transaction: Transaction, payments: Iterable[Payment], told: Iterable[PayoutPart]
) -> dict[str, list[InvoiceCapture]]:
    """Return the captures of each invoice by its number; ``told`` is what reports told of the payments.

    Payments of which nothing was captured cost no read (D176). A capture that no invoice asked for, as a timer's, is in
    none. Operations are read only if a capture is of a version that did not name its invoice.
    """
    account, transaction_id = transaction.account, transaction.transaction_id
    held = [
        (payment, store.settlements(account, transaction_id, payment.payment_id))
        for payment in payments
        if payment.counters.captured
    ]
    invoices: dict[int, str] = {}
    if any(settlement.invoice is None for _, settlements in held for settlement in settlements):
        invoices = _invoices_of(store.operations(account, transaction_id))
    parts = list(told)
    found: dict[str, list[InvoiceCapture]] = {}
    for payment, settlements in held:
        for capture in _with_payouts(transaction, payment, settlements, parts):
            named = capture.settlement.invoice
            if named is None:
                named = invoices.get(int(capture.settlement.number.partition("-")[0]), "")
            found.setdefault(named, []).append(capture)
    found.pop("", None)
    return found


def _with_payouts(
    transaction: Transaction, payment: Payment, settlements: list[Settlement], told: Iterable[PayoutPart]
) -> Iterable[InvoiceCapture]:
    currency = transaction.currency
    parts = [part for part in told if part.payment_id == payment.payment_id]
    books = payment_books(transaction.order_id, transaction.transaction_id, currency, payment, settlements, (), parts)
    moves = {move.number: move for move in books.moves}
    for held in settlements:
        move = moves.get(held.number)
        payout = None if move is None else payout_of(move, parts, payment.group, payment.installments, currency)
        yield InvoiceCapture(payment, held, payout)


def _invoices_of(operations: Iterable[Operation]) -> dict[int, str]:
    """Return the invoice that asked for each operation, by sequence; a retry has that of the operation it retries."""
    origins: dict[int, str] = {}
    for operation in sorted(operations, key=lambda operation: operation.sequence):
        origins[operation.sequence] = origins.get(operation.retry_of or 0, operation.origin)
    return {
        sequence: origin.removeprefix(INVOICE).removesuffix("/captured")
        for sequence, origin in origins.items()
        if origin.startswith(INVOICE)
    }
