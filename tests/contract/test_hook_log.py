"""The log of a hook, in memory and on the table: what is written, in which order it is read, what of it is work."""

from datetime import timedelta
from itertools import count
from typing import Any

import pytest

from settlement.domain.account.delivery import DELAYS, KEPT_FOR, Called, Delivery, attempted
from settlement.domain.account.feed import Hook, StatusUpdate
from settlement.domain.actor import Actor
from settlement.domain.transaction.listed_work import WorkKind
from settlement.storage.dynamodb import DynamoDBStore
from settlement.storage.feeds import DynamoDBFeeds
from settlement.use_cases.shared.ports import Conflict, Page, Store
from settlement.use_cases.updates.feed_ports import Feeds
from testkit.builders import ACCOUNT, NOON
from tests.support.declared_table import make_declared_table
from tests.support.feeds import FakeFeeds

_tables = count(1)
ACTOR = Actor("ops", "Ana")
FAILED, TAKEN = Called(500, "it answered with 500", 12), Called(204, None, 9)


@pytest.fixture(params=["fake", "client", "own_client"])
def both(request: pytest.FixtureRequest) -> tuple[Feeds, Store]:
    """Empty feeds of either kind, and the store of the same table."""
    if request.param == "fake":
        feeds = FakeFeeds()
        return feeds, feeds.store
    client, name = request.getfixturevalue(request.param), f"log-{next(_tables)}"
    make_declared_table(client, name)
    return DynamoDBFeeds(client, name), DynamoDBStore(client, name)


def an_update(number: int = 1, **more: Any) -> StatusUpdate:
    return StatusUpdate(f"T-transaction-{number}", f"{number}-01", "handling", NOON + timedelta(seconds=number), **more)


def after(attempts: int, update: StatusUpdate, called: Called = FAILED, currency: str = "") -> list[Delivery]:
    """A delivery after each of so many failed attempts, and then of one that ends as is told."""
    told: list[Delivery] = []
    for _ in range(attempts):
        told.append(attempted(told[-1] if told else None, "erp", update, "T", FAILED, NOON))
    return [*told, attempted(told[-1] if told else None, "erp", update, "T", called, NOON, currency)]


@pytest.mark.parametrize("called", [FAILED, TAKEN, Called(None, "no answer within 5 s", 5000)])
def test_delivery_is_read_as_it_was_written(both: tuple[Feeds, Store], called: Called) -> None:
    feeds, _ = both
    update = an_update(work_item={"kind": "manual-refund", "value": 500})
    [first] = after(0, update, called)

    feeds.record_delivery(ACCOUNT, None, first, ACTOR)

    assert feeds.delivery(ACCOUNT, "erp", update.key) == first
    assert feeds.deliveries(ACCOUNT, "erp", 10, None) == Page([first])
    assert feeds.delivery(ACCOUNT, "crm", update.key) is None
    assert feeds.delivery("another", "erp", update.key) is None
    assert first.next_attempt_at == (None if called is TAKEN else NOON + DELAYS[0])
    assert first.expires_at == NOON + KEPT_FOR


def test_attempt_that_lost_its_race_is_not_written(both: tuple[Feeds, Store]) -> None:
    feeds, _ = both
    first, second = after(1, an_update())
    feeds.record_delivery(ACCOUNT, None, first, ACTOR)

    with pytest.raises(Conflict):
        feeds.record_delivery(ACCOUNT, None, first, ACTOR)
    feeds.record_delivery(ACCOUNT, first, second, ACTOR)
    with pytest.raises(Conflict):
        feeds.record_delivery(ACCOUNT, first, second, ACTOR)

    assert feeds.delivery(ACCOUNT, "erp", second.key) == second


def test_log_is_read_newest_first_by_pages_of_one_hook(both: tuple[Feeds, Store]) -> None:
    feeds, _ = both
    for number in (1, 2, 3):
        feeds.record_delivery(ACCOUNT, None, after(0, an_update(number))[0], ACTOR)

    page = feeds.deliveries(ACCOUNT, "erp", 2, None)
    rest = feeds.deliveries(ACCOUNT, "erp", 2, page.next)

    assert [held.update.order_id for held in page.items] == ["3-01", "2-01"]
    assert ([held.update.order_id for held in rest.items], rest.next) == (["1-01"], None)
    assert feeds.deliveries(ACCOUNT, "er", 2, None) == feeds.deliveries("another", "erp", 2, None) == Page([])

    feeds.remove_delivery(ACCOUNT, page.items[0], NOON, ACTOR)
    assert [held.update.order_id for held in feeds.deliveries(ACCOUNT, "erp", 9, None).items] == ["2-01", "1-01"]


