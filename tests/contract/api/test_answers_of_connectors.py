"""What connectors tell of a payment is on the gateway's payment, on the order and in the OMS's transaction (C§3.4)."""

import json
from typing import Any

import pytest

from tests.support.service import Service
from tests.support.tour import ORDERS, TRANSACTIONS, Tour
from tests.support.tour_bodies import SLIP

NAMED = {
    "tid": "TID",
    "nsu": SLIP.nsu,
    "acquirer": "TestPay",
    "paymentUrl": "https://pay.example/slips/1",
    "redirectUrl": "https://pay.example/old/1",
    "paymentAppData": {"appName": "shop.pix", "payload": "00020126"},
    "identificationNumber": SLIP.identification_number,
    "identificationNumberFormatted": SLIP.identification_number_formatted,
    "barCodeImageType": "i25",
    "barCodeImageNumber": SLIP.bar_code_image_number,
    "bankIssueInvoiceId": "BI-1",
    "delayToAutoSettle": 21_600,
    "delayToAutoSettleAfterAntifraud": "1800",
}
ALWAYS = {"Tid": "TID", "ReturnCode": None, "Message": None, "authId": ""}


@pytest.fixture
def paths(service: Service) -> dict[str, str]:
    """Where an undecided slip is shown."""
    service.shop.provider.usually("authorise", "undefined")
    service.shop.provider.tells = SLIP
    placed = Tour(service).place("slip", start=False)
    gateway = f"{TRANSACTIONS}/{placed.transaction_id}/payments"
    return {
        "payments": gateway,
        "payment": f"{gateway}/{placed.payments[0].payment_id}",
        "order": f"{ORDERS}/slip",
        "oms": f"{ORDERS}/slip/payment-transaction",
    }


def shown(service: Service, paths: dict[str, str], where: str) -> Any:
    """The payment as a route shows it."""
    read = service.do("GET", paths[where])
    match where:
        case "payments":
            return read[0]
        case "order":
            return read["paymentData"]["transactions"][0]["payments"][0]
        case "oms":
            return read["payments"][0]
        case _:
            return read


@pytest.mark.parametrize("where", ["payments", "payment"])
@pytest.mark.parametrize("key", ["ConnectorResponses", "connectorResponse"])
def test_gateway_shows_each_part_under_its_published_name(
    service: Service, paths: dict[str, str], where: str, key: str
) -> None:
    assert shown(service, paths, where)[key] == NAMED | ALWAYS


@pytest.mark.parametrize("where", ["order", "oms"])
def test_oms_shows_each_part_under_its_published_name(service: Service, paths: dict[str, str], where: str) -> None:
    payment = shown(service, paths, where)

    assert payment["connectorResponses"] == NAMED | ALWAYS
    assert payment["url"] == "https://pay.example/slips/1"
    assert payment["bankIssuedInvoiceIdentificationNumber"] == SLIP.identification_number
    assert payment["bankIssuedInvoiceIdentificationNumberFormatted"] == SLIP.identification_number_formatted
    assert payment["bankIssuedInvoiceBarCodeNumber"] == SLIP.bar_code_image_number
    assert payment["bankIssuedInvoiceBarCodeType"] == "i25"


def test_approval_shows_acquirer_ids_and_limit(service: Service) -> None:
    service.shop.provider.headroom = 500
    service.shop.provider.tells = SLIP
    placed = Tour(service).place("card")

    payment = service.do("GET", f"{TRANSACTIONS}/{placed.transaction_id}/payments")[0]

    said = payment["connectorResponse"]
    assert (said["authId"], said["authorizationId"]) == (said["authorizationId"], f"AUT-{payment['id']}")
    assert (said["maxValue"], said["acquirer"]) == (10500, "TestPay")
    told = {field["name"]: field["value"] for field in payment["fields"]}
    assert json.loads(told["authorizationConnectorResponse"])["acquirer"] == "TestPay"


def test_erased_shopper_takes_the_way_to_pay_along(service: Service, paths: dict[str, str]) -> None:
    service.do("DELETE", f"{ORDERS}/slip/shopper")

    for where in ("payments", "payment"):
        said = shown(service, paths, where)["connectorResponse"]
        assert said == {name: value for name, value in (NAMED | ALWAYS).items() if name not in
                        ("paymentUrl", "redirectUrl", "paymentAppData")}  # fmt: skip
    assert shown(service, paths, "order")["url"] is None
