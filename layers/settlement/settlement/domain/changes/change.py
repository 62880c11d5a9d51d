"""Registered order changes (C§2.1)."""

from datetime import datetime

from settlement.domain.errors import ChangeRefused
from settlement.domain.money import MAX_MINOR_UNITS
from settlement.domain.order.order import LineMention
from settlement.values import dataclass


@dataclass(frozen=True, slots=True)
class Change:
    """A change of an order's value and lines; ``request_id`` is unique within the order, values are minor units."""

    request_id: str
    reason: str
    discount_value: int
    increment_value: int
    items_removed: tuple[LineMention, ...]
    items_added: tuple[LineMention, ...]
    receipt: str
    received_at: datetime

    @property
    def net_value(self) -> int:
        """The change of the order's value: increment less discount (C§2.3)."""
        return self.increment_value - self.discount_value

    def require_sound(self) -> None:
        """Check that the change has a reason, names its items and changes the order (C§2.1)."""
        for field, value in (("discountValue", self.discount_value), ("incrementValue", self.increment_value)):
            if not 0 <= value <= MAX_MINOR_UNITS:
                raise ChangeRefused(
                    "The modification value needs to be greater or equal than zero, and at most "
                    f"{MAX_MINOR_UNITS}: {field} is {value}",
                    code="CHK0098",
                )
        if not self.reason.strip():
            raise ChangeRefused("Field reason not set", code="CHK0124")
        for item in (*self.items_removed, *self.items_added):
            if not item.id.strip():
                raise ChangeRefused("Invalid id for item: id is empty", code="CHK0022")
            if item.quantity <= 0:
                raise ChangeRefused(
                    f"Invalid quantity for item {item.id}: {item.quantity} is not above zero", code="CHK0023"
                )
            if not 0 <= item.price <= MAX_MINOR_UNITS:
                raise ChangeRefused(
                    f"Invalid price for item {item.id}: {item.price} is not between 0 and {MAX_MINOR_UNITS}",
                    code="CHK0098",
                )
        if self.net_value == 0 and not self.items_removed and not self.items_added:
            raise ChangeRefused(
                f"Invalid modification for order: discountValue {self.discount_value} equals incrementValue "
                f"{self.increment_value} and no item is removed or added",
                code="CHK0124",
            )
