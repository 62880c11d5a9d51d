"""Writes an approval with its event: nothing else of its order changes (R37)."""

from collections.abc import Sequence

from settlement.domain.events import Event
from settlement.domain.transaction.approval import Approval
from settlement.use_cases.shared.ports import Commit, Ports


def write(ports: Ports, account: str, told: tuple[Approval, Sequence[Event]]) -> Approval:
    """Write an approval as it becomes, and the event of that; raise ``Conflict`` if somebody else was first."""
    approval, events = told
    where = account, approval.order_id, approval.transaction_id, approval.currency
    ports.commit(Commit(*where, approvals=[approval], events=events))
    return approval
