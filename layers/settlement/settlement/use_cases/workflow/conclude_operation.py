"""The workflow's last step: the states of its legs decide whether the operation is done, waits or has failed (A§3.5).

It is the only step that writes the transaction head: queue, ledger totals and statuses change in one write.
"""

from dataclasses import replace
from datetime import datetime, timedelta
from enum import StrEnum

from settlement.domain.actor import Actor
from settlement.domain.events import EventType
from settlement.domain.ledger.ledger import total
from settlement.domain.order.order import Order
from settlement.domain.planning.drafting import Position
from settlement.domain.transaction.acceptance import record_ready
from settlement.domain.transaction.authorisation import legs_to_decide, verdict
from settlement.domain.transaction.connector_schedule import is_too_early
from settlement.domain.transaction.leg import Leg, LegState
from settlement.domain.transaction.operation import START_GRACE, Operation, OperationKind, OperationState
from settlement.domain.transaction.payment import Authorisation, Payment
from settlement.domain.transaction.remainders import is_below_what_can_be_moved
from settlement.domain.transaction.retries import (
    GIVE_UP_AFTER,
    MAX_REMAINDERS_AT_ONCE,
    NO_CALL_AFTER,
    next_attempt,
    next_inquiry,
)
from settlement.domain.transaction.statuses import is_finished
from settlement.domain.transaction.transaction import Transaction
from settlement.domain.transaction.trouble import failure_of, misses_settlement, missing_value, state_at_the_end
from settlement.use_cases.shared.contention import decide_until_written
from settlement.use_cases.shared.heads import Heads
from settlement.use_cases.shared.planned_legs import planned_legs
from settlement.use_cases.shared.ports import Commit, Ports, Store
from settlement.use_cases.workflow.mark_in_doubt import mark_in_doubt
from settlement.use_cases.workflow.queue import next_ready, project_queue
from settlement.values import dataclass


class ConcludeOutcome(StrEnum):
    """The workflow's next step."""

    MORE = "more"
    DONE = "done"
    WAITING = "waiting"
    SKIP = "skip"


@dataclass(frozen=True, slots=True)
class Conclusion:
    """The answer of the step; ``failure`` is the reason if the operation has failed."""

    outcome: ConcludeOutcome
    failure: str | None = None


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt after the execution of its legs."""

    before: Heads
    operation: Operation
    legs: list[Leg]
    payments: list[Payment]
    now: datetime
    started_at: datetime

    @property
    def open_legs(self) -> list[Leg]:
        return [leg for leg in self.legs if leg.state.is_open]

    @property
    def only_too_early(self) -> bool:
        """True if all open legs were deferred because of their payments' minimum gap."""
        return all(self.came_too_early(leg) for leg in self.open_legs)

    def payment_of(self, leg: Leg) -> Payment:
        """Return the payment of a leg."""
        return next(payment for payment in self.payments if payment.payment_id == leg.payment_id)

    def came_too_early(self, leg: Leg) -> bool:
        """True if a leg was deferred in this attempt because of its payment's minimum gap."""
        return leg.tried_in < self.operation.attempts and is_too_early(self.payment_of(leg), self.now)


@dataclass(frozen=True, slots=True)
class Ending:
    """How an attempt ends, and its writes; None if there is nothing to write."""

    conclusion: Conclusion
    commit: Commit | None


def conclude_operation(
    ports: Ports, account: str, transaction_id: str, sequence: int, execution: str, started_at: datetime
) -> Conclusion:
    """End the attempt of the execution started at ``started_at``; when the operation is over, ready the next one.

    Returns ``more`` if this execution can still try legs, ``waiting`` if the operation is tried again later, and
    ``skip`` if the execution has lost its claim.
    """
    return decide_until_written(
        ports, lambda: _conclude(ports, account, transaction_id, sequence, execution, started_at)
    )


def _conclude(
    ports: Ports, account: str, transaction_id: str, sequence: int, execution: str, started_at: datetime
) -> Conclusion:
    store = ports.store
    transaction = store.transaction(account, transaction_id)
    operation = store.operation(account, transaction_id, sequence)
    if transaction is None or operation is None or operation.is_concluded or operation.execution != execution:
        return Conclusion(ConcludeOutcome.SKIP)
    attempt = Attempt(
        heads_of(store, transaction),
        operation,
        planned_legs(ports.store, transaction, operation),
        store.payments(account, transaction_id),
        ports.now(),
        started_at,
    )
    ending = ending_of(ports, attempt)
    if ending is None:
        mark_in_doubt(ports, attempt.before, operation, attempt.payments, attempt.open_legs)
        return _conclude(ports, account, transaction_id, sequence, execution, started_at)
    if ending.commit is not None:
        ports.commit(ending.commit)
    return ending.conclusion


