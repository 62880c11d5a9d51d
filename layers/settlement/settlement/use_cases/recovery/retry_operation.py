"""An operator retries an operation: its missing value is tried again, on the current ledger (C§8.18, R34)."""

from collections.abc import Sequence
from dataclasses import replace

from settlement.domain.errors import MoneyCannotMove, OperationNotFound, Refusal, WrongStatus
from settlement.domain.events import EventType
from settlement.domain.ledger.ledger import total
from settlement.domain.money import display
from settlement.domain.planning.drafting import Position
from settlement.domain.planning.planning import project
from settlement.domain.transaction.acceptance import accept, record_acceptance, record_ready
from settlement.domain.transaction.leg import Leg, LegKind, LegState
from settlement.domain.transaction.operation import Operation, OperationState
from settlement.domain.transaction.payment import Payment
from settlement.domain.transaction.transaction import Transaction
from settlement.domain.transaction.trouble import ask_again, missing_legs
from settlement.use_cases.shared.contention import decide_until_written
from settlement.use_cases.shared.heads import Heads, load_by_transaction
from settlement.use_cases.shared.planned_legs import planned_legs
from settlement.use_cases.shared.ports import Changed, Ports
from settlement.use_cases.workflow.queue import project_queue
from settlement.use_cases.workflow.resolve_doubt import put_right, recount

MAX_RETRIED_AT_ONCE = 40
"""Most legs that one operation takes over: each takes two of a transaction's 100 writes, and the rest takes 18."""


def retry_operation(
    ports: Ports, account: str, transaction_id: str, sequence: int, expected: int | None = None
) -> list[Operation]:
    """Queue a failed operation's missing value as new operations of at most 40 legs, and unblock its payments.

    A call in doubt is repeated under its own request id, so it cannot happen twice. A refused or untried one is planned
    anew at the head of the queue, and dropped if the ledger no longer requires it (R34). The operation stays failed
    until nothing is missing; parts that do not fit into the queue can be retried later. A waiting operation is not
    queued again: its next attempt starts at once.

    The first of the new operations is accepted on the ``expected`` version only. Raises ``TransactionNotFound``,
    ``StaleVersion``, ``OperationNotFound``, ``TooManyWaiting`` if the queue is full, ``MoneyCannotMove``
    if the payments cannot do the missing part, and ``WrongStatus`` if there is nothing to try.
    """
    retried: list[Operation] = []
    is_whole = False
    while not is_whole:
        try:
            operation, is_whole = decide_until_written(
                ports, lambda: _retry(ports, account, transaction_id, sequence, None if retried else expected)
            )
        except Refusal:
            if not retried:
                raise
            break
        retried.append(operation)
    return retried


def _retry(
    ports: Ports, account: str, transaction_id: str, sequence: int, expected: int | None
) -> tuple[Operation, bool]:
    """Queue the first part of the missing value. Returns the operation, and True if nothing is left to queue."""
    before = load_by_transaction(ports.store, account, transaction_id)
    before.require_version(expected)
    operation = ports.store.operation(account, transaction_id, sequence)
    if operation is None:
        raise OperationNotFound(str(sequence))
    if not operation.is_concluded:
        return try_at_once(ports, before, operation), True
    if operation.state is not OperationState.FAILED:
        raise WrongStatus(f"Operation {sequence} is {operation.state.value}; {_WAYS_ON[operation.state]}")
    before.transaction.require_direct_request()
    return _again(ports, before, operation)


_WAYS_ON = {
    OperationState.DONE: "only a failed operation, or one that waits, can be retried",
    OperationState.MANUAL: "its connector left it to manual action: resolve its calls when done, or write it off",
}


def try_at_once(ports: Ports, before: Heads, operation: Operation) -> Operation:
    """Start the next attempt of the operation at the head now; raises ``WrongStatus`` if it is not at the head."""
    transaction = before.transaction
    if operation.sequence != transaction.head:
        raise WrongStatus(
            f"Operation {operation.sequence} waits for operation {transaction.head}, which is before it: retry that one"
        )
    journal = before.journal(ports.now())
    record_ready(journal, operation)
    ports.commit(before.becomes(journal, before.order, transaction))
    return operation


