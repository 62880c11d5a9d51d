"""Fields of a modification that nothing is done with are told, not dropped in silence (C§2.2)."""

from typing import Any

import pytest

from settlement.api.modifications.request import ModificationBody
from settlement.api.modifications.unread import MAX_TOLD
from settlement.api.modifications.view import modification_view
from settlement.api.timeline.view import interaction_view
from settlement.domain.changes.modification import ModificationRequest
from settlement.domain.events import EventType
from settlement.use_cases.orders.modify_order import Modified, modify_order
from testkit.builders import ACCOUNT
from testkit.shop import Placed, Shop
from tests.support.modifications import DEFAULTS

OUT = {"items": [{"id": "B", "quantity": 1}]}


def replacing(item: dict[str, Any], **shipping: Any) -> dict[str, Any]:
    """A replacement of one B."""
    to = {"items": [{"id": "C", "quantity": 1, "price": 1500} | item], **shipping}
    return {"reason": "sold out", "replace": [{"from": OUT, "to": to}]}


def read(sent: dict[str, Any]) -> tuple[ModificationRequest, str]:
    """What is wanted, and its text."""
    body = ModificationBody.model_validate(sent)
    return body.as_wanted(DEFAULTS), body.as_text(DEFAULTS)


def modified(placed: Placed, sent: dict[str, Any]) -> Modified:
    """Make it."""
    wanted, text = read(sent)
    return modify_order(placed.shop.ports, ACCOUNT, placed.order_id, wanted, text)


def test_fields_without_effect_are_in_answer_history_and_timeline(shop: Shop) -> None:
    placed = shop.open()
    way = {"itemIndex": 0, "selectedSla": "Express", "addressId": None, "price": 0, "deliveryWindow": {"price": 1}}
    sent = replacing({"seller": "2", "refId": "R", "ean": None}, shippingData={"logisticsInfo": [way]})

    answer = modification_view(modified(placed, sent))

    found = [
        "replace.0.to.items.0.seller",
        "replace.0.to.items.0.refId",
        "replace.0.to.shippingData.logisticsInfo.0.itemIndex",
        "replace.0.to.shippingData.logisticsInfo.0.selectedSla",
        "replace.0.to.shippingData.logisticsInfo.0.deliveryWindow",
    ]
    assert answer["ignoredFields"] == found
    [event] = placed.said(EventType.ORDER_MODIFIED)
    assert event.data["ignoredFields"] == found
    assert "Without effect: replace.0.to.items.0.seller, replace" in interaction_view(event, "BRL")["Message"]


def test_modification_whose_fields_all_count_tells_of_none(shop: Shop) -> None:
    placed = shop.open()

    answer = modification_view(modified(placed, replacing({"uniqueId": "U9", "unitMultiplier": 1, "listPrice": 1600})))

    assert answer["ignoredFields"] == []
    [event] = placed.said(EventType.ORDER_MODIFIED)
    assert "ignoredFields" not in event.data


@pytest.mark.parametrize(
    ("sent", "found"),
    [
        ({"add": {"items": [{"id": "A", "quantity": 1, "colour": "red"}]}}, ["add.items.0.colour"]),
        ({"remove": {"items": [{"id": "A", "quantity": 1}], "why": "x"}}, ["remove.why"]),
        ({"remove": OUT, "note": "x"}, ["note"]),
        ({"remove": OUT, "note": None, "notes": [], "more": {}}, []),
    ],
)
def test_they_are_told_wherever_they_stand(sent: dict[str, Any], found: list[str]) -> None:
    wanted, _ = read({"reason": "sold out"} | sent)

    assert list(wanted.ignored) == found


def test_of_very_many_the_first_are_told_and_how_many_more(shop: Shop) -> None:
    wanted, _ = read(replacing({f"field{number}": 1 for number in range(MAX_TOLD + 7)}))

    assert (len(wanted.ignored), wanted.ignored[-1]) == (MAX_TOLD + 1, "and 7 more")
