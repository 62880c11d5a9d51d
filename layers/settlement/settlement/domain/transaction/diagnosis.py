"""Says why an order is where it is, what happens next, and what waits for a person (R35). Amounts are minor units."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from settlement.domain.money import display
from settlement.domain.order.order import Order
from settlement.domain.transaction.leg import Leg
from settlement.domain.transaction.listed_work import Work
from settlement.domain.transaction.operation import Operation, OperationState
from settlement.domain.transaction.payment import Authorisation, Payment
from settlement.domain.transaction.statuses import OrderStatus, order_status
from settlement.domain.transaction.transaction import Transaction
from settlement.domain.transaction.work import work_of


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason: a code for machines, a sentence for people."""

    code: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Coming:
    """What happens by itself, and when."""

    code: str
    sentence: str
    at: datetime


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
    now: datetime,
) -> Diagnosis:
    """Return the diagnosis of an order by all that is stored of its transaction."""
    things: Iterable[Operation | Leg | Payment] = (*operations, *legs, *payments)
    work = [found for found in map(work_of, things) if found is not None and found.since <= now]
    return Diagnosis(
        (_of_status(order, transaction, payments), *_of_queue(transaction, operations)),
        tuple(sorted(_coming(transaction, operations, payments), key=lambda coming: coming.at)),
        tuple(sorted(work, key=lambda found: found.since)),
    )


def _of_status(order: Order, transaction: Transaction, payments: Sequence[Payment]) -> Reason:
    """Return why the order has its status, in the order in which the statuses are derived."""
    currency, ledger = transaction.currency, transaction.ledger
    match order_status(order, transaction):
        case OrderStatus.CANCELED:
            return Reason("cancelled", f"The order is cancelled: {order.cancel_reason or 'no reason was given'}.")
        case OrderStatus.PAYMENT_PENDING:
            decided = sum(payment.authorisation is Authorisation.APPROVED for payment in payments)
            return Reason(
                "authorisation-pending",
                f"{decided} of {len(payments)} payments are authorised.",
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
            invoiced, left = (display(value, currency) for value in (order.invoiced, order.value - order.invoiced))
            return Reason("awaits-rest", f"{invoiced} is invoiced and settled. {left} is left to invoice.")
        case OrderStatus.INVOICED:
            return Reason("complete", f"All is invoiced; {display(ledger.captured, currency)} was captured.")


def _of_queue(transaction: Transaction, operations: Sequence[Operation]) -> list[Reason]:
    if transaction.is_idle:
        return []
    head = next((held for held in operations if held.sequence == transaction.head), None)
    if head is None:
        return []
    waiting = transaction.tail - transaction.head - 1
    behind = f" {waiting} more wait behind it." if waiting else ""
    if head.state is OperationState.WAITING:
        why = f": {head.remark}" if head.remark else ""
        tries = f"{head.attempts} attempt{'s' if head.attempts != 1 else ''}"
        return [
            Reason(
                "operation-waits",
                f"Operation {head.sequence} ({head.kind.value}) waits after {tries}{why}.{behind}",
            )
        ]
    return [Reason("operation-runs", f"Operation {head.sequence} ({head.kind.value}) is under way.{behind}")]


def _coming(transaction: Transaction, operations: Sequence[Operation], payments: Sequence[Payment]) -> list[Coming]:
    coming = [
        Coming("next-attempt", f"Operation {held.sequence} is tried again", held.due_at)
        for held in operations
        if held.state is OperationState.WAITING and held.due_at is not None
    ]
    for payment in payments:
        name, available = f"payment {payment.payment_id}", payment.counters.available
        value = display(available, transaction.currency)
        if payment.authorisation is Authorisation.PENDING and payment.cancel_at is not None:
            coming.append(Coming("authorisation-ends", f"The undecided {name} is given up", payment.cancel_at))
        if payment.authorisation is not Authorisation.APPROVED or not available:
            continue
        if payment.auto_settle_at is not None:
            coming.append(Coming("auto-settlement", f"{value} of {name} is captured", payment.auto_settle_at))
        if payment.cancel_at is not None:
            coming.append(Coming("lapse", f"The authorisation of {value} of {name} lapses", payment.cancel_at))
    return coming
