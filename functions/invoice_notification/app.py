"""Invoices: notified, replayed, and nothing else (contract §1.1)."""

from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.utilities.typing import LambdaContext

from settlement import bootstrap
from settlement.api.models import InvoiceBody
from settlement.api.resolver import Api, answer, receipt_view
from settlement.domain.account import Role
from settlement.domain.invoice import InvoiceType
from settlement.use_cases.notify_invoice import notify_invoice

logger = Logger()
api = Api(logger)
bootstrap.dynamodb()


@logger.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Answer a REST API proxy event."""
    return api.resolve(event, context)


@api.post("/api/oms/pvt/orders/<order_id>/invoice")
def notify(order_id: str) -> Response[str]:
    """Notify a sale or return invoice; Input needs the role for refunds."""
    body = api.read(InvoiceBody)
    account = api.caller(Role.NOTIFY_REFUND if body.type is InvoiceType.INPUT else Role.NOTIFY_INVOICE)
    receipt = notify_invoice(bootstrap.ports(), account, order_id, body.as_notification())
    return answer(200, receipt_view(receipt))
