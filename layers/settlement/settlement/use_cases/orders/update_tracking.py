"""Tracking of an invoice's parcel; it never moves money (C§1.2, R32)."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from settlement.domain.errors import InvalidRequest, InvoiceNotFound, WrongStatus
from settlement.domain.order.invoice import Delivery, Invoice, Supplement, Tracking
from settlement.domain.order.key_claim import ExaminedInvoice
from settlement.domain.order.order import Order
from settlement.use_cases.orders.notify_invoice import Receipt
from settlement.use_cases.orders.record_parcel import has_another_document, record_tracking, supplementing
from settlement.use_cases.shared.contention import decide_until_written
from settlement.use_cases.shared.heads import load
from settlement.use_cases.shared.ports import Ports, Store

_PARTS = frozenset(Tracking.__slots__)


def update_parcel(
    ports: Ports,
    account: str,
    order_id: str,
    number: str,
    tracking: Tracking,
    told: Supplement,
    delivery: Delivery | None = None,
) -> Receipt:
    """Replace the tracking of an invoice's parcel, add delivery events, and add missing fields of the invoice.

    Earlier delivery events stay, and a delivered parcel stays delivered. Raises ``OrderNotFound``, ``InvoiceNotFound``,
    ``TimelineFull``, ``WrongStatus`` for the parcel of a stand-alone invoice, and ``InvalidRequest`` for too much text,
    for a delivery without a tracking number, and for fields that differ from the notified ones.
    """

    def track(invoice: Invoice) -> Invoice:
        if standing := invoice.standing_against(told):
            stands = ", ".join(f"{name} {_shown(name, value)}" for name, value in standing.items())
            raise InvalidRequest(f"{stands}: recorded for invoice {number} before; it cannot change")
        if told.unsaid != _PARTS or delivery is not None:
            _require_parcel(invoice)
        found = replace(invoice.supplemented(told), tracking=tracking.keeping(invoice.tracking, told.unsaid))
        return found if delivery is None else _seen(found, delivery)

    return _update(ports, account, order_id, number, track, told.document)


def _seen(invoice: Invoice, delivery: Delivery) -> Invoice:
    """Return the invoice with the delivery added; raises ``InvalidRequest`` if it has no tracking number."""
    if not invoice.tracking.number:
        raise InvalidRequest(f"invoice {invoice.number} has no trackingNumber yet; send it first, or with this")
    seen = replace(invoice, delivery=delivery.after(invoice.delivery))
    seen.require_few_sightings()
    return seen


def _require_parcel(invoice: Invoice) -> None:
    if invoice.is_stand_alone:
        raise WrongStatus(f"invoice {invoice.number} is stand-alone and takes no tracking")


def _shown(name: str, value: str | int) -> str:
    return f"({value} of them)" if name == "items" else str(value)


def _update(
    ports: Ports,
    account: str,
    order_id: str,
    number: str,
    change: Callable[[Invoice], Invoice],
    document: str | None = None,
) -> Receipt:
    def decide() -> Receipt:
        heads = load(ports.store, account, order_id)
        invoice = ports.store.invoice(account, order_id, number)
        if invoice is None:
            raise InvoiceNotFound(number)
        now = ports.now()
        found = _examined(ports.store, heads.order, invoice, change(invoice), document, now)
        changed = found.invoice
        if has_another_document(ports.store, heads, invoice, document):
            raise InvalidRequest(f"embeddedInvoice: invoice {number} already has a different document")
        heads.transaction.require_room_for_remarks()
        journal = heads.journal(now)
        if (changed.tracking, changed.delivery) != (invoice.tracking, invoice.delivery) or changed == invoice:
            record_tracking(journal, changed)
        commit = supplementing(heads, journal, invoice, changed, document)
        ports.commit(replace(commit, key_claims=found.claims))
        return Receipt(now, order_id, ports.new_id().lower(), warnings=changed.remarks)

    return decide_until_written(ports, decide)


def _examined(
    store: Store, order: Order, before: Invoice, after: Invoice, document: str | None, at: datetime
) -> ExaminedInvoice:
    """Return an invoice with what a key or document that comes later tells of it, and whose its key is by now."""
    came = document if not before.has_document else None
    is_the_same = came is None and after.key == before.key
    if is_the_same and after.doubtful_key is None:
        return ExaminedInvoice(after)
    from settlement.use_cases.orders.examine_document import examined, looked_again

    if is_the_same:
        return looked_again(store, order, after, at)
    lines = store.lines(order.account, order.order_id) if came is not None else []
    return examined(store, order, store.settings(order.account), after, lines, at, text=came, is_booked=True)
