"""The workflow of settlement reports: which stages it asks for, with what, and how it ends."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import yaml
from moto import mock_aws

from tests.template.cloudformation import CHECKOUT, load_template
from tests.workflow.engine import FUNCTION, Engine

SOURCE = (CHECKOUT / "workflows" / "settlement-report.asl.yaml").read_text(encoding="utf-8")
DEFINITION = yaml.safe_load(SOURCE)
DEFINITION_INLINE = yaml.safe_load(SOURCE.replace("Mode: DISTRIBUTED", "Mode: INLINE"))
ARRIVED = {"detail": {"object": {"key": "inbox/demo/csv/sales.csv", "size": 57}}, "source": "aws.s3"}
DAYS = [{"since": f"2026-03-0{day}", "until": f"2026-03-0{day}", "checkouts": False} for day in (1, 2)]
READ = {"outcome": "read", "account": "demo", "reportId": "R", "ranges": DAYS}
REPORT = {"account": "demo", "reportId": "R"}
Answers = dict[str, Callable[[dict[str, Any]], Any]]


@pytest.fixture(autouse=True)
def aws() -> Iterator[None]:
    with mock_aws(config={"stepfunctions": {"execute_state_machine": True}}):
        yield


def stage_of(event: dict[str, Any]) -> str:
    """The stage that an event asks for, by what it has."""
    if "step" in event:
        return str(event["step"])
    if "key" in event:
        return "read"
    return "load" if "days" in event else "match"


def loaded(event: dict[str, Any]) -> dict[str, Any]:
    """The first day is two pieces."""
    piece = event.get("piece", 0) + 1
    told = {name: event[name] for name in ("account", "reportId", "run", "range", "days")}
    if event["range"] == 0 and piece == 1:
        return told | {"outcome": "more", "piece": piece, "after": "there"}
    return told | {"outcome": "loaded", "piece": piece}


USUAL: Answers = {
    "read": lambda event: READ,
    "load": loaded,
    "match": lambda event: {"outcome": "matched", "parts": [0, 1]},
    "keep": lambda event: {"repeated": 0},
    "finish": lambda event: {"outcome": "done"},
    "fail": lambda event: {"outcome": "failed"},
}


def engine_of(**changes: Callable[[dict[str, Any]], Any]) -> Engine:
    return engine_with(DEFINITION, USUAL | changes)


def engine_with(given: dict[str, Any], answers: Answers) -> Engine:
    definition = json.dumps(given)
    # The first of several tries is enough here, and a pause of seconds is not.
    definition = re.sub(r'"IntervalSeconds": \d+', '"IntervalSeconds": 1', definition)
    definition = re.sub(r'"MaxDelaySeconds": \d+', '"MaxDelaySeconds": 2', definition)
    definition = re.sub(r"\$\{Report\w+FunctionArn\}", FUNCTION, definition)
    return Engine(lambda event: answers[stage_of(event)](event), definition)


def asked(engine: Engine, stage: str) -> list[dict[str, Any]]:
    return [event for event in engine.events if stage_of(event) == stage]


def test_file_goes_through_every_stage_under_the_name_of_its_run() -> None:
    engine = engine_of()

    ended = engine.execute_with(ARRIVED)

    assert ended.status == "SUCCEEDED"
    (read,) = asked(engine, "read")
    run = read["run"]
    assert read == {"run": run, "key": "inbox/demo/csv/sales.csv", "size": 57}
    pieces = sorted((event["range"], event.get("piece", 0), event.get("after")) for event in asked(engine, "load"))
    assert pieces == [(0, 0, None), (0, 1, "there"), (1, 0, None)]
    (match,) = asked(engine, "match")
    assert match["books"] == [{"range": 0, "pieces": 2}, {"range": 1, "pieces": 1}]
    assert match == REPORT | {"run": run, "books": match["books"]}
    kept = sorted(asked(engine, "keep"), key=lambda event: event["part"])
    assert kept == [REPORT | {"run": run, "step": "keep", "part": part} for part in (0, 1)]
    assert asked(engine, "finish") == [REPORT | {"run": run, "step": "finish", "kept": [{"repeated": 0}] * 2}]
    assert stage_of(engine.events[-1]) == "finish"


@pytest.mark.parametrize("outcome", ["refused", "done", "none"])
def test_file_that_is_not_taken_is_no_failure_and_asks_for_no_other_stage(outcome: str) -> None:
    engine = engine_of(read=lambda event: READ | {"outcome": outcome, "ranges": []})

    assert engine.execute_with(ARRIVED).status == "SUCCEEDED"
    assert {stage_of(event) for event in engine.events} == {"read"}


@pytest.mark.parametrize("outcome", ["refused", "done"])
def test_file_that_another_one_was_faster_than_books_nothing(outcome: str) -> None:
    engine = engine_of(match=lambda event: {"outcome": outcome, "parts": []})

    assert engine.execute_with(ARRIVED).status == "SUCCEEDED"
    assert not asked(engine, "keep")
    assert not asked(engine, "finish")


def test_report_that_another_one_came_between_is_matched_again() -> None:
    outcomes = iter(["again", "done"])
    engine = engine_of(finish=lambda event: {"outcome": next(outcomes)})

    assert engine.execute_with(ARRIVED).status == "SUCCEEDED"
    assert [len(asked(engine, stage)) for stage in ("read", "match", "finish")] == [1, 2, 2]


def test_report_without_findings_is_done() -> None:
    engine = engine_of(match=lambda event: {"outcome": "matched", "parts": []})

    assert engine.execute_with(ARRIVED).status == "SUCCEEDED"
    assert len(asked(engine, "finish")) == 1


@pytest.mark.parametrize("stage", ["read", "match", "finish"])
def test_outcome_that_nobody_knows_fails_and_is_told(stage: str) -> None:
    engine = engine_of(**{stage: lambda event: READ | {"outcome": "new"}})

    ended = engine.execute_with(ARRIVED)

    assert (ended.status, ended.error) == ("FAILED", "quita.UnknownOutcome")
    assert [event["error"] for event in asked(engine, "fail")] == ["quita.UnknownOutcome"]


class OutOfDisk(Exception):
    """What a stage fails with for good."""


def fails(event: dict[str, Any]) -> Any:
    """Fail, as each time."""
    raise OutOfDisk("no space is left")


@pytest.mark.parametrize("stage", ["read", "load", "match", "keep", "finish"])
def test_stage_that_fails_for_good_is_told_on_the_report_and_fails_the_run(stage: str) -> None:
    """The engine of these tests goes on although a chunk of a distributed Map failed, so the Maps are inline here."""
    engine = engine_with(DEFINITION_INLINE, USUAL | {stage: fails})

    ended = engine.execute_with(ARRIVED)

    assert (ended.status, ended.error) == ("FAILED", "OutOfDisk")
    assert len(asked(engine, stage)) >= 4
    run = engine.events[0]["run"]
    assert asked(engine, "fail") == [
        {"step": "fail", "run": run, "key": "inbox/demo/csv/sales.csv", "size": 57, "error": "OutOfDisk"}
    ]
    assert stage_of(engine.events[-1]) == "fail"


def test_run_whose_failure_cannot_be_told_fails_with_it_all_the_same() -> None:
    def also_fails(event: dict[str, Any]) -> Any:
        raise RuntimeError("the table does not answer")

    ended = engine_of(match=fails, fail=also_fails).execute_with(ARRIVED)

    assert (ended.status, ended.error) == ("FAILED", "OutOfDisk")


def test_stage_that_failed_is_tried_again() -> None:
    tries: list[str] = []

    def fails_once(event: dict[str, Any]) -> dict[str, Any]:
        tries.append(event["run"])
        if len(tries) == 1:
            raise RuntimeError("the network is gone")
        return READ

    assert engine_of(read=fails_once).execute_with(ARRIVED).status == "SUCCEEDED"
    assert len(tries) == 2
    assert len(set(tries)) == 1


def test_every_task_is_tried_again_and_outlives_its_function() -> None:
    functions = load_template()["Resources"]
    tasks = {
        name: state
        for states in (DEFINITION["States"], *(state["ItemProcessor"]["States"] for state in _maps()))
        for name, state in states.items()
        if state["Type"] == "Task"
    }
    assert set(tasks) == {"Read", "Load", "Match", "KeepPart", "Finish", "TellFailed"}
    for name, task in tasks.items():
        (retry,) = task["Retry"]
        assert (retry["ErrorEquals"], retry["JitterStrategy"]) == (["States.ALL"], "FULL"), name
        function = functions[task["Resource"].removeprefix("${").removesuffix("Arn}")]["Properties"]
        assert function["Timeout"] < task["TimeoutSeconds"]


def test_whatever_fails_is_told_before_the_run_ends() -> None:
    states = DEFINITION["States"]
    failing = {name for name, state in states.items() if state["Type"] in ("Task", "Map")}
    caught = {name: [(held["ErrorEquals"], held["Next"]) for held in states[name]["Catch"]] for name in failing}
    assert caught.pop("TellFailed") == [(["States.ALL"], "Failed")]
    assert caught == {name: [(["States.ALL"], "TellFailed")] for name in failing - {"TellFailed"}}
    assert [name for name, state in states.items() if state["Type"] == "Fail"] == ["Failed"]
    assert {state["Default"] for state in states.values() if state["Type"] == "Choice"} == {"UnknownOutcome"}
    assert states["UnknownOutcome"]["Next"] == "TellFailed"


def test_chunks_are_executions_of_their_own_ten_at_a_time() -> None:
    maps = {state["Label"]: (state["MaxConcurrency"], state["ItemProcessor"]["ProcessorConfig"]) for state in _maps()}
    distributed = {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}
    assert maps == {"LoadBooks": (10, distributed), "Keep": (10, distributed)}


def _maps() -> list[dict[str, Any]]:
    return [state for state in DEFINITION["States"].values() if state["Type"] == "Map"]