def heads_of(store: Store, transaction: Transaction) -> Heads:
    """Return a transaction with its order; raises ``Conflict`` if the order has changed since."""
    order = store.order(transaction.account, transaction.order_id)
    if order is None:
        raise LookupError(f"transaction {transaction.transaction_id} has no order {transaction.order_id}")
    return Heads(order, transaction)


def ending_of(ports: Ports, attempt: Attempt) -> Ending | None:
    """Return how an attempt ends; None if its open legs have to be marked in doubt first."""
    if _can_go_on(attempt):
        return Ending(Conclusion(ConcludeOutcome.MORE), None)
    if not attempt.open_legs and not _is_undecided(attempt):
        return _finish(ports, attempt)
    if attempt.now < _deadline(attempt) or not attempt.open_legs:
        return _wait(attempt)
    if attempt.operation.kind is OperationKind.AUTHORISE and attempt.operation.failure is None:
        return _abandon(attempt)
    return None


def _can_go_on(attempt: Attempt) -> bool:
    operation = attempt.operation
    if attempt.now - attempt.started_at > NO_CALL_AFTER:
        return False
    if _is_undecided(attempt):
        return True
    return any(
        leg.tried_in < operation.attempts
        and leg.remainders <= MAX_REMAINDERS_AT_ONCE
        and not is_too_early(attempt.payment_of(leg), attempt.now)
        for leg in attempt.open_legs
    )


def _is_undecided(attempt: Attempt) -> bool:
    """True if an authorisation still needs legs that are not planned."""
    if attempt.operation.kind is not OperationKind.AUTHORISE:
        return False
    abandoned = attempt.before.order.cancelled_at is not None or attempt.operation.failure is not None
    return bool(legs_to_decide(attempt.payments, attempt.legs, abandoned=abandoned))


def _deadline(attempt: Attempt) -> datetime:
    """Return when to give up: 24 h after the first attempt, or when an undecided authorisation expires (C§4.2).

    It is now if all open legs are below what the connector can move (R36).
    """
    if all(is_below_what_can_be_moved(leg, attempt.legs) for leg in attempt.open_legs):
        return attempt.now
    usual = (attempt.operation.first_attempt_at or attempt.now) + GIVE_UP_AFTER
    undecided = {leg.payment_id for leg in attempt.open_legs if leg.state is LegState.UNDECIDED}
    patience = [payment.cancel_at for payment in attempt.payments if payment.payment_id in undecided]
    return min([at for at in patience if at is not None], default=usual)


def _wait(attempt: Attempt) -> Ending:
    """Release the operation until its next attempt, which is due now if a callback came during this one."""
    operation, before = attempt.operation, attempt.before
    journal = before.journal(attempt.now)
    due_at = min((_due(attempt, leg) for leg in attempt.open_legs), default=attempt.now)
    if operation.has_news:
        due_at = attempt.now + START_GRACE
        record_ready(journal, operation)
    journal.record(
        EventType.OPERATION_WAITING,
        operation=operation.sequence,
        kind=operation.kind.value,
        attempts=operation.attempts,
        nextAttemptAt=due_at.isoformat(),
    )
    reasons = [leg.message for leg in attempt.open_legs if leg.message]
    waiting = replace(
        operation.to(OperationState.WAITING),
        missing=sum(leg.value for leg in attempt.open_legs) or None,
        remark=reasons[0] if reasons else None,
        awaits_decision=all(leg.state is LegState.UNDECIDED for leg in attempt.open_legs),
        attempts=operation.attempts - (1 if attempt.only_too_early else 0),
        due_at=due_at,
        execution=None,
        lease_until=None,
    )
    transaction = replace(before.transaction, ledger=total(payment.counters for payment in attempt.payments))
    commit = before.becomes(journal, before.order, transaction, attempt_failed=True)
    return Ending(Conclusion(ConcludeOutcome.WAITING), replace(commit, operations=[waiting]))


