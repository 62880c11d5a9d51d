"""The lines of a report are read page by page, by the bytes of an object for each outcome (D178)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from settlement.domain.errors import InvalidRequest, ReportLinesNotFound
from settlement.domain.reconciliation.kept_line import KeptLine
from settlement.domain.reconciliation.outcomes import Difference, Outcome
from settlement.domain.reconciliation.report import OutcomeSums, Report, ReportState
from settlement.domain.reconciliation.report_line import LineKind
from settlement.storage.bucket import Bucket, Part
from settlement.storage.report_lines import MAX_PAGE_BYTES, READ_BYTES, BucketLines
from settlement.use_cases.reconciliation.retrieve_lines import LinePlace, ReportLines, retrieve_lines
from testkit.builders import ACCOUNT
from testkit.clock import Clock
from tests.support.reports import FakeKeptLines, FakeReports

LINE = KeptLine(
    1, Outcome.DIFFERS, LineKind.CAPTURE, "BRL", 7000, 175, 6825, "BRL", tid="é", expected=7100,
    differences=(Difference.VALUE,), reason="value", order_id="O", candidates=("2-0001", "3-0001"),
)  # fmt: skip


class MemoryBucket(Bucket):
    """A bucket in memory, which tells what was read of it."""

    def __init__(self) -> None:
        self.objects: dict[str, bytes] = {}
        self.read: list[int] = []

    def part(self, key: str, first: int, length: int) -> Part | None:
        """Return bytes of an object."""
        held = self.objects.get(key)
        if held is None:
            return None
        content = held[first : first + length]
        self.read.append(len(content))
        return Part(content, len(held))

    def upload(self, path: Path, key: str) -> None:
        """Keep a file."""
        self.objects[key] = path.read_bytes()


@pytest.fixture
def bucket() -> MemoryBucket:
    return MemoryBucket()


def kept(bucket: MemoryBucket, *lines: KeptLine) -> BucketLines:
    found = BucketLines(bucket)
    found.keep(ACCOUNT, "R", "RUN", Outcome.DIFFERS, lines)
    return found


def pages(lines: BucketLines, limit: int) -> Iterator[tuple[KeptLine, ...]]:
    place: int | None = 0
    while place is not None:
        page = lines.page(ACCOUNT, "R", "RUN", Outcome.DIFFERS, place, limit)
        assert page is not None
        yield page.lines
        place = page.following


@pytest.mark.parametrize("limit", [1, 2, 3, 500])
def test_pages_one_behind_the_other_are_all_lines_each_once(bucket: MemoryBucket, limit: int) -> None:
    all_of_them = [replace(LINE, line=number) for number in range(1, 7)]

    found = list(pages(kept(bucket, *all_of_them), limit))

    assert [line for page in found for line in page] == all_of_them
    assert {len(page) for page in found[:-1]} <= {limit}


def test_line_longer_than_what_is_read_at_a_time_is_whole(bucket: MemoryBucket) -> None:
    long = replace(LINE, reason="x" * (2 * READ_BYTES))

    assert list(pages(kept(bucket, LINE, long, LINE), 1)) == [(LINE,), (long,), (LINE,)]


def test_page_reads_no_more_than_it_shows_of_any_number_of_lines(bucket: MemoryBucket) -> None:
    lines = kept(bucket, *(replace(LINE, line=number) for number in range(1, 20_001)))

    page = lines.page(ACCOUNT, "R", "RUN", Outcome.DIFFERS, 0, 100)

    assert page is not None
    assert len(page.lines) == 100
    assert sum(bucket.read) == READ_BYTES


def test_page_ends_with_a_megabyte(bucket: MemoryBucket) -> None:
    half = replace(LINE, reason="x" * (MAX_PAGE_BYTES // 2))

    assert [len(page) for page in pages(kept(bucket, half, half, half), 500)] == [2, 1]


@pytest.mark.parametrize("offset", [1, 17, 10_000_000])
def test_place_at_which_no_line_begins_is_refused(bucket: MemoryBucket, offset: int) -> None:
    with pytest.raises(InvalidRequest, match="cursor"):
        kept(bucket, LINE, LINE).page(ACCOUNT, "R", "RUN", Outcome.DIFFERS, offset, 5)


def test_end_of_the_lines_is_no_place(bucket: MemoryBucket) -> None:
    lines = kept(bucket, LINE)
    (size,) = (len(content) for content in bucket.objects.values())

    with pytest.raises(InvalidRequest, match="cursor"):
        lines.page(ACCOUNT, "R", "RUN", Outcome.DIFFERS, size, 5)


def test_outcome_without_lines_leaves_no_object(bucket: MemoryBucket) -> None:
    lines = kept(bucket)

    assert (bucket.objects, lines.page(ACCOUNT, "R", "RUN", Outcome.DIFFERS, 0, 5)) == ({}, None)


class TestReport:
    """A report with 1 differing and 3 matched lines, and 1 that is missing."""

    @pytest.fixture
    def reports(self) -> FakeReports:
        reports = FakeReports()
        sums = {Outcome.DIFFERS: 1, Outcome.MATCHED: 3, Outcome.MISSING: 1}
        for outcome, number in sums.items():
            lines = [replace(LINE, outcome=outcome, line=place) for place in range(number)]
            reports.lines.keep(ACCOUNT, "R", "RUN", outcome, lines)
        report = Report(
            "R", "csv", "f", "h", Clock()(), ReportState.DONE, run="RUN",
            outcomes=tuple(OutcomeSums(held, sums[held], ()) for held in (Outcome.DIFFERS, Outcome.MATCHED)),
            missing=OutcomeSums(Outcome.MISSING, 1, ()),
        )  # fmt: skip
        reports.save_report(ACCOUNT, report)
        return reports

    def read(
        self, reports: FakeReports, limit: int, outcome: Outcome | None = None, after: LinePlace | None = None
    ) -> ReportLines:
        return retrieve_lines(reports, reports.lines, ACCOUNT, "R", outcome, after, limit)

    @pytest.mark.parametrize("limit", [1, 2, 4, 5, 100])
    def test_what_differs_comes_first_then_what_is_missing(self, reports: FakeReports, limit: int) -> None:
        found: list[Outcome] = []
        place, pages = None, 0
        while pages == 0 or place is not None:
            page = self.read(reports, limit, after=place)
            found += [line.outcome for line in page.lines]
            place, pages = page.following, pages + 1

        assert found == [Outcome.DIFFERS, Outcome.MISSING, *[Outcome.MATCHED] * 3]
        assert pages == -(-5 // limit)

    def test_one_outcome_alone(self, reports: FakeReports) -> None:
        page = self.read(reports, 2, Outcome.MATCHED)
        rest = self.read(reports, 2, Outcome.MATCHED, page.following)

        assert [line.line for line in (*page.lines, *rest.lines)] == [0, 1, 2]
        assert self.read(reports, 2, Outcome.FOREIGN) == ReportLines((), None)

    def test_report_that_is_not_done_or_whose_lines_are_gone_says_so(self, reports: FakeReports) -> None:
        reports.lines = FakeKeptLines()
        with pytest.raises(ReportLinesNotFound, match="not kept any more"):
            self.read(reports, 2)
        stored = reports.report(ACCOUNT, "R")
        assert stored is not None
        reports.save_report(ACCOUNT, replace(stored, state=ReportState.REFUSED))
        with pytest.raises(ReportLinesNotFound, match="refused"):
            self.read(reports, 2)
