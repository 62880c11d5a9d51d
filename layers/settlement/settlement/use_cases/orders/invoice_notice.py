"""The facts that the notice of an invoice tells the operator: what was taken, and what is remarked on it."""

from collections.abc import Iterable, Sequence

from settlement.domain.events import Json
from settlement.domain.order.fiscal_record import FiscalRemark
from settlement.domain.order.invoice import Invoice
from settlement.domain.order.order import Line, LineMention, lines_meant


def facts_of(
    invoice: Invoice, lines: Sequence[Line], unplaced: Iterable[LineMention], document_bytes: int
) -> dict[str, Json]:
    """Return the facts of a new invoice; ``unplaced`` are its items that the order has not left."""
    facts: dict[str, Json] = {
        "invoiceNumber": invoice.number,
        "invoiceType": invoice.type.value,
        "value": invoice.value,
        "counted": invoice.counted,
    }
    if invoice.why_not_counted is not None:
        facts["countedReason"] = invoice.why_not_counted
    facts |= _of_items(invoice, lines, unplaced)
    if document_bytes:
        facts["documentBytes"] = document_bytes
    return facts | remarked(invoice.remarks)


def remarked(remarks: Iterable[FiscalRemark]) -> dict[str, Json]:
    """Return the fact that tells what was remarked on a fiscal document, none if nothing was."""
    told = [f"{remark.code.value}: {remark.message}" for remark in remarks]
    return {"documentWarnings": told} if told else {}


def _of_items(invoice: Invoice, lines: Sequence[Line], unplaced: Iterable[LineMention]) -> dict[str, Json]:
    """Return warnings for the operator: an invoice's value is authoritative, its items are not (C§1.4.9, R19)."""
    warnings: dict[str, Json] = {}
    meant = ((item, next(iter(lines_meant(lines, item)), None)) for item in invoice.items)
    listed = sum(item.value_on(line) for item, line in meant) + invoice.extra_value
    if invoice.items and listed != invoice.value:
        warnings["itemsValue"] = listed
    if beyond := [f"{mention.quantity} x {mention.id or f'item {mention.index}'}" for mention in unplaced]:
        warnings["itemsBeyondOrder"] = beyond
    return warnings
