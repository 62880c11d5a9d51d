"""One file that two runs take at the same time: one report, done once, nothing booked twice, no error (D190)."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from settlement.domain.reconciliation.report import Report, ReportState, report_id_of
from settlement.use_cases.reconciliation.match_report import MatchOutcome
from settlement.use_cases.reconciliation.read_report import ReadOutcome
from testkit.builders import ACCOUNT
from testkit.shop import Shop
from tests.integration.test_rebuild import require_told
from tests.support.audits import mismatches_of
from tests.support.reports import FakeReports, ReportFile, take
from tests.unit.test_report_stages import MINE, Stages, csv_of

CHARGED = "chargeback,-70.00,0.00,BRL,TID"
CONTENT = csv_of(MINE, CHARGED, "capture,1.00,0.00,BRL,other")
OUTCOMES = {"matched": 2, "foreign": 1}


class Crossed(FakeReports):
    """Reports in which something else happens right before one of the writes, counted from 0."""

    def __init__(self) -> None:
        super().__init__()
        self._left = -1
        self._meanwhile: Callable[[], object] = lambda: None

    @contextmanager
    def crossed(self, write: int, meanwhile: Callable[[], object]) -> Iterator[None]:
        """Have something happen right before a write within; fail if there is no such write."""
        self._left, self._meanwhile = write, meanwhile
        yield
        assert self._left < 0, "nothing was written so often"

    def save_report(self, account: str, report: Report) -> Report:
        """Write a report, with what happens before it."""
        self._left -= 1
        if self._left == -1:
            self._meanwhile()
        return super().save_report(account, report)


@pytest.fixture
def shop() -> Shop:
    """A shop with one capture of 70.00."""
    shop = Shop()
    shop.open().invoice("N1", 7000)
    return shop


@pytest.fixture
def reports() -> Crossed:
    return Crossed()


@pytest.fixture
def stages(shop: Shop, reports: Crossed, tmp_path: Path) -> Stages:
    return Stages(shop, tmp_path, reports)


def require_taken_once(shop: Shop, reports: FakeReports) -> Report:
    """Fail unless one report is done, with its lines, and all of it is booked once; return it."""
    [report] = reports.kept.values()
    assert report.state is ReportState.DONE
    assert {sums.outcome: sums.lines for sums in report.outcomes} == OUTCOMES
    assert {key[3].value for key in reports.lines.kept if key[2] == report.run} == set(OUTCOMES)
    types = [event.type.value for commit in shop.store.commits for event in commit.events]
    assert (types.count("CaptureReported"), types.count("ChargedBack")) == (1, 1)
    assert mismatches_of(shop.store) == []
    require_told(shop.store.commits)
    return report


@pytest.mark.parametrize("write", range(2))
def test_two_commands_take_one_file_once(shop: Shop, reports: Crossed, write: int) -> None:
    file = ReportFile(CONTENT)

    with reports.crossed(write, lambda: take(shop, reports, ReportFile(CONTENT))):
        done = take(shop, reports, file)

    assert done == require_taken_once(shop, reports)


def test_two_commands_that_book_one_file_at_once_book_it_once(shop: Shop, reports: Crossed) -> None:
    shop.store.interrupt(lambda: take(shop, reports, ReportFile(CONTENT)))

    assert take(shop, reports, ReportFile(CONTENT)) == require_taken_once(shop, reports)


def test_two_commands_refuse_one_file_alike(shop: Shop, reports: Crossed) -> None:
    bad = csv_of("capture,ten,0.00,BRL,TID")

    with reports.crossed(0, lambda: take(shop, reports, ReportFile(bad))):
        refused = take(shop, reports, ReportFile(bad))

    assert (refused.state, refused.fault, refused.fault_line) == (ReportState.REFUSED, "not-a-number", 2)


def test_of_two_files_with_one_sequence_at_once_the_second_is_refused(shop: Shop, reports: Crossed) -> None:
    mapping = {"sender": "Acme", "sequence": "7"}
    other = csv_of("capture,1.00,0.00,BRL,other")

    with reports.crossed(0, lambda: take(shop, reports, ReportFile(CONTENT, mapping=mapping))):
        refused = take(shop, reports, ReportFile(other, mapping=mapping))

    assert (refused.state, refused.fault) == (ReportState.REFUSED, "repeated-sequence")
    assert report_id_of(ACCOUNT, "csv", hashlib.sha256(CONTENT).hexdigest()) in (refused.message or "")


def follow(stages: Stages, key: str, run: str) -> str:
    """Do what the workflow does with a file; return the outcome with which the run ends."""
    end = stages.read(key, run)
    if end.outcome is not ReadOutcome.READ:
        return end.outcome.value
    matched = stages.match(end.report_id, end.ranges, run)
    if matched.outcome is not MatchOutcome.MATCHED:
        return matched.outcome.value
    assert [stages.keep(end.report_id, part, run) for part in range(matched.parts)] == [0] * matched.parts
    return stages.finish(end.report_id, run).state.value


@pytest.mark.parametrize("write", range(3))
def test_two_runs_take_one_file_once(stages: Stages, reports: Crossed, write: int) -> None:
    key = f"inbox/{ACCOUNT}/csv/sales.csv"
    stages.bucket.objects[key] = CONTENT

    with reports.crossed(write, lambda: follow(stages, key, "second")):
        assert follow(stages, key, "first") == "done"

    assert require_taken_once(stages.shop, reports).run == "second"


def test_run_and_command_take_one_file_once(stages: Stages, reports: Crossed) -> None:
    key = f"inbox/{ACCOUNT}/csv/sales.csv"
    stages.bucket.objects[key] = CONTENT

    with reports.crossed(1, lambda: follow(stages, key, "second")):
        take(stages.shop, reports, ReportFile(CONTENT))

    assert require_taken_once(stages.shop, reports).run == "second"


@pytest.mark.parametrize("write", [1, 2])
def test_another_file_at_the_same_address_ends_no_run_of_the_right_one(
    stages: Stages, reports: Crossed, write: int
) -> None:
    key = stages.upload(CONTENT)

    def another_comes() -> None:
        stages.bucket.objects[key] = b"another"
        assert stages.read(key, "second").outcome is ReadOutcome.REFUSED

    with reports.crossed(write, another_comes):
        assert follow(stages, key, "first") == "done"

    assert require_taken_once(stages.shop, reports).fault is None
