"""The feed and the hook of status updates."""

from dataclasses import replace
from datetime import timedelta

import pytest

from settlement.domain.account.feed import MAX_FEEDS, MAX_HOOKS, Feed, FeedItem, Hook, StatusUpdate
from settlement.domain.errors import InvalidRequest, NoFeed, NoHook
from settlement.domain.events import Event, EventType
from settlement.use_cases.updates.call_hooks import HooksNotDelivered, call_hooks, configure_hook, retrieve_hook
from settlement.use_cases.updates.read_feed import (
    commit_updates,
    configure_feed,
    publish_update,
    read_feed,
    retrieve_feed,
)
from testkit.builders import ACCOUNT, NOON
from testkit.shop import Shop
from tests.support.feeds import FakeFeeds, FakeHookCaller

FEED = Feed("erp", "F1", visibility_seconds=30, retention_seconds=3600)
SOON = NOON + timedelta(seconds=30)


def an_update(number: int = 1, order_id: str = "1-01", state: str = "handling") -> StatusUpdate:
    """A status change."""
    return StatusUpdate(f"{order_id}-transaction-{number}", order_id, state, NOON + timedelta(milliseconds=number))


@pytest.fixture
def feeds() -> FakeFeeds:
    """Feeds with one of app key ``erp``."""
    feeds = FakeFeeds()
    configure_feed(feeds, ACCOUNT, FEED)
    return feeds


def numbers(updates: list[StatusUpdate]) -> list[str]:
    """The numbers of updates."""
    return [update.event_id.rpartition("-")[2] for update in updates]


def test_updates_are_handed_out_oldest_first_and_hidden_for_a_while(feeds: FakeFeeds) -> None:
    for number in (2, 1, 3):
        publish_update(feeds, ACCOUNT, an_update(number), NOON)

    assert numbers(read_feed(feeds, ACCOUNT, "erp", 10, NOON)) == ["1", "2", "3"]
    assert read_feed(feeds, ACCOUNT, "erp", 10, SOON - timedelta(seconds=1)) == []
    assert numbers(read_feed(feeds, ACCOUNT, "erp", 10, SOON)) == ["1", "2", "3"]


def test_later_updates_of_an_order_wait_while_an_earlier_one_is_hidden(feeds: FakeFeeds) -> None:
    for number in (1, 2):
        publish_update(feeds, ACCOUNT, an_update(number), NOON)
    publish_update(feeds, ACCOUNT, an_update(3, "2-01"), NOON)

    assert numbers(read_feed(feeds, ACCOUNT, "erp", 1, NOON)) == ["1"]
    assert numbers(read_feed(feeds, ACCOUNT, "erp", 10, NOON)) == ["3"]
    commit_updates(feeds, ACCOUNT, "erp", [an_update(1).key])
    assert numbers(read_feed(feeds, ACCOUNT, "erp", 10, NOON)) == ["2"]


def test_committed_updates_never_come_back(feeds: FakeFeeds) -> None:
    publish_update(feeds, ACCOUNT, an_update(), NOON)
    read_feed(feeds, ACCOUNT, "erp", 10, NOON)

    for _ in range(2):
        commit_updates(feeds, ACCOUNT, "erp", [an_update().key])

    assert read_feed(feeds, ACCOUNT, "erp", 10, SOON) == []


def test_updates_expire(feeds: FakeFeeds) -> None:
    publish_update(feeds, ACCOUNT, an_update(), NOON)
    end = NOON + timedelta(seconds=3600)

    assert retrieve_feed(feeds, ACCOUNT, "erp", end - timedelta(seconds=1)).quantity == 1
    assert retrieve_feed(feeds, ACCOUNT, "erp", end).quantity == 0
    assert read_feed(feeds, ACCOUNT, "erp", 10, end) == []


def test_filter_lets_named_statuses_through(feeds: FakeFeeds) -> None:
    configure_feed(feeds, ACCOUNT, replace(FEED, statuses=("invoiced",)))

    taken = [
        publish_update(feeds, ACCOUNT, an_update(n, state=state), NOON)
        for n, state in ((1, "handling"), (2, "invoiced"))
    ]

    assert taken == [0, 1]
    assert numbers(read_feed(feeds, ACCOUNT, "erp", 10, NOON)) == ["2"]


def test_each_app_key_has_a_queue_of_its_own(feeds: FakeFeeds) -> None:
    configure_feed(feeds, ACCOUNT, Feed("crm", "F2"))
    publish_update(feeds, ACCOUNT, an_update(), NOON)
    read_feed(feeds, ACCOUNT, "erp", 10, NOON)
    commit_updates(feeds, ACCOUNT, "erp", [an_update().key])

    assert numbers(read_feed(feeds, ACCOUNT, "crm", 10, NOON)) == ["1"]


