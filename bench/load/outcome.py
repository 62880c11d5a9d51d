"""What a load is, and what a run of it found."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from bench.load.drive import Driven
from bench.load.faults import Fault, Faults


@dataclass(frozen=True, slots=True)
class Load:
    """How many orders, how many of them a second, and how their connector fails."""

    orders: int
    rate: float
    faults: Faults


@dataclass(slots=True)
class Outcome:
    """What a run found: ``wrong`` says of each order that is not right why."""

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
