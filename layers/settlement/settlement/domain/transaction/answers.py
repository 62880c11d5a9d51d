"""What a connector answered to a payment's captures and refunds, as a view shows it. Amounts are minor units."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime

from settlement.domain.ledger.refund_made import RefundMade
from settlement.domain.transaction.leg import Leg, LegKind, LegState
from settlement.values import dataclass

ANSWERED = frozenset({LegState.POSTED, LegState.REFUSED, LegState.MANUAL})
"""States of a call whose answer is shown."""

_NEVER = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to one call: the value that was moved, and what names it."""

    request_id: str
    value: int
    reference: str | None
    code: str | None
    message: str | None


@dataclass(frozen=True, slots=True)
class Answers:
    """The newest answers to a payment's captures and refunds, None without any, and its refunds, oldest first."""

    settlement: Answer | None = None
    refund: Answer | None = None
    refunds: Sequence[RefundMade] = ()


def answer_to(call: Leg | RefundMade) -> Answer:
    """Return the answer to a call, from the call itself or from the refund that it made."""
    value = call.value if isinstance(call, RefundMade) else call.posted_value
    return Answer(call.request_id, value, call.reference, call.code, call.message)


def answers_of(payment_id: str, legs: Iterable[Leg]) -> Answers:
    """Return a payment's answers from all of its transaction's calls, in any order."""
    mine = sorted((leg for leg in legs if leg.payment_id == payment_id), key=_when)
    answered = [leg for leg in mine if leg.state in ANSWERED]
    return Answers(
        _newest(answered, LegKind.SETTLE), _newest(answered, LegKind.REFUND), tuple(sorted_refunds(_refunds(mine)))
    )


def refund_made(leg: Leg, captured: int, at: datetime) -> RefundMade:
    """Return the refund that a posted call made at a time, with what was captured of its payment by then."""
    return RefundMade(
        leg.payment_id,
        leg.key,
        leg.request_id,
        leg.posted_value,
        captured,
        at,
        leg.reference,
        leg.code,
        leg.message,
    )


def sorted_refunds(refunds: Iterable[RefundMade]) -> list[RefundMade]:
    """Sort refunds by time, and those of one time by their calls."""
    return sorted(refunds, key=lambda refund: (refund.refunded_at, refund.number))


def _newest(answered: Sequence[Leg], kind: LegKind) -> Answer | None:
    return next((answer_to(leg) for leg in reversed(answered) if leg.kind is kind), None)


def _refunds(legs: Iterable[Leg]) -> Iterator[RefundMade]:
    captured = 0
    for leg in legs:
        if leg.state is not LegState.POSTED or leg.concluded_at is None:
            continue
        captured += leg.posted_value if leg.kind is LegKind.SETTLE else 0
        if leg.kind is LegKind.REFUND:
            yield refund_made(leg, captured, leg.concluded_at)


def _when(leg: Leg) -> tuple[datetime, int, str]:
    """Orders calls by the time of their answer, those without one last."""
    return (leg.concluded_at or _NEVER, leg.operation, leg.number)
