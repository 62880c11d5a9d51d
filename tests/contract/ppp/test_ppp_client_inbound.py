"""Requests that reach the merchant and are the connector's to answer (C§4.6)."""

import json
from dataclasses import replace

import jsonschema
import pytest

from settlement.connectors import exact_json
from settlement.domain.connectors.connector_calls import Inbound, PaymentReference, Refused, Relayed, Unknown
from tests.contract.ppp.provider import PAYMENT, Provider, answer, client, raw
from tests.contract.ppp.test_ppp_client_requests import SCHEMAS

INBOUND = Inbound(PAYMENT, "REQ-1", '{"step":"3ds","value":0.1}')
SAID: dict[str, object] = {"statusCode": 200, "contentType": "application/json", "content": '{"a":"b"}'}


def answered(**changes: object) -> dict[str, object]:
    return {"requestId": "REQ-1", "paymentId": "A41B77", "responseData": SAID, **changes}


def said(**changes: object) -> dict[str, object]:
    return answered(responseData={**SAID, **changes})


def test_body_travels_as_text_to_the_action_of_the_payment(provider: Provider) -> None:
    provider.respond = answer(200, answered())
    client().inbound(provider.connector, "hook/../x", INBOUND)
    assert provider.requests[0][0] == "POST /ppp/payments/A41B77/inbound/hook%2F..%2Fx HTTP/1.1"
    assert provider.sent == {
        "requestId": "REQ-1",
        "transactionId": "TX1",
        "paymentId": "A41B77",
        "authorizationId": "AUT1",
        "tid": "TID1",
        "nsu": "NSU1",
        "requestData": {"body": '{"step":"3ds","value":0.1}'},
    }


def test_action_that_is_dots_stays_where_it_is(provider: Provider) -> None:
    provider.respond = answer(200, answered())
    client().inbound(provider.connector, "..", INBOUND)
    assert provider.requests[0][0] == "POST /ppp/payments/A41B77/inbound/.. HTTP/1.1"


@pytest.mark.parametrize("payment", [PAYMENT, PaymentReference("TX1", "A41B77", "BRL", None, None, None)])
def test_body_is_valid_against_the_published_schema(provider: Provider, payment: PaymentReference) -> None:
    client().inbound(provider.connector, "hook", replace(INBOUND, payment=payment))
    components = json.loads(SCHEMAS.read_text())["components"]
    schema = {"components": components, **components["schemas"]["InboundRequest_BETA_Request"]}
    jsonschema.validate(json.loads(provider.requests[0][2]), schema)


def test_answer_is_what_the_connector_wants_answered(provider: Provider) -> None:
    provider.respond = answer(200, answered(code="ok", message="done"))
    outcome = client().inbound(provider.connector, "hook", INBOUND)
    assert isinstance(outcome, Relayed)
    assert (outcome.status_code, outcome.content_type, outcome.content) == (200, "application/json", '{"a":"b"}')
    assert (outcome.code, outcome.message) == ("ok", "done")
    assert outcome.exchange.status == 200


def test_failure_that_the_connector_wants_answered_is_relayed(provider: Provider) -> None:
    provider.respond = answer(200, said(statusCode=422, content=""))
    outcome = client().inbound(provider.connector, "hook", INBOUND)
    assert isinstance(outcome, Relayed)
    assert (outcome.status_code, outcome.content) == (422, "")


@pytest.mark.parametrize("status", [400, 404, 409])
def test_well_formed_refusal_is_refused(provider: Provider, status: int) -> None:
    provider.respond = answer(status, {"requestId": "REQ-1", "code": "no-action", "message": "there is no such action"})
    outcome = client().inbound(provider.connector, "hook", INBOUND)
    assert isinstance(outcome, Refused)
    assert (outcome.code, outcome.message) == ("no-action", "there is no such action")


@pytest.mark.parametrize(
    ("status", "body", "reason"),
    [
        (200, {"requestId": "REQ-1", "paymentId": "A41B77"}, "responseData is missing"),
        (200, answered(responseData="ok"), "responseData is missing"),
        (200, answered(requestId="REQ-2"), "another requestId"),
        (200, answered(paymentId="B"), "another paymentId"),
        (200, said(statusCode="200"), "statusCode is 200, not an HTTP status"),
        (200, said(statusCode=100), "statusCode is 100"),
        (200, said(statusCode=True), "statusCode is None"),
        (200, said(contentType=None), "not both text"),
        (200, said(content={"a": "b"}), "not both text"),
        (400, answered(code="no"), "answered 400: no"),
        (400, {}, "answered 400"),
        (404, {"message": "Not Found"}, "answered 404: Not Found"),
        (500, {"code": "fault"}, "answered 500: fault"),
        (302, {}, "answered 302"),
        (204, "", "empty"),
        (200, "<html>", "not JSON"),
    ],
)
def test_what_makes_no_sense_is_unknown(provider: Provider, status: int, body: object, reason: str) -> None:
    provider.respond = answer(status, body)
    outcome = client().inbound(provider.connector, "hook", INBOUND)
    assert isinstance(outcome, Unknown)
    assert reason in outcome.reason


def test_no_answer_is_unknown(provider: Provider) -> None:
    provider.respond = raw(b"")
    outcome = client().inbound(provider.connector, "hook", INBOUND)
    assert isinstance(outcome, Unknown)
    assert outcome.exchange.status is None


def test_exchange_has_no_credentials(provider: Provider) -> None:
    provider.respond = answer(200, exact_json.write(said(content="token-of-the-shop")))
    outcome = client().inbound(provider.connector, "hook", INBOUND)
    assert isinstance(outcome, Relayed)
    assert "token-of-the-shop" not in outcome.exchange.response
