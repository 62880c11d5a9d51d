"""What a case is, and what comes of playing one."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from time import monotonic

from conformance.capabilities import Need
from conformance.play import Play
from conformance.verdicts import Failed
from conformance.wire import Call


@dataclass(frozen=True, slots=True)
class Case:
    """A named case; ``shows`` is the fact that it holds when it passes."""

    name: str
    shows: str
    needs: tuple[Need, ...]
    play: Callable[[Play], None]


class Verdict(StrEnum):
    """How a case ended."""

    PASSED = "passed"
    FAILED = "failed"
    NOT_APPLICABLE = "not applicable"


@dataclass(frozen=True, slots=True)
class Result:
    """How a case ended, why when it did not pass, and the calls it made."""

    case: Case
    verdict: Verdict
    reason: str
    remarks: tuple[str, ...]
    calls: tuple[Call, ...]
    duration_ms: int


def case(*needs: Need) -> Callable[[Callable[[Play], None]], Case]:
    """Make a case of a function: its name with hyphens, and its docstring is what the case shows."""

    def make(play: Callable[[Play], None]) -> Case:
        return Case(play.__name__.replace("_", "-"), inspect.getdoc(play) or "", needs, play)

    return make


def judge(case: Case, play: Play) -> Result:
    """Play a case to its end."""
    started = monotonic()
    verdict, reason = _judge(case, play)
    duration_ms = round((monotonic() - started) * 1_000)
    return Result(case, verdict, reason, tuple(play.remarks), tuple(play.wire.calls), duration_ms)


def _judge(case: Case, play: Play) -> tuple[Verdict, str]:
    for need in case.needs:
        if reason := play.setup.unmet(need):
            return Verdict.NOT_APPLICABLE, reason
    try:
        case.play(play)
    except Failed as failure:
        return Verdict.FAILED, str(failure)
    return Verdict.PASSED, ""
