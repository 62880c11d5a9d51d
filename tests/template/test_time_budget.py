"""The workflow's time budget: each limit above the one inside it, and everything caught."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.template.cloudformation import WORKFLOW, load_template, load_workflow, tasks

TEMPLATE = load_template()
DEFINITION = load_workflow()
TASKS = dict(tasks(DEFINITION["States"]))
LAST_CALL_SECONDS = 200
LEASE_SECONDS = 360


def _all_states(states: dict[str, Any]) -> dict[str, Any]:
    found = dict(states)
    for state in states.values():
        if state["Type"] == "Map":
            found |= _all_states(state["ItemProcessor"]["States"])
    return found


def test_connector_call_ends_before_its_function_and_that_before_its_task() -> None:
    connector = TEMPLATE["Parameters"]["ConnectorTimeoutSeconds"]["MaxValue"]
    function = TEMPLATE["Resources"]["SettlementStepsFunction"]["Properties"]["Timeout"]
    assert connector < function
    assert all(function < task["TimeoutSeconds"] for task in TASKS.values())


def test_last_leg_and_its_conclusion_fit_into_the_execution() -> None:
    last_leg = LAST_CALL_SECONDS + TASKS["Execute"]["TimeoutSeconds"]
    assert last_leg + TASKS["Conclude"]["TimeoutSeconds"] < DEFINITION["TimeoutSeconds"]


def test_execution_ends_before_its_lease() -> None:
    assert DEFINITION["TimeoutSeconds"] + TASKS["Attempt"]["TimeoutSeconds"] < LEASE_SECONDS


def test_settlement_steps_has_no_network_configuration() -> None:
    assert "VpcConfig" not in TEMPLATE["Resources"]["SettlementStepsFunction"]["Properties"]


@pytest.mark.parametrize("name", TASKS)
def test_task_retries_with_full_jitter_and_catches_everything_by_no_name(name: str) -> None:
    for retry in TASKS[name]["Retry"]:
        assert retry["ErrorEquals"] == ["States.ALL"]
        assert retry["JitterStrategy"] == "FULL"
        assert retry["MaxDelaySeconds"] <= 10
    assert [catch["ErrorEquals"] for catch in TASKS[name]["Catch"]] == [["States.ALL"]]


@pytest.mark.parametrize("name", ["Attempt", "Execute"])
def test_call_is_made_three_times(name: str) -> None:
    assert [retry["MaxAttempts"] for retry in TASKS[name]["Retry"]] == [2]


def test_every_state_says_what_it_is_for() -> None:
    assert all(state["Comment"] for state in _all_states(DEFINITION["States"]).values())


def test_every_choice_has_a_default() -> None:
    choices = [state for state in _all_states(DEFINITION["States"]).values() if state["Type"] == "Choice"]
    assert choices
    assert all(state["Default"] == "UnknownOutcome" for state in choices)


def test_template_substitutes_what_the_definition_names() -> None:
    named = set(re.findall(r"\$\{(\w+)\}", WORKFLOW.read_text(encoding="utf-8")))
    workflow = TEMPLATE["Resources"]["SettlementWorkflow"]["Properties"]
    assert named == set(workflow["DefinitionSubstitutions"])
