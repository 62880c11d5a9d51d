"""Updates heads, projection, blocked payments and operation after a late answer or a resolution (A§3.7)."""

from collections.abc import Sequence
from dataclasses import replace

from settlement.domain.errors import Refusal
from settlement.domain.events import EventType, Journal
from settlement.domain.ledger.ledger import total
from settlement.domain.order.order import Order
from settlement.domain.planning.drafting import Draft, Policy, RefundPriority
from settlement.domain.planning.planning import Ask
from settlement.domain.transaction.acceptance import accept, record_acceptance
from settlement.domain.transaction.deeds import deeds_of
from settlement.domain.transaction.leg import Leg, LegKind, LegState
from settlement.domain.transaction.operation import Operation, OperationKind, OperationState
from settlement.domain.transaction.payment import Payment
from settlement.domain.transaction.transaction import Transaction
from settlement.domain.transaction.trouble import misses_settlement, missing_value, state_at_the_end
from settlement.use_cases.shared.heads import load_by_transaction
from settlement.use_cases.shared.planned_legs import planned_legs
from settlement.use_cases.shared.ports import Changed, Commit, Ports
from settlement.use_cases.workflow.queue import head_guard, project_queue


def resolve_doubt(ports: Ports, posting: Commit, operation: Operation) -> Commit:
    """Extend the posting of a concluded operation's leg by all its consequences, to be written at once.

    The operation is done once none of its legs is in doubt, parked, refused or manual; a payment is unblocked once
    nothing of it is in doubt. Value beyond what the order owes is given back (R33).
    """
    before = load_by_transaction(ports.store, posting.account, posting.transaction_id)
    transaction = before.transaction
    payments = payments_after(ports, posting)
    before_legs = planned_legs(ports.store, transaction, operation)
    back = _captured_after_all(posting)
    after = put_right(operation, _legs_after(before_legs, posting))
    if back:
        after = replace(after, taken_off=max(0, (after.taken_off or 0) - back) or None)
    transaction = recount(transaction, (operation, before_legs), (after, _legs_after(before_legs, posting)))
    journal = before.journal(ports.now())
    transaction = _asked_for_again(transaction, back, journal)
    transaction = replace(
        transaction,
        ledger=total(changed.after.counters for changed in payments),
        projection=project_queue(ports, transaction, [changed.after.position for changed in payments]),
    )
    transaction, refund = _give_back_what_is_too_much(ports, before.order, transaction, operation, journal)
    heads = before.becomes(journal, before.order, transaction)
    changed_operations = [after] if after != operation else []
    return replace(
        posting,
        order=heads.order,
        order_before=heads.order_before,
        transaction=heads.transaction,
        transaction_before=heads.transaction_before,
        operations=[*changed_operations, *refund, *head_guard(ports, before.transaction)],
        payments=payments,
        events=[*posting.events, *heads.events],
    )


def payments_after(ports: Ports, posting: Commit) -> list[Changed[Payment]]:
    """Return every payment with the posting's changes; payments without doubt are unblocked."""
    posted = {changed.after.payment_id: changed for changed in posting.payments}
    payments = [
        posted.get(payment.payment_id, Changed(payment, payment))
        for payment in ports.store.payments(posting.account, posting.transaction_id)
    ]
    return [replace(changed, after=unblocked(changed.after)) for changed in payments]


def unblocked(payment: Payment) -> Payment:
    """Unblock a payment if nothing of it is in doubt."""
    blocked = payment.blocked and payment.counters.doubtful > 0
    return replace(payment, blocked=blocked, blocked_at=payment.blocked_at if blocked else None)


def put_right(operation: Operation, legs: Sequence[Leg]) -> Operation:
    """Return a concluded operation in the state that follows from its legs."""
    state = state_at_the_end(operation, legs)
    return replace(
        operation.to(state),
        failure=operation.failure if state is OperationState.FAILED else None,
        missing=missing_value(operation, legs),
    )


def recount(
    transaction: Transaction, before: tuple[Operation, Sequence[Leg]], after: tuple[Operation, Sequence[Leg]]
) -> Transaction:
    """Return the transaction with its counts of failed operations, and its deeds, after one operation's change.

    Counts never fall below zero: operations that failed under an earlier version were not counted.
    """
    deeds = transaction.deeds
    return replace(
        transaction,
        deeds=None if deeds is None else deeds.plus(deeds_of(*after)).plus(deeds_of(*before), sign=-1),
        troubled=max(0, transaction.troubled + after[0].state.is_trouble - before[0].state.is_trouble),
        unsettled=max(0, transaction.unsettled + misses_settlement(*after) - misses_settlement(*before)),
    )


def _legs_after(legs: Sequence[Leg], posting: Commit) -> list[Leg]:
    current = {leg.number: leg for leg in legs}
    current |= {changed.after.number: changed.after for changed in posting.legs}
    current |= {leg.number: leg for leg in posting.new_legs}
    return list(current.values())


def _captured_after_all(posting: Commit) -> int:
    """Return the written-off value that a late answer has captured."""
    return sum(
        min(changed.after.posted_value, changed.before.closed)
        for changed in posting.legs
        if changed.before.state is LegState.WRITTEN_OFF and changed.before.kind is LegKind.SETTLE
    )


def _asked_for_again(transaction: Transaction, back: int, journal: Journal) -> Transaction:
    """Return the transaction that owes ``back``, written-off value, again."""
    if back:
        journal.record(EventType.WRITE_OFF_REVERSED, value=back)
    return replace(
        transaction,
        payable=transaction.payable + back,
        requested=transaction.requested + back,
        taken_off=transaction.taken_off - back,
    )


def _give_back_what_is_too_much(
    ports: Ports, order: Order, transaction: Transaction, operation: Operation, journal: Journal
) -> tuple[Transaction, list[Operation]]:
    """Queue an operation that gives back captured and open value beyond what the order owes.

    What the payments cannot give back stays a difference.
    """
    draft = Draft(transaction.projection, Policy(transaction.mode, RefundPriority.LOWEST_SETTLED, transaction.owed))
    if order.cancelled_at is not None:
        too_much = draft.sum.refundable + draft.sum.available
        kind, ask = OperationKind.CANCEL, Ask(again=True, cancel_all=True)
    else:
        too_much = draft.overpaid + draft.not_owed
        kind, ask = OperationKind.REDUCE, Ask(again=True, reduction=too_much)
    if not too_much:
        return transaction, []
    origin = f"excess/{operation.sequence}-{transaction.tail}"
    priority = ports.store.settings(transaction.account).refund_priority
    try:
        accepted = accept(transaction, kind, ask, priority, origin, ports.now())
    except Refusal:
        return transaction, []
    record_acceptance(journal, accepted.operation)
    return accepted.transaction, [accepted.operation]
