"""Failed operations: their missing legs, their state, and the ask of a retry (R34 to R36). Amounts are minor units."""

from collections.abc import Iterable, Sequence

from settlement.domain.money import display
from settlement.domain.planning.planning import Ask, Untold
from settlement.domain.transaction.leg import Leg, LegKind, LegState
from settlement.domain.transaction.operation import Operation, OperationKind, OperationState
from settlement.domain.transaction.transaction import Transaction

MAX_REASONS = 5
"""Most legs whose reasons an operation's failure repeats; each leg stores its own, of at most 1,000 characters."""

_FAILURES = {
    LegState.REFUSED: "the connector refused {kind} of {value} on payment {payment}: {message}",
    LegState.IN_DOUBT: "the outcome of {kind} of {value} on payment {payment} is unknown: {message}",
    LegState.PARKED: "{kind} of {value} waits for payment {payment} to be unblocked",
}


def missing_legs(operation: Operation, legs: Iterable[Leg]) -> list[Leg]:
    """Return the legs that make an operation fail. A denied payment is an answer, not a failure."""
    return [
        leg
        for leg in legs
        if leg.state.is_missing and (operation.kind is not OperationKind.AUTHORISE or leg.kind is LegKind.CANCEL)
    ]


def failure_of(operation: Operation, legs: Sequence[Leg], currency: str) -> str | None:
    """Return why an operation has failed: what no payment could do, then what its connectors did not do; or None.

    The text is for people: amounts are decimals with their currency.
    """
    planning = [operation.failure] if _has_no_plan(operation) else []
    failed = missing_legs(operation, legs)
    reasons = [
        _FAILURES[leg.state].format(
            kind=leg.kind.value,
            value=display(leg.value, currency),
            payment=leg.payment_id,
            message=leg.message or "no reason given",
        )
        for leg in failed[:MAX_REASONS]
    ]
    if len(failed) > MAX_REASONS:
        reasons.append(f"and {len(failed) - MAX_REASONS} more")
    return "; ".join(reason for reason in (*planning, *reasons) if reason) or None


def missing_value(operation: Operation, legs: Iterable[Leg]) -> int | None:
    """Return the value of a failed operation that nobody has moved, by its missing legs and for want of a plan.

    It is None if none is missing.
    """
    unplanned = operation.unplanned + operation.unsettled if _has_no_plan(operation) else 0
    return sum(leg.value for leg in missing_legs(operation, legs)) + unplanned or None


def state_at_the_end(operation: Operation, legs: Sequence[Leg]) -> OperationState:
    """Return the state of an operation without open legs; ``failed`` takes precedence over ``manual``."""
    if missing_legs(operation, legs) or (operation.failure and _has_no_plan(operation)):
        return OperationState.FAILED
    by_hand = any(leg.state is LegState.MANUAL for leg in legs)
    return OperationState.MANUAL if by_hand else OperationState.DONE


def _has_no_plan(operation: Operation) -> bool:
    """True if no payment could do a part of the ask."""
    is_short = operation.unplanned > 0 or operation.unsettled > 0
    return is_short and operation.kind is not OperationKind.AUTHORISE


def misses_settlement(operation: Operation, legs: Iterable[Leg]) -> bool:
    """True if a failed operation misses a settlement of the order, and not only a refund or cancellation."""
    if operation.state is not OperationState.FAILED or not operation.settling:
        return False
    return operation.unsettled > 0 or any(leg.kind is LegKind.SETTLE for leg in missing_legs(operation, legs))


def ask_again(operation: Operation, legs: Iterable[Leg], transaction: Transaction) -> tuple[OperationKind, Ask]:
    """Return the kind and the ask of a failed operation's retry; planning decides how much is still to be done.

    Calls in doubt are not part of it: the retry repeats the same calls, which finds out their outcome.
    """
    missing = [leg for leg in missing_legs(operation, legs) if not leg.is_in_doubt]
    untold = tuple(Untold(leg.payment_id, leg.value) for leg in missing if leg.kind is LegKind.CANCEL)
    match operation.kind:
        case OperationKind.CANCEL | OperationKind.AUTHORISE:
            return OperationKind.CANCEL, Ask(again=True, cancel_all=True, untold=untold)
        case OperationKind.AUTO_SETTLE:
            return operation.kind, Ask(again=True, auto_settle=operation.ask.auto_settle)
        case OperationKind.EXPIRE:
            return operation.kind, Ask(again=True, expire=operation.ask.expire)
        case (
            OperationKind.SETTLE
            | OperationKind.REDUCE
            | OperationKind.REFUND
            | OperationKind.WITHDRAW
            | OperationKind.RAISE
        ):
            kind = OperationKind.WITHDRAW if operation.ask.withdrawn else operation.kind
            unplanned = {kind: operation.unplanned}
            settle = sum(leg.value for leg in missing if leg.kind is LegKind.SETTLE) + operation.unsettled
            refunds = [leg for leg in missing if leg.kind is LegKind.REFUND]
            given_back = sum(leg.value for leg in refunds if leg.of_change)
            of_change = 0 if operation.ask.withdrawn else given_back
            return operation.kind, Ask(
                again=True,
                catch_up=settle,
                completes=settle > 0 and transaction.requested == transaction.payable,
                increase=unplanned.get(OperationKind.RAISE, 0),
                reduction=of_change + unplanned.get(OperationKind.REDUCE, 0),
                withdrawn=given_back - of_change + unplanned.get(OperationKind.WITHDRAW, 0),
                refund=sum(leg.value for leg in refunds if not leg.of_change) + unplanned.get(OperationKind.REFUND, 0),
                untold=untold,
                direct=operation.ask.direct,
            )
