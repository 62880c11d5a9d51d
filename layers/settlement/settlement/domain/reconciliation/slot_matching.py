"""Matches the lines of one slot, which are of one kind, stage and instalment, with the captures or refunds (D158).

Lines are held against captures together, by value and the very day, then by value and a day aside, then by what is
left. What all best assignments have in common is decided; the rest is ambiguous.
"""

from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import timedelta

from settlement.domain.reconciliation.assignment import Share, shares
from settlement.domain.reconciliation.books import BookedMove, PaymentBooks
from settlement.domain.reconciliation.expected import CentsOn, part_value
from settlement.domain.reconciliation.outcomes import Difference, Outcome, Verdict
from settlement.domain.reconciliation.report_line import SIGN_OF, ReportLine

DAY_TOLERANCE = timedelta(days=1)
"""How far a report's day of a sale may be from the books': clocks and closing times differ."""

MOST_PAIRS = 250_000
"""Most lines times captures of one value in one payment that are weighed; of more, none is certain."""

Rank = Callable[[ReportLine, BookedMove], int | None]
"""How well a line fits, from 0, the best; None if it does not."""


def match_slot(books: PaymentBooks, lines: Sequence[ReportLine], cents_on: CentsOn, report_id: str) -> list[Verdict]:
    """Return the verdicts on the lines of one slot, in no order."""
    kind, stage, installment, of = lines[0].slot
    free: dict[str, BookedMove] = {}
    told: dict[str, BookedMove] = {}
    for move in books.moves:
        if move.kind is kind:
            (told if move.is_told(stage, installment, of, report_id) else free)[move.number] = move
    matching = _Slot(books, free, told, installment, of, cents_on)
    faulty = [line for line in lines if line.fault is not None]
    matching.run(_without(lines, faulty))
    if faulty:
        matching.run(faulty)
    return matching.verdicts


