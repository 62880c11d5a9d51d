"""Reads orders with everything that belongs to them."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from settlement.domain.account.account import AccountSettings
from settlement.domain.changes.change import Change
from settlement.domain.errors import OrderNotFound
from settlement.domain.order.invoice import Invoice
from settlement.domain.order.order import Line, Order
from settlement.domain.order.placement import Placement
from settlement.domain.order.shopper import Shopper
from settlement.domain.transaction.payment import Payment
from settlement.domain.transaction.transaction import Transaction
from settlement.use_cases.shared.heads import load
from settlement.use_cases.shared.ports import Store
from settlement.values import dataclass

if TYPE_CHECKING:
    from settlement.use_cases.reconciliation.invoice_captures import InvoiceCapture


@dataclass(frozen=True, slots=True)
class WholeOrder:
    """An order with everything that belongs to it; by invoice number the embedded ``documents``, and ``captures``."""

    order: Order
    transaction: Transaction
    lines: list[Line]
    shopper: Shopper | None
    placement: Placement | None
    invoices: list[Invoice]
    documents: dict[str, str]
    changes: list[Change]
    payments: list[Payment]
    settings: AccountSettings
    captures: "Mapping[str, Sequence[InvoiceCapture]]"


def retrieve_order(store: Store, account: str, order_id: str) -> WholeOrder:
    """Return an order with everything that belongs to it; raises ``OrderNotFound``."""
    heads = load(store, account, order_id)
    invoices = store.invoices(account, order_id)
    documents = {
        invoice.number: store.document(account, order_id, invoice.number) or ""
        for invoice in invoices
        if invoice.has_document
    }
    payments, captures = _payments_and_captures(store, heads.transaction)
    return WholeOrder(
        order=heads.order,
        transaction=heads.transaction,
        lines=store.lines(account, order_id),
        shopper=store.shopper(account, order_id),
        placement=store.placement(account, order_id),
        invoices=invoices,
        documents=documents,
        changes=store.changes(account, order_id),
        payments=payments,
        settings=store.settings(account),
        captures=captures,
    )


def _payments_and_captures(
    store: Store, transaction: Transaction
) -> "tuple[list[Payment], Mapping[str, Sequence[InvoiceCapture]]]":
    """Return the payments, and the captures of each invoice; what these need is loaded only if there are some."""
    account, transaction_id = transaction.account, transaction.transaction_id
    if not transaction.ledger.captured:
        return store.payments(account, transaction_id), {}
    from settlement.use_cases.reconciliation.invoice_captures import captures_by_invoice

    money = store.money_of(account, transaction_id)
    return money.payments, captures_by_invoice(store, transaction, money)


def retrieve_group(store: Store, account: str, group: str) -> list[WholeOrder]:
    """Return the orders of a group, by id; raises ``OrderNotFound`` if there are none."""
    ids = store.orders_of_group(account, group)
    own = store.order(account, group)
    if own is not None and own.order_group == group:
        ids = [group, *ids]
    if not ids:
        raise OrderNotFound(group)
    return [retrieve_order(store, account, order_id) for order_id in ids]
