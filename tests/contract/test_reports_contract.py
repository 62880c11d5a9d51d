"""Settlement reports in memory and on the table: both keep the same, and both refuse the same."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from settlement.domain.reconciliation.bank_lines import Arrival
from settlement.domain.reconciliation.report import PaidOut, Report, ReportState
from settlement.storage.reports import DynamoDBReports
from settlement.use_cases.reconciliation.report_ports import Reports
from settlement.use_cases.shared.ports import Conflict
from testkit.builders import ACCOUNT
from tests.contract.conftest import new_table
from tests.support.reports import FakeReports

NOW = datetime(2026, 3, 6, 12, tzinfo=UTC)
ON = date(2026, 3, 5)
REPORT = Report(
    "R1",
    "csv",
    "sales.csv",
    "0" * 64,
    NOW,
    payouts=(PaidOut(ON, "BRL", 6825), PaidOut(ON, "BRL", 6825, "134")),
    mapping="{}",
)
ARRIVAL = Arrival("R1", ON, "BRL", "S1", "BR1", "B1", date(2026, 3, 6))


@pytest.fixture(params=["fake", "client", "own_client"])
def reports(request: pytest.FixtureRequest) -> Reports:
    """Reports of either kind; there are none."""
    if request.param == "fake":
        return FakeReports()
    client = request.getfixturevalue(request.param)
    return DynamoDBReports(client, new_table(client))


def test_report_comes_back_and_is_written_over_the_version_that_was_read(reports: Reports) -> None:
    saved = reports.save_report(ACCOUNT, REPORT)

    assert saved == replace(REPORT, version=1) == reports.report(ACCOUNT, "R1")
    assert reports.report("other", "R1") is None
    with pytest.raises(Conflict):
        reports.save_report(ACCOUNT, REPORT)
    assert reports.save_report(ACCOUNT, saved.to(ReportState.READING)).version == 2


def test_sequence_is_one_reports(reports: Reports) -> None:
    first = reports.save_report(ACCOUNT, replace(REPORT, serial="csv/A/7"))

    with pytest.raises(Conflict):
        reports.save_report(ACCOUNT, replace(REPORT, report_id="R2", serial="csv/A/7"))
    assert reports.report(ACCOUNT, "R2") is None
    assert reports.report_of_serial(ACCOUNT, "csv/A/7") == "R1"
    assert reports.save_report(ACCOUNT, first).version == 2


def test_payout_comes_by_one_statement(reports: Reports) -> None:
    reports.keep_arrival(ACCOUNT, ARRIVAL)

    with pytest.raises(Conflict):
        reports.keep_arrival(ACCOUNT, replace(ARRIVAL, told_by="S2"))
    again = replace(ARRIVAL, reference="")
    reports.keep_arrival(ACCOUNT, again)
    reports.keep_arrival(ACCOUNT, replace(ARRIVAL, currency="EUR", told_by="S2"))
    other = replace(ARRIVAL, batch="134", told_by="S2")
    reports.keep_arrival(ACCOUNT, other)
    assert reports.arrivals(ACCOUNT, [other.payout]) == [other]
    reports.keep_arrival("other", replace(ARRIVAL, told_by="S2"))
    assert reports.arrivals(ACCOUNT, [ARRIVAL.payout, ("R1", date(2026, 3, 4), "BRL", "")]) == [again]


def test_what_another_statement_tells_now_is_not_removed(reports: Reports) -> None:
    reports.keep_arrival(ACCOUNT, ARRIVAL)

    reports.drop_arrival(ACCOUNT, replace(ARRIVAL, told_by="S2"))
    assert reports.arrivals(ACCOUNT, [ARRIVAL.payout]) == [ARRIVAL]

    reports.drop_arrival(ACCOUNT, ARRIVAL)
    reports.drop_arrival(ACCOUNT, ARRIVAL)
    assert reports.arrivals(ACCOUNT, [ARRIVAL.payout]) == []
    reports.keep_arrival(ACCOUNT, replace(ARRIVAL, told_by="S2"))
