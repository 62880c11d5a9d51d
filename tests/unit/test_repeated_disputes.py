"""A dispute that several reports tell is one; its days are no days of sales."""

from __future__ import annotations

from pathlib import Path

import pytest

from settlement.domain.events import EventType
from testkit.shop import Placed, Shop
from tests.support.reports import FakeReports, ReportFile, captured, take
from tests.unit.test_report_stages import Stages
from tests.unit.test_reports_that_meet import CHARGED, REVERSED, file, parts, require_whole, work

OTHER = "fee,-1.00,0,BRL,,,,{},,"


@pytest.fixture
def reports() -> FakeReports:
    return FakeReports()


@pytest.fixture
def sold(shop: Shop) -> Placed:
    """An order with one capture of 70.00."""
    return captured(shop, 7000)


@pytest.mark.parametrize("row", [CHARGED, REVERSED])
def test_dispute_that_another_report_told_is_a_duplicate(
    shop: Shop, reports: FakeReports, sold: Placed, row: str
) -> None:
    """A file of the month has what that of the day had; it is one dispute, of another day another one."""
    take(shop, reports, file(row.format("2026-04-01")))
    before = parts(shop, sold)

    month = take(shop, reports, file(row.format("2026-04-01"), row.format("2026-04-02"), OTHER.format("2026-04-02")))

    assert {sums.outcome: sums.lines for sums in month.outcomes} == {"duplicate": 1, "foreign": 1, "matched": 1}
    assert sorted(part.paid_on.day for part in parts(shop, sold) if part.paid_on and not part.ended_by) == [1, 2]
    assert before[0] in parts(shop, sold)
    assert len(work(shop)) == (2 if row == CHARGED else 0)
    require_whole(shop)


def test_days_of_disputes_are_no_days_of_sales(shop: Shop, reports: FakeReports, sold: Placed) -> None:
    """A dispute tells its own day, or that of a sale long ago: the file does not lack what was sold since."""
    disputes = "chargeback,-70.00,0,BRL,TID,2026-03-02,,,,", "chargeback-reversed,70.00,0,BRL,TID,2026-03-03,,,,"

    report = take(shop, reports, file(*disputes))

    assert ([sums.outcome for sums in report.outcomes], report.missing) == (["matched"], None)
    assert (report.since, report.until) == (None, None)


def test_dispute_that_two_reports_tell_at_once_is_one(shop: Shop, reports: FakeReports, sold: Placed) -> None:
    charged = CHARGED.format("2026-04-01")
    shop.store.interrupt(lambda: take(shop, reports, file(charged)))

    second = take(shop, reports, file(charged, OTHER.format("2026-04-01")))

    assert {sums.outcome: sums.lines for sums in second.outcomes} == {"duplicate": 1, "foreign": 1}
    assert (len([part for part in parts(shop, sold) if not part.ended_by]), work(shop)) == (1, ["chargeback"])
    told = [event.data for event in sold.events if event.type is EventType.CHARGED_BACK]
    assert (len(told), ["paidOut" in data for data in told].count(True)) == (2, 1)
    require_whole(shop)


def test_dispute_of_no_day_may_be_another_one(shop: Shop, reports: FakeReports, sold: Placed) -> None:
    take(shop, reports, file(CHARGED.format("")))

    take(shop, reports, file(CHARGED.format(""), OTHER.format("")))

    assert work(shop) == ["chargeback", "chargeback"]


def test_run_that_another_report_overtakes_matches_once_more_and_has_its_dispute_as_a_duplicate(
    shop: Shop, reports: FakeReports, sold: Placed, tmp_path: Path
) -> None:
    stages = Stages(shop, tmp_path, reports)
    content = file(CHARGED.format("2026-04-01"), OTHER.format("2026-04-01")).content
    end = stages.read(stages.upload(content))
    matched = stages.match(end.report_id, end.ranges)
    take(shop, reports, file(CHARGED.format("2026-04-01")))

    assert [stages.keep(end.report_id, part) for part in range(matched.parts)] == [1]

    again = stages.match(end.report_id, end.ranges)
    assert [stages.keep(end.report_id, part) for part in range(again.parts)] == [0]
    done = stages.finish(end.report_id)
    assert {sums.outcome: sums.lines for sums in done.outcomes} == {"duplicate": 1, "foreign": 1}
    assert work(shop) == ["chargeback"]
    require_whole(shop)


def test_as_many_lines_are_duplicates_as_another_report_has(shop: Shop, reports: FakeReports, sold: Placed) -> None:
    """Of two chargebacks of one value and day, told by one file, the other file has one."""
    head = "kind,gross,currency,tid,paidOn,batch"
    row = "chargeback,-35.00,BRL,TID,2026-04-01,"
    for rows, outcomes in (
        ([f"{row}A"], {"matched": 1}),
        ([f"{row}B", f"{row}C"], {"duplicate": 1, "matched": 1}),
        ([f"{row}D", f"{row}E"], {"duplicate": 2}),
    ):
        done = take(shop, reports, ReportFile("\n".join((head, *rows)).encode() + b"\n"))

        assert {sums.outcome: sums.lines for sums in done.outcomes} == outcomes
    assert work(shop) == ["chargeback", "chargeback"]
    require_whole(shop)
