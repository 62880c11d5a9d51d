"""An operator resolves a connector call: it was done, or it was not done (C§8.18, R36)."""

from enum import StrEnum

from settlement.domain.connectors.connector_calls import Done, Refused
from settlement.domain.connectors.exchange import Exchange
from settlement.domain.errors import InvalidRequest, OperationNotFound, WrongStatus
from settlement.domain.ledger.ledger import LedgerImbalance
from settlement.domain.transaction.exits import EXITS_OF_LEG, Exit
from settlement.domain.transaction.leg import MOVEMENT_OF, LegState
from settlement.domain.transaction.operation import OperationState
from settlement.use_cases.recovery.retry_operation import try_at_once
from settlement.use_cases.shared.contention import decide_until_written
from settlement.use_cases.shared.heads import load_by_transaction
from settlement.use_cases.shared.ports import Ports
from settlement.use_cases.workflow.execute_leg import LegTask, post_outcome, read_leg_context
from settlement.use_cases.workflow.queue import operation_at


class Resolution(StrEnum):
    """An operator's statement about a leg."""

    DONE = "done"
    NOT_DONE = "not-done"


_EXITS = {Resolution.DONE: Exit.DONE, Resolution.NOT_DONE: Exit.NOT_DONE}


def resolve_leg(
    ports: Ports,
    account: str,
    transaction_id: str,
    sequence: int,
    number: str,
    resolution: Resolution,
    reference: str | None = None,
    reason: str | None = None,
) -> None:
    """Post a leg as done, under its ``reference``, or release it as not done; ``reason`` is how one knows.

    A waiting operation goes on at once. Raises ``TransactionNotFound``, ``OperationNotFound``, ``InvalidRequest`` for a
    manual leg resolved as not done, and ``WrongStatus`` if the leg's state allows no resolution, or if the ledger has
    no room for its value.
    """
    load_by_transaction(ports.store, account, transaction_id)
    call = LegTask(account, transaction_id, sequence, number, ports.now())
    if ports.store.leg(account, transaction_id, sequence, number) is None:
        raise OperationNotFound(f"{sequence}-{number}")
    exchange = Exchange("resolved by an operator", None, resolution.value, 0, said_by=ports.actor, reason=reason)
    decide_until_written(ports, lambda: _resolve(ports, call, resolution, reference, exchange))
    decide_until_written(ports, lambda: _go_on(ports, call))


def confirm_leg(
    ports: Ports, account: str, transaction_id: str, sequence: int, number: str, reference: str, by: str
) -> None:
    """Post a refund or cancellation that the connector left to a person, and that ``by`` says is done.

    Raises ``TransactionNotFound``, ``OperationNotFound``, and ``WrongStatus`` if the leg was not left to a person.
    """
    load_by_transaction(ports.store, account, transaction_id)
    leg = ports.store.leg(account, transaction_id, sequence, number)
    if leg is None:
        raise OperationNotFound(f"{sequence}-{number}")
    if leg.state is not LegState.MANUAL:
        raise WrongStatus(f"Call {sequence}-{number} is {leg.state.value}: only one left to manual action is confirmed")
    call = LegTask(account, transaction_id, sequence, number, ports.now())
    said = f"done by hand, as {by} says"
    by_hand = Exchange(said, None, Resolution.DONE.value, 0, said_by=ports.actor, reason=said)
    decide_until_written(ports, lambda: _resolve(ports, call, Resolution.DONE, reference, by_hand))


def _resolve(ports: Ports, call: LegTask, resolution: Resolution, reference: str | None, exchange: Exchange) -> None:
    context = read_leg_context(ports, call)
    leg = context.leg
    if leg.kind not in MOVEMENT_OF or not EXITS_OF_LEG[leg.state]:
        raise WrongStatus(f"Call {call.operation}-{call.leg} is {leg.state.value}: it cannot be resolved")
    outcome: Done | Refused
    if resolution is Resolution.DONE:
        name = reference or leg.reference or leg.request_id
        outcome = Done(exchange, leg.value, name, None, exchange.reason or "an operator says that it is done")
    elif _EXITS[resolution] not in EXITS_OF_LEG[leg.state]:
        raise InvalidRequest(
            "resolution: a call that was left to a person is not done until one has done it; say done then, or write "
            "its operation off"
        )
    else:
        outcome = Refused(exchange, "not-done", exchange.reason or "an operator says that it did not happen")
    try:
        post_outcome(ports, call, context, outcome)
    except LedgerImbalance:
        raise WrongStatus(
            f"Call {call.operation}-{call.leg} cannot have moved {leg.value}: the ledger of payment {leg.payment_id} "
            "has not that much left; other calls have used it"
        ) from None


def _go_on(ports: Ports, call: LegTask) -> None:
    """Start the next attempt of the operation if it is waiting."""
    before = load_by_transaction(ports.store, call.account, call.transaction_id)
    if before.transaction.is_idle or before.transaction.head != call.operation:
        return
    operation = operation_at(ports.store, before.transaction, call.operation)
    if operation.state is OperationState.WAITING:
        try_at_once(ports, before, operation)
