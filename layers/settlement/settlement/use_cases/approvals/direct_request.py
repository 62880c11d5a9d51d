"""A direct refund or cancellation that may need a second key."""

from settlement.domain.transaction.approval import Approval, ApprovalAction, ApprovalKind
from settlement.use_cases.approvals.act_or_ask import Asking
from settlement.use_cases.gateway.request_movement import (
    CANCELLATION,
    REFUND,
    DirectRequest,
    Requested,
    request_movement,
)
from settlement.use_cases.shared.heads import load_by_transaction
from settlement.use_cases.shared.ports import Ports


def asking_movement(
    ports: Ports,
    account: str,
    transaction_id: str,
    movement: DirectRequest,
    value: int,
    key: str | None,
    reason: str | None,
) -> Asking[Requested]:
    """A direct refund or cancellation; without an idempotency key, a repeat is the same value from the same app key."""
    is_refund = movement is REFUND
    kind = ApprovalKind.REFUND if is_refund else ApprovalKind.CANCELLATION
    action = ApprovalAction.REFUND if is_refund else ApprovalAction.CANCELLATION
    named = f"key/{key}" if key is not None else f"{value}/{ports.actor.app_key}"
    return Asking(
        action,
        f"{action.value}/{named}",
        {"value": value, "key": key, "reason": reason},
        (kind,),
        lambda store: load_by_transaction(store, account, transaction_id),
        lambda on, expected: request_movement(on, account, transaction_id, movement, value, key, expected, reason),
        lambda preview: {kind: value},
        named=None if key is None else f"Idempotency-Key {key}",
    )


def asked_movement(ports: Ports, account: str, approval: Approval) -> Asking[Requested]:
    """The refund or cancellation that an approval is about."""
    movement = REFUND if approval.action is ApprovalAction.REFUND else CANCELLATION
    asked = approval.request
    value, key, reason = asked["value"], asked.get("key"), asked.get("reason")
    return asking_movement(ports, account, approval.transaction_id, movement, value, key, reason)
