"""What order, checkout and payment say reaches the connector; the personal part of it is erasable (C§4.2)."""

import json
from dataclasses import replace
from typing import Any

import pytest

from settlement.domain.connectors.connector import Mode, Recipient
from settlement.domain.errors import AlreadyExists, InvalidRequest
from settlement.domain.order.line_value import UnitPrice
from settlement.domain.order.shopper import Address, Shopper
from settlement.domain.transaction.checkout import AdditionalData
from settlement.use_cases.gateway.add_data import add_data
from settlement.use_cases.gateway.send_payments import send_payments
from settlement.use_cases.orders.erase_shopper import erase_shopper_of_transaction
from settlement.use_cases.orders.place_order import NewLine, place_order
from testkit.builders import ACCOUNT, ORDER_ID, a_connector, a_new_order, a_new_payment
from testkit.shop import Placed, Shop
from tests.support.checkout import a_payment, authorise, started

HTTPS = "https://shop.example/back"
LOOPBACK = "http://127.0.0.1:8080/back"
SELLER = Recipient("shoes", "Shoe Seller", "CNPJ", "12345678000195", "seller", 7000)
SHOP = Recipient("shop", "The Shop", "CNPJ", "11444777000161", "marketplace", 3000)
BILLING = Address(street="Rua do Ouvidor", city="Rio")
CART: dict[str, Any] = {
    "items": [
        {
            "id": "A",
            "name": "Shoe",
            "value": 8000,
            "quantity": 1,
            "sellerId": "1",
            "categoryId": 18,
            "deliveryType": "Convencional",
            "tax": 250,
        }
    ],
    "freight": 2000,
    "orderUrl": "https://admin.shop.example/orders/7",
}
PROFILE = {
    "email": "maria@mail.example",
    "firstName": "Maria",
    "document": 52998224725,
    "corporateName": "Velas e Mastros",
    "isCorporate": True,
    "address": {"street": "Praia de Botafogo", "number": 300},
}


@pytest.fixture
def shop(shop: Shop) -> Shop:
    """A shop whose partial connector serves every payment system."""
    shop.connect(a_connector("partial", payment_systems=("*",)))
    return shop


def told(shop: Shop, placed: Placed, **data: object) -> Placed:
    """Tell additional data: texts as they are, anything else as JSON."""
    texts = [
        AdditionalData(name, value if isinstance(value, str) else json.dumps(value)) for name, value in data.items()
    ]
    add_data(shop.ports, ACCOUNT, placed.transaction_id, texts)
    return placed


def test_order_tells_payment_instalments_and_addresses(shop: Shop) -> None:
    payment = a_new_payment(
        10000,
        "partial",
        installments=6,
        interest_rate="1.99",
        return_url=HTTPS,
        custom_code="store-card",
    )
    shop.place(payment, url="https://admin.shop.example/orders/7").run()

    asked = shop.provider.authorisations[-1]
    assert (asked.installment_value, asked.first_installment_value, asked.interest_rate) == (1666, 1670, "1.99")
    assert (asked.return_url, asked.order_url, asked.custom_code) == (
        HTTPS,
        "https://admin.shop.example/orders/7",
        "store-card",
    )
    assert asked.total_cart_value == 10000


def test_taxes_of_a_line_with_two_unit_prices_add_up_to_its_own(shop: Shop) -> None:
    line = NewLine("A", "Shoe", 3, 3000, 3000, tax=100, seller_id="1", category_id="9", delivery_type="Normal")
    line = replace(line, prices=(UnitPrice(2800, 2), UnitPrice(2400, 1)), tax_rate="0.05")
    shop.place_again(replace(a_new_order(a_new_payment(10000, "partial")), lines=(line,))).run()

    items = shop.provider.authorisations[-1].items
    assert [(item.price, item.quantity, item.tax_value) for item in items] == [(2800, 2, 66), (2400, 1, 34)]
    assert {(item.seller_id, item.category_id, item.delivery_type, item.tax_rate) for item in items} == {
        ("1", "9", "Normal", "0.05")
    }


