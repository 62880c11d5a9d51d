"""Deciding again when another writer was first (R27)."""

import random
from collections.abc import Callable
from typing import TypeVar

from settlement.domain.errors import Busy
from settlement.use_cases.shared.ports import Conflict, Ports

T = TypeVar("T")

MAX_TRIES = 8
_FIRST_PAUSE_SECONDS = 0.02


def no_pause(seconds: float) -> None:
    """Wait for nothing."""


def decide_until_written(ports: Ports, decide: Callable[[], T]) -> T:
    """Run ``decide`` on fresh state until its write is first, at most 8 times with full jitter, then raise ``Busy``."""
    return until_first(ports.pause, decide)


def until_first(pause: Callable[[float], None], decide: Callable[[], T]) -> T:
    """Do as ``decide_until_written`` does, where there is no more of the outside than a pause in seconds."""
    for attempt in range(MAX_TRIES):
        try:
            return decide()
        except Conflict:
            pause(random.uniform(0, _FIRST_PAUSE_SECONDS * 2**attempt))
    raise Busy("Other requests keep changing this; send the same request again")
