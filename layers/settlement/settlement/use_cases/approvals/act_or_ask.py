"""Does an action, or asks for a second key if it moves more than its account lets one key move alone (R37)."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from settlement.domain.account.account import AccountSettings
from settlement.domain.errors import AlreadyExists, StaleVersion
from settlement.domain.money import display
from settlement.domain.transaction.approval import Approval, ApprovalAction, ApprovalKind, exceeding
from settlement.use_cases.shared.approvals import write
from settlement.use_cases.shared.contention import decide_until_written
from settlement.use_cases.shared.heads import Heads
from settlement.use_cases.shared.ports import Conflict, Ports, Store
from settlement.values import dataclass

if TYPE_CHECKING:
    from settlement.use_cases.previews.preview_action import Preview

T = TypeVar("T")

Values = dict[ApprovalKind, int]


@dataclass(frozen=True, slots=True)
class Asking(Generic[T]):
    """An action that may need a second key.

    ``identity`` is what makes a repeat of it. ``request`` has what ``act`` needs, in plain values, of which None says
    nothing; its ``reason`` is in the words of who asks. ``act`` does it on the ports and the version of the heads that
    it is given. ``values`` is what the action moves by its preview, in minor units; it has these ``kinds`` and no
    other. ``named`` is the name under which its caller sends it again; a repeat under it has the same ``value``.
    """

    action: ApprovalAction
    identity: str
    request: Mapping[str, Any]
    kinds: tuple[ApprovalKind, ...]
    find: Callable[[Store], Heads]
    act: Callable[[Ports, int | None], T]
    values: Callable[["Preview[T]"], Values]
    named: str | None = None


def act_or_ask(ports: Ports, account: str, asking: Asking[T], expected: int | None = None) -> T | Approval:
    """Do the action, or return the approval that it waits for; a repeat of the request gets the same one.

    What is asked for has passed the action's gates, on the ``expected`` version. Raises what the action raises, and
    ``AlreadyExists`` if another request of the same name waits.
    """
    settings = ports.store.settings(account)
    if not settings.limits_approval(asking.kinds):
        return asking.act(ports, expected)
    return decide_until_written(ports, lambda: _act_or_ask(ports, settings, asking, expected))


def _act_or_ask(ports: Ports, settings: AccountSettings, asking: Asking[T], expected: int | None) -> T | Approval:
    from settlement.use_cases.previews.preview_action import preview_action  # a cold start goes without it

    heads = asking.find(ports.store)
    account, transaction_id = heads.transaction.account, heads.transaction.transaction_id
    before = ports.store.approvals(account, transaction_id, _beginning(asking.identity))
    if before and before[-1].is_open(ports.now()):
        return _same(before[-1], asking)
    preview = preview_action(ports, asking.find, lambda rehearsal: asking.act(rehearsal, expected))
    if not preview.is_taken:
        return asking.act(ports, expected)
    values = asking.values(preview)
    found = exceeding(settings.approval_above, heads.transaction.currency, values)
    if found is None:
        return _act(ports, asking, expected, preview.before.version)
    now = ports.now()
    approval = Approval(
        name=f"{_beginning(asking.identity)}{len(before) + 1:04d}",
        transaction_id=transaction_id,
        order_id=heads.order.order_id,
        kind=found.kind,
        action=asking.action,
        request=told(asking.request),
        value=found.value,
        currency=heads.transaction.currency,
        asked_by=ports.actor,
        asked_at=now,
        expires_at=now + timedelta(hours=settings.approval_hours),
        reason=asking.request.get("reason"),
        moves={kind.value: value for kind, value in values.items() if value},
    )
    return write(ports, account, approval.asked())


def preview_asking(ports: Ports, account: str, asking: Asking[T], expected: int | None = None) -> "Preview[T]":
    """Return what the action would do now, with a warning if it would wait for a second key. Nothing is written."""
    from settlement.use_cases.previews.preview_action import preview_action  # a cold start goes without it
    from settlement.use_cases.previews.warn import PreviewWarning, WarningCode

    preview = preview_action(ports, asking.find, lambda rehearsal: asking.act(rehearsal, expected))
    limits, currency = ports.store.settings(account).approval_above, preview.before.transaction.currency
    found = exceeding(limits, currency, asking.values(preview)) if preview.is_taken else None
    if found is None:
        return preview
    message = (
        f"its {found.kind.value} of {display(found.value, currency)} is above what one app key moves alone: it waits "
        "until another one approves it"
    )
    return replace(preview, warnings=[*preview.warnings, PreviewWarning(WarningCode.SECOND_KEY, message)])


def _act(ports: Ports, asking: Asking[T], expected: int | None, previewed: int) -> T:
    """Do what was previewed, on the version that it was previewed on; on another one it may move more."""
    try:
        return asking.act(ports, previewed)
    except StaleVersion:
        if expected is not None:
            raise
        raise Conflict from None


def _same(pending: Approval, asking: Asking[T]) -> Approval:
    """Return what a repeat gets; raises ``AlreadyExists`` for another request of the same name."""
    if asking.named is not None and pending.request["value"] != asking.request["value"]:
        raise AlreadyExists(f"{asking.named} was used for another request, which waits for a second key")
    return pending


def told(values: Mapping[str, Any]) -> dict[str, Any]:
    """Leave out what says nothing."""
    return {name: value for name, value in values.items() if value is not None}


def refunded_and_cancelled(preview: "Preview[Any]") -> Values:
    """Return what an action's operations refund of captured value, and cancel of open value."""
    return {
        ApprovalKind.REFUND: sum(operation.refunding for operation in preview.operations),
        ApprovalKind.CANCELLATION: sum(operation.giving_up for operation in preview.operations),
    }


def _beginning(identity: str) -> str:
    """Return how the names of all approvals of an identity begin."""
    return f"{hashlib.sha256(identity.encode()).hexdigest()[:16]}-"
