"""Holds a settlement report against the captures and refunds of a stack, and keeps in its table what it told."""

from __future__ import annotations

import hashlib
import json
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, BinaryIO

from operations.output import FOUND, STOPPED, TOLD_EVERY_SECONDS, CommandError, Output, require_writable
from operations.report_ports import new_id, report_ports
from operations.report_workers import hands_for
from operations.stacks import Stack
from settlement.api.reports.lines_view import line_view
from settlement.api.reports.view import outcome_view
from settlement.domain.money import display, is_currency, is_withdrawn
from settlement.domain.reconciliation.kept_line import kept_line
from settlement.domain.reconciliation.outcomes import Outcome
from settlement.domain.reconciliation.refusal import Fault, ReportRefused
from settlement.domain.reconciliation.report import Report, ReportState, report_id_of
from settlement.reports.formats import format_of
from settlement.reports.opened import ReportFile
from settlement.storage.bucket import Bucket
from settlement.storage.report_lines import BucketLines
from settlement.storage.report_workspace import ReportWorkspace
from settlement.storage.reports import DynamoDBReports
from settlement.use_cases.reconciliation.name_report import MAX_MAPPING_BYTES
from settlement.use_cases.reconciliation.take_report import Taking, take_report

MAX_REPORT_BYTES = 1_000_000_000
"""Largest file that the command reads; the API takes a tenth of it."""

MAX_SHOWN_LINES = 50

_CHUNK = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Request:
    """What the command was told: the file, its format, and what the caller knows of it."""

    file: Path
    format: str
    mapping: Path | None = None
    sha256: str | None = None
    lines: Path | None = None


def reconcile(stack: Stack, account: str, request: Request, output: Output) -> int:
    """Take a file; return the exit code: 0 if every line is matched and none is missing.

    Raises ``CommandError`` if the file cannot be read, or that of the lines not written.
    """
    if request.lines is not None:
        require_writable(request.lines)
    ports, reports = report_ports(stack), DynamoDBReports(stack.table_client(), stack.outputs["TableName"])
    kept = BucketLines(Bucket(stack.client("s3"), stack.outputs["ReportsBucketName"]))
    try:
        format_, mapping = format_of(request.format), _mapping(request.mapping)
        with _opened(request.file) as stream, TemporaryDirectory(prefix="quita-") as folder:
            sha256 = _hash(stream, request.sha256)
            report = Report(
                report_id_of(account, format_.name, sha256), format_.name, request.file.name, sha256, ports.now()
            )
            run = new_id()
            workspace = ReportWorkspace(Path(folder) / "workspace.sqlite")
            try:
                with hands_for(stack, account, request.file.stat().st_size) as hands:
                    taking = Taking(ports, reports, kept, workspace, account, run, _Progress(), hands)
                    done = take_report(taking, report, ReportFile(request.file, format_, mapping))
                if done.run == run:
                    _write_lines(workspace, request.lines)
                    _show_lines(workspace, output)
            finally:
                workspace.close()
    except ReportRefused as refused:
        return _refused(refused.fault.value, str(refused), refused.line, refused.column, output)
    if done.state is ReportState.DONE and done.run != run:
        output.say(f"The file was taken already, as report {done.report_id} at {done.done_at}.")
        if request.lines is not None:
            output.say(f"{request.lines} is not written: …/settlement-reports/{done.report_id}/lines has the lines.")
    return _tell(done, output)


def _opened(file: Path) -> BinaryIO:
    try:
        size = file.stat().st_size
        stream = file.open("rb")
    except OSError as error:
        raise CommandError(f"{file} cannot be read: {error.strerror}") from error
    if size > MAX_REPORT_BYTES:
        stream.close()
        raise ReportRefused(Fault.TOO_LARGE, f"the file has {size} bytes; at most {MAX_REPORT_BYTES} are read")
    return stream


def _hash(stream: BinaryIO, expected: str | None) -> str:
    digest = hashlib.sha256()
    while chunk := stream.read(_CHUNK):
        digest.update(chunk)
    found = digest.hexdigest()
    if expected is not None and expected.lower() != found:
        raise ReportRefused(Fault.WRONG_HASH, f"the file's SHA-256 is {found}, not {expected.lower()}")
    return found


