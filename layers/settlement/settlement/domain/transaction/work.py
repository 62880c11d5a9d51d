"""Work items: what waits for a person, or is tried again, told by the state of one stored thing (R35, R36).

Each is told by the thing alone, so the write that changes the thing lists or ends its work. Amounts are minor units.
"""

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Union

from settlement.domain.order.invoice import Invoice, InvoiceType
from settlement.domain.transaction.approval import Approval
from settlement.domain.transaction.leg import Leg, LegKind, LegState
from settlement.domain.transaction.listed_work import Work, WorkKind
from settlement.domain.transaction.operation import Operation, OperationKind, OperationState
from settlement.domain.transaction.payment import Authorisation, Payment
from settlement.values import dataclass

if TYPE_CHECKING:
    from settlement.domain.reconciliation.payout import PayoutPart

MAX_MESSAGE = 300
"""Characters of a reason in a work item; leg and operation have the whole of it."""


@dataclass(frozen=True, slots=True)
class AuditFinding:
    """What the audit last found on an order's books: the places that disagree, none if they agree again (D65)."""

    places: tuple[str, ...]
    found_at: datetime


Worked = Union[Operation, Leg, Payment, AuditFinding, Approval, Invoice, "PayoutPart"]
"""What can wait for a person."""


def work_of(thing: Worked) -> Work | None:
    """Return the work that a stored thing asks for; None if there is none."""
    match thing:
        case Operation():
            return _work_of_operation(thing)
        case Leg():
            return _work_of_leg(thing)
        case Payment():
            return _work_of_payment(thing)
        case AuditFinding():
            return _work_of_finding(thing)
        case Approval():
            return work_while_pending(thing) if thing.is_pending else None
        case Invoice():
            return _work_of_invoice(thing)
        case _:
            return _work_of_payout(thing)


def as_stored(operation: Operation) -> Operation:
    """Return a written operation as it is read again: under its next version, with the work that it asks for."""
    return replace(operation, version=operation.version + 1, listed=work_of(operation))


_FAILED = {
    OperationKind.AUTHORISE: WorkKind.FAILED_AUTHORISATION,
    OperationKind.SETTLE: WorkKind.FAILED_SETTLEMENT,
    OperationKind.AUTO_SETTLE: WorkKind.FAILED_SETTLEMENT,
    OperationKind.RAISE: WorkKind.FAILED_SETTLEMENT,
    OperationKind.REDUCE: WorkKind.FAILED_REDUCTION,
    OperationKind.CANCEL: WorkKind.FAILED_REDUCTION,
    OperationKind.EXPIRE: WorkKind.FAILED_REDUCTION,
    OperationKind.REFUND: WorkKind.FAILED_REFUND,
    OperationKind.WITHDRAW: WorkKind.FAILED_REFUND,
}


def _work_of_operation(operation: Operation) -> Work | None:
    if operation.state is OperationState.FAILED:
        kind = WorkKind.FAILED_REFUND if _misses_refunds_alone(operation) else _FAILED[operation.kind]
        since, message = operation.concluded_at, operation.failure
    elif _is_tried_again(operation):
        kind, since, message = WorkKind.RETRYING, operation.first_attempt_at, operation.remark
    else:
        return None
    return Work(
        kind=kind,
        since=since or operation.accepted_at,
        value=operation.missing or 0,
        due_at=operation.due_at,
        message=_short(message),
        operation=operation.sequence,
    )


def _misses_refunds_alone(operation: Operation) -> bool:
    """True if a correction of a sale (R39) misses no more than what it refunds: nothing can be paid otherwise."""
    refunds = operation.refunding + operation.unplanned
    return operation.ask.withdrawn > 0 and not operation.unsettled and (operation.missing or 0) <= refunds


def _is_tried_again(operation: Operation) -> bool:
    """True from the end of an unsuccessful attempt on. A connector that has not decided yet is no failure."""
    if operation.awaits_decision:
        return False
    attempts = {OperationState.WAITING: 1, OperationState.READY: 2}.get(operation.state)
    return attempts is not None and operation.attempts >= attempts


def _work_of_leg(leg: Leg) -> Work | None:
    match leg.state:
        case LegState.IN_DOUBT:
            kind = WorkKind.IN_DOUBT
        case LegState.MANUAL:
            kind = WorkKind.MANUAL_REFUND if leg.kind is LegKind.REFUND else WorkKind.MANUAL_CANCELLATION
        case _:
            return None
    if leg.concluded_at is None:
        return None
    return Work(
        kind=kind,
        since=leg.concluded_at,
        value=leg.value,
        message=_short(leg.message),
        payment_id=leg.payment_id,
        operation=leg.operation,
        leg=leg.number,
    )


def _work_of_payment(payment: Payment) -> Work | None:
    """Return what a payment waits for: the end of a doubt before its lapse, as nothing is called until then."""
    counters = payment.counters
    kind, since, value = WorkKind.BLOCKED_PAYMENT, payment.blocked_at, counters.doubtful
    if not payment.blocked:
        kind, since, value = WorkKind.EXPIRING_AUTHORISATION, payment.expiring_since, counters.available
        if payment.authorisation is Authorisation.PENDING:
            kind, since, value = WorkKind.UNDECIDED_AUTHORISATION, payment.undecided_since, payment.assigned
    if since is None or (kind is WorkKind.EXPIRING_AUTHORISATION and not value):
        return None
    return Work(
        kind=kind,
        since=since,
        value=value,
        due_at=payment.cancel_at,
        message=_short(payment.return_message) if kind is WorkKind.UNDECIDED_AUTHORISATION else None,
        payment_id=payment.payment_id,
    )


def _work_of_finding(finding: AuditFinding) -> Work | None:
    if not finding.places:
        return None
    return Work(WorkKind.LEDGER_MISMATCH, finding.found_at, 0, message=_short("; ".join(finding.places)))


def _work_of_payout(part: "PayoutPart") -> Work | None:
    from settlement.domain.reconciliation.outcomes import Outcome
    from settlement.domain.reconciliation.report_line import LineKind

    if part.accepted is not None or part.ended_by is not None:
        return None
    if part.kind is LineKind.CHARGEBACK:
        kind = WorkKind.CHARGEBACK
    elif part.outcome is Outcome.DIFFERS:
        kind = WorkKind.PAYOUT_DIFFERS
    elif part.outcome is Outcome.MISSING:
        kind = WorkKind.PAYOUT_MISSING
    else:
        return None
    return Work(
        kind, part.told_at, abs(part.gross), message=_short(part.reason) or None, payment_id=part.payment_id,
        payout=part.name,
    )  # fmt: skip


def _work_of_invoice(invoice: Invoice) -> Work | None:
    used = invoice.doubtful_key
    if used is None or used.accepted is not None:
        return None
    return Work(
        kind=WorkKind.USED_ACCESS_KEY,
        since=used.since,
        value=invoice.value,
        message=_short(f"the key {used.key} of invoice {invoice.number} is that of {used.holder}"),
        invoice=invoice.number,
        is_return=True if invoice.type is InvoiceType.INPUT else None,
    )


def work_while_pending(approval: Approval) -> Work:
    """Return the work that an approval asks for until it is decided."""
    return Work(
        kind=WorkKind.APPROVAL,
        since=approval.asked_at,
        value=approval.value,
        due_at=approval.expires_at,
        message=_short(approval.reason),
        approval=approval.id,
    )


def _short(message: str | None) -> str | None:
    if message is None or len(message) <= MAX_MESSAGE:
        return message
    return f"{message[: MAX_MESSAGE - 1]}…"
