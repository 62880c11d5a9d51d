"""The rows of a report's workspace: what a line, a payment, a slot and a verdict are as text, and back again."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import fields
from datetime import date
from operator import attrgetter
from typing import Any

from settlement.domain.reconciliation.books import BookedMove, PaymentBooks, ToldDispute, ToldPart
from settlement.domain.reconciliation.outcomes import Difference, Outcome, Slot, Verdict, foreign_reason
from settlement.domain.reconciliation.report_line import LineKind, ReportLine, Stage
from settlement.values import dataclass

_OF_BOOKS = tuple(part.name for part in fields(PaymentBooks) if part.name not in ("moves", "disputes"))
_values_of_books = attrgetter(*_OF_BOOKS)
_DATES = frozenset({"sold_on", "expected_on", "paid_on"})
_NAMES = tuple(part.name for part in fields(ReportLine) if part.name != "number")

Decided = tuple[Sequence[tuple[str, str, int]], Sequence[tuple[int, str]]]
"""Rows of the verdicts on a payment's lines, and of the slots that these speak for."""


@dataclass(frozen=True, slots=True)
class JoinedPayment:
    """The rows of a payment and of the lines that were found for it."""

    payment: int
    books: str
    lines: list[tuple[int, str]]

    def read(self) -> tuple[PaymentBooks, list[ReportLine]]:
        """Return the payment and its lines, in the order of the file."""
        return books_of(self.books), [line_of(number, text) for number, text in self.lines]

    def decided(self, verdicts: Iterable[Verdict]) -> Decided:
        """Return the rows of verdicts on its lines."""
        held = list(verdicts)
        slots = [(self.payment, slot_text(slot)) for verdict in held for slot in verdict.slots]
        return [verdict_row(verdict) for verdict in held], slots


def day_text(day: date | None) -> str | None:
    """Return a day as text."""
    return day.isoformat() if day is not None else None


def line_text(line: ReportLine) -> str:
    """Return all of a line but its number as text."""
    parts = line.likeness
    return json.dumps([part.isoformat() if isinstance(part, date) else part for part in parts], ensure_ascii=False)


def line_of(number: int, text: str) -> ReportLine:
    """Return the line that a text tells."""
    told: dict[str, Any] = dict(zip(_NAMES, json.loads(text), strict=True))
    for name in _DATES:
        if told[name] is not None:
            told[name] = date.fromisoformat(told[name])
    told["kind"], told["stage"] = LineKind(told["kind"]), Stage(told["stage"])
    return ReportLine(number=number, **told)


def books_text(books: PaymentBooks) -> str:
    """Return a payment as text, the same for the same payment."""
    moves = [
        (
            move.kind, move.number, move.reference, move.value, move.on.isoformat(), move.invoice,
            [
                (told.stage, told.number, told.of, told.report_id, told.on and told.on.isoformat(), told.is_open)
                for told in move.told
            ],
        )
        for move in books.moves
    ]  # fmt: skip
    disputes = [(held.report_id, held.told) for held in books.disputes]
    return json.dumps([*_values_of_books(books), disputes, moves], ensure_ascii=False)


def books_of(text: str) -> PaymentBooks:
    """Return the payment that a text tells."""
    *values, disputes, moves = json.loads(text)
    return PaymentBooks(
        **dict(zip(_OF_BOOKS, values, strict=True)),
        moves=tuple(_move(*move) for move in moves),
        disputes=tuple(ToldDispute(*told) for told in disputes),
    )


def _move(
    kind: str, number: str, reference: str, value: int, on: str, invoice: str | None, told: list[Any]
) -> BookedMove:  # fmt: skip
    parts = tuple(
        ToldPart(Stage(stage), part, of, report_id, day and date.fromisoformat(day), is_open)
        for stage, part, of, report_id, day, is_open in told
    )
    return BookedMove(LineKind(kind), number, reference, value, date.fromisoformat(on), parts, invoice)


def slot_text(slot: Slot) -> str:
    """Return a slot as text."""
    return f"{slot.move}/{slot.stage}/{slot.number}/{slot.of}"


def slot_of(text: str) -> Slot:
    """Return the slot that a text tells."""
    move, stage, number, of = text.rsplit("/", 3)
    return Slot(move, Stage(stage), int(number), int(of))


def verdict_row(verdict: Verdict) -> tuple[str, str, int]:
    """Return a verdict as a row: outcome, all else that was decided as text, and the line's number."""
    return verdict.outcome, _verdict_text(verdict), verdict.line.number


def _verdict_text(verdict: Verdict) -> str:
    return json.dumps([verdict.move, verdict.differences, verdict.expected, verdict.reason, verdict.candidates])


def verdict_of(line: ReportLine, outcome: Outcome, fault: str | None, text: str | None) -> Verdict:
    """Return the verdict of a row on a line; one that was decided by no payment has no text."""
    if text is None:
        return Verdict(line, outcome, reason=fault or (foreign_reason(line) if outcome is Outcome.FOREIGN else ""))
    move, differences, expected, reason, candidates = json.loads(text)
    known = tuple(Difference(difference) for difference in differences)
    return Verdict(line, outcome, move, known, expected, reason, tuple(candidates))
