"""Links each fiscal document with the captures that it asked for, their authorisations and payouts.

One module has all of it, so that the rules by which notes name their payments (NT 2026.001) have one place to come to.
Amounts are minor units.
"""

from collections.abc import Iterator, Mapping
from datetime import date

from settlement.domain.connectors.connector import Connector
from settlement.domain.ledger.settlement import Settlement
from settlement.domain.order.invoice import Invoice, InvoiceType
from settlement.domain.reconciliation.payout import Payout
from settlement.domain.transaction.fiscal_payment import FISCAL_CURRENCY, FiscalPayment, fiscal_payment
from settlement.domain.transaction.payment import Payment
from settlement.use_cases.reconciliation.invoice_captures import InvoiceCapture, captures_by_invoice
from settlement.use_cases.shared.listing import listed_orders, whole_month
from settlement.use_cases.shared.ports import Store
from settlement.values import dataclass


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
    transaction = store.transaction(account, transaction_id) if sales else None
    if transaction is None:
        return
    captures = captures_by_invoice(store, transaction, store.money_of(account, transaction_id))
    for invoice in sales:
        where = order_id, transaction_id, transaction.currency, invoice
        found = [
            NoteCapture(held.payment, held.settlement, _said(held, transaction.currency, connectors), held.payout)
            for held in captures.get(invoice.number, [])
            if held.payout is not None
        ]
        yield from (NoteLink(*where, capture) for capture in found)
        if not found:
            yield NoteLink(*where)


def _said(held: InvoiceCapture, currency: str, connectors: Mapping[str, Connector]) -> FiscalPayment | None:
    if currency != FISCAL_CURRENCY:
        return None
    return fiscal_payment(held.payment, held.settlement.value, connectors.get(held.payment.connector))
