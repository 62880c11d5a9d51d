"""Keeps every line of a report with its outcome, for whoever wants to read them (D178)."""

from collections.abc import Iterator

from settlement.domain.reconciliation.kept_line import IN_ORDER, KeptLine, kept_line, kept_missing
from settlement.domain.reconciliation.outcomes import Outcome
from settlement.use_cases.reconciliation.report_ports import KeptLines
from settlement.use_cases.reconciliation.workspace import Workspace


def keep_lines(kept: KeptLines, workspace: Workspace, account: str, report_id: str, run: str) -> None:
    """Keep the lines of a decided workspace under a run of its own, outcome by outcome."""
    for outcome in IN_ORDER:
        kept.keep(account, report_id, run, outcome, lines_of(workspace, outcome))


def lines_of(workspace: Workspace, outcome: Outcome) -> Iterator[KeptLine]:
    """Yield the lines of an outcome in the order of the file; what is missing, payment by payment."""
    if outcome is Outcome.MISSING:
        yield from map(kept_missing, workspace.missing())
    else:
        yield from (kept_line(books, verdict) for books, verdict in workspace.verdicts(outcome))
