"""Tracking of an invoice's parcel: it never moves money (C§1.2, R32)."""

from collections.abc import Callable
from dataclasses import replace

from settlement.domain.errors import InvalidRequest, InvoiceNotFound, WrongStatus
from settlement.domain.events import EventType
from settlement.domain.invoice import Delivery, Invoice, Tracking
from settlement.use_cases.aggregate import load
from settlement.use_cases.contention import decide_until_written
from settlement.use_cases.notify_invoice import Receipt
from settlement.use_cases.ports import Changed, Ports


def update_tracking(ports: Ports, account: str, order_id: str, number: str, tracking: Tracking) -> Receipt:
    """Replace where an invoice's parcel is to be found.

    Raises ``OrderNotFound``, ``InvoiceNotFound``, ``TimelineFull``, ``InvalidRequest`` for too much text, and
    ``WrongStatus`` for a stand-alone invoice.
    """
    return _update(ports, account, order_id, number, lambda invoice: replace(invoice, tracking=tracking))


def update_delivery(ports: Ports, account: str, order_id: str, number: str, delivery: Delivery) -> Receipt:
    """Replace how far an invoice's parcel is; raises ``InvalidRequest`` too, if it has no tracking number yet."""

    def deliver(invoice: Invoice) -> Invoice:
        if not invoice.tracking.number:
            raise InvalidRequest(f"invoice {number} has no trackingNumber yet; send it with PATCH first")
        return replace(invoice, delivery=delivery)

    return _update(ports, account, order_id, number, deliver)


def _update(ports: Ports, account: str, order_id: str, number: str, change: Callable[[Invoice], Invoice]) -> Receipt:
    def decide() -> Receipt:
        aggregate = load(ports.store, account, order_id)
        invoice = ports.store.invoice(account, order_id, number)
        if invoice is None:
            raise InvoiceNotFound(number)
        if invoice.is_stand_alone:
            raise WrongStatus(f"invoice {number} is stand-alone and takes no tracking")
        aggregate.transaction.require_room_for_remarks()
        now = ports.now()
        changed = replace(change(invoice), replays=invoice.replays + 1)
        journal = aggregate.journal(now)
        journal.record(
            EventType.TRACKING_UPDATED,
            invoiceNumber=number,
            trackingNumber=changed.tracking.number,
            isDelivered=changed.delivery is not None and changed.delivery.is_delivered,
        )
        order = aggregate.order.with_texts(changed.text_bytes - invoice.text_bytes)
        commit = aggregate.becomes(journal, order, aggregate.transaction)
        ports.store.commit(replace(commit, replaced_invoices=[Changed(invoice, changed)]))
        return Receipt(now, order_id, ports.new_id().lower())

    return decide_until_written(ports, decide)
