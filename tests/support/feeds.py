"""The ``Feeds`` port in memory, and a caller of hooks that writes down what it was asked: no network."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

from settlement.domain.account.delivery import Called, Delivery
from settlement.domain.account.feed import LISTENERS, Feed, FeedItem, Hook, StatusUpdate
from settlement.domain.actor import Actor
from settlement.domain.events import Event
from settlement.storage.work_told import told_of_delivery
from settlement.use_cases.shared.ports import Commit, Conflict, Page
from testkit.guarded_things import place_of
from testkit.store import FakeStore


class FakeFeeds:
    """Feeds, hooks and queues in dicts; the same contract suite runs on this and on the table."""

    def __init__(self) -> None:
        self._feeds: dict[tuple[str, str], Feed] = {}
        self._hooks: dict[tuple[str, str], Hook] = {}
        self._items: dict[tuple[str, str, str], FeedItem] = {}
        self._interruptions: list[Callable[[], object]] = []
        self.store = FakeStore()
        """What lists the work of deliveries, as the table does."""

    def interrupt(self, *others: Callable[[], object]) -> None:
        """Let others write, one before each of the next configurations."""
        self._interruptions += others

    def everything(self) -> tuple[dict[Any, object], ...]:
        """Return all that is stored, by keys that begin with the account, to be held against what is stored later."""
        deliveries = {key[1:]: held for key, held in self.store.things.items() if key[0] is Delivery}
        return dict(self._feeds), dict(self._hooks), dict(self._items), deliveries

    def feed(self, account: str, app_key: str) -> Feed | None:
        """Return an app key's feed."""
        return self._feeds.get((account, app_key))

    def feeds(self, account: str) -> list[Feed]:
        """Return every feed of an account by app key."""
        return [feed for key, feed in sorted(self._feeds.items()) if key[0] == account]

    def replace_feed(self, account: str, before: Feed | None, after: Feed) -> None:
        """Write a feed over what was read, or raise ``Conflict``."""
        if self._interruptions:
            self._interruptions.pop(0)()
        if self.feed(account, after.app_key) != before:
            raise Conflict
        self._feeds[account, after.app_key] = after

    def delete_feed(self, account: str, app_key: str) -> None:
        """Forget an app key's feed."""
        self._feeds.pop((account, app_key), None)

    def hook(self, account: str, app_key: str) -> Hook | None:
        """Return an app key's hook."""
        return self._hooks.get((account, app_key))

    def hooks(self, account: str) -> list[Hook]:
        """Return every hook of an account by app key."""
        return [hook for key, hook in sorted(self._hooks.items()) if key[0] == account]

    def replace_hook(self, account: str, before: Hook | None, after: Hook) -> None:
        """Write a hook over what was read, or raise ``Conflict``."""
        if self._interruptions:
            self._interruptions.pop(0)()
        if self.hook(account, after.app_key) != before:
            raise Conflict
        self._hooks[account, after.app_key] = after

    def delete_hook(self, account: str, app_key: str) -> None:
        """Forget an app key's hook."""
        self._hooks.pop((account, app_key), None)

    def listeners(self, account: str) -> list[str]:
        """Return what the account has configured."""
        held = {"feed": self.feeds(account), "hook": self.hooks(account)}
        return [kind for kind in LISTENERS if held[kind]]

    def append(self, account: str, feed_id: str, item: FeedItem) -> None:
        """Put an update into a queue, once."""
        self._items.setdefault((account, feed_id, item.update.key), item)

    def items(self, account: str, feed_id: str, page_size: int, after: str | None) -> Page[FeedItem]:
        """Return a page of a queue, oldest first."""
        found = [item for key, item in sorted(self._items.items()) if key[:2] == (account, feed_id)]
        rest = [item for item in found if after is None or item.update.key > after]
        page = rest[:page_size]
        return Page(page, page[-1].update.key if len(rest) > page_size else None)

    def hide(self, account: str, feed_id: str, item: FeedItem, until: datetime) -> bool:
        """Hide an item until a time, if it still is as it was read."""
        key = (account, feed_id, item.update.key)
        if self._items.get(key) != item:
            return False
        self._items[key] = replace(item, visible_at=until)
        return True

    def remove(self, account: str, feed_id: str, key: str) -> None:
        """Take an update off a queue."""
        self._items.pop((account, feed_id, key), None)

    def delivery(self, account: str, app_key: str, key: str) -> Delivery | None:
        """Return a delivery of a hook's log."""
        return self.store.get(Delivery, account, app_key, key)

    def deliveries(self, account: str, app_key: str, limit: int, after: str | None) -> Page[Delivery]:
        """Return a page of a hook's log, the newest updates first."""
        found = sorted(self.store.all_of(Delivery, account, app_key), key=lambda held: held.key, reverse=True)
        rest = [held for held in found if after is None or held.key < after]
        return Page(rest[:limit], rest[limit - 1].key if len(rest) > limit else None)

    def record_delivery(self, account: str, before: Delivery | None, after: Delivery, actor: Actor) -> None:
        """Write a delivery over what was read, or raise ``Conflict``."""
        if self._interruptions:
            self._interruptions.pop(0)()
        stored = self.delivery(account, after.app_key, after.key)
        if (stored and stored.attempts) != (before and before.attempts):
            raise Conflict
        self.store.things[Delivery, account, after.app_key, after.key] = after
        self._tell(account, after, told_of_delivery(before, after, after.at, actor))

    def remove_delivery(self, account: str, delivery: Delivery, at: datetime, actor: Actor) -> None:
        """Take a delivery off a log, or raise ``Conflict``."""
        stored = self.delivery(account, delivery.app_key, delivery.key)
        if stored is None or stored.attempts != delivery.attempts:
            raise Conflict
        del self.store.things[Delivery, account, delivery.app_key, delivery.key]
        self._tell(account, delivery, told_of_delivery(delivery, None, at, actor))

    def copy(self, store: FakeStore) -> "FakeFeeds":
        """Return the same on a copy of its store."""
        twin = FakeFeeds()
        twin._feeds, twin._hooks, twin._items = dict(self._feeds), dict(self._hooks), dict(self._items)
        twin.store = store
        return twin

    def _tell(self, account: str, delivery: Delivery, events: list[Event]) -> None:
        """Put the events of a write where those of commits are, and on the stream."""
        for event in events:
            place = f"{place_of(events[-1])} {place_of(event)}"
            self.store.things[Event, account, delivery.transaction_id, place] = event
        if events:
            where = account, delivery.update.order_id, delivery.transaction_id, delivery.currency
            self.store.commits.append(Commit(*where, events=events, actor=events[0].actor))


class FakeHookCaller:
    """Takes every call, or fails those to the addresses in ``broken``."""

    def __init__(self, *broken: str) -> None:
        self.broken = set(broken)
        self.pinged: list[str] = []
        self.notified: list[tuple[str, str, str]] = []

    def copy(self) -> "FakeHookCaller":
        """Return the same, to go on with by itself."""
        twin = FakeHookCaller(*self.broken)
        twin.pinged, twin.notified = list(self.pinged), list(self.notified)
        return twin

    def ping(self, hook: Hook, at: datetime) -> str | None:
        """Ask an address whether anybody is there."""
        self.pinged.append(hook.url)
        return "it answered with 500" if hook.url in self.broken else None

    def notify(self, account: str, hook: Hook, update: StatusUpdate, at: datetime) -> Called:
        """Tell an address of an update."""
        self.notified.append((account, hook.url, update.state))
        is_broken = hook.url in self.broken
        return Called(500 if is_broken else 200, "it answered with 500" if is_broken else None, 12)
