"""Connectors configured over the API, and orders that run through them; what is secret is nowhere to be read."""

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from operations.running_stack import Facts
from settlement.storage import keys
from testkit.api import Answer, Api, new_id
from testkit.bodies import Payment, order_body
from testkit.merchant import Merchant, PlacedOrder, settle
from tests.e2e.conftest import Account
from tests.support.affiliations import PPP, affiliation_body
from tests.support.stored_text import stored_text

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

AFFILIATIONS = "/api/pvt/affiliations"


@pytest.fixture
def api(open_account: Account) -> Api:
    """A key of a new account."""
    return open_account()


def add(api: Api, name: str, **configuration: object) -> Answer:
    """Add a connector that leads to the sandbox."""
    url = f"{api.base_url}/sandbox-connector/{name}"
    return api.post(AFFILIATIONS, affiliation_body(name, PPP, **{"serviceUrl": url, **configuration}))


def configuration_of(affiliation: dict[str, Any]) -> dict[str, str]:
    return {item["name"]: item["value"] for item in affiliation["configuration"]}


def told(order: PlacedOrder, type_: str) -> list[dict[str, Any]]:
    return [event["Data"] for event in order.events() if event["Type"] == type_]


def test_order_runs_through_a_connector_that_was_configured_over_the_api(api: Api) -> None:
    added = add(api, "acme-pay", mode="partial", settleCapability="multiple", cancelCapability="multiple")
    assert added.status == 200, added
    assert api.read(f"{AFFILIATIONS}/acme-pay") == api.read(f"{AFFILIATIONS}/{added.json['id']}") == added.json

    order = Merchant(api).place(Payment(connector="acme-pay"))
    order.invoice("N1", 7000)

    assert order.calls()[-1] == settle("70.0")
    assert api.read(order.transaction_path)["processingMode"] == "partial"


def test_secret_is_in_no_answer_and_not_in_the_table(api: Api, facts: Facts, dynamodb: "DynamoDBClient") -> None:
    token = f"secret-{new_id()}"
    added = add(api, "acme-pay", appKey=f"key-of-{token}", appToken=token)
    order = Merchant(api).place(Payment(connector="acme-pay"))
    order.invoice("N1", 10000)

    shown = configuration_of(added.json)
    assert (shown["appKey"], shown["appToken"]) == ("**********", "**********")
    assert shown["credentialsSetAt"]
    answers = [added, *(api.get(path) for path in (AFFILIATIONS, f"{AFFILIATIONS}/acme-pay", order.transaction_path))]
    answers += [api.get(f"{order.transaction_path}/{part}") for part in ("interactions", "operations", "payments")]
    assert not [answer for answer in answers if token in answer.text]
    pages = dynamodb.get_paginator("scan").paginate(TableName=facts.table_name)
    items = [item for page in pages for item in page["Items"]]
    assert any(item["SK"]["S"].startswith(keys.EVENTS) for item in items)
    assert not [item for item in items if token in stored_text(item)]


def test_edit_without_credentials_keeps_them_and_new_ones_hold_at_once(api: Api) -> None:
    add(api, "acme-pay")
    order = Merchant(api).place(Payment(connector="acme-pay"))
    shown = api.read(f"{AFFILIATIONS}/acme-pay")

    edited = api.send("PUT", f"{AFFILIATIONS}/acme-pay", json.dumps(shown))
    assert (edited.status, edited.json) == (200, shown)
    order.invoice("N1", 5000)

    body = affiliation_body("acme-pay", serviceUrl=configuration_of(shown)["serviceUrl"], appToken="another")
    assert api.send("PUT", f"{AFFILIATIONS}/acme-pay", json.dumps(body)).status == 200
    order.change("C1", discountValue=1000)

    assert [call.operation for call in order.calls()] == ["settlements", "refunds"]


def test_disabled_connector_takes_no_new_order_and_serves_the_ones_it_has(api: Api) -> None:
    add(api, "acme-pay")
    order = Merchant(api).place(Payment(connector="acme-pay"))

    assert api.send("DELETE", f"{AFFILIATIONS}/acme-pay").status == 204

    assert api.read(f"{AFFILIATIONS}/acme-pay")["isdelivered"] is False
    refused = api.post("/api/oms/pvt/orders", order_body([Payment(connector="acme-pay")]))
    assert (refused.status, refused.code) == (400, "OMS001")
    assert "accepts no new payments" in refused.message
    order.invoice("N1", 10000)
    assert order.calls()[-1] == settle("100.0")


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("https://10.0.0.1", "not of the public internet"),
        ("https://169.254.169.254/latest", "not of the public internet"),
        ("https://[fd00:ec2::254]", "not of the public internet"),
        ("https://0.0.0.0", "not of the public internet"),
        ("http://pay.acme.example", "must start with https"),
        ("https://nowhere.invalid", "cannot be resolved"),
    ],
)
def test_address_that_leads_inside_is_refused_when_it_is_saved(api: Api, url: str, reason: str) -> None:
    refused = add(api, "inside", serviceUrl=url)

    assert (refused.status, refused.code) == (400, "OMS001")
    assert "configuration.serviceUrl" in refused.message
    assert reason in refused.message
    assert api.get(f"{AFFILIATIONS}/inside").status == 404


def test_manifest_is_shown_and_limits_the_delay_of_a_scheduled_capture(api: Api) -> None:
    scheduled = {"usesAutoSettleOptions": "true", "autoSettle": "4"}
    refused = add(api, "acme-pay", **scheduled, autoSettleDelay=169)
    assert "the connector allows from 0 to 168 hours; got 169" in refused.message

    assert add(api, "acme-pay", **scheduled, autoSettleDelay=2).status == 200

    manifest = api.read(f"{AFFILIATIONS}/acme-pay/manifest")
    assert manifest["autoSettleDelay"] == {"minimum": "0", "maximum": "168"}
    assert {"name": "Visa", "allowsSplit": "disabled"} in manifest["paymentMethods"]


def test_inbound_request_is_the_connectors_to_answer(
    merchant: Merchant, signature: Callable[[PlacedOrder], str]
) -> None:
    order = merchant.place()
    [request] = [json.loads(data["request"]) for data in told(order, "PaymentAuthorised")]
    address = request["inboundRequestsUrl"].partition("/api/")[2].replace(":action", "challenge")
    path = f"/api/{address.partition('?')[0]}"
    query = {"accountName": "demo", "X-VTEX-signature": signature(order)}

    answer = merchant.api.send("POST", path, '{"step": "3ds"}', headers={}, query=query)
    forged = merchant.api.send("POST", path, "{}", headers={}, query=query | {"X-VTEX-signature": "forged"})

    assert (answer.status, answer.text) == (200, '{"step": "3ds"}')
    assert answer.headers["content-type"] == "text/plain"
    assert (forged.status, forged.code) == (401, "1")
    assert [data["action"] for data in told(order, "InboundRelayed")] == ["challenge"]


def test_connectors_of_another_account_are_not_there(api: Api, open_account: Account) -> None:
    added = add(api, "acme-pay").json
    stranger = open_account()

    assert stranger.get(f"{AFFILIATIONS}/{added['id']}").status == 404
    assert stranger.send("PUT", f"{AFFILIATIONS}/acme-pay", json.dumps(affiliation_body())).status == 404
    assert stranger.send("DELETE", f"{AFFILIATIONS}/acme-pay").status == 404
    assert "acme-pay" not in {each["name"] for each in stranger.read(AFFILIATIONS)}
