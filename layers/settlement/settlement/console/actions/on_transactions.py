"""What can be done with a transaction: requests by hand, and the ways on from trouble."""

import uuid
from typing import TYPE_CHECKING, Any

from settlement.api.shared import body
from settlement.console import typed
from settlement.console.actions.action import Act, Action, Limited, Target
from settlement.console.visit import Visit
from settlement.domain.account.account import Role
from settlement.domain.errors import OperationNotFound
from settlement.domain.transaction.closing import Ending
from settlement.domain.transaction.leg import Leg, LegState
from settlement.domain.transaction.operation import Operation, OperationState
from settlement.domain.transaction.work import work_of

if TYPE_CHECKING:
    from settlement.use_cases.recovery.accept_payout import PayoutPlace

MAX_SEQUENCE_DIGITS = 6
_RECENT = 10


def _sequence(target: Target) -> int:
    """Return the operation that the path names, by itself or as the first part of a leg's name."""
    text = (target.ids.get("operation_id") or target.ids["leg_id"]).partition("-")[0]
    if not (text.isascii() and text.isdigit() and len(text) <= MAX_SEQUENCE_DIGITS):
        raise OperationNotFound(text)
    return int(text)


def _operation(visit: Visit, target: Target) -> Operation:
    transaction = target.heads.transaction
    found = visit.ports.store.operation(visit.account, transaction.transaction_id, _sequence(target))
    if found is None:
        raise OperationNotFound(str(_sequence(target)))
    return found


def _leg(visit: Visit, target: Target) -> Leg:
    transaction, number = target.heads.transaction, target.ids["leg_id"].partition("-")[2]
    found = visit.ports.store.leg(visit.account, transaction.transaction_id, _sequence(target), number)
    if found is None:
        raise OperationNotFound(target.ids["leg_id"])
    return found


def _show_operation(visit: Visit, target: Target) -> dict[str, Any]:
    return {"operation": _operation(visit, target)}


def _show_leg(visit: Visit, target: Target) -> dict[str, Any]:
    return {"leg": _leg(visit, target)}


def _retry(visit: Visit, target: Target) -> Act:
    from settlement.use_cases.recovery.retry_operation import retry_operation

    transaction_id, sequence = target.heads.transaction.transaction_id, _sequence(target)
    return lambda ports, expected: retry_operation(ports, visit.account, transaction_id, sequence, expected)


def _is_retried(visit: Visit, target: Target) -> bool:
    transaction = target.heads.transaction
    since = max(1, transaction.tail - _RECENT)
    newest = visit.ports.store.operations(visit.account, transaction.transaction_id, since=since)
    return any(operation.retry_of == _sequence(target) for operation in newest)


def _end(visit: Visit, target: Target, ending: Ending) -> Act:
    from settlement.api.operations.request import PaidOtherwiseBody, WriteOffBody
    from settlement.use_cases.approvals.operation_end import asking_end
    from settlement.use_cases.recovery.end_operation import EndRequest

    told = {"reason": typed.text(visit, "reason", needed=True), "actor": visit.actor.user}
    if ending is Ending.WRITTEN_OFF:
        written = body.validate(WriteOffBody, told)
        request = EndRequest(ending, written.reason, written.actor)
    else:
        told["reference"] = typed.text(visit, "reference", needed=True)
        paid = body.validate(PaidOtherwiseBody, told)
        request = EndRequest(ending, paid.reason, paid.actor, paid.reference)
    transaction_id, sequence = target.heads.transaction.transaction_id, _sequence(target)
    return Limited(asking_end(visit.account, transaction_id, sequence, request))


def _write_off(visit: Visit, target: Target) -> Act:
    return _end(visit, target, Ending.WRITTEN_OFF)


def _pay_otherwise(visit: Visit, target: Target) -> Act:
    return _end(visit, target, Ending.PAID_OTHERWISE)


def _is_ended(visit: Visit, target: Target) -> bool:
    return _operation(visit, target).state is OperationState.DONE


def _resolve(visit: Visit, target: Target) -> Act:
    from settlement.api.operations.request import ResolutionBody
    from settlement.use_cases.approvals.call_resolution import Resolving, asking_resolution

    told = {
        "resolution": typed.text(visit, "resolution", needed=True),
        "reference": typed.text(visit, "reference") or None,
        "reason": typed.text(visit, "reason") or None,
    }
    said, leg = body.validate(ResolutionBody, told), _leg(visit, target)
    resolving = Resolving(leg.operation, leg.number, said.resolution, said.reference, said.reason)
    return Limited(asking_resolution(visit.ports, visit.account, target.heads.transaction.transaction_id, resolving))


