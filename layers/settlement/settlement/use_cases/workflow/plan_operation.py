"""The workflow's first step: claim an operation, plan its legs on the current ledger, return them (A§3.3 to A§3.5)."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from enum import StrEnum

from settlement.domain.events import Event, EventType, Journal, operation_writer
from settlement.domain.ledger.ledger import Movement, MovementKind
from settlement.domain.planning.drafting import Infeasible, Policy, RefundPriority
from settlement.domain.planning.planning import Ask, Plan, plan_as_far_as_possible
from settlement.domain.transaction.acceptance import given_up, refunded
from settlement.domain.transaction.authorisation import ABANDONED, LegDraft, legs_to_decide
from settlement.domain.transaction.leg import MOVEMENT_OF, Leg, LegKind, LegState
from settlement.domain.transaction.movement_facts import movement_facts
from settlement.domain.transaction.operation import Operation, OperationKind, OperationState
from settlement.domain.transaction.payment import Payment
from settlement.domain.transaction.request_ids import request_id
from settlement.domain.transaction.retries import LEASE, MAX_LEGS, MAX_LEGS_AT_ONCE
from settlement.domain.transaction.transaction import Transaction
from settlement.domain.transaction.withholding import takes_value_off, withheld
from settlement.domain.transaction.work import as_stored, work_of
from settlement.use_cases.shared.contention import decide_until_written
from settlement.use_cases.shared.planned_legs import planned_legs
from settlement.use_cases.shared.ports import Changed, Commit, Ports, Store
from settlement.use_cases.workflow.refund_drafts import refund_drafts
from settlement.values import dataclass

_LEG_OF = {movement: leg for leg, movement in MOVEMENT_OF.items()}


class PlanOutcome(StrEnum):
    """The workflow's next step."""

    EXECUTE = "execute"
    CONCLUDE = "conclude"
    SKIP = "skip"


@dataclass(frozen=True, slots=True)
class HandedOut:
    """The answer of the step: the numbers of the legs to execute, at most 25."""

    outcome: PlanOutcome
    legs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Planned:
    """An operation with its plan's new legs and direct movements."""

    operation: Operation
    new_legs: list[Leg]
    closed_legs: list[Changed[Leg]]
    payments: list[Changed[Payment]]

    @property
    def is_one_leg(self) -> bool:
        """True if all that is planned is one leg, which is stored with the operation."""
        stays = [leg.stays_alone for leg in self.new_legs] == [True]
        return stays and not self.closed_legs and not self.payments


@dataclass(frozen=True, slots=True)
class Claimed:
    """An operation claimed and planned by an execution, with all that its plan was made on, as stored by now."""

    transaction: Transaction
    operation: Operation
    legs: list[Leg]
    payments: list[Payment]

    @property
    def to_do(self) -> list[Leg]:
        """The open legs that this attempt has not tried."""
        return [leg for leg in self.legs if leg.state.is_open and leg.tried_in < self.operation.attempts]

    @property
    def handed_out(self) -> HandedOut:
        """The answer of the step."""
        numbers = sorted(leg.number for leg in self.to_do)
        return HandedOut(PlanOutcome.EXECUTE if numbers else PlanOutcome.CONCLUDE, tuple(numbers[:MAX_LEGS_AT_ONCE]))


def plan_operation(ports: Ports, account: str, transaction_id: str, sequence: int, execution: str) -> HandedOut:
    """Claim the operation for this execution and return the legs to execute now.

    A second claim by the same execution returns the remaining legs of the same plan. An operation that is done, not at
    the head of its queue, or claimed by another execution under a valid lease is skipped; so duplicates are harmless.
    """
    claimed = claim_operation(ports, account, transaction_id, sequence, execution)
    return HandedOut(PlanOutcome.SKIP) if claimed is None else claimed.handed_out


