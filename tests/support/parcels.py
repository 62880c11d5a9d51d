"""Tells of a parcel in two ways: where it is to be found, or how far it is."""

from settlement.domain.order.invoice import Delivery, Supplement, Tracking
from settlement.use_cases.orders.notify_invoice import Receipt
from settlement.use_cases.orders.update_tracking import update_parcel
from settlement.use_cases.shared.ports import Ports

_PARTS = frozenset(Tracking.__slots__)


def update_tracking(ports: Ports, account: str, order_id: str, number: str, tracking: Tracking) -> Receipt:
    """Replace where an invoice's parcel is to be found."""
    return update_parcel(ports, account, order_id, number, tracking, Supplement())


def update_delivery(ports: Ports, account: str, order_id: str, number: str, delivery: Delivery) -> Receipt:
    """Add how far an invoice's parcel is."""
    return update_parcel(ports, account, order_id, number, Tracking(), Supplement(unsaid=_PARTS), delivery)
