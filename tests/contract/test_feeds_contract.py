"""What every ``Feeds`` promises: one suite for the fake that the unit tests stand on and for DynamoDB."""

from dataclasses import replace
from datetime import timedelta
from itertools import count
from typing import Any

import pytest

from settlement.domain.account.feed import Feed, FeedItem, Hook, StatusUpdate
from settlement.storage.feeds import DynamoDBFeeds
from settlement.use_cases.updates.feed_ports import Feeds
from testkit.builders import ACCOUNT, NOON
from tests.support.declared_table import make_declared_table
from tests.support.feeds import FakeFeeds

_tables = count(1)
FEED = Feed("erp", "F1", ("handling", "invoiced"), 60, 3600)
HOOK = Hook("erp", "https://erp.example/hook", (("key", "value"), ("other", "")), ("handling",))
LATER = NOON + timedelta(hours=1, microseconds=1)


@pytest.fixture(params=["fake", "client", "own_client"])
def feeds(request: pytest.FixtureRequest) -> Feeds:
    """Empty feeds of either kind."""
    if request.param == "fake":
        return FakeFeeds()
    client, name = request.getfixturevalue(request.param), f"feeds-{next(_tables)}"
    make_declared_table(client, name)
    return DynamoDBFeeds(client, name)


def an_item(number: int = 1, **changes: Any) -> FeedItem:
    """An update that waits."""
    update = StatusUpdate(f"T-transaction-{number}", "1-01", "handling", NOON + timedelta(seconds=number))
    return replace(FeedItem(update, NOON, LATER), **changes)


def keys(feeds: Feeds, feed_id: str = "F1", account: str = ACCOUNT) -> list[str]:
    """The events in a queue."""
    return [item.update.event_id for item in feeds.items(account, feed_id, 100, None).items]


def test_feed_is_read_as_it_was_saved(feeds: Feeds) -> None:
    feeds.replace_feed(ACCOUNT, None, FEED)
    feeds.replace_feed(ACCOUNT, None, Feed("crm", "F2"))
    feeds.replace_feed("other", None, Feed("erp", "F3"))

    assert feeds.feed(ACCOUNT, "erp") == FEED
    assert feeds.feeds(ACCOUNT) == [Feed("crm", "F2"), FEED]


def test_work_is_read_as_it_was_appended(feeds: Feeds) -> None:
    work = replace(an_item(), update=replace(an_item().update, work_item={"id": "retrying.T.2", "value": 7000}))
    feeds.append(ACCOUNT, "F1", work)

    assert feeds.items(ACCOUNT, "F1", 100, None).items == [work]


def test_hook_is_read_as_it_was_saved(feeds: Feeds) -> None:
    feeds.replace_hook(ACCOUNT, None, HOOK)
    feeds.replace_hook(ACCOUNT, None, Hook("crm", "https://crm.example"))

    assert feeds.hook(ACCOUNT, "erp") == HOOK
    assert feeds.hooks(ACCOUNT) == [Hook("crm", "https://crm.example"), HOOK]


def test_feed_and_hook_are_gone_when_deleted_once_or_twice(feeds: Feeds) -> None:
    feeds.replace_feed(ACCOUNT, None, FEED)
    feeds.replace_hook(ACCOUNT, None, HOOK)

    for _ in range(2):
        feeds.delete_feed(ACCOUNT, "erp")
        feeds.delete_hook(ACCOUNT, "erp")

    assert (feeds.feed(ACCOUNT, "erp"), feeds.hook(ACCOUNT, "erp")) == (None, None)


def test_listeners_are_what_the_account_has_configured(feeds: Feeds) -> None:
    found = [feeds.listeners(ACCOUNT)]
    feeds.replace_hook(ACCOUNT, None, HOOK)
    feeds.replace_feed("other", None, FEED)
    found.append(feeds.listeners(ACCOUNT))
    feeds.replace_feed(ACCOUNT, None, FEED)
    found.append(feeds.listeners(ACCOUNT))
    feeds.delete_hook(ACCOUNT, "erp")
    found.append(feeds.listeners(ACCOUNT))

    assert found == [[], ["hook"], ["feed", "hook"], ["feed"]]
    assert feeds.listeners("other") == ["feed"]


@pytest.mark.parametrize("item", [an_item(), an_item(visible_at=LATER)], ids=["new", "hidden"])
def test_update_is_read_as_it_was_appended(feeds: Feeds, item: FeedItem) -> None:
    full = replace(item, update=replace(item.update, last_state="ready-for-handling", last_changed_at=NOON))

    feeds.append(ACCOUNT, "F1", item)
    feeds.append(ACCOUNT, "F2", full)

    assert feeds.items(ACCOUNT, "F1", 10, None).items == [item]
    assert feeds.items(ACCOUNT, "F2", 10, None).items == [full]


def test_update_that_comes_again_stays_as_it_is(feeds: Feeds) -> None:
    feeds.append(ACCOUNT, "F1", an_item())
    assert feeds.hide(ACCOUNT, "F1", an_item(), LATER)

    feeds.append(ACCOUNT, "F1", an_item())

    assert feeds.items(ACCOUNT, "F1", 10, None).items == [an_item(visible_at=LATER)]


def test_queue_is_read_oldest_first_page_by_page(feeds: Feeds) -> None:
    for number in (3, 1, 10, 2):
        feeds.append(ACCOUNT, "F1", an_item(number))
    feeds.append(ACCOUNT, "F2", an_item(4))

    first = feeds.items(ACCOUNT, "F1", 3, None)
    second = feeds.items(ACCOUNT, "F1", 3, first.next)

    assert [item.update.event_id[-2:] for item in first.items] == ["-1", "-2", "-3"]
    assert [item.update.event_id[-2:] for item in second.items] == ["10"]
    assert second.next is None


def test_updates_of_one_moment_sort_by_their_numbers(feeds: Feeds) -> None:
    for number in (10, 9):
        item = an_item(number)
        feeds.append(ACCOUNT, "F1", replace(item, update=replace(item.update, changed_at=NOON)))

    assert keys(feeds) == ["T-transaction-9", "T-transaction-10"]


def test_only_one_of_two_readers_hides_an_update(feeds: Feeds) -> None:
    feeds.append(ACCOUNT, "F1", an_item())

    assert [feeds.hide(ACCOUNT, "F1", an_item(), LATER) for _ in range(2)] == [True, False]


def test_update_that_was_committed_cannot_be_hidden(feeds: Feeds) -> None:
    feeds.append(ACCOUNT, "F1", an_item())
    feeds.remove(ACCOUNT, "F1", an_item().update.key)

    assert not feeds.hide(ACCOUNT, "F1", an_item(), LATER)
    assert keys(feeds) == []


def test_removal_takes_one_update_of_one_queue(feeds: Feeds) -> None:
    for account, feed_id in ((ACCOUNT, "F1"), (ACCOUNT, "F2"), ("other", "F1")):
        feeds.append(account, feed_id, an_item(1))
        feeds.append(account, feed_id, an_item(2))

    for _ in range(2):
        feeds.remove(ACCOUNT, "F1", an_item(1).update.key)

    assert keys(feeds) == ["T-transaction-2"]
    assert keys(feeds, "F2") == keys(feeds, account="other") == ["T-transaction-1", "T-transaction-2"]
