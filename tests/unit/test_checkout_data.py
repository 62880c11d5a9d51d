"""What a checkout tells of a transaction besides its payments (C§3.2)."""

import json

import pytest

from settlement.domain.errors import InvalidRequest, Refusal
from settlement.domain.transaction.checkout import AdditionalData, read_cart
from settlement.use_cases.gateway.add_data import add_data
from testkit.builders import ACCOUNT, a_connector
from testkit.shop import Shop
from tests.support.checkout import CART, a_payment, authorise, send, started, view


@pytest.fixture
def shop(shop: Shop) -> Shop:
    """A shop whose partial connector serves every payment system."""
    shop.connect(a_connector("partial", payment_systems=("*",)))
    return shop


def test_cart_and_shopper_are_told_and_shown(shop: Shop) -> None:
    placed = started(shop)
    profile = {"email": "a@example.com", "firstName": "Ana", "address": {"city": "Rio"}}
    told = [AdditionalData("cart", json.dumps(CART)), AdditionalData("clientProfileData", json.dumps(profile))]
    add_data(shop.ports, ACCOUNT, placed.transaction_id, told)
    send(placed, a_payment())
    authorise(placed)

    shown = view(placed)
    assert shown["buyer"]["email"] == "a@example.com"
    assert shown["buyer"]["address"] == '{"city":"Rio"}'
    assert json.loads(next(field["value"] for field in shown["fields"] if field["name"] == "cart")) == CART
    assert [(line.id, line.price) for line in shop.store.lines(ACCOUNT, placed.order_id)] == [("A", 8000)]
    assert {total.id: total.value for total in placed.order.totals} == {"Items": 8000, "Shipping": 2000}
    assert "a@example.com" not in str([event.data for event in placed.events])


def test_data_told_again_replaces_what_was_told(shop: Shop) -> None:
    placed = started(shop)
    for value in ("1", "2"):
        add_data(shop.ports, ACCOUNT, placed.transaction_id, [AdditionalData("device", value)])
    assert shop.store.additional_data(ACCOUNT, placed.transaction_id) == [AdditionalData("device", "2")]


def test_transaction_keeps_fifty_names(shop: Shop) -> None:
    placed = started(shop)
    names = [AdditionalData(f"n{number}", "v") for number in range(50)]
    for start in (0, 25):
        add_data(shop.ports, ACCOUNT, placed.transaction_id, names[start : start + 25])
    with pytest.raises(InvalidRequest, match="at most 50 names; these make 51"):
        add_data(shop.ports, ACCOUNT, placed.transaction_id, [AdditionalData("one-more", "v")])
    add_data(shop.ports, ACCOUNT, placed.transaction_id, names[:1])


@pytest.mark.parametrize(
    ("cart", "message"),
    [
        ("no", "cart: its value must be a JSON object"),
        ("[]", "cart: its value must be a JSON object"),
        ('{"items": {}}', "cart.items: must be a list of at most 70"),
        ('{"items": [1]}', "cart.items.0: must be an object"),
        ('{"items": [{"id": 1}]}', "cart.items.0.id"),
        ('{"items": [{"id": "A", "value": 1.5, "quantity": 1}]}', "cart.items.0.value"),
        ('{"items": [{"id": "A", "value": 1, "quantity": 0}]}', "cart.items.0.quantity: must be an integer from 1"),
        ('{"freight": -1}', "cart.freight: must be an integer from 0"),
    ],
)
def test_cart_that_is_none_is_refused(cart: str, message: str) -> None:
    with pytest.raises(Refusal, match=message):
        read_cart(cart)
