"""The lines of settlement reports in the bucket: for each outcome an object of lines of JSON, read by its bytes (D178).

A place in the lines of an outcome is the offset of a line's first byte. The byte before it has to end a line, so that
an offset that nobody was given reads nothing.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from settlement.domain.errors import InvalidRequest
from settlement.domain.reconciliation.kept_line import KeptLine, LinesPage
from settlement.domain.reconciliation.outcomes import Outcome
from settlement.storage.bucket import Bucket
from settlement.storage.plain_values import reader_of, writer_of

READ_BYTES = 64 * 1024
"""Bytes that are read at a time."""

MAX_PAGE_BYTES = 1024 * 1024
"""A page ends with the line that reaches it, whatever its limit of lines."""

_FIRST = 0


def lines_key(account: str, report_id: str, run: str, outcome: Outcome) -> str:
    """Return the key of the lines of an outcome."""
    return f"lines/{account}/{report_id}/{run}/{outcome.value}.jsonl"


class BucketLines:
    """The ``KeptLines`` port on the bucket of reports."""

    def __init__(self, bucket: Bucket) -> None:
        self._bucket = bucket

    def keep(self, account: str, report_id: str, run: str, outcome: Outcome, lines: Iterable[KeptLine]) -> None:
        """Write the lines to disk as they come, then as one object."""
        with TemporaryDirectory(prefix="quita-") as folder:
            file = Path(folder) / "lines"
            with file.open("wb") as written:
                for line in lines:
                    written.write(_text(line))
            if file.stat().st_size:
                self._bucket.upload(file, lines_key(account, report_id, run, outcome))

    def page(
        self, account: str, report_id: str, run: str, outcome: Outcome, offset: int, limit: int
    ) -> LinesPage | None:
        """Return lines from a place on; raises ``InvalidRequest`` for a place at which no line begins."""
        reading = _Reading(self._bucket, lines_key(account, report_id, run, outcome), offset)
        found = []
        for text in reading.texts():
            found.append(_line(text))
            if len(found) == limit or reading.at - offset >= MAX_PAGE_BYTES:
                break
        if reading.size is None:
            return None
        return LinesPage(tuple(found), reading.at if reading.at < reading.size else None)


class _Reading:
    """Lines of an object from an offset on; ``at`` is behind the last one, ``size`` None if there is no object."""

    def __init__(self, bucket: Bucket, key: str, offset: int) -> None:
        self._bucket, self._key = bucket, key
        self.at = offset
        self.size: int | None = None

    def texts(self) -> Iterator[bytes]:
        """Yield the lines; raises ``InvalidRequest`` if none begins at the offset."""
        read_to = max(self.at - 1, _FIRST)
        left, is_checked = b"", self.at == _FIRST
        while self.size is None or read_to < self.size:
            part = self._bucket.part(self._key, read_to, READ_BYTES)
            if part is None:
                return
            self.size = part.size
            read_to += len(part.content)
            left += part.content
            if not is_checked:
                if not left.startswith(b"\n") or len(left) == 1:
                    raise InvalidRequest("cursor: must be the next of an earlier page")
                left, is_checked = left[1:], True
            *whole, left = left.split(b"\n")
            for text in whole:
                self.at += len(text) + 1
                yield text


_write, _read = writer_of(KeptLine), reader_of(KeptLine)


def _text(line: KeptLine) -> bytes:
    told = {name: value for name, value in _write(line).items() if value not in ("", [])}
    return json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def _line(text: bytes) -> KeptLine:
    line: KeptLine = _read(json.loads(text))
    return line
