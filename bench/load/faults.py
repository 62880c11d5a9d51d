"""Chooses the connector calls that fail or hang: a fixed share, the same calls for the same seed."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from enum import StrEnum

AUTHORISATION = "payments"
"""The connector call whose refusal would end the order."""


class Fault(StrEnum):
    """The result of a call: done, or a kind of failure."""

    NONE = "answered"
    FAILED = "answered 500 without effect"
    DROPPED = "done, and the connection cut"
    HUNG = "done, and answered after the caller's time-out"
    REFUSED = "refused finally, without effect"


@dataclass(frozen=True, slots=True)
class Faults:
    """The shares of calls that fail, that hang, and that are refused finally.

    Every second failed call has its effect. An authorisation is never refused, because its order would be cancelled.
    """

    failing: float = 0.05
    hanging: float = 0.01
    seed: int = 1
    refusing: float = 0.0

    def of(self, payment: str, operation: str, call: int) -> Fault:
        """Return the result of the ``call``-th call of an operation on a payment."""
        name = f"{self.seed}/{payment}/{operation}/{call}"
        drawn = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big") / 2**64
        if drawn < self.hanging:
            return Fault.HUNG
        if drawn < self.hanging + self.failing / 2:
            return Fault.DROPPED
        if drawn < self.hanging + self.failing:
            return Fault.FAILED
        refused = operation != AUTHORISATION and drawn < self.hanging + self.failing + self.refusing
        return Fault.REFUSED if refused else Fault.NONE
