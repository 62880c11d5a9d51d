"""The feed of an app key: a queue of status updates, which its integrator reads and commits.

An update stays until it is committed or expires. Reading hides it for a while, and with it all later updates of its
order; so updates of one order are read in sequence.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from settlement.domain.account.feed import MAX_FEEDS, Feed, FeedItem, StatusUpdate
from settlement.domain.errors import InvalidRequest, NoFeed
from settlement.use_cases.shared.contention import no_pause, until_first
from settlement.use_cases.shared.ports import Page
from settlement.use_cases.updates.feed_ports import Feeds
from settlement.values import dataclass

_PAGE = 100
_MAX_PAGES = 10
"""Most pages of a queue that one read looks at; if they hold hidden updates only, the answer is empty."""


@dataclass(frozen=True, slots=True)
class FeedState:
    """A feed and the number of updates in its queue; ``quantity`` stops at 1,000."""

    feed: Feed
    quantity: int
    oldest: datetime | None


def configure_feed(feeds: Feeds, account: str, feed: Feed, pause: Callable[[float], None] = no_pause) -> Feed:
    """Create an app key's feed or change it; its queue stays. Raises ``InvalidRequest`` for too many feeds."""
    return until_first(pause, lambda: _configure(feeds, account, feed))


def _configure(feeds: Feeds, account: str, feed: Feed) -> Feed:
    existing = feeds.feeds(account)
    mine = next((held for held in existing if held.app_key == feed.app_key), None)
    if mine is None and len(existing) >= MAX_FEEDS:
        raise InvalidRequest(f"an account has at most {MAX_FEEDS} feeds, one for each app key")
    kept = replace(feed, id=mine.id) if mine else feed
    feeds.replace_feed(account, mine, kept)
    return kept


def retrieve_feed(feeds: Feeds, account: str, app_key: str, now: datetime) -> FeedState:
    """Return an app key's feed and the number of its updates; raises ``NoFeed``."""
    feed = _feed(feeds, account, app_key)
    waiting = [item for item in _items(feeds, account, feed) if item.expires_at > now]
    return FeedState(feed, len(waiting), waiting[0].update.changed_at if waiting else None)


def publish_update(feeds: Feeds, account: str, update: StatusUpdate, now: datetime) -> int:
    """Add an update to every feed of the account whose filter matches; return their number."""
    wanting = [feed for feed in feeds.feeds(account) if feed.wants(update)]
    for feed in wanting:
        expires_at = now + timedelta(seconds=feed.retention_seconds)
        feeds.append(account, feed.id, FeedItem(update, visible_at=now, expires_at=expires_at))
    return len(wanting)


def read_feed(feeds: Feeds, account: str, app_key: str, most: int, now: datetime) -> list[StatusUpdate]:
    """Return and hide the oldest visible updates, at most ``most``; raises ``NoFeed``."""
    feed = _feed(feeds, account, app_key)
    hidden_until = now + timedelta(seconds=feed.visibility_seconds)
    taken: list[StatusUpdate] = []
    held_back: set[str] = set()
    for item in _items(feeds, account, feed):
        if len(taken) == most:
            break
        order_id = item.update.order_id
        if item.expires_at <= now or order_id in held_back:
            continue
        if item.visible_at <= now and feeds.hide(account, feed.id, item, hidden_until):
            taken.append(item.update)
        else:
            held_back.add(order_id)
    return taken


def commit_updates(feeds: Feeds, account: str, app_key: str, keys: list[str]) -> None:
    """Delete updates from the feed; one that is not there is no error. Raises ``NoFeed``."""
    feed = _feed(feeds, account, app_key)
    for key in keys:
        feeds.remove(account, feed.id, key)


def _feed(feeds: Feeds, account: str, app_key: str) -> Feed:
    feed = feeds.feed(account, app_key)
    if feed is None:
        raise NoFeed(app_key)
    return feed


def _items(feeds: Feeds, account: str, feed: Feed) -> Iterator[FeedItem]:
    page: Page[FeedItem] = feeds.items(account, feed.id, _PAGE, None)
    yield from page.items
    for _ in range(_MAX_PAGES - 1):
        if page.next is None:
            return
        page = feeds.items(account, feed.id, _PAGE, page.next)
        yield from page.items