def _due(attempt: Attempt, leg: Leg) -> datetime:
    payment = attempt.payment_of(leg)
    if attempt.came_too_early(leg) and payment.next_call_at is not None:
        return payment.next_call_at
    if leg.state is not LegState.UNDECIDED:
        last = (attempt.operation.first_attempt_at or attempt.now) + GIVE_UP_AFTER
        soonest = attempt.now + timedelta(minutes=1)
        following = next_attempt(attempt.operation.attempts, attempt.started_at)
        return max(attempt.now, min(following, max(last, soonest)))
    cancel_at = payment.cancel_at or attempt.now
    created_at = attempt.before.transaction.created_at
    return min(next_inquiry(cancel_at - created_at, attempt.now), max(cancel_at, attempt.now + timedelta(minutes=1)))


def _abandon(attempt: Attempt) -> Ending:
    """Give up an authorisation; the next plan voids undecided payments and cancels approved ones."""
    before = attempt.before
    abandoned = replace(
        attempt.operation, failure="the authorisation was not decided in time", first_attempt_at=attempt.now
    )
    journal = before.journal(attempt.now)
    commit = before.becomes(journal, before.order, before.transaction)
    return Ending(Conclusion(ConcludeOutcome.MORE), replace(commit, operations=[abandoned]))


def _finish(ports: Ports, attempt: Attempt) -> Ending:
    """Take the operation off the queue, in any final state, and make the next one ready."""
    before, operation = attempt.before, attempt.operation
    journal = before.journal(attempt.now)
    failure = failure_of(operation, attempt.legs, before.transaction.currency)
    concluded = replace(
        operation.to(state_at_the_end(operation, attempt.legs)),
        failure=failure,
        missing=missing_value(operation, attempt.legs),
        remark=None,
        awaits_decision=False,
        concluded_at=attempt.now,
        due_at=None,
        lease_until=None,
    )
    if failure is not None:
        journal.record(
            EventType.OPERATION_FAILED, operation=operation.sequence, kind=operation.kind.value, reason=failure
        )
    order, transaction = _decided(ports.actor, attempt, concluded)
    transaction = replace(
        transaction,
        troubled=transaction.troubled + concluded.state.is_trouble,
        unsettled=transaction.unsettled + misses_settlement(concluded, attempt.legs),
    )
    transaction, following = next_ready(ports, transaction, attempt.now)
    if following is not None:
        record_ready(journal, following)
    transaction = replace(transaction, projection=_projection(ports, attempt, transaction, failure))
    if is_finished(order, transaction) and transaction.finished_at is None:
        transaction = replace(transaction, finished_at=attempt.now)
    commit = before.becomes(journal, order, transaction)
    operations = [concluded] if following is None else [concluded, following]
    return Ending(Conclusion(ConcludeOutcome.DONE, failure), replace(commit, operations=operations))


def _decided(actor: Actor, attempt: Attempt, concluded: Operation) -> tuple[Order, Transaction]:
    """Return both heads with the operation off the queue and, for an authorisation, its decision."""
    order, transaction = attempt.before.order, attempt.before.transaction
    transaction = replace(
        transaction.past(concluded, attempt.legs), ledger=total(payment.counters for payment in attempt.payments)
    )
    if attempt.operation.kind is not OperationKind.AUTHORISE:
        return order, transaction
    joint = verdict(attempt.payments)
    if joint is Authorisation.APPROVED:
        return order, replace(transaction, authorisation=joint, authorised_at=attempt.now)
    transaction = replace(transaction, authorisation=Authorisation.DENIED, cancelled_at=attempt.now)
    if order.cancelled_at is None:
        reason = attempt.operation.failure or "Payment denied"
        order = replace(order, cancelled_at=attempt.now, cancelled_by=actor, cancel_reason=reason)
    return order, transaction


def _projection(ports: Ports, attempt: Attempt, transaction: Transaction, failure: str | None) -> tuple[Position, ...]:
    """Return the projection after this operation: unchanged if all went as planned, else recomputed from the ledger."""
    as_planned = failure is None and attempt.operation.kind is not OperationKind.AUTHORISE
    if not transaction.is_idle and as_planned and all(leg.state is LegState.POSTED for leg in attempt.legs):
        return transaction.projection
    return project_queue(ports, transaction, [payment.position for payment in attempt.payments])
