"""Return invoices: what one asks of the payments, and what became of those of an order (R16, R35, R45 to R47).

Amounts are minor units.
"""

from collections.abc import Iterable, Sequence

from settlement.domain.connectors.connector import Mode
from settlement.domain.ledger.ledger import total
from settlement.domain.order.order import Order
from settlement.domain.planning.planning import Ask
from settlement.domain.transaction.leg import Leg, LegKind
from settlement.domain.transaction.operation import Operation, OperationKind
from settlement.domain.transaction.transaction import Transaction

KindOfAsk = tuple[OperationKind, Ask]


def asks_of_return(value: int, transaction: Transaction, *, is_complete: bool) -> list[KindOfAsk]:
    """Return the operations that give a return's ``value`` back.

    What is captured is refunded. Before the order is complete, what Hold retains of earlier requests comes first: it is
    taken off what is still to be captured, so that nobody is charged to be refunded (R46).
    """
    retained = 0 if is_complete else min(value, _retained(transaction))
    asks: list[KindOfAsk] = []
    if retained:
        asks.append((OperationKind.REDUCE, Ask(reduction=retained, unrequest=retained)))
    if value > retained:
        asks.append((OperationKind.REFUND, Ask(refund=value - retained)))
    return asks


def _retained(transaction: Transaction) -> int:
    """Return the requested value that Hold keeps back, once the operations that wait have run."""
    if transaction.mode is not Mode.HOLD:
        return 0
    held = total(position.counters for position in transaction.projection)
    return max(0, transaction.requested - held.paid - held.in_doubt)


def returns_made(order: Order, operations: Sequence[Operation], legs: Iterable[Leg]) -> str:
    """Describe an order's returns for people: the refunded part and the others, which add up to their sum.

    ``operations`` and ``legs`` are those of its transaction.
    """
    asked = [operation for operation in operations if operation.is_of_invoice and operation.retry_of is None]
    to_refund = sum(operation.ask.refund for operation in asked)
    taken_off = sum(operation.ask.unrequest for operation in asked)
    sequences = {
        operation.sequence
        for operation in operations
        if operation.kind is OperationKind.REFUND and operation.is_of_invoice
    }
    refunded = sum(leg.posted_value for leg in legs if leg.kind is LegKind.REFUND and leg.operation in sequences)
    parts = {
        "refunded": refunded,
        "can still be refunded": to_refund - refunded - order.returns_written_off,
        "taken off before it was captured": taken_off,
        "returned before the order was invoiced in full, without a refund": order.returned - to_refund - taken_off,
        "written off, which does not count": order.returns_written_off,
    }
    return ", ".join(f"{value} {what}" for what, value in parts.items() if value) or "nothing"
