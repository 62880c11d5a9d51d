"""Tells of each invoice of an order the captures that it asked for, with their payouts. Amounts are minor units."""

from collections.abc import Iterable

from settlement.domain.ledger.settlement import Settlement
from settlement.domain.reconciliation.payout import Payout, payout_of
from settlement.domain.transaction.operation import INVOICE, Operation
from settlement.domain.transaction.payment import Payment
from settlement.domain.transaction.transaction import Transaction
from settlement.use_cases.reconciliation.load_books import payment_books
from settlement.use_cases.shared.ports import Money, Store
from settlement.values import dataclass


@dataclass(frozen=True, slots=True)
class InvoiceCapture:
    """A capture that an invoice asked for; ``payout`` is None if its day is not known."""

    payment: Payment
    settlement: Settlement
    payout: Payout | None


def captures_by_invoice(store: Store, transaction: Transaction, money: Money) -> dict[str, list[InvoiceCapture]]:
    """Return the captures of each invoice by its number, of the transaction's ``money``.

    A capture that no invoice asked for, as a timer's, is in none. Operations are read only if a capture is of a version
    that did not name its invoice.
    """
    invoices: dict[int, str] = {}
    if any(settlement.invoice is None for settlement in money.settlements):
        invoices = _invoices_of(store.operations(transaction.account, transaction.transaction_id))
    found: dict[str, list[InvoiceCapture]] = {}
    for payment in money.payments:
        for capture in _with_payouts(transaction, payment, money):
            named = capture.settlement.invoice
            if named is None:
                named = invoices.get(int(capture.settlement.number.partition("-")[0]), "")
            found.setdefault(named, []).append(capture)
    found.pop("", None)
    return found


def _with_payouts(transaction: Transaction, payment: Payment, money: Money) -> Iterable[InvoiceCapture]:
    currency = transaction.currency
    settlements = [held for held in money.settlements if held.payment_id == payment.payment_id]
    parts = [part for part in money.payouts if part.payment_id == payment.payment_id]
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
