"""What ends the work on what reports told of a payment, without a person: what other reports told of it (D181).

It is a function of all that is stored of the payment, so the order in which reports arrive does not matter.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date

from settlement.domain.reconciliation.outcomes import Outcome
from settlement.domain.reconciliation.payout import PayoutPart
from settlement.domain.reconciliation.report_line import LineKind, Stage


def endings(parts: Iterable[PayoutPart]) -> dict[str, str]:
    """Return for each part whose work is ended by another one the name of that one, by its own name.

    A chargeback is ended by a reversal of the same value, each by one; what is missing by a line about it; a sale that
    differs by a payout that is right.
    """
    held = list(parts)
    told = sorted((part for part in held if part.line), key=lambda part: (part.told_at, part.name))
    found = {part.name: reversal.name for part, reversal in _reversed(told)}
    for part in held:
        if part.outcome in (Outcome.MISSING, Outcome.DIFFERS):
            ending = [other.name for other in told if _ends(other, part)]
            if ending:
                found[part.name] = part.ended_by if part.ended_by in ending else ending[0]
    return found


def _ends(told: PayoutPart, part: PayoutPart) -> bool:
    """Return True if a told part speaks for one that is missing, or is the right payout of one that differs.

    What was announced speaks for no payout. One instalment does not speak for another of as many (D187).
    """
    if (told.kind, told.move) != (part.kind, part.move) or not part.move or told.name == part.name:
        return False
    is_payout = told.stage is Stage.PAID
    is_same = (told.number, told.of) == (part.number, part.of)
    if part.outcome is Outcome.DIFFERS:
        return part.stage is Stage.REPORTED and is_payout and is_same and told.outcome is Outcome.MATCHED
    return (is_same or told.of != part.of) and (part.stage is Stage.REPORTED or is_payout)


def _reversed(told: Sequence[PayoutPart]) -> Iterator[tuple[PayoutPart, PayoutPart]]:
    """Yield each chargeback that was reversed, with its reversal: the earliest one that it may be about.

    A reversal that names its capture goes first, then one that tells its day, as these are about fewest.
    """
    charged = sorted((part for part in told if part.kind is LineKind.CHARGEBACK), key=_age)
    reversals = [part for part in told if part.kind is LineKind.CHARGEBACK_REVERSED and part.outcome is Outcome.MATCHED]
    for reversal in sorted(reversals, key=lambda part: (not part.move, _day(part) is None, *_age(part))):
        fitting = [part for part in charged if _may_be_of(reversal, part)]
        if fitting:
            first = min(fitting, key=lambda part: (part.move != reversal.move, _day(part) is None, *_age(part)))
            charged.remove(first)
            yield first, reversal


def _may_be_of(reversal: PayoutPart, chargeback: PayoutPart) -> bool:
    days = _day(chargeback), _day(reversal)
    return (
        (abs(chargeback.gross), chargeback.currency) == (abs(reversal.gross), reversal.currency)
        and (not chargeback.move or not reversal.move or chargeback.move == reversal.move)
        and (days[0] is None or days[1] is None or days[0] <= days[1])
    )


def _day(part: PayoutPart) -> date | None:
    return part.paid_on or part.expected_on


def _age(part: PayoutPart) -> tuple[date, str, str]:
    return _day(part) or part.told_at.date(), part.told_at.isoformat(), part.name


def changed_endings(parts: Mapping[str, PayoutPart]) -> dict[str, str | None]:
    """Return what ends each part now, of those for which that is not stored so."""
    ended = endings(parts.values())
    return {name: ended.get(name) for name, part in sorted(parts.items()) if part.ended_by != ended.get(name)}
