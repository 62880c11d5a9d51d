"""A file on disk, read by its format as the use cases of reconciliation read it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from settlement.domain.reconciliation.refusal import Fault, ReportRefused
from settlement.reports.formats import Format, format_of, read_report, refuse_bad_mapping

if TYPE_CHECKING:
    from typing import BinaryIO

    from settlement.domain.reconciliation.report_head import ReportHead
    from settlement.domain.reconciliation.report_line import ReportLine


@dataclass(slots=True)
class ReportFile:
    """A file that is open while it is read: from its head to its last line."""

    path: Path
    format: Format
    mapping: Mapping[str, Any] | None = None
    _stream: BinaryIO | None = None
    _read: Iterator[ReportLine] | None = None

    def head(self) -> ReportHead:
        """Return the file's head; raises ``ReportRefused``."""
        self._stream = self.path.open("rb")
        try:
            head, self._read = read_report(self.format, self._stream, self.mapping)
        except ReportRefused:
            self._stream.close()
            raise
        return head

    def lines(self) -> Iterator[ReportLine]:
        """Yield the file's lines, which are read as they are taken; raises ``ReportRefused``."""
        assert self._read is not None
        assert self._stream is not None
        with self._stream:
            yield from self._read


def report_file(path: Path, format_: str, mapping: str | None) -> ReportFile:
    """Return a file of a format by its name, with a mapping as JSON; raises ``ReportRefused`` for what is none."""
    return ReportFile(path, format_of(format_), None if mapping is None else _told(mapping))


def check_mapping(format_: str, mapping: str) -> None:
    """Raise ``ReportRefused`` for what is no mapping, as JSON, of a format by its name: it names key and value."""
    refuse_bad_mapping(format_of(format_), _told(mapping))


def _told(mapping: str) -> Mapping[str, Any]:
    try:
        told = json.loads(mapping)
        json.dumps(told, ensure_ascii=False).encode()
    except (ValueError, RecursionError) as error:
        raise ReportRefused(Fault.BAD_MAPPING, f"mapping: it is no JSON: {error}") from None
    if not isinstance(told, dict):
        raise ReportRefused(Fault.BAD_MAPPING, "mapping: it must be an object")
    return told
