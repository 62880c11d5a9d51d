"""A second key approves or refuses what another one has asked for (R37)."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

from settlement.domain.errors import ApprovalNotFound, Busy, Refusal, StaleVersion, TooManyWaiting
from settlement.domain.transaction.approval import (
    Approval,
    ApprovalAction,
    ApprovalLimit,
    ApprovalState,
    Decision,
    exceeding,
    name_of,
)
from settlement.use_cases.approvals.act_or_ask import Asking
from settlement.use_cases.approvals.call_resolution import asked_resolution
from settlement.use_cases.approvals.direct_request import asked_movement
from settlement.use_cases.approvals.invoice_cancellation import asked_invoice_cancel
from settlement.use_cases.approvals.operation_end import asked_confirmation, asked_end
from settlement.use_cases.approvals.order_cancellation import asked_cancel
from settlement.use_cases.approvals.order_change import asked_change
from settlement.use_cases.approvals.order_modification import asked_modification
from settlement.use_cases.approvals.return_invoice import asked_return
from settlement.use_cases.shared.approvals import write
from settlement.use_cases.shared.contention import decide_until_written
from settlement.use_cases.shared.ports import Commit, Conflict, Ports, Store

if TYPE_CHECKING:
    from settlement.use_cases.previews.preview_action import Preview

_ASKED: Mapping[ApprovalAction, Callable[[Ports, str, Approval], Asking[Any]]] = {
    ApprovalAction.REFUND: asked_movement,
    ApprovalAction.CANCELLATION: asked_movement,
    ApprovalAction.CANCEL_ORDER: asked_cancel,
    ApprovalAction.CHANGE_ORDER: asked_change,
    ApprovalAction.RETURN_INVOICE: asked_return,
    ApprovalAction.MODIFY_ORDER: asked_modification,
    ApprovalAction.CANCEL_INVOICE: asked_invoice_cancel,
    ApprovalAction.REPLACE_INVOICE: asked_return,
    ApprovalAction.RESOLVE_CALL: asked_resolution,
    ApprovalAction.CONFIRM_CALL: asked_confirmation,
    ApprovalAction.WRITE_OFF: asked_end,
    ApprovalAction.PAID_OTHERWISE: asked_end,
}
_NOTHING_LEFT = "what was asked for has been done without it; nothing was left to do"


def retrieve_approval(store: Store, account: str, approval_id: str) -> Approval:
    """Return an approval; raises ``ApprovalNotFound``."""
    approval = store.approval(account, *name_of(approval_id))
    if approval is None:
        raise ApprovalNotFound(approval_id)
    return approval


def preview_approval(ports: Ports, account: str, approval: Approval) -> "Preview[Any]":
    """Return what would be done now; raises why it is no longer possible."""
    from settlement.use_cases.previews.preview_action import preview_action  # a cold start goes without it

    asking = _ASKED[approval.action](ports, account, approval)
    return preview_action(ports, asking.find, lambda rehearsal: asking.act(rehearsal, None))


def approve(ports: Ports, account: str, approval_id: str) -> Approval:
    """Do what was asked for, once, in one write with the approval; a repeat gets the same.

    The gates decide anew: what is no longer possible, or would move more by now than was asked for, ends the approval
    as failed, with the reason. Raises ``ApprovalNotFound``, ``Forbidden`` for the key that asked, ``WrongStatus`` once
    it is refused, failed or expired, and ``TooManyWaiting`` if the queue is full, after which it still waits.
    """
    return decide_until_written(ports, lambda: _approve(ports, account, approval_id))


def refuse(ports: Ports, account: str, approval_id: str, reason: str) -> Approval:
    """Refuse what was asked for; a repeat gets the first one.

    The key that asked may take it back so. Raises ``ApprovalNotFound``, and ``WrongStatus`` if it is decided otherwise.
    """
    return decide_until_written(ports, lambda: _refuse(ports, account, approval_id, reason))


def _approve(ports: Ports, account: str, approval_id: str) -> Approval:
    approval = retrieve_approval(ports.store, account, approval_id)
    approval.require_other_key(ports.actor)
    if approval.state is ApprovalState.EXECUTED:
        return approval
    approval.require_open(ports.now())
    store = _ApprovingStore(ports, approval)
    because, code = _NOTHING_LEFT, None
    try:
        because = _do(ports, account, store, approval, _ASKED[approval.action](ports, account, approval)) or because
    except StaleVersion:
        raise Conflict from None
    except (Busy, TooManyWaiting):
        raise
    except Refusal as refusal:
        because, code = refusal.message, refusal.published_code
    except _Overtaken:
        raise Conflict from None
    if store.executed is not None:
        return store.executed
    return _end(ports, account, approval, Decision(ApprovalState.FAILED, ports.actor, ports.now(), because, code))


def _do(ports: Ports, account: str, store: "_ApprovingStore", approval: Approval, asking: Asking[Any]) -> str | None:
    """Do what was asked for, on the version that was previewed; return why not if it would move more than was asked."""
    from settlement.use_cases.previews.preview_action import preview_action  # a cold start goes without it

    preview = preview_action(ports, asking.find, lambda rehearsal: asking.act(rehearsal, None))
    own, asked = ApprovalLimit(approval.kind, approval.currency, approval.value), approval.moved
    limits = (*ports.store.settings(account).approval_above, own)
    more = exceeding(limits, approval.currency, asking.values(preview), asked)
    if more is not None:
        return (
            f"its {more.kind.value} would move {more.value} by now, {asked.get(more.kind, 0)} was asked for: send the "
            "request again to ask anew"
        )
    asking.act(replace(ports, store=cast("Store", store)), preview.before.version)
    return None


def _refuse(ports: Ports, account: str, approval_id: str, reason: str) -> Approval:
    approval = retrieve_approval(ports.store, account, approval_id)
    if approval.state is ApprovalState.REFUSED:
        return approval
    approval.require_open(ports.now())
    return _end(ports, account, approval, Decision(ApprovalState.REFUSED, ports.actor, ports.now(), reason))


def _end(ports: Ports, account: str, approval: Approval, decision: Decision) -> Approval:
    return write(ports, account, approval.decided(decision))


class _Overtaken(Exception):
    """Somebody else has decided in the meantime; no other try of the action can be written."""


class _ApprovingStore:
    """A ``Store`` whose first commit also ends the approval, so that what it allows is done once."""

    def __init__(self, ports: Ports, approval: Approval) -> None:
        self._ports, self._approval = ports, approval
        self.executed: Approval | None = None

    def __getattr__(self, name: str) -> Any:
        return getattr(self._ports.store, name)

    def commit(self, commit: Commit) -> None:
        """Write the commit, the first one with the approval; raise ``Conflict``, and ``_Overtaken`` for its loss."""
        if self.executed is not None:
            self._ports.store.commit(commit)
            return
        approved, events = self._approval.decided(
            Decision(ApprovalState.EXECUTED, self._ports.actor, self._ports.now(), operation=_queued(commit))
        )
        try:
            self._ports.store.commit(replace(commit, approvals=[approved], events=[*commit.events, *events]))
        except Conflict:
            if self._is_decided(commit.account):
                raise _Overtaken from None
            raise
        self.executed = approved

    def _is_decided(self, account: str) -> bool:
        now = self._ports.store.approval(account, self._approval.transaction_id, self._approval.name)
        return now is None or not now.is_pending


def _queued(commit: Commit) -> int | None:
    """Return the operation that a commit queues, None if it queues none."""
    return next((operation.sequence for operation in commit.operations if not operation.version), None)
