"""A report takes the same memory whatever its size: lines go to disk as they are read."""

from __future__ import annotations

import io
import tracemalloc
from pathlib import Path

from settlement.reports.formats import format_of, read_report
from settlement.storage.report_workspace import ReportWorkspace
from settlement.use_cases.reconciliation.reconcile_file import reconcile, take_lines

FEW, MANY = 1_000, 10_000
HEADER = b"kind,gross,fee,currency,tid,nsu,authorization,soldOn\n"
ROOM_BYTES = 300_000
"""What may differ: one buffer of the reader, and SQLite's statements."""


class Rows(io.RawIOBase):
    """A file of many rows, of which it holds none."""

    def __init__(self, rows: int) -> None:
        self._rows = rows
        self._next = -1

    def readable(self) -> bool:
        """True: it is read."""
        return True

    def seekable(self) -> bool:
        """True: it can be read again."""
        return True

    def seek(self, offset: int, whence: int = 0) -> int:
        """Begin again."""
        assert (offset, whence) == (0, 0)
        self._next = -1
        return 0

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        """Give one row."""
        if self._next >= self._rows:
            return 0
        at = self._next
        row = HEADER if at < 0 else b"capture,%d.10,1.00,BRL,T%09d,%06d,A%05d,2026-03-06\n" % (at + 10, at, at, at)
        self._next += 1
        buffer[: len(row)] = row
        return len(row)


def peak_of(rows: int, path: Path) -> int:
    """Return the most bytes that were held while a file of so many rows was reconciled."""
    workspace = ReportWorkspace(path)
    tracemalloc.start()
    try:
        head, lines = read_report(format_of("csv"), io.BufferedReader(Rows(rows)))
        found = reconcile(workspace, head, take_lines(workspace, lines), [], "this")
        assert found.file.lines == rows
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
        workspace.close()


def test_ten_times_the_lines_take_no_more_memory(tmp_path: Path) -> None:
    peak_of(10, tmp_path / "warm")
    few = peak_of(FEW, tmp_path / "few")

    assert peak_of(MANY, tmp_path / "many") < few + ROOM_BYTES
