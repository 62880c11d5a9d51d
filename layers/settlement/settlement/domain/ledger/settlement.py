"""Settlements, the captures that refunds are booked against. Amounts are minor units."""

from datetime import datetime

from settlement.values import dataclass


@dataclass(frozen=True, slots=True)
class Settlement:
    """One capture; refunds are booked against settlements, oldest first (C§8.3).

    ``invoice`` is the number of the invoice that asked for it, empty if none did; None in a capture of an earlier
    version, whose operation tells it.
    """

    payment_id: str
    number: str
    settle_id: str
    value: int
    refunded: int = 0
    refund_in_doubt: int = 0
    settled_at: datetime | None = None
    invoice: str | None = None

    @property
    def is_untouched(self) -> bool:
        """True if nothing of it is refunded, or in doubt of being so."""
        return not self.refunded and not self.refund_in_doubt

    @property
    def refundable(self) -> int:
        """The value that can still be refunded."""
        return self.value - self.refunded - self.refund_in_doubt
