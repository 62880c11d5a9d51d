"""What the operator's commands have in common: whom they are about, words for what stops them, a count meanwhile."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

from botocore.exceptions import BotoCoreError, ClientError

from local.progress import StackError, say
from local.seed import ACCOUNT

TOLD_EVERY_SECONDS = 2.0

NOTHING = 2
"""Exit code of a command that found nothing it could have been about: silence would read as all being well."""

T = TypeVar("T")


def run(command: Callable[[], int], *refusals: type[Exception]) -> int:
    """Its exit code; 1 with one line when the stack, AWS or the command itself says why it cannot go on."""
    try:
        return command()
    except (StackError, BotoCoreError, ClientError, *refusals) as error:  # type: ignore[misc]
        print(f"\n{error}", file=sys.stderr, flush=True)
        return 1


def account_of(given: str | None, stack: str | None) -> str:
    """The account a command is about: the local stack has one of its own; raises StackError for none elsewhere."""
    if given is not None and given.strip():
        return given
    if given is not None or stack is not None:
        where = f"stack {stack}" if stack is not None else "the local stack"
        raise StackError(f"Which account of {where}? Name it with --account (make … ACCOUNT=…).")
    return ACCOUNT


def nothing(text: str) -> int:
    """Say that nothing was found, and return the exit code for it."""
    print(text, file=sys.stderr, flush=True)
    return NOTHING


def counted(things: Iterable[T], what: str) -> Iterator[T]:
    """The things, and every other second a line of how many there were."""
    told = time.monotonic()
    for number, thing in enumerate(things, 1):
        yield thing
        if time.monotonic() - told > TOLD_EVERY_SECONDS:
            told = time.monotonic()
            say(f"  {number} {what} …")
