"""The order as a document, with its persons for a reason only, and the sum of its changes (C§1.3, C§2.2)."""

import json
from typing import Any

import pytest

from settlement.api.change_summaries.view import change_summary_view
from settlement.api.orders.document_query import MAX_REASON, reason_of
from settlement.api.orders.document_view import document_view
from settlement.domain.errors import InvalidRequest
from settlement.domain.order.order import LineMention
from settlement.use_cases.orders.retrieve_order import retrieve_order
from settlement.use_cases.orders.summarise_changes import summarise_changes
from testkit.builders import ACCOUNT
from testkit.shop import Placed, Shop
from tests.support.modifications import modify, take, take_back
from tests.unit.test_placement import ORDER_ID, PARTS, a_body, placed


def document(shop: Shop, order_id: str = ORDER_ID, *, shows_persons: bool = False) -> dict[str, Any]:
    """The document of an order."""
    return dict(document_view(retrieve_order(shop.store, ACCOUNT, order_id), shows_persons=shows_persons))


def summary(order: Placed) -> dict[str, Any]:
    """The sum of its changes."""
    return dict(change_summary_view(summarise_changes(order.shop.store, ACCOUNT, order.order_id)))


def test_document_hides_persons_without_a_reason(shop: Shop) -> None:
    placed(shop, a_body())

    hidden = document(shop)

    text = json.dumps(hidden, default=str, ensure_ascii=False)
    for word in ("ana@mail", "Souza", "Praça", "portaria", "sandra", "845.134"):
        assert word not in text, word
    assert (hidden["piiHidden"], hidden["clientProfileData"]["email"]) == (True, "***")
    assert (hidden["sellers"], hidden["marketingData"]) == (PARTS["sellers"], PARTS["marketingData"])


def test_document_shows_them_for_a_reason(shop: Shop) -> None:
    placed(shop, a_body())

    shown = document(shop, shows_persons=True)

    assert (shown["piiHidden"], shown["clientProfileData"]["email"]) == (False, "ana@mail.example")
    assert shown["shippingData"] == PARTS["shippingData"]
    assert shown["itemMetadata"] == {"items": [{"id": "A", "ean": "7896025801879"}]}
    assert (shown["id"], shown["state"], shown["salesChannelData"]["id"]) == (ORDER_ID, "payment-pending", "3")


def test_document_names_begin_small_as_published(shop: Shop) -> None:
    order = shop.open()
    order.invoice("N1", 10000)
    order.give_back("D1", 500)
    cancelled = shop.open()
    cancelled.cancel()

    _, back = document(shop, order.order_id)["packageAttachment"]["packages"]
    data = document(shop, cancelled.order_id)["cancellationData"]

    assert back["restitutions"]["refund"]["value"] == 500
    assert set(data) == {
        "requestedByUser",
        "requestedBySystem",
        "requestedBySellerNotification",
        "requestedByPaymentNotification",
        "reason",
        "cancellationDate",
    }
    assert document(shop, cancelled.order_id)["canceledBy"] == "key"


@pytest.mark.parametrize(("text", "reason"), [("", None), ("  ", None), (" lost ", "lost"), ("x" * 500, "x" * 500)])
def test_reason_is_what_is_not_blank(text: str, reason: str | None) -> None:
    assert reason_of({"reason": text}) == reason


def test_reason_has_a_limit() -> None:
    with pytest.raises(InvalidRequest, match="reason: at most 500 characters; got 501"):
        reason_of({"reason": "x" * (MAX_REASON + 1)})


def test_summary_of_an_order_that_nothing_changed(shop: Shop) -> None:
    order = placed(shop, a_body())

    told = summary(order)

    [line] = told["original"]
    assert (line["ean"], line["totalQuantity"], line["itemIndex"]) == ("7896025801879", 1, 0)
    assert line["deliveryIds"] == PARTS["shippingData"]["logisticsInfo"][0]["deliveryIds"]
    assert (told["added"], told["removed"], told["replaced"]) == ([], [], [])
    assert {total["id"]: total["value"] for total in told["totals"]} == dict.fromkeys(
        ("Items", "Discounts", "Shipping", "Tax"), 0
    )
    assert told["totalChangesValueAggregated"] == told["totalChangeValueAggregated"] == 0


def test_summary_of_registered_changes(shop: Shop) -> None:
    order = shop.open()
    order.change("C1", discount=1500, items_removed=(LineMention("B", 1500, 1),))
    order.change("C2", discount=100, items_added=(LineMention("C", 900, 2),))

    told = summary(order)

    assert [(line["id"], line["quantity"]) for line in told["original"]] == [("A", 1), ("B", 2)]
    assert [(item["id"], item["quantity"], item["price"]) for item in told["added"]] == [("C", 2, 900)]
    assert [(item["id"], item["quantity"], item["name"]) for item in told["removed"]] == [("B", 1, "Sock")]
    assert (told["manualDiscountValueAggregated"], told["totalChangesValueAggregated"]) == (1600, -1600)
    assert {total["id"]: total["value"] for total in told["totals"]}["Discounts"] == -1600


@pytest.mark.parametrize(
    ("came", "kind"),
    [
        ({"id": "C", "price": 1500}, "ItemReplacement"),
        ({"id": "B", "price": 1400}, "PriceChange"),
        ({"id": "B", "quantity": 2}, "QuantityChange"),
        ({"id": "B", "price": 1500, "unitMultiplier": 2}, "WeightChange"),
    ],
)
def test_summary_says_what_a_replacement_changed(shop: Shop, came: dict[str, Any], kind: str) -> None:
    shop.provider.headroom = 5000
    order = shop.open()
    out = {"items": [{"id": "B", "quantity": 1}]}
    modify(order, replace=[{"from": out, "to": {"items": [{"quantity": 1} | came]}}])

    [replaced] = summary(order)["replaced"]

    assert (replaced["replaceType"], replaced["userInputType"], replaced["type"]) == (kind, kind, "UserInput")
    assert [item["id"] for item in replaced["from"]["items"]] == ["B"]
    assert [item["id"] for item in replaced["to"]["items"]] == [came["id"]]


def test_summary_of_a_modification_counts_its_values_once(shop: Shop) -> None:
    order = shop.open()
    modify(order, remove={"items": [{"id": "B", "quantity": 1}]}, manualDiscountValue=100)
    order.run()

    told = summary(order)

    assert [(line["id"], line["quantity"]) for line in told["original"]] == [("A", 1), ("B", 2)]
    assert [(item["id"], item["quantity"], item["price"]) for item in told["removed"]] == [("B", 1, 1500)]
    assert (told["manualDiscountValueAggregated"], told["totalChangesValueAggregated"]) == (100, -1600)
    assert sum(total["value"] for total in told["totals"]) == -1600


def test_summary_leaves_out_what_was_taken_back(shop: Shop) -> None:
    order = shop.open()
    taken = take(
        order, add={"items": [{"id": "C", "quantity": 1, "price": 0}]}, remove={"items": [{"id": "B", "quantity": 1}]}
    )
    take_back(order, taken.modification.request_id)

    told = summary(order)

    assert [(line["id"], line["quantity"]) for line in told["original"]] == [("A", 1), ("B", 2)]
    assert (told["added"], told["removed"], told["totalChangesValueAggregated"]) == ([], [], 0)
