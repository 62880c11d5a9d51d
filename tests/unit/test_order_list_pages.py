"""Pages of the list of orders: what each reads, and where the next one begins."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from settlement.api.order_lists.query import next_page, read_list_query
from settlement.api.order_lists.view import order_list_view, shown_on
from settlement.domain.errors import InvalidRequest
from settlement.domain.order.listing import ListedOrder
from settlement.domain.order.order import Order
from settlement.domain.transaction.transaction import Transaction
from settlement.use_cases.orders.list_orders import list_orders
from settlement.use_cases.orders.order_figures import figures_of
from settlement.use_cases.shared.ports import Commit, ListRange, Page
from testkit.builders import ACCOUNT, an_order
from testkit.store import FakeStore

NOW = datetime(2026, 3, 31, 12, tzinfo=UTC)


class CountingStore(FakeStore):
    """A store that counts the queries of lists, and the orders that they read."""

    def __init__(self) -> None:
        super().__init__()
        self.queries = self.items = self.heads = 0

    def listed(self, account: str, wanted: ListRange, after: str | None) -> Page[ListedOrder]:
        """Return a page, and count it."""
        page = super().listed(account, wanted, after)
        self.queries += 1
        self.items += len(page.items)
        return page

    def transactions(self, account: str, transaction_ids: Iterable[str]) -> dict[str, Transaction]:
        """Return heads, and count them."""
        ids = list(transaction_ids)
        self.heads += len(ids)
        return super().transactions(account, ids)


def an_account_with(count: int, every: timedelta = timedelta(minutes=1)) -> CountingStore:
    """A store with many orders, the last of them placed now."""
    store = CountingStore()
    for number in range(count):
        order_id, at = f"{number:05d}-01", NOW - every * (count - 1 - number)
        order = replace(
            an_order(order_id=order_id, order_group=f"{number:05d}"), created_at=at, listed_status="handling"
        )
        store.commit(Commit(ACCOUNT, order_id, order.transaction_id, order=order))
    return store


def page_of(store: CountingStore, **given: str) -> tuple[list[str], dict[str, Any], str | None]:
    """The ids of a page, its paging, and the mark of the next one; count what it reads."""
    store.queries = store.items = store.heads = 0
    wanted = read_list_query(given)
    listed = list_orders(store, ACCOUNT, wanted.wanted, NOW, wanted.enough)
    figures = figures_of(store, ACCOUNT, shown_on(listed, wanted.page, wanted.per_page))
    shown = order_list_view(listed, figures, wanted.page, wanted.per_page)
    link = next_page(given, wanted, listed)
    after = dict(parse_qsl(urlsplit(link).query))["after"] if link is not None else None
    return [order["orderId"] for order in shown["list"]], dict(shown["paging"]), after


def test_first_page_of_many_orders_reads_itself_alone() -> None:
    store = an_account_with(2000)

    found, paging, _ = page_of(store, per_page="20")

    assert (len(found), found[0], store.items, store.queries, store.heads) == (20, "01999-01", 20, 1, 20)
    assert paging == {"total": 21, "pages": 2, "currentPage": 1, "perPage": 20, "isPartial": True}


def test_numbered_page_reads_the_orders_before_it_and_itself() -> None:
    store = an_account_with(300)

    found, paging, _ = page_of(store, per_page="20", page="7")

    assert (found[0], found[-1]) == ("00179-01", "00160-01")
    assert store.items == 7 * 20
    assert (paging["pages"], paging["isPartial"]) == (8, True)


@pytest.mark.parametrize("order_by", ["creationDate,desc", "creationDate,asc"])
@pytest.mark.parametrize("every", [timedelta(minutes=1), timedelta(days=2)], ids=["one month", "many months"])
def test_pages_by_mark_show_every_order_once_and_cost_the_same(order_by: str, every: timedelta) -> None:
    store = an_account_with(205, every)
    found, _, after = page_of(store, per_page="20", orderBy=order_by)
    pages = [found]
    while after is not None:
        found, _, after = page_of(store, per_page="20", orderBy=order_by, after=after)
        pages.append(found)
        assert store.items <= 20
        assert store.queries <= 3

    everything = sorted((f"{number:05d}-01" for number in range(205)), reverse=order_by.endswith("desc"))
    assert [order_id for page in pages for order_id in page] == everything


def test_clients_that_page_by_number_get_every_order() -> None:
    store = an_account_with(45)
    found: list[str] = []
    number = pages = 1
    while number <= pages:
        page, paging, _ = page_of(store, page=str(number))
        found, number, pages = found + page, number + 1, paging["pages"]

    assert (len(set(found)), number, paging["isPartial"], paging["total"]) == (45, 5, False, 45)


def test_clients_that_page_by_total_get_every_order() -> None:
    store = an_account_with(47)
    found, paging, _ = page_of(store)
    while len(found) < paging["total"]:
        page, paging, _ = page_of(store, page=str(1 + len(found) // 15))
        found += page

    assert (len(set(found)), len(found), paging["isPartial"]) == (47, 47, False)


@pytest.mark.parametrize(("numbers", "paging"), [((1, 3), (2, 1, False)), ((0, 1, 3), (3, 2, True))])
def test_page_that_is_full_where_a_month_ends_looks_for_one_more(
    numbers: tuple[int, ...], paging: tuple[int, int, bool]
) -> None:
    store = an_account_with(4, timedelta(days=12))
    for order in store.every(Order):
        if int(order.order_group) in numbers:
            store.corrupt(order, replace(order, payment_names="Pix"))

    found, told, _ = page_of(store, f_paymentNames="pix", per_page="2")

    assert found == ["00003-01", "00001-01"]
    assert (told["total"], told["pages"], told["isPartial"]) == paging


def test_statistics_and_other_orders_of_sorting_look_at_all_orders() -> None:
    store = an_account_with(120)

    assert page_of(store, _stats="1")[1]["total"] == 120
    assert page_of(store, orderBy="totalValue,desc")[1]["total"] == 120
    assert page_of(store, orderBy="totalValue,desc")[2] is None


def test_page_of_a_filter_reads_on_until_it_is_full() -> None:
    store = an_account_with(500)
    rare = [order for order in store.every(Order) if order.order_id.endswith("50-01")]
    for order in rare:
        store.corrupt(order, replace(order, payment_names="Pix"))

    found, paging, after = page_of(store, f_paymentNames="pix", per_page="2")

    assert found == ["00450-01", "00350-01"]
    assert (paging["total"], paging["pages"], paging["isPartial"]) == (3, 2, True)
    assert page_of(store, f_paymentNames="pix", per_page="2", after=str(after))[0] == ["00250-01", "00150-01"]


@pytest.mark.parametrize(
    "given",
    [
        {"after": "yesterday"},
        {"after": "2026-03-01T12:00:00+00:00"},
        {"after": "2026-03-01T12:00:00+00:00_1#"},
        {"after": "2026-03-01T12:00:00+00:00_1-01", "page": "2"},
        {"after": "2026-03-01T12:00:00+00:00_1-01", "orderBy": "status"},
    ],
)
def test_mark_that_no_page_names_is_refused(given: dict[str, str]) -> None:
    with pytest.raises(InvalidRequest, match=r"^after: "):
        read_list_query(given)