def claim_operation(ports: Ports, account: str, transaction_id: str, sequence: int, execution: str) -> Claimed | None:
    """Claim the operation for this execution and plan its legs in one write; None if it is to be skipped.

    A plan of one leg and nothing else is written with the operation; the leg's answer tells of it (D150).
    """
    return decide_until_written(ports, lambda: _claim(ports, account, transaction_id, sequence, execution))


def _claim(ports: Ports, account: str, transaction_id: str, sequence: int, execution: str) -> Claimed | None:
    store, now = ports.store, ports.now()
    transaction = store.transaction(account, transaction_id)
    operation = store.operation(account, transaction_id, sequence)
    if transaction is None or operation is None or operation.is_concluded or transaction.head != sequence:
        return None
    if operation.lease_until is not None and operation.lease_until > now and operation.execution != execution:
        return None
    legs = planned_legs(ports.store, transaction, operation)
    payments = store.payments(account, transaction_id)
    if operation.execution != execution:
        operation = replace(
            operation,
            execution=execution,
            lease_until=now + LEASE,
            attempts=operation.attempts + 1,
            first_attempt_at=operation.first_attempt_at or now,
            callbacks_seen=operation.callbacks,
        )
    journal = Journal(
        writer=operation_writer(operation.sequence),
        written=operation.events,
        order_id=transaction.order_id,
        transaction_id=transaction.transaction_id,
        at=now,
    )
    planned = _add_legs(ports, transaction, operation, legs, payments, journal)
    written = planned.operation.to(OperationState.READY)
    opens_work = written.listed is None and work_of(written) is not None
    is_planned = bool(planned.new_legs) or planned.operation.planned != operation.planned
    is_told_later = planned.is_one_leg and not journal.events
    if opens_work or (is_planned and not is_told_later):
        record_plan(journal, planned.operation)
    commit = Commit(
        account,
        transaction.order_id,
        transaction_id,
        transaction.currency,
        operations=[replace(written, events=journal.written)],
        new_legs=planned.new_legs,
        legs=planned.closed_legs,
        payments=planned.payments,
        events=journal.events,
    )
    ports.commit(commit)
    return _as_stored(transaction, commit, legs, payments, planned)


def _as_stored(
    transaction: Transaction, commit: Commit, legs: Sequence[Leg], payments: Sequence[Payment], planned: _Planned
) -> Claimed:
    [operation] = commit.placed().operations
    closed = {changed.after.number: changed.after for changed in planned.closed_legs}
    moved = {changed.after.payment_id: changed.after for changed in planned.payments}
    return Claimed(
        transaction,
        as_stored(operation),
        [*(closed.get(leg.number, leg) for leg in legs), *planned.new_legs],
        [moved.get(payment.payment_id, payment) for payment in payments],
    )


def record_plan(journal: Journal, operation: Operation, planned_at: datetime | None = None) -> None:
    """Record an event for the plan: it carries the log of the plan's writes, and its work if it is tried again.

    ``planned_at`` is the time of a plan that is told later: events stand in the order in which they were written.
    """
    journal.record(
        EventType.OPERATION_PLANNED,
        operation=operation.sequence,
        kind=operation.kind.value,
        calls=operation.legs,
        **({} if planned_at is None else {"plannedAt": planned_at.isoformat()}),
    )


def telling_its_plan(transaction: Transaction, operation: Operation, now: datetime) -> tuple[Operation, list[Event]]:
    """Return an operation to write with its only leg, and the event of its plan if the claim has written none."""
    if operation.events:
        return operation, []
    journal = Journal(
        writer=operation_writer(operation.sequence),
        written=0,
        order_id=transaction.order_id,
        transaction_id=transaction.transaction_id,
        at=now,
    )
    record_plan(journal, operation, operation.first_attempt_at)
    return replace(operation, events=journal.written), journal.events