def test_changed_feed_keeps_its_queue_and_one_made_anew_does_not(feeds: FakeFeeds) -> None:
    publish_update(feeds, ACCOUNT, an_update(), NOON)

    assert configure_feed(feeds, ACCOUNT, replace(FEED, id="F9", visibility_seconds=5)).id == "F1"
    feeds.delete_feed(ACCOUNT, "erp")
    configure_feed(feeds, ACCOUNT, replace(FEED, id="F9"))

    assert read_feed(feeds, ACCOUNT, "erp", 10, NOON) == []


def test_app_key_without_feed_or_hook_is_told_so(feeds: FakeFeeds) -> None:
    with pytest.raises(NoFeed):
        read_feed(feeds, ACCOUNT, "crm", 10, NOON)
    with pytest.raises(NoHook):
        retrieve_hook(feeds, ACCOUNT, "crm")


def test_account_has_so_many_feeds_and_hooks(feeds: FakeFeeds) -> None:
    for number in range(MAX_FEEDS - 1):
        configure_feed(feeds, ACCOUNT, Feed(f"key{number}", f"F{number}"))
    for number in range(MAX_HOOKS):
        configure_hook(feeds, FakeHookCaller(), ACCOUNT, Hook(f"key{number}", "https://a.example"), "s", NOON)

    configure_feed(feeds, ACCOUNT, FEED)
    with pytest.raises(InvalidRequest, match="at most 10 feeds"):
        configure_feed(feeds, ACCOUNT, Feed("one more", "X"))
    with pytest.raises(InvalidRequest, match="at most 5 hooks"):
        configure_hook(feeds, FakeHookCaller(), ACCOUNT, Hook("one more", "https://a.example"), "s", NOON)


def test_hook_whose_address_does_not_answer_is_not_saved(feeds: FakeFeeds) -> None:
    hook = Hook("erp", "https://dead.example")

    with pytest.raises(InvalidRequest, match="it answered with 500"):
        configure_hook(feeds, FakeHookCaller(hook.url), ACCOUNT, hook, "s", NOON)

    assert feeds.hook(ACCOUNT, "erp") is None


def test_every_hook_that_wants_an_update_is_called_and_failures_are_raised(feeds: FakeFeeds) -> None:
    caller = FakeHookCaller()
    for key, statuses in (("a", ()), ("b", ("invoiced",)), ("c", ("handling",))):
        configure_hook(feeds, caller, ACCOUNT, Hook(key, f"https://{key}.example", statuses=statuses), "s", NOON)
    caller.broken = {"https://a.example"}

    with pytest.raises(HooksNotDelivered, match="a: it answered with 500"):
        call_hooks(Shop().ports, feeds, caller, ACCOUNT, an_update(), "T")

    assert [url for _, url, _ in caller.notified] == ["https://a.example", "https://c.example"]


@pytest.mark.parametrize(
    ("state", "side"),
    [("payment-pending", "Marketplace"), ("payment-approved", "Marketplace"), ("handling", "Fulfillment")],
)
def test_domain_is_the_side_of_the_flow(state: str, side: str) -> None:
    assert an_update(state=state).domain == side


def test_status_changes_tell_since_when_the_order_had_the_status_before(shop: Shop) -> None:
    placed = shop.place()
    placed_at = shop.clock.time
    shop.clock.advance(timedelta(minutes=1))
    placed.run()
    shop.clock.advance(timedelta(minutes=1))
    placed.start()

    def told(event: Event) -> tuple[object, object]:
        return event.data["to"], event.data["since"]

    assert [told(event) for event in placed.said(EventType.ORDER_STATUS_CHANGED)] == [
        ("payment-pending", None),
        ("ready-for-handling", placed_at.isoformat()),
        ("handling", (placed_at + timedelta(minutes=1)).isoformat()),
    ]


def test_item_of_the_queue_is_the_update(feeds: FakeFeeds) -> None:
    publish_update(feeds, ACCOUNT, an_update(), NOON)

    assert feeds.items(ACCOUNT, "F1", 10, None).items == [
        FeedItem(an_update(), NOON, NOON + timedelta(seconds=FEED.retention_seconds))
    ]


def test_work_comes_where_it_is_configured_whatever_the_statuses(feeds: FakeFeeds) -> None:
    opened = replace(an_update(state="WorkItemOpened"), work_item={"id": "manual-refund.T.2.0001"})
    configure_feed(feeds, ACCOUNT, replace(FEED, app_key="desk", id="F2", statuses=("handling",), work_items=True))
    hooks = [Hook("erp", "https://erp.example"), Hook("desk", "https://desk.example", (), ("invoiced",), True)]
    for hook in hooks:
        feeds.replace_hook(ACCOUNT, None, hook)
    caller = FakeHookCaller()

    assert publish_update(feeds, ACCOUNT, opened, NOON) == 1
    assert call_hooks(Shop().ports, feeds, caller, ACCOUNT, opened, "T") == 1

    assert read_feed(feeds, ACCOUNT, "erp", 10, NOON) == []
    assert read_feed(feeds, ACCOUNT, "desk", 10, NOON) == [opened]
    assert opened.domain == "Work"
    assert caller.notified == [(ACCOUNT, "https://desk.example", "WorkItemOpened")]
