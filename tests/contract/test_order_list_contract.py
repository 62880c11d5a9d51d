"""What every ``Store`` promises of lists and groups: one suite for the fake and for DynamoDB's index."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import pytest

from settlement.domain.order.listing import as_listed
from settlement.domain.order.order import Order
from settlement.storage.dynamodb import DynamoDBStore
from settlement.use_cases.shared.ports import Commit, ListRange, Page, Store
from testkit.builders import ACCOUNT, NOON, an_order
from testkit.store import FakeStore
from tests.support.declared_table import make_declared_table

_tables = count(1)
MARCH = ListRange("2026-03", datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 3, 31, 23, 59, 59, 999999, tzinfo=UTC))


@pytest.fixture(params=["fake", "client", "own_client"])
def store(request: pytest.FixtureRequest) -> Store:
    """An empty store of either kind, on the template's own table."""
    if request.param == "fake":
        return FakeStore()
    client, name = request.getfixturevalue(request.param), f"orders-{next(_tables)}"
    make_declared_table(client, name)
    return DynamoDBStore(client, name)


def put(store: Store, order_id: str, account: str = ACCOUNT, **changes: Any) -> Order:
    """Write an order head."""
    group = order_id.rpartition("-")[0] or order_id
    order = replace(
        an_order(order_id=order_id, order_group=group, account=account),
        listed_status="handling",
        payment_names="Visa, Pix",
        total_items=3,
    )
    order = replace(order, **changes)
    store.commit(Commit(account, order_id, order.transaction_id, order=order))
    return order


def ids(page: Page[Any]) -> list[str]:
    """The ids of a page."""
    return [order.order_id for order in page.items]


@pytest.mark.parametrize(
    "facts",
    [
        {},
        {"authorised_at": NOON, "invoiced_at": NOON + timedelta(hours=1), "returned": 5, "in_error": True},
    ],
    ids=["with-none", "full"],
)
def test_order_is_listed_as_it_was_written(store: Store, facts: dict[str, Any]) -> None:
    order = put(store, "1-01", **facts)

    assert store.listed(ACCOUNT, MARCH, None).items == [as_listed(order)]


def test_list_is_of_one_account_and_month(store: Store) -> None:
    put(store, "1-01")
    put(store, "2-01", account="other")
    put(store, "3-01", created_at=NOON + timedelta(days=31))

    assert ids(store.listed(ACCOUNT, MARCH, None)) == ["1-01"]


def test_list_is_in_the_order_of_creation_either_way(store: Store) -> None:
    for hours in (2, 0, 1):
        put(store, f"{hours}-01", created_at=NOON + timedelta(hours=hours))

    assert ids(store.listed(ACCOUNT, MARCH, None)) == ["2-01", "1-01", "0-01"]
    assert ids(store.listed(ACCOUNT, replace(MARCH, newest_first=False), None)) == ["0-01", "1-01", "2-01"]


def test_range_holds_both_its_ends_to_the_microsecond(store: Store) -> None:
    for microseconds in range(5):
        put(store, f"{microseconds}-01", created_at=NOON + timedelta(microseconds=microseconds))
    wanted = replace(MARCH, since=NOON + timedelta(microseconds=1), until=NOON + timedelta(microseconds=3))

    assert ids(store.listed(ACCOUNT, wanted, None)) == ["3-01", "2-01", "1-01"]


def test_statuses_narrow_the_list(store: Store) -> None:
    for number, status in enumerate(("handling", "invoice", "invoiced")):
        put(store, f"{number}-01", listed_status=status, created_at=NOON + timedelta(hours=number))

    assert ids(store.listed(ACCOUNT, replace(MARCH, statuses=("invoiced", "handling")), None)) == ["2-01", "0-01"]


def test_list_follows_the_head(store: Store) -> None:
    order = put(store, "1-01")
    put(store, "1-01", listed_status="invoiced", version=1, created_at=order.created_at)

    assert [held.listed_status for held in store.listed(ACCOUNT, MARCH, None).items] == ["invoiced"]


def test_long_list_comes_in_pages(store: Store) -> None:
    padding = "x" * 20_000  # DynamoDB ends a page after 1 MB
    written = [put(store, f"{number:03d}-01", payment_names=padding).order_id for number in range(101)]

    found, after = [], None
    while True:
        page = store.listed(ACCOUNT, MARCH, after)
        found += ids(page)
        after = page.next
        if after is None:
            break

    assert found == written[::-1]


def test_transactions_without_an_order_have_a_list_of_their_own(store: Store) -> None:
    put(store, "1-01")
    put(store, "2-01", gateway_only=True)

    assert ids(store.listed(ACCOUNT, MARCH, None)) == ["1-01"]
    assert ids(store.listed(ACCOUNT, replace(MARCH, gateway_only=True), None)) == ["2-01"]


def test_list_goes_on_behind_a_limit(store: Store) -> None:
    for hours in range(3):
        put(store, f"{hours}-01", created_at=NOON + timedelta(hours=hours))
    wanted = replace(MARCH, limit=2, newest_first=False)

    first = store.listed(ACCOUNT, wanted, None)

    assert ids(first) == ["0-01", "1-01"]
    assert ids(store.listed(ACCOUNT, wanted, first.next)) == ["2-01"]


def test_list_goes_on_behind_an_order(store: Store) -> None:
    for order_id in ("1-01", "1-02", "12", "12-01"):
        put(store, order_id, created_at=NOON)
    put(store, "0-01", created_at=NOON - timedelta(microseconds=1))
    put(store, "9-01", created_at=NOON + timedelta(microseconds=1))
    oldest_first = ["0-01", "1-01", "1-02", "12", "12-01", "9-01"]

    def behind(order_id: str, at: datetime, *, newest_first: bool) -> list[str]:
        return ids(store.listed(ACCOUNT, replace(MARCH, behind=(at, order_id), newest_first=newest_first), None))

    for place, order_id in enumerate(oldest_first[1:5], start=1):
        assert behind(order_id, NOON, newest_first=False) == oldest_first[place + 1 :]
        assert behind(order_id, NOON, newest_first=True) == oldest_first[:place][::-1]
    assert behind("", NOON, newest_first=True) == ["0-01"]
    assert behind("", NOON, newest_first=False) == oldest_first[1:]


def test_orders_are_found_by_their_group(store: Store) -> None:
    for order_id, account in (("7-01", ACCOUNT), ("7-02", ACCOUNT), ("77-01", ACCOUNT), ("7-03", "other")):
        put(store, order_id, account=account)

    assert store.orders_of_group(ACCOUNT, "7") == ["7-01", "7-02"]
    assert store.orders_of_group(ACCOUNT, "x" * 3000) == []


def test_order_that_is_its_own_group_needs_no_entry(store: Store) -> None:
    put(store, "alone")

    assert store.orders_of_group(ACCOUNT, "alone") == []
