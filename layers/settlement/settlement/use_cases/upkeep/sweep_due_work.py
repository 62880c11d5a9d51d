"""The due-work sweep: starts due operations and timers, even if their event was lost (A§3.5, R28)."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from functools import partial

from settlement.domain.account.account import AccountSettings, ExpiryPolicy
from settlement.domain.errors import Refusal
from settlement.domain.events import EventType, Journal
from settlement.domain.planning.planning import Ask
from settlement.domain.transaction.acceptance import accept, record_acceptance
from settlement.domain.transaction.approval import ApprovalState, Decision
from settlement.domain.transaction.operation import OperationKind
from settlement.domain.transaction.payment import Authorisation, Payment
from settlement.use_cases.shared.approvals import write
from settlement.use_cases.shared.contention import decide_until_written
from settlement.use_cases.shared.heads import Heads
from settlement.use_cases.shared.ports import Changed, DueApproval, DueOperation, DuePayment, Ports, Unavailable
from settlement.use_cases.upkeep.audit_slice import begin_audits
from settlement.values import dataclass


@dataclass(frozen=True, slots=True)
class Swept:
    """Numbers of operations started, timers fired, and work put off to the next sweep."""

    operations_started: int
    timers_fired: int
    put_off: int


def sweep_due_work(ports: Ports, start: Callable[[DueOperation], None]) -> Swept:
    """Start every due operation, and queue the operations that due timers request.

    A failed start, or a transaction that refuses now, stays due for the next sweep and does not stop the others. After
    all others, raises an ``ExceptionGroup`` of the errors of single timers.
    """
    operations, timers = ports.store.due(ports.now())
    started = fired = put_off = 0
    faults: list[Exception] = []
    for operation in operations:
        try:
            start(operation)
            started += 1
        except Unavailable:
            put_off += 1
    for timer in timers:
        fire = partial(_expire, ports, timer) if isinstance(timer, DueApproval) else partial(_fire_timers, ports, timer)
        try:
            fired += decide_until_written(ports, fire)
        except (Refusal, Unavailable):
            put_off += 1
        except Exception as fault:  # one broken order must not keep the timers of all others
            faults.append(fault)
    begin_audits(ports.store, {due.account for due in operations} | {due.account for due in timers}, ports.now())
    if faults:
        raise ExceptionGroup("timers cannot fire", faults)
    return Swept(started, fired, put_off)


def _expire(ports: Ports, due: DueApproval) -> bool:
    """End an approval whose time is over; a decision of the same moment wins or loses as a whole (R37)."""
    approval = ports.store.approval(due.account, due.transaction_id, due.name)
    now = ports.now()
    if approval is None or approval.due_at is None or approval.due_at > now:
        return False
    write(ports, due.account, approval.decided(Decision(ApprovalState.EXPIRED, ports.actor, now)))
    return True


def _fire_timers(ports: Ports, due: DuePayment) -> bool:
    """Queue the operation that a payment's timers request; each fires once, after the whole authorisation.

    Before that, an authorisation that stays undecided becomes work for a person. The head is read first: its version
    guards the timers against a parallel sweep.
    """
    transaction = ports.store.transaction(due.account, due.transaction_id)
    payment = ports.store.payment(due.account, due.transaction_id, due.payment_id)
    now = ports.now()
    if payment is None or transaction is None or payment.due_at is None or payment.due_at > now:
        return False
    order = ports.store.order(due.account, transaction.order_id)
    if order is None:
        return False
    before = Heads(order, transaction)
    if payment.authorisation is Authorisation.PENDING:
        return _list_undecided(ports, before, payment, now)
    if transaction.authorisation is Authorisation.PENDING:
        return False
    journal = before.journal(now)
    settings = ports.store.settings(due.account)
    operations = []
    position = next(held for held in transaction.projection if held.payment_id == due.payment_id)
    if order.cancelled_at is None and position.counters.available > 0:
        intent = _intent(payment, position.counters.available, settings, journal, now)
        if intent is not None:
            priority = settings.refund_priority
            accepted = accept(transaction, intent.kind, intent.ask, priority, intent.origin, now)
            transaction = accepted.transaction
            operations = [accepted.operation]
            record_acceptance(journal, accepted.operation)
    commit = before.becomes(journal, order, transaction)
    fired = Changed(payment, _without_fired_timers(payment, now))
    ports.commit(replace(commit, operations=operations, payments=[fired]))
    return True


def _list_undecided(ports: Ports, before: Heads, payment: Payment, now: datetime) -> bool:
    """List an authorisation that is undecided for too long."""
    since = payment.undecided_watch_at
    if since is None or since > now:
        return False
    commit = before.becomes(before.journal(now), before.order, before.transaction)
    ports.commit(replace(commit, payments=[Changed(payment, replace(payment, undecided_since=since))]))
    return True


@dataclass(frozen=True, slots=True)
class _Intent:
    """The operation that a timer requests."""

    kind: OperationKind
    ask: Ask
    origin: str


def _intent(
    payment: Payment, available: int, settings: AccountSettings, journal: Journal, now: datetime
) -> _Intent | None:
    """Return the request of the fired timers, None for a mere warning; settling precedes expiring (R28)."""
    ids = (payment.payment_id,)
    auto_settle_at = payment.auto_settle_at
    if auto_settle_at is not None and auto_settle_at <= now and settings.auto_settle:
        return _Intent(OperationKind.AUTO_SETTLE, Ask(auto_settle=ids), f"auto-settle/{payment.payment_id}")
    if payment.expiry_watch_at is None or payment.expiry_watch_at > now:
        return None
    journal.record(
        EventType.AUTHORISATION_EXPIRING,
        payment.payment_id,
        value=available,
        expiresAt=payment.cancel_at.isoformat() if payment.cancel_at else None,
        policy=settings.expiry_policy.value,
    )
    origin = f"expiry/{payment.payment_id}"
    match settings.expiry_policy:
        case ExpiryPolicy.WARN:
            return None
        case ExpiryPolicy.SETTLE:
            return _Intent(OperationKind.AUTO_SETTLE, Ask(auto_settle=ids), origin)
        case ExpiryPolicy.CANCEL:
            return _Intent(OperationKind.EXPIRE, Ask(expire=ids), origin)


def _without_fired_timers(payment: Payment, now: datetime) -> Payment:
    def left(at: datetime | None) -> datetime | None:
        return None if at is None or at <= now else at

    expiry_watch_at = left(payment.expiry_watch_at)
    is_warned = expiry_watch_at is None and payment.expiry_watch_at is not None
    return replace(
        payment,
        auto_settle_at=left(payment.auto_settle_at),
        expiry_watch_at=expiry_watch_at,
        expiring_since=now if is_warned else payment.expiring_since,
    )
