"""Retries of a decision that lost a race (R27)."""

import random
from collections.abc import Callable
from typing import TypeVar

from settlement.domain.errors import Busy
from settlement.use_cases.shared.ports import Conflict, Ports

T = TypeVar("T")

MAX_TRIES = 8
_FIRST_PAUSE_SECONDS = 0.02


def no_pause(seconds: float) -> None:
    """Return at once."""


def decide_until_written(ports: Ports, decide: Callable[[], T]) -> T:
    """Run ``decide`` on fresh state until its write succeeds; raises ``Busy`` after 8 tries with full jitter."""
    return until_first(ports.pause, decide)


def until_first(pause: Callable[[float], None], decide: Callable[[], T]) -> T:
    """Do the same as ``decide_until_written`` without ``Ports``; ``pause`` takes seconds."""
    for attempt in range(MAX_TRIES):
        try:
            return decide()
        except Conflict:
            pause(random.uniform(0, _FIRST_PAUSE_SECONDS * 2**attempt))
    raise Busy("Other requests keep changing this; send the same request again")
