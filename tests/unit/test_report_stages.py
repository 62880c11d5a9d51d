"""The stages of a settlement report that came into the bucket: it is taken once, as a whole or not at all (D182)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from settlement.domain.actor import System
from settlement.domain.reconciliation.books import BookedMove, PaymentBooks, ToldPart
from settlement.domain.reconciliation.outcomes import Missing
from settlement.domain.reconciliation.payout import part_missing
from settlement.domain.reconciliation.report import Report, ReportState, report_id_of
from settlement.domain.reconciliation.report_line import Amounts, LineKind, Stage, Sums
from settlement.domain.reconciliation.taken import Taken
from settlement.reports.opened import check_mapping, report_file
from settlement.storage.report_run import ReportRun
from settlement.storage.report_workspace import ReportWorkspace
from settlement.use_cases.reconciliation import read_report as reading_module
from settlement.use_cases.reconciliation.advance_report import finish_report
from settlement.use_cases.reconciliation.keep_findings import Finding, write_findings
from settlement.use_cases.reconciliation.kept_mapping import Mappings
from settlement.use_cases.reconciliation.load_books import BooksRange, load_books_page
from settlement.use_cases.reconciliation.match_report import MatchEnd, Matching, MatchOutcome, match_report
from settlement.use_cases.reconciliation.name_report import NamedFile, name_report
from settlement.use_cases.reconciliation.read_report import (
    MAX_RANGES,
    MONTHS_LOOKED_AT,
    Arrived,
    ReadEnd,
    Reading,
    ReadOutcome,
    ranges_of,
    read_report,
)
from testkit.builders import ACCOUNT
from testkit.shop import Shop
from tests.support.reports import FakeReports
from tests.unit.test_report_lines import MemoryBucket

HEAD = "kind,gross,fee,currency,tid"
MINE = "capture,70.00,1.75,BRL,TID"


def csv_of(*rows: str) -> bytes:
    return "\n".join((HEAD, *rows)).encode()


class Objects(MemoryBucket):
    """A bucket in memory that files are brought from."""

    def download(self, key: str, path: Path) -> None:
        """Bring an object here."""
        path.write_bytes(self.objects[key])


@dataclass
class Stages:
    """The stages of a shop's reports, each with nothing but what the one before has left in the bucket."""

    shop: Shop
    folder: Path
    reports: FakeReports = field(default_factory=FakeReports)
    bucket: Objects = field(default_factory=Objects)
    places: int = 0

    @property
    def ports(self) -> Any:
        return self.shop.acting(System.REPORTS)

    def place(self) -> Path:
        """A folder that no other stage knows."""
        self.places += 1
        found = self.folder / str(self.places)
        found.mkdir()
        return found

    def beginning(self, key: str, length: int) -> bytes | None:
        """Return the first bytes of an object."""
        content = self.bucket.objects.get(key)
        return None if content is None else content[:length]

    def run_of(self, report_id: str, run: str) -> ReportRun:
        return ReportRun(self.bucket, self.place(), ACCOUNT, report_id, run)

    def read(self, key: str, run: str = "run") -> ReadEnd:
        """Read what is under a key."""
        folder = self.place()
        workspace = ReportWorkspace(folder / "workspace")

        def fetch(key: str) -> str:
            self.bucket.download(key, folder / "file")
            return hashlib.sha256((folder / "file").read_bytes()).hexdigest()

        reading = Reading(
            self.ports,
            self.reports,
            workspace,
            fetch,
            partial(report_file, folder / "file"),
            Mappings(self.beginning, check_mapping),
        )
        end = read_report(reading, Arrived(key, len(self.bucket.objects[key])))
        workspace.leave()
        if end.outcome is ReadOutcome.READ:
            self.run_of(end.report_id, run).keep_workspace(folder / "workspace")
        return end

    def match(self, report_id: str, days: Iterable[BooksRange], run: str = "run") -> MatchEnd:
        """Load the books of some days, and match."""
        pieces = {}
        for number, range_ in enumerate(days):
            found, after = load_books_page(self.shop.store, ACCOUNT, range_, None)
            assert after is None
            self.run_of(report_id, run).keep_books(number, 0, found)
            pieces[number] = 1
        held = self.run_of(report_id, run)
        path = self.place() / "workspace"
        held.fetch_workspace(path)
        workspace = ReportWorkspace(path)
        try:
            matching = Matching(self.ports, self.reports, self.reports.lines, workspace, held, run)
            return match_report(matching, ACCOUNT, report_id, held.books(pieces))
        finally:
            workspace.close()

    def keep(self, report_id: str, part: int, run: str = "run") -> int:
        """Write a part of the findings."""
        return write_findings(self.ports, ACCOUNT, self.run_of(report_id, run).findings(part))

    def finish(self, report_id: str, run: str = "run") -> Report:
        """Say that it is done."""
        return finish_report(self.ports, self.reports, ACCOUNT, self.run_of(report_id, run).report())

    def report(self, report_id: str) -> Report:
        found = self.reports.report(ACCOUNT, report_id)
        assert found is not None
        return found

    def upload(self, content: bytes, format_: str = "csv", sha256: str | None = None) -> str:
        """Name a file and upload it; return its key."""
        digest = sha256 or hashlib.sha256(content).hexdigest()
        report = name_report(self.ports, self.reports, ACCOUNT, NamedFile(format_, "sales.csv", digest))
        key = f"uploads/{ACCOUNT}/{report.report_id}"
        self.bucket.objects[key] = content
        return key

    def events(self) -> list[str]:
        return [event.type.value for commit in self.shop.store.commits for event in commit.events]