def _again(ports: Ports, before: Heads, failed: Operation) -> tuple[Operation, bool]:
    transaction, now = before.transaction, ports.now()
    all_legs = planned_legs(ports.store, transaction, failed)
    all_missing = missing_legs(failed, all_legs)
    missing = all_missing[:MAX_RETRIED_AT_ONCE]
    is_whole = len(missing) == len(all_missing)
    part = failed if is_whole else replace(failed, unplanned=0, unsettled=0)
    kind, ask = ask_again(part, missing, transaction)
    payments = ports.store.payments(transaction.account, transaction.transaction_id)
    concerned = {leg.payment_id for leg in missing}
    unblocked = [_unblocked(held) if held.payment_id in concerned else held for held in payments]
    queued = project_queue(ports, transaction, [held.position for held in unblocked])
    in_doubt = _calls_in_doubt(transaction, [held.position for held in unblocked], queued, missing)
    projected = _with_doubts(transaction, queued, in_doubt)
    priority = ports.store.settings(transaction.account).refund_priority
    accepted = accept(replace(transaction, projection=projected), kind, ask, priority, _origin(failed), now)
    operation = replace(
        accepted.operation,
        settling=accepted.operation.settling
        or (any(leg.kind is LegKind.SETTLE for leg in in_doubt) and failed.settling),
        legs=len(in_doubt),
        retry_of=failed.sequence,
    )
    replaced = [
        Changed(leg, replace(leg.to(LegState.REPLACED), doubtful=False, counted=None, attempts=leg.attempts + 1))
        for leg in missing
    ]
    left = _left(failed, missing, is_whole=is_whole)
    numbers = {changed.after.number: changed.after for changed in replaced}
    legs_after = [numbers.get(leg.number, leg) for leg in all_legs]
    left = put_right(left, legs_after)
    transaction = recount(accepted.transaction, (failed, all_legs), (left, legs_after))
    if operation.settling:
        transaction = replace(transaction, last_settling=operation.sequence)
    journal = before.journal(now)
    journal.record(
        EventType.OPERATION_RETRIED, operation=failed.sequence, kind=failed.kind.value, retry=operation.sequence
    )
    record_acceptance(journal, replace(operation, giving_up=0, refunding=0))
    commit = before.becomes(journal, before.order, transaction)
    ports.commit(
        replace(
            commit,
            operations=[operation, left],
            new_legs=[_asked_again(operation, index, leg) for index, leg in enumerate(in_doubt, start=1)],
            legs=replaced,
            payments=[Changed(old, new) for old, new in zip(payments, unblocked, strict=True)],
        )
    )
    return operation, is_whole


def _unblocked(payment: Payment) -> Payment:
    return replace(payment, blocked=False, blocked_at=None)


def _origin(failed: Operation) -> str:
    """Return the origin of a retry: the origin of the operation, and its sequence."""
    return f"{failed.origin.removesuffix(f'/retry-{failed.retry_of}')}/retry-{failed.sequence}"


def _left(failed: Operation, taken_over: Sequence[Leg], *, is_whole: bool) -> Operation:
    """Return the failed operation without the value that its retry takes over."""
    refunds = sum(leg.value for leg in taken_over if leg.kind is LegKind.REFUND)
    cancels = sum(leg.value - leg.from_withheld for leg in taken_over if leg.kind is LegKind.CANCEL)
    left = replace(failed, refunding=failed.refunding - refunds, giving_up=failed.giving_up - cancels)
    return replace(left, unplanned=0, unsettled=0) if is_whole else left


def _calls_in_doubt(
    transaction: Transaction, now: Sequence[Position], queued: Sequence[Position], missing: Sequence[Leg]
) -> list[Leg]:
    """Return the calls to repeat; raises ``WrongStatus`` if a queued operation cancels their value too (R34)."""
    in_doubt = _fitting(now, [leg for leg in missing if leg.is_in_doubt])
    if _fitting(queued, in_doubt) != in_doubt:
        raise WrongStatus(
            f"Operation {in_doubt[0].operation} may have cancelled what an operation behind it cancels as well: "
            f"retry it once operation {transaction.tail - 1} is concluded"
        )
    return in_doubt


def _fitting(positions: Sequence[Position], in_doubt: Sequence[Leg]) -> list[Leg]:
    """Leave out cancellations of withheld value that another operation has cancelled (R34)."""
    withheld = {position.payment_id: position.counters.withheld for position in positions}
    fitting = []
    for leg in in_doubt:
        if leg.from_withheld <= withheld[leg.payment_id]:
            withheld[leg.payment_id] -= leg.from_withheld
            fitting.append(leg)
    return fitting


def _with_doubts(transaction: Transaction, queued: Sequence[Position], in_doubt: Sequence[Leg]) -> tuple[Position, ...]:
    """Return the projection after the calls in doubt; refuses calls that could capture more than is owed (R33)."""
    projected = project(queued, [leg.movement for leg in in_doubt])
    held = total(position.counters for position in projected)
    settles = [leg for leg in in_doubt if leg.kind is LegKind.SETTLE]
    if settles and held.paid > transaction.owed:
        names = ", ".join(f"{leg.operation}-{leg.number}" for leg in settles)
        raise MoneyCannotMove(
            f"Asking again for what is in doubt may capture {display(held.paid, transaction.currency)} in all, and "
            f"{display(transaction.owed, transaction.currency)} are owed: ask the connector's operator, and resolve "
            f"call {names} as done or not-done",
            code="1402",
        )
    return projected


def _asked_again(operation: Operation, index: int, leg: Leg) -> Leg:
    """Return a call in doubt as a leg of its retry, under the same request id."""
    return Leg(
        operation=operation.sequence,
        number=f"{index:04d}",
        kind=leg.kind,
        payment_id=leg.payment_id,
        value=leg.value,
        request_id=leg.request_id,
        from_withheld=leg.from_withheld,
        of_change=leg.of_change,
        doubtful=leg.doubtful,
        counted=leg.counted,
        direct=leg.direct,
        settlement=leg.settlement,
        settle_id=leg.settle_id,
    )
