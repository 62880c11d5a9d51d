"""Locks for one stack per folder, and for work that one process may do at a time; a lock ends with its process."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

LOOK_SECONDS = 0.5
"""How long a lock is tried: looking at a lock holds it for a moment."""

POLL_SECONDS = 0.05


@contextmanager
def hold(file: Path) -> Iterator[int | None]:
    """Hold the folder's lock, with this process's id in it; yields None if another stack holds it."""
    with _opened(file) as descriptor:
        if not _taken(descriptor, LOOK_SECONDS):
            yield None
            return
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, str(os.getpid()).encode(), 0)
        yield descriptor


@contextmanager
def in_turn(file: Path, say_that_it_waits: Callable[[], object]) -> Iterator[None]:
    """Hold a lock, after waiting for its current holder."""
    with _opened(file) as descriptor:
        if not _taken(descriptor, 0):
            say_that_it_waits()
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield


@contextmanager
def share(file: Path) -> Iterator[Callable[[], None]]:
    """Hold a shared lock; the yielded function waits until this process is the only holder."""
    with _opened(file) as descriptor:
        fcntl.flock(descriptor, fcntl.LOCK_SH)
        yield lambda: fcntl.flock(descriptor, fcntl.LOCK_EX)


def holder(file: Path) -> int | None:
    """Return the process id of the stack that holds the lock, None if it is free."""
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
    """Return True if the lock became free within the time."""
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
