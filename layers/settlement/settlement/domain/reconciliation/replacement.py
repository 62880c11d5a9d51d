"""What a report puts in place of what is stored of a payment: once, whatever was told before it or beside it."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace

from settlement.domain.reconciliation.endings import changed_endings
from settlement.domain.reconciliation.outcomes import Outcome
from settlement.domain.reconciliation.payout import PayoutPart, told_of_dispute
from settlement.domain.reconciliation.report_line import DISPUTES
from settlement.values import dataclass

MOST_ENDINGS = 45
"""Most parts whose end is written at once, beside 40 that a report tells; DynamoDB takes 100 items in all."""


@dataclass(frozen=True, slots=True)
class Replacement:
    """The parts to write, ``after``, in place of those ``before``.

    ``told`` are those that say something new, ``ended`` those that another part ends now, or no longer ends.
    ``repeated`` are those that another report has told meanwhile. With ``is_whole`` False more ends are to be written.
    """

    told: tuple[PayoutPart, ...]
    ended: tuple[PayoutPart, ...]
    before: tuple[PayoutPart, ...]
    repeated: tuple[PayoutPart, ...]
    is_whole: bool = True

    @property
    def after(self) -> tuple[PayoutPart, ...]:
        """The parts to write."""
        ended = {part.name: part for part in self.ended}
        others = [part for part in self.ended if part.name not in {told.name for told in self.told}]
        return (*(ended.get(part.name, part) for part in self.told), *others)


def replacement(stored: Mapping[str, PayoutPart], parts: Iterable[PayoutPart]) -> Replacement:
    """Return what parts of one report put in place of all that is stored of their payment, by its names."""
    told, repeated = {}, []
    disputes = {(held.report_id, told_of_dispute(held, held.move)) for held in stored.values() if held.kind in DISPUTES}
    for part in parts:
        held = stored.get(part.name)
        if (held is not None and _is_behind(part, held)) or (disputes and _is_told_dispute(part, disputes)):
            repeated += [part] if part.line else []
        elif not part.says_the_same(held):
            told[part.name] = part.in_place_of(held)
    everything = {**stored, **told}
    changed = changed_endings(everything)
    now = [*changed][:MOST_ENDINGS]
    ended = tuple(replace(everything[name], ended_by=changed[name]) for name in now)
    before = tuple(stored[name] for name in dict.fromkeys((*told, *now)) if name in stored)
    return Replacement(tuple(told.values()), ended, before, tuple(repeated), len(now) == len(changed))


def _is_told_dispute(part: PayoutPart, disputes: Collection[tuple[str, str]]) -> bool:
    """Return True for a dispute that another report has told to the cent and the day."""
    said = told_of_dispute(part, part.move) if part.kind in DISPUTES else ""
    return bool(said) and any(said == told and report_id != part.report_id for report_id, told in disputes)


def _is_behind(part: PayoutPart, held: PayoutPart) -> bool:
    """Return True if another report has told it already, so that this one is a duplicate, or nothing is missing."""
    if not part.line:
        return held.line > 0
    return held.line > 0 and held.report_id != part.report_id and held.outcome is Outcome.MATCHED
