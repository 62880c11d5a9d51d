"""Matches the lines of a report with the captures and refunds of one payment, as sets (D158).

Part captures of one authorisation share every reference that an acquirer has but the capture's own. So the lines of a
payment are held against its captures together: a line has its capture if no other assignment is possible, or if all
possible ones come to the same. What stays open is reported as ambiguous, never guessed.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import groupby

from settlement.domain.reconciliation.books import BookedMove, PaymentBooks
from settlement.domain.reconciliation.disputes import said_of_dispute
from settlement.domain.reconciliation.expected import CentsOn
from settlement.domain.reconciliation.outcomes import TOLD_BEFORE, Difference, Outcome, Verdict
from settlement.domain.reconciliation.payout import told_by
from settlement.domain.reconciliation.report_line import DISPUTES, LineKind, ReportLine
from settlement.domain.reconciliation.slot_matching import differences_of, match_slot


def match_payment(
    books: PaymentBooks, lines: Iterable[ReportLine], cents_on: CentsOn, report_id: str = ""
) -> list[Verdict]:
    """Return the verdict on each line of one payment, in the order of the lines."""
    verdicts: list[Verdict] = []
    ordered = sorted(lines, key=lambda line: (line.slot, line.number))
    for slot, held in groupby(ordered, key=lambda line: line.slot):
        match = _match_disputes if slot[0] in DISPUTES else match_slot
        verdicts += match(books, list(held), cents_on, report_id)
    return sorted(_shifted_cents(books, verdicts, cents_on), key=lambda verdict: verdict.line.number)


def _match_disputes(
    books: PaymentBooks, lines: Sequence[ReportLine], cents_on: CentsOn, report_id: str
) -> list[Verdict]:
    """Chargebacks are the payment's: of at most what was captured, in its currency.

    One that another report has told as well, to the cent and the day, is a duplicate. Lines that are alike are as many
    chargebacks as there are captures that each can be of, whole; the rest repeats them.
    """
    captured = sum(move.value for move in books.moves if move.kind is LineKind.CAPTURE)
    elsewhere = Counter(held.told for held in books.disputes if held.report_id != report_id)
    verdicts, seen, said = [], Counter[tuple[object, ...]](), Counter[str]()
    for line in lines:
        move = _disputed(books, line)
        differences = differences_of(books, line)
        if abs(line.gross) > captured:
            differences = (Difference.VALUE, *differences)
        outcome = Outcome.DIFFERS if differences else Outcome.MATCHED
        reason = line.fault or ""
        if seen[line.likeness] and seen[line.likeness] >= _captures_of(books, line):
            outcome, differences = Outcome.DUPLICATE, ()
        elif books.disputes and line.fault is None and (words := _words(books, line, move)):
            said[words] += 1
            if said[words] <= elsewhere[words]:
                outcome, differences, reason = Outcome.DUPLICATE, (), reason or TOLD_BEFORE
        if line.fault is not None:
            outcome, differences = Outcome.REJECTED, ()
        seen[line.likeness] += 1
        verdicts.append(Verdict(line, outcome, move, differences, reason=reason))
    return verdicts


def _words(books: PaymentBooks, line: ReportLine, move: str) -> str:
    return said_of_dispute(told_by(Verdict(line, Outcome.MATCHED, move), books, "", datetime.min))


def _captures_of(books: PaymentBooks, line: ReportLine) -> int:
    """Return how many captures a dispute can be of, whole."""
    return sum(move.value == abs(line.gross) for move in _disputable(books, line))


def _disputed(books: PaymentBooks, line: ReportLine) -> str:
    """Return the capture that a dispute is about: the one that it names, or the only one; empty if none is known."""
    found = _disputable(books, line)
    return found[0].number if len(found) == 1 else ""


def _disputable(books: PaymentBooks, line: ReportLine) -> list[BookedMove]:
    """Return the captures that a dispute can be of: the one that it names, else all."""
    captures = [move for move in books.moves if move.kind is LineKind.CAPTURE]
    return [move for move in captures if line.reference and move.reference == line.reference] or captures


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
