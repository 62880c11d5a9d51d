"""What waits in a transaction's queue: who is next, and what all of it will leave (§3.3, §3.4)."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from settlement.domain.ledger import Movement
from settlement.domain.planning import Infeasible, Policy, Position, plan, project
from settlement.domain.transaction import START_GRACE, Operation, OperationState, Transaction
from settlement.use_cases.plan_operation import planned_legs
from settlement.use_cases.ports import Ports, Store


def operation_at(store: Store, transaction: Transaction, sequence: int) -> Operation:
    """Return an operation that a transaction has by its own numbers."""
    operation = store.operation(transaction.account, transaction.transaction_id, sequence)
    if operation is None:
        raise LookupError(f"transaction {transaction.transaction_id} has no operation {sequence}")
    return operation


def next_ready(ports: Ports, transaction: Transaction, now: datetime) -> tuple[Transaction, Operation | None]:
    """Return the operation at the head made ready, None if the queue is empty; what was taken back is passed over."""
    while not transaction.is_idle:
        following = operation_at(ports.store, transaction, transaction.head)
        if not following.is_concluded:
            return transaction, replace(following, state=OperationState.READY, due_at=now + START_GRACE)
        transaction = replace(transaction, head=transaction.head + 1)
    return transaction, None


def project_queue(
    ports: Ports, transaction: Transaction, positions: Sequence[Position], without: int | None = None
) -> tuple[Position, ...]:
    """Return the positions as they will be once every operation from the head on has run; ``without`` leaves one out.

    Of an operation that is planned already, what its open legs will do counts. What cannot be planned any more will
    fail when its turn comes, and moves nothing.
    """
    projected = tuple(positions)
    if transaction.is_idle:
        return projected
    policy = Policy(transaction.mode, ports.store.settings(transaction.account).refund_priority)
    waiting = ports.store.operations(transaction.account, transaction.transaction_id, since=transaction.head)
    for operation in waiting:
        if operation.is_concluded or operation.sequence == without:
            continue
        try:
            projected = project(projected, _movements(ports, transaction, operation, projected, policy))
        except Infeasible:
            continue
    return projected


def _movements(
    ports: Ports, transaction: Transaction, operation: Operation, positions: Sequence[Position], policy: Policy
) -> Sequence[Movement]:
    if not operation.planned:
        return plan(operation.ask, positions, policy)
    return [leg.movement for leg in planned_legs(ports, transaction, operation) if leg.state.is_open]
