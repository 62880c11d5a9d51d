"""What every command has in common: lines for people or one JSON document, progress, and exit codes."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from rich.table import Table

TOLD_EVERY_SECONDS = 2.0

STOPPED = 1
"""Exit code of a command that cannot go on: no such stack, no credentials, a refusal."""
FOUND = 2
"""Exit code of a command that found what somebody has to look at, or nothing at all, which would read as all being
well."""
MISUSED = 64
"""Exit code of words that no command takes."""

T = TypeVar("T")


class CommandError(Exception):
    """The command cannot go on; the message says what happened and what to do about it."""


@dataclass(frozen=True, slots=True)
class Output:
    """Where a command says what it found: lines for people, or with ``--json`` one document for machines."""

    as_json: bool = False

    def say(self, text: str) -> None:
        """Print one line for people at once, also into a pipe."""
        if not self.as_json:
            print(text, flush=True)

    def table(self, title: str, *columns: str) -> Table:
        """Return an empty table to be filled and shown."""
        from rich.table import Table

        return Table(*columns, title=title, title_justify="left", box=None, pad_edge=False)

    def show(self, table: Table) -> None:
        """Print a table for people, its words as they are, and as wide as it is where no terminal limits it."""
        from rich.console import Console

        if not self.as_json:
            width = None if sys.stdout.isatty() else 1000
            Console(file=sys.stdout, width=width, markup=False, emoji=False, highlight=False).print(table)

    def end(self, code: int = 0, /, **found: Any) -> int:
        """Print the document for machines, and return the exit code."""
        if self.as_json:
            print(json.dumps(found, indent=2, default=str), flush=True)
        return code

    def nothing(self, text: str, **found: Any) -> int:
        """Say that nothing was found, and return the exit code for it."""
        print(text, file=sys.stderr, flush=True)
        return self.end(FOUND, **found)

    def counted(self, things: Iterable[T], what: str) -> Iterator[T]:
        """Yield the things, and say on standard error every other second how many there were."""
        told = time.monotonic()
        for number, thing in enumerate(things, 1):
            yield thing
            if time.monotonic() - told > TOLD_EVERY_SECONDS:
                told = time.monotonic()
                print(f"  {number} {what} …", file=sys.stderr, flush=True)
