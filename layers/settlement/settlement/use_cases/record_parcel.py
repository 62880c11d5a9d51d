"""What came to an invoice after it was notified, as its order's timeline tells it."""

from settlement.domain.events import EventType, Journal
from settlement.domain.invoice import Invoice


def record_tracking(journal: Journal, invoice: Invoice) -> None:
    """Tell where the parcel is, and whether it has arrived."""
    journal.record(
        EventType.TRACKING_UPDATED,
        invoiceNumber=invoice.number,
        trackingNumber=invoice.tracking.number,
        isDelivered=invoice.delivery is not None and invoice.delivery.is_delivered,
    )


def record_supplement(journal: Journal, before: Invoice, after: Invoice) -> None:
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
