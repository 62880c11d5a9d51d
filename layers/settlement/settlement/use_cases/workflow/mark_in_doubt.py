"""Marks legs in doubt that got no answer in time (A§3.7, D14)."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from settlement.domain.events import Event, EventType, Journal
from settlement.domain.ledger.ledger import Movement, MovementKind
from settlement.domain.ledger.settlement import Settlement
from settlement.domain.transaction.leg import Leg, LegKind, LegState
from settlement.domain.transaction.movement_facts import movement_facts
from settlement.domain.transaction.operation import Operation
from settlement.domain.transaction.payment import Payment
from settlement.use_cases.shared.heads import Heads
from settlement.use_cases.shared.ports import Changed, Ports
from settlement.use_cases.workflow.plan_operation import park, telling_its_plan

_AT_ONCE = 20
"""Most legs marked in one write; a longer list takes several writes."""

DOUBTS = {
    LegKind.SETTLE: MovementKind.DOUBT_SETTLE,
    LegKind.CANCEL: MovementKind.DOUBT_CANCEL,
    LegKind.REFUND: MovementKind.DOUBT_REFUND,
}
"""The counter of doubt for each kind of leg."""


def mark_in_doubt(
    ports: Ports, before: Heads, operation: Operation, payments: Sequence[Payment], open_legs: Sequence[Leg]
) -> None:
    """Take the first legs out of the schedule and block their payments.

    A leg that was tried is in doubt, with its value; one that was never tried is parked until the payment is unblocked.
    """
    now = ports.now()
    journal = before.journal(now)
    changed = {payment.payment_id: payment for payment in payments}
    legs, settlements = [], []
    for leg in open_legs[:_AT_ONCE]:
        payment = changed[leg.payment_id]
        payment = replace(payment, blocked=True, blocked_at=payment.blocked_at or now)
        if leg.state is LegState.UNKNOWN:
            doubts = leg.kind in DOUBTS and not leg.from_withheld and not leg.doubtful
            counted = leg.counted or (True if doubts and leg.kind is LegKind.REFUND else None)
            aside = replace(leg.to(LegState.IN_DOUBT), doubtful=leg.doubtful or doubts, counted=counted)
            if doubts:
                payment = _doubt(payment, leg, operation, journal)
                settlements += _doubted_settlement(ports, before, leg)
        else:
            aside, payment = park(operation, leg, payment, journal)
        legs.append(Changed(leg, replace(aside, attempts=leg.attempts + 1, concluded_at=now)))
        changed[leg.payment_id] = payment
    commit = before.becomes(journal, before.order, before.transaction)
    holders, plan = _holding(before, operation, legs, now)
    ports.commit(
        replace(
            commit,
            operations=holders,
            events=[*plan, *commit.events],
            legs=legs,
            payments=[Changed(payment, changed[payment.payment_id]) for payment in payments],
            settlements=settlements,
        )
    )


def _holding(
    before: Heads, operation: Operation, legs: Sequence[Changed[Leg]], now: datetime
) -> tuple[list[Operation], list[Event]]:
    """Return the operation if it holds one of these legs, and the event of its plan."""
    if not any(changed.before.alone for changed in legs):
        return [], []
    holder, plan = telling_its_plan(before.transaction, operation, now)
    return [holder], plan


def _doubt(payment: Payment, leg: Leg, operation: Operation, journal: Journal) -> Payment:
    movement = Movement(DOUBTS[leg.kind], leg.payment_id, leg.value, of_change=leg.of_change, direct=leg.direct is True)
    journal.record(
        EventType.VALUE_IN_DOUBT,
        leg.payment_id,
        leg=leg.number,
        call=leg.kind.value,
        value=leg.value,
        deltas=payment.counters.deltas(movement),
        **({} if leg.settle_id is None else {"settleId": leg.settle_id}),
        **movement_facts(payment, operation.sequence, operation.invoice),
    )
    return replace(payment, counters=payment.counters.after(movement))


def _doubted_settlement(ports: Ports, before: Heads, leg: Leg) -> list[Changed[Settlement]]:
    if leg.settlement is None:
        return []
    transaction = before.transaction
    settlement = ports.store.settlement(transaction.account, transaction.transaction_id, leg.payment_id, leg.settlement)
    if settlement is None:
        raise LookupError(f"no settlement {leg.settlement} of payment {leg.payment_id}")
    doubted = replace(settlement, refund_in_doubt=settlement.refund_in_doubt + leg.value)
    return [Changed(settlement, doubted)]
