"""Matches the lines of a report with the captures and refunds of one payment, as sets (D158).

Part captures of one authorisation share every reference that an acquirer has but the capture's own. So the lines of a
payment are held against its captures together: a line has its capture if no other assignment is possible, or if all
possible ones come to the same. What stays open is reported as ambiguous, never guessed.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import timedelta
from itertools import groupby

from settlement.domain.reconciliation.books import BookedMove, PaymentBooks
from settlement.domain.reconciliation.expected import CentsOn, part_value
from settlement.domain.reconciliation.outcomes import Difference, Outcome, Verdict
from settlement.domain.reconciliation.report_line import DISPUTES, SIGN_OF, LineKind, ReportLine

DAY_TOLERANCE = timedelta(days=1)
"""How far a report's day of a sale may be from the books': clocks and closing times differ."""


def match_payment(
    books: PaymentBooks, lines: Iterable[ReportLine], cents_on: CentsOn, report_id: str = ""
) -> list[Verdict]:
    """Return the verdict on each line of one payment, in the order of the lines."""
    verdicts: list[Verdict] = []
    ordered = sorted(lines, key=lambda line: (line.slot, line.number))
    for slot, held in groupby(ordered, key=lambda line: line.slot):
        match = _match_disputes if slot[0] in DISPUTES else _match_slot
        verdicts += match(books, list(held), cents_on, report_id)
    return sorted(_shifted_cents(books, verdicts, cents_on), key=lambda verdict: verdict.line.number)


def _match_disputes(
    books: PaymentBooks, lines: Sequence[ReportLine], cents_on: CentsOn, report_id: str
) -> list[Verdict]:
    """Chargebacks are the payment's: of at most what was captured, in its currency."""
    captured = sum(move.value for move in books.moves if move.kind is LineKind.CAPTURE)
    verdicts, seen = [], set()
    for line in lines:
        differences = _differences(books, line, None)
        if abs(line.gross) > captured:
            differences = (Difference.VALUE, *differences)
        outcome = Outcome.DIFFERS if differences else Outcome.MATCHED
        if line.likeness in seen:
            outcome, differences = Outcome.DUPLICATE, ()
        if line.fault is not None:
            outcome, differences = Outcome.REJECTED, ()
        seen.add(line.likeness)
        verdicts.append(Verdict(line, outcome, _disputed(books, line), differences, reason=line.fault or ""))
    return verdicts


def _disputed(books: PaymentBooks, line: ReportLine) -> str:
    """Return the capture that a dispute is about: the one that it names, or the only one; empty if none is known."""
    captures = [move for move in books.moves if move.kind is LineKind.CAPTURE]
    named = [move for move in captures if line.reference and move.reference == line.reference] or captures
    return named[0].number if len(named) == 1 else ""


def _match_slot(books: PaymentBooks, lines: Sequence[ReportLine], cents_on: CentsOn, report_id: str) -> list[Verdict]:
    """Match the lines of one slot: same kind, same stage, same instalment."""
    kind, stage, installment, of = lines[0].slot
    moves = [move for move in books.moves if move.kind is kind]
    told = [move for move in moves if move.is_told(stage, installment, of, report_id)]
    matching = _Slot(books, [move for move in moves if move not in told], told, installment, of, cents_on)
    matching.run(lines)
    return matching.verdicts


