"""Which lines of reports tell of one chargeback, or of one reversal of a chargeback (D196).

An acquirer announces a chargeback and takes it off later, in the same file or in another one, and files of other
formats tell it too. It is a function of all that is stored of a payment, so the order of the reports does not matter.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta
from itertools import combinations, product

from settlement.domain.reconciliation.payout import PayoutPart
from settlement.domain.reconciliation.report_line import DISPUTES, LineKind, Stage
from settlement.values import dataclass

LATE_BY = timedelta(days=5)
"""How much later than announced a deduction may come: a week-end with a holiday on either side."""

MOST_PAIRS = 10_000
"""Most pairs of lines of one value in one payment that are weighed; of more, each line is a chargeback of its own."""


@dataclass(frozen=True, slots=True)
class Dispute:
    """One chargeback, or one reversal of one, with all ``tellings`` of it.

    ``head`` is the telling that is a person's work: the one that is it already, else the first, unless another was
    accepted. ``booked`` is the one that the journal has, None before it is paid. ``move`` is the capture that it is
    about, empty if no line tells it. ``day`` is that on which its money moved, else that for which it is announced, if
    a line tells either.
    """

    tellings: tuple[PayoutPart, ...]
    head: PayoutPart
    booked: PayoutPart | None
    move: str
    day: date | None

    @property
    def kind(self) -> LineKind:
        """Whether it is a chargeback or a reversal."""
        return self.head.kind

    @property
    def age(self) -> tuple[date, datetime, str]:
        """What disputes are sorted by, the oldest first."""
        return self.day or self.head.told_at.date(), self.head.told_at, self.head.name


def disputes_of(parts: Iterable[PayoutPart]) -> list[Dispute]:
    """Return the chargebacks and reversals that some parts of a payment tell, each with its tellings."""
    of_value: defaultdict[tuple[LineKind, str, int], list[PayoutPart]] = defaultdict(list)
    for part in parts:
        if part.kind in DISPUTES:
            of_value[part.kind, part.currency, part.gross].append(part)
    return [_dispute(told) for held in of_value.values() for told in _together(held)]


def said_of_dispute(part: PayoutPart) -> str:
    """Return all that a line said of a dispute, by which it is known again; empty if neither day nor id tells it."""
    known = part.sold_on, part.expected_on, part.paid_on, part.reference
    if not any(known):
        return ""
    place = (part.number if part.of > 1 else 1, part.of)
    amounts = part.currency, part.gross, part.net_currency, part.fee, part.net
    return "/".join(map(str, (part.kind, part.stage, part.move, *place, *amounts, *known)))


def told_again(disputes: Iterable[Dispute]) -> dict[str, str]:
    """Return the name of the head of each telling that is none, by its own name."""
    return {
        part.name: dispute.head.name
        for dispute in disputes
        for part in dispute.tellings
        if part.name != dispute.head.name
    }


def _dispute(tellings: Sequence[PayoutPart]) -> Dispute:
    """Return a dispute by what tells of it; of several that were paid, one with a fee is booked rather than another."""
    names = {part.name for part in tellings}
    days = [(part.stage is not Stage.PAID, day) for part in tellings if (day := _day(part)) is not None]
    paid = [part for part in tellings if part.stage is Stage.PAID]
    return Dispute(
        tellings=tuple(tellings),
        head=min(
            tellings,
            key=lambda part: (part.accepted is None, part.ended_by in names, not part.version, part.told_at, part.name),
        ),
        booked=min(
            paid, key=lambda part: (not part.fee, part.paid_on is None, part.report_id, part.line), default=None
        ),
        move=next((part.move for part in tellings if part.move), ""),
        day=min(days)[1] if days else None,
    )


def _together(tellings: Sequence[PayoutPart]) -> Iterator[list[PayoutPart]]:
    """Yield the tellings of each dispute: those are put together first that have most in common, then that are near."""
    groups = {part.name: [part] for part in tellings}
    fitting = [
        (-common, *_apart(one, other), one.name, other.name)
        for one, other in _pairs(tellings)
        if (common := _in_common(one, other)) is not None
    ]
    for *_, one, other in sorted(fitting):
        mine, theirs = groups[one], groups[other]
        if mine is not theirs and all(_in_common(*pair) is not None for pair in product(mine, theirs)):
            mine += theirs
            groups |= {part.name: mine for part in theirs}
    yield from {id(group): group for group in groups.values()}.values()


def _pairs(tellings: Sequence[PayoutPart]) -> Iterator[tuple[PayoutPart, PayoutPart]]:
    """Yield the pairs of tellings that are not of one stage in one file, always alike; none if they are too many."""
    files: defaultdict[tuple[str, Stage], list[PayoutPart]] = defaultdict(list)
    for part in sorted(tellings, key=lambda part: part.name):
        files[part.report_id, part.stage].append(part)
    apart = [*combinations(files.values(), 2)]
    if sum(len(some) * len(others) for some, others in apart) <= MOST_PAIRS:
        for some, others in apart:
            yield from product(some, others)


def _apart(one: PayoutPart, other: PayoutPart) -> tuple[int, int]:
    """Return how many days two tellings are apart, which is most if one tells no day, and the later day."""
    days = [day.toordinal() for part in (one, other) if (day := _day(part)) is not None]
    return max(days) - min(days) if len(days) > 1 else date.max.toordinal(), max(days, default=0)


def _in_common(one: PayoutPart, other: PayoutPart) -> int | None:
    """Return how many facts two tellings of one value have in common; None if they tell of two disputes.

    A file tells each stage of a dispute once. Two lines have a fact in common, or one of two files is the announcement,
    the other the deduction, and nothing that both tell differs.
    """
    is_one_file, is_one_stage = one.report_id == other.report_id, one.stage is other.stage
    moves, references = {one.move, other.move} - {""}, {one.reference, other.reference} - {""}
    is_two = len(moves) > 1 or len(references) > 1 or _are_two_instalments(one, other)
    due, sold = _is_same(_day(one), _day(other)), _is_same(one.sold_on, other.sold_on)
    if is_two or (is_one_stage and (is_one_file or (one.stage is Stage.PAID and due is False))):
        return None
    common = (due is True) + (sold is True) + (one.reference == other.reference != "")
    may_follow = not (is_one_stage or is_one_file or sold is False) and _may_follow(one, other)
    return common if common or may_follow else None


def _are_two_instalments(one: PayoutPart, other: PayoutPart) -> bool:
    return min(one.of, other.of) > 1 and (one.number, one.of) != (other.number, other.of)


def _is_same(day: date | None, other: date | None) -> bool | None:
    """Return whether two days are the same; None if one of them is not told."""
    return None if day is None or other is None else day == other


def _may_follow(one: PayoutPart, other: PayoutPart) -> bool:
    """Return True if the one of both that was paid can be the deduction that the other announces, by its day."""
    announced, paid = sorted((one, other), key=lambda part: part.stage is Stage.PAID)
    if paid.paid_on is None:
        return True
    if announced.expected_on is not None:
        return announced.expected_on <= paid.paid_on <= announced.expected_on + LATE_BY
    return announced.sold_on is None or announced.sold_on <= paid.paid_on


def _day(part: PayoutPart) -> date | None:
    return part.paid_on or part.expected_on
