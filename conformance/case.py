"""Cases and their results."""

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
    """A named case; ``shows`` is the fact that it proves by passing."""

    name: str
    shows: str
    needs: tuple[Need, ...]
    play: Callable[[Play], None]


class Verdict(StrEnum):
    """The verdict on a case."""

    PASSED = "passed"
    FAILED = "failed"
    NOT_APPLICABLE = "not applicable"


@dataclass(frozen=True, slots=True)
class Result:
    """The verdict on a case, the reason if it did not pass, and its calls."""

    case: Case
    verdict: Verdict
    reason: str
    remarks: tuple[str, ...]
    calls: tuple[Call, ...]
    duration_ms: int


def case(*needs: Need) -> Callable[[Callable[[Play], None]], Case]:
    """Turn a function into a case; its name, with hyphens, names the case, and its docstring is ``shows``."""

    def make(play: Callable[[Play], None]) -> Case:
        return Case(play.__name__.replace("_", "-"), inspect.getdoc(play) or "", needs, play)

    return make


def judge(case: Case, play: Play) -> Result:
    """Play a case and return its result."""
    started = monotonic()
    verdict, reason = _judge(case, play)
    if verdict is Verdict.FAILED and play.setup.missing_fields and case.needs != (Need.CUSTOM_FIELDS,):
        names = ", ".join(play.setup.missing_fields)
        play.remarks.append(f"the manifest declares the custom field {names}, which no --setting gives")
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