class _Slot:
    """The matching of one slot; ``free`` are the moves that have no line yet."""

    def __init__(
        self, books: PaymentBooks, free: list[BookedMove], told: list[BookedMove], number: int, of: int,
        cents_on: CentsOn,
    ) -> None:  # fmt: skip
        self.books, self.free, self.told = books, free, told
        self.number, self.of, self.cents_on = number, of, cents_on
        self.verdicts: list[Verdict] = []
        self.taken: set[tuple[object, ...]] = set()
        self.referred: dict[str, BookedMove] = {}

    def run(self, lines: Sequence[ReportLine]) -> None:
        """Decide every line: by its reference, as a set by value and day, then by what is left."""
        left = [line for line in lines if not self._decide_by_reference(line)]
        for within in (timedelta(0), DAY_TOLERANCE):
            left = self._decide_as_sets(left, within)
        self._decide_rest(left)

    def value_of(self, move: BookedMove) -> int:
        """Return the value of this slot's instalment of a move."""
        return part_value(move.value, self.number, self.of, self.cents_on)

    def _decide_by_reference(self, line: ReportLine) -> bool:
        if not line.reference:
            return False
        if line.reference in self.referred or any(move.reference == line.reference for move in self.told):
            self._say(line, Outcome.DUPLICATE, self.referred.get(line.reference))
            return True
        move = next((move for move in self.free if move.reference == line.reference), None)
        if move is None:
            return False
        self.referred[line.reference] = move
        self._assign(line, move)
        return True

    def _decide_as_sets(self, lines: list[ReportLine], within: timedelta) -> list[ReportLine]:
        """Assign the lines whose value and day fit a free move; return those that fit none."""
        left: list[ReportLine] = []
        for value, held in _by_value(lines):
            moves = [move for move in self.free if self.value_of(move) == value]
            fitting = {line: [move for move in moves if _is_near(line, move, within)] for line in held}
            left += [line for line in held if not fitting[line]]
            self._decide_set({line: near for line, near in fitting.items() if near})
        return left

    def _decide_set(self, fitting: dict[ReportLine, list[BookedMove]]) -> None:
        """Assign what has one possible move, over and over; then what is alike; the rest is ambiguous."""
        while fitting:
            if not (alone := _only_possible(fitting)):
                break
            for line, move in alone:
                self._assign(line, move)
                del fitting[line]
                for others in fitting.values():
                    if move in others:
                        others.remove(move)
            for line in [line for line, near in fitting.items() if not near]:
                del fitting[line]
                self._say_without_move(line)
        for lines, moves in _components(fitting):
            self._decide_component(lines, moves)

    def _decide_component(self, lines: list[ReportLine], moves: list[BookedMove]) -> None:
        if len({line.likeness for line in lines}) == 1 and len(lines) >= len(moves):
            for line, move in zip(lines, moves, strict=False):
                self._assign(line, move)
            for line in lines[len(moves) :]:
                self._say(line, Outcome.DUPLICATE)
            return
        self._leave_open(lines, moves, "of the same value")

    def _leave_open(self, lines: list[ReportLine], moves: list[BookedMove], what: str) -> None:
        """Say that lines are ambiguous, but for copies beyond the number of moves."""
        copies = Counter(line.likeness for line in lines)
        surplus = max(len(lines) - len(moves), 0)
        numbers = tuple(move.number for move in moves)
        for line in lines:
            if surplus and copies[line.likeness] > 1:
                copies[line.likeness] -= 1
                surplus -= 1
                self._say(line, Outcome.DUPLICATE)
                continue
            reason = f"{len(lines)} lines and {len(moves)} captures or refunds {what} can belong together"
            self._say(line, Outcome.AMBIGUOUS, reason=reason, candidates=numbers)
        self.free = [move for move in self.free if move not in moves]

    def _decide_rest(self, lines: list[ReportLine]) -> None:
        """Decide lines that fit nothing: by value alone, by day alone, or as the last line and the last move."""
        lines = [line for line in lines if not self._is_repeated(line)]
        lines = self._assign_claimed(lines, lambda line, move: self.value_of(move) == abs(line.gross))
        lines = self._assign_claimed(lines, lambda line, move: _is_near(line, move, DAY_TOLERANCE))
        lines = self._assign_claimed(lines, lambda line, move: True)
        if lines and self.free:
            self._leave_open(lines, self.free, "without a line")
            return
        for line in lines:
            self._say_without_move(line)

    def _assign_claimed(
        self, lines: list[ReportLine], claims: Callable[[ReportLine, BookedMove], bool]
    ) -> list[ReportLine]:
        """Assign each line that claims one free move, which no other line claims; return the rest."""
        claimed = {line: [move for move in self.free if claims(line, move)] for line in lines}
        claims_of = Counter(move.number for moves in claimed.values() for move in moves)
        left = []
        for line, moves in claimed.items():
            if len(moves) == 1 and claims_of[moves[0].number] == 1:
                self._assign(line, moves[0])
            else:
                left.append(line)
        return left

    def _is_repeated(self, line: ReportLine) -> bool:
        if line.likeness not in self.taken and not self._is_told_before(line):
            return False
        self._say(line, Outcome.DUPLICATE)
        return True

    def _is_told_before(self, line: ReportLine) -> bool:
        return any(self.value_of(move) == abs(line.gross) and _is_near(line, move, DAY_TOLERANCE) for move in self.told)

    def _say_without_move(self, line: ReportLine) -> None:
        if not self._is_repeated(line):
            reason = "every capture or refund of the payment has its line"
            self._say(line, Outcome.DIFFERS, differences=(Difference.VALUE,), reason=reason)

    def _assign(self, line: ReportLine, move: BookedMove) -> None:
        self.free.remove(move)
        self.taken.add(line.likeness)
        value = self.value_of(move)
        differences = _differences(self.books, line, move)
        if abs(line.gross) != value:
            differences = (Difference.VALUE, *differences)
        outcome = Outcome.DIFFERS if differences else Outcome.MATCHED
        expected = value * SIGN_OF[line.kind] if differences else None
        self._say(line, outcome, move, differences, expected)

    def _say(
        self, line: ReportLine, outcome: Outcome, move: BookedMove | None = None,
        differences: tuple[Difference, ...] = (), expected: int | None = None, reason: str = "",
        candidates: tuple[str, ...] = (),
    ) -> None:  # fmt: skip
        number = move.number if move is not None else ""
        if line.fault is not None:
            outcome, differences, expected, reason = Outcome.REJECTED, (), None, line.fault
        self.verdicts.append(Verdict(line, outcome, number, differences, expected, reason, candidates))


