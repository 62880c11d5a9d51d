"""The template and the workflow as plain data, with CloudFormation's short tags in their long form."""

from __future__ import annotations

import re
from collections.abc import Iterator
from copy import deepcopy
from functools import cache
from pathlib import Path
from typing import Any

import yaml

CHECKOUT = Path(__file__).resolve().parents[2]
WORKFLOW = CHECKOUT / "workflows" / "settlement.asl.yaml"


class _Loader(yaml.SafeLoader):
    """YAML with !Ref, !GetAtt, !Sub, !If and the like."""


def _intrinsic(loader: _Loader, suffix: str, node: yaml.Node) -> dict[str, Any]:
    name = suffix if suffix in ("Ref", "Condition") else f"Fn::{suffix}"
    if isinstance(node, yaml.ScalarNode):
        return {name: loader.construct_scalar(node)}
    if isinstance(node, yaml.SequenceNode):
        return {name: loader.construct_sequence(node, deep=True)}
    assert isinstance(node, yaml.MappingNode)
    return {name: loader.construct_mapping(node, deep=True)}


_Loader.add_multi_constructor("!", _intrinsic)


def load_template() -> dict[str, Any]:
    """Return the template, which the caller may change."""
    return deepcopy(_template())


@cache
def _template() -> dict[str, Any]:
    template: dict[str, Any] = yaml.load((CHECKOUT / "template.yaml").read_text(encoding="utf-8"), _Loader)
    return template


def load_workflow() -> dict[str, Any]:
    workflow: dict[str, Any] = yaml.safe_load(WORKFLOW.read_text(encoding="utf-8"))
    return workflow


OBJECTS_OF_REPORTS = re.compile(r"\$\{ReportsBucket\.Arn\}/(lines|work|uploads|inbox|mappings)/\*(?=\")")
"""All objects of one kind in the bucket of reports, which a resource in JSON can name in no other way."""


def of_type(template: dict[str, Any], kind: str) -> dict[str, dict[str, Any]]:
    """Properties of all resources of a type, by logical id."""
    return {
        name: resource["Properties"] for name, resource in template["Resources"].items() if resource["Type"] == kind
    }


def own_roles(template: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The roles with statements of their own: all but the one by which API Gateway writes the logs of every API."""
    return {name: role for name, role in of_type(template, "AWS::IAM::Role").items() if name != "ApiLogRole"}


def referred(value: Any) -> str:
    """The logical id that a !Ref or !GetAtt names, also by its alias or another attribute."""
    name: str = value["Ref"] if "Ref" in value else value["Fn::GetAtt"]
    return name.split(".")[0]


def statements(node: Any) -> Iterator[dict[str, Any]]:
    """Every IAM statement anywhere below a node."""
    if isinstance(node, dict):
        if "Effect" in node:
            yield node
        for child in node.values():
            yield from statements(child)
    elif isinstance(node, list):
        for child in node:
            yield from statements(child)


def table_access(template: dict[str, Any], role: str) -> Iterator[tuple[str, str, str]]:
    """What a role may do with the table: index (none: the table itself), action, pattern of partitions."""
    for statement in statements(template["Resources"][role]["Properties"]["Policies"]):
        condition = statement.get("Condition", {}).get("ForAllValues:StringLike", {})
        index = str(statement["Resource"]).partition("/index/")[2].strip("'}")
        for pattern in condition.get("dynamodb:LeadingKeys", ()):
            for action in statement["Action"]:
                yield index, action, pattern


def tasks(states: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every task of a workflow, those inside a Map too."""
    for name, state in states.items():
        if state["Type"] == "Task":
            yield name, state
        if state["Type"] == "Map":
            yield from tasks(state["ItemProcessor"]["States"])
