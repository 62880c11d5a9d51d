"""A workspace on disk: a database of its own for one file, which the standard library has (SQLite).

Memory stays the same for any size of a file: rows go in and come out one by one, sorted on disk where they have to be
(D161).
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import asdict
from datetime import date
from itertools import groupby, islice
from pathlib import Path

from settlement.domain.reconciliation.books import PaymentBooks, numbers_of
from settlement.domain.reconciliation.outcomes import TOLD_BEFORE, Missing, Outcome, Slot, Verdict
from settlement.domain.reconciliation.payout import PayoutPart
from settlement.domain.reconciliation.report_head import ReportHead
from settlement.domain.reconciliation.report_line import OF_PAYMENTS, Amounts, LineKind, ReportLine, Stage, Sums
from settlement.domain.reconciliation.taken import Taken
from settlement.storage.plain_values import reader_of, writer_of
from settlement.storage.report_rows import (
    Decided,
    JoinedPayment,
    books_of,
    books_text,
    day_text,
    line_of,
    line_text,
    slot_of,
    slot_text,
    verdict_of,
    verdict_row,
)

MAX_LINES_OF_PAYMENT = 5_000
"""Most lines of one payment that are held against its captures and refunds; those behind them are rejected."""

_MOST_TORN = 100
_CACHE_KIB = 16 * 1024
_SCHEMA = """
CREATE TABLE lines (
    number INTEGER PRIMARY KEY, kind TEXT, about_payment INTEGER, reference TEXT, tid TEXT, numbers TEXT, currency TEXT,
    gross INTEGER, net_currency TEXT, fee INTEGER, net INTEGER, batch TEXT, paid_on TEXT, fault TEXT, payment INTEGER,
    outcome TEXT, data TEXT, verdict TEXT);
CREATE TABLE payments (id INTEGER PRIMARY KEY, settled_by TEXT, data TEXT);
CREATE TABLE names (kind TEXT, name TEXT, payment INTEGER, PRIMARY KEY (kind, name, payment)) WITHOUT ROWID;
CREATE TABLE torn (number INTEGER, payment INTEGER, PRIMARY KEY (number, payment)) WITHOUT ROWID;
CREATE TABLE missing (data TEXT);
CREATE TABLE about (head TEXT, taken TEXT);
CREATE TABLE found (payment INTEGER, slot TEXT, PRIMARY KEY (payment, slot)) WITHOUT ROWID;
"""
_INDEXES = """
CREATE INDEX IF NOT EXISTS of_payment ON lines (payment, number) WHERE payment IS NOT NULL;
CREATE INDEX IF NOT EXISTS of_outcome ON lines (outcome, number);
"""
_JOINS = (
    """UPDATE lines SET payment = (SELECT CASE COUNT(*) WHEN 1 THEN MIN(payment) END FROM names
       WHERE kind = 'R' AND name = reference) WHERE about_payment AND reference <> ''""",
    """UPDATE lines SET payment = (SELECT CASE COUNT(*) WHEN 1 THEN MIN(payment) END FROM names
       WHERE kind = 'T' AND name = tid) WHERE about_payment AND payment IS NULL AND tid <> ''""",
    """UPDATE lines SET payment = (SELECT CASE COUNT(*) WHEN 1 THEN MIN(payment) END FROM names
       WHERE kind = 'N' AND name = numbers)
       WHERE about_payment AND payment IS NULL AND numbers <> '' AND tid <> ''""",
    """UPDATE lines SET payment = (SELECT CASE COUNT(*) WHEN 1 THEN MIN(payment) END FROM names
       WHERE kind IN ('N', 'U') AND name = numbers)
       WHERE about_payment AND payment IS NULL AND numbers <> '' AND tid = ''""",
)
"""A line's payment has its reference (R), else its tid (T), else its nsu and authorisation code: of payments without a
tid (N), and for a line without a tid of the others (U) as well."""
_FIND_TORN = """
INSERT INTO torn SELECT number, names.payment FROM lines
    CROSS JOIN names ON names.kind = 'R' AND name = reference AND reference <> ''
    WHERE about_payment AND lines.payment IS NULL
UNION SELECT number, names.payment FROM lines
    CROSS JOIN names ON names.kind = 'T' AND name = tid AND tid <> '' WHERE about_payment AND lines.payment IS NULL
UNION SELECT number, names.payment FROM lines
    CROSS JOIN names ON names.kind = 'N' AND name = numbers
    WHERE about_payment AND lines.payment IS NULL AND numbers <> ''
UNION SELECT number, names.payment FROM lines
    CROSS JOIN names ON names.kind = 'U' AND name = numbers
    WHERE about_payment AND lines.payment IS NULL AND numbers <> '' AND tid = ''
