"""A registered change that may need a second key."""

from dataclasses import asdict
from typing import Any

from settlement.domain.order.order import LineMention
from settlement.domain.transaction.approval import Approval, ApprovalAction, ApprovalKind
from settlement.use_cases.approvals.act_or_ask import Asking, refunded_and_cancelled, told
from settlement.use_cases.orders.change_order import ChangeRequest, change_order
from settlement.use_cases.orders.notify_invoice import Receipt
from settlement.use_cases.shared.heads import load
from settlement.use_cases.shared.ports import Ports

_MENTIONS = ("items_removed", "items_added")


def asking_change(account: str, order_id: str, request: ChangeRequest, receipt: str) -> Asking[Receipt]:
    """A registered change: it refunds captured value, and cancels open value."""
    return Asking(
        ApprovalAction.CHANGE_ORDER,
        f"{ApprovalAction.CHANGE_ORDER.value}/{request.request_id}",
        _plain(request) | {"receipt": receipt},
        (ApprovalKind.REFUND, ApprovalKind.CANCELLATION),
        lambda store: load(store, account, order_id),
        lambda on, expected: change_order(on, account, order_id, request, receipt, expected),
        refunded_and_cancelled,
    )


def asked_change(ports: Ports, account: str, approval: Approval) -> Asking[Receipt]:
    """The change that an approval is about."""
    asked = dict(approval.request)
    receipt = str(asked.pop("receipt"))
    asked |= {name: tuple(LineMention(**item) for item in asked[name]) for name in _MENTIONS}
    return asking_change(account, approval.order_id, ChangeRequest(**asked), receipt)


def _plain(request: ChangeRequest) -> dict[str, Any]:
    values = asdict(request)
    return values | {name: [told(item) for item in values[name]] for name in _MENTIONS}
