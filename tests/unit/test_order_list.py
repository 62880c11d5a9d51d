"""Listing orders: by status, dates and ids, month by month, bounded."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from settlement.api.order_lists.query import read_list_query
from settlement.api.order_lists.view import order_list_view
from settlement.domain.errors import InvalidRequest, OrderNotFound
from settlement.domain.events import EventType
from settlement.domain.order.listing import as_listed
from settlement.use_cases.orders import list_orders as module
from settlement.use_cases.orders.add_interaction import add_interaction
from settlement.use_cases.orders.list_orders import FoundOrders, OrderBy, OrderQuery, SearchField, Span, list_orders
from settlement.use_cases.orders.order_figures import OrderFigures
from settlement.use_cases.orders.retrieve_order import retrieve_group
from settlement.use_cases.shared.ports import Commit
from testkit.builders import ACCOUNT, NOON, a_new_payment, a_transaction, an_order
from testkit.shop import Shop
from testkit.store import FakeStore

NOW = datetime(2026, 3, 31, 12, tzinfo=UTC)


@pytest.fixture
def store() -> FakeStore:
    """An empty store."""
    return FakeStore()


@pytest.fixture
def put(store: FakeStore) -> Callable[..., None]:
    """Write an order head."""

    def write(order_id: str, created_at: datetime = NOON, **changes: Any) -> None:
        group = order_id.rpartition("-")[0] or order_id
        order = an_order(order_id=order_id, order_group=group, created_at=created_at, transaction_id=f"T{order_id}")
        order = replace(order, listed_status="handling", total_items=3, payment_names="Visa")
        transaction = a_transaction(transaction_id=f"T{order_id}", order_id=order_id)
        store.commit(
            Commit(ACCOUNT, order_id, f"T{order_id}", order=replace(order, **changes), transaction=transaction)
        )

    return write


def ids(store: FakeStore, wanted: OrderQuery | None = None, account: str = ACCOUNT) -> list[str]:
    """The ids of a list."""
    return [order.order_id for order in list_orders(store, account, wanted or OrderQuery(), NOW).orders]


def query(**given: str) -> OrderQuery:
    """What a query asks for."""
    return read_list_query(given).wanted


def test_list_is_newest_first_over_months_and_of_one_account(store: FakeStore, put: Callable[..., None]) -> None:
    put("1-01", NOON - timedelta(days=40))
    put("2-01", NOON)
    put("3-01", NOON - timedelta(days=400))

    assert ids(store) == ["2-01", "1-01", "3-01"]
    assert ids(store, OrderQuery(descending=False)) == ["3-01", "1-01", "2-01"]
    assert ids(store, account="other") == []


def test_list_without_dates_reaches_24_months_back(store: FakeStore, put: Callable[..., None]) -> None:
    put("old-01", datetime(2024, 3, 31, tzinfo=UTC))
    put("new-01", datetime(2024, 4, 1, tzinfo=UTC))

    assert ids(store) == ["new-01"]
    assert ids(
        store, OrderQuery(created=Span(datetime(2024, 1, 1, tzinfo=UTC), datetime(2024, 3, 31, tzinfo=UTC)))
    ) == ["old-01"]


@pytest.mark.parametrize("descending", [True, False])
def test_of_a_longer_range_the_last_24_months_are_shown(
    store: FakeStore, put: Callable[..., None], descending: bool
) -> None:
    put("old-01", datetime(2024, 3, 31, tzinfo=UTC))
    put("new-01", datetime(2024, 4, 1, tzinfo=UTC))
    since = Span(datetime(2000, 1, 1, tzinfo=UTC))

    listed = list_orders(store, ACCOUNT, OrderQuery(created=since, descending=descending), NOON)

    assert [order.order_id for order in listed.orders] == ["new-01"]
    assert listed.is_partial


def test_range_of_24_months_is_whole(store: FakeStore, put: Callable[..., None]) -> None:
    put("new-01", datetime(2024, 4, 1, tzinfo=UTC))

    listed = list_orders(store, ACCOUNT, OrderQuery(created=Span(datetime(2024, 4, 1, tzinfo=UTC))), NOON)

    assert (len(listed.orders), listed.is_partial) == (1, False)


def test_order_that_only_the_gateway_knows_is_not_found_by_its_transaction(
    store: FakeStore, put: Callable[..., None]
) -> None:
    put("1-01", gateway_only=True)

    assert ids(store, OrderQuery(text="A" * 32, search=SearchField.TRANSACTION)) == []


def test_range_holds_both_its_ends(store: FakeStore, put: Callable[..., None]) -> None:
    for number in range(4):
        put(f"{number}-01", NOON + timedelta(hours=number))

    assert ids(store, OrderQuery(created=Span(NOON + timedelta(hours=1), NOON + timedelta(hours=2)))) == [
        "2-01",
        "1-01",
    ]


def test_filters_are_by_status_payment_return_and_dates(store: FakeStore, put: Callable[..., None]) -> None:
    put("1-01", listed_status="invoice", authorised_at=NOON)
    put("2-01", payment_names="Pix", returned=5)
    put("3-01", listed_status="invoiced", invoiced_at=NOON)

    assert ids(store, query(f_status="invoice,invoiced")) == ["3-01", "1-01"]
    assert ids(store, query(f_paymentNames="pix")) == ["2-01"]
    assert ids(store, query(f_hasInputInvoice="true")) == ["2-01"]
    assert ids(store, query(f_invoicedDate="invoicedDate:[2026-03-01T00:00:00.000Z TO *]")) == ["3-01"]
    assert ids(store, query(f_authorizedDate="authorizedDate:[* TO 2026-03-02T00:00:00Z]")) == ["1-01"]


@pytest.mark.parametrize("text", ["7-01", "7", "T7-01"])
def test_free_text_is_an_order_a_group_or_a_transaction(store: FakeStore, put: Callable[..., None], text: str) -> None:
    put("7-01")
    put("8-01")

    assert ids(store, query(q=text)) == ["7-01"]
    assert ids(store, query(searchField=text)) == ["7-01"]
    assert ids(store, query(q=text, f_status="canceled")) == []


def test_group_has_all_its_orders(store: FakeStore, put: Callable[..., None]) -> None:
    put("7-01")
    put("7-02")
    put("77-01")

    assert ids(store, query(q="7", searchField="orderGroup")) == ["7-02", "7-01"]
    assert ids(store, query(q="7-01", searchField="orderGroup")) == []


def test_search_field_narrows_what_the_text_may_be(store: FakeStore, put: Callable[..., None]) -> None:
    put("7-01")

    assert ids(store, query(q="7-01", searchField="orderId")) == ["7-01"]
    assert ids(store, query(q="7-01", searchField="transactionId")) == []
    assert ids(store, query(q="T7-01", searchField="transactionId")) == ["7-01"]


def test_part_of_an_id_is_found_too(store: FakeStore, put: Callable[..., None]) -> None:
    put("117245-01")
    put("99-01")

    assert ids(store, query(q="1724")) == ["117245-01"]


def test_order_is_found_by_its_payment(shop: Shop) -> None:
    placed = shop.place(a_new_payment(10000, "partial", payment_id="PAY-1"))

    found = list_orders(shop.store, ACCOUNT, OrderQuery(text="PAY-1", search=SearchField.PAYMENT), shop.clock.time)

    assert [order.order_id for order in found.orders] == [placed.order_id]


@pytest.mark.parametrize(
    "given",
    [{"f_salesChannel": "Main"}, {"f_affiliateId": "WLM"}, {"incompleteOrders": "true"}, {"salesChannelId": "2"}],
)
def test_filter_by_what_no_order_here_has_leaves_nothing(
    store: FakeStore, put: Callable[..., None], given: dict[str, str]
) -> None:
    put("7-01")

    assert ids(store, query(**given)) == []
    assert ids(store, query(salesChannelId="1", incompleteOrders="false", f_isInstore="false")) == ["7-01"]


@pytest.mark.parametrize(
    "text",
    ["creationDate:[2026-03-02 TO 2026-03-02]", "2026-03-02", "creationDate:2026-03-02", "[2026-03-02 TO 2026-03-02]"],
)
def test_day_without_times_is_that_whole_day(store: FakeStore, put: Callable[..., None], text: str) -> None:
    day = datetime(2026, 3, 2, tzinfo=UTC)
    put("before-01", day - timedelta(microseconds=1))
    put("first-01", day)
    put("last-01", day + timedelta(days=1, microseconds=-1))
    put("after-01", day + timedelta(days=1))

    assert ids(store, query(f_creationDate=text)) == ["last-01", "first-01"]


def test_times_may_be_written_in_small_letters() -> None:
    span = query(f_creationDate="creationDate:[2026-03-02t00:00:00z TO 2026-03-02t10:00:00.5z]").created

    assert span == Span(datetime(2026, 3, 2, tzinfo=UTC), datetime(2026, 3, 2, 10, 0, 0, 500_000, tzinfo=UTC))


@pytest.mark.parametrize("name", ["handeling", "a,b", "HANDLING"])
def test_status_that_no_order_has_leaves_nothing(store: FakeStore, put: Callable[..., None], name: str) -> None:
    put("7-01")

    assert ids(store, query(f_status=name)) == []


@pytest.mark.parametrize(
    "given",
    [
        {"page": "0"},
        {"page": "x"},
        {"per_page": "101"},
        {"orderBy": "clientName,desc"},
        {"orderBy": "creationDate,down"},
        {"f_creationDate": "yesterday"},
        {"f_creationDate": "creationDate:[2026-13-01T00:00:00Z TO *]"},
        {"f_creationDate": "creationDate:[2026-02-01T00:00:00Z TO 2026-01-01T00:00:00Z]"},
        {"f_hasInputInvoice": "maybe"},
        {"f_status": ",".join(f"s{number}" for number in range(51))},
        {"q": "x" * 201},
        {"unknown": "1"},
        {"status": "handling"},
        {"F_status": "handling"},
        {"f_status": ","},
        {"f_creationDate": "invoicedDate:[2026-01-01 TO 2026-01-02]"},
        {"q": "7-01", "searchField": "clientPhone"},
    ],
)
def test_query_that_makes_no_sense_is_refused(given: dict[str, str]) -> None:
    with pytest.raises(InvalidRequest):
        read_list_query(given)


def test_query_is_read_as_clients_write_it() -> None:
    read = read_list_query(
        {
            "page": "2",
            "per_page": "100",
            "orderBy": "totalValue,asc",
            "f_status": "handling, invoiced",
            "f_creationDate": "creationDate:[2026-01-01T02:00:00.000Z TO 2026-01-02T01:59:59.999Z]",
            "q": "",
        }
    )

    assert (read.page, read.per_page) == (2, 100)
    assert read.wanted == OrderQuery(
        created=Span(datetime(2026, 1, 1, 2, tzinfo=UTC), datetime(2026, 1, 2, 1, 59, 59, 999000, tzinfo=UTC)),
        statuses=("handling", "invoiced"),
        order_by=OrderBy.VALUE,
        descending=False,
    )


def test_list_says_when_there_may_be_more(
    store: FakeStore, put: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(5):
        put(f"{number}-01", NOON + timedelta(hours=number))
    monkeypatch.setattr(module, "MAX_LISTED", 4)
    cut = list_orders(store, ACCOUNT, OrderQuery(), NOW)
    monkeypatch.setattr(module, "MAX_LISTED", 5)
    whole = list_orders(store, ACCOUNT, OrderQuery(), NOW)

    assert (len(cut.orders), cut.is_partial) == (4, True)
    assert [order.order_id for order in cut.orders] == ["4-01", "3-01", "2-01", "1-01"]
    assert (len(whole.orders), whole.is_partial) == (5, False)


def test_view_pages_and_counts_what_was_found() -> None:
    orders = [as_listed(an_order(order_id=f"{value}-01", value=value)) for value in (1000, 2000, 6000)]

    figures = {"6000-01": OrderFigures(invoiced=5000, settled=4000, open=2000, left=1000)}
    shown = order_list_view(FoundOrders(orders), figures, page=2, per_page=2)

    assert [order["orderId"] for order in shown["list"]] == ["6000-01"]
    assert shown["paging"] == {"total": 3, "pages": 2, "currentPage": 2, "perPage": 2, "isPartial": False}
    stats = shown["stats"]["stats"]["totalValue"]
    assert (stats["Count"], stats["Sum"], stats["Mean"], stats["Min"], stats["Max"]) == (3, 9000, 3000, 1000, 6000)
    assert round(stats["StdDev"], 3) == 2645.751
    assert stats["Facets"]["currencyCode"]["BRL"]["Count"] == stats["Facets"]["origin"]["Marketplace"]["Count"] == 3
    assert order_list_view(FoundOrders([]), {}, page=1, per_page=15)["paging"]["pages"] == 0


def test_order_carries_the_status_it_shows_at_every_step(shop: Shop) -> None:
    placed = shop.place()
    seen = []
    for step in (placed.run, placed.start, lambda: placed.invoice("N1", 7000), lambda: placed.invoice("N2", 3000)):
        seen.append((placed.order.listed_status, placed.status[0]))
        step()
    seen.append((placed.order.listed_status, placed.status[0]))

    assert seen == [(status, status) for status in
                    ("payment-pending", "ready-for-handling", "handling", "payment-approved", "invoiced")]  # fmt: skip
    assert placed.order.authorised_at == placed.transaction.authorised_at
    assert (placed.order.payment_names, placed.order.total_items) == ("Visa", 3)


def test_cancelled_order_is_listed_as_such(shop: Shop) -> None:
    placed = shop.open()
    placed.cancel()

    found = list_orders(shop.store, ACCOUNT, OrderQuery(statuses=("canceled",)), shop.clock.time)

    assert [order.order_id for order in found.orders] == [placed.order_id]


def test_group_is_read_whole(shop: Shop) -> None:
    for order_id in ("5-01", "5-02", "alone"):
        shop.place(order_id=order_id)

    assert [whole.order.order_id for whole in retrieve_group(shop.store, ACCOUNT, "5")] == ["5-01", "5-02"]
    assert [whole.order.order_id for whole in retrieve_group(shop.store, ACCOUNT, "alone")] == ["alone"]
    with pytest.raises(OrderNotFound):
        retrieve_group(shop.store, ACCOUNT, "5-01")


def test_interaction_is_a_line_of_the_timeline_and_changes_nothing_else(shop: Shop) -> None:
    placed = shop.open()
    before = placed.order

    add_interaction(shop.ports, ACCOUNT, placed.order_id, "Postman", "Add {interactions}")

    assert placed.events[-1].type is EventType.INTERACTION_ADDED
    assert placed.events[-1].data == {"source": "Postman", "message": "Add {interactions}"}
    assert placed.order == before
    with pytest.raises(OrderNotFound):
        add_interaction(shop.ports, ACCOUNT, "nobody", "Postman", "x")
