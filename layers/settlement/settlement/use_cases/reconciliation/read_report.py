"""Reads a file that came into the bucket: uploaded for a report that was named, or dropped (D182).

Nothing is decided here but whether the file is taken: what it has goes into a workspace, for the stages behind.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from enum import StrEnum
from functools import partial
from typing import TYPE_CHECKING

from settlement.domain.account.account import is_account
from settlement.domain.reconciliation.refusal import Fault, ReportRefused
from settlement.domain.reconciliation.report import Report, ReportState, report_id_of
from settlement.use_cases.reconciliation.advance_report import advance_report, refuse_report
from settlement.use_cases.reconciliation.kept_mapping import find_mapping
from settlement.use_cases.reconciliation.load_books import BooksRange
from settlement.use_cases.reconciliation.name_report import MAX_FILE_NAME
from settlement.use_cases.reconciliation.reconcile_file import months_of_orders
from settlement.use_cases.reconciliation.take_report import read_whole
from settlement.values import dataclass

if TYPE_CHECKING:
    from settlement.domain.reconciliation.taken import Taken
    from settlement.use_cases.reconciliation.kept_mapping import Mappings
    from settlement.use_cases.reconciliation.report_ports import Reports
    from settlement.use_cases.reconciliation.take_report import OpenedFile
    from settlement.use_cases.reconciliation.workspace import Workspace
    from settlement.use_cases.shared.ports import Ports

MAX_UPLOAD_BYTES = 100_000_000
"""Largest file that comes in by the bucket."""

MAX_RANGES = 800
"""Most ranges of orders that are loaded apart: of the 256 KB that a workflow hands on, each has some 100 bytes."""

LINES_OF_RANGE = 500
"""Lines of a file for which there is a range of orders more: a small file has its months loaded whole."""

MONTHS_LOOKED_AT = 36
"""Most months, the newest, in which orders of a file are looked for."""

UPLOADS = "uploads"
"""Where uploads come in, as ``<account>/<reportId>``."""

INBOX = "inbox"
"""Where dropped files come in, as ``<account>/<format>/<name>``."""

_MAX_ERROR = 200


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


Fetch = Callable[[str], str]
"""Brings an object here by its key, and tells its SHA-256."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What reading needs; ``open_file`` reads what was fetched by a format.

    It takes the name of the format and a mapping as JSON; it raises ``ReportRefused``.
    """

    ports: Ports
    reports: Reports
    workspace: Workspace
    fetch: Fetch
    open_file: Callable[[str, str | None], OpenedFile]
    mappings: Mappings


def read_report(reading: Reading, arrived: Arrived) -> ReadEnd:
    """Read a file into the workspace; a refusal is kept on its report. Run again, it does the same. Raises ``Busy``."""
    ports, reports = reading.ports, reading.reports
    found = _found(ports, reports, reading.fetch, arrived)
    if found is None:
        return ReadEnd(ReadOutcome.NONE)
    account, sha256 = found.account, found.sha256
    try:
        mapping = _mapping_of(reading, found)
    except ReportRefused as refusal:
        report = refuse_report(ports, reports, account, found.report, refusal)
        return ReadEnd(ReadOutcome(report.state.value), account, report.report_id)
    report = advance_report(ports, reports, account, found.report, partial(_begun, found, mapping))
    if report.state is ReportState.DONE:
        return ReadEnd(ReadOutcome.DONE, account, report.report_id)
    try:
        if arrived.size > MAX_UPLOAD_BYTES:
            message = f"the file has {arrived.size} bytes; at most {MAX_UPLOAD_BYTES} are read"
            raise ReportRefused(Fault.TOO_LARGE, message)
        if sha256 != report.sha256:
            raise ReportRefused(Fault.WRONG_HASH, f"the file's SHA-256 is {sha256}, not {report.sha256}")
        file = reading.open_file(report.format, report.mapping)
        head, taken = read_whole(reports, account, report, file, reading.workspace)
    except ReportRefused as refusal:
        report = refuse_report(ports, reports, account, report, refusal)
        return ReadEnd(ReadOutcome(report.state.value), account, report.report_id)
    reading.workspace.note(head, taken)
    today = ports.now().date()
    return ReadEnd(ReadOutcome.READ, account, report.report_id, ranges_of(taken, head.until or today, today))


def _mapping_of(reading: Reading, found: _Found) -> str | None:
    """Return the mapping that the account keeps for a file that was dropped, unless a run has it with its mapping.

    Raises ``ReportRefused``.
    """
    is_open = found.report.state is not ReportState.DONE and not found.report.was_read
    return find_mapping(reading.mappings, found.account, found.dropped) if found.dropped and is_open else None


def _begun(found: _Found, mapping: str | None, stored: Report) -> Report:
    """Return a report as it is read; one that was dropped by the mapping that the account keeps, else that of its name.

    One that was refused is not read by a mapping that the account does not keep any more.
    """
    again = stored.read_again()
    if not found.dropped or stored.was_read:
        return again
    named = stored.mapping if stored.state is ReportState.AWAITED else None
    return replace(again, mapping=mapping or named, was_read=True)


@dataclass(frozen=True, slots=True)
class Failure:
    """How a run of an object that came ended: by the name of its error, as Step Functions has it."""

    run: str
    error: str


def fail_report(ports: Ports, reports: Reports, fetch: Fetch, arrived: Arrived, failure: Failure) -> Report | None:
    """Say on the report of a file that its run failed, unless another run has done it; return it (D192).

    Return None if the object is no file of a report. Raises ``Busy``.
    """
    is_upload = arrived.key.startswith(f"{UPLOADS}/")
    found = _found(ports, reports, (lambda key: "") if is_upload else fetch, arrived)
    if found is None:
        return None
    return advance_report(
        ports, reports, found.account, found.report,
        lambda stored: stored.failed(failure.run, failure.error[:_MAX_ERROR], ports.now()),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Found:
    """The report of an object that came: the stored one, or that of a file that was dropped.

    ``sha256`` is empty if the file is too large to be fetched. ``dropped`` is ``<format>/<name>``, empty for an upload.
    """

    account: str
    report: Report
    sha256: str
    dropped: str


def _found(ports: Ports, reports: Reports, fetch: Fetch, arrived: Arrived) -> _Found | None:
    """Return the report of an object that came; None if it is no file of a report."""
    place, _, rest = arrived.key.partition("/")
    account, _, name = rest.partition("/")
    if not is_account(account) or not name or name.endswith("/"):
        return None
    named = reports.report(account, name) if place == UPLOADS else None
    if named is None and not (place == INBOX and "/" in name):
        return None
    sha256 = "" if arrived.size > MAX_UPLOAD_BYTES else fetch(arrived.key)
    report = named or _dropped(ports, reports, account, name, sha256 or f"{arrived.key} {arrived.size}", sha256)
    return _Found(account, report, sha256, "" if named else name)


def _dropped(ports: Ports, reports: Reports, account: str, name: str, identity: str, sha256: str) -> Report:
    """Return the report of a dropped file: the stored one, or a new one."""
    format_, _, file_name = name.partition("/")
    report_id = report_id_of(account, format_, identity)
    known = reports.report(account, report_id)
    return known or Report(report_id, format_[:MAX_FILE_NAME], file_name[:MAX_FILE_NAME], sha256, ports.now())


def ranges_of(taken: Taken, without_day: date, today: date) -> list[BooksRange]:
    """Return the days in which the orders of a file may have been placed, in ranges: the more, the more lines it has.

    A range lies within a month, and has orders or checkouts.
    """
    months = [month for month in months_of_orders(taken, without_day) if month <= f"{today:%Y-%m}"]
    months = months[-MONTHS_LOOKED_AT:]
    most = min(taken.sums.lines // LINES_OF_RANGE, MAX_RANGES)
    days = next((days for days in range(1, 31) if len(months) * -(-31 // days) * 2 <= most), 31)
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