def test_split_payout_is_told_and_settles_at_once(shop: Shop) -> None:
    placed = shop.open(a_new_payment(10000, "partial", recipients=(SELLER, SHOP)))

    assert shop.provider.authorisations[-1].recipients == (SELLER, SHOP)
    assert placed.transaction.mode is Mode.TOTAL
    placed.invoice("N1", 7000)
    assert placed.ledger.captured == 10000
    assert "Shoe Seller" not in repr(placed.events)


def test_split_payout_of_a_checkout_settles_at_once(shop: Shop) -> None:
    placed = started(shop)
    for payment in (a_payment(4000), a_payment(6000, recipients=(replace(SELLER, amount=6000),))):
        send_payments(shop.ports, ACCOUNT, placed.transaction_id, [payment], "BRL")

    assert placed.transaction.mode is Mode.TOTAL


@pytest.mark.parametrize(
    ("recipients", "said"),
    [((SELLER,), "add up to 7000"), ((SELLER, SHOP, replace(SHOP, amount=1)), "add up to 10001")],
)
def test_recipients_that_do_not_add_up_are_refused(shop: Shop, recipients: tuple[Recipient, ...], said: str) -> None:
    before = shop.store.backup()
    with pytest.raises(InvalidRequest, match=rf"payments.0.recipients: {said}; the payment's value is 10000"):
        shop.place(a_new_payment(10000, "partial", recipients=recipients))
    with pytest.raises(InvalidRequest, match=said):
        send_payments(shop.ports, ACCOUNT, "any", [a_payment(recipients=recipients)], "BRL")
    assert shop.store.backup() == before


@pytest.mark.parametrize(
    "url",
    [
        "http://shop.example/back",
        LOOPBACK,
        "https:///back",
        "https://user:pass@shop.example/",  # pragma: allowlist secret
        "https://shop.example/b ack",
        "https://shop.example/é",
        "https://shop.example:x/",
        "ftp://shop.example/",
        "//shop.example/",
        "https://shop.example/" + "x" * 1_980,
    ],
)
def test_return_url_that_is_not_https_is_refused(shop: Shop, url: str) -> None:
    before = shop.store.backup()
    with pytest.raises(InvalidRequest, match=r"^payments.1.returnUrl: (must be an https URL|has 2001 characters)"):
        shop.place(a_new_payment(4000, "partial"), a_new_payment(6000, "partial", return_url=url))
    assert shop.store.backup() == before


@pytest.mark.parametrize("url", [HTTPS, LOOPBACK, "http://localhost/back", "http://[::1]:3000/"])
def test_return_url_may_be_of_this_machine_in_the_sandbox(shop: Shop, url: str) -> None:
    ports = replace(shop.ports, allow_loopback=True)
    place_order(ports, ACCOUNT, a_new_order(a_new_payment(10000, "partial", return_url=url)))
    with pytest.raises(InvalidRequest, match="returnUrl"):
        place_order(ports, ACCOUNT, a_new_order(a_new_payment(10000, "partial", return_url="http://shop.example/")))


def test_checkout_tells_buyer_addresses_device_and_cart(shop: Shop) -> None:
    placed = told(
        shop, started(shop), cart=CART, clientProfileData=PROFILE, ipAddress="203.0.113.7", deviceFingerprint="7507"
    )
    send_payments(shop.ports, ACCOUNT, placed.transaction_id, [a_payment()], "BRL", None, BILLING)
    authorise(placed)

    asked = shop.provider.authorisations[-1]
    assert asked.shopper == Shopper(
        email="maria@mail.example",
        first_name="Maria",
        document="52998224725",
        corporate_name="Velas e Mastros",
        is_corporate=True,
        address=Address(street="Praia de Botafogo", number="300"),
        billing_address=BILLING,
        ip_address="203.0.113.7",
        device_fingerprint="7507",
    )
    [item] = asked.items
    assert (item.seller_id, item.category_id, item.delivery_type, item.tax_value) == ("1", "18", "Convencional", 250)
    assert (asked.order_url, asked.total_cart_value) == ("https://admin.shop.example/orders/7", 10000)


