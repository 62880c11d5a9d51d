"""Order changes, registered synchronously (contract §2.1)."""

import uuid
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.utilities.typing import LambdaContext

from settlement import bootstrap
from settlement.api.models import ChangeBody
from settlement.api.resolver import Api, answer, receipt_view
from settlement.domain.account import Role
from settlement.use_cases.change_order import change_order

logger = Logger()
api = Api(logger)
bootstrap.dynamodb()


@logger.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Answer a REST API proxy event."""
    return api.resolve(event, context)


@api.post("/api/oms/pvt/orders/<order_id>/changes")
def register(order_id: str) -> Response[str]:
    """Register a change of an order."""
    account = api.caller(Role.CHANGE_ORDER)
    request = api.read(ChangeBody).as_request()
    receipt = change_order(bootstrap.ports(), account, order_id, request, str(uuid.uuid4()))
    return answer(200, receipt_view(receipt))
