"""The matching of a payment's lines, held against one that tries every assignment (D158).

The other one follows the rule word by word: of all ways to give lines to captures it keeps those with the most lines
on the very day, then with the most a day aside; a verdict is what all of them have in common. What is left is held
against what is left in the same way: by value alone, by day alone, by neither.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st

from settlement.domain.reconciliation.assignment import Share, shares
from settlement.domain.reconciliation.books import BookedMove, PaymentBooks, ToldPart
from settlement.domain.reconciliation.expected import CentsOn
from settlement.domain.reconciliation.matching import match_payment
from settlement.domain.reconciliation.outcomes import Outcome
from settlement.domain.reconciliation.report_line import LineKind, ReportLine, Stage

DAY = date(2026, 3, 6)
NEAR = timedelta(days=1)
Told = tuple[str, str, tuple[str, ...]]
"""Outcome, capture or refund, and candidates."""
Groups = Sequence[tuple[int, dict[int, int]]]


def every_assignment(groups: Groups) -> Iterator[tuple[tuple[int, int], ...]]:
    """Yield each way to give places to groups, as pairs of group and place."""

    def go(group: int, taken: frozenset[int]) -> Iterator[tuple[tuple[int, int], ...]]:
        if group == len(groups):
            yield ()
            return
        size, claims = groups[group]
        for chosen in _subsets([place for place in claims if place not in taken], size):
            for rest in go(group + 1, taken | set(chosen)):
                yield (*((group, place) for place in chosen), *rest)

    yield from go(0, frozenset())


def _subsets(places: list[int], most: int) -> Iterator[tuple[int, ...]]:
    for pattern in range(1 << len(places)):
        if pattern.bit_count() <= most:
            yield tuple(place for at, place in enumerate(places) if pattern >> at & 1)


def naive_shares(groups: Groups) -> list[Share]:
    """Return what the best of all assignments have in common."""
    ranks = range(max((rank for _, claims in groups for rank in claims.values()), default=-1) + 1)

    def goodness(found: tuple[tuple[int, int], ...]) -> tuple[int, ...]:
        filled = Counter(groups[group][1][place] for group, place in found)
        return (*(filled[rank] for rank in ranks), len({group for group, _ in found}))

    scored = [(goodness(found), found) for found in every_assignment(groups)]
    top = max(score for score, _ in scored)
    best = [set(found) for score, found in scored if score == top]
    answer = []
    for group, (size, _) in enumerate(groups):
        had = [{place for at, place in found if at == group} for found in best]
        certain = set.intersection(*had)
        candidates = set.union(*had) - certain
        numbers = {len(places) for places in had}
        undecided = (numbers.pop() if len(numbers) == 1 else size) - len(certain)
        answer.append(Share(tuple(sorted(certain)), tuple(sorted(candidates)), min(undecided, len(candidates))))
    return answer


GROUPS = st.lists(
    st.tuples(st.integers(1, 3), st.dictionaries(st.integers(0, 4), st.integers(0, 3), max_size=3)), max_size=4
)


@settings(max_examples=400, deadline=None)
@given(GROUPS)
@example([(1, {0: 0, 1: 0}), (1, {0: 0, 1: 0}), (1, {0: 0, 1: 0, 2: 0})])
@example([(2, {0: 0, 1: 2}), (1, {0: 0, 1: 2})])
@example([(3, {0: 0, 1: 0, 2: 0, 3: 0}), (3, {0: 0, 1: 0, 2: 0, 3: 0})])
def test_shares_are_what_all_best_assignments_have_in_common(groups: Groups) -> None:
    found = [
        Share(tuple(sorted(share.certain)), tuple(sorted(share.candidates)), share.undecided)
        for share in shares(groups)
    ]

    assert found == naive_shares(groups)


class Naive:
    """The matching of one slot by trying everything."""

    def __init__(self, books: PaymentBooks, lines: list[ReportLine], report_id: str) -> None:
        self.books, self.found, self.taken = books, dict[int, Told](), set[Any]()
        kind, stage, self.number, self.of = lines[0].slot
        moves = [move for move in books.moves if move.kind is kind]
        self.told = [
            move
            for move in moves
            for told in move.told
            if (told.stage, told.number, told.of, told.is_open) == (stage, self.number, self.of, False)
            and told.report_id != report_id
        ]
        self.free = [move for move in moves if move not in self.told]
        self.done: dict[str, BookedMove | None] = {move.reference: None for move in self.told}
        for faulty in (False, True):
            self.run([line for line in lines if (line.net != line.gross - line.fee) is faulty])

    def value(self, move: BookedMove) -> int:
        equal, cents = divmod(move.value, self.of)
        return equal + (cents if self.number == 1 else 0)

    def run(self, lines: list[ReportLine]) -> None:
        left = self.by_reference(lines)
        right = [line for line in left if line.currency == "BRL" and self.is_signed(line)]
        for held in (right, [line for line in left if line not in right]):
            self.decide(held, [*self.free, *self.told], self.fits)
        left = [line for line in left if line.number not in self.found and not self.repeats(line)]
        for line in self.decide(left, self.free, self.rests):
            if not self.repeats(line):
                self.say(line, "differs")

    def by_reference(self, lines: list[ReportLine]) -> list[ReportLine]:
        left = []
        for reference in dict.fromkeys(line.reference for line in lines):
            held = [line for line in lines if line.reference == reference]
            move = next((move for move in self.free if reference and move.reference == reference), None)
            if reference in self.done:
                move = self.done[reference]
            elif move is None:
                left += held
                continue
            else:
                self.done[reference] = move
                held = self.decide(held, [move], lambda line, named: len(self.wrongs(line, named)))
            for line in held:
                self.say(line, "duplicate", move)
        return left

    def wrongs(self, line: ReportLine, move: BookedMove) -> list[bool]:
        wrong = (
            abs(line.gross) != self.value(move), line.currency != "BRL", not self.is_signed(line),
            line.sold_on is not None and abs(line.sold_on - move.on) > NEAR,
        )  # fmt: skip
        return [one for one in wrong if one]

    def is_signed(self, line: ReportLine) -> bool:
        return line.gross > 0 if line.kind is LineKind.CAPTURE else line.gross < 0

    def fits(self, line: ReportLine, move: BookedMove) -> int | None:
        away = abs(line.sold_on - move.on) if line.sold_on is not None else timedelta(0)
        if self.value(move) != abs(line.gross) or away > NEAR:
            return None
        return 2 * away.days + (move in self.told)

    def rests(self, line: ReportLine, move: BookedMove) -> int:
        if self.value(move) == abs(line.gross):
            return 0
        return 1 if line.sold_on is None or abs(line.sold_on - move.on) <= NEAR else 2

    def decide(
        self, lines: list[ReportLine], moves: list[BookedMove], rank: Callable[[ReportLine, BookedMove], int | None]
    ) -> list[ReportLine]:
        alike: dict[Any, list[ReportLine]] = defaultdict(list)
        for line in sorted(lines, key=lambda line: line.number):
            alike[line.likeness].append(line)
        groups = []
        for held in alike.values():
            claims = {place: rank(held[0], move) for place, move in enumerate(moves)}
            groups.append((len(held), {place: found for place, found in claims.items() if found is not None}))
        left, gone = [], set[int]()
        for held, share in zip(alike.values(), naive_shares(groups), strict=True):
            waiting = [*held]
            for place in share.certain:
                line, move = waiting.pop(0), moves[place]
                self.taken.add(line.likeness)
                if move in self.told:
                    self.say(line, "duplicate")
                else:
                    self.say(line, "differs" if self.wrongs(line, move) else "matched", move)
                gone.add(place)
            for _ in range(share.undecided):
                line = waiting.pop(0)
                numbers = tuple(moves[place].number for place in share.candidates if moves[place] not in self.told)
                self.say(line, "ambiguous" if numbers else "duplicate", candidates=numbers)
            gone |= {*share.candidates} if share.undecided else set()
            left += waiting
        self.free = [move for move in self.free if move not in [moves[place] for place in gone]]
        return left

    def repeats(self, line: ReportLine) -> bool:
        if line.likeness not in self.taken and all(self.fits(line, move) is None for move in self.told):
            return False
        self.say(line, "duplicate")
        return True

    def say(
        self, line: ReportLine, outcome: str, move: BookedMove | None = None, candidates: tuple[str, ...] = ()
    ) -> None:
        if line.net != line.gross - line.fee:
            outcome = "rejected"
        self.found[line.number] = outcome, move.number if move else "", candidates


def naive_match(books: PaymentBooks, lines: Sequence[ReportLine]) -> dict[int, Told]:
    """Return the verdict on each line, by its number."""
    slots: dict[Any, list[ReportLine]] = defaultdict(list)
    for line in lines:
        slots[line.slot].append(line)
    found: dict[int, Told] = {}
    for held in slots.values():
        found |= Naive(books, held, "this").found
    return found


def matched(books: PaymentBooks, lines: Sequence[ReportLine]) -> dict[int, Told]:
    """Return what the service says, in the same form."""
    verdicts = match_payment(books, lines, CentsOn.FIRST, "this")
    assert [verdict.line.number for verdict in verdicts] == sorted(line.number for line in lines)
    return {verdict.line.number: (verdict.outcome.value, verdict.move, verdict.candidates) for verdict in verdicts}


VALUES = (300, 300, 500, 301)
KINDS = (LineKind.CAPTURE, LineKind.CAPTURE, LineKind.CAPTURE, LineKind.REFUND)
MOVES = st.lists(
    st.tuples(st.sampled_from(KINDS), st.sampled_from(VALUES), st.integers(0, 3), st.sampled_from("ffffto")),
    min_size=1, max_size=4,
)  # fmt: skip
LINES = st.lists(
    st.tuples(
        st.sampled_from(KINDS), st.sampled_from(VALUES), st.sampled_from((0, 0, 1, 1, 2, 3, 5, None)),
        st.sampled_from((0, 0, 0, 1)), st.sampled_from(("", "", "", "sign", "USD", "net")),
        st.sampled_from(("", "", "", "M0", "M1", "elsewhere")), st.integers(1, 2),
    ),
    max_size=5,
)  # fmt: skip
Made = tuple[Any, ...]


def books_of(moves: Sequence[Made]) -> PaymentBooks:
    """Return a payment; a letter says what another report told of a move: nothing, all, or what is open."""
    told = {"f": (), "t": (ToldPart(Stage.REPORTED, 1, 1, "earlier"),)}
    told["o"] = (replace(told["t"][0], is_open=True),)
    found = tuple(
        BookedMove(kind, f"N{at}", f"M{at}", value, DAY + timedelta(days=days), told[letter])
        for at, (kind, value, days, letter) in enumerate(moves)
    )
    return PaymentBooks("O1", "T1", "P1", "BRL", "acquirer", "", "creditCard", 1, "TID1", moves=found)


def lines_of(reported: Sequence[Made]) -> list[ReportLine]:
    """Return lines, some of them twice."""
    lines = []
    for kind, value, days, fee, wrong, reference, times in reported:
        gross = value if (kind is LineKind.CAPTURE) != (wrong == "sign") else -value
        on = DAY + timedelta(days=days) if days is not None else None
        line = ReportLine(
            0, kind, Stage.REPORTED, "USD" if wrong == "USD" else "BRL", gross, fee, gross - fee - (wrong == "net"),
            reference=reference, tid="TID1", sold_on=on,
        )  # fmt: skip
        lines += [line] * times
    return [replace(line, number=number) for number, line in enumerate(lines[:6], 2)]


C, R = LineKind.CAPTURE, LineKind.REFUND
PLAIN = (C, 300, 0, 0, "", "", 1)


@settings(max_examples=400, deadline=None)
@given(MOVES, LINES)
@example([(C, 300, 0, "f"), (C, 300, 1, "f")], [(C, 300, 0, 0, "", "", 1), (C, 300, 0, 1, "", "", 1)])
@example([(C, 300, 0, "f"), (C, 300, 1, "f")], [(C, 300, 0, 0, "", "", 2)])
@example([(C, 300, 0, "f")], [(C, 300, 5, 0, "", "", 2)])
@example([(C, 300, 0, "f")], [(C, 300, 0, 0, "USD", "", 1), PLAIN])
@example([(C, 300, 0, "f")], [(C, 300, 0, 0, "net", "", 1), PLAIN])
@example([(C, 300, 0, "f")], [(C, 500, 0, 0, "", "M0", 1), (C, 300, 0, 0, "", "M0", 1)])
@example([(C, 300, 0, "t"), (C, 300, 1, "f")], [PLAIN])
def test_matching_is_that_of_brute_force(moves: list[Made], reported: list[Made]) -> None:
    books, lines = books_of(moves), lines_of(reported)

    assert matched(books, lines) == naive_match(books, lines)


@settings(max_examples=100, deadline=None)
@given(MOVES, LINES, st.randoms(use_true_random=False))
def test_outcome_does_not_depend_on_the_order_of_the_file(moves: list[Made], reported: list[Made], random: Any) -> None:
    books, lines = books_of(moves), lines_of(reported)
    shuffled = [*lines]
    random.shuffle(shuffled)
    shuffled = [replace(line, number=number) for number, line in enumerate(shuffled, 2)]

    def told(held: list[ReportLine]) -> Counter[Any]:
        found = matched(books, held)
        return Counter((line.likeness, found[line.number]) for line in held)

    assert told(shuffled) == told(lines)


@settings(max_examples=60, deadline=None)
@given(MOVES, LINES)
def test_no_capture_has_two_lines_and_what_is_matched_is_as_it_should_be(
    moves: list[Made], reported: list[Made]
) -> None:
    books, lines = books_of(moves), lines_of(reported)
    verdicts = match_payment(books, lines, CentsOn.FIRST, "this")
    by_number = {move.number: move for move in books.moves}

    held = [verdict for verdict in verdicts if verdict.outcome in (Outcome.MATCHED, Outcome.DIFFERS) and verdict.move]
    assert len({verdict.move for verdict in held}) == len(held)
    open_to = {number for verdict in verdicts for number in verdict.candidates}
    assert not open_to & {verdict.move for verdict in held}
    for verdict in held:
        line, move = verdict.line, by_number[verdict.move]
        is_right = abs(line.gross) == move.value and line.currency == "BRL" and line.has_sign
        is_right = is_right and (line.sold_on is None or abs(line.sold_on - move.on) <= NEAR)
        assert (verdict.outcome is Outcome.MATCHED) is is_right
