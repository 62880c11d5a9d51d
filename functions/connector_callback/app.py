"""Callbacks of connectors (contract §4.2). They carry no key; each payment has a signature of its own."""

from typing import Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.utilities.typing import LambdaContext

from settlement import bootstrap
from settlement.api.resolver import Api, answer
from settlement.domain.account import is_account
from settlement.domain.errors import PaymentNotFound
from settlement.logs import new_logger
from settlement.use_cases.receive_callback import receive_callback

logger = new_logger()
api = Api(logger)
bootstrap.dynamodb()

_PAYMENT = "/api/pvt/payment-provider/transactions/<transaction_id>/payments/<payment_id>"


@logger.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Answer a REST API proxy event."""
    return api.resolve(event, context)


@api.post(f"{_PAYMENT}/callback")
@api.post(f"{_PAYMENT}/notification")
@api.post(f"{_PAYMENT}/retry")
def callback(transaction_id: str, payment_id: str) -> Response[str]:
    """Ask the connector again; a notification's body is not believed, so it need not be read."""
    query = api.current_event.query_string_parameters or {}
    account, signature = query.get("accountName", ""), query.get("X-VTEX-signature", "")
    if not is_account(account):
        raise PaymentNotFound(payment_id)
    receive_callback(bootstrap.ports(), account, transaction_id, payment_id, signature)
    return answer(200, {})