"""
_TORN = """
SELECT torn.number, lines.data, payments.data FROM torn JOIN lines ON lines.number = torn.number
JOIN payments ON payments.id = torn.payment ORDER BY torn.number, torn.payment
"""
_UNFOUND = """
SELECT number, data FROM lines WHERE about_payment AND payment IS NULL AND (kind = ?) = ?
AND number NOT IN (SELECT number FROM torn) ORDER BY number
"""
_DECIDE = "UPDATE lines SET outcome = ?, verdict = ? WHERE number = ?"
_TOO_MANY = """
UPDATE lines SET payment = NULL, about_payment = 0, fault = ? WHERE number IN (
    SELECT number FROM (
        SELECT number, ROW_NUMBER() OVER (PARTITION BY payment ORDER BY number) AS place FROM lines
        WHERE payment IN (SELECT payment FROM lines WHERE payment IS NOT NULL GROUP BY payment HAVING COUNT(*) > ?))
    WHERE place > ?)
"""


_PAID_OUT = """
WITH repeated AS (
    SELECT batch, net_currency FROM lines WHERE batch <> '' AND about_payment GROUP BY 1, 2
    HAVING MAX(outcome = 'duplicate') AND NOT MAX(outcome IN ('matched', 'differs', 'ambiguous'))),
payouts AS (
    SELECT batch, net_currency, MAX(paid_on) AS day, -SUM(net) AS net FROM lines
    WHERE kind = :payout AND batch <> '' AND paid_on <> '' AND fault IS NULL AND (batch, net_currency) NOT IN repeated
    GROUP BY 1, 2),
paid AS (
    SELECT batch, net_currency, CASE batch WHEN '' THEN paid_on ELSE MAX(paid_on) END AS day, SUM(net) AS net FROM lines
    WHERE kind <> :payout AND paid_on <> '' AND outcome <> 'duplicate' AND (batch, net_currency) NOT IN repeated
    GROUP BY batch, net_currency, CASE batch WHEN '' THEN paid_on END)
SELECT day, net_currency, SUM(net), batch FROM (
    SELECT day, net_currency, net, batch FROM payouts
    UNION ALL SELECT day, net_currency, net, '' FROM paid WHERE (batch, net_currency) NOT IN (
        SELECT batch, net_currency FROM payouts))
