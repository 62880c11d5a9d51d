"""Takes a file as a whole, or not at all: reads it to its end, holds it against the books, keeps what it told."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from itertools import chain
from typing import TYPE_CHECKING, Protocol

from settlement.domain.reconciliation.bank_lines import TransferOf, match_bank_lines
from settlement.domain.reconciliation.refusal import Fault, ReportRefused
from settlement.domain.reconciliation.report import (
    PaidOut,
    Report,
    ReportState,
    outcome_sums,
)
from settlement.use_cases.reconciliation.keep_findings import keep_findings
from settlement.use_cases.reconciliation.keep_lines import keep_lines
from settlement.use_cases.reconciliation.load_books import load_books
from settlement.use_cases.reconciliation.reconcile_file import (
    BankLines,
    Reconciled,
    months_of_orders,
    reconcile,
    take_lines,
)

if TYPE_CHECKING:
    from settlement.domain.reconciliation.outcomes import Verdict
    from settlement.domain.reconciliation.report_head import ReportHead
    from settlement.domain.reconciliation.report_line import ReportLine
    from settlement.use_cases.reconciliation.report_ports import KeptLines, Reports
    from settlement.use_cases.reconciliation.workspace import Workspace
    from settlement.use_cases.shared.ports import Ports

REPORTS_OF_BANK_LINES = 200
"""Reports, the newest first, whose payouts the lines of a bank's statement are held against."""

MAX_PAYOUT_DAYS = 400
"""Days of payouts that are kept with a report."""

_MISSING = "missing"
_FILE = "file"

Progress = Callable[[str, int], None]


class OpenedFile(Protocol):
    """A file to be read; both raise ``ReportRefused``."""

    def head(self) -> ReportHead: ...
    def lines(self) -> Iterator[ReportLine]: ...


@dataclass(frozen=True, slots=True)
class Taking:
    """What taking a file needs beside it; ``run`` is the name of this very taking.

    So many reads and writes of the store are made ``at_once``.
    """

    ports: Ports
    reports: Reports
    kept: KeptLines
    workspace: Workspace
    account: str
    run: str
    progress: Progress
    at_once: int = 1


def take_report(taking: Taking, report: Report, file: OpenedFile) -> Report:
    """Take a file, unless it is taken already; return its report, which is done or refused."""
    known = taking.reports.report(taking.account, report.report_id) or report
    if known.state is ReportState.DONE:
        return known
    try:
        head = file.head()
        _refuse_repeated(taking, known, head)
        taken = take_lines(taking.workspace, file.lines(), lambda number: taking.progress("lines", number))
    except ReportRefused as refused:
        return _save_refused(taking, known, refused)
    months = months_of_orders(taken, head.until or taking.ports.now().date())
    books = load_books(
        taking.ports.store, taking.account, months, lambda number: taking.progress("orders", number),
        taking.at_once,
    )  # fmt: skip
    found = reconcile(taking.workspace, head, taken, books, known.report_id, _bank_lines(taking))
    running = replace(
        known.to(ReportState.RUNNING), serial=head.serial, fault=None, message=None, fault_line=None, fault_column=None
    )
    running = taking.reports.save_report(taking.account, running)
    met_others = keep_findings(
        taking.ports, taking.account, taking.workspace, known.report_id,
        lambda number: taking.progress("payments", number), taking.at_once,
    )  # fmt: skip
    if met_others:
        found.outcomes = taking.workspace.sums()
    keep_lines(taking.kept, taking.workspace, taking.account, known.report_id, taking.run)
    return taking.reports.save_report(taking.account, _done(taking, running, found))


def _refuse_repeated(taking: Taking, report: Report, head: ReportHead) -> None:
    if not head.serial:
        return
    owner = taking.reports.report_of_serial(taking.account, head.serial)
    if owner is not None and owner != report.report_id:
        message = f"sequence {head.sequence} of {head.sender} is that of report {owner}, another file"
        raise ReportRefused(Fault.REPEATED_SEQUENCE, message, 1)


def _save_refused(taking: Taking, report: Report, refused: ReportRefused) -> Report:
    return taking.reports.save_report(
        taking.account,
        replace(
            report.to(ReportState.REFUSED), fault=refused.fault.value, message=str(refused),
            fault_line=refused.line or None, fault_column=refused.column or None, done_at=taking.ports.now(),
        ),
    )  # fmt: skip


def _bank_lines(taking: Taking) -> BankLines:
    """Return what decides lines of a bank's statement by the payouts of reports; they are read if there are any."""

    def decide(lines: Iterable[ReportLine]) -> list[Verdict]:
        waiting = iter(lines)
        first = next(waiting, None)
        if first is None:
            return []
        page = taking.reports.reports(taking.account, None, REPORTS_OF_BANK_LINES)
        transfers = [TransferOf(report.report_id, paid) for report in page.items for paid in report.payouts]
        return match_bank_lines(chain([first], waiting), transfers)

    return decide


def _done(taking: Taking, report: Report, found: Reconciled) -> Report:
    paid = list(taking.workspace.paid_out())[-MAX_PAYOUT_DAYS:]
    return replace(
        report.to(ReportState.DONE),
        since=found.head.since,
        until=found.head.until,
        file=outcome_sums(_FILE, found.file),
        outcomes=tuple(outcome_sums(outcome.value, sums) for outcome, sums in sorted(found.outcomes.items())),
        missing=outcome_sums(_MISSING, found.missing) if found.missing.lines else None,
        payouts=tuple(PaidOut(date.fromisoformat(day), currency, net) for day, currency, net in paid),
        done_at=taking.ports.now(),
        run=taking.run,
    )
