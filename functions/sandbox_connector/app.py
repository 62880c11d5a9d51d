"""A payment provider for tests and trials: the protocol, scripted outcomes, a record of calls.

It is deployed only with ``Sandbox=true``. The routes of the protocol are open; ``calls`` and ``script`` need the API's
authorizer.
"""

import re
from datetime import UTC, datetime
from functools import partial
from time import sleep
from typing import Any

from aws_lambda_powertools.event_handler import APIGatewayRestResolver, Response
from aws_lambda_powertools.event_handler.exceptions import NotFoundError
from aws_lambda_powertools.logging import correlation_paths
from aws_lambda_powertools.utilities.typing import LambdaContext

import sandbox_calls
from sandbox_provider import Call
from sandbox_scripts import EVERY_PAYMENT, MAX_OUTCOMES, Delivery, Operation, read_outcome
from settlement.connectors import exact_json
from settlement.connectors.ppp_fields import Fields, read_object
from settlement.environment import ENVIRONMENT
from settlement.logs import new_logger

MAX_HANG_SECONDS = 27.0
"""Longest delay of an answer, within the 29 s of the function and of the API."""

TEST_SUITE_HEADER = "X-VTEX-API-Is-TestSuite"

_ID = re.compile(r"[A-Za-z0-9._:-]{1,255}")
_MANIFEST: Fields = {
    "paymentMethods": [
        {"name": name, "allowsSplit": "disabled"}
        for name in ("Visa", "Mastercard", "American Express", "Pix", "BankInvoice", "Promissories", "RedirectPay")
    ],
    "customFields": [],
    "autoSettleDelay": {"minimum": "0", "maximum": "168"},
    "metadataFields": [],
}

logger = new_logger()
app = APIGatewayRestResolver()


@logger.inject_lambda_context(correlation_id_path=correlation_paths.API_GATEWAY_REST, clear_state=True)
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Answer a REST API proxy event."""
    return app.resolve(event, context)


@app.get("/sandbox-connector/<name>/manifest")
def manifest(name: str) -> Response[str]:
    """Return the manifest (C§4.1); every name is the same provider."""
    logger.append_keys(connector=name)
    return _json(200, _MANIFEST)


@app.post("/sandbox-connector/<name>/payments")
def create_payment(name: str) -> Response[str]:
    """Authorise a payment, or return its state (C§4.2)."""
    return _call(name, Operation.PAYMENTS, "")


@app.post("/sandbox-connector/<name>/payments/<payment_id>/settlements")
def settle(name: str, payment_id: str) -> Response[str]:
    """Capture a value (C§4.3)."""
    return _call(name, Operation.SETTLEMENTS, payment_id)


@app.post("/sandbox-connector/<name>/payments/<payment_id>/cancellations")
def cancel(name: str, payment_id: str) -> Response[str]:
    """Cancel a value, or all open value (C§4.4)."""
    return _call(name, Operation.CANCELLATIONS, payment_id)


@app.post("/sandbox-connector/<name>/payments/<payment_id>/refunds")
def refund(name: str, payment_id: str) -> Response[str]:
    """Refund a value of one settlement (C§4.5)."""
    return _call(name, Operation.REFUNDS, payment_id)


@app.post("/sandbox-connector/<name>/payments/<payment_id>/inbound/<action>")
def inbound(name: str, payment_id: str, action: str) -> Response[str]:
    """Answer an inbound request with its own body (C§4.6); nothing is stored."""
    logger.append_keys(connector=name, action=action)
    try:
        fields = _body()
        request_id, data = _id(fields, "requestId"), fields.get("requestData")
        content = data.get("body") if isinstance(data, dict) else None
        if not isinstance(content, str):
            raise ValueError("requestData.body is not text")
    except ValueError as fault:
        return _json(400, {"code": "invalid-body", "message": str(fault)})
    said = {"statusCode": 200, "contentType": "text/plain", "content": content}
    return _json(200, {"requestId": request_id, "paymentId": payment_id, "responseData": said})


@app.get("/sandbox-connector/calls")
def list_calls() -> Response[str]:
    """List every call about a payment, including repeats, in the order of arrival."""
    payment_id = app.current_event.get_query_string_value("paymentId")
    if not payment_id:
        return _error(400, "missing-parameter", "the query parameter paymentId is missing")
    return _json(200, sandbox_calls.calls_of(payment_id))


@app.post("/sandbox-connector/script")
def set_script() -> Response[str]:
    """Replace the scripted outcomes of an operation's next calls."""
    try:
        body = _body()
        operation = _operation(body)
        payment_id = EVERY_PAYMENT if body.get("paymentId") == EVERY_PAYMENT else _id(body, "paymentId")
        outcomes = _outcomes(body, operation)
    except ValueError as fault:
        return _error(400, "invalid-script", str(fault))
    sandbox_calls.set_script(payment_id, operation, outcomes)
    return _json(200, {"paymentId": payment_id, "operation": operation.value, "outcomes": outcomes})


