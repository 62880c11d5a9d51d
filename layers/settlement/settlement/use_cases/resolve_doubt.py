"""After a late answer: what was in doubt is known; heads, projection and blocked payments follow the ledger (§3.7)."""

from dataclasses import replace

from settlement.domain.ledger import total
from settlement.domain.transaction import LegState, Operation, OperationState, Payment, Transaction
from settlement.use_cases.contention import decide_until_written
from settlement.use_cases.plan_operation import planned_legs
from settlement.use_cases.ports import Changed, Ports
from settlement.use_cases.queue import project_queue
from settlement.use_cases.retrieve_transaction import retrieve_transaction

_UNSETTLED = frozenset({LegState.IN_DOUBT, LegState.PARKED, LegState.REFUSED})


def resolve_doubt(ports: Ports, account: str, transaction_id: str, sequence: int) -> None:
    """Bring a transaction up to date with a leg of a concluded operation that was posted or released after all.

    The operation is done once none of its legs is in doubt, parked or refused; a payment is unblocked once nothing of
    it is in doubt.
    """
    decide_until_written(ports, lambda: _resolve(ports, account, transaction_id, sequence))


def _resolve(ports: Ports, account: str, transaction_id: str, sequence: int) -> None:
    before = retrieve_transaction(ports.store, account, transaction_id)
    operation = ports.store.operation(account, transaction_id, sequence)
    if operation is None or not operation.is_concluded:
        return
    payments = ports.store.payments(account, transaction_id)
    unblocked = [replace(payment, blocked=payment.blocked and _is_doubtful(payment)) for payment in payments]
    done = operation.state is OperationState.FAILED and _is_done(ports, before.transaction, operation)
    transaction = replace(
        before.transaction,
        ledger=total(payment.counters for payment in unblocked),
        projection=project_queue(ports, before.transaction, [payment.position for payment in unblocked]),
        unsettled=before.transaction.unsettled - (1 if done and operation.settling else 0),
    )
    commit = before.becomes(before.journal(ports.now()), before.order, transaction)
    ports.store.commit(
        replace(
            commit,
            operations=[replace(operation, state=OperationState.DONE, failure=None)] if done else [],
            payments=[Changed(old, new) for old, new in zip(payments, unblocked, strict=True)],
        )
    )


def _is_doubtful(payment: Payment) -> bool:
    return payment.counters.doubtful > 0


def _is_done(ports: Ports, transaction: Transaction, operation: Operation) -> bool:
    return not any(leg.state in _UNSETTLED for leg in planned_legs(ports, transaction, operation))
