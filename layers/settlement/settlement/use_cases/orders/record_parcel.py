"""Later additions to an invoice, such as tracking: their events, and their write."""

from dataclasses import replace

from settlement.domain.events import EventType, Journal
from settlement.domain.order.invoice import Invoice
from settlement.use_cases.orders.invoice_notice import remarked
from settlement.use_cases.shared.heads import Heads
from settlement.use_cases.shared.ports import Changed, Commit, Store


def record_tracking(journal: Journal, invoice: Invoice) -> None:
    """Record the parcel's tracking and, when it has arrived, its delivery."""
    journal.record(
        EventType.TRACKING_UPDATED,
        invoiceNumber=invoice.number,
        trackingNumber=invoice.tracking.number,
        isDelivered=invoice.delivery is not None and invoice.delivery.is_delivered,
    )


def _record_supplement(journal: Journal, before: Invoice, after: Invoice) -> None:
    """Record which of key, address, document, code and volumes were added, if any."""
    facts = {
        "invoiceKey": (before.key, after.key),
        "invoiceUrl": (before.url, after.url),
        "embeddedInvoice": (before.has_document, after.has_document),
        "cfop": (before.cfop, after.cfop),
        "volumes": (before.volumes, after.volumes),
    }
    if came := [name for name, (old, new) in facts.items() if old != new]:
        new_ones = [remark for remark in after.remarks if remark not in before.remarks]
        told = ", ".join(came)
        journal.record(EventType.INVOICE_SUPPLEMENTED, invoiceNumber=after.number, told=told, **remarked(new_ones))


def has_another_document(store: Store, heads: Heads, invoice: Invoice, document: str | None) -> bool:
    """True if an invoice has a document that differs from the given one."""
    if document is None or not invoice.has_document:
        return False
    order = heads.order
    return store.document(order.account, order.order_id, invoice.number) != document


def supplementing(heads: Heads, journal: Journal, before: Invoice, after: Invoice, document: str | None) -> Commit:
    """Return the commit that replaces an invoice by its extended version, with the document if it had none.

    Raises ``InvalidRequest`` if the text of the order's invoices gets too long.
    """
    _record_supplement(journal, before, after)
    came = document if after.has_document and not before.has_document else None
    size = after.text_bytes - before.text_bytes + len((came or "").encode())
    commit = heads.becomes(journal, heads.order.with_texts(size), heads.transaction)
    replaced = Changed(before, replace(after, replays=before.replays + 1))
    documents = [] if came is None else [(before.number, came)]
    return replace(commit, replaced_invoices=[replaced], documents=documents)