@app.not_found
def not_found(_: NotFoundError) -> Response[str]:
    """Answer an unknown path."""
    return _error(404, "not-found", f"there is no {app.current_event.http_method} {app.current_event.path}")


@app.exception_handler(Exception)  # type: ignore[untyped-decorator]
def unexpected(_: Exception) -> Response[str]:
    """Answer a fault of the sandbox itself, which is an unknown outcome for the client."""
    logger.exception("the sandbox failed")
    return _error(500, "sandbox-fault", "the sandbox failed; its log says why")


def _call(name: str, operation: Operation, payment_id: str) -> Response[str]:
    arrived = datetime.now(UTC)
    fields: Fields = {}
    try:
        fields = _body()
        if operation is Operation.PAYMENTS:
            payment_id = _id(fields, "paymentId")
        elif fields.get("paymentId", payment_id) != payment_id:
            raise ValueError(f"paymentId {fields['paymentId']!r} is not the one of the path")
        else:
            _id(fields, "requestId")
        decide = sandbox_calls.answer
    except ValueError as fault:
        decide = partial(sandbox_calls.refuse, message=str(fault))
    is_test = app.current_event.headers.get(TEST_SUITE_HEADER, "").lower() == "true"
    call = Call(operation, payment_id, fields, is_test)
    decision = decide(call, arrived)
    logger.info(
        "call answered",
        extra={
            "connector": name,
            "operation": operation.value,
            "payment_id": payment_id,
            "request_id": call.request_id,
            "status": decision.reply.status,
            "delivery": decision.delivery.value,
        },
    )
    return _deliver(decision)


def _deliver(decision: sandbox_calls.Decision) -> Response[str]:
    """Deliver the answer by the script; an API cannot drop a connection, so a 502 makes the local proxy drop it."""
    if decision.delivery is Delivery.DROP:
        return Response(502, "application/json", "", {"X-Sandbox-Drop": "true"})
    if decision.delivery is Delivery.HANG:
        sleep(min(ENVIRONMENT.sandbox_hang_seconds, MAX_HANG_SECONDS))
    return _json(decision.reply.status, decision.reply.body)


def _body() -> Fields:
    return read_object((app.current_event.decoded_body or "").encode())


def _id(fields: Fields, name: str) -> str:
    value = fields.get(name)
    if isinstance(value, str) and _ID.fullmatch(value):
        return value
    raise ValueError(f"{name} must be 1 to 255 of letters, digits and . _ : -, not {value!r}")


def _operation(body: Fields) -> Operation:
    value = body.get("operation")
    if value not in tuple(Operation):
        raise ValueError(f"operation must be one of {', '.join(Operation)}, not {value!r}")
    return Operation(str(value))


def _outcomes(body: Fields, operation: Operation) -> list[object]:
    outcomes = body.get("outcomes")
    if not isinstance(outcomes, list) or len(outcomes) > MAX_OUTCOMES:
        raise ValueError(f"outcomes must be a list of at most {MAX_OUTCOMES}")
    for outcome in outcomes:
        read_outcome(outcome, operation)
    return outcomes


def _error(status: int, code: str, message: str) -> Response[str]:
    return _json(status, {"error": {"code": code, "message": message, "exception": None}})


def _json(status: int, body: object) -> Response[str]:
    return Response(status, "application/json", exact_json.write(body))
