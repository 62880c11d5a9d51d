"""Takes an NF-e as the notification of the invoice that it is (C§1.1, D155)."""

from collections.abc import Iterable

from settlement.domain.fiscal.nfe import CURRENCY, FiscalDocument, FiscalItem
from settlement.domain.fiscal.refused import FiscalDocumentRefused
from settlement.domain.order.invoice import Invoice, InvoiceType
from settlement.domain.order.order import LineMention
from settlement.use_cases.orders.notify_invoice import Notification
from settlement.use_cases.shared.heads import load
from settlement.use_cases.shared.ports import Store

_BARE_CODE = 100
"""Longest code of an item that an order can have; a longer one names nothing in it."""


def notification_on(
    store: Store, account: str, order_id: str, document: FiscalDocument, text: str, *, takes_tests: bool
) -> Notification:
    """Return what a document notifies of an order.

    Raises ``OrderNotFound``, and ``FiscalDocumentRefused`` for a test document where none is taken, an order of another
    currency, or a return without its sale.
    """
    order = load(store, account, order_id).order
    if document.is_test and not takes_tests:
        raise FiscalDocumentRefused(
            "ide/tpAmb: must be 1, a document of production; got 2, one of the test environment", code="NFE_TEST"
        )
    if order.currency != CURRENCY:
        raise FiscalDocumentRefused(
            f"order {order_id}: its currency must be {CURRENCY}, in which an NF-e is issued; it is {order.currency}",
            code="NFE_CURRENCY",
        )
    if document.is_return:
        _require_its_sale(store, account, order_id, document)
    return notification_of(document, text)


def notification_of(document: FiscalDocument, text: str) -> Notification:
    """Return what a document notifies: items of whole quantities, and what they leave of the total as extra value."""
    items = tuple(_mentions(document.items))
    extra = document.total - sum(item.total or 0 for item in items)
    return Notification(
        type=document.type,
        number=document.number,
        value=document.total,
        issuance_date=document.issued_at,
        items=items,
        extra_value=max(extra, 0),
        key=document.key.text,
        document=text,
        cfop=document.cfop,
    )


def _mentions(items: Iterable[FiscalItem]) -> list[LineMention]:
    """One mention for each code, since a document has a line for each batch, and an order one for each SKU."""
    mentions: dict[str, LineMention] = {}
    for item in items:
        if item.quantity != (quantity := int(item.quantity)) or not quantity or len(item.code) > _BARE_CODE:
            continue
        before = mentions.get(item.code)
        total = item.value + (before.total or 0 if before else 0)
        quantity += before.quantity if before else 0
        mentions[item.code] = LineMention(
            item.code, total // quantity, quantity, total=total, description=item.description
        )
    return list(mentions.values())


def _require_its_sale(store: Store, account: str, order_id: str, document: FiscalDocument) -> None:
    """Check that a return names a sale of the order, and is not above its value."""
    sales = {
        invoice.key: invoice for invoice in store.invoices(account, order_id) if invoice.type is InvoiceType.OUTPUT
    }
    named: list[Invoice] = [sales[key] for key in document.references if key in sales]
    if not named:
        raise FiscalDocumentRefused(
            f"ide/NFref/refNFe: must be the key of a sale of order {order_id}; "
            f"got {', '.join(document.references) or 'none'}",
            code="NFE_REFERENCE",
        )
    if document.total > (most := sum(sale.value for sale in named)):
        raise FiscalDocumentRefused(
            f"total/ICMSTot/vNF: must be at most {most}, the value of the sales that it returns; got {document.total}",
            code="NFE_REFERENCE",
        )
