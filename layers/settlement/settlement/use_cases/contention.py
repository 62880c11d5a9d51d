"""Deciding again when another writer was first (R27)."""

import random
from collections.abc import Callable
from typing import TypeVar

from settlement.domain.errors import Busy
from settlement.use_cases.ports import Conflict, Ports

T = TypeVar("T")

MAX_TRIES = 8
_FIRST_PAUSE_SECONDS = 0.02


def decide_until_written(ports: Ports, decide: Callable[[], T]) -> T:
    """Run ``decide`` on fresh state until its write is first, at most 8 times with full jitter, then raise ``Busy``."""
    for attempt in range(MAX_TRIES):
        try:
            return decide()
        except Conflict:
            ports.pause(random.uniform(0, _FIRST_PAUSE_SECONDS * 2**attempt))
    raise Busy("Other requests keep changing this order; send the same request again")
