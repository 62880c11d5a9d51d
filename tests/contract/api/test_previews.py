"""Every action that moves money has a preview, which answers as the action does, without doing it."""

from itertools import pairwise
from typing import Any

import pytest

from settlement.api.contract.described import Described
from settlement.api.contract.descriptions import DESCRIBED
from testkit.shop import Placed
from tests.support.service import Heard, Service, is_previewed
from tests.support.tour_bodies import invoice_body

ACTIONS = [route for route in DESCRIBED if is_previewed(route)]


def pairs(route: Described, answers: list[Heard]) -> list[tuple[Heard, Heard]]:
    """The previews that were heard, each with the answer to the action that was asked for after it."""
    return [
        (told, done)
        for told, done in pairwise(answers)
        if done.route is route and told.asked.path == f"{done.asked.path}/preview"
    ]


def test_every_action_that_queues_an_operation_has_a_preview() -> None:
    assert {route.name for route in ACTIONS} == {
        "notifyInvoice",
        "notifyDocumentInvoice",
        "notifyFiscalDocument",
        "cancelInvoice",
        "registerChange",
        "modifyOrder",
        "cancelOrder",
        "cancelDocument",
        "requestSettlement",
        "requestRefund",
        "requestCancellation",
        "retryOperation",
    }


@pytest.mark.parametrize("route", ACTIONS, ids=lambda route: route.name)
def test_preview_takes_the_body_and_the_role_of_its_action(route: Described) -> None:
    [preview] = [known for known in DESCRIBED if known.path == f"{route.path}/preview"]

    assert (preview.method, preview.body, preview.roles) == ("post", route.body, route.roles)
    assert preview.refusals == {status: codes for status, codes in route.refusals.items() if status != 503}


@pytest.mark.parametrize("route", ACTIONS, ids=lambda route: route.name)
def test_preview_is_refused_when_its_action_is_and_with_the_same_words(
    route: Described, heard: list[Heard], refused: list[Heard]
) -> None:
    found = pairs(route, heard) + pairs(route, refused)

    assert {done.status < 300 for _, done in found} == {True, False}
    for told, done in found:
        if done.status == 503:
            continue
        assert (told.status < 300) is (done.status < 300), (told, done)
        if done.status >= 300:
            assert (told.status, told.json) == (done.status, done.json)


def test_preview_of_an_invoice_is_shown(service: Service, placed: Placed) -> None:
    [payment] = placed.payments
    path = f"/api/oms/pvt/orders/{placed.order_id}/invoice"
    before = service.shop.store.backup()

    shown: Any = service.call("POST", f"{path}/preview", invoice_body("N1", 7000)).json

    assert service.shop.store.backup() == before
    assert [warning["code"] for warning in shown.pop("warnings")] == ["item-prices-differ"]
    assert shown == {
        "orderId": placed.order_id,
        "transactionId": placed.transaction_id,
        "version": placed.transaction.version,
        "order": {
            "valueBefore": 10000,
            "valueAfter": 10000,
            "invoicedAfter": 7000,
            "statusAfter": "payment-approved",
        },
        "transaction": {"statusAfter": "Settling"},
        "moneyPlan": [
            {
                "paymentId": payment.payment_id,
                "connector": "partial",
                "operation": "settle",
                "value": 7000,
                "settleId": None,
            }
        ],
    }


def test_order_and_transaction_are_answered_with_the_version_of_their_previews(
    service: Service, placed: Placed
) -> None:
    order, transaction = f"/api/oms/pvt/orders/{placed.order_id}", f"/api/pvt/transactions/{placed.transaction_id}"
    preview = service.call("POST", f"{order}/cancel/preview").json

    for path in (order, f"{order}/payment-transaction", transaction):
        assert service.call("GET", path).headers["ETag"] == f'"{preview["version"]}"'


def test_action_with_the_version_of_its_preview_is_taken_once_only(service: Service, placed: Placed) -> None:
    path = f"/api/oms/pvt/orders/{placed.order_id}/invoice"
    preview = service.call("POST", f"{path}/preview", invoice_body("N1", 1000)).json
    version = {"if-match": f' "{preview["version"]}" '}

    first = service.call("POST", path, invoice_body("N1", 1000), headers=version)
    second = service.call("POST", path, invoice_body("N2", 1000), headers=version)
    again = service.call("POST", path, invoice_body("N1", 1000), headers=version)
    any_version = service.call("POST", path, invoice_body("N3", 1000), headers={"If-Match": "*"})

    assert (first.status, second.status, again.status, any_version.status) == (200, 412, 200, 200)
    assert second.json["error"]["code"] == "OMS412"
    assert placed.order.invoiced == 2000


@pytest.mark.parametrize(
    "version", ["1", '"x"', '"1', 'W/"1"', '"1", "2"', '"-1"', '"1.0"', '""', "", '"1"2"', '"\uff11"']
)
def test_version_that_is_none_is_refused_with_the_name_of_its_header(
    service: Service, placed: Placed, version: str
) -> None:
    stored = service.shop.store.backup()
    path = f"/api/oms/pvt/orders/{placed.order_id}/cancel"

    for end in ("", "/preview"):
        heard = service.call("POST", path + end, headers={"If-Match": version})

        assert (heard.status, heard.json["error"]["code"]) == (400, "OMS001")
        assert heard.json["error"]["message"].startswith("If-Match: ")
    assert service.shop.store.backup() == stored


def test_preview_on_another_version_is_refused_too(service: Service, placed: Placed) -> None:
    heard = service.call("POST", f"/api/oms/pvt/orders/{placed.order_id}/cancel/preview", headers={"If-Match": '"0"'})

    assert (heard.status, heard.json["error"]["code"]) == (412, "OMS412")
