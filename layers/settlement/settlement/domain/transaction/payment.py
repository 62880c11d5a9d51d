"""A payment of a transaction: what it was created with, what its connector answered, and its ledger.

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
    """What is known of an authorisation."""

    PENDING = "pending"
    APPROVED = "approved"
    DENIED = "denied"


@dataclass(frozen=True, slots=True)
class Payment:
    """One payment: what it was created with, what its connector answered, and its ledger.

    ``signature`` is what its connector's callbacks have to carry (C§4.2). ``auto_settle_at`` is when its open value is
    settled without an invoice, ``cancel_at`` until when it may stay undecided and, once it is approved, when its
    authorisation lapses, ``expiry_watch_at`` when the account is told that it will. ``next_call_at`` is when its
    connector may be called about it again. ``paid_at`` is when the merchant told that the money has come, ``offline``
    that this word is all there is: its connector knows of no money, and is asked for none. Settlements up to
    ``refunded_through`` have nothing left, so refunds need not read them.
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
    counters: Counters = field(default_factory=Counters)

    @property
    def due_at(self) -> datetime | None:
        """When the sweep has to look at it; None if no timer runs."""
        return min((at for at in (self.auto_settle_at, self.expiry_watch_at) if at is not None), default=None)

    @property
    def position(self) -> Position:
        """The payment as planning sees it."""
        return Position(
            self.payment_id,
            self.sequence,
            self.assigned,
            self.group,
            self.counters,
            self.max_value,
            self.capabilities,
        )