@pytest.mark.parametrize(
    ("profile", "id_"),
    [({"id": "d48a1cd3"}, "d48a1cd3"), ({"id": "d48a1cd3", "userProfileId": "P-7"}, "P-7"), ({"id": None}, None)],
)
def test_buyer_has_the_id_of_the_profile(shop: Shop, profile: dict[str, object], id_: str | None) -> None:
    placed = told(shop, started(shop), clientProfileData=PROFILE | profile)
    send_payments(shop.ports, ACCOUNT, placed.transaction_id, [a_payment()], "BRL")
    authorise(placed)

    shopper = shop.provider.authorisations[-1].shopper
    assert shopper is not None
    assert shopper.user_profile_id == id_


@pytest.mark.parametrize(
    ("written", "rate"),
    [(0.05, "0.05"), ("0.050000", "0.050000"), (0, "0"), (7, "7"), (None, None), ("", None)],
)
def test_cart_tells_the_rate_of_a_tax(shop: Shop, written: object, rate: str | None) -> None:
    placed = told(shop, started(shop), cart=CART | {"items": [CART["items"][0] | {"taxRate": written}]})
    send_payments(shop.ports, ACCOUNT, placed.transaction_id, [a_payment()], "BRL")
    authorise(placed)

    [item] = shop.provider.authorisations[-1].items
    assert item.tax_rate == rate


def test_erasure_takes_what_the_checkout_told(shop: Shop) -> None:
    placed = told(shop, started(shop), clientProfileData=PROFILE, ipAddress="203.0.113.7", deviceFingerprint="7507")
    send_payments(shop.ports, ACCOUNT, placed.transaction_id, [a_payment()], "BRL", None, BILLING)
    authorise(placed)

    erase_shopper_of_transaction(shop.ports, ACCOUNT, placed.transaction_id)

    shop.store.commits.clear()
    held = repr(shop.store.backup())
    facts = ("maria@", "Velas", "203.0.113.7", "Ouvidor", "Botafogo", "52998224725")
    assert [fact for fact in facts if fact in held] == []


def test_erasure_before_the_authorisation_leaves_nothing_to_tell(shop: Shop) -> None:
    placed = told(shop, started(shop), clientProfileData=PROFILE, ipAddress="203.0.113.7", deviceFingerprint="7507")
    send_payments(shop.ports, ACCOUNT, placed.transaction_id, [a_payment()], "BRL", None, BILLING)
    erase_shopper_of_transaction(shop.ports, ACCOUNT, placed.transaction_id)
    authorise(placed)

    shopper = shop.provider.authorisations[-1].shopper
    assert shopper is not None
    assert not shopper.is_known


NO_RATES: tuple[object, ...] = (-0.1, "5%", True, [], 1e-7, "0.0000001", 1e12)


def cart_with_rate(rate: object) -> dict[str, object]:
    """A cart whose item has a tax of that rate."""
    return {"cart": CART | {"items": [CART["items"][0] | {"taxRate": rate}]}}


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({"ipAddress": "10.0.0.256"}, "ipAddress: must be an IPv4 or IPv6 address"),
        ({"deviceFingerprint": "x" * 2_001}, "deviceFingerprint: has 2001 characters; the limit is 2000"),
        ({"clientProfileData": {"firstName": "x" * 201}}, "clientProfileData.firstName: has 201 characters"),
        ({"clientProfileData": {"address": {"city": "x" * 201}}}, "clientProfileData.address.city: has 201 characters"),
        ({"clientProfileData": {"email": []}}, "clientProfileData.email: must be a text"),
        ({"clientProfileData": {"isCorporate": "yes"}}, "clientProfileData.isCorporate: must be true or false"),
        ({"cart": {"orderUrl": "x" * 2_001}}, "cart.orderUrl: has 2001 characters; the limit is 2000"),
        ({"cart": {"items": [CART["items"][0] | {"sellerId": "x" * 51}]}}, "cart.items.0.sellerId: has 51 characters"),
        ({"cart": {"items": [CART["items"][0] | {"tax": -1}]}}, "cart.items.0.tax: must be an integer from 0"),
        *((cart_with_rate(rate), "cart.items.0.taxRate: must be a number from 0") for rate in NO_RATES),
    ],
)
def test_data_beyond_its_limits_is_refused_with_field_and_limit(shop: Shop, data: dict[str, object], said: str) -> None:
    placed = started(shop)
    before = shop.store.backup()
    with pytest.raises(InvalidRequest, match=said.replace(".", r"\.")):
        told(shop, placed, **data)
    assert shop.store.backup() == before


