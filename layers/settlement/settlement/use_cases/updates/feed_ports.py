"""What feeds and hooks need from outside: where they are kept, and a way to call."""

from datetime import datetime
from typing import Protocol

from settlement.domain.account.feed import Feed, FeedItem, Hook, StatusUpdate
from settlement.use_cases.shared.ports import Page


class Feeds(Protocol):
    """Feeds and hooks of an account, and the queues of its feeds; the queue of a feed is named by the feed's id."""

    def feed(self, account: str, app_key: str) -> Feed | None: ...
    def feeds(self, account: str) -> list[Feed]: ...
    def replace_feed(self, account: str, before: Feed | None, after: Feed) -> None:
        """Write a feed over what was read (None: a new one), or raise ``Conflict``."""
        ...

    def delete_feed(self, account: str, app_key: str) -> None: ...
    def hook(self, account: str, app_key: str) -> Hook | None: ...
    def hooks(self, account: str) -> list[Hook]: ...
    def replace_hook(self, account: str, before: Hook | None, after: Hook) -> None:
        """Write a hook over what was read (None: a new one), or raise ``Conflict``."""
        ...

    def delete_hook(self, account: str, app_key: str) -> None: ...
    def append(self, account: str, feed_id: str, item: FeedItem) -> None:
        """Put an update into a queue, once: if it is there, it stays as it is."""
        ...

    def items(self, account: str, feed_id: str, page_size: int, after: str | None) -> Page[FeedItem]:
        """Return a page of a queue, oldest first, hidden and expired items included."""
        ...

    def hide(self, account: str, feed_id: str, item: FeedItem, until: datetime) -> bool:
        """Hide an item until a time, if it still is as it was read; tell whether it was."""
        ...

    def remove(self, account: str, feed_id: str, key: str) -> None:
        """Take an update off a queue; nothing happens if it is not there."""
        ...


class HookCaller(Protocol):
    """Posts to hooks over the network; each answers None, or why it failed."""

    def ping(self, hook: Hook) -> str | None: ...
    def notify(self, account: str, hook: Hook, update: StatusUpdate) -> str | None: ...
