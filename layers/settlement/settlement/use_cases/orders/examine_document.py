"""Examines the fiscal document of an invoice, or its key alone, as the account's setting wants it (D155)."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from settlement.domain.account.account import AccountSettings, FiscalPolicy
from settlement.domain.fiscal import remarks
from settlement.domain.fiscal.access_key import looks_like_a_key
from settlement.domain.fiscal.matching import with_codes_of_lines
from settlement.domain.fiscal.nfe import FiscalDocument
from settlement.domain.fiscal.reading import read_fiscal
from settlement.domain.fiscal.refused import FiscalDocumentRefused, KeyIsUsed
from settlement.domain.fiscal.returned import of_return
from settlement.domain.order.fiscal_record import FiscalCode, FiscalRecord, FiscalRemark, UsedKey
from settlement.domain.order.invoice import Invoice
from settlement.domain.order.key_claim import ExaminedInvoice, KeyClaim
from settlement.domain.order.order import Line, Order
from settlement.use_cases.shared.ports import Store
from settlement.values import dataclass

CURRENCY = "BRL"
"""The currency in which an NF-e is issued; invoices of other orders have documents of other countries."""

_NO_INVOICE = frozenset({FiscalCode.CHECK_DIGIT, FiscalCode.MODEL, FiscalCode.PURPOSE, FiscalCode.NOT_AUTHORISED})
_LIMITS_OF_A_RETURN = frozenset({FiscalCode.REFERENCE, FiscalCode.ITEM, FiscalCode.QUANTITY})


def require_usable(document: FiscalDocument, *, takes_tests: bool) -> None:
    """Raise ``FiscalDocumentRefused`` for what can be no invoice, whatever the account's setting.

    That is a wrong key, another model or purpose, a note that was cancelled or denied, and one of the test environment
    unless those are taken.
    """
    never = _NO_INVOICE | ({FiscalCode.TEST} if not takes_tests else set())
    found = [*remarks.of_document(document)]
    _refuse([remark for remark in found if remark.code in never])


def on_lines(store: Store, order: Order, document: FiscalDocument, lines: Sequence[Line]) -> FiscalDocument:
    """Return a document whose items have the ids of the lines that they mean.

    What the order was placed with beside its lines is read only if an item has another code than these.
    """
    if all(any(line.id == item.code for line in lines) for item in document.items):
        return document
    placement = store.placement(order.account, order.order_id)
    return with_codes_of_lines(document, lines, placement.barcodes if placement is not None else {})


def examined(
    store: Store,
    order: Order,
    settings: AccountSettings,
    invoice: Invoice,
    lines: Sequence[Line],
    at: datetime,
    *,
    text: str | None = None,
    document: FiscalDocument | None = None,
    is_booked: bool = False,
) -> ExaminedInvoice:
    """Return an invoice with the record of its document: ``document`` if that is the invoice, else ``text``, if any.

    ``at`` is the time of the request, ``is_booked`` says that the invoice was taken before.

    Raises ``FiscalDocumentRefused`` for what the setting does not take, for a hostile text, and for a ``document`` that
    is of another currency, or returns what its sale has not.
    """
    if order.currency != CURRENCY:
        if document is None:
            return ExaminedInvoice(invoice)
        raise FiscalDocumentRefused(
            f"order {order.order_id}: its currency must be {CURRENCY}, in which an NF-e is issued; "
            f"it is {order.currency}",
            code=FiscalCode.CURRENCY,
        )
    if document is None and settings.fiscal_documents is FiscalPolicy.OFF:
        return ExaminedInvoice(invoice)
    read, found = (document, []) if document is not None or text is None else _read(text)
    if read is not None and document is None:
        read = on_lines(store, order, read, lines)
    if read is not None and not invoice.key:
        invoice = replace(invoice, key=read.key.text)
    is_off = settings.fiscal_documents is FiscalPolicy.OFF
    holder = _holder(store, order, invoice, at) if not is_off else _Holder(used=invoice.used_key)
    found = [*holder.remarks, *found, *_remarks(store, order, invoice, lines, read, is_booked=is_booked)]
    if document is not None and document.is_return:
        _refuse([remark for remark in found if remark.code in _LIMITS_OF_A_RETURN])
    if settings.fiscal_documents is FiscalPolicy.STRICT:
        _refuse(found)
    kept = remarks.shortened(found) if settings.fiscal_documents is FiscalPolicy.WARN else ()
    return holder.of(invoice, _record(read, kept))


def looked_again(store: Store, order: Order, invoice: Invoice, at: datetime) -> ExaminedInvoice:
    """Return an invoice whose key was another's, with the key if that has it no longer (D173)."""
    holder = _holder(store, order, invoice, at)
    return holder.of(invoice, FiscalRecord(remarks.shortened(holder.remarks)))


@dataclass(frozen=True, slots=True)
class _Holder:
    """Who has the key of an invoice: another one, if it is ``used``, or the invoice from now on, by its claim."""

    used: UsedKey | None = None
    claim: KeyClaim | None = None
    stale: KeyClaim | None = None

    @property
    def remarks(self) -> tuple[FiscalRemark, ...]:
        """What is remarked on the key."""
        if self.used is None:
            return ()
        return (FiscalRemark(FiscalCode.KEY_USED, f"invoiceKey: {self.used.key} is that of {self.used.holder}"),)

    def of(self, invoice: Invoice, record: FiscalRecord) -> ExaminedInvoice:
        """Return the invoice with what is recorded of its document, and of its key as it is now."""
        known = invoice.fiscal
        if known is not None and self.used != invoice.used_key:
            known = known.without(FiscalCode.KEY_USED)
        record = record.after(known)
        told = replace(invoice, fiscal=None if record == FiscalRecord() else record, used_key=self.used)
        return ExaminedInvoice(told, self.claim, self.stale)


def _holder(store: Store, order: Order, invoice: Invoice, at: datetime) -> _Holder:
    key = invoice.plain_key
    if not looks_like_a_key(key):
        return _Holder()
    known = store.key_claim(order.account, key)
    if known is None:
        return _Holder(claim=KeyClaim(key, order.order_id, invoice.number))
    if known.is_of(order.order_id, invoice.number):
        return _Holder()
    mine = known.passed_to(order.order_id, invoice.number)
    if known.is_of(order.order_id, invoice.replaces):
        return _Holder(claim=mine, stale=known)
    other = store.invoice(order.account, known.order_id, known.number)
    if other is None or not other.stands or other.plain_key != key:
        return _Holder(claim=mine, stale=known)
    waits = invoice.doubtful_key
    if waits is not None and known.is_of(waits.order_id, waits.number):
        return _Holder(waits)
    return _Holder(UsedKey(key, known.order_id, known.number, at if waits is None else waits.since))


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
    if invoice.key and invoice.plain_key != document.key.text:
        yield from remarks.of_key(invoice.key)
    yield from remarks.of_document(document)
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
        kind = KeyIsUsed if refused[0].code is FiscalCode.KEY_USED else FiscalDocumentRefused
        raise kind("; ".join(remark.message for remark in refused), code=refused[0].code)
