"""Refunds that connectors made, as a payment shows them. Amounts are minor units."""

from datetime import datetime

from settlement.values import dataclass


@dataclass(frozen=True, slots=True)
class RefundMade:
    """One refund of a payment; ``number`` is its call's key, ``captured`` what was captured of the payment by then."""

    payment_id: str
    number: str
    request_id: str
    value: int
    captured: int
    refunded_at: datetime
    reference: str | None = None
    code: str | None = None
    message: str | None = None
