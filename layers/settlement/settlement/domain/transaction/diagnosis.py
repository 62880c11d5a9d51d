"""Says why an order is where it is, what happens next, and what waits for a person (R35). Amounts are minor units."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import field
from datetime import datetime
from typing import TYPE_CHECKING

from settlement.domain.money import display
from settlement.domain.order.invoice import Invoice
from settlement.domain.order.order import Order
from settlement.domain.transaction.approval import Approval
from settlement.domain.transaction.leg import Leg
from settlement.domain.transaction.listed_work import Work
from settlement.domain.transaction.operation import Operation, OperationState
from settlement.domain.transaction.payment import Authorisation, Payment
from settlement.domain.transaction.statuses import OrderStatus, order_status
from settlement.domain.transaction.transaction import Transaction
from settlement.domain.transaction.work import Worked, work_of
from settlement.values import dataclass

if TYPE_CHECKING:
    from settlement.domain.reconciliation.payout import PayoutPart


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason: a code for machines, a sentence for people, and the facts in it, amounts as minor units."""

    code: str
    sentence: str
    facts: Mapping[str, str | int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Coming:
    """What happens by itself, and when; ``facts`` as those of a reason."""

    code: str
    sentence: str
    at: datetime
    facts: Mapping[str, str | int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """Why an order is where it is; ``coming`` is by time, ``work`` oldest first."""

    reasons: tuple[Reason, ...]
    coming: tuple[Coming, ...]
    work: tuple[Work, ...]


def diagnose(
    order: Order,
    transaction: Transaction,
    operations: Sequence[Operation],
    legs: Sequence[Leg],
    payments: Sequence[Payment],
    payouts: "Sequence[PayoutPart]",
    approvals: Sequence[Approval],
    invoices: Sequence[Invoice],
    now: datetime,
) -> Diagnosis:
    """Return the diagnosis of an order by all that is stored of its transaction, and its invoices.

    ``payouts`` is what reports told of its payments: a difference, a missing payout, a chargeback are work.
    """
    things: Iterable[Worked] = (*operations, *legs, *payments, *payouts, *approvals, *invoices)
    work = [found for found in map(work_of, things) if found is not None and found.since <= now]
    return Diagnosis(
        (_of_status(order, transaction, payments), *_of_queue(transaction, operations, legs)),
        tuple(sorted(_coming(transaction, operations, payments), key=lambda coming: coming.at)),
        tuple(sorted(work, key=lambda found: found.since)),
    )


def _of_status(order: Order, transaction: Transaction, payments: Sequence[Payment]) -> Reason:
    """Return why the order has its status, in the order in which the statuses are derived."""
    currency, ledger = transaction.currency, transaction.ledger
    match order_status(order, transaction):
        case OrderStatus.CANCELED:
            why = order.cancel_reason or "no reason was given"
            return Reason("cancelled", f"The order is cancelled: {why}.", {"reason": order.cancel_reason or ""})
        case OrderStatus.PAYMENT_PENDING:
            decided = sum(payment.authorisation is Authorisation.APPROVED for payment in payments)
            return Reason(
                "authorisation-pending",
                f"{decided} of {len(payments)} payments are authorised.",
                {"decided": decided, "payments": len(payments)},
            )
        case OrderStatus.READY_FOR_HANDLING:
            return Reason("awaits-handling", "The payments are authorised. Handling has not started.")
        case OrderStatus.HANDLING:
            return Reason("awaits-invoice", "Handling has started. No invoice has arrived.")
        case OrderStatus.INVOICE if transaction.unsettled:
            return Reason("settlement-failed", "An invoice has arrived, and a part of it could not be settled.")
        case OrderStatus.INVOICE:
            return Reason("settling", "An invoice has arrived, and its value is being settled.")
        case OrderStatus.PAYMENT_APPROVED:
            invoiced, left = (display(value, currency) for value in (order.invoiced, order.remainder))
            return Reason(
                "awaits-rest",
                f"{invoiced} is invoiced and settled. {left} is left to invoice.",
                {"invoiced": order.invoiced, "left": order.remainder},
            )
        case OrderStatus.INVOICED:
            captured = display(ledger.captured, currency)
            return Reason("complete", f"All is invoiced; {captured} was captured.", {"captured": ledger.captured})


def _of_queue(transaction: Transaction, operations: Sequence[Operation], legs: Sequence[Leg]) -> list[Reason]:
    if transaction.is_idle:
        return []
    head = next((held for held in operations if held.sequence == transaction.head), None)
    if head is None:
        return []
    waiting = transaction.tail - transaction.head - 1
    behind = f" {waiting} more wait behind it." if waiting else ""
    facts: dict[str, str | int] = {
        "operation": head.sequence,
        "kind": head.kind.value,
        "value": _value_to_move(head, legs),
        "waiting": waiting,
    }
    if head.state is OperationState.WAITING:
        why = f": {head.remark}" if head.remark else ""
        tries = f"{head.attempts} attempt{'s' if head.attempts != 1 else ''}"
        return [
            Reason(
                "operation-waits",
                f"Operation {head.sequence} ({head.kind.value}) waits after {tries}{why}.{behind}",
                facts | {"attempts": head.attempts, "remark": head.remark or ""},
            )
        ]
    return [Reason("operation-runs", f"Operation {head.sequence} ({head.kind.value}) is under way.{behind}", facts)]


def _value_to_move(operation: Operation, legs: Sequence[Leg]) -> int:
    """Return what the open calls of an operation are to move, or before there are any, what it asks for."""
    if operation.planned:
        return sum(leg.value for leg in legs if leg.operation == operation.sequence and leg.state.is_open)
    ask = operation.ask
    return ask.request or ask.refund or ask.reduction or ask.increase


def _coming(transaction: Transaction, operations: Sequence[Operation], payments: Sequence[Payment]) -> list[Coming]:
    coming = [
        Coming(
            "next-attempt",
            f"Operation {held.sequence} is tried again",
            held.due_at,
            {"operation": held.sequence, "kind": held.kind.value},
        )
        for held in operations
        if held.state is OperationState.WAITING and held.due_at is not None
    ]
    for payment in payments:
        name, available = f"payment {payment.payment_id}", payment.counters.available
        value = display(available, transaction.currency)
        facts: dict[str, str | int] = {"payment": payment.payment_id, "value": available}
        if payment.authorisation is Authorisation.PENDING and payment.cancel_at is not None:
            coming.append(Coming("authorisation-ends", f"The undecided {name} is given up", payment.cancel_at, facts))
        if payment.authorisation is not Authorisation.APPROVED or not available:
            continue
        if payment.auto_settle_at is not None:
            coming.append(Coming("auto-settlement", f"{value} of {name} is captured", payment.auto_settle_at, facts))
        if payment.cancel_at is not None:
            coming.append(Coming("lapse", f"The authorisation of {value} of {name} lapses", payment.cancel_at, facts))
    return coming
