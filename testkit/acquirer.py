"""An acquirer that reports on payments of ours, and errs once in each way that it is told to.

Payments, lines and errors follow from a seed. What a report has to find is told with it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import partial
from random import Random

from settlement.domain.reconciliation.books import BookedMove, PaymentBooks
from settlement.domain.reconciliation.expected import CentsOn, expected_parts
from settlement.domain.reconciliation.outcomes import Missing, Outcome
from settlement.domain.reconciliation.report_head import ReportHead
from settlement.domain.reconciliation.report_line import SIGN_OF, LineKind, ReportLine, Stage
from settlement.domain.reconciliation.slot_matching import DAY_TOLERANCE

FIRST_DAY, LAST_DAY = date(2026, 3, 2), date(2026, 3, 29)
_FEE_PER_10_000 = 249
PLANS = (1, 1, 2, 3, 12)
"""Numbers of instalments, each as likely as the next."""


@dataclass(slots=True)
class AcquirersFile:
    """Books, a report on them, and the findings that it must have: outcome and what it is about, sorted."""

    books: list[PaymentBooks]
    lines: list[ReportLine]
    findings: list[tuple[Outcome, str]] = field(default_factory=list)
    cents_on: CentsOn = CentsOn.FIRST

    @property
    def head(self) -> ReportHead:
        """The head of the report, whose period holds every sale."""
        return ReportHead("csv", "Acquirer", "1", FIRST_DAY, LAST_DAY, cents_on=self.cents_on)

    def numbered(self) -> list[ReportLine]:
        """Return the lines as a file has them, numbered from 2 on."""
        return [replace(line, number=number) for number, line in enumerate(self.lines, 2)]

    def payment(self, wanted: Callable[[PaymentBooks], bool]) -> PaymentBooks:
        """Return the first payment of a kind that no error was planted in, and mark it as used."""
        used = {what.split("/")[0] for _, what in self.findings}
        return next(books for books in self.books if wanted(books) and books.payment_id not in used)

    def line_of(self, books: PaymentBooks, kind: LineKind = LineKind.CAPTURE) -> int:
        """Return the place of a payment's first line of a kind."""
        return next(at for at, line in enumerate(self.lines) if line.tid == books.tid and line.kind is kind)

    def found(self, outcome: Outcome, books: PaymentBooks, what: str = "") -> None:
        """Tell that the report has to find this."""
        self.findings.append((outcome, f"{books.payment_id}/{what}"))


def acquirers_file(
    lines: int, seed: int = 1, cents_on: CentsOn = CentsOn.FIRST, plans: Sequence[int] = PLANS
) -> AcquirersFile:
    """Return a report of at least so many lines, without an error; ``plans`` are numbers of instalments."""
    random = Random(seed)
    file = AcquirersFile([], [], cents_on=cents_on)
    while len(file.lines) < lines:
        books = payment(len(file.books) + 1, random, plans)
        file.books.append(books)
        file.lines += lines_of(books, cents_on)
    random.shuffle(file.lines)
    return file


def lines_of(books: PaymentBooks, cents_on: CentsOn) -> list[ReportLine]:
    """Return the lines of a payment: one for each instalment of each capture, and one for each refund."""
    found = []
    for move in books.moves:
        is_capture = move.kind is LineKind.CAPTURE
        parts = expected_parts(move.value, books.installments if is_capture else 1, move.on, books.group, cents_on)
        for part in parts:
            gross = part.value * SIGN_OF[move.kind]
            fee = gross * _FEE_PER_10_000 // 10_000 if is_capture else 0
            found.append(
                ReportLine(
                    number=0, kind=move.kind, stage=Stage.REPORTED, currency=books.currency, gross=gross, fee=fee,
                    net=gross - fee, tid=books.tid, nsu=books.nsu, authorization=books.authorization,
                    installment=part.number if part.of > 1 else 0, installments=part.of if part.of > 1 else 0,
                    sold_on=move.on, expected_on=part.on,
                )
            )  # fmt: skip
    return found


