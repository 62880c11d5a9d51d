"""Shows the lines of a settlement report, a page at a time."""

from settlement.domain.errors import ReportLinesNotFound
from settlement.domain.reconciliation.kept_line import IN_ORDER, KeptLine
from settlement.domain.reconciliation.outcomes import Outcome
from settlement.domain.reconciliation.report import Report, ReportState
from settlement.use_cases.reconciliation.report_ports import KeptLines, Reports
from settlement.use_cases.reconciliation.retrieve_report import retrieve_report
from settlement.values import dataclass


@dataclass(frozen=True, slots=True)
class LinePlace:
    """Where a page of lines begins: an outcome, and a place in its lines."""

    outcome: Outcome
    offset: int = 0


@dataclass(frozen=True, slots=True)
class ReportLines:
    """Some lines of a report; ``following`` is where the next page begins, None on the last one."""

    lines: tuple[KeptLine, ...]
    following: LinePlace | None


def retrieve_lines(
    reports: Reports, kept: KeptLines, account: str, report_id: str, outcome: Outcome | None,
    after: LinePlace | None, limit: int,
) -> ReportLines:  # fmt: skip
    """Return lines of one outcome, or of all of them, the differing ones first.

    Raises ``ReportNotFound``, ``ReportLinesNotFound``, and ``InvalidRequest`` for a place that no page has named.
    """
    report = retrieve_report(reports, account, report_id)
    if report.state is not ReportState.DONE or report.run is None:
        raise ReportLinesNotFound(report_id, f"it is {report.state}")
    left = _outcomes(report, outcome)
    if after is not None:
        left = left[left.index(after.outcome) :] if after.outcome in left else []
    found: list[KeptLine] = []
    for number, held in enumerate(left):
        offset = after.offset if after is not None and after.outcome is held else 0
        page = kept.page(account, report_id, report.run, held, offset, limit - len(found))
        if page is None:
            raise ReportLinesNotFound(report_id, "they are not kept any more")
        found += page.lines
        if page.following is not None:
            return ReportLines(tuple(found), LinePlace(held, page.following))
        if len(found) >= limit and left[number + 1 :]:
            return ReportLines(tuple(found), LinePlace(left[number + 1]))
    return ReportLines(tuple(found), None)


def _outcomes(report: Report, outcome: Outcome | None) -> list[Outcome]:
    """Return the outcomes that the report has lines of, of one or of all."""
    sums = [*report.outcomes, *([report.missing] if report.missing is not None else [])]
    told = {held.outcome for held in sums if held.lines}
    return [held for held in IN_ORDER if held.value in told and outcome in (None, held)]
