"""The resolution of a call that may need a second key."""

from settlement.domain.transaction.approval import Approval, ApprovalAction, ApprovalKind
from settlement.use_cases.approvals.act_or_ask import Asking
from settlement.use_cases.recovery.resolve_leg import Resolution, resolve_leg
from settlement.use_cases.shared.heads import load_by_transaction
from settlement.use_cases.shared.ports import Ports
from settlement.values import dataclass


@dataclass(frozen=True, slots=True)
class Resolving:
    """What one says of a call: the leg ``number`` of the operation ``sequence``."""

    sequence: int
    number: str
    resolution: Resolution
    reference: str | None = None
    reason: str | None = None


def asking_resolution(ports: Ports, account: str, transaction_id: str, said: Resolving) -> Asking[None]:
    """The resolution of a call, which is about all of its value."""
    leg = ports.store.leg(account, transaction_id, said.sequence, said.number)
    value = 0 if leg is None else leg.value
    return Asking(
        ApprovalAction.RESOLVE_CALL,
        f"{ApprovalAction.RESOLVE_CALL.value}/{said.sequence}-{said.number}/{said.resolution.value}",
        {
            "operation": said.sequence,
            "call": said.number,
            "resolution": said.resolution.value,
            "reference": said.reference,
            "reason": said.reason,
        },
        (ApprovalKind.RESOLUTION,),
        lambda store: load_by_transaction(store, account, transaction_id),
        lambda on, _: _resolve(on, account, transaction_id, said),
        lambda preview: {ApprovalKind.RESOLUTION: value},
    )


def asked_resolution(ports: Ports, account: str, approval: Approval) -> Asking[None]:
    """The resolution that an approval is about."""
    asked = approval.request
    resolution, reference, reason = Resolution(asked["resolution"]), asked.get("reference"), asked.get("reason")
    said = Resolving(asked["operation"], asked["call"], resolution, reference, reason)
    return asking_resolution(ports, account, approval.transaction_id, said)


def _resolve(ports: Ports, account: str, transaction_id: str, said: Resolving) -> None:
    where = account, transaction_id, said.sequence, said.number
    resolve_leg(ports, *where, said.resolution, said.reference, said.reason)
