"""What a report puts in place of what is stored of a payment: once, whatever was told before it or beside it."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from settlement.domain.reconciliation.disputes import disputes_of, said_of_dispute, told_again
from settlement.domain.reconciliation.endings import changed_endings
from settlement.domain.reconciliation.outcomes import TOLD_BEFORE, Outcome
from settlement.domain.reconciliation.payout import PayoutPart
from settlement.domain.reconciliation.report_line import DISPUTES
from settlement.values import dataclass

MOST_ENDINGS = 45
"""Most parts whose end is written at once, beside 40 that a report tells; DynamoDB takes 100 items in all."""


@dataclass(frozen=True, slots=True)
class Replacement:
    """The parts to write, ``after``, in place of those ``before``.

    ``told`` are those that say something new; those that tell of a chargeback again are ended by what is its work.
    ``ended`` are those that another part ends now, or no longer ends.
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
    told, repeated, lot = {}, [], list(parts)
    told_before = _told_before(stored, lot)
    for part in lot:
        held = stored.get(part.name)
        if part.name in told_before and part.outcome is not Outcome.DUPLICATE:
            part = replace(part, outcome=Outcome.DUPLICATE, reason=TOLD_BEFORE)
            repeated.append(part)
        if held is not None and _is_behind(part, held):
            repeated += [part] if part.line else []
        elif not part.says_the_same(held):
            told[part.name] = part.in_place_of(held)
    for name, head in told_again(disputes_of({**stored, **told}.values())).items():
        if name in told:
            told[name] = replace(told[name], ended_by=head)
    everything = {**stored, **told}
    changed = changed_endings(everything)
    now = [*changed][:MOST_ENDINGS]
    ended = tuple(replace(everything[name], ended_by=changed[name]) for name in now)
    before = tuple(stored[name] for name in dict.fromkeys((*told, *now)) if name in stored)
    return Replacement(tuple(told.values()), ended, before, tuple(repeated), len(now) == len(changed))


def _told_before(stored: Mapping[str, PayoutPart], parts: Sequence[PayoutPart]) -> set[str]:
    """Return the names of the disputes that other reports have told to the cent and the day: as many as they have."""
    told = {part.name: part for part in parts if part.kind in DISPUTES}
    held = [part for part in stored.values() if part.kind in DISPUTES] if told else []
    if not held:
        return set()
    report_id = parts[0].report_id
    others = [part for part in held if part.report_id != report_id and part.outcome is not Outcome.DUPLICATE]
    elsewhere = Counter(said_of_dispute(part) for part in others)
    own = {part.name: part for part in held if part.report_id == report_id} | told
    found, said = set(), Counter[str]()
    for part in sorted(own.values(), key=lambda part: part.line):
        words = said_of_dispute(part)
        said[words] += 1
        if words and said[words] <= elsewhere[words]:
            found.add(part.name)
    return found


def _is_behind(part: PayoutPart, held: PayoutPart) -> bool:
    """Return True if another report has told it already, so that this one is a duplicate, or nothing is missing."""
    if not part.line:
        return held.line > 0
    return held.line > 0 and held.report_id != part.report_id and held.outcome is Outcome.MATCHED
