"""What waits for a second key: what it would do now, and the buttons that decide it (R37)."""

from collections.abc import Callable
from typing import Any

from settlement.api.shared.http import Response
from settlement.console import typed
from settlement.console.rendering import done_of, page
from settlement.console.site import redirect
from settlement.console.typed import Mistyped
from settlement.console.visit import Visit
from settlement.domain.account.account import Role
from settlement.domain.errors import Busy, Refusal, WrongStatus
from settlement.domain.transaction.approval import Approval
from settlement.domain.transaction.statuses import order_status, transaction_status
from settlement.use_cases.approvals.decide_approval import approve, preview_approval, refuse, retrieve_approval
from settlement.use_cases.previews.preview_action import Preview


def show(visit: Visit, approval_id: str) -> Response:
    """Show what was asked for, by whom, and what it would do if it were approved now."""
    return _page(visit, retrieve_approval(visit.ports.store, visit.account, approval_id))


def agree(visit: Visit, approval_id: str) -> Response:
    """Have it done; the use case refuses the key that asked."""
    return _decided(visit, approval_id, lambda: approve(visit.ports, visit.account, approval_id))


def decline(visit: Visit, approval_id: str) -> Response:
    """Refuse it, with a reason."""
    try:
        reason = typed.text(visit, "reason", needed=True)
    except Mistyped as mistake:
        return _page(visit, retrieve_approval(visit.ports.store, visit.account, approval_id), 400, mistake.key)
    return _decided(visit, approval_id, lambda: refuse(visit.ports, visit.account, approval_id, reason))


def _decided(visit: Visit, approval_id: str, decide: Callable[[], Approval]) -> Response:
    """Decide, and show what became of it; what somebody else has decided meanwhile is shown, and is no fault."""
    try:
        decide()
    except WrongStatus:
        return _page(visit, retrieve_approval(visit.ports.store, visit.account, approval_id), 409)
    return redirect(visit.url(f"approvals/{approval_id}", done="decided"))


def _page(visit: Visit, approval: Approval, code: int = 200, problem: str = "") -> Response:
    is_open = approval.is_open(visit.now)
    preview, refusal = _previewed(visit, approval) if is_open else (None, None)
    after = None if preview is None else preview.after
    return page(
        visit,
        "approval",
        code,
        approval=approval,
        state=approval.state.value if is_open or not approval.is_pending else "expired",
        is_open=is_open,
        is_own=approval.asked_by.app_key == visit.key.app_key,
        may_decide=visit.may(Role.APPROVE_PAYMENT),
        preview=preview,
        refusal=refusal,
        order=None if preview is None else preview.before.order,
        currency=approval.currency,
        status_before=None if preview is None else order_status(preview.before.order, preview.before.transaction).value,
        status_after=None if after is None else order_status(after.order, after.transaction).value,
        transaction_after=None if after is None else transaction_status(after.order, after.transaction).value,
        done=done_of(visit),
        problem=problem,
    )


def _previewed(visit: Visit, approval: Approval) -> tuple[Preview[Any] | None, Refusal | None]:
    """Return what would be done now, or why it is no longer possible."""
    try:
        return preview_approval(visit.ports, visit.account, approval), None
    except Busy:
        raise
    except Refusal as refusal:
        return None, refusal
