"""The parameters and the results of a load test."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from bench.load.drive import Driven
from bench.load.faults import Fault, Faults


@dataclass(frozen=True, slots=True)
class Load:
    """The number of orders, their rate per second, and the connector's failures."""

    orders: int
    rate: float
    faults: Faults


@dataclass(slots=True)
class Outcome:
    """The results of a run; ``wrong`` has the fault of each wrong order."""

    load: Load
    driven: Driven
    connector: Counter[Fault]
    rest_seconds: float = 0.0
    captures: list[float] = field(default_factory=list)
    waited: int = 0
    checked: int = 0
    retried: int = 0
    written_off: int = 0
    wrong: list[str] = field(default_factory=list)
