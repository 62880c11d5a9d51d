"""The cancellation of an order that may need a second key."""

from settlement.domain.transaction.approval import Approval, ApprovalAction, ApprovalKind
from settlement.use_cases.approvals.act_or_ask import Asking, refunded_and_cancelled
from settlement.use_cases.orders.cancel_order import cancel_order
from settlement.use_cases.orders.notify_invoice import Receipt
from settlement.use_cases.shared.heads import load
from settlement.use_cases.shared.ports import Ports


def asking_cancel(account: str, order_id: str, reason: str | None) -> Asking[Receipt]:
    """The cancellation of an order: what is captured is refunded, what is open cancelled."""
    return Asking(
        ApprovalAction.CANCEL_ORDER,
        ApprovalAction.CANCEL_ORDER.value,
        {"reason": reason},
        (ApprovalKind.REFUND, ApprovalKind.CANCELLATION),
        lambda store: load(store, account, order_id),
        lambda on, expected: cancel_order(on, account, order_id, reason, expected),
        refunded_and_cancelled,
    )


def asked_cancel(ports: Ports, account: str, approval: Approval) -> Asking[Receipt]:
    """The cancellation that an approval is about."""
    return asking_cancel(account, approval.order_id, approval.request.get("reason"))
