"""Places orders that arrive as ``OrderPlaced`` events, by the same use case as over HTTP."""

from dataclasses import replace
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from settlement import bootstrap
from settlement.api.payments.card_data import refuse_card_data
from settlement.api.shared import body
from settlement.domain.actor import Actor, System
from settlement.logs import new_logger
from settlement.use_cases.orders.place_order import place_order

logger = new_logger()
bootstrap.dynamodb()


@logger.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Place the order in ``detail.order`` for ``detail.account``; a refusal is raised.

    An order without an id gets the event's id, so that a repeated event places it once.
    """
    from settlement.api.orders.request import OrderBody

    detail = event["detail"]
    logger.append_keys(account=detail["account"])
    refuse_card_data(detail["order"])
    order = body.validate(OrderBody, detail["order"]).as_order()
    named = order if order.order_id is not None else replace(order, order_id=event["id"])
    placed = place_order(bootstrap.ports(Actor(system=System.CHECKOUT)), detail["account"], named)
    logger.debug("order placed", order=placed.order.order_id, transaction=placed.transaction.transaction_id)
    return {"orderId": placed.order.order_id, "transactionId": placed.transaction.transaction_id}
