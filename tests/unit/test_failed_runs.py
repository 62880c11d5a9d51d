"""A run of a settlement report that fails for good says so on the report, which can be read again (D192)."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from settlement.api.reports.view import report_view
from settlement.domain.reconciliation.report import Report, ReportState, report_id_of
from settlement.use_cases.reconciliation.advance_report import finish_report
from settlement.use_cases.reconciliation.name_report import NamedFile, name_report
from settlement.use_cases.reconciliation.read_report import Arrived, Failure, ReadOutcome, fail_report
from testkit.builders import ACCOUNT
from testkit.shop import Shop
from tests.support.reports import ReportFile, take
from tests.unit.test_report_stages import MINE, Stages, csv_of

DROPPED = f"inbox/{ACCOUNT}/csv/sales.csv"
CONTENT = csv_of(MINE)


@pytest.fixture
def stages(tmp_path: Path) -> Stages:
    shop = Shop()
    shop.open().invoice("N1", 7000)
    return Stages(shop, tmp_path)


def fail(stages: Stages, key: str, run: str = "run") -> Report | None:
    """Do what the workflow does if a stage fails for good."""

    def fetch(key: str) -> str:
        return hashlib.sha256(stages.bucket.objects[key]).hexdigest()

    arrived = Arrived(key, len(stages.bucket.objects.get(key, b"")))
    return fail_report(stages.ports, stages.reports, fetch, arrived, Failure(run, "States.Timeout"))


def require_failed(stages: Stages, report_id: str) -> None:
    """Fail unless a report says that its run failed, which one, and what to do."""
    report = stages.report(report_id)
    assert report.has_findings
    shown = report_view(report)
    assert (shown["state"], shown["doneAt"] is not None) == ("failed", True)
    assert shown["fault"] == {
        "code": "run-failed",
        "message": "run run ended with States.Timeout: send the same file again to the same address, or start the run "
        "again",
        "line": None,
        "column": None,
    }


def require_taken(stages: Stages, key: str) -> None:
    """Fail unless the file goes through every stage now, and is booked once."""
    end = stages.read(key, "again")
    assert end.outcome is ReadOutcome.READ
    matched = stages.match(end.report_id, end.ranges, "again")
    assert [stages.keep(end.report_id, part, "again") for part in range(matched.parts)] == [0]
    done = stages.finish(end.report_id, "again")
    assert (done.state, done.fault, done.message) == (ReportState.DONE, None, None)
    assert stages.events().count("CaptureReported") == 1


@pytest.mark.parametrize("after", ["nothing", "read", "match", "keep"])
@pytest.mark.parametrize("is_dropped", [True, False])
def test_report_says_that_its_run_failed_and_takes_the_file_again(
    stages: Stages, after: str, *, is_dropped: bool
) -> None:
    key = DROPPED if is_dropped else stages.upload(CONTENT)
    stages.bucket.objects[key] = CONTENT
    if after != "nothing":
        end = stages.read(key)
        if after != "read":
            stages.match(end.report_id, end.ranges)
        if after == "keep":
            stages.keep(end.report_id, 0)

    told = fail(stages, key)

    assert told is not None
    require_failed(stages, told.report_id)
    assert fail(stages, key) is not None
    require_taken(stages, key)


def test_file_that_was_not_uploaded_is_told_too(stages: Stages) -> None:
    named = NamedFile("csv", "sales.csv", "0" * 64)
    report_id = name_report(stages.ports, stages.reports, ACCOUNT, named).report_id

    fail(stages, f"uploads/{ACCOUNT}/{report_id}")

    require_failed(stages, report_id)


def test_report_that_another_run_has_done_stays_done(stages: Stages) -> None:
    done = take(stages.shop, stages.reports, ReportFile(CONTENT))
    stages.bucket.objects[DROPPED] = CONTENT

    assert fail(stages, DROPPED) == done == stages.report(done.report_id)


def test_run_that_goes_on_beside_one_that_failed_ends_as_done(stages: Stages) -> None:
    key = stages.upload(CONTENT)
    end = stages.read(key, "other")
    stages.match(end.report_id, end.ranges, "other")
    fail(stages, key)

    found = stages.run_of(end.report_id, "other").report()
    assert finish_report(stages.ports, stages.reports, ACCOUNT, found).state is ReportState.DONE


def test_refusal_of_another_file_is_told_over_a_run_that_failed(stages: Stages) -> None:
    key = stages.upload(CONTENT)
    fail(stages, key)
    stages.bucket.objects[key] = b"another"

    assert stages.read(key).outcome is ReadOutcome.REFUSED
    assert stages.report(key.rpartition("/")[2]).fault == "wrong-hash"


@pytest.mark.parametrize("key", [f"inbox/{ACCOUNT}/csv/", "uploads/demo/unknown", "other/demo/csv/f"])
def test_object_that_is_no_file_of_a_report_has_nothing_to_be_told(stages: Stages, key: str) -> None:
    stages.bucket.objects[key] = b"x"

    assert fail(stages, key) is None
    assert not stages.reports.kept


def test_dropped_file_is_known_by_its_content_though_it_was_never_read(stages: Stages) -> None:
    stages.bucket.objects[DROPPED] = CONTENT

    told = fail(stages, DROPPED)

    assert told is not None
    assert told.report_id == report_id_of(ACCOUNT, "csv", hashlib.sha256(CONTENT).hexdigest())
    assert told.file_name == "sales.csv"
