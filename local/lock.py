"""One stack per folder, and one at a time at whatever two would do in it: locks that end with whoever holds them."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

LOOK_SECONDS = 0.5
"""Whoever looks at a lock holds it for a moment; for so long it is tried again."""

POLL_SECONDS = 0.05


@contextmanager
def hold(file: Path) -> Iterator[int | None]:
    """Holds the folder's lock, with this process's id in it; None when another stack holds it."""
    with _opened(file) as descriptor:
        if not _taken(descriptor, LOOK_SECONDS):
            yield None
            return
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, str(os.getpid()).encode(), 0)
        yield descriptor


@contextmanager
def in_turn(file: Path, say_that_it_waits: Callable[[], object]) -> Iterator[None]:
    """Holds a lock, after whoever holds it now."""
    with _opened(file) as descriptor:
        if not _taken(descriptor, 0):
            say_that_it_waits()
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield


@contextmanager
def share(file: Path) -> Iterator[Callable[[], None]]:
    """Is one of those that use something; calling what it yields waits until it is the only one."""
    with _opened(file) as descriptor:
        fcntl.flock(descriptor, fcntl.LOCK_SH)
        yield lambda: fcntl.flock(descriptor, fcntl.LOCK_EX)


def holder(file: Path) -> int | None:
    """Process id of the stack that holds the lock, None when it is free."""
    if not file.exists():
        return None
    descriptor = os.open(file, os.O_RDWR)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
        return None
    except BlockingIOError:
        return int(os.pread(descriptor, 20, 0) or b"0")
    finally:
        os.close(descriptor)


def wait_until_free(file: Path, seconds: float) -> bool:
    """True when the lock became free within the time."""
    deadline = time.monotonic() + seconds
    while holder(file) is not None:
        if time.monotonic() > deadline:
            return False
        time.sleep(0.1)
    return True


@contextmanager
def _opened(file: Path) -> Iterator[int]:
    file.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(file, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _taken(descriptor: int, seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= deadline:
                return False
            time.sleep(POLL_SECONDS)
        else:
            return True
