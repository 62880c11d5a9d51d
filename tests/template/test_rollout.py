"""A deployment moves traffic to new versions, and back on an alarm; nothing goes past the alias that it moves."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from local.adaptations import deploy_at_once
from tests.template.cloudformation import CHECKOUT, load_template, of_type, referred

TEMPLATE = load_template()
FUNCTIONS = of_type(TEMPLATE, "AWS::Serverless::Function")
ALARMS = of_type(TEMPLATE, "AWS::CloudWatch::Alarm")
GLOBALS = TEMPLATE["Globals"]["Function"]
API = TEMPLATE["Resources"]["Api"]["Properties"]


def _references(value: Any) -> Iterator[str]:
    """Every name that a part of the template refers to."""
    match value:
        case {"Ref": str(name)} | {"Fn::GetAtt": str(name)}:
            yield name
        case dict():
            yield from (name for part in value.values() for name in _references(part))
        case list():
            yield from (name for part in value for name in _references(part))


def _alarms_of(name: str) -> list[str]:
    preferences = (GLOBALS["DeploymentPreference"], FUNCTIONS[name]["DeploymentPreference"])
    return [referred(alarm) for preference in preferences for alarm in preference["Alarms"]]


def test_rollout_is_gradual_unless_it_is_asked_otherwise() -> None:
    rollout = TEMPLATE["Parameters"]["Rollout"]
    gradual = {name: mapped["IsGradual"] for name, mapped in TEMPLATE["Mappings"]["Rollouts"].items()}

    assert GLOBALS["DeploymentPreference"]["Enabled"] == {
        "Fn::FindInMap": ["Rollouts", {"Ref": "Rollout"}, "IsGradual"]
    }
    assert set(gradual) == set(rollout["AllowedValues"])
    assert gradual[rollout["Default"]] == "true"
    assert [name for name, is_gradual in gradual.items() if is_gradual == "false"] == ["AtOnce"]


@pytest.mark.parametrize("name", FUNCTIONS)
def test_every_change_of_a_function_is_a_version_that_its_own_alarm_takes_back(name: str) -> None:
    """Without all properties a new layer, which has the whole service, would be no new version."""
    assert GLOBALS["AutoPublishAlias"] == "live"
    assert FUNCTIONS[name]["AutoPublishAliasAllProperties"] is True
    [own] = FUNCTIONS[name]["DeploymentPreference"]["Alarms"]
    [dimension] = ALARMS[referred(own)]["Dimensions"]
    assert (ALARMS[referred(own)]["MetricName"], referred(dimension["Value"])) == ("Errors", name)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_no_alarm_of_a_rollout_waits_for_what_waits_for_the_alias(name: str) -> None:
    """The alias waits for its alarms: one that names the workflow, which names the alias, would close the circle."""
    for alarm in _alarms_of(name):
        assert {found.split(".")[0] for found in _references(ALARMS[alarm]["Dimensions"])} <= {name, "AWS::StackName"}


def test_nothing_invokes_a_function_past_its_alias() -> None:
    resources = {name: resource for name, resource in TEMPLATE["Resources"].items() if name != "Dashboard"}
    invoking = {
        name: found
        for name, resource in resources.items()
        if resource["Type"] != "AWS::CloudWatch::Alarm"
        for found in _references(resource.get("Properties", {}))
        if found.split(".")[0] in FUNCTIONS and not found.endswith(".Alias")
    }
    assert invoking == {}


def test_versions_are_started_from_snapshots_on_request_only() -> None:
    """What is published has the snapshot, and everything invokes what is published."""
    assert GLOBALS["SnapStart"] == {"ApplyOn": {"Fn::If": ["HasSnapStart", "PublishedVersions", "None"]}}
    assert TEMPLATE["Conditions"]["HasSnapStart"] == {"Fn::Equals": [{"Ref": "SnapStart"}, "true"]}
    assert TEMPLATE["Parameters"]["SnapStart"]["Default"] == "false"


def test_functions_and_layers_are_of_one_architecture_which_builds_take_by_default() -> None:
    layers = of_type(TEMPLATE, "AWS::Serverless::LayerVersion").values()
    default = TEMPLATE["Parameters"]["Architecture"]["Default"]

    assert GLOBALS["Architectures"] == [{"Ref": "Architecture"}]
    assert all(layer["CompatibleArchitectures"] == [{"Ref": "Architecture"}] for layer in layers)
    for makefile in ("Makefile", "layers/dependencies/Makefile", "layers/console/Makefile"):
        assert f"$(or $(QUITA_ARCHITECTURE),{default})" in (CHECKOUT / makefile).read_text(encoding="utf-8")


@pytest.mark.parametrize("name", FUNCTIONS)
def test_executions_are_reserved_on_request_only(name: str) -> None:
    short = name.removesuffix("Function")
    parameter = TEMPLATE["Parameters"][f"{short}Concurrency"]

    assert parameter["Default"] == ""
    assert FUNCTIONS[name]["ReservedConcurrentExecutions"] == {
        "Fn::If": [f"Reserves{short}", {"Ref": f"{short}Concurrency"}, {"Ref": "AWS::NoValue"}]
    }
    assert TEMPLATE["Conditions"][f"Reserves{short}"] == {
        "Fn::Not": [{"Fn::Equals": [{"Ref": f"{short}Concurrency"}, ""]}]
    }


def test_access_log_has_neither_query_nor_headers_nor_bodies() -> None:
    condition, setting, otherwise = API["AccessLogSetting"]["Fn::If"]
    line = json.loads(setting["Format"])

    assert (condition, otherwise) == ("HasAccessLog", {"Ref": "AWS::NoValue"})
    assert set(line.values()) == {
        "$context.requestId",
        "$context.requestTime",
        "$context.authorizer.account",
        "$context.httpMethod",
        "$context.path",
        "$context.status",
        "$context.responseLatency",
        "$context.responseLength",
        "$context.identity.sourceIp",
        "$context.error.responseType",
    }


def test_tracing_is_off_unless_it_is_asked_for_and_then_all_of_it() -> None:
    assert TEMPLATE["Parameters"]["Tracing"]["Default"] == "false"
    assert API["TracingEnabled"] == {"Ref": "Tracing"}
    assert GLOBALS["Tracing"] == {"Fn::If": ["IsTraced", "Active", "PassThrough"]}
    for name in ("SettlementWorkflow", "SettlementReportWorkflow"):
        workflow = TEMPLATE["Resources"][name]["Properties"]
        assert workflow["Tracing"]["Enabled"] == {"Fn::If": ["IsTraced", True, False]}
    policy = TEMPLATE["Resources"]["TracingPolicy"]
    traced = {referred(function["Role"]) for function in FUNCTIONS.values()} | {
        "SettlementWorkflowRole",
        "SettlementReportWorkflowRole",
    }
    given = {name for name in _references(policy["Properties"]["Roles"]) if not name.startswith("AWS::")}
    assert policy["Condition"] == "IsTraced"
    assert given == traced
    [statement] = policy["Properties"]["PolicyDocument"]["Statement"]
    assert {action.split(":")[0] for action in statement["Action"]} == {"xray"}


def test_local_stack_has_the_aliases_and_deploys_at_once(tmp_path: Any) -> None:
    built = {"Globals": {"Function": GLOBALS}, "Resources": TEMPLATE["Resources"]}
    (tmp_path / "template.yaml").write_text(yaml.safe_dump(built, sort_keys=False), encoding="utf-8")

    deploy_at_once(tmp_path)

    text = (tmp_path / "template.yaml").read_text(encoding="utf-8")
    assert "DeploymentPreference" not in text
    assert yaml.safe_load(text)["Globals"]["Function"]["AutoPublishAlias"] == "live"
