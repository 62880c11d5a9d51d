"""One stack per folder: a lock that is free exactly when nothing of the stack is left."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def hold(file: Path) -> Iterator[int | None]:
    """Holds the folder's lock, with this process's id in it; None when another stack holds it."""
    file.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(file, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield None
            return
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, str(os.getpid()).encode(), 0)
        yield descriptor
    finally:
        os.close(descriptor)


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
