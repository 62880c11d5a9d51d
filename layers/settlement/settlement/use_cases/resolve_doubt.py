"""After a late answer: what was in doubt is known; heads, projection and blocked payments follow the ledger (§3.7)."""

from dataclasses import replace

from settlement.domain.ledger import total
from settlement.domain.transaction import LegState, Operation, OperationState, Payment, Transaction
from settlement.use_cases.plan_operation import planned_legs
from settlement.use_cases.ports import Changed, Commit, Ports
from settlement.use_cases.queue import project_queue
from settlement.use_cases.retrieve_transaction import retrieve_transaction

_UNSETTLED = frozenset({LegState.IN_DOUBT, LegState.PARKED, LegState.REFUSED})


def resolve_doubt(ports: Ports, posting: Commit, operation: Operation) -> Commit:
    """Return the posting of a leg of a concluded operation with all that follows from it, to be written at once.

    The operation is done once none of its legs is in doubt, parked or refused; a payment is unblocked once nothing of
    it is in doubt.
    """
    before = retrieve_transaction(ports.store, posting.account, posting.transaction_id)
    posted = {changed.after.payment_id: changed for changed in posting.payments}
    payments = [
        posted.get(payment.payment_id, Changed(payment, payment))
        for payment in ports.store.payments(posting.account, posting.transaction_id)
    ]
    payments = [replace(changed, after=_unblocked(changed.after)) for changed in payments]
    done = operation.state is OperationState.FAILED and _is_done(ports, before.transaction, operation, posting)
    transaction = replace(
        before.transaction,
        ledger=total(changed.after.counters for changed in payments),
        projection=project_queue(ports, before.transaction, [changed.after.position for changed in payments]),
        unsettled=before.transaction.unsettled - (1 if done and operation.settling else 0),
    )
    heads = before.becomes(before.journal(ports.now()), before.order, transaction)
    return replace(
        posting,
        order=heads.order,
        transaction=heads.transaction,
        operations=[replace(operation, state=OperationState.DONE, failure=None)] if done else [],
        payments=payments,
        events=[*posting.events, *heads.events],
    )


def _unblocked(payment: Payment) -> Payment:
    return replace(payment, blocked=payment.blocked and payment.counters.doubtful > 0)


def _is_done(ports: Ports, transaction: Transaction, operation: Operation, posting: Commit) -> bool:
    legs = {leg.number: leg for leg in planned_legs(ports, transaction, operation)}
    legs |= {changed.after.number: changed.after for changed in posting.legs}
    legs |= {leg.number: leg for leg in posting.new_legs}
    return not any(leg.state in _UNSETTLED for leg in legs.values())
