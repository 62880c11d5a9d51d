"""Captures, as refunds are booked against them. Amounts are minor units."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Settlement:
    """What one capture brought: refunds are booked against it, oldest first (C§8.3)."""

    payment_id: str
    number: str
    settle_id: str
    value: int
    refunded: int = 0
    refund_in_doubt: int = 0
    settled_at: datetime | None = None

    @property
    def refundable(self) -> int:
        """What is left of it to refund."""
        return self.value - self.refunded - self.refund_in_doubt