def test_delivery_is_work_from_the_last_attempt_until_it_is_taken(both: tuple[Feeds, Store]) -> None:
    feeds, store = both
    first, second, third = after(2, an_update(), currency="BRL")
    taken = attempted(third, "erp", third.update, "T", TAKEN, NOON + timedelta(hours=1))
    later = NOON + timedelta(days=1)

    feeds.record_delivery(ACCOUNT, None, first, ACTOR)
    feeds.record_delivery(ACCOUNT, first, second, ACTOR)
    assert store.work(ACCOUNT, later, None, 10).items == []

    feeds.record_delivery(ACCOUNT, second, third, ACTOR)
    [item] = store.work(ACCOUNT, later, None, 10).items
    assert (item.order_id, item.transaction_id, item.currency) == ("1-01", "T", "BRL")
    assert (item.work.kind, item.work.since, item.work.delivery) == (WorkKind.UNDELIVERED_HOOK, NOON, third.id)
    assert store.work("another", later, None, 10).items == store.work(ACCOUNT, NOON - DELAYS[0], None, 10).items == []

    feeds.record_delivery(ACCOUNT, third, taken, ACTOR)
    assert store.work(ACCOUNT, later, None, 10).items == []
    assert (third.expires_at, taken.expires_at) == (None, taken.at + KEPT_FOR)


def told(store: Store) -> list[tuple[str, str, str]]:
    """What the transaction's timeline tells of work, oldest first: event, item, currency."""
    events = store.events(ACCOUNT, "T", 100, None).items[::-1]
    assert {event.actor for event in events} <= {ACTOR}
    assert all((event.order_id, event.transaction_id) == ("1-01", "T") for event in events)
    items: list[Any] = [event.data["item"] for event in events]
    return [(event.type.value, item["id"], item["currency"]) for event, item in zip(events, items, strict=True)]


def test_work_of_a_delivery_is_told_in_the_write_that_opens_or_ends_it(both: tuple[Feeds, Store]) -> None:
    feeds, store = both
    first, second, third = after(2, an_update(), currency="BRL")
    again = attempted(third, "erp", third.update, "T", FAILED, NOON + timedelta(minutes=30), "BRL")
    taken = attempted(again, "erp", third.update, "T", TAKEN, NOON + timedelta(hours=1))
    item = f"undelivered-hook.T.{third.id}"

    for before, now in ((None, first), (first, second)):
        feeds.record_delivery(ACCOUNT, before, now, ACTOR)
    assert told(store) == []
    feeds.record_delivery(ACCOUNT, second, third, ACTOR)
    feeds.record_delivery(ACCOUNT, third, again, ACTOR)
    assert told(store) == [("WorkItemOpened", item, "BRL")]
    with pytest.raises(Conflict):
        feeds.record_delivery(ACCOUNT, third, taken, ACTOR)
    assert len(told(store)) == 1

    feeds.record_delivery(ACCOUNT, again, taken, ACTOR)

    assert told(store) == [("WorkItemOpened", item, "BRL"), ("WorkItemClosed", item, "BRL")]


def test_work_of_a_delivery_that_is_deleted_is_told_to_have_ended(both: tuple[Feeds, Store]) -> None:
    feeds, store = both
    first, second, third = after(2, an_update(), currency="BRL")
    for before, now in ((None, first), (first, second), (second, third)):
        feeds.record_delivery(ACCOUNT, before, now, ACTOR)
    with pytest.raises(Conflict):
        feeds.remove_delivery(ACCOUNT, second, NOON, ACTOR)

    feeds.remove_delivery(ACCOUNT, third, NOON + timedelta(hours=1), ACTOR)

    assert [type_ for type_, _, _ in told(store)] == ["WorkItemOpened", "WorkItemClosed"]
    assert store.work(ACCOUNT, NOON + timedelta(days=1), None, 10).items == []
    assert feeds.delivery(ACCOUNT, "erp", third.key) is None


def test_delivery_that_asks_for_no_work_is_deleted_without_a_word(both: tuple[Feeds, Store]) -> None:
    feeds, store = both
    [taken] = after(0, an_update(), TAKEN)
    feeds.record_delivery(ACCOUNT, None, taken, ACTOR)

    feeds.remove_delivery(ACCOUNT, taken, NOON, ACTOR)

    assert (told(store), feeds.delivery(ACCOUNT, "erp", taken.key)) == ([], None)


def test_secrets_are_kept_with_the_hook(both: tuple[Feeds, Store]) -> None:
    feeds, _ = both
    hook = Hook("erp", "https://erp.example", secrets=("s1",))
    feeds.replace_hook(ACCOUNT, None, hook)
    feeds.replace_hook(ACCOUNT, hook, hook.with_secret("s2"))

    kept = feeds.hook(ACCOUNT, "erp")
    assert kept is not None
    assert kept.secrets == ("s2", "s1")
    assert kept.with_secret("s3").secrets == ("s3", "s2")
    with pytest.raises(Conflict):
        feeds.replace_hook(ACCOUNT, hook, hook.with_secret("s4"))
