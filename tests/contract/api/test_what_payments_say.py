"""What order and payment say for connectors is taken by every route, shown, and refused with field, value and limit."""

import json
from copy import deepcopy
from dataclasses import replace
from typing import Any

import pytest

from testkit.builders import a_connector
from tests.support.service import Service
from tests.support.tour import ORDERS, TRANSACTIONS
from tests.support.tour_bodies import STARTED, order_body, sent_payment

SPLIT: list[dict[str, Any]] = [
    {"id": "shoes", "name": "Seller", "documentType": "CNPJ", "document": 12345678000195, "role": "seller",
     "amount": 7000, "chargeProcessingFee": True, "chargebackLiable": False, "commissionAmount": 300},
    {"id": "shop", "name": "The Shop", "documentType": "CNPJ", "document": "11444777000161", "role": "marketplace",
     "amount": "3000"},
]  # fmt: skip
SAID: dict[str, Any] = {
    "installments": 6,
    "installmentsValue": 1666,
    "installmentsInterestRate": "1.99",
    "referenceValue": 9000,
    "paymentMethodCustomCode": "store-card",
    "returnUrl": "https://shop.example/back?to={messageCode}",
    "recipients": SPLIT,
}


def order(**payment: Any) -> dict[str, Any]:
    """An order whose payment says so."""
    body = deepcopy(order_body("said-01"))
    body["paymentData"]["transactions"][0]["payments"][0] |= payment
    return body


def told(service: Service) -> Any:
    """What the connector was told last."""
    return service.shop.provider.authorisations[-1]


def require_said(service: Service) -> None:
    """The connector was told all that the payment said."""
    asked = told(service)
    assert (asked.installments, asked.installment_value, asked.first_installment_value) == (6, 1666, 1670)
    assert (asked.interest_rate, asked.reference_value, asked.custom_code) == ("1.99", 9000, "store-card")
    assert asked.return_url == SAID["returnUrl"]
    seller, shop = asked.recipients
    assert (seller.document, seller.amount, seller.commission_amount) == ("12345678000195", 7000, 300)
    assert (seller.charge_processing_fee, seller.chargeback_liable) == (True, False)
    assert (shop.role, shop.amount, shop.charge_processing_fee) == ("marketplace", 3000, None)


def test_order_tells_its_connector_everything(service: Service) -> None:
    service.shop.connect(a_connector("partial"))
    body = order(**SAID)
    body["items"][0] |= {"additionalInfo": {"categoriesIds": "/1/9/"}, "taxRate": 0.05, "tax": 250}
    body["totals"] = [{"id": "Items", "value": 8000}, {"id": "Shipping", "value": 1750}, {"id": "Tax", "value": 250}]
    body["paymentData"]["transactions"][0]["deviceFingerprint"] = "75076388"
    body["clientProfileData"] |= {"isCorporate": True, "corporateName": "Velas e Mastros", "userProfileId": "U-1"}
    service.do("POST", ORDERS, body)
    service.shop.relay()

    require_said(service)
    asked = told(service)
    assert (asked.order_url, asked.total_cart_value) == ("https://admin.shop.example/orders/said-01", 10000)
    assert (asked.shopper.ip_address, asked.shopper.device_fingerprint) == ("203.0.113.7", "75076388")
    assert asked.shopper.billing_address.street == "Brigadeiro Faria Lima"
    shoe = asked.items[0]
    assert (shoe.seller_id, shoe.category_id, shoe.delivery_type) == ("1", "9", "Normal")
    assert (shoe.tax_rate, shoe.tax_value) == ("0.05", 250)
    shown = service.do("GET", f"{ORDERS}/said-01")
    assert shown["clientProfileData"]["isCorporate"] is True
    assert shown["clientProfileData"]["corporateName"] == "Velas e Mastros"
    assert shown["invoiceData"]["address"]["city"] == "São Paulo"


def test_checkout_tells_its_connector_everything(service: Service) -> None:
    service.shop.connect(a_connector("partial", payment_systems=("*",)))
    transaction = f"{TRANSACTIONS}/{service.do('POST', TRANSACTIONS, STARTED)['id']}"
    fields: dict[str, Any] = {"accountId": "vault-token", "address": {"street": "Rua do Ouvidor", "number": 50}}
    payment: dict[str, Any] = {**sent_payment(10000, 2), **SAID, "fields": fields}
    [shown] = service.do("POST", f"{transaction}/payments", [payment])
    names = {"ipAddress": "2001:db8::7", "deviceFingerprint": "75076388"}
    told_data = [{"name": name, "value": value} for name, value in names.items()]
    service.do("POST", f"{transaction}/additional-data", told_data)
    service.do("POST", f"{transaction}/authorization-request", {})

    require_said(service)
    assert (shown["installmentsValue"], shown["firstInstallmentValue"]) == (1666, 1670)
    shopper = told(service).shopper
    assert (shopper.billing_address.street, shopper.billing_address.number) == ("Rua do Ouvidor", "50")
    assert (shopper.ip_address, shopper.device_fingerprint) == ("2001:db8::7", "75076388")


