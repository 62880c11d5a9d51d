"""The lines of settlement reports, as answers show them."""

from datetime import date
from typing import TYPE_CHECKING

from settlement.api.reports.query import place_cursor

if TYPE_CHECKING:
    from settlement.api.reports.answer import LineAnswer, LinesAnswer
    from settlement.domain.reconciliation.kept_line import KeptLine
    from settlement.use_cases.reconciliation.retrieve_lines import ReportLines


def lines_view(page: "ReportLines") -> "LinesAnswer":
    """A page of a report's lines."""
    return {"items": [line_view(line) for line in page.lines], "next": place_cursor(page.following)}


def line_view(line: "KeptLine") -> "LineAnswer":
    """One line of a report with its outcome."""
    return {
        "line": line.line or None,
        "outcome": line.outcome,
        "kind": line.kind,
        "stage": line.stage,
        "differences": list(line.differences),
        "reason": line.reason or None,
        "expected": line.expected,
        "currency": line.currency,
        "gross": line.gross,
        "fee": line.fee,
        "net": line.net,
        "netCurrency": line.net_currency or None,
        "reference": line.reference or None,
        "tid": line.tid or None,
        "nsu": line.nsu or None,
        "authorization": line.authorization or None,
        "instalment": line.installment or None,
        "instalments": line.installments or None,
        "soldOn": _day(line.sold_on),
        "expectedOn": _day(line.expected_on),
        "paidOn": _day(line.paid_on),
        "batch": line.batch or None,
        "toldAs": line.told_as or None,
        "orderId": line.order_id or None,
        "transactionId": line.transaction_id or None,
        "paymentId": line.payment_id or None,
        "capture": line.move or None,
        "candidates": list(line.candidates),
    }


def _day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
