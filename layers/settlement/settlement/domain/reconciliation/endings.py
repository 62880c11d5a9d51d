"""What ends the work on what reports told of a payment, without a person: what other reports told of it (D181).

It is a function of all that is stored of the payment, so the order in which reports arrive does not matter.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from settlement.domain.reconciliation.disputes import Dispute, disputes_of, told_again
from settlement.domain.reconciliation.outcomes import Outcome
from settlement.domain.reconciliation.payout import PayoutPart
from settlement.domain.reconciliation.report_line import DISPUTES, LineKind, Stage


def endings(parts: Iterable[PayoutPart]) -> dict[str, str]:
    """Return for each part whose work is ended by another one the name of that one, by its own name.

    What tells of a chargeback again is ended by what is its work (D196), a chargeback by a reversal of the same value,
    each by one; what is missing by a line about it; a sale that differs by a payout that is right.
    """
    held = list(parts)
    told = sorted((part for part in held if part.line), key=lambda part: (part.told_at, part.name))
    disputes = disputes_of(held)
    found = told_again(disputes)
    found |= {dispute.head.name: reversal.head.name for dispute, reversal in _reversed(disputes)}
    for part in held:
        if part.outcome in (Outcome.MISSING, Outcome.DIFFERS) and part.kind not in DISPUTES:
            ending = [other.name for other in told if _ends(other, part)]
            if ending:
                found[part.name] = part.ended_by if part.ended_by in ending else ending[0]
    return found


def _ends(told: PayoutPart, part: PayoutPart) -> bool:
    """Return True if a told part speaks for one that is missing, or is the right payout of one that differs.

    What was announced speaks for no payout. One instalment does not speak for another of as many (D187), but each does
    for the whole sale (D197).
    """
    if (told.kind, told.move) != (part.kind, part.move) or told.name == part.name:
        return False
    is_payout = told.stage is Stage.PAID
    is_same = (told.number, told.of) == (part.number, part.of)
    if part.outcome is Outcome.DIFFERS:
        return part.stage is Stage.REPORTED and is_payout and is_same and told.outcome is Outcome.MATCHED
    is_about = is_same or told.of != part.of or not part.number
    return is_about and (part.stage is Stage.REPORTED or is_payout)


def _reversed(disputes: Sequence[Dispute]) -> Iterator[tuple[Dispute, Dispute]]:
    """Yield each chargeback that was reversed, with its reversal: the earliest one that it may be about.

    A reversal that names its capture goes first, then one that tells its day, as these are about fewest.
    """
    charged = [one for one in disputes if one.kind is LineKind.CHARGEBACK]
    reversals = [one for one in disputes if one.kind is LineKind.CHARGEBACK_REVERSED and _is_right(one)]
    for reversal in sorted(reversals, key=lambda one: (not one.move, one.day is None, *one.age)):
        fitting = [one for one in charged if _may_be_of(reversal, one)]
        if fitting:
            first = min(fitting, key=lambda one: (one.move != reversal.move, one.day is None, *one.age))
            charged.remove(first)
            yield first, reversal


def _is_right(dispute: Dispute) -> bool:
    return any(part.outcome is Outcome.MATCHED for part in dispute.tellings)


def _may_be_of(reversal: Dispute, chargeback: Dispute) -> bool:
    back, taken = reversal.head, chargeback.head
    return (
        (abs(taken.gross), taken.currency) == (abs(back.gross), back.currency)
        and (not chargeback.move or not reversal.move or chargeback.move == reversal.move)
        and (chargeback.day is None or reversal.day is None or chargeback.day <= reversal.day)
    )


def changed_endings(parts: Mapping[str, PayoutPart]) -> dict[str, str | None]:
    """Return what ends each part now, of those for which that is not stored so."""
    ended = endings(parts.values())
    return {name: ended.get(name) for name, part in sorted(parts.items()) if part.ended_by != ended.get(name)}
