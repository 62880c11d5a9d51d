"""An operator's way on from a failed operation: try what is missing again, or say what became of it (§8.18)."""

from collections.abc import Sequence
from dataclasses import replace
from enum import StrEnum

from settlement.domain.acceptance import record_acceptance
from settlement.domain.connector_calls import Done, Exchange, Refused
from settlement.domain.errors import InvalidRequest, OperationNotFound, Refusal, WrongStatus
from settlement.domain.events import EventType
from settlement.domain.planning import Ask, Infeasible, Policy, Position, plan, project
from settlement.domain.transaction import (
    Leg,
    LegState,
    Operation,
    OperationState,
    Transaction,
    request_id,
)
from settlement.use_cases.contention import decide_until_written
from settlement.use_cases.execute_leg import Call, post_outcome, read_setting
from settlement.use_cases.plan_operation import planned_legs
from settlement.use_cases.ports import Changed, Ports
from settlement.use_cases.queue import project_queue
from settlement.use_cases.retrieve_transaction import retrieve_transaction

_MISSING = frozenset({LegState.IN_DOUBT, LegState.PARKED, LegState.REFUSED})

MAX_RETRIED_AT_ONCE = 40
"""Legs that one operation takes over: each is two writes, and a transaction has 100, of which the rest takes 18."""


class Resolution(StrEnum):
    """What an operator knows of a leg."""

    DONE = "done"
    NOT_DONE = "not-done"


def retry_operation(ports: Ports, account: str, transaction_id: str, sequence: int) -> list[Operation]:
    """Queue what a failed operation is missing as new operations, of 40 legs at most, and unblock its payments.

    What is in doubt is asked again under its own request id, so it cannot happen twice; what was refused gets a new
    one. The operation stays failed until nothing of it is missing: what finds no place in the queue can be retried
    later. Raises ``TransactionNotFound``, ``OperationNotFound``, ``TooManyWaiting`` if there is no place at all, and
    ``WrongStatus`` unless the operation has failed.
    """
    retried: list[Operation] = []
    is_whole = False
    while not is_whole:
        try:
            operation, is_whole = decide_until_written(ports, lambda: _retry(ports, account, transaction_id, sequence))
        except Refusal:
            if not retried:
                raise
            break
        retried.append(operation)
    return retried


def resolve_leg(
    ports: Ports, account: str, transaction_id: str, sequence: int, number: str, resolution: Resolution
) -> None:
    """Post a leg that a person knows to be done, or release one that is known not to have happened.

    Raises ``TransactionNotFound``, ``OperationNotFound``, and ``WrongStatus`` unless it is in doubt or manual.
    """
    call = Call(account, transaction_id, sequence, number, ports.now())
    if ports.store.leg(account, transaction_id, sequence, number) is None:
        raise OperationNotFound(f"{sequence}/{number}")
    setting = read_setting(ports, call)
    leg = setting.leg
    if leg.state not in (LegState.IN_DOUBT, LegState.MANUAL):
        raise WrongStatus(f"Leg {number} of operation {sequence} is {leg.state.value}, neither in doubt nor manual")
    exchange = Exchange("resolved by an operator", None, resolution.value, 0)
    if resolution is Resolution.NOT_DONE:
        if leg.state is LegState.MANUAL:
            raise InvalidRequest("resolution: a manual leg is not done until a person has done it; say done then")
        outcome: Done | Refused = Refused(exchange, "not-done", "an operator says that it did not happen")
    else:
        outcome = Done(exchange, leg.value, leg.reference or leg.request_id, None, "an operator says that it is done")
    decide_until_written(ports, lambda: post_outcome(ports, call, setting, outcome))


def _retry(ports: Ports, account: str, transaction_id: str, sequence: int) -> tuple[Operation, bool]:
    """Queue the first of what is missing; tell whether that is all of it."""
    before = retrieve_transaction(ports.store, account, transaction_id)
    failed = ports.store.operation(account, transaction_id, sequence)
    if failed is None:
        raise OperationNotFound(str(sequence))
    if failed.state is not OperationState.FAILED:
        raise WrongStatus(f"Operation {sequence} is {failed.state.value}; only a failed operation can be retried")
    before.transaction.require_direct_request()
    now = ports.now()
    all_missing = [leg for leg in planned_legs(ports, before.transaction, failed) if leg.state in _MISSING]
    missing = all_missing[:MAX_RETRIED_AT_ONCE]
    is_whole = len(missing) == len(all_missing)
    ask = Ask() if missing else replace(failed.ask, requested_through=before.transaction.requested)
    origin = f"{failed.origin}/retry-{sequence}"
    transaction, operation = before.transaction.enqueue(failed.kind, ask, origin, now, settling=failed.settling)
    legs = _again(transaction, operation, missing)
    operation = replace(operation, planned=bool(legs), legs=len(legs), retry_of=sequence)
    payments = ports.store.payments(account, transaction_id)
    concerned = {leg.payment_id for leg in missing}
    unblocked = [replace(held, blocked=held.blocked and held.payment_id not in concerned) for held in payments]
    transaction = replace(
        transaction,
        unsettled=transaction.unsettled - (1 if failed.settling and is_whole else 0),
        projection=_projection(ports, before.transaction, [held.position for held in unblocked], ask, legs),
    )
    journal = before.journal(now)
    journal.record(EventType.OPERATION_RETRIED, operation=sequence, kind=failed.kind.value, retry=operation.sequence)
    record_acceptance(journal, operation)
    commit = before.becomes(journal, before.order, transaction)
    replaced = [
        Changed(leg, replace(leg, state=LegState.REPLACED, doubtful=False, attempts=leg.attempts + 1))
        for leg in missing
    ]
    ports.store.commit(
        replace(
            commit,
            operations=[operation, replace(failed, state=OperationState.DONE)] if is_whole else [operation],
            new_legs=legs,
            legs=replaced,
            payments=[Changed(old, new) for old, new in zip(payments, unblocked, strict=True)],
        )
    )
    return operation, is_whole


def _projection(
    ports: Ports, transaction: Transaction, positions: Sequence[Position], ask: Ask, legs: Sequence[Leg]
) -> tuple[Position, ...]:
    """Return the projection with the retry at the end of the queue."""
    projected = project_queue(ports, transaction, positions)
    policy = Policy(transaction.mode, ports.store.settings(transaction.account).refund_priority)
    try:
        return project(projected, [leg.movement for leg in legs] or plan(ask, projected, policy))
    except Infeasible:
        return projected


def _again(transaction: Transaction, operation: Operation, missing: Sequence[Leg]) -> list[Leg]:
    legs = []
    for index, leg in enumerate(missing, start=1):
        number = f"{index:04d}"
        again = leg.request_id
        if leg.state is LegState.REFUSED:
            again = request_id(transaction.account, transaction.order_id, operation.origin, leg.payment_id, again)
        legs.append(
            Leg(
                operation=operation.sequence,
                number=number,
                kind=leg.kind,
                payment_id=leg.payment_id,
                value=leg.value,
                request_id=again,
                from_withheld=leg.from_withheld,
                of_change=leg.of_change,
                doubtful=leg.doubtful,
                settlement=leg.settlement,
                settle_id=leg.settle_id,
            )
        )
    return legs
