"""Reads a file that came into the bucket: uploaded for a report that was named, or dropped (D182).

Nothing is decided here but whether the file is taken: what it has goes into a workspace, for the stages behind.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from settlement.domain.account.account import is_account
from settlement.domain.reconciliation.refusal import Fault, ReportRefused
from settlement.domain.reconciliation.report import Report, ReportState, report_id_of
from settlement.use_cases.reconciliation.advance_report import advance_report, refuse_report
from settlement.use_cases.reconciliation.load_books import BooksRange
from settlement.use_cases.reconciliation.reconcile_file import months_of_orders
from settlement.use_cases.reconciliation.take_report import read_whole
from settlement.values import dataclass

if TYPE_CHECKING:
    from settlement.domain.reconciliation.taken import Taken
    from settlement.use_cases.reconciliation.report_ports import Reports
    from settlement.use_cases.reconciliation.take_report import OpenedFile
    from settlement.use_cases.reconciliation.workspace import Workspace
    from settlement.use_cases.shared.ports import Ports

MAX_UPLOAD_BYTES = 100_000_000
"""Largest file that comes in by the bucket."""

MAX_RANGES = 800
"""Most ranges of orders that are loaded apart: a history of an execution has at most 25,000 events, 9 for each."""

MONTHS_LOOKED_AT = 36
"""Most months, the newest, in which orders of a file are looked for."""

UPLOADS = "uploads"
"""Where uploads come in, as ``<account>/<reportId>``."""

INBOX = "inbox"
"""Where dropped files come in, as ``<account>/<format>/<name>``."""

_MAX_NAME = 200


class ReadOutcome(StrEnum):
    """What became of an object that came."""

    READ = "read"
    REFUSED = "refused"
    DONE = "done"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Arrived:
    """An object that came into the bucket."""

    key: str
    size: int


@dataclass(frozen=True, slots=True)
class ReadEnd:
    """How reading ended: ``done`` is a file that was taken before, ``none`` an object that is no file of a report."""

    outcome: ReadOutcome
    account: str = ""
    report_id: str = ""
    ranges: Sequence[BooksRange] = ()


@dataclass(frozen=True, slots=True)
class Reading:
    """What reading needs: ``fetch`` brings an object here and tells its SHA-256, ``open_file`` reads it by a format.

    ``open_file`` takes the name of the format and a mapping as JSON; it raises ``ReportRefused``.
    """

    ports: Ports
    reports: Reports
    workspace: Workspace
    fetch: Callable[[str], str]
    open_file: Callable[[str, str | None], OpenedFile]


def read_report(reading: Reading, arrived: Arrived) -> ReadEnd:
    """Read a file into the workspace; a refusal is kept on its report. Run again, it does the same. Raises ``Busy``."""
    place, _, rest = arrived.key.partition("/")
    account, _, name = rest.partition("/")
    if not is_account(account) or not name or name.endswith("/"):
        return ReadEnd(ReadOutcome.NONE)
    named = reading.reports.report(account, name) if place == UPLOADS else None
    if named is None and not (place == INBOX and "/" in name):
        return ReadEnd(ReadOutcome.NONE)
    too_large = arrived.size > MAX_UPLOAD_BYTES
    sha256 = "" if too_large else reading.fetch(arrived.key)
    report = named or _dropped(reading, account, name, sha256 or f"{arrived.key} {arrived.size}", sha256)
    report = advance_report(reading.ports, reading.reports, account, report, Report.read_again)
    if report.state is ReportState.DONE:
        return ReadEnd(ReadOutcome.DONE, account, report.report_id)
    try:
        if too_large:
            message = f"the file has {arrived.size} bytes; at most {MAX_UPLOAD_BYTES} are read"
            raise ReportRefused(Fault.TOO_LARGE, message)
        if sha256 != report.sha256:
            raise ReportRefused(Fault.WRONG_HASH, f"the file's SHA-256 is {sha256}, not {report.sha256}")
        file = reading.open_file(report.format, report.mapping)
        head, taken = read_whole(reading.reports, account, report, file, reading.workspace)
    except ReportRefused as refusal:
        report = refuse_report(reading.ports, reading.reports, account, report, refusal)
        return ReadEnd(ReadOutcome(report.state.value), account, report.report_id)
    reading.workspace.note(head, taken)
    today = reading.ports.now().date()
    return ReadEnd(ReadOutcome.READ, account, report.report_id, ranges_of(taken, head.until or today, today))


def _dropped(reading: Reading, account: str, name: str, identity: str, sha256: str) -> Report:
    """Return the report of a dropped file: the stored one, or a new one."""
    format_, _, file_name = name.partition("/")
    report_id = report_id_of(account, format_, identity)
    known = reading.reports.report(account, report_id)
    return known or Report(report_id, format_[:_MAX_NAME], file_name[:_MAX_NAME], sha256, reading.ports.now())


def ranges_of(taken: Taken, without_day: date, today: date) -> list[BooksRange]:
    """Return the days in which the orders of a file may have been placed, so many at a time that there are few ranges.

    A range lies within a month; one day has both orders and checkouts, each a range.
    """
    months = [month for month in months_of_orders(taken, without_day) if month <= f"{today:%Y-%m}"]
    months = months[-MONTHS_LOOKED_AT:]
    days = next(days for days in range(1, 32) if len(months) * -(-31 // days) * 2 <= MAX_RANGES)
    return [
        BooksRange(since, min(since + timedelta(days=days - 1), _last_of(since)), gateway_only)
        for month in months
        for since in _every(date.fromisoformat(f"{month}-01"), days)
        for gateway_only in (False, True)
    ]


def _every(first: date, days: int) -> list[date]:
    """Return every so manyth day of a month from its first on."""
    return [first + timedelta(days=step) for step in range(0, _last_of(first).day, days)]


def _last_of(day: date) -> date:
    """Return the last day of a month."""
    return (day.replace(day=1) + timedelta(days=31)).replace(day=1) - timedelta(days=1)