def test_commission_is_taken_as_the_protocol_spells_it_too(service: Service) -> None:
    service.shop.connect(a_connector("partial"))
    seller = {name: value for name, value in SPLIT[0].items() if name != "commissionAmount"}
    service.do("POST", ORDERS, order(recipients=[seller | {"comissionAmount": 300}, SPLIT[1]]))
    service.shop.relay()

    assert [each.commission_amount for each in told(service).recipients] == [300, None]


def test_empty_text_says_nothing(service: Service) -> None:
    service.shop.connect(a_connector("partial"))
    body = order(returnUrl="")
    body["items"][0]["seller"] = body["orderUrl"] = body["paymentData"]["transactions"][0]["ipAddress"] = ""
    service.do("POST", ORDERS, body)
    service.shop.relay()

    asked = told(service)
    assert (asked.return_url, asked.items[0].seller_id, asked.shopper.ip_address) == (None, None, None)
    assert not asked.order_url


@pytest.mark.parametrize(
    ("payment", "words"),
    [
        ({"returnUrl": "http://shop.example/"}, ("returnUrl", "https", "http://shop.example/")),
        ({"returnUrl": "http://127.0.0.1/"}, ("returnUrl", "https", "http://127.0.0.1/")),
        ({"returnUrl": "javascript:alert(1)"}, ("returnUrl", "https", "javascript:alert(1)")),
        ({"recipients": SPLIT[:1]}, ("recipients", "7000", "10000")),
        ({"recipients": [SPLIT[0] | {"role": "bank"}]}, ("recipients.0.role", "marketplace or seller")),
        ({"recipients": [{"id": "shop"}]}, ("recipients.0.name", "missing")),
        (
            {"recipients": [SPLIT[0] | {"commissionAmount": 7001}, SPLIT[1]]},
            ("recipients.0.commissionAmount", "7001 is above the recipient's amount, 7000"),
        ),
        (
            {"recipients": [SPLIT[0] | {"comissionAmount": 301}, SPLIT[1]]},
            ("recipients", "commissionAmount 300 and comissionAmount 301 of shoes differ"),
        ),
        ({"installmentsInterestRate": "1,99"}, ("installmentsInterestRate", "1,99")),
        ({"paymentMethodCustomCode": ""}, ("paymentMethodCustomCode", "at least 1")),
    ],
)
def test_payment_that_cannot_be_is_refused_and_nothing_is_written(
    service: Service, payment: dict[str, Any], words: tuple[str, ...]
) -> None:
    service.shop.connect(a_connector("partial", payment_systems=("*",)))
    transaction = f"{TRANSACTIONS}/{service.do('POST', TRANSACTIONS, STARTED)['id']}"
    before = service.shop.store.backup()

    by_order = service.call("POST", ORDERS, order(**payment))
    by_checkout = service.call("POST", f"{transaction}/payments", [sent_payment(10000, 2) | payment])

    for heard in (by_order, by_checkout):
        assert heard.status == 400
        message = heard.json["error"]["message"]
        assert [word for word in words if word not in message] == [], message
    assert service.shop.store.backup() == before


@pytest.mark.parametrize(
    ("part", "value", "words"),
    [
        ("ipAddress", "203.0.113.256", ("ipAddress", "IPv4 or IPv6")),
        ("deviceFingerprint", 7.5, ("deviceFingerprint",)),
    ],
)
def test_device_that_cannot_be_is_refused(service: Service, part: str, value: object, words: tuple[str, ...]) -> None:
    service.shop.connect(a_connector("partial"))
    body = order()
    body["paymentData"]["transactions"][0][part] = value

    heard = service.call("POST", ORDERS, body)

    message = heard.json["error"]["message"]
    assert heard.status == 400
    assert [word for word in words if word not in message] == []
    assert str(value) not in message


LONG = "x" * 300
UNSAID = "52998224725"


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("invoiceData",), {"address": {"street": UNSAID + LONG}}),
        (("paymentData", "transactions", 0, "payments", 0, "recipients"), [SPLIT[0] | {"document": UNSAID + LONG}]),
        (("paymentData", "transactions", 0, "deviceFingerprint"), UNSAID + LONG * 10),
        (("paymentData", "transactions", 0, "ipAddress"), UNSAID),
    ],
)
def test_refusal_never_repeats_what_tells_of_a_person(
    service: Service, path: tuple[str | int, ...], value: object
) -> None:
    service.shop.connect(a_connector("partial"))
    body: Any = order()
    inner = body
    for step in path[:-1]:
        inner = inner[step]
    inner[path[-1]] = value

    heard = service.call("POST", ORDERS, body)

    assert heard.status == 400, heard.json
    assert UNSAID not in json.dumps(heard.json)


def test_delivery_of_a_line_that_is_not_there_is_refused(service: Service) -> None:
    service.shop.connect(a_connector("partial"))
    body = order() | {"shippingData": {"logisticsInfo": [{"itemIndex": 2, "selectedSla": "Normal"}]}}

    heard = service.call("POST", ORDERS, body)

    assert (heard.status, "itemIndex 2 is none of the 2 items" in heard.text) == (400, True)


def test_return_to_this_machine_is_taken_in_the_sandbox(service: Service) -> None:
    service.shop.connect(a_connector("partial"))
    service.shop.ports = replace(service.shop.ports, allow_loopback=True)

    service.do("POST", ORDERS, order(returnUrl="http://localhost:8080/back"))
    service.shop.relay()

    assert told(service).return_url == "http://localhost:8080/back"