class _Slot:
    """The matching of one slot; ``free`` are the moves that have no line yet, ``told`` those that other reports told.

    Both are by the moves' numbers.
    """

    def __init__(
        self, books: PaymentBooks, free: dict[str, BookedMove], told: dict[str, BookedMove], number: int, of: int,
        cents_on: CentsOn,
    ) -> None:  # fmt: skip
        self.books, self.free, self.told = books, free, told
        self.number, self.of, self.cents_on = number, of, cents_on
        self.verdicts: list[Verdict] = []
        self.taken: set[tuple[object, ...]] = set()
        self.referred: dict[str, BookedMove] = {}

    def run(self, lines: Sequence[ReportLine]) -> None:
        """Decide every line: by its reference, by value and day, then by what is left.

        A line in the currency and with the sign of the books goes before one that is not.
        """
        left = self._decide_by_reference(lines)
        odd = [line for line in left if differences_of(self.books, line)]
        sound = _without(left, odd)
        left = [*self._decide_as_set(sound), *self._decide_as_set(odd)]
        left = [line for line in sorted(left, key=_number) if not self._is_repeated(line)]
        for line in self._decide(left, [*self.free.values()], self._rank_of_rest, "without a line"):
            self._say_without_move(line)

    def value_of(self, move: BookedMove) -> int:
        """Return the value of this slot's instalment of a move."""
        return part_value(move.value, self.number, self.of, self.cents_on)

    def _decide_by_reference(self, lines: Sequence[ReportLine]) -> list[ReportLine]:
        """Assign to each capture or refund the best line that names it; return the lines that name none."""
        if not any(line.reference for line in lines):
            return sorted(lines, key=_number)
        named: defaultdict[str, list[ReportLine]] = defaultdict(list)
        for line in lines:
            named[line.reference].append(line)
        left = named.pop("", [])
        free = {move.reference: move for move in reversed(self.free.values())}
        done = {move.reference for move in self.told.values()} | self.referred.keys()
        for reference, held in named.items():
            move = self.referred.get(reference)
            if reference not in done:
                move = free.get(reference)
                if move is None:
                    left += held
                    continue
                self.referred[reference] = move
                held = self._decide(held, [move], lambda line, named: len(self._differences(line, named)), "of this id")
            for line in held:
                self._say(line, Outcome.DUPLICATE, move)
        return sorted(left, key=_number)

    def _decide_as_set(self, lines: Sequence[ReportLine]) -> list[ReportLine]:
        """Assign the lines whose value and day fit; return those that are left."""
        if not lines:
            return []
        by_value: defaultdict[int, list[BookedMove]] = defaultdict(list)
        for move in (*self.free.values(), *self.told.values()):
            by_value[self.value_of(move)].append(move)
        groups: defaultdict[int, list[ReportLine]] = defaultdict(list)
        for line in lines:
            groups[abs(line.gross)].append(line)
        left: list[ReportLine] = []
        for value, held in groups.items():
            left += self._decide(held, by_value.get(value, []), self._rank_of_fit, "of the same value")
        return left

    def _rank_of_fit(self, line: ReportLine, move: BookedMove) -> int | None:
        """Return the rank of a move of the line's value: by the day, and at each the free ones first."""
        if not is_near(line, move, DAY_TOLERANCE):
            return None
        return (0 if is_near(line, move, timedelta(0)) else 2) + (move.number in self.told)

    def _rank_of_rest(self, line: ReportLine, move: BookedMove) -> int:
        """Return the rank of a move that does not fit: by value alone, by day alone, or neither."""
        if self.value_of(move) == abs(line.gross):
            return 0
        return 1 if is_near(line, move, DAY_TOLERANCE) else 2

    def _decide(
        self, lines: Sequence[ReportLine], moves: Sequence[BookedMove], rank: Rank, what: str
    ) -> list[ReportLine]:
        """Decide what all best assignments of lines to moves have in common; return the lines that are left."""
        if len(lines) == len(moves) == 1:
            if rank(lines[0], moves[0]) is None:
                return [*lines]
            self._assign(lines[0], moves[0])
            return []
        alike: defaultdict[tuple[object, ...], list[ReportLine]] = defaultdict(list)
        for line in lines:
            alike[line.likeness].append(line)
        left: list[ReportLine] = []
        undecided: list[tuple[ReportLine, Share]] = []
        for held, share in zip(alike.values(), _shares([*alike.values()], moves, rank), strict=True):
            for number, line in zip(share.certain, held, strict=False):
                self._assign(line, moves[number])
            behind = held[len(share.certain) :]
            undecided += [(line, share) for line in behind[: share.undecided]]
            left += behind[share.undecided :]
        for line, share in undecided:
            self._leave_open(line, [moves[number] for number in share.candidates], what)
        for place in {place for _, share in undecided for place in share.candidates}:
            self.free.pop(moves[place].number, None)
        return left

    def _leave_open(self, line: ReportLine, moves: Sequence[BookedMove], what: str) -> None:
        """Say that a line is ambiguous, or a duplicate if it can be of told moves alone."""
        numbers = tuple(move.number for move in moves if move.number not in self.told)
        if not numbers:
            self._say(line, Outcome.DUPLICATE)
            return
        reason = f"it can be of {len(moves)} captures or refunds {what}"
        if len(moves) == 1:
            reason = f"several lines can be of the one capture or refund {what}"
        self._say(line, Outcome.AMBIGUOUS, reason=reason, candidates=numbers)

    def _is_repeated(self, line: ReportLine) -> bool:
        """Say that a line is a duplicate if it is: of another one, or of what another report told."""
        if line.likeness not in self.taken and not self._is_told_before(line):
            return False
        self._say(line, Outcome.DUPLICATE)
        return True

    def _is_told_before(self, line: ReportLine) -> bool:
        return any(
            self.value_of(move) == abs(line.gross) and is_near(line, move, DAY_TOLERANCE) for move in self.told.values()
        )

    def _say_without_move(self, line: ReportLine) -> None:
        if not self._is_repeated(line):
            reason = "every capture or refund of the payment has its line"
            self._say(line, Outcome.DIFFERS, differences=(Difference.VALUE,), reason=reason)

    def _differences(self, line: ReportLine, move: BookedMove) -> tuple[Difference, ...]:
        value = (Difference.VALUE,) if abs(line.gross) != self.value_of(move) else ()
        return (*value, *differences_of(self.books, line, move))

    def _assign(self, line: ReportLine, move: BookedMove) -> None:
        self.taken.add(line.likeness)
        if move.number in self.told:
            self._say(line, Outcome.DUPLICATE)
            return
        del self.free[move.number]
        differences = self._differences(line, move)
        outcome = Outcome.DIFFERS if differences else Outcome.MATCHED
        expected = self.value_of(move) * SIGN_OF[line.kind] if differences else None
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


def _shares(alike: Sequence[Sequence[ReportLine]], moves: Sequence[BookedMove], rank: Rank) -> list[Share]:
    """Return the share of each group of lines that are alike in the moves, by their places."""
    if len(alike) * len(moves) > MOST_PAIRS:
        every = tuple(range(len(moves)))
        return [Share((), every, len(held)) for held in alike]
    groups = []
    for held in alike:
        ranked = ((place, rank(held[0], move)) for place, move in enumerate(moves))
        groups.append((len(held), {place: found for place, found in ranked if found is not None}))
    return shares(groups)


def _without(lines: Sequence[ReportLine], others: Sequence[ReportLine]) -> Sequence[ReportLine]:
    numbers = {line.number for line in others}
    return [line for line in lines if line.number not in numbers] if numbers else lines


def _number(line: ReportLine) -> int:
    return line.number


def differences_of(books: PaymentBooks, line: ReportLine, move: BookedMove | None = None) -> tuple[Difference, ...]:
    """Return in what a line differs, but for its value."""
    found = []
    if line.currency != books.currency:
        found.append(Difference.CURRENCY)
    if move is not None and not is_near(line, move, DAY_TOLERANCE):
        found.append(Difference.DATE)
    if not line.has_sign:
        found.append(Difference.SIGN)
    return tuple(found)


def is_near(line: ReportLine, move: BookedMove, within: timedelta) -> bool:
    """Return True if the line's day of sale, if it tells one, is so near to the books'."""
    return line.sold_on is None or abs(line.sold_on - move.on) <= within