def _add_legs(
    ports: Ports,
    transaction: Transaction,
    operation: Operation,
    legs: Sequence[Leg],
    stored: Sequence[Payment],
    journal: Journal,
) -> _Planned:
    if operation.kind is OperationKind.AUTHORISE:
        return _decide_authorisation(ports, transaction, operation, legs, stored)
    if operation.planned:
        return _Planned(operation, [], [], [])
    payments = {payment.payment_id: payment for payment in stored}
    positions = [payment.position for payment in payments.values()]
    policy = policy_of(ports.store, transaction, operation, _waiting_behind(ports.store, transaction))
    made = plan_as_far_as_possible(operation.ask, positions, policy)
    drafts, moved = _drafted(ports, transaction, operation, made.movements, payments, journal)
    if len(drafts) > MAX_LEGS:
        made, drafts = _without_refunds(made, drafts)
    new_legs = _number(transaction, operation, drafts, after=operation.legs)
    for place, leg in enumerate(new_legs):
        if payments[leg.payment_id].blocked:
            new_legs[place], moved[leg.payment_id] = park(operation, leg, moved[leg.payment_id], journal)
    asked_again = [leg.movement for leg in legs]
    movements = made.movements
    planned = replace(
        operation,
        ask=replace(operation.ask, unheld=_still_unheld(operation.ask, made)),
        planned=True,
        legs=operation.legs + len(drafts),
        giving_up=given_up((*asked_again, *movements)),
        refunding=refunded((*asked_again, *movements)),
        refunded_before=sum(held.value for held in movements if held.kind is MovementKind.COUNT_REFUND) or None,
        unplanned=made.unplanned,
        unsettled=made.unsettled,
        failure=made.failure(transaction.currency),
    )
    return _Planned(
        planned,
        new_legs,
        [],
        [Changed(payments[id_], moved[id_]) for id_ in payments if moved[id_] != payments[id_]],
    )


def _still_unheld(ask: Ask, made: Plan) -> int:
    """Return the part of a discount that no payment holds, now that its plan is made."""
    taken = given_up(made.movements) + refunded(made.movements) + made.unplanned - ask.reduction
    return max(0, ask.unheld - max(0, taken)) if ask.unheld else 0


def _drafted(
    ports: Ports,
    transaction: Transaction,
    operation: Operation,
    movements: Iterable[Movement],
    payments: dict[str, Payment],
    journal: Journal,
) -> tuple[list[LegDraft], dict[str, Payment]]:
    """Return the calls that movements need, and the payments after those that need none."""
    drafts: list[LegDraft] = []
    moved = dict(payments)
    for movement in movements:
        payment = moved[movement.payment_id]
        if movement.kind is MovementKind.REFUND:
            refund = refund_drafts(ports.store, transaction, payment, movement)
            drafts += refund.drafts
            moved[movement.payment_id] = replace(payment, refunded_through=refund.refunded_through)
        elif movement.kind in _LEG_OF:
            drafts.append(_draft(movement))
        else:
            _record_direct(journal, movement, payment, operation)
            moved[movement.payment_id] = replace(payment, counters=payment.counters.after(movement))
    return drafts, moved


def _without_refunds(made: Plan, drafts: list[LegDraft]) -> tuple[Plan, list[LegDraft]]:
    """Drop the refunds from a plan that has too many calls because of them."""
    too_many = f"it needs {len(drafts)} connector calls; the limit of an operation is {MAX_LEGS}"
    kept = tuple(movement for movement in made.movements if movement.kind is not MovementKind.REFUND)
    shortfalls = (*made.shortfalls, Infeasible(too_many, refunded(made.movements)))
    return Plan(kept, shortfalls), [draft for draft in drafts if draft.kind is not LegKind.REFUND]


def park(operation: Operation, leg: Leg, payment: Payment, journal: Journal) -> tuple[Leg, Payment]:
    """Return an untried leg, parked until an operator acts, and its payment (R33)."""
    if takes_value_off(operation.kind):
        leg, payment, deltas = withheld(leg, payment)
        if deltas:
            facts = movement_facts(payment, operation.sequence, operation.invoice)
            journal.record(EventType.VALUE_WITHHELD, leg.payment_id, value=leg.value, deltas=deltas, **facts)
    return leg.to(LegState.PARKED), payment


