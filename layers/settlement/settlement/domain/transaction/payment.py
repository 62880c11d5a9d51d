"""A payment of a transaction: its creation data, its connector's answers, and its ledger.

Amounts are minor units.
"""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from settlement.domain.connectors.capabilities import IN_PARTS, Capabilities
from settlement.domain.connectors.connector import VaultedCard
from settlement.domain.ledger.ledger import Counters
from settlement.domain.planning.drafting import Position

MAX_PAYMENTS = 10


class Authorisation(StrEnum):
    """The states of an authorisation."""

    PENDING = "pending"
    APPROVED = "approved"
    DENIED = "denied"


@dataclass(frozen=True, slots=True)
class Payment:
    """One payment: its creation data, its connector's answers, and its ledger.

    ``signature`` authenticates its connector's callbacks (C§4.2). ``auto_settle_at`` is when its open value is settled
    without an invoice. ``cancel_at`` is the deadline of an undecided authorisation, and the lapse of an approved one;
    ``expiry_watch_at`` is when the account is warned of it. ``next_call_at`` is the earliest time of the next call.
    ``paid_at`` is the time of the merchant's notice that it has the money; with ``offline``, the payment rests on the
    notice alone, and its connector is not called. ``connector_metadata`` is what the connector last asked to get back,
    by name. Settlements up to ``refunded_through`` are refunded whole.
    """

    payment_id: str
    sequence: int
    connector: str
    is_ppp: bool
    payment_system: str
    payment_system_name: str
    group: str
    assigned: int
    installments: int
    signature: str
    capabilities: Capabilities = IN_PARTS
    authorisation: Authorisation = Authorisation.PENDING
    card: VaultedCard | None = None
    reference_value: int | None = None
    interest_rate: str | None = None
    authorization_id: str | None = None
    tid: str | None = None
    nsu: str | None = None
    return_code: str | None = None
    return_message: str | None = None
    payment_url: str | None = None
    max_value: int | None = None
    blocked: bool = False
    authorised_at: datetime | None = None
    auto_settle_at: datetime | None = None
    cancel_at: datetime | None = None
    expiry_watch_at: datetime | None = None
    paid_at: datetime | None = None
    offline: bool = False
    refunded_through: str | None = None
    next_call_at: datetime | None = None
    connector_metadata: tuple[tuple[str, str], ...] | None = None
    counters: Counters = field(default_factory=Counters)

    @property
    def due_at(self) -> datetime | None:
        """When the sweep handles its timer; None if no timer runs."""
        return min((at for at in (self.auto_settle_at, self.expiry_watch_at) if at is not None), default=None)

    @property
    def position(self) -> Position:
        """The payment's position for planning."""
        return Position(
            self.payment_id,
            self.sequence,
            self.assigned,
            self.group,
            self.counters,
            self.max_value,
            self.capabilities,
        )
