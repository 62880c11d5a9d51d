"""The search of orders by a body: the list's filters, some of its own, and persons hidden (C§1.3)."""

from typing import Any

import pytest

from settlement.api.order_lists.view import shown_on
from settlement.api.order_searches.request import SearchBody
from settlement.api.order_searches.view import search_view
from settlement.api.shared import body
from settlement.domain.errors import InvalidRequest
from settlement.domain.order.invoice import InvoiceType
from settlement.use_cases.orders.describe_orders import describe_orders
from settlement.use_cases.orders.list_orders import list_orders
from settlement.use_cases.orders.placed_with import MAX_LOOKED_INTO
from testkit.builders import ACCOUNT
from testkit.shop import Placed, Shop
from tests.unit.test_placement import ORDER_ID, a_body, placed


def search(shop: Shop, **filters: Any) -> dict[str, Any]:
    """What a body finds."""
    query = body.validate(SearchBody, filters).as_query()
    listed = list_orders(shop.store, ACCOUNT, query.wanted, shop.clock.time, query.enough)
    shown = describe_orders(shop.store, ACCOUNT, shown_on(listed, query.page, query.per_page))
    return dict(search_view(ACCOUNT, listed, shown, query.page, query.per_page))


def ids(shop: Shop, **filters: Any) -> list[str]:
    """The ids of the orders that a body finds."""
    return [order["orderId"] for order in search(shop, **filters)["list"]]


@pytest.fixture
def sold(shop: Shop) -> Placed:
    """The published order, invoiced and returned in part, beside another one."""
    order = placed(shop, a_body())
    order.run()
    order.start()
    order.invoice("N1", 4000)
    order.give_back("D1", 500)
    shop.open()
    return order


def test_found_order_has_payments_items_and_invoices_and_no_person(shop: Shop, sold: Placed) -> None:
    found = search(shop, f_affiliateId="GHB")

    [order] = found["list"]
    assert (order["orderId"], order["sequence"], order["sellerNames"]) == (ORDER_ID, "502556", ["Loja Luz"])
    assert (order["productIds"], order["productNames"]) == (["A"], ["Shoe"])
    assert (order["invoicesOutput"], order["invoicesInput"]) == (["N1"], ["D1"])
    assert (order["paymentIds"], order["transactionIds"]) == (["A" * 32], [sold.transaction_id])
    assert {order[name] for name in order if name.startswith("client")} == {"***"}
    assert "ana@mail" not in str(found)
    assert (found["paging"]["total"], found["stats"]["stats"]["totalValue"]["Sum"]) == (1, 7000)


@pytest.mark.parametrize(
    ("filters", "is_found"),
    [
        ({}, True),
        ({"f_hasOutputInvoice": True}, True),
        ({"f_hasOutputInvoice": False}, False),
        ({"f_hasInputInvoice": True}, True),
        ({"sku_Ids": "X, A"}, True),
        ({"sku_Ids": "X"}, False),
        ({"listId": "154"}, True),
        ({"listId": "155"}, False),
        ({"paymentId": "A" * 32}, True),
        ({"paymentId": "C" * 32}, False),
        ({"q": ORDER_ID}, True),
        ({"salesChannelId": 3}, True),
        ({"f_salesChannel": "1"}, False),
        ({"f_sellerNames": "Loja Luz", "f_RnB": "Free Shipping"}, True),
        ({"f_status": "payment-approved"}, True),
        ({"f_status": "canceled"}, False),
        ({"incompleteOrders": True}, False),
        ({"filterError": "all"}, False),
        ({"orderBy": "origin,asc"}, True),
        ({"f_isInstore": True}, False),
    ],
)
def test_filters_of_the_published_search(shop: Shop, sold: Placed, filters: dict[str, Any], is_found: bool) -> None:
    assert (ORDER_ID in ids(shop, **filters)) is is_found


def test_orders_in_error_are_temporary_or_wait_for_a_person(shop: Shop) -> None:
    tried, failed = shop.open(), shop.open()
    shop.provider.script("settle", "500", "500", "500")
    tried.invoice("N1", 7000)
    shop.provider.script("settle", "400")
    failed.invoice("N1", 7000)

    assert ids(shop, filterError="perm") == [failed.order_id]
    assert ids(shop, filterError="temp") == [tried.order_id]
    assert sorted(ids(shop, filterError="all")) == sorted([tried.order_id, failed.order_id])
    [order] = search(shop, filterError="temp")["list"]
    assert (order["workflowInRetry"], order["workflowInErrorState"]) == (True, False)


def test_delivery_of_all_and_of_some(shop: Shop, sold: Placed) -> None:
    [order] = search(shop, q=ORDER_ID)["list"]

    assert (order["isAllDelivered"], order["isAnyDelivered"]) == (False, False)
    sold.notify("N2", 3000, type_=InvoiceType.OUTPUT)
    assert search(shop, q=ORDER_ID)["list"][0]["invoicesOutput"] == ["N1", "N2"]


@pytest.mark.parametrize(
    ("filters", "text"),
    [
        ({"f_unknown": "1"}, "f_unknown"),
        ({"q": "a", "nsu": "1"}, "q and nsu: send one of them"),
        ({"paymentId": "a", "pci_tid": "1"}, "paymentId and pci_tid"),
        ({"sku_Ids": " , "}, "sku_Ids: must name an item"),
        ({"filterError": "some"}, "filterError"),
        ({"per_page": 101}, "per_page"),
        ({"orderBy": "colour"}, "orderBy"),
        ({"f_shippingEstimate": "soon"}, "f_shippingEstimate"),
        ({"f_hasInputInvoice": "maybe"}, "f_hasInputInvoice"),
    ],
)
def test_body_that_makes_no_sense_is_refused(filters: dict[str, Any], text: str) -> None:
    with pytest.raises(InvalidRequest, match=text):
        body.validate(SearchBody, filters).as_query()


def test_search_by_items_among_too_many_orders_is_refused(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    assert MAX_LOOKED_INTO == 300
    monkeypatch.setattr("settlement.use_cases.orders.placed_with.MAX_LOOKED_INTO", 2)
    for _ in range(3):
        shop.place()

    with pytest.raises(InvalidRequest, match="sku_Ids: more than 2 orders match the other filters"):
        ids(shop, sku_Ids="A")
