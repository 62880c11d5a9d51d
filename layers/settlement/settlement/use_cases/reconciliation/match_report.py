"""Holds a file that was read against the books that were loaded, and hands out what is to be kept (D182)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from enum import StrEnum
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, Protocol

from settlement.domain.errors import ReportNotFound
from settlement.domain.reconciliation.bank_lines import Statement
from settlement.domain.reconciliation.report import Report, ReportState
from settlement.use_cases.reconciliation.advance_report import begin_matching
from settlement.use_cases.reconciliation.bank_arrivals import against_payouts
from settlement.use_cases.reconciliation.hands import Threads
from settlement.use_cases.reconciliation.keep_findings import Finding, findings_of
from settlement.use_cases.reconciliation.keep_lines import keep_lines
from settlement.use_cases.reconciliation.older_books import AT_ONCE, older_books
from settlement.use_cases.reconciliation.reconcile_file import reconcile
from settlement.use_cases.reconciliation.take_report import with_sums
from settlement.values import dataclass

if TYPE_CHECKING:
    from settlement.domain.reconciliation.books import PaymentBooks
    from settlement.use_cases.reconciliation.report_ports import KeptLines, Reports
    from settlement.use_cases.reconciliation.workspace import Workspace
    from settlement.use_cases.shared.ports import Ports

PAYMENTS_AT_ONCE = 2_500
"""Payments whose findings one task writes: a minute's work, and at most 1,200 tasks for a file."""


class MatchOutcome(StrEnum):
    """What became of a file that was read."""

    MATCHED = "matched"
    REFUSED = "refused"
    DONE = "done"


class Findings(Protocol):
    """What a run found, on its way to the table."""

    def keep_findings(self, part: int, findings: Iterable[Finding]) -> None: ...
    def keep_report(self, report: Report) -> None:
        """Keep the report as it will be once all findings are written."""
        ...


@dataclass(frozen=True, slots=True)
class Matching:
    """What matching needs; ``workspace`` has what was read, ``run`` is the name of the execution."""

    ports: Ports
    reports: Reports
    kept: KeptLines
    workspace: Workspace
    findings: Findings
    run: str


@dataclass(frozen=True, slots=True)
class MatchEnd:
    """How matching ended: ``parts`` of findings are to be written."""

    outcome: MatchOutcome
    parts: int = 0


def match_report(matching: Matching, account: str, report_id: str, books: Iterable[PaymentBooks]) -> MatchEnd:
    """Decide every line and keep the lines; nothing is booked yet. Raises ``ReportNotFound``, ``Busy``."""
    report = matching.reports.report(account, report_id)
    if report is None:
        raise ReportNotFound(report_id)
    if report.state is ReportState.DONE:
        return MatchEnd(MatchOutcome.DONE)
    head, taken = matching.workspace.noted()
    report = begin_matching(matching.ports, matching.reports, account, report, head)
    if report.state is not ReportState.MATCHING:
        return MatchEnd(MatchOutcome(report.state.value))
    statement = Statement(report_id, head.sender)
    bank_lines = against_payouts(matching.ports, matching.reports, account, statement)
    older = partial(older_books, matching.ports.store, account, Threads(matching.ports, account, AT_ONCE).books)
    found = reconcile(matching.workspace, head, taken, books, report_id, bank_lines, older=older)
    keep_lines(matching.kept, matching.workspace, account, report_id, matching.run)
    parts = 0
    findings = findings_of(matching.workspace, report_id, matching.ports.now())
    for parts, lot in enumerate(_lots(findings), 1):
        matching.findings.keep_findings(parts - 1, lot)
    matching.findings.keep_report(with_sums(report, found, matching.workspace, matching.run))
    return MatchEnd(MatchOutcome.MATCHED, parts)


def _lots(findings: Iterator[Finding]) -> Iterator[list[Finding]]:
    while lot := list(islice(findings, PAYMENTS_AT_ONCE)):
        yield lot
