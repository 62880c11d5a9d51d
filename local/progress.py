"""Progress of the stack's start, on the terminal."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

_TOLD_EVERY_SECONDS = 5


class StackError(Exception):
    """The stack cannot go on; the message gives the reason and a remedy."""


def say(text: str) -> None:
    """Print one line at once, also into a pipe."""
    print(text, flush=True)


@contextmanager
def step(what: str, about: str = "") -> Iterator[None]:
    """Announce a step that may take over two seconds, and report its duration if it did."""
    say(f"  {what} …" + (f" (about {about})" if about else ""))
    start = time.monotonic()
    yield
    took = time.monotonic() - start
    if took > 2:
        say(f"    {what}: done in {took:.0f} s")


def awaited(ends_within: Callable[[float], bool], seconds: float, what: str) -> bool:
    """Return True if something ends in time; report every few seconds that it still runs."""
    start = time.monotonic()
    while not ends_within(_TOLD_EVERY_SECONDS):
        waited = time.monotonic() - start
        if waited > seconds:
            return False
        say(f"  {what}, for {waited:.0f} s …")
    return True


def tail(log: Path, lines: int = 30) -> str:
    """Return the last lines of a log, indented; empty if there is no log."""
    if not log.exists():
        return ""
    text = log.read_text(encoding="utf-8", errors="replace").splitlines()
    return "\n".join(f"    {line}" for line in text[-lines:])
