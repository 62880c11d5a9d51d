"""Previews as their routes show them. Amounts are minor units."""

from typing import TYPE_CHECKING, Any, cast

from settlement.domain.transaction.statuses import order_status, transaction_status
from settlement.use_cases.previews.preview_action import Preview

if TYPE_CHECKING:
    from settlement.api.previews.answer import MoneyPreview, MovementName, OrderAfter


def preview_view(preview: Preview[Any]) -> "MoneyPreview":
    """What an action would do, with nothing written."""
    before, after = preview.before, preview.after
    order = before.order
    return {
        "orderId": order.order_group if order.gateway_only else order.order_id,
        "transactionId": order.transaction_id,
        "version": before.version,
        "order": None if order.gateway_only else _order_after(preview),
        "transaction": {"statusAfter": transaction_status(after.order, after.transaction)},
        "moneyPlan": [
            {
                "paymentId": movement.payment_id,
                "connector": preview.connectors[movement.payment_id],
                "operation": cast("MovementName", movement.operation.value),
                "value": movement.value,
                "settleId": movement.settle_id,
            }
            for movement in preview.money_plan
        ],
        "warnings": [{"code": warning.code, "message": warning.message} for warning in preview.warnings],
    }


def _order_after(preview: Preview[Any]) -> "OrderAfter":
    before, after = preview.before, preview.after
    return {
        "valueBefore": before.order.value,
        "valueAfter": after.order.value,
        "invoicedAfter": after.order.invoiced,
        "statusAfter": order_status(after.order, after.transaction),
    }