@pytest.fixture
def stages(tmp_path: Path) -> Stages:
    return Stages(Shop(), tmp_path)


def test_uploaded_file_goes_through_every_stage(stages: Stages) -> None:
    placed = stages.shop.open()
    placed.invoice("N1", 7000)
    key = stages.upload(csv_of(MINE, "capture,1.00,0.00,BRL,other"))

    end = stages.read(key)
    assert (end.outcome, stages.report(end.report_id).state) == (ReadOutcome.READ, ReportState.READING)
    assert stages.match(end.report_id, end.ranges) == MatchEnd(MatchOutcome.MATCHED, 1)
    assert stages.report(end.report_id).state is ReportState.MATCHING
    assert "CaptureReported" not in stages.events()
    assert stages.keep(end.report_id, 0) == 0
    done = stages.finish(end.report_id)

    assert (done.state, done.run) == (ReportState.DONE, "run")
    assert {sums.outcome: sums.lines for sums in done.outcomes} == {"matched": 1, "foreign": 1}
    assert stages.events().count("CaptureReported") == 1


def test_stages_that_are_run_again_write_nothing_twice(stages: Stages) -> None:
    stages.shop.open().invoice("N1", 7000)
    key = stages.upload(csv_of(MINE))
    for run in ("first", "second"):
        end = stages.read(key, run)
        stages.match(end.report_id, end.ranges, run)
    assert [stages.keep(end.report_id, 0, run) for run in ("first", "first", "second")] == [0, 0, 0]
    done = stages.finish(end.report_id, "first")

    assert stages.finish(end.report_id, "second") == done
    assert stages.read(key, "third").outcome is ReadOutcome.DONE
    assert stages.match(end.report_id, end.ranges, "second") == MatchEnd(MatchOutcome.DONE)
    assert stages.events().count("CaptureReported") == 1


@pytest.mark.parametrize(
    ("content", "code", "line", "column"),
    [
        (b"", "empty", 1, None),
        (b"PK\x03\x04 and more", "compressed", 1, None),
        (csv_of(MINE, "capture,ten,0.00,BRL,TID"), "not-a-number", 3, 2),
    ],
)
def test_file_that_is_refused_says_why_and_where_and_books_nothing(
    stages: Stages, content: bytes, code: str, line: int, column: int | None
) -> None:
    stages.shop.open().invoice("N1", 7000)

    end = stages.read(stages.upload(content))

    report = stages.report(end.report_id)
    assert (end.outcome, report.state) == (ReadOutcome.REFUSED, ReportState.REFUSED)
    assert (report.fault, report.fault_line, report.fault_column) == (code, line, column)
    assert not [key for key in stages.bucket.objects if key.startswith("work/")]