def _confirm(visit: Visit, target: Target) -> Act:
    from settlement.api.operations.request import ConfirmationBody
    from settlement.use_cases.approvals.operation_end import Confirming, asking_confirmation

    told = {"reference": typed.text(visit, "reference", needed=True), "actor": visit.actor.user}
    said, leg = body.validate(ConfirmationBody, told), _leg(visit, target)
    confirming = Confirming(leg.operation, leg.number, said.reference, said.actor)
    return Limited(asking_confirmation(visit.ports, visit.account, target.heads.transaction.transaction_id, confirming))


def _is_posted(visit: Visit, target: Target) -> bool:
    leg = _leg(visit, target)
    return leg.state is LegState.POSTED and leg.reference in (visit.said("reference"), leg.request_id)


def _payout_place(target: Target) -> "PayoutPlace":
    from settlement.use_cases.recovery.accept_payout import PayoutPlace

    return PayoutPlace(target.heads.transaction.transaction_id, target.ids["payment_id"], target.ids["payout_id"])


def _show_payout(visit: Visit, target: Target) -> dict[str, Any]:
    from settlement.use_cases.recovery.accept_payout import payout_at

    payout = payout_at(visit.ports, visit.account, _payout_place(target))
    work = work_of(payout)
    return {"payout": payout, "kind": None if work is None else work.kind.value}


def _accept(visit: Visit, target: Target) -> Act:
    from settlement.api.operations.request import AcceptanceBody
    from settlement.use_cases.recovery.accept_payout import accept_payout

    told = {"reference": typed.text(visit, "reference", needed=True), "reason": typed.text(visit, "reason") or None}
    said, place = body.validate(AcceptanceBody, told), _payout_place(target)
    return lambda ports, expected: accept_payout(ports, visit.account, place, said.reference, said.reason)


def _request(visit: Visit, target: Target, name: str) -> Act:
    from settlement.use_cases.approvals.direct_request import asking_movement
    from settlement.use_cases.gateway import request_movement as movements

    kind = {"settle": movements.SETTLEMENT, "refund": movements.REFUND, "give-up": movements.CANCELLATION}[name]
    value = typed.amount(visit, "amount", target.currency, needed=True)
    key, reason = typed.text(visit, "request_id", needed=True), typed.text(visit, "reason", needed=True)
    asked = visit.account, target.heads.transaction.transaction_id, kind, value, key
    if kind is movements.SETTLEMENT:
        return lambda ports, expected: movements.request_movement(ports, *asked, expected, reason)
    return Limited(asking_movement(visit.ports, *asked, reason))


def _settle(visit: Visit, target: Target) -> Act:
    return _request(visit, target, "settle")


def _refund(visit: Visit, target: Target) -> Act:
    return _request(visit, target, "refund")


def _give_up(visit: Visit, target: Target) -> Act:
    return _request(visit, target, "give-up")


def _to_request(visit: Visit, target: Target) -> dict[str, Any]:
    return {"request_id": f"console-{uuid.uuid4().hex}"}


_PROCESS = (Role.PROCESS_PAYMENT,)
TRANSACTION_ACTIONS = {
    action.name: action
    for action in (
        Action("settle", _PROCESS, _settle, _to_request),
        Action("refund", _PROCESS, _refund, _to_request),
        Action("give-up", _PROCESS, _give_up, _to_request),
        Action("retry", _PROCESS, _retry, _show_operation, is_done=_is_retried),
        Action("write-off", _PROCESS, _write_off, _show_operation, previews=False, is_done=_is_ended),
        Action("paid-otherwise", _PROCESS, _pay_otherwise, _show_operation, previews=False, is_done=_is_ended),
        Action("resolve", _PROCESS, _resolve, _show_leg, previews=False, is_done=_is_posted),
        Action("confirm", _PROCESS, _confirm, _show_leg, previews=False, is_done=_is_posted),
        Action("accept", _PROCESS, _accept, _show_payout, previews=False),
    )
}
"""The actions on transactions, their operations and legs by their names."""