@pytest.mark.parametrize(
    ("name", "stored"),
    [
        ("ipAddress", "10.0.0.1:5555"),
        ("deviceFingerprint", "x" * 2_001),
        ("clientProfileData", json.dumps({"firstName": "x" * 201})),
        ("clientProfileData", json.dumps({"isCorporate": "false"})),
        ("cart", json.dumps(CART | {"orderUrl": "x" * 2_001})),
        ("cart", json.dumps(CART | {"items": [CART["items"][0] | {"tax": 12.5, "sellerId": [], "categoryId": {}}]})),
    ],
)
def test_data_that_an_earlier_version_took_unread_stop_no_authorisation(shop: Shop, name: str, stored: str) -> None:
    placed = told(shop, started(shop), deviceFingerprint="7507", ipAddress="203.0.113.7")
    shop.store.things[AdditionalData, ACCOUNT, placed.transaction_id, name] = AdditionalData(name, stored)
    send_payments(shop.ports, ACCOUNT, placed.transaction_id, [a_payment()], "BRL")

    authorise(placed)

    asked = shop.provider.authorisations[-1]
    assert asked.shopper is not None
    assert asked.shopper.ip_address == (None if name == "ipAddress" else "203.0.113.7")
    assert asked.shopper.device_fingerprint == (None if name == "deviceFingerprint" else "7507")
    assert [item.id for item in asked.items] == ([CART["items"][0]["id"]] if name == "cart" else [])


def test_stored_payment_sent_with_another_return_url_or_split_is_another(shop: Shop) -> None:
    placed = started(shop)
    payment = a_payment(payment_id="P-1", return_url=HTTPS)
    send_payments(shop.ports, ACCOUNT, placed.transaction_id, [payment], "BRL")
    send_payments(shop.ports, ACCOUNT, placed.transaction_id, [replace(payment, installment_value=10000)], "BRL")

    for other in (replace(payment, return_url=None), replace(payment, recipients=(SELLER, SHOP))):
        with pytest.raises(AlreadyExists):
            send_payments(shop.ports, ACCOUNT, placed.transaction_id, [other], "BRL")
    assert [each.payment_id for each in placed.payments] == ["P-1"]


def test_same_order_with_another_return_url_is_another_order(shop: Shop) -> None:
    order = a_new_order(a_new_payment(10000, "partial", return_url=HTTPS), order_id=ORDER_ID)
    shop.place_again(order)
    with pytest.raises(AlreadyExists):
        shop.place_again(a_new_order(a_new_payment(10000, "partial"), order_id=ORDER_ID))


def test_order_of_an_earlier_version_is_the_same_with_what_that_version_ignored(shop: Shop) -> None:
    plain = a_new_order(a_new_payment(10000, "partial"), order_id=ORDER_ID)
    first = shop.place_again(plain)
    lines = tuple(
        replace(line, seller_id="1", category_id="9", delivery_type="Normal", tax=5, tax_rate="0.1")
        for line in plain.lines
    )
    payment = replace(plain.payments[0], reference_value=10000, interest_rate="0", installment_value=10000)

    assert shop.place_again(replace(plain, lines=lines, payments=(payment,))) == first
    assert shop.store.lines(ACCOUNT, ORDER_ID)[0].seller_id is None
    shop.place_again(replace(plain, order_id="later", lines=lines))
    with pytest.raises(AlreadyExists):
        shop.place_again(replace(plain, order_id="later", lines=(replace(lines[0], seller_id="2"), *lines[1:])))
