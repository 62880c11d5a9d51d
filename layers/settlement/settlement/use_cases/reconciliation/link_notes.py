"""Links each fiscal document with the captures that it asked for, their authorisations and payouts.

One module has all of it, so that the rules by which notes name their payments (NT 2026.001) have one place to come to.
Amounts are minor units.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from settlement.domain.connectors.connector import Connector
from settlement.domain.ledger.settlement import Settlement
from settlement.domain.order.invoice import Invoice, InvoiceType
from settlement.domain.reconciliation.payout import Payout, payout_of
from settlement.domain.transaction.fiscal_payment import FISCAL_CURRENCY, FiscalPayment, fiscal_payment
from settlement.domain.transaction.operation import INVOICE, Operation
from settlement.domain.transaction.payment import Payment
from settlement.use_cases.reconciliation.load_books import payment_books
from settlement.use_cases.shared.listing import listed_orders, whole_month
from settlement.use_cases.shared.ports import Store


@dataclass(frozen=True, slots=True)
class NoteCapture:
    """A capture that a note asked for: ``said`` is what the note states of it, None in other currencies than BRL."""

    payment: Payment
    settlement: Settlement
    said: FiscalPayment | None
    payout: Payout

    @property
    def paid_on(self) -> date | None:
        """The day on which the last instalment was paid out; None before."""
        return self.payout.paid_on


@dataclass(frozen=True, slots=True)
class NoteLink:
    """A sale invoice with one of its captures; ``capture`` is None as long as it has none."""

    order_id: str
    transaction_id: str
    currency: str
    invoice: Invoice
    capture: NoteCapture | None = None


def link_notes(store: Store, account: str, month: str) -> Iterator[NoteLink]:
    """Yield the sale invoices of a month's orders (``2026-07``) that stand, each with every capture that it asked for.

    A capture that no invoice asked for, as a timer's, is in none.
    """
    connectors = {connector.name: connector for connector in store.connectors(account)}
    for order in listed_orders(store, account, whole_month(month)):
        yield from _of_order(store, account, order.order_id, order.transaction_id, connectors)


def _of_order(
    store: Store, account: str, order_id: str, transaction_id: str, connectors: Mapping[str, Connector]
) -> Iterator[NoteLink]:
    sales = [
        invoice
        for invoice in store.invoices(account, order_id)
        if invoice.type is InvoiceType.OUTPUT and invoice.stands
    ]
    order = store.order(account, order_id)
    if order is None or not sales:
        return
    captures: dict[str, list[NoteCapture]] = {}
    origins = _origins(store.operations(account, transaction_id))
    for payment in store.payments(account, transaction_id):
        for operation, capture in _captures(
            store, account, order_id, transaction_id, payment, order.currency, connectors
        ):
            captures.setdefault(origins.get(operation, ""), []).append(capture)
    for invoice in sales:
        where = order_id, transaction_id, order.currency, invoice
        found = captures.get(f"{INVOICE}{invoice.number}", [])
        yield from (NoteLink(*where, capture) for capture in found)
        if not found:
            yield NoteLink(*where)


def _captures(
    store: Store, account: str, order_id: str, transaction_id: str, payment: Payment, currency: str,
    connectors: Mapping[str, Connector],
) -> Iterator[tuple[int, NoteCapture]]:  # fmt: skip
    """Yield each capture of a payment with the operation that made it."""
    settlements = store.settlements(account, transaction_id, payment.payment_id)
    parts = store.payouts(account, transaction_id, payment.payment_id) if settlements else []
    books = payment_books(order_id, transaction_id, currency, payment, settlements, (), parts)
    moves = {move.number: move for move in books.moves}
    for held in settlements:
        if held.number not in moves:
            continue
        said = None
        if currency == FISCAL_CURRENCY:
            said = fiscal_payment(payment, held.value, connectors.get(payment.connector))
        payout = payout_of(moves[held.number], parts, payment.group, payment.installments, currency)
        yield int(held.number.partition("-")[0]), NoteCapture(payment, held, said, payout)


def _origins(operations: Iterable[Operation]) -> dict[int, str]:
    """Return the origin of each operation by sequence; a retry has that of the operation that it retries."""
    origins: dict[int, str] = {}
    for operation in sorted(operations, key=lambda operation: operation.sequence):
        first = origins.get(operation.retry_of or 0, operation.origin)
        origins[operation.sequence] = first.removesuffix("/captured")
    return origins