def payment(number: int, random: Random, plans: Sequence[int] = PLANS) -> PaymentBooks:
    """Return a payment: of one capture or several, of which no two are alike, some refunded, some in instalments."""
    captures = random.choice((1, 1, 1, 2, 3))
    days = (LAST_DAY - FIRST_DAY).days
    moves = [
        BookedMove(
            LineKind.CAPTURE, f"C{at}", f"settle-{number}-{at}", random.randrange(1_000, 90_000) * 10 + at,
            FIRST_DAY + timedelta(days=random.randrange(days + 1)),
        )
        for at in range(captures)
    ]  # fmt: skip
    if random.random() < 0.2:
        moves.append(
            BookedMove(LineKind.REFUND, "R0", f"refund-{number}", moves[0].value // 2, moves[0].on + timedelta(days=0))
        )
    return PaymentBooks(
        order_id=f"O{number}", transaction_id=f"T{number}", payment_id=f"P{number}", currency="BRL",
        connector="acquirer", acquirer="Acquirer", group="creditCard", installments=random.choice(plans),
        tid=f"10515831175{number:09d}", nsu=f"{number % 1_000_000:06d}", authorization=f"{number * 7 % 1_000_000:06d}",
        moves=tuple(moves),
    )  # fmt: skip


def lost(missing: Missing) -> str:
    """Return what of a payment is missing: the capture or refund, and which of how many instalments."""
    return f"{missing.move}-{missing.number}/{missing.of}"


def _single(books: PaymentBooks) -> bool:
    return books.installments == 1 and len(books.moves) == 1


def wrong_value(file: AcquirersFile) -> None:
    """A sale is reported with a cent less."""
    at = file.line_of(books := file.payment(_single))
    line = file.lines[at]
    file.lines[at] = replace(line, gross=line.gross - 1, net=line.net - 1)
    file.found(Outcome.DIFFERS, books, "value")


def missing_refund(file: AcquirersFile) -> None:
    """A refund is not reported, within the days that even a report that names none holds whole."""
    books = file.payment(
        lambda books: any(
            move.kind is LineKind.REFUND and FIRST_DAY + DAY_TOLERANCE < move.on < LAST_DAY - DAY_TOLERANCE
            for move in books.moves
        )
    )
    del file.lines[file.line_of(books, LineKind.REFUND)]
    file.found(Outcome.MISSING, books, "R0-1/1")


def double_line(file: AcquirersFile) -> None:
    """A sale is reported twice."""
    books = file.payment(_single)
    file.lines.append(file.lines[file.line_of(books)])
    file.found(Outcome.DUPLICATE, books)


def foreign_tid(file: AcquirersFile) -> None:
    """A sale is reported that is nobody's here."""
    like = file.lines[file.line_of(file.payment(_single))]
    file.lines.append(replace(like, tid="99999999999999999999"))
    file.findings.append((Outcome.FOREIGN, "/"))


def unknown_currency(file: AcquirersFile) -> None:
    """A sale is reported in a currency that there is not."""
    at = file.line_of(books := file.payment(_single))
    file.lines[at] = replace(file.lines[at], currency="XQX", net_currency="XQX")
    file.found(Outcome.REJECTED, books)


def wrong_sign(file: AcquirersFile) -> None:
    """A sale is reported as taken off."""
    at = file.line_of(books := file.payment(_single))
    line = file.lines[at]
    file.lines[at] = replace(line, gross=-line.gross, fee=-line.fee, net=-line.net)
    file.found(Outcome.DIFFERS, books, "sign")


def equal_captures(file: AcquirersFile) -> None:
    """Two equal captures of one authorisation, on one day, of which one is reported."""
    books = file.payment(_single)
    at = file.books.index(books)
    (move,) = books.moves
    file.books[at] = replace(books, moves=(move, replace(move, number="C1", reference=f"{move.reference}-again")))
    file.found(Outcome.AMBIGUOUS, books)


def shifted_cents(file: AcquirersFile) -> None:
    """The cents of an instalment plan are not where this acquirer has them."""
    books = file.payment(
        lambda books: books.installments == 3 and len(books.moves) == 1 and books.moves[0].value % 3 != 0
    )
    other = CentsOn.LAST if file.cents_on is CentsOn.FIRST else CentsOn.FIRST
    file.lines = [line for line in file.lines if line.tid != books.tid] + lines_of(books, other)
    file.found(Outcome.DIFFERS, books, "value")


def missing_instalment(file: AcquirersFile) -> None:
    """Of a sale in three instalments one is not reported."""
    books = file.payment(partial(_in_instalments, of=3))
    del file.lines[_line_of_instalment(file, books, 2)]
    file.found(Outcome.MISSING, books, f"{books.moves[0].number}-2/3")


def wrong_number(file: AcquirersFile) -> None:
    """An instalment says that it is the fourth of three."""
    books = file.payment(partial(_in_instalments, of=3))
    at = _line_of_instalment(file, books, 3)
    file.lines[at] = replace(file.lines[at], installment=4)
    file.found(Outcome.REJECTED, books)


def wrong_count(file: AcquirersFile) -> None:
    """The last instalment of three says that it is one of four."""
    books = file.payment(partial(_in_instalments, of=3))
    at = _line_of_instalment(file, books, 3)
    file.lines[at] = replace(file.lines[at], installments=4)
    file.found(Outcome.DIFFERS, books, "value")


def _in_instalments(books: PaymentBooks, of: int) -> bool:
    return books.installments == of and len(books.moves) == 1


def _line_of_instalment(file: AcquirersFile, books: PaymentBooks, number: int) -> int:
    return next(at for at, line in enumerate(file.lines) if (line.tid, line.installment) == (books.tid, number))


OF_INSTALMENTS = (missing_instalment, wrong_number, wrong_count, shifted_cents)
"""The errors that a format without instalments cannot say."""

ERRORS = (
    wrong_value, missing_refund, double_line, foreign_tid, unknown_currency, wrong_sign, equal_captures,
    *OF_INSTALMENTS,
)  # fmt: skip
"""Every error that a line can have; that of a whole file is its end, or its being there already."""