def _differences(books: PaymentBooks, line: ReportLine, move: BookedMove | None) -> tuple[Difference, ...]:
    """Return in what a line differs, but for its value."""
    found = []
    if line.currency != books.currency:
        found.append(Difference.CURRENCY)
    if move is not None and not _is_near(line, move, DAY_TOLERANCE):
        found.append(Difference.DATE)
    if not line.has_sign:
        found.append(Difference.SIGN)
    return tuple(found)


def _is_near(line: ReportLine, move: BookedMove, within: timedelta) -> bool:
    return line.sold_on is None or abs(line.sold_on - move.on) <= within


def _by_value(lines: Iterable[ReportLine]) -> Iterator[tuple[int, list[ReportLine]]]:
    by_value: defaultdict[int, list[ReportLine]] = defaultdict(list)
    for line in lines:
        by_value[abs(line.gross)].append(line)
    yield from by_value.items()


def _only_possible(fitting: dict[ReportLine, list[BookedMove]]) -> list[tuple[ReportLine, BookedMove]]:
    """Return assignments without an alternative: a line with one move that no other line has alone.

    Lines that are alike take turns: the first has the move, the others are its copies.
    """
    wanted: defaultdict[str, list[ReportLine]] = defaultdict(list)
    moves: dict[str, BookedMove] = {}
    for line, near in fitting.items():
        if len(near) == 1:
            wanted[near[0].number].append(line)
            moves[near[0].number] = near[0]
    return [
        (lines[0], moves[number]) for number, lines in wanted.items() if len({line.likeness for line in lines}) == 1
    ]


def _components(
    fitting: dict[ReportLine, list[BookedMove]],
) -> Iterator[tuple[list[ReportLine], list[BookedMove]]]:
    """Yield the lines and moves that hang together."""
    lines_of: defaultdict[str, list[ReportLine]] = defaultdict(list)
    for line, moves in fitting.items():
        for move in moves:
            lines_of[move.number].append(line)
    left = dict(fitting)
    while left:
        waiting, lines, found = [next(iter(left))], [], {}
        while waiting:
            line = waiting.pop()
            if line not in left:
                continue
            lines.append(line)
            for move in left.pop(line):
                if move.number not in found:
                    found[move.number] = move
                    waiting += lines_of[move.number]
        yield sorted(lines, key=lambda line: line.number), list(found.values())


def _shifted_cents(books: PaymentBooks, verdicts: list[Verdict], cents_on: CentsOn) -> Iterator[Verdict]:
    """Yield the verdicts, with one finding for a plan whose cents are on another instalment than the acquirer's.

    All its lines are there and add up to the capture: then the line that has the cents differs, the others match.
    """
    plans: defaultdict[tuple[str, object, int], list[Verdict]] = defaultdict(list)
    for verdict in verdicts:
        if verdict.move and verdict.line.installments > 1:
            plans[verdict.move, verdict.line.stage, verdict.line.installments].append(verdict)
    values = {move.number: move.value for move in books.moves}
    only_cents: set[int] = set()
    for (move, _, of), held in plans.items():
        value = values[move]
        equal = value // of
        cents = value - equal * of
        grosses = sorted(abs(verdict.line.gross) for verdict in held)
        whole = len(held) == of and sum(grosses) == value and grosses == [equal] * (of - 1) + [equal + cents]
        if whole and all(verdict.differences in ((), (Difference.VALUE,)) for verdict in held):
            only_cents.update(verdict.line.number for verdict in held if abs(verdict.line.gross) == equal)
    for verdict in verdicts:
        if verdict.line.number in only_cents and verdict.differences:
            verdict = Verdict(verdict.line, Outcome.MATCHED, verdict.move)
        yield verdict
