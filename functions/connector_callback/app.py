"""Callbacks of connectors (C§4.2), and inbound requests, which connectors answer (C§4.6).

They carry no app key; each payment has its own signature.
"""

import re
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from settlement import bootstrap
from settlement.api.resolver import Api, answer
from settlement.api.shared import body
from settlement.api.shared.http import Response
from settlement.domain.account.account import is_account
from settlement.domain.actor import Actor, System
from settlement.domain.errors import InvalidRequest, PaymentNotFound
from settlement.logs import new_logger
from settlement.use_cases.connectors.receive_callback import receive_callback
from settlement.use_cases.connectors.relay_inbound import relay_inbound

logger = new_logger()
api = Api(logger)
bootstrap.dynamodb()

_ACTION = re.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


@logger.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Answer a REST API proxy event."""
    return api.resolve(event)


@api.serves("callBack", "notifyAuthorisation", "retryAuthorisation")
def callback(transaction_id: str, payment_id: str) -> Response:
    """Ask the connector again; the callback's body is not trusted, so it is not read."""
    receive_callback(bootstrap.ports(Actor(system=System.CONNECTOR)), *_signed(transaction_id, payment_id))
    return answer(200, {})


@api.serves("relayInbound")
def inbound(transaction_id: str, payment_id: str, action: str) -> Response:
    """Relay a request to the connector and return its answer, as text that no browser renders as a page."""
    if not _ACTION.fullmatch(action):
        raise InvalidRequest("action: must be 1 to 64 of letters, digits and . _ -, a letter or digit first")
    account, transaction, payment, signature = _signed(transaction_id, payment_id)
    text = body.read_text(api.request.body, is_base64=api.request.is_base64)
    said = relay_inbound(
        bootstrap.ports(Actor(system=System.CONNECTOR)),
        bootstrap.connector_client(),
        account,
        transaction,
        payment,
        signature,
        action,
        text,
    )
    headers = {"X-Content-Type-Options": "nosniff", "Content-Security-Policy": "sandbox; default-src 'none'"}
    return Response(said.status_code, said.content_type, said.content, headers)


def _signed(transaction_id: str, payment_id: str) -> tuple[str, str, str, str]:
    query = api.request.query
    account = query.get("accountName", "")
    if not is_account(account):
        raise PaymentNotFound(payment_id)
    return account, transaction_id, payment_id, query.get("X-VTEX-signature", "")
