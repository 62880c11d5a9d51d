"""Order modifications as their routes show them (C§2.2). Amounts are minor units."""

from typing import TYPE_CHECKING, cast

from settlement.api.approvals.view import approval_view
from settlement.api.modifications.shapes import asked_view
from settlement.api.previews.view import preview_view
from settlement.api.shared.dates import oms_date
from settlement.domain.changes.modification import ModificationStatus
from settlement.domain.order.order import Order, OrderTotal
from settlement.domain.transaction.approval import Approval
from settlement.domain.transaction.operation import OperationState
from settlement.use_cases.orders.modify_order import Modified
from settlement.use_cases.previews.preview_action import Preview

if TYPE_CHECKING:
    from settlement.api.modifications.answer import (
        ChangedTotal,
        Log,
        ModificationAnswer,
        ModificationDetails,
        ModificationHistory,
        ModificationPreview,
        ModificationTaken,
        Origin,
        Progress,
        TotalOfChange,
    )

_NAMES: "dict[TotalOfChange, str]" = {
    "Items": "Items Total",
    "Discounts": "Discounts Total",
    "Shipping": "Shipping Total",
    "Tax": "Tax Total",
    "ManualValues": "Manual Values Total",
}
_PUBLISHED: "dict[ModificationStatus, Progress]" = {
    ModificationStatus.WAITING_CONFIRMATION: "waiting-confirmation",
    ModificationStatus.DONE: "done",
    ModificationStatus.CANCELED: "canceled",
}
_PROGRESS = {
    OperationState.QUEUED: "waiting for the operations before it",
    OperationState.READY: "being carried out at the payment connectors",
    OperationState.WAITING: "waiting for its next attempt",
    OperationState.DONE: "carried out",
    OperationState.FAILED: "failed; retry it, resolve its calls, or write its operation off",
    OperationState.MANUAL: "carried out, but for what a person has to do by hand",
}


def modification_view(modified: Modified) -> "ModificationAnswer":
    """The answer to a modification, and a line of the history."""
    modification = modified.modification
    return {
        "requestId": modification.request_id,
        "workflowId": modification.workflow_id,
        "reason": modification.reason,
        "manualDiscountValue": modification.manual_discount,
        "manualIncrementValue": modification.manual_increment,
        "totalChangeValue": modification.value,
        "totals": named_totals(modification.totals),
        **asked_view(modification.request, modification.lines_before),
        "date": oms_date(modification.created_at),
        "origin": _origin(modified.order),
    }


def waiting_view(modified: Modified, approval: Approval) -> "ModificationTaken":
    """The answer to a modification that waits for a second key: what it would be, and what it waits for."""
    return {**modification_view(modified), "approval": approval_view(approval)}


def waiting_details(modified: Modified, approval: Approval) -> "ModificationDetails":
    """A modification that waits for a second key."""
    waiting = _PUBLISHED[ModificationStatus.WAITING_CONFIRMATION]
    return {
        **modification_view(modified),
        "status": waiting,
        "inProgress": True,
        "finished": False,
        "logs": [
            {
                "date": oms_date(approval.asked_at),
                "message": f"the change waits for another app key to approve it, until {oms_date(approval.expires_at)}",
                "source": "settlement",
                "status": waiting,
            }
        ],
        "cancellationData": None,
        "approval": approval_view(approval),
    }


def modification_details(modified: Modified) -> "ModificationDetails":
    """One modification with its status and log."""
    modification = modified.modification
    return {
        **modification_view(modified),
        "status": _PUBLISHED[modified.status],
        "inProgress": modified.status is ModificationStatus.WAITING_CONFIRMATION,
        "finished": modified.status in (ModificationStatus.DONE, ModificationStatus.CANCELED),
        "logs": _logs(modified),
        "cancellationData": None
        if modification.cancelled_at is None
        else {
            "requestedByUser": True,
            "reason": modification.cancel_reason or "",
            "cancellationDate": oms_date(modification.cancelled_at),
        },
        "approval": None,
    }


def history_view(modifications: list[Modified]) -> "ModificationHistory":
    """The modifications that were carried out, and what carried them out (C§2.2)."""
    kept = [found for found in modifications if found.status is ModificationStatus.DONE]
    return {
        "requests": [modification_view(found) for found in kept],
        "actions": [
            {
                "requestId": found.modification.request_id,
                "status": _PUBLISHED[found.status],
                "cancelledValue": found.operation.giving_up if found.operation else 0,
                "refundedValue": found.operation.refunding if found.operation else 0,
            }
            for found in kept
        ],
    }


def modification_preview(preview: Preview[Modified]) -> "ModificationPreview":
    """What a modification would answer if it were taken now, with nothing applied, and the money plan."""
    modified = preview.answer
    return {
        **modification_view(modified),
        **preview_view(preview),
        "requestId": None,
        "workflowId": None,
        "orderValue": modified.order.value,
    }


def _origin(order: Order) -> "Origin":
    return {"account": order.account, "orderId": order.order_id, "component": "MarketplaceComponent"}


def named_totals(totals: tuple[OrderTotal, ...]) -> "list[ChangedTotal]":
    """Parts of the value with their names for people."""
    ids = [cast("TotalOfChange", total.id) for total in totals]
    return [{"id": id_, "name": _NAMES[id_], "value": total.value} for id_, total in zip(ids, totals, strict=True)]


def _logs(modified: Modified) -> "list[Log]":
    modification, operation = modified.modification, modified.operation
    lines = [(modification.created_at, "the change was accepted", ModificationStatus.WAITING_CONFIRMATION)]
    if operation is not None and modification.cancelled_at is None:
        at = operation.concluded_at or operation.first_attempt_at or modification.created_at
        reason = f": {operation.failure}" if operation.failure else ""
        lines.append((at, f"the change is {_PROGRESS[operation.state]}{reason}", modified.status))
    if modification.cancelled_at is not None:
        lines.append(
            (modification.cancelled_at, f"the change was cancelled: {modification.cancel_reason}", modified.status)
        )
    return [
        {"date": oms_date(at), "message": message, "source": "settlement", "status": status.value}
        for at, message, status in lines
    ]
