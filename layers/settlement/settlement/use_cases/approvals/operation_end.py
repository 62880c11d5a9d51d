"""What a person says of an operation or a call, beside a resolution, that may need a second key."""

from settlement.domain.transaction.approval import Approval, ApprovalAction, ApprovalKind
from settlement.domain.transaction.closing import Ending
from settlement.use_cases.approvals.act_or_ask import Asking
from settlement.use_cases.recovery.end_operation import Ended, EndRequest, end_operation
from settlement.use_cases.recovery.resolve_leg import confirm_leg
from settlement.use_cases.shared.heads import load_by_transaction
from settlement.use_cases.shared.ports import Ports
from settlement.values import dataclass

_ACTIONS = {
    Ending.WRITTEN_OFF: ApprovalAction.WRITE_OFF,
    Ending.PAID_OTHERWISE: ApprovalAction.PAID_OTHERWISE,
}
_ENDINGS = {action: ending for ending, action in _ACTIONS.items()}


@dataclass(frozen=True, slots=True)
class Confirming:
    """That the leg ``number`` of the operation ``sequence`` was done by hand, on whose word."""

    sequence: int
    number: str
    reference: str
    said_by: str


def asking_end(account: str, transaction_id: str, sequence: int, request: EndRequest) -> Asking[Ended]:
    """The end of an operation, which is about all that it books."""
    action = _ACTIONS[request.ending]
    return Asking(
        action,
        f"{action.value}/{sequence}",
        {
            "operation": sequence,
            "reason": request.reason,
            "said_by": request.said_by,
            "reference": request.reference,
        },
        (ApprovalKind.RESOLUTION,),
        lambda store: load_by_transaction(store, account, transaction_id),
        lambda on, _: end_operation(on, account, transaction_id, sequence, request),
        lambda preview: {ApprovalKind.RESOLUTION: preview.answer.booked},
    )


def asked_end(ports: Ports, account: str, approval: Approval) -> Asking[Ended]:
    """The end that an approval is about."""
    asked = approval.request
    request = EndRequest(_ENDINGS[approval.action], asked["reason"], asked["said_by"], asked.get("reference"))
    return asking_end(account, approval.transaction_id, asked["operation"], request)


def asking_confirmation(ports: Ports, account: str, transaction_id: str, said: Confirming) -> Asking[None]:
    """The confirmation of a call that was left to a person, which is about all of its value."""
    leg = ports.store.leg(account, transaction_id, said.sequence, said.number)
    value = 0 if leg is None else leg.value
    where = account, transaction_id, said.sequence, said.number
    return Asking(
        ApprovalAction.CONFIRM_CALL,
        f"{ApprovalAction.CONFIRM_CALL.value}/{said.sequence}-{said.number}",
        {"operation": said.sequence, "call": said.number, "reference": said.reference, "said_by": said.said_by},
        (ApprovalKind.RESOLUTION,),
        lambda store: load_by_transaction(store, account, transaction_id),
        lambda on, _: confirm_leg(on, *where, said.reference, said.said_by),
        lambda preview: {ApprovalKind.RESOLUTION: value},
    )


def asked_confirmation(ports: Ports, account: str, approval: Approval) -> Asking[None]:
    """The confirmation that an approval is about."""
    asked = approval.request
    said = Confirming(asked["operation"], asked["call"], asked["reference"], asked["said_by"])
    return asking_confirmation(ports, account, approval.transaction_id, said)
