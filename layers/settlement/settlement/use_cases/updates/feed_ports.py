"""Ports of feeds and hooks: their store, and a client that calls hooks."""

from datetime import datetime
from typing import Protocol

from settlement.domain.account.delivery import Called, Delivery
from settlement.domain.account.feed import Feed, FeedItem, Hook, StatusUpdate
from settlement.domain.actor import Actor
from settlement.use_cases.shared.ports import Page


class Feeds(Protocol):
    """Stores an account's feeds and hooks, and the feeds' queues by the feed's id."""

    def feed(self, account: str, app_key: str) -> Feed | None: ...
    def feeds(self, account: str) -> list[Feed]: ...
    def replace_feed(self, account: str, before: Feed | None, after: Feed) -> None:
        """Write a feed over ``before`` (None: a new one), or raise ``Conflict``."""
        ...

    def delete_feed(self, account: str, app_key: str) -> None: ...
    def hook(self, account: str, app_key: str) -> Hook | None: ...
    def hooks(self, account: str) -> list[Hook]: ...
    def replace_hook(self, account: str, before: Hook | None, after: Hook) -> None:
        """Write a hook over ``before`` (None: a new one), or raise ``Conflict``."""
        ...

    def delete_hook(self, account: str, app_key: str) -> None: ...
    def listeners(self, account: str) -> list[str]:
        """Return what of ``LISTENERS`` the account has configured, in their order."""
        ...

    def append(self, account: str, feed_id: str, item: FeedItem) -> None:
        """Add an update to a queue; if it is there already, it stays unchanged."""
        ...

    def items(self, account: str, feed_id: str, page_size: int, after: str | None) -> Page[FeedItem]:
        """Return a page of a queue, oldest first, hidden and expired items included."""
        ...

    def hide(self, account: str, feed_id: str, item: FeedItem, until: datetime) -> bool:
        """Hide an item until a time. Return False if another reader changed it since it was read."""
        ...

    def remove(self, account: str, feed_id: str, key: str) -> None:
        """Delete an update from a queue; does nothing if it is not there."""
        ...

    def delivery(self, account: str, app_key: str, key: str) -> Delivery | None: ...
    def deliveries(self, account: str, app_key: str, limit: int, after: str | None) -> Page[Delivery]:
        """Return a page of a hook's log, the newest updates first; ``after`` is the key of the last one before."""
        ...

    def record_delivery(self, account: str, before: Delivery | None, after: Delivery, actor: Actor) -> None:
        """Write a delivery, or raise ``Conflict`` if its attempts have changed.

        The work that it asks for is listed and told in the same write, in the name of the actor; so is its end.
        """
        ...

    def remove_delivery(self, account: str, delivery: Delivery, at: datetime, actor: Actor) -> None:
        """Delete a delivery and the work that it asks for, or raise ``Conflict`` if its attempts have changed."""
        ...


class HookCaller(Protocol):
    """Posts to hooks over the network, signed for a time."""

    def ping(self, hook: Hook, at: datetime) -> str | None:
        """Return None if the hook answers, or the reason of the failure."""
        ...

    def notify(self, account: str, hook: Hook, update: StatusUpdate, at: datetime) -> Called: ...
