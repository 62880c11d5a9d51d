"""The workflow itself: which steps it asks for, how often, and how it ends."""

import itertools
import threading
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from moto import mock_aws

from tests.workflow.engine import INPUT, Ended, Engine

HAPPY = ["Plan", "RoutePlan", "ExecuteLegs", "Execute", "Conclude", "RouteConclusion", "Done"]


class Script:
    """What the function answers, step by step; an exception is raised. The last answer of a step stays."""

    def __init__(self, **answers: list[Any]) -> None:
        """Take the answers of ``plan``, ``execute`` and ``conclude``."""
        self._answers = {
            name: iter(itertools.chain(given, itertools.repeat(given[-1]))) for name, given in answers.items()
        }
        self._lock = threading.Lock()

    def __call__(self, event: dict[str, Any]) -> dict[str, Any]:
        """Answer one step."""
        with self._lock:
            answer = next(self._answers[event["step"]])
        if isinstance(answer, Exception):
            raise answer
        assert isinstance(answer, dict)
        return answer


def _execute(*legs: str) -> dict[str, Any]:
    return {"outcome": "execute", "legs": [{"leg": leg} for leg in legs or ("001",)]}


POSTED = {"outcome": "posted"}
DONE = {"outcome": "done"}
FAULT = RuntimeError("the network is gone")


@pytest.fixture(autouse=True)
def aws() -> Iterator[None]:
    """An interpreter of its own for each test."""
    with mock_aws(config={"stepfunctions": {"execute_state_machine": True}}):
        yield


def test_plan_execute_conclude() -> None:
    engine = Engine(Script(plan=[_execute()], execute=[POSTED], conclude=[DONE]))

    ended = engine.execute()

    assert ended == Ended("SUCCEEDED", None, HAPPY)
    plan, execute, conclude = engine.events
    execution = plan["execution"]
    assert plan == {"step": "plan", "execution": execution} | INPUT
    assert conclude.pop("startedAt")
    assert conclude == {"step": "conclude", "execution": execution} | INPUT
    started_at = execute.pop("startedAt")
    assert execute == {"step": "execute", "execution": execution, "leg": "001"} | INPUT
    assert started_at.startswith("20")
    assert "T" in started_at


def test_further_input_is_ignored() -> None:
    engine = Engine(Script(plan=[{"outcome": "skip", "legs": []}]))

    ended = engine.execute(version=1, orderId="O", at="2026-03-02T09:00:00+00:00")

    assert ended.status == "SUCCEEDED"
    assert set(engine.events[0]) == {"step", "execution"} | set(INPUT)


def test_every_leg_is_executed_before_the_conclusion() -> None:
    legs = [f"{number:03d}" for number in range(1, 26)]
    engine = Engine(Script(plan=[_execute(*legs)], execute=[POSTED], conclude=[DONE]))

    ended = engine.execute()

    assert ended.status == "SUCCEEDED"
    assert sorted(event["leg"] for event in engine.events if event["step"] == "execute") == legs
    assert engine.steps()[-1] == "conclude"


def test_at_most_five_legs_at_a_time() -> None:
    running = Counter[str]()
    lock = threading.Lock()
    all_five = threading.Barrier(5, timeout=60)

    def step(event: dict[str, Any]) -> dict[str, Any]:
        if event["step"] == "plan":
            return _execute(*(f"{number:03d}" for number in range(10)))
        if event["step"] == "conclude":
            return DONE
        with lock:
            running["now"] += 1
            running["most"] = max(running["most"], running["now"])
        all_five.wait()
        with lock:
            running["now"] -= 1
        return POSTED

    assert Engine(step).execute().status == "SUCCEEDED"
    assert running["most"] == 5


def test_nothing_to_call_is_concluded_at_once() -> None:
    engine = Engine(Script(plan=[{"outcome": "conclude", "legs": []}], conclude=[DONE]))

    assert engine.execute() == Ended("SUCCEEDED", None, ["Plan", "RoutePlan", "Conclude", "RouteConclusion", "Done"])


