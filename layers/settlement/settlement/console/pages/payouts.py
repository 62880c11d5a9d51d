"""Payouts: what is still to come, as a chart by day, what is overdue, and the settlement reports."""

from contextlib import suppress
from datetime import timedelta

from settlement.api.reports.query import place_cursor, read_lines_query
from settlement.api.shared.http import Response
from settlement.console.due_chart import due_charts
from settlement.console.following import Following, following
from settlement.console.outcome_bar import listed_outcomes, outcome_parts
from settlement.console.pages.uploads import upload_form, with_upload
from settlement.console.rendering import done_of, page
from settlement.console.visit import Visit
from settlement.domain.errors import ReportLinesNotFound
from settlement.domain.reconciliation.bank_days import day_of
from settlement.domain.reconciliation.report import Report, ReportState
from settlement.use_cases.bookkeeping.list_receivables import list_receivables
from settlement.use_cases.reconciliation.retrieve_lines import ReportLines, retrieve_lines
from settlement.use_cases.reconciliation.retrieve_report import retrieve_report

REPORTS_AT_ONCE = 20
"""Settlement reports on a page."""

ROWS_AT_ONCE = 400
"""Days in the table beside the charts, each of a connector and a currency."""

SPANS = (30, 90, 365)
"""Days that the charts can have; the second is what they have unless another is asked for."""

LINES_AT_ONCE = 50
"""Lines of a report on its page."""

_EVERY_ROW = 1_000_000

_SENDABLE = (ReportState.AWAITED, ReportState.REFUSED, ReportState.FAILED)
"""States in which a file can be sent from a report's page."""


def show(visit: Visit) -> Response:
    """Show what is to come within a span of days, what is overdue, and a page of the reports, the newest first."""
    asked = visit.asked("days")
    span = next((days for days in SPANS if str(days) == asked), SPANS[1])
    today = min(day_of(visit.now, "BRL"), visit.now.date())
    until = today + timedelta(days=span)
    coming = list_receivables(visit.services.entry_log(), visit.account, until, visit.now, None, _EVERY_ROW)
    after = visit.asked("after")
    reports = visit.services.reports().reports(visit.account, after or None, REPORTS_AT_ONCE)
    upload = upload_form(visit)
    answer = page(
        visit,
        "payouts",
        upload=upload,
        span=span,
        spans=SPANS,
        charts=due_charts(coming.days, coming.sums, today, until),
        rows=coming.days[:ROWS_AT_ONCE],
        has_more_rows=len(coming.days) > ROWS_AT_ONCE,
        overdue=coming.overdue,
        reports=reports.items,
        after=after,
        more=reports.next,
    )
    return answer if upload is None else with_upload(visit, answer)


def show_report(visit: Visit, report_id: str) -> Response:
    """Show one report: how far it is, until it is over, then what became of its lines, those first that a person should
    look at. Once a report is over whose page follows it, that page is led to it anew.
    """
    report = retrieve_report(visit.services.reports(), visit.account, report_id)
    follows = following(report, visit.asked("sent"), visit.asked("looked"))
    if visit.is_partial:
        return _followed(visit, report, follows)
    wanted = {"outcome": visit.asked("outcome"), "cursor": visit.asked("after")}
    query = read_lines_query({name: text for name, text in wanted.items() if text})
    lines: ReportLines | None = None
    if report.state is ReportState.DONE:
        with suppress(ReportLinesNotFound):  # they are kept for some time only, the sums for ever
            lines = retrieve_lines(
                visit.services.reports(), visit.services.report_lines(), visit.account, report_id, query.outcome,
                query.after, LINES_AT_ONCE,
            )  # fmt: skip
    waits = report.state in _SENDABLE and not (follows and follows.is_sent)
    upload = upload_form(visit, report) if waits else None
    answer = page(
        visit,
        "report",
        report=report,
        message=_without_place(report),
        follows=follows,
        upload=upload,
        done=done_of(visit),
        parts_of_bar=outcome_parts(report),
        outcomes=listed_outcomes(report),
        outcome=wanted["outcome"],
        after=wanted["cursor"],
        lines=lines,
        more=None if lines is None else place_cursor(lines.following),
    )
    return answer if upload is None else with_upload(visit, answer)


def _followed(visit: Visit, report: Report, follows: Following | None) -> Response:
    if follows is not None:
        return page(visit, "report_state", report=report, message="", follows=follows)
    there = visit.url(f"payouts/{report.report_id}")
    return Response(200, "text/plain; charset=utf-8", "", {"HX-Redirect": there})


def _without_place(report: Report) -> str:
    """Return why a file is refused, without the place before it, which the page tells in the reader's language."""
    line, column = report.fault_line, report.fault_column
    return (report.message or "").removeprefix(f"line {line}, column {column}: ").removeprefix(f"line {line}: ")
