"""An order in lists: the part of its head that needs neither its lines nor its transaction."""

from dataclasses import fields
from datetime import datetime

from settlement.domain.order.order import Order
from settlement.values import dataclass


@dataclass(frozen=True, slots=True)
class ListedOrder:
    """The part of an order head in the list's index; values in minor units of ``currency``."""

    order_id: str
    order_group: str
    transaction_id: str
    currency: str
    value: int
    returned: int
    created_at: datetime
    payment_names: str
    total_items: int
    listed_status: str
    in_error: bool
    sales_channel: str
    authorised_at: datetime | None = None
    invoiced_at: datetime | None = None


def as_listed(order: Order) -> ListedOrder:
    """Return an order as lists show it."""
    return ListedOrder(**{field.name: getattr(order, field.name) for field in fields(ListedOrder)})
