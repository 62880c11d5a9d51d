"""The state of an order's return invoices (R16, R35). Amounts are minor units."""

from collections.abc import Iterable

from settlement.domain.order.order import Order
from settlement.domain.transaction.leg import Leg, LegKind
from settlement.domain.transaction.operation import Operation, OperationKind


def returns_made(order: Order, operations: Iterable[Operation], legs: Iterable[Leg]) -> str:
    """Describe an order's returns for people: the refunded part and the others, which add up to their sum.

    ``operations`` and ``legs`` are those of its transaction.
    """
    refunds = [
        operation for operation in operations if operation.kind is OperationKind.REFUND and operation.is_of_invoice
    ]
    sequences = {operation.sequence for operation in refunds}
    asked = sum(operation.ask.refund for operation in refunds if operation.retry_of is None)
    refunded = sum(leg.posted_value for leg in legs if leg.kind is LegKind.REFUND and leg.operation in sequences)
    parts = {
        "refunded": refunded,
        "can still be refunded": asked - refunded - order.returns_written_off,
        "returned before the order was invoiced in full, without a refund": order.returned - asked,
        "written off, which does not count": order.returns_written_off,
    }
    return ", ".join(f"{value} {what}" for what, value in parts.items() if value) or "nothing"
