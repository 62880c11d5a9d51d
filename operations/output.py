"""The commands' output: lines for people or one JSON document, progress, and exit codes."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from pathlib import Path

    from rich.table import Table

TOLD_EVERY_SECONDS = 2.0

STOPPED = 1
"""Exit code of a command that cannot go on: unknown stack, no credentials, a refusal."""
FOUND = 2
"""Exit code of a command that found something for a person to look at, or nothing at all, which is no success."""
MISUSED = 64
"""Exit code for wrong arguments."""

T = TypeVar("T")


class CommandError(Exception):
    """The command cannot go on; the message gives the reason and a remedy."""


def require_writable(file: Path) -> None:
    """Raise ``CommandError`` if a file cannot be written; it is left as it is."""
    is_there = file.exists()
    try:
        file.open("ab").close()
    except OSError as error:
        raise CommandError(f"{file} cannot be written: {error.strerror}") from error
    if not is_there:
        file.unlink()


@dataclass(frozen=True, slots=True)
class Output:
    """The output of a command: lines for people, or with ``--json`` one document for machines."""

    as_json: bool = False

    def say(self, text: str) -> None:
        """Print one line for people at once, also into a pipe."""
        if not self.as_json:
            print(text, flush=True)

    def table(self, title: str, *columns: str) -> Table:
        """Return an empty table, to fill and show."""
        from rich.table import Table

        return Table(*columns, title=title, title_justify="left", box=None, pad_edge=False)

    def show(self, table: Table) -> None:
        """Print a table for people, with unchanged words, in full width unless a terminal limits it."""
        from rich.console import Console

        if not self.as_json:
            width = None if sys.stdout.isatty() else 1000
            Console(file=sys.stdout, width=width, markup=False, emoji=False, highlight=False).print(table)

    def end(self, code: int = 0, /, **found: Any) -> int:
        """Print the document for machines; return the exit code."""
        if self.as_json:
            print(json.dumps(found, indent=2, default=str), flush=True)
        return code

    def nothing(self, text: str, **found: Any) -> int:
        """Print that nothing was found; return the exit code for it."""
        print(text, file=sys.stderr, flush=True)
        return self.end(FOUND, **found)

    def counted(self, things: Iterable[T], what: str) -> Iterator[T]:
        """Yield the things, and report their number on standard error every other second."""
        told = time.monotonic()
        for number, thing in enumerate(things, 1):
            yield thing
            if time.monotonic() - told > TOLD_EVERY_SECONDS:
                told = time.monotonic()
                print(f"  {number} {what} …", file=sys.stderr, flush=True)