def _mapping(file: Path | None) -> Mapping[str, Any] | None:
    if file is None:
        return None
    try:
        if file.stat().st_size > MAX_MAPPING_BYTES:
            raise ReportRefused(Fault.BAD_MAPPING, f"mapping: {file} has more than {MAX_MAPPING_BYTES} bytes")
        found = json.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise CommandError(f"{file} cannot be read: {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        raise ReportRefused(Fault.BAD_MAPPING, f"mapping: {file} is no JSON: {error}") from None
    if not isinstance(found, dict):
        raise ReportRefused(Fault.BAD_MAPPING, f"mapping: {file} must hold an object")
    return found


class _Progress:
    """Tells on standard error, every other second, how far a run is."""

    def __init__(self) -> None:
        self._told = time.monotonic()

    def __call__(self, what: str, number: int) -> None:
        if time.monotonic() - self._told > TOLD_EVERY_SECONDS:
            self._told = time.monotonic()
            print(f"  {number} {what} …", file=sys.stderr, flush=True)


def _write_lines(workspace: ReportWorkspace, file: Path | None) -> None:
    """Write every line with its outcome, one JSON object each, in the order of the file."""
    if file is None:
        return
    with file.open("w", encoding="utf-8") as written:
        for books, verdict in workspace.verdicts():
            written.write(json.dumps(line_view(kept_line(books, verdict)), ensure_ascii=False) + "\n")


def _show_lines(workspace: ReportWorkspace, output: Output) -> None:
    """Print the lines that a person should look at, the differing ones first."""
    table = output.table("what to look at", "line", "outcome", "order", "value", "why")
    left = MAX_SHOWN_LINES
    for outcome in (
        Outcome.DIFFERS, Outcome.AMBIGUOUS, Outcome.DUPLICATE, Outcome.REJECTED, Outcome.FOREIGN,
    ):  # fmt: skip
        for books, verdict in workspace.verdicts(outcome):
            if not left:
                break
            left -= 1
            line = verdict.line
            why = verdict.reason or ", ".join(verdict.differences)
            table.add_row(
                str(line.number), outcome.value, books.order_id if books else "", shown(line.gross, line.currency), why
            )
    for missing in workspace.missing():
        if not left:
            break
        left -= 1
        value = shown(missing.value, missing.currency)
        table.add_row("", "missing", missing.order_id, value, f"{missing.kind} {missing.move} of {missing.on}")
    if table.row_count:
        output.show(table)


def shown(value: int, currency: str) -> str:
    """Format an amount for people; one in a currency that there is not is shown as it is counted."""
    return display(value, currency) if is_currency(currency) or is_withdrawn(currency) else f"{value} {currency}"


def _tell(report: Report, output: Output) -> int:
    if report.state is ReportState.REFUSED:
        return _refused(report.fault or "", report.message or "", report.fault_line, report.fault_column, output)
    table = output.table(f"report {report.report_id}", "outcome", "lines", "gross", "fee", "net")
    kept = [*report.outcomes, *([report.missing] if report.missing else []), *([report.file] if report.file else [])]
    for sums in kept:
        for number, held in enumerate(sums.by_currency or ()):
            amounts = (shown(value, held.currency) for value in (held.gross, held.fee, held.net))
            table.add_row(sums.outcome if not number else "", str(sums.lines) if not number else "", *amounts)
    output.show(table)
    return output.end(
        FOUND if report.has_findings else 0,
        report=report.report_id, state=report.state.value, format=report.format, sha256=report.sha256,
        since=report.since, until=report.until, outcomes=[outcome_view(sums) for sums in kept],
    )  # fmt: skip


def _refused(fault: str, message: str, line: int | None, column: int | None, output: Output) -> int:
    print(f"Refused ({fault}): {message}. Nothing was booked.", file=sys.stderr, flush=True)
    return output.end(STOPPED, state="refused", fault=fault, message=message, line=line or None, column=column or None)