def test_another_file_than_the_one_that_was_named_is_refused_until_the_right_one_comes(stages: Stages) -> None:
    right = csv_of(MINE)
    key = stages.upload(b"another", sha256=hashlib.sha256(right).hexdigest())

    end = stages.read(key)
    assert stages.report(end.report_id).fault == "wrong-hash"

    stages.bucket.objects[key] = right
    assert stages.read(key).outcome is ReadOutcome.READ
    assert stages.report(end.report_id).fault is None


def test_file_over_the_limit_is_refused_and_not_even_fetched(stages: Stages, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading_module, "MAX_UPLOAD_BYTES", 10)
    stages.bucket.objects[f"inbox/{ACCOUNT}/csv/large.csv"] = b"x" * 11
    monkeypatch.setattr(stages.bucket, "download", None)

    for key in (stages.upload(b"y" * 11), f"inbox/{ACCOUNT}/csv/large.csv"):
        report = stages.report(stages.read(key).report_id)
        assert (report.fault, report.message) == ("too-large", "the file has 11 bytes; at most 10 are read")


def test_dropped_file_is_the_report_that_it_would_be_by_upload(stages: Stages) -> None:
    content = csv_of(MINE)
    dropped, again = f"inbox/{ACCOUNT}/csv/march/sales.csv", f"inbox/{ACCOUNT}/csv/again.csv"
    stages.bucket.objects |= {dropped: content, again: content}

    ends = [stages.read(dropped), stages.read(again)]
    ends.append(stages.read(stages.upload(content)))

    assert {end.report_id for end in ends} == {report_id_of(ACCOUNT, "csv", hashlib.sha256(content).hexdigest())}
    assert stages.report(ends[0].report_id).file_name == "march/sales.csv"


def test_dropped_file_of_an_unknown_format_is_refused_by_name(stages: Stages) -> None:
    key = f"inbox/{ACCOUNT}/stone/sales.csv"
    stages.bucket.objects[key] = b"x"

    report = stages.report(stages.read(key).report_id)

    assert (report.format, report.fault) == ("stone", "unknown-format")
    assert "cielo-v15" in (report.message or "")


@pytest.mark.parametrize(
    "key",
    [
        "inbox/demo/csv/",
        "inbox/demo/sales.csv",
        "inbox/de#mo/csv/f",
        "uploads/demo/unknown",
        "other/demo/csv/f",
        "inbox",
    ],
)
def test_object_that_is_no_file_of_a_report_is_left_alone(stages: Stages, key: str) -> None:
    stages.bucket.objects[key] = b"x"

    assert stages.read(key) == ReadEnd(ReadOutcome.NONE)
    assert not stages.reports.kept


def test_sequence_that_another_file_took_meanwhile_refuses_this_one_before_anything_is_booked(stages: Stages) -> None:
    named = NamedFile("csv", "a", hashlib.sha256(csv_of(MINE)).hexdigest(), '{"sender": "A", "sequence": "7"}')
    report = name_report(stages.ports, stages.reports, ACCOUNT, named)
    key = f"uploads/{ACCOUNT}/{report.report_id}"
    stages.bucket.objects[key] = csv_of(MINE)
    end = stages.read(key)
    stages.reports.save_report(ACCOUNT, replace(report, report_id="OTHER", version=0, serial="csv/A/7"))

    assert stages.match(end.report_id, []) == MatchEnd(MatchOutcome.REFUSED)
    assert stages.report(end.report_id).fault == "repeated-sequence"


def test_named_again_a_report_keeps_what_it_is_and_takes_the_last_mapping(stages: Stages) -> None:
    file = NamedFile("csv", "sales.csv", "0" * 64)
    first = name_report(stages.ports, stages.reports, ACCOUNT, file)

    assert name_report(stages.ports, stages.reports, ACCOUNT, replace(file, file_name="other")) == first
    changed = name_report(stages.ports, stages.reports, ACCOUNT, replace(file, mapping="{}"))
    assert (changed.mapping, changed.file_name, changed.report_id) == ("{}", "sales.csv", first.report_id)


