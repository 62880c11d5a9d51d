"""A journal file: each entry is complete or absent, even if its writer was killed.

An entry is a line: the CRC-32 of its text, a space, its text. The first line without this form was cut off; it and all
after it are not entries.
"""

from __future__ import annotations

import os
import zlib
from collections.abc import Iterator
from pathlib import Path
from threading import Lock


class Journal:
    """A journal, open for writing.

    When ``append`` returns, the entry survives the process; when ``flush`` returns, it survives the machine.
    """

    def __init__(self, file: Path) -> None:
        self._descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        self._lock = Lock()
        self._flushed = True

    def append(self, text: str) -> None:
        """Add an entry; its text must be one line."""
        content = text.encode()
        line = b"%08x %s\n" % (zlib.crc32(content), content)
        with self._lock:
            self._flushed = False
            while line:
                line = line[os.write(self._descriptor, line) :]

    def flush(self) -> None:
        """Write all entries to the disk."""
        if not self._flushed:
            self._flushed = True
            os.fdatasync(self._descriptor)

    def close(self) -> None:
        """Close the file."""
        os.close(self._descriptor)


def entries(file: Path) -> Iterator[str]:
    """Yield the complete entries of a journal, oldest first; none if the file does not exist."""
    for text, _ in _lines(file):
        yield text


def cut_off_the_rest(file: Path) -> tuple[int, int]:
    """Cut a journal after its last complete entry; return the number of entries and of bytes cut off."""
    if not file.exists():
        return 0, 0
    ends = [end for _, end in _lines(file)]
    end = ends[-1] if ends else 0
    rest = file.stat().st_size - end
    if rest:
        os.truncate(file, end)
    return len(ends), rest


def _lines(file: Path) -> Iterator[tuple[str, int]]:
    """Yield each complete entry and its end."""
    if not file.exists():
        return
    end = 0
    with file.open("rb") as lines:
        for line in lines:
            checksum, _, content = line.removesuffix(b"\n").partition(b" ")
            if not line.endswith(b"\n") or checksum != b"%08x" % zlib.crc32(content):
                return
            end += len(line)
            yield content.decode(), end
