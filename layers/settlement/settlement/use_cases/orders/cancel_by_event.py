"""Takes the event that cancels an NF-e as the cancellation of the invoice that the note is (R38, D174)."""

from collections.abc import Sequence

from settlement.domain.account.account import FiscalPolicy
from settlement.domain.errors import InvoiceNotFound
from settlement.domain.fiscal import remarks
from settlement.domain.fiscal.cancellation_event import CancellationEvent
from settlement.domain.fiscal.refused import FiscalDocumentRefused, KeyIsUsed
from settlement.domain.order.fiscal_record import FiscalCode
from settlement.domain.order.invoice import Invoice
from settlement.use_cases.orders.cancel_invoice import InvoiceCancelRequest
from settlement.use_cases.shared.heads import load
from settlement.use_cases.shared.ports import Store


def cancellation_by(
    store: Store, account: str, order_id: str, event: CancellationEvent, *, takes_tests: bool
) -> InvoiceCancelRequest:
    """Return the cancellation that an event asks for: its id is the event's, so it is taken once.

    Raises ``FiscalDocumentRefused`` for an event that does not count, or is of another authorisation than the note's,
    ``OrderNotFound``, and ``InvoiceNotFound`` if no invoice of the order has its key.
    """
    _require_usable(store, account, event, takes_tests=takes_tests)
    invoices = store.invoices(account, order_id)
    invoice = _done_by(event, invoices) or _meant(event, invoices)
    if invoice is None:
        load(store, account, order_id)
        raise InvoiceNotFound(event.key.text)
    known = invoice.fiscal.protocol if invoice.fiscal is not None else None
    if known is not None and known != event.protocol:
        raise FiscalDocumentRefused(
            f"detEvento/nProt: must be the authorisation of invoice {invoice.number}, {known}; got {event.protocol}",
            code=FiscalCode.PROTOCOL_DIFFERS,
        )
    return InvoiceCancelRequest(invoice.number, event.reason, event.id)


def _require_usable(store: Store, account: str, event: CancellationEvent, *, takes_tests: bool) -> None:
    """Raise ``FiscalDocumentRefused`` for what cancels nothing.

    An event without the tax authority's answer cancels, as the cancel route does, unless the account is strict.
    """
    taken = {FiscalCode.TEST} if takes_tests else set()
    if store.settings(account).fiscal_documents is not FiscalPolicy.STRICT:
        taken.add(FiscalCode.NO_PROTOCOL)
    found = remarks.shortened(remark for remark in remarks.of_event(event) if remark.code not in taken)
    if found:
        raise FiscalDocumentRefused("; ".join(remark.message for remark in found), code=found[0].code)


def _done_by(event: CancellationEvent, invoices: Sequence[Invoice]) -> Invoice | None:
    """Return the invoice that the event has canceled before."""
    done = (held for held in invoices if held.cancellation is not None and held.cancellation.request_id == event.id)
    return next(done, None)


def _meant(event: CancellationEvent, invoices: Sequence[Invoice]) -> Invoice | None:
    """Return the invoice that has the event's key: the one that stands, since a corrected one has it, too (R39)."""
    having = [held for held in invoices if held.plain_key == event.key.text]
    standing = [held for held in having if held.stands]
    if len(standing) > 1:
        numbers = ", ".join(held.number for held in standing)
        raise KeyIsUsed(
            f"infEvento/chNFe: must be the key of one invoice, it is that of {numbers}", code=FiscalCode.KEY_USED
        )
    return next(iter(standing or having), None)
