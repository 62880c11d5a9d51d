"""How status changes of orders reach integrators: a feed they read, and a hook that is called.

Each app key has at most one of each, as integrators know it: what one integration reads does not go missing in another.
"""

from dataclasses import dataclass
from datetime import datetime

from settlement.domain.transaction.statuses import OrderStatus

MAX_FEEDS = 10
"""Feeds of an account."""

MAX_HOOKS = 5
"""Hooks of an account: all of them are called within one run of a function."""

DEFAULT_VISIBILITY_SECONDS = 30
MAX_VISIBILITY_SECONDS = 43_200
DEFAULT_RETENTION_SECONDS = 345_600
MAX_RETENTION_SECONDS = 3_456_000

_MARKETPLACE = frozenset({OrderStatus.PAYMENT_PENDING.value, OrderStatus.PAYMENT_APPROVED.value})
"""Statuses of the part of the flow that deals with payments; the others are of fulfillment (C§5.1)."""


@dataclass(frozen=True, slots=True)
class StatusUpdate:
    """An order changed its status; ``event_id`` tells repeats, ``last_state`` is None for a new order."""

    event_id: str
    order_id: str
    state: str
    changed_at: datetime
    last_state: str | None = None
    last_changed_at: datetime | None = None

    @property
    def domain(self) -> str:
        """The side of the order flow that the status belongs to."""
        return "Marketplace" if self.state in _MARKETPLACE else "Fulfillment"

    @property
    def key(self) -> str:
        """A text that is the update's own, and sorts as the updates of an order happened."""
        writer, _, number = self.event_id.rpartition("-")
        return f"{self.changed_at.isoformat(timespec='microseconds')}#{writer}#{number:0>9}"


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed's configuration; no ``statuses`` means all of them. ``id`` names its queue, anew for each feed made."""

    app_key: str
    id: str
    statuses: tuple[str, ...] = ()
    visibility_seconds: int = DEFAULT_VISIBILITY_SECONDS
    retention_seconds: int = DEFAULT_RETENTION_SECONDS

    def wants(self, update: StatusUpdate) -> bool:
        """Whether the filter lets an update through."""
        return not self.statuses or update.state in self.statuses


@dataclass(frozen=True, slots=True)
class FeedItem:
    """An update in a feed's queue: shown again from ``visible_at`` on, gone at ``expires_at``."""

    update: StatusUpdate
    visible_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Hook:
    """A hook's configuration: where updates are posted to, and with which headers."""

    app_key: str
    url: str
    headers: tuple[tuple[str, str], ...] = ()
    statuses: tuple[str, ...] = ()

    def wants(self, update: StatusUpdate) -> bool:
        """Whether the filter lets an update through."""
        return not self.statuses or update.state in self.statuses
