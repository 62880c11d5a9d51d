"""A transaction's queue: its next operation and its projection (A§3.3, A§3.4)."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from settlement.domain.ledger.ledger import Movement
from settlement.domain.planning.drafting import Policy, Position
from settlement.domain.planning.planning import plan_as_far_as_possible, project
from settlement.domain.transaction.leg import MOVEMENT_OF
from settlement.domain.transaction.operation import START_GRACE, Operation, OperationKind, OperationState
from settlement.domain.transaction.transaction import Transaction
from settlement.use_cases.shared.planned_legs import planned_legs
from settlement.use_cases.shared.ports import Ports, Store
from settlement.use_cases.workflow.plan_operation import policy_of


def operation_at(store: Store, transaction: Transaction, sequence: int) -> Operation:
    """Return an operation by a sequence that the transaction has given; raises ``LookupError`` if it is missing."""
    operation = store.operation(transaction.account, transaction.transaction_id, sequence)
    if operation is None:
        raise LookupError(f"transaction {transaction.transaction_id} has no operation {sequence}")
    return operation


def next_ready(ports: Ports, transaction: Transaction, now: datetime) -> tuple[Transaction, Operation | None]:
    """Return the next operation, made ready, None if the queue is empty; operations taken back are skipped."""
    while not transaction.is_idle:
        following = operation_at(ports.store, transaction, transaction.head)
        if not following.is_concluded:
            return transaction, replace(following.to(OperationState.READY), due_at=now + START_GRACE)
        transaction = transaction.past(following, planned_legs(ports.store, transaction, following))
    return transaction, None


def project_queue(
    ports: Ports,
    transaction: Transaction,
    positions: Sequence[Position],
    without: int | None = None,
    before: Sequence[Operation] = (),
) -> tuple[Position, ...]:
    """Return the positions after every operation from the head on has run; ``without`` leaves one out.

    A planned operation counts by its open legs, any other by the part that the payments can do. Operations that are
    about to be queued, ``before`` which all of these run, are not run, but what they withdraw is not captured.
    """
    projected = tuple(positions)
    if transaction.is_idle:
        return projected
    waiting = [
        operation
        for operation in ports.store.operations(transaction.account, transaction.transaction_id, since=transaction.head)
        if not operation.is_concluded and operation.sequence != without
    ]
    for place, operation in enumerate(waiting, start=1):
        policy = policy_of(ports.store, transaction, operation, [*waiting[place:], *before])
        projected = project(projected, _movements(ports, transaction, operation, projected, policy))
    return projected


def _movements(
    ports: Ports, transaction: Transaction, operation: Operation, positions: Sequence[Position], policy: Policy
) -> Sequence[Movement]:
    open_legs = [
        leg.movement
        for leg in planned_legs(ports.store, transaction, operation)
        if leg.state.is_open and leg.kind in MOVEMENT_OF
    ]
    if operation.planned or operation.kind is OperationKind.AUTHORISE:
        return open_legs
    return [*open_legs, *plan_as_far_as_possible(operation.ask, project(positions, open_legs), policy).movements]


def head_guard(ports: Ports, transaction: Transaction) -> list[Operation]:
    """Return the operation at the head for an unchanged write under its version.

    The write fails if the operation was planned on the ledger that the same commit changes.
    """
    return [] if transaction.is_idle else [operation_at(ports.store, transaction, transaction.head)]
