"""What lines are worth: one rule, exact, for placing, removing, invoicing and showing them (C§9.24, R20)."""

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from settlement.api.orders.request import OrderBody
from settlement.api.orders.view import order_view
from settlement.domain.changes.modification import ModificationRequest, ModifiedItem, effect_of
from settlement.domain.errors import ChangeRefused, InvalidRequest
from settlement.domain.order.left_to_invoice import left_to_invoice
from settlement.domain.order.line_value import ONE, UnitPrice, times
from settlement.domain.order.order import Line, OrderTotal
from settlement.storage.codecs import decode, encode, from_wire, to_wire
from settlement.use_cases.orders.place_order import NewOrder
from settlement.use_cases.orders.retrieve_order import retrieve_order
from settlement.use_cases.upkeep.audit_order import audit_order
from testkit.builders import ACCOUNT, a_line, a_new_payment, an_order, item
from testkit.shop import Placed, Shop
from tests.support.modifications import items, lines_of, modify, one
from tests.support.service import Service
from tests.support.tour import ORDERS
from tests.support.tour_bodies import order_body

CHEESE = {"id": "C", "quantity": 3, "price": 3999, "unitMultiplier": 0.375, "measurementUnit": "kg"}


def body_of(*lines: dict[str, Any], goods: int, discount: int = 0, **changes: Any) -> dict[str, Any]:
    """An order of these lines without freight."""
    totals = [{"id": "Items", "value": goods}, {"id": "Discounts", "value": -discount}]
    body = order_body("lines-01", items=list(lines), totals=totals, value=goods - discount)
    body["paymentData"]["transactions"][0]["payments"][0]["value"] = goods - discount
    return body | changes


def read(body: dict[str, Any]) -> NewOrder:
    """The order that a body asks for, with its payment at the shop's connector."""
    parsed = json.loads(json.dumps(body))
    return replace(OrderBody.model_validate(parsed).as_order(), payments=(a_new_payment(body["value"], "partial"),))


def open_order(shop: Shop, body: dict[str, Any]) -> Placed:
    """Place, authorise and start an order."""
    placed = shop.place_again(read(body))
    placed.run()
    placed.start()
    return placed


def view(placed: Placed) -> Any:
    """The order as its route shows it."""
    return order_view(retrieve_order(placed.shop.store, ACCOUNT, placed.order_id))


@pytest.mark.parametrize(
    ("price", "multiplier", "quantity", "value"),
    [
        (3999, 375_000, 3, 4499),
        (3999, 375_000, 1, 1500),
        (1, 500_000, 1, 1),
        (1, 499_999, 1, 0),
        (765, 2 * ONE, 1, 1530),
    ],
)
def test_line_is_rounded_once_half_up(price: int, multiplier: int, quantity: int, value: int) -> None:
    assert times(price, multiplier, quantity) == value


def test_removing_one_of_three_packages_takes_off_what_it_is_worth(shop: Shop) -> None:
    placed = open_order(shop, body_of(CHEESE, goods=4499))

    modify(placed, remove=items(one("C")))

    assert placed.order.value == 2999
    assert lines_of(placed)[0].value == 2999
    modify(placed, remove=items(one("C")))
    assert placed.order.value == lines_of(placed)[0].value == 1500
    assert audit_order(shop.store, ACCOUNT, placed.order_id).mismatches == ()


def test_discount_of_an_added_item_leaves_with_it(shop: Shop) -> None:
    shop.provider.headroom = 9000
    placed = shop.open()
    tag = {"name": "DISCOUNT@MANUALPRICE", "value": 100}
    modify(placed, add=items(one("N", 3, price=1000, unitMultiplier=0.5, priceTags=[tag])))
    assert placed.order.value == 11400
    assert lines_of(placed)[2].unit_prices == (UnitPrice(467, 2), UnitPrice(466, 1))

    modify(placed, remove=items(one("N", 3)))

    assert placed.order.value == 10000


