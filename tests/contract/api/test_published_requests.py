"""Published request bodies are taken as they are, by an order that they fit."""

from typing import Any

import pytest

from testkit.builders import a_connector
from testkit.shop import Placed, Shop
from tests.contract.api.public_schemas import published_request
from tests.support.service import Service
from tests.support.tour import ORDERS, TRANSACTIONS
from tests.support.tour_bodies import order_body

CHANGES = "/api/order-system/orders/base/changes"
UNIQUE_ID = "1D6A12BD177140B2BAF0C042D2FAEE54"
LINES: list[dict[str, Any]] = [
    {"id": "0", "quantity": 1, "price": 2499},
    {"id": "1", "quantity": 1, "price": 2499, "uniqueId": UNIQUE_ID},
    {"id": "2", "quantity": 1, "price": 2000},
    {"id": "12345", "quantity": 2, "price": 2499, "uniqueId": UNIQUE_ID + "2"},
    {"id": "A", "quantity": 1, "price": 5000},
    {"id": "B", "quantity": 1, "price": 1500},
]


@pytest.fixture
def service(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> Service:
    """The service, with a started order that has every item the examples name, and may become dearer."""
    service = Service(shop, monkeypatch)
    shop.provider.headroom = 10_000
    value = sum(line["price"] * line["quantity"] for line in LINES)
    body = order_body("base", items=LINES, value=value, totals=[{"id": "Items", "value": value}])
    body["paymentData"]["transactions"][0]["payments"][0]["value"] = value
    service.do("POST", ORDERS, body)
    service.do("POST", f"{ORDERS}/base/start-handling")
    return service


def placed(service: Service) -> Placed:
    """The order."""
    order = service.shop.store.order("demo", "base")
    assert order is not None
    return Placed(service.shop, "base", order.transaction_id)


@pytest.mark.parametrize(
    ("name", "method", "path", "status"),
    [
        ("invoice", "POST", f"{ORDERS}/base/invoice", 200),
        ("invoice_of_a_part", "POST", f"{ORDERS}/base/invoice", 200),
        ("invoice_of_older_guides", "POST", f"{ORDERS}/base/invoice", 200),
        ("change", "POST", f"{ORDERS}/base/changes", 200),
        ("change_that_removes", "POST", f"{ORDERS}/base/changes", 200),
        ("cancel", "POST", f"{ORDERS}/base/cancel", 200),
        ("cancel", "POST", "/api/orders/pvt/document/base/cancel", 200),
        ("interaction", "POST", f"{ORDERS}/base/interactions", 200),
        ("modification", "PATCH", CHANGES, 202),
        ("modification_settings", "PUT",
         "/api/order-system/orders/changes/settings", 200),
    ],
)  # fmt: skip
def test_request_is_taken(service: Service, name: str, method: str, path: str, status: int) -> None:
    assert service.call(method, path, published_request(name)).status == status


def test_preview_is_shown_of_an_item_named_by_its_line(service: Service) -> None:
    body = published_request("modification_preview")
    body["replace"][0]["from"]["items"][0]["uniqueId"] = UNIQUE_ID + "2"

    assert service.call("POST", f"{CHANGES}/preview", body).status == 200


def test_item_that_is_named_by_the_line_of_another_is_refused(service: Service) -> None:
    body = published_request("modification_preview")

    assert service.call("POST", f"{CHANGES}/preview", body).json["error"]["code"] == "SalesOrderSystem010"


def test_parcel_is_tracked(service: Service) -> None:
    service.do("POST", f"{ORDERS}/base/invoice", published_request("invoice_of_a_part"))
    tracking = published_request("tracking")
    delivery = published_request("delivery")

    service.do("PATCH", f"{ORDERS}/base/invoice/NF1001", tracking)
    service.do("PUT", f"{ORDERS}/base/invoice/NF1001/tracking", delivery)

    package = service.do("GET", f"{ORDERS}/base")["packageAttachment"]["packages"][0]
    assert package["trackingNumber"] == "40961"
    assert {seen["city"] for seen in package["courierStatus"]["data"]} == {"Rio de Janeiro", "Sao Paulo"}


def test_return_is_taken_after_its_sale(service: Service) -> None:
    value = placed(service).order.value
    sale = published_request("invoice_of_a_part") | {"invoiceValue": value}
    service.do("POST", f"{ORDERS}/base/invoice", sale)

    service.do("POST", f"{ORDERS}/base/invoice", published_request("invoice_of_a_return"))

    assert placed(service).ledger.refunded == 1500


def test_change_without_a_request_id_is_refused_and_says_so(service: Service) -> None:
    heard = service.call("POST", f"{ORDERS}/base/changes", published_request("change_of_older_guides"))

    assert heard.status == 400
    assert "requestId" in heard.json["error"]["message"]


def test_waiting_modification_is_retried(service: Service) -> None:
    service.shop.provider.usually("cancel", "500")
    less = {"reason": "less", "manualDiscountValue": 100}
    request_id = service.do("PATCH", CHANGES, less)["requestId"]
    retry = published_request("modification_retry")

    assert service.call("POST", f"{CHANGES}/{request_id}/retry", retry).status == 204


def test_gateway_settles_refunds_and_cancels(service: Service) -> None:
    transaction = f"/api/pvt/transactions/{placed(service).transaction_id}"
    for part in ("settlement", "refunding", "cancellation"):
        body = published_request(f"{part}_request")
        service.do("POST", f"{transaction}/{part}-request", body)

    ledger = placed(service).ledger
    assert (ledger.captured, ledger.refunded, ledger.given_up) == (10050, 2300, 2300)


def test_checkout_drives_the_gateway(service: Service) -> None:
    service.shop.connect(a_connector("partial", payment_systems=("*",)))
    started = service.do("POST", TRANSACTIONS, published_request("transaction"))
    transaction = f"{TRANSACTIONS}/{started['id']}"
    [payment] = published_request("payments")
    payment |= {"value": 20000, "transaction": payment["transaction"] | {"id": started["id"]}}
    refused = service.call("POST", f"{transaction}/payments", [payment])
    for card_data in ("cardNumber", "validationCode"):
        del payment["fields"][card_data]
    service.do("POST", f"{transaction}/payments", [payment])
    for method in ("POST", "PATCH"):
        told = published_request("additional_data")
        service.do(method, f"{transaction}/additional-data", told)
    asked = published_request("authorization_request")
    answer = service.do("POST", f"{transaction}/authorization-request", asked | {"transactionId": started["id"]})

    assert (refused.status, "vault token" in refused.json["error"]["message"]) == (400, True)
    assert (answer["status"], answer["statusDetail"]) == (8, "Approved")


def test_payment_notification_is_taken(service: Service) -> None:
    service.shop.connect(a_connector("partial", payment_systems=("*",)))
    service.shop.provider.usually("authorise", "undefined")
    body = {"value": 5010, "referenceId": "1", "channel": "store", "salesChannel": "1"}
    transaction = f"{TRANSACTIONS}/{service.do('POST', TRANSACTIONS, body)['id']}"
    slip = {"paymentSystem": 6, "value": 5010, "installments": 1, "currencyCode": "BRL"}
    [payment] = service.do("POST", f"{transaction}/payments", [slip])
    service.do("POST", f"{transaction}/authorization-request", {})

    notified = published_request("payment_notification")
    service.do("POST", f"/api/payments/pvt/payments/{payment['id']}/payment-notification", notified)

    assert service.do("GET", transaction)["status"] == "Approved"
