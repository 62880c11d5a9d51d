"""Examines the fiscal document of an invoice, or its key alone, as the account's setting wants it (D155)."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from settlement.domain.account.account import AccountSettings, FiscalPolicy
from settlement.domain.fiscal import remarks
from settlement.domain.fiscal.nfe import FiscalDocument
from settlement.domain.fiscal.reading import read_fiscal
from settlement.domain.fiscal.refused import FiscalDocumentRefused
from settlement.domain.fiscal.returned import of_return
from settlement.domain.order.fiscal_record import FiscalCode, FiscalRecord, FiscalRemark
from settlement.domain.order.invoice import Invoice
from settlement.domain.order.order import Line, Order
from settlement.use_cases.shared.ports import Store

CURRENCY = "BRL"
"""The currency in which an NF-e is issued; invoices of other orders have documents of other countries."""

_LIMITS_OF_A_RETURN = frozenset({FiscalCode.REFERENCE, FiscalCode.ITEM, FiscalCode.QUANTITY})


def require_usable(document: FiscalDocument, *, takes_tests: bool) -> None:
    """Raise ``FiscalDocumentRefused`` for what can be no invoice, whatever the account's setting.

    That is another model, a note that was cancelled or denied, and one of the test environment unless those are taken.
    """
    never = {FiscalCode.MODEL, FiscalCode.NOT_AUTHORISED} | ({FiscalCode.TEST} if not takes_tests else set())
    found = [*remarks.of_model(document.key, "ide/mod"), *remarks.of_authorisation(document)]
    _refuse([remark for remark in found if remark.code in never])


def examined(
    store: Store,
    order: Order,
    settings: AccountSettings,
    invoice: Invoice,
    lines: Sequence[Line],
    *,
    text: str | None = None,
    document: FiscalDocument | None = None,
    is_booked: bool = False,
) -> Invoice:
    """Return an invoice with the record of its document: ``document`` if that is the invoice, else ``text``, if any.

    ``is_booked`` says that the invoice was taken before.

    Raises ``FiscalDocumentRefused`` for what the setting does not take, for a hostile text, and for a ``document`` that
    is of another currency, or returns what its sale has not.
    """
    if order.currency != CURRENCY:
        if document is None:
            return invoice
        raise FiscalDocumentRefused(
            f"order {order.order_id}: its currency must be {CURRENCY}, in which an NF-e is issued; "
            f"it is {order.currency}",
            code=FiscalCode.CURRENCY,
        )
    if document is None and settings.fiscal_documents is FiscalPolicy.OFF:
        return invoice
    read, found = (document, []) if document is not None or text is None else _read(text)
    found += _remarks(store, order, invoice, lines, read, is_booked=is_booked)
    if document is not None and document.is_return:
        _refuse([remark for remark in found if remark.code in _LIMITS_OF_A_RETURN])
    if settings.fiscal_documents is FiscalPolicy.STRICT:
        _refuse(found)
    kept = remarks.shortened(found) if settings.fiscal_documents is FiscalPolicy.WARN else ()
    record = _record(read, kept).after(invoice.fiscal)
    return invoice if record == FiscalRecord() else replace(invoice, fiscal=record)


def _read(text: str) -> tuple[FiscalDocument | None, list[FiscalRemark]]:
    """Read a document that came as text; what is no NF-e is remarked, what is hostile is refused."""
    try:
        return read_fiscal(text.encode(), "utf-8"), []
    except FiscalDocumentRefused as refused:
        if refused.is_hostile:
            raise
        return None, [FiscalRemark(FiscalCode(refused.published_code), f"embeddedInvoice: {refused.message}")]


def _remarks(
    store: Store,
    order: Order,
    invoice: Invoice,
    lines: Sequence[Line],
    document: FiscalDocument | None,
    *,
    is_booked: bool,
) -> Iterator[FiscalRemark]:
    if document is None:
        if invoice.key:
            yield from remarks.of_key(invoice.key)
        return
    if invoice.key and "".join(invoice.key.split()) != document.key.text:
        yield from remarks.of_key(invoice.key)
    yield from remarks.of_model(document.key, "ide/mod")
    yield from remarks.of_authorisation(document)
    yield from remarks.of_invoice(document, invoice)
    if document.is_return:
        others = [other for other in store.invoices(order.account, order.order_id) if other.number != invoice.number]
        yield from of_return(document, others, lines)
    yield from remarks.of_items(document, invoice, lines, is_booked=is_booked)


def _record(document: FiscalDocument | None, kept: tuple[FiscalRemark, ...]) -> FiscalRecord:
    if document is None:
        return FiscalRecord(kept)
    protocol = document.protocol
    return FiscalRecord(
        kept,
        document.references,
        protocol.number if protocol is not None else None,
        protocol.received_at if protocol is not None else None,
        document.total_with_taxes,
    )


def _refuse(found: Iterable[FiscalRemark]) -> None:
    """Raise ``FiscalDocumentRefused`` with the code of the first remark and the messages of all."""
    refused = remarks.shortened(found)
    if refused:
        raise FiscalDocumentRefused("; ".join(remark.message for remark in refused), code=refused[0].code)
