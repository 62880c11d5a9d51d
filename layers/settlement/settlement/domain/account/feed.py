"""Status changes, and work that opens and closes, for integrators: a feed that they read, and a hook that is called.

Each app key has at most one feed and one hook, so integrations do not take each other's updates.
"""

import base64
import binascii
from collections.abc import Mapping
from dataclasses import field, replace
from datetime import datetime

from settlement.domain.transaction.listed_work import WorkKind
from settlement.domain.transaction.statuses import OrderStatus
from settlement.values import dataclass

LISTENERS = ("feed", "hook")
"""What can take in an account's status changes; events name those that are configured."""

MAX_FEEDS = 10
"""Most feeds of an account."""

MAX_SECRETS = 2
"""Most secrets that sign the calls of a hook: a new one and the one before it."""

MAX_HOOKS = 5
"""Most hooks of an account: one run of a function calls all of them."""

DEFAULT_VISIBILITY_SECONDS = 30
MAX_VISIBILITY_SECONDS = 43_200
DEFAULT_RETENTION_SECONDS = 345_600
MAX_RETENTION_SECONDS = 3_456_000

_MARKETPLACE = frozenset({OrderStatus.PAYMENT_PENDING.value, OrderStatus.PAYMENT_APPROVED.value})
"""Statuses of the flow's payment part; the others belong to fulfillment (C§5.1)."""


@dataclass(frozen=True, slots=True)
class StatusUpdate:
    """A change of an order's status; ``event_id`` is the same in repeats, ``last_state`` is None for a new order.

    With ``work_item`` it is work that opened or closed instead, and ``state`` says which.
    """

    event_id: str
    order_id: str
    state: str
    changed_at: datetime
    last_state: str | None = None
    last_changed_at: datetime | None = None
    work_item: Mapping[str, object] | None = None

    @property
    def domain(self) -> str:
        """The part of the order flow to which the status belongs; ``Work`` for work."""
        if self.work_item is not None:
            return "Work"
        return "Marketplace" if self.state in _MARKETPLACE else "Fulfillment"

    @property
    def hook_at_fault(self) -> str | None:
        """The app key of the hook that did not take another update, if this one tells of that; None otherwise."""
        item = self.work_item or {}
        if item.get("kind") != WorkKind.UNDELIVERED_HOOK:
            return None
        named = read_delivery_id(str(item.get("deliveryId")))
        return "" if named is None else named[0]

    @property
    def key(self) -> str:
        """A unique text; the keys of an order's updates sort in the order of events."""
        writer, _, number = self.event_id.rpartition("-")
        return f"{self.changed_at.isoformat(timespec='microseconds')}#{writer}#{number:0>9}"


def delivery_id(app_key: str, key: str) -> str:
    """Return the public id of the delivery of an update, by its key, to the hook of an app key."""
    return base64.urlsafe_b64encode(f"{app_key} {key}".encode()).decode().rstrip("=")


def read_delivery_id(id_: str) -> tuple[str, str] | None:
    """Return app key and key of a delivery by its id; None for what is no id."""
    try:
        text = base64.b64decode(f"{id_}{'=' * (-len(id_) % 4)}".encode(), altchars=b"-_", validate=True).decode()
    except (ValueError, binascii.Error):
        return None
    app_key, _, key = text.partition(" ")
    return (app_key, key) if app_key and key else None


def _is_wanted(update: StatusUpdate, statuses: tuple[str, ...], work_items: bool) -> bool:
    """True if a filter matches an update: one of work by ``work_items``, any other by its status."""
    if update.work_item is not None:
        return work_items
    return not statuses or update.state in statuses


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed's configuration; empty ``statuses`` mean all, and with ``work_items`` work comes too.

    ``id`` identifies its queue and is new for each feed.
    """

    app_key: str
    id: str
    statuses: tuple[str, ...] = ()
    visibility_seconds: int = DEFAULT_VISIBILITY_SECONDS
    retention_seconds: int = DEFAULT_RETENTION_SECONDS
    work_items: bool = False

    def wants(self, update: StatusUpdate) -> bool:
        """True if the filter matches an update."""
        return _is_wanted(update, self.statuses, self.work_items)


@dataclass(frozen=True, slots=True)
class FeedItem:
    """An update in a feed's queue: visible from ``visible_at`` on, until ``expires_at``."""

    update: StatusUpdate
    visible_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Hook:
    """A hook's configuration: the address to which updates are posted, the headers, and the filter as a feed's.

    Each of ``secrets``, the newest first, signs every call; a hook of an earlier version has none.
    """

    app_key: str
    url: str
    headers: tuple[tuple[str, str], ...] = ()
    statuses: tuple[str, ...] = ()
    work_items: bool = False
    secrets: tuple[str, ...] = field(default=(), repr=False)

    def wants(self, update: StatusUpdate) -> bool:
        """True if the filter matches an update, and that does not tell of a failure of this hook itself."""
        return _is_wanted(update, self.statuses, self.work_items) and update.hook_at_fault != self.app_key

    def with_secret(self, secret: str) -> "Hook":
        """Return the hook with a new secret; the one before stays valid, older ones do not."""
        return replace(self, secrets=(secret, *self.secrets)[:MAX_SECRETS])
