"""The workflow itself: which steps it asks for, how often, and how it ends."""

import itertools
import threading
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from moto import mock_aws

from tests.workflow.engine import INPUT, Ended, Engine

ONE_CALL = ["Attempt", "RouteAttempt", "Done"]
SEVERAL_CALLS = ["Attempt", "RouteAttempt", "ExecuteLegs", "Execute", "Conclude", "RouteConclusion", "Done"]


class Script:
    """What the function answers, step by step; an exception is raised. The last answer of a step stays."""

    def __init__(self, **answers: list[Any]) -> None:
        """Take the answers of ``attempt``, ``execute`` and ``conclude``."""
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


def test_attempt_with_one_call_is_one_task() -> None:
    engine = Engine(Script(attempt=[{"outcome": "done", "legs": []}]))

    ended = engine.execute()

    assert ended == Ended("SUCCEEDED", None, ONE_CALL)
    [attempt] = engine.events
    started_at = attempt.pop("startedAt")
    assert attempt == {"step": "attempt", "execution": attempt["execution"]} | INPUT
    assert started_at.startswith("20")
    assert "T" in started_at


def test_several_calls_are_executed_and_concluded() -> None:
    engine = Engine(Script(attempt=[_execute()], execute=[POSTED], conclude=[DONE]))

    ended = engine.execute()

    assert ended == Ended("SUCCEEDED", None, SEVERAL_CALLS)
    attempt, execute, conclude = engine.events
    execution, started_at = attempt["execution"], attempt["startedAt"]
    assert conclude == {"step": "conclude", "execution": execution, "startedAt": started_at} | INPUT
    assert execute == {"step": "execute", "execution": execution, "startedAt": started_at, "leg": "001"} | INPUT


def test_further_input_is_ignored() -> None:
    engine = Engine(Script(attempt=[{"outcome": "skip", "legs": []}]))

    ended = engine.execute(version=1, orderId="O", at="2026-03-02T09:00:00+00:00")

    assert ended.status == "SUCCEEDED"
    assert set(engine.events[0]) == {"step", "execution", "startedAt"} | set(INPUT)


def test_every_leg_is_executed_before_the_conclusion() -> None:
    legs = [f"{number:03d}" for number in range(1, 26)]
    engine = Engine(Script(attempt=[_execute(*legs)], execute=[POSTED], conclude=[DONE]))

    ended = engine.execute()

    assert ended.status == "SUCCEEDED"
    assert sorted(event["leg"] for event in engine.events if event["step"] == "execute") == legs
    assert engine.steps()[-1] == "conclude"


def test_at_most_five_legs_at_a_time() -> None:
    running = Counter[str]()
    lock = threading.Lock()
    all_five = threading.Barrier(5, timeout=60)

    def step(event: dict[str, Any]) -> dict[str, Any]:
        if event["step"] == "attempt":
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


@pytest.mark.parametrize("outcome", ["done", "waiting", "skip"])
def test_attempt_that_is_over_ends_the_execution(outcome: str) -> None:
    engine = Engine(Script(attempt=[{"outcome": outcome, "legs": []}]))

    assert engine.execute() == Ended("SUCCEEDED", None, ONE_CALL)
    assert engine.steps() == ["attempt"]


def test_attempt_with_more_to_do_goes_round_under_the_same_execution() -> None:
    engine = Engine(Script(attempt=[{"outcome": "more", "legs": []}, {"outcome": "done", "legs": []}]))

    assert engine.execute() == Ended("SUCCEEDED", None, ONE_CALL[:-1] + ONE_CALL)
    assert len({(event["execution"], event["startedAt"]) for event in engine.events}) == 1


def test_more_goes_round_again_under_the_same_execution() -> None:
    engine = Engine(
        Script(attempt=[_execute("001"), _execute("001.1")], execute=[POSTED], conclude=[{"outcome": "more"}, DONE])
    )

    ended = engine.execute()

    assert ended == Ended("SUCCEEDED", None, SEVERAL_CALLS[:-1] + SEVERAL_CALLS)
    assert [event["leg"] for event in engine.events if event["step"] == "execute"] == ["001", "001.1"]
    assert len({event["execution"] for event in engine.events}) == 1


@pytest.mark.parametrize("outcome", ["done", "waiting", "skip"])
def test_every_conclusion_ends_the_execution(outcome: str) -> None:
    engine = Engine(Script(attempt=[_execute()], execute=[POSTED], conclude=[{"outcome": outcome}]))

    assert engine.execute() == Ended("SUCCEEDED", None, SEVERAL_CALLS)


def test_leg_that_fails_once_is_executed_again() -> None:
    engine = Engine(Script(attempt=[_execute()], execute=[FAULT, POSTED], conclude=[DONE]))

    assert engine.execute() == Ended("SUCCEEDED", None, SEVERAL_CALLS)
    assert engine.steps() == ["attempt", "execute", "execute", "conclude"]


def test_leg_that_fails_three_times_is_left_to_the_conclusion() -> None:
    engine = Engine(Script(attempt=[_execute()], execute=[FAULT], conclude=[{"outcome": "waiting"}]))

    ended = engine.execute()

    assert ended.status == "SUCCEEDED"
    assert "LegUnknown" in ended.states
    assert engine.steps() == ["attempt"] + ["execute"] * 3 + ["conclude"]


def test_one_failing_leg_does_not_keep_the_others() -> None:
    def step(event: dict[str, Any]) -> dict[str, Any]:
        if event["step"] == "attempt":
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


def test_conclusion_that_keeps_failing_fails_the_execution() -> None:
    engine = Engine(Script(attempt=[_execute()], execute=[POSTED], conclude=[FAULT]))

    ended = engine.execute()

    assert (ended.status, ended.error) == ("FAILED", "quita.ConcludeFailed")
    assert engine.steps() == ["attempt", "execute"] + ["conclude"] * 4


def test_attempt_that_keeps_failing_is_concluded() -> None:
    engine = Engine(Script(attempt=[FAULT], conclude=[{"outcome": "waiting"}]))

    assert engine.execute() == Ended("SUCCEEDED", None, ["Attempt", "Conclude", "RouteConclusion", "Done"])
    assert engine.steps() == ["attempt"] * 3 + ["conclude"]


def test_attempt_that_keeps_failing_without_a_claim_fails_the_execution() -> None:
    ended = Engine(Script(attempt=[FAULT], conclude=[{"outcome": "skip"}])).execute()

    assert (ended.status, ended.error) == ("FAILED", "quita.AttemptFailed")


@pytest.mark.parametrize("failing", ["attempt", "conclude"])
def test_step_that_fails_once_is_asked_again(failing: str) -> None:
    answers: dict[str, list[Any]] = {"attempt": [_execute()], "execute": [POSTED], "conclude": [DONE]}
    engine = Engine(Script(**answers | {failing: [FAULT, answers[failing][0]]}))

    assert engine.execute() == Ended("SUCCEEDED", None, SEVERAL_CALLS)


@pytest.mark.parametrize(
    "answers",
    [
        {"attempt": [{"outcome": "perhaps", "legs": []}]},
        {"attempt": [_execute()], "execute": [POSTED], "conclude": [{"outcome": "perhaps"}]},
    ],
)
def test_unknown_outcome_fails_the_execution(answers: dict[str, list[Any]]) -> None:
    ended = Engine(Script(**answers)).execute()

    assert (ended.status, ended.error) == ("FAILED", "quita.UnknownOutcome")