def test_other_multiplier_than_the_bought_one_is_refused(shop: Shop) -> None:
    placed = open_order(shop, body_of(CHEESE, goods=4499))

    with pytest.raises(ChangeRefused, match=r"unitMultiplier of item C: 0\.5; it was bought with 0\.375"):
        modify(placed, remove=items(one("C", unitMultiplier=0.5)))
    with pytest.raises(ChangeRefused, match=r"unitMultiplier of item C: 0\.5"):
        placed.change("C1", 1500, items_removed=[item("C", 3999, unit_multiplier=ONE // 2)])


def test_order_shows_its_lines_as_they_are_worth(shop: Shop) -> None:
    placed = open_order(shop, body_of(CHEESE | {"listPrice": 4500}, goods=4499, salesChannel=3))

    shown = view(placed)

    line = shown["items"][0]
    assert shown["salesChannel"] == "3"
    assert (line["unitMultiplier"], line["measurementUnit"], line["listPrice"]) == (0.375, "kg", 4500)
    assert line["priceDefinition"] == {
        "calculatedSellingPrice": 1500,
        "total": 4499,
        "sellingPrices": [{"value": 1500, "quantity": 2}, {"value": 1499, "quantity": 1}],
    }


def test_connector_is_told_units_that_add_up_to_the_lines(shop: Shop) -> None:
    placed = open_order(shop, body_of(CHEESE, goods=4499))

    cart = [price for line in lines_of(placed) for price in line.unit_prices]

    assert sum(price.value * price.quantity for price in cart) == 4499


def test_invoice_item_by_the_lines_own_price_is_worth_its_measure(shop: Shop) -> None:
    placed = open_order(shop, body_of(CHEESE, goods=4499))

    placed.invoice("N1", 4499, item("C", 3999, 3))

    assert "itemsValue" not in placed.events[-1].data
    assert view(placed)["packageAttachment"]["packages"][0]["items"][0]["unitMultiplier"] == 0.375


@pytest.mark.parametrize("named", [True, False])
def test_nothing_is_pending_of_an_invoiced_order(shop: Shop, named: bool) -> None:
    placed = shop.open()

    placed.invoice("N1", 10000, *((item("A", 5000), item("B", 1500, 2)) if named else ()))

    assert [line["pendingToInvoice"] for line in view(placed)["items"]] == [0, 0]


def test_pending_agrees_with_what_is_left(shop: Shop) -> None:
    placed = shop.open()
    placed.invoice("N1", 7000)

    left = left_to_invoice(placed.order, lines_of(placed), 1)

    assert [line["pendingToInvoice"] for line in view(placed)["items"]] == [part.line.pending for part in left.lines]


SPLIT = {"total": 65, "sellingPrices": [{"value": 16, "quantity": 3}, {"value": 17, "quantity": 1}]}
CLIPS = {"id": "A", "quantity": 4, "price": 17, "sellingPrice": 16, "priceDefinition": SPLIT}


@pytest.mark.parametrize(
    "body",
    [
        body_of(CLIPS, goods=65),
        body_of(CLIPS, goods=68, discount=3),
        body_of(CLIPS | {"priceDefinition": None}, goods=65, roundingError=-1),
        body_of(CLIPS | {"priceTags": [{"name": "discount@price-1", "value": -3}]}, goods=65),
        body_of(CLIPS | {"manualPrice": 16}, goods=65),
        body_of(CHEESE | {"unitMultiplier": "0.375"}, goods=4499),
        body_of(CHEESE | {"unitMultiplier": None, "quantity": 1}, goods=3999),
    ],
)
def test_order_whose_lines_add_up_is_taken(shop: Shop, body: dict[str, Any]) -> None:
    placed = open_order(shop, body)

    assert left_to_invoice(placed.order, lines_of(placed), 1).value == body["value"]
    assert view(placed)["roundingError"] == body.get("roundingError", 0)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (body_of(CHEESE, goods=11997), "worth 4499, .*Items is 11997"),
        (body_of(CHEESE, goods=4500), "worth 4499, .*Items is 4500"),
        (body_of(CLIPS, goods=70, discount=5), "worth 65, .*Items is 70, the discounts are -5"),
        (body_of(CHEESE, goods=4600, roundingError=101), "roundingError 101 is more than one for each of the 3 units"),
        (body_of(CHEESE, goods=4499, value=4498), "value 4498 is not the sum of totals, 4499"),
        (body_of(CLIPS | {"quantity": 3}, goods=65), "sellingPrices are of 4 units, quantity is 3"),
        (body_of(CLIPS | {"priceDefinition": SPLIT | {"total": 64}}, goods=65), "total is 64, .* add up to 65"),
        (body_of(CLIPS | {"manualPrice": 9}, goods=65), "manualPrice of item A is 9"),
        (body_of(CLIPS | {"bundleItems": [{"price": 5}]}, goods=65), "bundleItems of item A"),
        (body_of(CLIPS | {"priceTags": [{"name": "discount@x", "value": -40}]}, goods=65), "priceTags of item A"),
        (body_of(CLIPS | {"tax": 5}, goods=65), "tax adds up to 5; totals has no Tax"),
    ],
)
def test_order_that_does_not_add_up_is_refused_with_both_figures(shop: Shop, body: dict[str, Any], said: str) -> None:
    with pytest.raises(InvalidRequest, match=said):
        open_order(shop, body)


@pytest.mark.parametrize("multiplier", [0, -1, 0.0000001, True, "x", 100_001, "1e3", [1]])
def test_multiplier_that_cannot_be_one_is_refused_over_http(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, multiplier: object
) -> None:
    body = body_of(CHEESE | {"unitMultiplier": multiplier}, goods=4499)

    refused = Service(shop, monkeypatch).call("POST", ORDERS, body)

    assert refused.status == 400
    assert "unitMultiplier" in refused.text


def test_stored_line_without_the_newer_fields_is_read() -> None:
    stored = encode(a_line())
    for newer in ("unit_multiplier", "measurement_unit", "prices"):
        del stored[newer]

    assert decode(Line, from_wire(to_wire(stored))) == a_line()


def test_line_with_unit_prices_is_stored_and_read() -> None:
    line = a_line(quantity=3, unit_multiplier=375_000, list_price=5, prices=(UnitPrice(17, 1), UnitPrice(16, 2)))

    assert decode(Line, from_wire(to_wire(encode(line)))) == line


@st.composite
def some_lines(draw: st.DrawFn) -> list[Line]:
    """Lines of any price and measure; some with prices unit by unit."""
    lines = []
    for index in range(draw(st.integers(1, 4))):
        quantity = draw(st.integers(1, 6))
        price, multiplier = draw(st.integers(0, 5000)), draw(st.integers(1, 3 * ONE))
        line = a_line(index, f"S{index}", quantity, price, unit_multiplier=multiplier)
        if draw(st.booleans()):
            dear = draw(st.integers(1, quantity))
            prices = (UnitPrice(price + 7, dear), UnitPrice(price, quantity - dear))
            line = replace(line, prices=tuple(part for part in prices if part.quantity))
        lines.append(line)
    return lines


@given(lines=some_lines(), data=st.data())
def test_what_is_removed_and_what_stays_always_add_up(lines: list[Line], data: st.DataObject) -> None:
    """Σ lines = Items after every removal, and what is left to invoice is the lines' values and the freight."""
    placed = sum(line.value for line in lines)
    totals = (OrderTotal("Items", placed), OrderTotal("Shipping", 500))
    order = an_order(value=placed + 500, placed_value=placed + 500, totals=totals)
    for _ in range(data.draw(st.integers(1, 6))):
        open_lines = [line for line in lines if line.quantity]
        if not open_lines:
            break
        line = data.draw(st.sampled_from(open_lines))
        out = ModifiedItem(line.id, data.draw(st.integers(1, line.quantity)))
        effect = effect_of(ModificationRequest("why", (out,), (), 0, 0, 0, False), order, lines)
        order = replace(order, value=order.value + effect.value)
        lines = [next((new for new in effect.changed_lines if new.index == old.index), old) for old in lines]
        left = left_to_invoice(order, lines, 1)
        assert sum(line.value for line in lines) == order.value - 500
        assert (sum(part.value for part in left.lines), left.extra_value) == (order.value - 500, 500)
        assert all(sum(p.value * p.quantity for p in part.unit_prices) == part.value for part in left.lines)


@given(lines=some_lines(), data=st.data())
def test_units_invoiced_one_by_one_bring_what_the_lines_are_worth(lines: list[Line], data: st.DataObject) -> None:
    goods = sum(line.value for line in lines)
    order = an_order(value=goods + 1, placed_value=goods + 1, totals=(OrderTotal("Items", goods),))
    while (left := left_to_invoice(order, lines, 1)).lines:
        assert (sum(part.value for part in left.lines), left.extra_value) == (order.remainder - 1, 1)
        part = data.draw(st.sampled_from(left.lines))
        order = replace(order, invoiced=order.invoiced + part.unit_prices[0].value)
        lines = [replace(line, invoiced=line.invoiced + (line == part.line)) for line in lines]

    assert order.remainder == 1
