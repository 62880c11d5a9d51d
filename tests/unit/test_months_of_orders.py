"""In which months the orders of a report's lines are looked for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from settlement.domain.reconciliation.report_line import LineKind, ReportLine, Stage
from settlement.storage.report_workspace import ReportWorkspace
from settlement.use_cases.reconciliation.reconcile_file import months_of_orders, take_lines
from testkit.builders import a_new_payment
from testkit.shop import Shop
from tests.support.reports import FakeReports, ReportFile, take

DAY = date(2026, 3, 6)


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[ReportWorkspace]:
    held = ReportWorkspace(tmp_path / "workspace.sqlite")
    yield held
    held.close()


def line(number: int, gross: int, on: date = DAY) -> ReportLine:
    return ReportLine(number, LineKind.CAPTURE, Stage.REPORTED, "BRL", gross, 0, gross, tid="TID1", sold_on=on)


def test_orders_are_looked_for_in_the_months_before_their_sales(workspace: ReportWorkspace) -> None:
    taken = take_lines(workspace, [line(2, 1, date(2026, 2, 3)), line(3, 1, date(2026, 3, 3))])

    assert months_of_orders(taken, DAY) == ["2025-11", "2025-12", "2026-01", "2026-02", "2026-03", "2026-04"]


def test_line_without_a_day_is_looked_for_before_the_files_end(workspace: ReportWorkspace) -> None:
    taken = take_lines(workspace, [replace(line(2, 1), sold_on=None)])

    assert months_of_orders(taken, DAY) == ["2025-12", "2026-01", "2026-02", "2026-03", "2026-04"]


def test_instalment_that_tells_its_payout_alone_is_looked_for_when_it_was_sold(workspace: ReportWorkspace) -> None:
    """The sixth of a sale in October comes in April."""
    paid = replace(line(2, 1), sold_on=None, paid_on=date(2026, 4, 6), installment=6, installments=6)
    taken = take_lines(workspace, [paid])

    assert months_of_orders(taken, DAY)[0] == "2025-08"
    assert "2025-10" in months_of_orders(taken, DAY)


@pytest.mark.parametrize("sold_on", ["2026-03-31", "2026-03-01"])
def test_sale_of_the_last_evening_of_a_month_is_of_an_order_of_the_next(sold_on: str) -> None:
    """Orders are listed by UTC, three hours ahead of the acquirer; a day that is wrong is a difference."""
    shop, reports = Shop(), FakeReports()
    shop.clock.advance_to(datetime(2026, 4, 1, 1, tzinfo=UTC))
    shop.open(a_new_payment(7000, "partial"), value=7000).invoice("N1", 7000)

    done = take(shop, reports, ReportFile(f"kind,gross,currency,tid,soldOn\ncapture,70,BRL,TID,{sold_on}\n".encode()))

    expected = "matched" if sold_on == "2026-03-31" else "differs"
    assert [told.outcome for told in done.outcomes] == [expected]