def _waiting_behind(store: Store, transaction: Transaction) -> list[Operation]:
    """Return the operations behind the head of the queue; reads nothing if there are none."""
    if transaction.tail - transaction.head <= 1:
        return []
    return store.operations(transaction.account, transaction.transaction_id, since=transaction.head + 1)


def policy_of(
    store: Store, transaction: Transaction, operation: Operation, waiting: Iterable[Operation] = ()
) -> Policy:
    """Return the policy for an operation, with the reductions and withdrawals of the operations waiting behind it.

    The account's priority of refunds is read only for an operation that can refund.
    """
    to_come = [held.ask for held in waiting if not held.is_concluded]
    priority = RefundPriority.LOWEST_SETTLED
    if operation.ask.can_refund:
        priority = store.settings(transaction.account).refund_priority
    return Policy(
        transaction.mode,
        priority,
        transaction.owed,
        reductions_to_come=sum(ask.reduction for ask in to_come),
        withdrawals_to_come=sum(ask.net_withdrawn for ask in to_come),
    )


def _decide_authorisation(
    ports: Ports, transaction: Transaction, operation: Operation, legs: Sequence[Leg], payments: Sequence[Payment]
) -> _Planned:
    order = ports.store.order(transaction.account, transaction.order_id)
    if order is None:
        raise LookupError(f"transaction {transaction.transaction_id} has no order {transaction.order_id}")
    abandoned = order.cancelled_at is not None or operation.failure is not None
    drafts = legs_to_decide(payments, legs, abandoned=abandoned)
    voided = {draft.payment_id for draft in drafts if draft.kind is LegKind.VOID}
    closed = [
        Changed(leg, replace(leg.to(LegState.REFUSED), message=ABANDONED, attempts=leg.attempts + 1))
        for leg in legs
        if leg.kind is LegKind.AUTHORISE and leg.state.is_open and leg.payment_id in voided
    ]
    new_legs = _number(transaction, operation, drafts, after=operation.legs)
    return _Planned(replace(operation, legs=operation.legs + len(new_legs)), new_legs, closed, [])


def _draft(movement: Movement) -> LegDraft:
    return LegDraft(_LEG_OF[movement.kind], movement.payment_id, movement.value, from_withheld=movement.from_withheld)


def _number(transaction: Transaction, operation: Operation, drafts: Sequence[LegDraft], after: int) -> list[Leg]:
    return [
        Leg(
            operation=operation.sequence,
            number=(number := f"{index:04d}"),
            kind=draft.kind,
            payment_id=draft.payment_id,
            value=draft.value,
            request_id=request_id(
                transaction.account,
                transaction.order_id,
                operation.origin,
                draft.payment_id,
                f"{draft.kind.value}/{draft.settlement or ''}/{number}",
            ),
            from_withheld=draft.from_withheld,
            of_change=draft.of_change,
            direct=draft.direct or None,
            settlement=draft.settlement,
            settle_id=draft.settle_id,
            alone=len(drafts) == 1 and not after,
        )
        for index, draft in enumerate(drafts, start=after + 1)
    ]


_DIRECT = {
    MovementKind.WITHHOLD: EventType.VALUE_WITHHELD,
    MovementKind.RAISE: EventType.PAYMENT_RAISED,
    MovementKind.COUNT_REFUND: EventType.REFUND_COUNTED,
}
"""Movements that need no connector call."""


def _record_direct(journal: Journal, movement: Movement, payment: Payment, operation: Operation) -> None:
    facts = movement_facts(payment, operation.sequence, operation.invoice)
    deltas = payment.counters.deltas(movement)
    journal.record(_DIRECT[movement.kind], movement.payment_id, value=movement.value, deltas=deltas, **facts)
