"""Adds a client's line to an order's timeline."""

from settlement.domain.events import EventType
from settlement.use_cases.shared.contention import decide_until_written
from settlement.use_cases.shared.heads import load
from settlement.use_cases.shared.ports import Ports


def add_interaction(ports: Ports, account: str, order_id: str, source: str, message: str) -> None:
    """Append a message of ``source`` to the timeline; raises ``OrderNotFound`` and ``TimelineFull``."""
    decide_until_written(ports, lambda: _add(ports, account, order_id, source, message))


def _add(ports: Ports, account: str, order_id: str, source: str, message: str) -> None:
    heads = load(ports.store, account, order_id)
    heads.transaction.require_room_for_remarks()
    journal = heads.journal(ports.now())
    journal.record(EventType.INTERACTION_ADDED, source=source, message=message)
    ports.commit(heads.becomes(journal, heads.order, heads.transaction))