def test_operation_that_is_not_ours_is_skipped() -> None:
    engine = Engine(Script(plan=[{"outcome": "skip", "legs": []}]))

    assert engine.execute() == Ended("SUCCEEDED", None, ["Plan", "RoutePlan", "Done"])
    assert engine.steps() == ["plan"]


def test_more_goes_round_again_under_the_same_execution() -> None:
    engine = Engine(
        Script(plan=[_execute("001"), _execute("001.1")], execute=[POSTED], conclude=[{"outcome": "more"}, DONE])
    )

    ended = engine.execute()

    assert ended == Ended("SUCCEEDED", None, HAPPY[:-1] + HAPPY)
    assert [event["leg"] for event in engine.events if event["step"] == "execute"] == ["001", "001.1"]
    assert len({event["execution"] for event in engine.events}) == 1


@pytest.mark.parametrize("outcome", ["done", "waiting", "skip"])
def test_every_conclusion_ends_the_execution(outcome: str) -> None:
    engine = Engine(Script(plan=[_execute()], execute=[POSTED], conclude=[{"outcome": outcome}]))

    assert engine.execute() == Ended("SUCCEEDED", None, HAPPY)


def test_leg_that_fails_once_is_executed_again() -> None:
    engine = Engine(Script(plan=[_execute()], execute=[FAULT, POSTED], conclude=[DONE]))

    assert engine.execute() == Ended("SUCCEEDED", None, HAPPY)
    assert engine.steps() == ["plan", "execute", "execute", "conclude"]


def test_leg_that_fails_three_times_is_left_to_the_conclusion() -> None:
    engine = Engine(Script(plan=[_execute()], execute=[FAULT], conclude=[{"outcome": "waiting"}]))

    ended = engine.execute()

    assert ended.status == "SUCCEEDED"
    assert "LegUnknown" in ended.states
    assert engine.steps() == ["plan"] + ["execute"] * 3 + ["conclude"]


def test_one_failing_leg_does_not_keep_the_others() -> None:
    def step(event: dict[str, Any]) -> dict[str, Any]:
        if event["step"] == "plan":
            return _execute("001", "002", "003")
        if event["step"] == "conclude":
            return {"outcome": "waiting"}
        if event["leg"] == "002":
            raise FAULT
        return POSTED

    engine = Engine(step)

    assert engine.execute().status == "SUCCEEDED"
    assert Counter(event["leg"] for event in engine.events if event["step"] == "execute") == {
        "001": 1,
        "002": 3,
        "003": 1,
    }


@pytest.mark.parametrize(
    ("failing", "error", "steps"),
    [
        ("plan", "quita.PlanFailed", ["plan"] * 4),
        ("conclude", "quita.ConcludeFailed", ["plan", "execute"] + ["conclude"] * 4),
    ],
)
def test_step_that_keeps_failing_fails_the_execution(failing: str, error: str, steps: list[str]) -> None:
    answers: dict[str, list[Any]] = {"plan": [_execute()], "execute": [POSTED], "conclude": [DONE]}
    engine = Engine(Script(**answers | {failing: [FAULT]}))

    ended = engine.execute()

    assert (ended.status, ended.error) == ("FAILED", error)
    assert engine.steps() == steps


@pytest.mark.parametrize("failing", ["plan", "conclude"])
def test_step_that_fails_once_is_asked_again(failing: str) -> None:
    answers: dict[str, list[Any]] = {"plan": [_execute()], "execute": [POSTED], "conclude": [DONE]}
    engine = Engine(Script(**answers | {failing: [FAULT, answers[failing][0]]}))

    assert engine.execute() == Ended("SUCCEEDED", None, HAPPY)


@pytest.mark.parametrize(
    "answers",
    [
        {"plan": [{"outcome": "perhaps", "legs": []}]},
        {"plan": [_execute()], "execute": [POSTED], "conclude": [{"outcome": "perhaps"}]},
    ],
)
def test_unknown_outcome_fails_the_execution(answers: dict[str, list[Any]]) -> None:
    ended = Engine(Script(**answers)).execute()

    assert (ended.status, ended.error) == ("FAILED", "quita.UnknownOutcome")