GROUP BY 1, 2, 4 ORDER BY 1, 2, 4
"""


class ReportWorkspace:
    """The lines of one file with the books that they are held against, in a file that is removed at the end.

    A file that ``leave`` has left is gone on with.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        schema = "" if path.exists() else _SCHEMA
        self._db = sqlite3.connect(path, isolation_level=None)
        self._db.executescript(
            f"PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -{_CACHE_KIB}; {schema} BEGIN;"
        )

    def leave(self) -> None:
        """Write all to the file and leave it where it is."""
        self._db.execute("COMMIT")
        self._db.close()

    def note(self, head: ReportHead, taken: Taken) -> None:
        """Keep what was read of the file beside its lines."""
        sums = {currency: [held.gross, held.fee, held.net] for currency, held in taken.sums.by_currency.items()}
        told = [
            taken.sums.lines,
            sums,
            day_text(taken.first),
            day_text(taken.last),
            sorted(taken.months),
            taken.undated,
            taken.has_plans,
        ]
        self._db.execute("INSERT INTO about VALUES (?, ?)", (json.dumps(writer_of(ReportHead)(head)), json.dumps(told)))

    def noted(self) -> tuple[ReportHead, Taken]:
        """Return what was noted."""
        head, told = (json.loads(text) for text in self._db.execute("SELECT head, taken FROM about").fetchone())
        lines, sums, first, last, months, undated, has_plans = told
        by_currency = {currency: Amounts(*held) for currency, held in sums.items()}
        taken = Taken(Sums(lines, by_currency), months=set(months), undated=undated)
        taken.has_plans = has_plans
        taken.first, taken.last = (date.fromisoformat(day) if day else None for day in (first, last))
        return reader_of(ReportHead)(head), taken

    def close(self) -> None:
        """Remove the workspace."""
        self._db.close()
        with suppress(FileNotFoundError):
            self._path.unlink()

    def add_lines(self, lines: Iterable[ReportLine]) -> None:
        """Keep lines as they come."""
        rows = (
            (
                line.number, line.kind, line.kind in OF_PAYMENTS, line.reference, line.tid,
                numbers_of(line), line.currency, line.gross, line.net_currency, line.fee,
                line.net, line.batch,
                line.paid_on.isoformat() if line.paid_on is not None else "", line.fault, line_text(line),
            )
            for line in lines
        )  # fmt: skip
        self._db.executemany(
            "INSERT INTO lines VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, NULL, NULL, ?, NULL)", rows
        )

    def add_books(self, books: Iterable[PaymentBooks]) -> None:
        """Keep payments, behind those that are there, and the names that lines call them by."""
        (last,) = self._db.execute("SELECT COALESCE(MAX(id), 0) FROM payments").fetchone()
        for number, payment in enumerate(books, last + 1):
            settled_by = json.dumps(payment.settled_by)
            self._db.execute("INSERT INTO payments VALUES (?, ?, ?)", (number, settled_by, books_text(payment)))
            names = {("R", move.reference) for move in payment.moves}
            numbers = numbers_of(payment)
            names |= {("T", payment.tid), ("N" if not payment.tid else "U", numbers)}
            self._db.executemany(
                "INSERT OR IGNORE INTO names VALUES (?, ?, ?)", [(*name, number) for name in names if name[1]]
            )

    def join(self) -> None:
        """Find the payment of each line that is about one; a tid decides before nsu and authorisation code."""
        for join in _JOINS:
            self._db.execute(join)
        self._db.execute("DELETE FROM torn")
        self._db.execute(_FIND_TORN)
        self._db.execute(
            _TOO_MANY,
            (f"one payment has more than {MAX_LINES_OF_PAYMENT} lines", MAX_LINES_OF_PAYMENT, MAX_LINES_OF_PAYMENT),
        )
        self._db.executescript(_INDEXES)

    def unfound(self) -> Iterator[ReportLine]:
        """Yield the lines about a payment that none was found for, those of captures last."""
        for is_capture in (False, True):
            for number, text in self._db.execute(_UNFOUND, (LineKind.CAPTURE, is_capture)):
                yield line_of(number, text)

    def joined(self) -> Iterator[JoinedPayment]:
        """Yield each payment that lines were found for, with them."""
        rows = self._db.execute(
            "SELECT payment, payments.data, lines.number, lines.data FROM lines JOIN payments ON payments.id = payment "
            "WHERE payment IS NOT NULL ORDER BY payment, number"
        )
        for (payment, data), held in groupby(rows, key=lambda row: row[:2]):
            yield JoinedPayment(payment, data, [row[2:] for row in held])

    def torn(self) -> Iterator[tuple[ReportLine, list[PaymentBooks]]]:
        """Yield each line that several payments were found for, with these."""
        for (number, text), held in groupby(self._db.execute(_TORN), key=lambda row: row[:2]):
            yield line_of(number, text), [books_of(data) for _, _, data in islice(held, _MOST_TORN)]

    def give(self, line: ReportLine, books: PaymentBooks) -> None:
        """Join a torn line to a payment."""
        self._db.execute(
            "UPDATE lines SET payment = (SELECT id FROM torn JOIN payments ON id = torn.payment "
            "WHERE torn.number = lines.number AND data = ?) WHERE number = ?",
            (books_text(books), line.number),
        )

    def leave_open(self, line: ReportLine, books: PaymentBooks, slots: Iterable[Slot]) -> None:
        """Keep the slots of a payment that a torn line may speak for."""
        data = books_text(books)
        self._db.executemany(
            "INSERT OR IGNORE INTO found SELECT id, ? FROM torn JOIN payments ON id = torn.payment "
            "WHERE torn.number = ? AND data = ?",
            [(slot_text(slot), line.number, data) for slot in slots],
        )

    def batches(self) -> Iterator[tuple[str, str, int]]:
        """Yield batch, currency and net sum of the lines that are no payout."""
        yield from self._db.execute(
            "SELECT batch, net_currency, SUM(net) FROM lines WHERE kind <> ? AND batch <> '' GROUP BY 1, 2",
            (LineKind.PAYOUT,),
        )

    def lines_of_kind(self, kind: str) -> Iterator[ReportLine]:
        """Yield the lines of a kind."""
        for number, text in self._db.execute("SELECT number, data FROM lines WHERE kind = ? ORDER BY 1", (kind,)):
            yield line_of(number, text)

    def keep_decided(self, decided: Iterable[Decided]) -> None:
        """Keep what was decided of payments, as it comes."""
        for verdicts, slots in decided:
            self._db.executemany(_DECIDE, verdicts)
            self._db.executemany("INSERT OR IGNORE INTO found VALUES (?, ?)", slots)

    def decide(self, verdicts: Iterable[Verdict]) -> None:
        """Keep verdicts on lines that have no payment."""
        self._db.executemany(_DECIDE, map(verdict_row, verdicts))

    def decide_rest(self) -> None:
        """Decide all other lines: rejected if they are faulty, else foreign."""
        self._db.execute(
            "UPDATE lines SET outcome = CASE WHEN fault IS NULL THEN ? ELSE ? END WHERE outcome IS NULL",
            (Outcome.FOREIGN, Outcome.REJECTED),
        )

    def repeat(self, parts: Iterable[PayoutPart]) -> None:
        """Decide anew that the lines of these parts are duplicates."""
        verdict = json.dumps(["", [], None, TOLD_BEFORE, []])
        self._db.executemany(
            _DECIDE,
            [(Outcome.DUPLICATE, verdict, part.line) for part in parts],
        )

    def told(self) -> Iterator[tuple[PaymentBooks, list[Verdict]]]:
        """Yield each payment that lines were found for, with the verdicts on them."""
        rows = self._db.execute(
            "SELECT payment, payments.data, number, lines.data, outcome, fault, verdict FROM lines "
            "JOIN payments ON payments.id = payment WHERE payment IS NOT NULL ORDER BY payment, number"
        )
        for (_, data), held in groupby(rows, key=lambda row: row[:2]):
            yield books_of(data), [verdict_of(line_of(row[2], row[3]), Outcome(row[4]), row[5], row[6]) for row in held]

    def add_missing(self, missing: Iterable[Missing]) -> None:
        """Keep what is missing."""
        rows = ((json.dumps(asdict(one), default=str, ensure_ascii=False),) for one in missing)
        self._db.executemany("INSERT INTO missing VALUES (?)", rows)

    def missing(self) -> Iterator[Missing]:
        """Yield what is missing, payment by payment."""
        for (data,) in self._db.execute("SELECT data FROM missing ORDER BY rowid"):
            told = json.loads(data)
            kind, stage, on = LineKind(told["kind"]), Stage(told["stage"]), date.fromisoformat(told["on"])
            yield Missing(**told | {"kind": kind, "stage": stage, "on": on})

    def paid_out(self) -> Iterator[tuple[str, str, int, str]]:
        """Yield day, currency and net of what was paid out: of each batch whose payout the file tells, with its name.

        All else is a sum by day, without a name; a batch is paid out at once, on the last day of its lines. What is a
        duplicate was paid out before, and a batch of which all is told was.
        """
        yield from self._db.execute(_PAID_OUT, {"payout": LineKind.PAYOUT})

    def in_scope(self) -> Iterator[tuple[PaymentBooks, set[Slot]]]:
        """Yield every payment settled by those who settled the file's, with the slots that lines speak for."""
        rows = self._db.execute(
            "SELECT id, data, slot FROM payments LEFT JOIN found ON found.payment = id WHERE settled_by IN "
            "(SELECT settled_by FROM payments WHERE id IN (SELECT payment FROM lines WHERE payment IS NOT NULL)) "
            "ORDER BY id"
        )
        for (_, data), held in groupby(rows, key=lambda row: row[:2]):
            yield books_of(data), {slot_of(text) for _, _, text in held if text is not None}

    def sums(self) -> dict[Outcome, Sums]:
        """Return the sums of every outcome that lines have."""
        found: dict[Outcome, Sums] = {}
        for outcome, lines in self._db.execute("SELECT outcome, COUNT(*) FROM lines GROUP BY 1"):
            found[Outcome(outcome)] = Sums(lines)
        for outcome, currency, gross in self._db.execute(
            "SELECT outcome, currency, SUM(gross) FROM lines GROUP BY 1, 2"
        ):
            found[Outcome(outcome)].add_amounts(currency, Amounts(gross=gross))
        for outcome, currency, fee, net in self._db.execute(
            "SELECT outcome, net_currency, SUM(fee), SUM(net) FROM lines GROUP BY 1, 2"
        ):
            found[Outcome(outcome)].add_amounts(currency, Amounts(fee=fee, net=net))
        return found

    def verdicts(self, outcome: Outcome | None = None, after: int = 0) -> Iterator[tuple[PaymentBooks | None, Verdict]]:
        """Yield the verdicts behind a line, of one outcome or of all."""
        rows = self._db.execute(
            "SELECT number, lines.data, outcome, fault, verdict, payments.data FROM lines "
            "LEFT JOIN payments ON payments.id = payment "
            "WHERE number > ? AND (? IS NULL OR outcome = ?) ORDER BY number",
            (after, outcome, outcome),
        )
        for number, text, decided, fault, verdict, data in rows:
            books = books_of(data) if data is not None else None
            yield books, verdict_of(line_of(number, text), Outcome(decided), fault, verdict)
