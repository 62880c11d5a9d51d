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
