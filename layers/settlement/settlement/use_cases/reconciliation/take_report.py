"""Takes a file as a whole, or not at all: reads it to its end, holds it against the books, keeps what it told."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from functools import partial
from typing import TYPE_CHECKING, Protocol

from settlement.domain.reconciliation.bank_lines import Statement
from settlement.domain.reconciliation.refusal import ReportRefused
from settlement.domain.reconciliation.report import (
    Report,
    ReportState,
    outcome_sums,
    paid_out,
)
from settlement.use_cases.reconciliation.advance_report import (
    begin_matching,
    finish_report,
    refuse_repeated,
    refuse_report,
)
from settlement.use_cases.reconciliation.bank_arrivals import against_payouts
from settlement.use_cases.reconciliation.keep_findings import keep_findings
from settlement.use_cases.reconciliation.keep_lines import keep_lines
from settlement.use_cases.reconciliation.load_books import transactions_of
from settlement.use_cases.reconciliation.older_books import older_books
from settlement.use_cases.reconciliation.reconcile_file import (
    Reconciled,
    months_of_orders,
    reconcile,
    take_lines,
)
from settlement.values import dataclass

if TYPE_CHECKING:
    from settlement.domain.reconciliation.report_head import ReportHead
    from settlement.domain.reconciliation.report_line import ReportLine
    from settlement.domain.reconciliation.taken import Taken
    from settlement.use_cases.reconciliation.report_ports import Hands, KeptLines, Reports
    from settlement.use_cases.reconciliation.workspace import Workspace
    from settlement.use_cases.shared.ports import Ports

MAX_PAYOUTS = 400
"""Payouts that are kept with a report, the last ones: of a day, or of a batch."""

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

    ``hands`` read the books of the account, match them, and write what is found.
    """

    ports: Ports
    reports: Reports
    kept: KeptLines
    workspace: Workspace
    account: str
    run: str
    progress: Progress
    hands: Hands


def take_report(taking: Taking, report: Report, file: OpenedFile) -> Report:
    """Take a file, unless it is taken already; return its report, which is done or refused. Raises ``Busy``."""
    ports, reports, account = taking.ports, taking.reports, taking.account
    known = reports.report(account, report.report_id) or report
    if known.state is ReportState.DONE:
        return known
    try:
        head, taken = read_whole(
            reports, account, known, file, taking.workspace, lambda number: taking.progress("lines", number)
        )
    except ReportRefused as refusal:
        return refuse_report(ports, reports, account, known, refusal)
    matching = begin_matching(ports, reports, account, known, head)
    if matching.state is not ReportState.MATCHING:
        return matching
    months = months_of_orders(taken, head.until or ports.now().date())
    books = taking.hands.books(
        transactions_of(ports.store, account, months, lambda number: taking.progress("orders", number))
    )
    bank_lines = against_payouts(ports, reports, account, Statement(known.report_id, head.sender))
    older = partial(older_books, ports.store, account, taking.hands.books)
    found = reconcile(taking.workspace, head, taken, books, known.report_id, bank_lines, taking.hands.each, older)
    met_others = keep_findings(
        taking.hands, taking.workspace, known.report_id, ports.now(),
        lambda number: taking.progress("payments", number),
    )  # fmt: skip
    if met_others:
        found.outcomes = taking.workspace.sums()
    keep_lines(taking.kept, taking.workspace, account, known.report_id, taking.run)
    return finish_report(ports, reports, account, with_sums(matching, found, taking.workspace, taking.run))


def read_whole(
    reports: Reports, account: str, report: Report, file: OpenedFile, workspace: Workspace,
    progress: Callable[[int], None] = lambda number: None,
) -> tuple[ReportHead, Taken]:  # fmt: skip
    """Read a file to its end into a workspace; raises ``ReportRefused``, and nothing of it counts."""
    head = file.head()
    refuse_repeated(reports, account, report, head)
    return head, take_lines(workspace, file.lines(), progress)


def with_sums(report: Report, found: Reconciled, workspace: Workspace, run: str) -> Report:
    """Return a report with all that its file told; its state stays."""
    paid = deque(workspace.paid_out(), maxlen=MAX_PAYOUTS)
    return replace(
        report,
        since=found.head.since,
        until=found.head.until,
        file=outcome_sums(_FILE, found.file),
        outcomes=tuple(outcome_sums(outcome.value, sums) for outcome, sums in sorted(found.outcomes.items())),
        missing=outcome_sums(_MISSING, found.missing) if found.missing.lines else None,
        payouts=tuple(paid_out(date.fromisoformat(day), currency, net, batch) for day, currency, net, batch in paid),
        run=run,
    )
