"""Asking the gateway directly: settle, refund and cancel (contract §3.2)."""

import os
from datetime import timedelta
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.utilities.typing import LambdaContext

from settlement import bootstrap
from settlement.api.models import MovementBody
from settlement.api.operation_view import operation_result
from settlement.api.resolver import Api, answer
from settlement.domain.account import Role
from settlement.domain.errors import InvalidRequest
from settlement.use_cases import request_movement as movements

MAX_KEY_LENGTH = 255

logger = Logger()
api = Api(logger)
bootstrap.dynamodb()


@logger.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Answer a REST API proxy event."""
    return api.resolve(event, context)


@api.post("/api/pvt/transactions/<transaction_id>/settlement-request")
def settle(transaction_id: str) -> Response[str]:
    """Settle a value of what is not requested yet."""
    return _request(transaction_id, movements.SETTLEMENT)


@api.post("/api/pvt/transactions/<transaction_id>/refunding-request")
def refund(transaction_id: str) -> Response[str]:
    """Refund a value of what is settled."""
    return _request(transaction_id, movements.REFUND)


@api.post("/api/pvt/transactions/<transaction_id>/cancellation-request")
def cancel(transaction_id: str) -> Response[str]:
    """Cancel a value of what is not settled."""
    return _request(transaction_id, movements.CANCELLATION)


def _request(transaction_id: str, movement: movements.Movement) -> Response[str]:
    account = api.caller(Role.PROCESS_PAYMENT)
    value = api.read(MovementBody).value
    headers = {name.lower(): text for name, text in api.current_event.headers.items()}
    key = headers.get("idempotency-key")
    if key is not None and not 0 < len(key) <= MAX_KEY_LENGTH:
        raise InvalidRequest(f"Idempotency-Key must have 1 to {MAX_KEY_LENGTH} characters; it has {len(key)}")
    ports = bootstrap.ports()
    requested = movements.request_movement(ports, account, transaction_id, movement, value, key)
    patience = timedelta(seconds=float(os.environ["OPERATION_WAIT_SECONDS"]))
    return answer(200, operation_result(movements.await_conclusion(ports, requested, patience)))