def test_what_was_read_comes_back_from_the_workspace(tmp_path: Path) -> None:
    workspace = ReportWorkspace(tmp_path / "w")
    head, lines = (report := report_file(_file(tmp_path, csv_of(MINE)), "csv", None)).head(), report.lines()
    workspace.add_lines(lines)
    taken = Taken(
        Sums(1, {"BRL": Amounts(7000, 175, 6825)}), date(2026, 3, 1), date(2026, 3, 6), {"2026-03"}, undated=True,
        has_plans=True,
    )  # fmt: skip
    workspace.note(head, taken)
    workspace.leave()

    again = ReportWorkspace(tmp_path / "w")

    assert again.noted() == (head, taken)
    again.close()
    assert not (tmp_path / "w").exists()


def _file(folder: Path, content: bytes) -> Path:
    path = folder / "file"
    path.write_bytes(content)
    return path


def test_findings_come_back_from_the_bucket(stages: Stages) -> None:
    run = stages.run_of("R", "run")
    on = date(2026, 3, 6)
    missing = Missing(LineKind.CAPTURE, "O", "T", "P", "2-0001", "BRL", 7000, on)
    move = BookedMove(LineKind.CAPTURE, "2-0001", "S", 7000, on, (ToldPart(Stage.PAID, 1, 1, "R0", on),), "N1")
    books = PaymentBooks("O", "T", "P", "BRL", "sandbox", "", "creditCard", 1, moves=(move,))
    findings: list[Finding] = [(books, [part_missing(missing, "R", stages.shop.clock())]), (missing, [])]
    run.keep_findings(3, findings)

    assert list(stages.run_of("R", "run").findings(3)) == findings


def _covered(ranges: Iterable[BooksRange], *, checkouts: bool) -> list[date]:
    days: list[date] = []
    for found in ranges:
        if found.gateway_only is checkouts:
            days += [date.fromordinal(day) for day in range(found.since.toordinal(), found.until.toordinal() + 1)]
    return days


@pytest.mark.parametrize("months", [1, 6, 36])
@pytest.mark.parametrize("checkouts", [False, True])
@pytest.mark.parametrize("lines", [1, 40_000, 1_000_000])
def test_ranges_have_every_day_of_the_months_once(months: int, checkouts: bool, lines: int) -> None:
    names = {f"{2024 + month // 12}-{month % 12 + 1:02d}" for month in range(months)}

    ranges = ranges_of(Taken(Sums(lines), months=names), date(2024, 1, 1), date(2026, 12, 31))

    days = _covered(ranges, checkouts=checkouts)
    assert len(days) == len(set(days))
    assert {f"{day:%Y-%m}" for day in days} >= names or months == 36
    assert days == [date.fromordinal(day) for day in range(days[0].toordinal(), days[-1].toordinal() + 1)]
    assert len(ranges) <= MAX_RANGES
    assert all(found.since.month == found.until.month for found in ranges)


@pytest.mark.parametrize(("lines", "ranges"), [(1, 8), (5_000, 8), (10_000, 16), (100_000, 124), (1_000_000, 242)])
def test_larger_file_has_its_orders_loaded_in_more_ranges(lines: int, ranges: int) -> None:
    """Of one month's sales, with the three months before."""
    taken = Taken(Sums(lines), months={"2026-03"})

    assert len(ranges_of(taken, date(2026, 3, 6), date(2026, 3, 6))) == ranges


def test_sales_of_days_to_come_and_of_long_ago_are_not_looked_for() -> None:
    months = {f"{year}-03" for year in range(1990, 2026)} | {"9999-12", "2026-03"}

    ranges = ranges_of(Taken(Sums(10**9), months=months), date(2026, 3, 6), date(2026, 3, 6))

    assert max(found.until for found in ranges) == date(2026, 3, 31)
    assert len({f"{found.since:%Y-%m}" for found in ranges}) == MONTHS_LOOKED_AT == 36
    assert len(ranges) <= MAX_RANGES
