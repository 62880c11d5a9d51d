"""Starts the handling of an order (C§5.1)."""

from settlement.domain.errors import WrongStatus
from settlement.domain.events import EventType
from settlement.domain.transaction.statuses import OrderStatus, order_status
from settlement.use_cases.shared.contention import decide_until_written
from settlement.use_cases.shared.heads import load
from settlement.use_cases.shared.ports import Ports


def start_handling(ports: Ports, account: str, order_id: str) -> None:
    """Move an order from ``ready-for-handling`` to ``handling``; refuses any other status with OMS003."""
    decide_until_written(ports, lambda: _start(ports, account, order_id))


def _start(ports: Ports, account: str, order_id: str) -> None:
    heads = load(ports.store, account, order_id)
    status = order_status(heads.order, heads.transaction)
    if status is not OrderStatus.READY_FOR_HANDLING:
        raise WrongStatus(
            f"Order status should be ready-for-handling to perform this action; order {order_id} is {status.value}"
        )
    now = ports.now()
    journal = heads.journal(now)
    journal.record(EventType.HANDLING_STARTED)
    ports.commit(heads.becomes(journal, heads.order.start(now), heads.transaction))
