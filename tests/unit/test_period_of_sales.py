"""A file that tells no period has that of its sales, as far as their days are right."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from settlement.domain.reconciliation.outcomes import Outcome
from settlement.domain.reconciliation.report_head import ReportHead
from settlement.domain.reconciliation.report_line import ReportLine
from settlement.storage.report_workspace import ReportWorkspace
from settlement.use_cases.reconciliation.reconcile_file import Reconciled, reconcile, take_lines
from tests.unit.test_settlement_reports import DAY, capture, line, payment

EARLIER, WRONG = date(2026, 2, 20), date(2026, 2, 10)


def sold(number: int, on: date) -> ReportLine:
    return line(number, 1000 * number, on, tid=f"TID{number}")


def taken(tmp_path: Path, *lines: ReportLine) -> Reconciled:
    """Hold a file against sales of two days of before and of two of today."""
    days = {1: WRONG, 2: EARLIER, 3: DAY, 4: DAY}
    books = [
        replace(payment(capture(f"C{at}", 1000 * at, on)), payment_id=f"P{at}", transaction_id=f"T{at}", tid=f"TID{at}")
        for at, on in days.items()
    ]
    workspace = ReportWorkspace(tmp_path / "workspace.sqlite")
    try:
        return reconcile(workspace, ReportHead("csv"), take_lines(workspace, lines), books, "this")
    finally:
        workspace.close()


@pytest.mark.parametrize(
    ("wrong", "period", "missing"),
    [
        (sold(4, WRONG), (DAY, DAY), 0),
        (sold(4, date(2026, 5, 1)), (DAY, DAY), 0),
        (sold(4, DAY), (DAY, DAY), 0),
        (replace(sold(4, EARLIER), tid="of nobody"), (EARLIER, DAY), 2),
        (sold(2, EARLIER), (EARLIER, DAY), 1),
    ],
)
def test_day_that_is_wrong_by_the_books_is_not_of_the_period(
    tmp_path: Path, wrong: ReportLine, period: tuple[date, date], missing: int
) -> None:
    found = taken(tmp_path, sold(3, DAY), wrong)

    assert (found.head.since, found.head.until) == period
    assert found.missing.lines == missing


def test_file_whose_days_are_all_wrong_has_no_period(tmp_path: Path) -> None:
    found = taken(tmp_path, sold(3, WRONG), sold(4, WRONG))

    assert (found.head.since, found.head.until, found.missing.lines) == (None, None, 0)
    assert found.outcomes[Outcome.DIFFERS].lines == 2
