"""Says in words where an order is and why: one sentence first, then what explains it (D142)."""

from collections.abc import Iterator
from datetime import datetime

from settlement.console.wording import Words
from settlement.domain.transaction.diagnosis import Diagnosis, Reason
from settlement.values import dataclass


@dataclass(frozen=True, slots=True)
class Standing:
    """Where an order is: ``headline`` in a sentence, ``lines`` what stands behind it."""

    headline: str
    lines: list[str]


def standing(words: Words, diagnosis: Diagnosis, currency: str, now: datetime) -> Standing:
    """Return where an order is. What is on its way goes first, as it changes soonest."""
    first, *others = diagnosis.reasons
    said = words.sentence("reason", first.code, first.facts, currency)
    under_way = next((reason for reason in others if reason.code in _UNDER_WAY), None)
    if under_way is None:
        return Standing(said, [])
    headline = _headline(words, diagnosis, under_way, currency, now)
    return Standing(headline, [said, *_details(words, under_way)])


_UNDER_WAY = frozenset({"operation-waits", "operation-runs"})


def _headline(words: Words, diagnosis: Diagnosis, reason: Reason, currency: str, now: datetime) -> str:
    kind, value = str(reason.facts["kind"]), int(reason.facts["value"])
    deed = words.text(f"deed.{kind}")
    what = words.text("headline.deed-of", deed=deed, value=words.money(value, currency)) if value else deed
    if reason.code == "operation-runs":
        return words.text("headline.runs", what=what)
    at = next((coming.at for coming in diagnosis.coming if coming.code == "next-attempt"), None)
    if at is None:
        return words.text("headline.waits", what=what)
    is_today = words.local(at).date() == words.local(now).date()
    return words.text("headline.waits-until", what=what, at=words.clock(at) if is_today else words.moment(at))


def _details(words: Words, reason: Reason) -> Iterator[str]:
    """Yield what the last attempt said, and what waits behind the operation."""
    if reason.facts.get("remark"):
        yield words.text("headline.remark", count=reason.facts["attempts"], remark=reason.facts["remark"])
    if reason.facts["waiting"]:
        yield words.text("headline.behind", count=reason.facts["waiting"])
