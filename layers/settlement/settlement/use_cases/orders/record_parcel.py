"""What comes to an invoice after it was notified: how its order's timeline tells it, and how it is written."""

from dataclasses import replace

from settlement.domain.events import EventType, Journal
from settlement.domain.order.invoice import Invoice
from settlement.use_cases.shared.heads import Heads
from settlement.use_cases.shared.ports import Changed, Commit, Store


def record_tracking(journal: Journal, invoice: Invoice) -> None:
    """Tell where the parcel is, and whether it has arrived."""
    journal.record(
        EventType.TRACKING_UPDATED,
        invoiceNumber=invoice.number,
        trackingNumber=invoice.tracking.number,
        isDelivered=invoice.delivery is not None and invoice.delivery.is_delivered,
    )


def _record_supplement(journal: Journal, before: Invoice, after: Invoice) -> None:
    """Tell which of key, address, document, code and volumes came, if any did."""
    facts = {
        "invoiceKey": (before.key, after.key),
        "invoiceUrl": (before.url, after.url),
        "embeddedInvoice": (before.has_document, after.has_document),
        "cfop": (before.cfop, after.cfop),
        "volumes": (before.volumes, after.volumes),
    }
    if came := [name for name, (old, new) in facts.items() if old != new]:
        journal.record(EventType.INVOICE_SUPPLEMENTED, invoiceNumber=after.number, told=", ".join(came))


def has_another_document(store: Store, heads: Heads, invoice: Invoice, document: str | None) -> bool:
    """Whether an invoice has a document, and not the one that is told now."""
    if document is None or not invoice.has_document:
        return False
    order = heads.order
    return store.document(order.account, order.order_id, invoice.number) != document


def supplementing(heads: Heads, journal: Journal, before: Invoice, after: Invoice, document: str | None) -> Commit:
    """Return what replaces an invoice by one that knows more, with the document that came to it if it had none.

    Raises ``InvalidRequest`` for more text than an order's invoices take.
    """
    _record_supplement(journal, before, after)
    came = document if after.has_document and not before.has_document else None
    size = after.text_bytes - before.text_bytes + len((came or "").encode())
    commit = heads.becomes(journal, heads.order.with_texts(size), heads.transaction)
    replaced = Changed(before, replace(after, replays=before.replays + 1))
    documents = [] if came is None else [(before.number, came)]
    return replace(commit, replaced_invoices=[replaced], documents=documents)
