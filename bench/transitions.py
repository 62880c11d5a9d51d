"""State transitions of an execution, counted in the deployed definition of the workflow."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from local.deployment import client
from operations.running_stack import Facts


def definition_of(facts: Facts) -> dict[str, Any]:
    """Return the running stack's definition of the workflow."""
    workflows = client("stepfunctions", facts.aws_port)
    told = workflows.describe_state_machine(stateMachineArn=facts.state_machine_arn)["definition"]
    definition: dict[str, Any] = json.loads(told)
    return definition


def transitions_of(definition: Mapping[str, Any], outcome: str) -> int:
    """Return the transitions of an execution, by the outcome of its attempt: its start, and each state it enters."""
    count, name = 1, definition["StartAt"]
    while True:
        count += 1
        state = definition["States"][name]
        if state["Type"] in ("Succeed", "Fail") or state.get("End"):
            return count
        name = _choice(state, outcome) if state["Type"] == "Choice" else state["Next"]


def _choice(state: Mapping[str, Any], outcome: str) -> str:
    for rule in state["Choices"]:
        if any(case.get("StringEquals") == outcome for case in rule.get("Or", [rule])):
            return str(rule["Next"])
    return str(state["Default"])
