"""Settlement reports and payouts, as answers show them."""

from datetime import date
from typing import TYPE_CHECKING

from settlement.api.shared.cursors import cursor_of
from settlement.api.shared.dates import oms_date, oms_date_or_none
from settlement.use_cases.shared.ports import Page

if TYPE_CHECKING:
    from settlement.api.reports.answer import OutcomeAnswer, PayoutAnswer, ReportAnswer, ReportsAnswer
    from settlement.domain.reconciliation.payout import Payout
    from settlement.domain.reconciliation.report import OutcomeSums, Report

DEFAULT_REPORTS = 20
MAX_REPORTS = 100
"""Reports on a page."""


def reports_view(page: "Page[Report]") -> "ReportsAnswer":
    """A page of the list."""
    return {"items": [report_view(report) for report in page.items], "next": cursor_of(page.next)}


def report_view(report: "Report") -> "ReportAnswer":
    """One report."""
    kept = [*report.outcomes, *([report.missing] if report.missing is not None else [])]
    return {
        "reportId": report.report_id,
        "format": report.format,
        "fileName": report.file_name,
        "sha256": report.sha256 or None,
        "state": report.state,
        "receivedAt": oms_date(report.received_at),
        "doneAt": oms_date_or_none(report.done_at),
        "since": _day(report.since),
        "until": _day(report.until),
        "file": None if report.file is None else outcome_view(report.file),
        "outcomes": [outcome_view(sums) for sums in kept],
        "fault": None
        if report.fault is None
        else {
            "code": report.fault,
            "message": report.message or "",
            "line": report.fault_line,
            "column": report.fault_column,
        },
    }


def outcome_view(sums: "OutcomeSums") -> "OutcomeAnswer":
    """The lines of one outcome, added up."""
    return {
        "outcome": sums.outcome,
        "lines": sums.lines,
        "sums": [
            {"currency": held.currency, "gross": held.gross, "fee": held.fee, "net": held.net}
            for held in sums.by_currency
        ],
    }


def payout_view(payout: "Payout", *, shows_installments: bool = True) -> "PayoutAnswer":
    """The payout of one capture."""
    parts = payout.installments
    return {
        "state": payout.state,
        "expectedOn": payout.expected_on.isoformat(),
        "paidOn": _day(payout.paid_on),
        "gross": sum(part.gross for part in parts),
        "fee": sum(part.fee for part in parts),
        "net": sum(part.net for part in parts),
        "instalments": [
            {
                "number": part.number,
                "of": part.of,
                "gross": part.gross,
                "fee": part.fee,
                "net": part.net,
                "currency": part.net_currency,
                "expectedOn": part.expected_on.isoformat(),
                "paidOn": _day(part.paid_on),
            }
            for part in parts
            if shows_installments
        ],
        "reportId": payout.report_id,
    }


def _day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
