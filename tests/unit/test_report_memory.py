"""A report takes the same memory whatever its size: lines and books go to disk as they are read."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from itertools import count
from multiprocessing import get_context
from pathlib import Path

from bench.reconcile import peak_kib
from settlement.domain.actor import Actor
from settlement.domain.reconciliation.expected import CentsOn
from settlement.domain.reconciliation.kept_line import KeptLine
from settlement.domain.reconciliation.outcomes import Outcome
from settlement.domain.reconciliation.report import Report, ReportState, report_id_of
from settlement.domain.reconciliation.report_head import ReportHead
from settlement.domain.reconciliation.report_line import ReportLine
from settlement.reports.formats import format_of, read_report
from settlement.storage import report_workspace
from settlement.use_cases.reconciliation.hands import Threads
from settlement.use_cases.reconciliation.take_report import Taking, take_report
from settlement.use_cases.shared.ports import Ports
from testkit.acquirer import lines_of
from testkit.builders import ACCOUNT
from testkit.calculated_store import CalculatedStore
from testkit.report_files import CSV_COLUMNS, csv_row
from testkit.sold_orders import sold
from tests.support.reports import FakeKeptLines, FakeReports

FEW, MANY = 250, 2_500
"""Orders, of some six lines each; there are 100 in a lot of the reader."""

CACHE_KIB = 256
"""The workspace's, so that either file is larger."""

ROOM_KIB = 3 * 1024
"""What may differ: free memory that Python keeps."""


class Rows(io.RawIOBase):
    """A file that reports all captures and refunds of many orders, of which it holds none."""

    def __init__(self, orders: int) -> None:
        self._orders = orders
        self.seek(0)

    def readable(self) -> bool:
        """True: it is read."""
        return True

    def seekable(self) -> bool:
        """True: it can be read again."""
        return True

    def seek(self, offset: int, whence: int = 0) -> int:
        """Begin again."""
        assert (offset, whence) == (0, 0)
        self._rows = self._all()
        return 0

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        """Give one row."""
        row = next(self._rows, b"")
        buffer[: len(row)] = row
        return len(row)

    def _all(self) -> Iterator[bytes]:
        yield ",".join(CSV_COLUMNS).encode() + b"\n"
        for number in range(1, self._orders + 1):
            for line in lines_of(sold(number), CentsOn.FIRST):
                yield ",".join(str(value) for value in csv_row(line)).encode() + b"\n"


class Opened:
    """The file of many orders as the use case reads it."""

    def __init__(self, orders: int) -> None:
        self._stream = io.BufferedReader(Rows(orders))
        self._lines: Iterator[ReportLine] = iter(())

    def head(self) -> ReportHead:
        """Return the head."""
        head, self._lines = read_report(format_of("csv"), self._stream)
        return head

    def lines(self) -> Iterator[ReportLine]:
        """Return the lines."""
        return self._lines


class Forgotten(FakeKeptLines):
    """Kept lines that are written, and forgotten."""

    def keep(self, account: str, report_id: str, run: str, outcome: Outcome, lines: Iterable[KeptLine]) -> None:
        """Take every line."""
        for _ in lines:
            pass


def peak_of(orders: int, path: Path) -> int:
    """Return the most KiB that this process has had, after it took a file of so many orders, every line matched."""
    report_workspace._CACHE_KIB = CACHE_KIB
    now = datetime(2026, 4, 1, tzinfo=UTC)
    numbers = count()
    store, workspace = CalculatedStore(orders), report_workspace.ReportWorkspace(path)
    ports = Ports(store, lambda: now, lambda: f"{next(numbers):032X}", Actor("key"))
    hands = Threads(ports, ACCOUNT, at_once=4)
    taking = Taking(ports, FakeReports(), Forgotten(), workspace, ACCOUNT, "run", lambda what, number: None, hands)
    report = Report(report_id_of(ACCOUNT, "csv", "00"), "csv", "sales.csv", "00", now)
    try:
        done = take_report(taking, report, Opened(orders))
    finally:
        workspace.close()
    assert (done.state, done.missing) == (ReportState.DONE, None)
    assert done.file is not None
    assert [(sums.outcome, sums.lines) for sums in done.outcomes] == [("matched", done.file.lines)]
    assert store.written == done.file.lines > 5 * orders
    return peak_kib()


def test_ten_times_the_lines_take_no_more_memory(tmp_path: Path) -> None:
    """Each in a process of its own. One that kept 500 bytes of a line would need 6 MiB more."""
    processes = get_context("spawn")
    peaks = []
    for orders in (FEW, MANY):
        with processes.Pool(1) as process:
            peaks.append(process.apply(peak_of, (orders, tmp_path / str(orders))))

    assert peaks[1] < peaks[0] + ROOM_KIB, peaks
