"""Registered order changes (contract §2.1)."""

from dataclasses import dataclass
from datetime import datetime

from settlement.domain.errors import ChangeRefused
from settlement.domain.order import LineMention


@dataclass(frozen=True, slots=True)
class Change:
    """A change of an order's value and lines, identified in it by ``request_id``; values in minor units."""

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
        """What the change adds to the order's value: discount and increment are netted (§2.3)."""
        return self.increment_value - self.discount_value

    def require_effect(self) -> None:
        """Check that the change changes something (§2.1)."""
        if self.net_value == 0 and not self.items_removed and not self.items_added:
            raise ChangeRefused(
                f"Invalid modification for order: discountValue {self.discount_value} equals incrementValue "
                f"{self.increment_value} and no item is removed or added",
                code="CHK0124",
            )
