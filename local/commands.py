"""What the operator's commands have in common: words in place of a traceback, and a count while they work."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

from botocore.exceptions import BotoCoreError, ClientError

from local.progress import StackError, say

TOLD_EVERY_SECONDS = 2.0

T = TypeVar("T")


def run(command: Callable[[], int], *refusals: type[Exception]) -> int:
    """Its exit code; 1 with one line when the stack, AWS or the command itself says why it cannot go on."""
    try:
        return command()
    except (StackError, BotoCoreError, ClientError, *refusals) as error:  # type: ignore[misc]
        print(f"\n{error}", file=sys.stderr, flush=True)
        return 1


def counted(things: Iterable[T], what: str) -> Iterator[T]:
    """The things, and every other second a line of how many there were."""
    told = time.monotonic()
    for number, thing in enumerate(things, 1):
        yield thing
        if time.monotonic() - told > TOLD_EVERY_SECONDS:
            told = time.monotonic()
            say(f"  {number} {what} …")
