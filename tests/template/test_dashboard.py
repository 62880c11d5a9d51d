"""The dashboard shows what is measured, of the business and of the service."""

from __future__ import annotations

import json
import re
from typing import Any

from settlement.domain.figures import VALUES, WORK
from tests.template.cloudformation import CHECKOUT, load_template, of_type

TEMPLATE = load_template()
FUNCTIONS = of_type(TEMPLATE, "AWS::Serverless::Function")
QUEUES = of_type(TEMPLATE, "AWS::SQS::Queue")


def _widgets() -> list[dict[str, Any]]:
    body = json.loads(TEMPLATE["Resources"]["Dashboard"]["Properties"]["DashboardBody"]["Fn::Sub"])
    widgets: list[dict[str, Any]] = [widget["properties"] for widget in body["widgets"] if widget["type"] == "metric"]
    return widgets


def test_dashboard_shows_every_figure_of_the_functions() -> None:
    shown = json.dumps(_widgets())
    sources = [CHECKOUT / "functions", CHECKOUT / "layers" / "settlement" / "settlement"]
    code = "".join(file.read_text(encoding="utf-8") for folder in sources for file in folder.rglob("*.py"))
    figures = set(re.findall(r"(?:Figure|add_metric)\(\"(\w+)\"", code)) | set(VALUES.values()) | set(WORK.values())
    assert {"CapturedValue", "WorkItemsOpen", "OperationFailed"} <= figures
    assert {name for name in figures if f'"{name}"' not in shown.replace("\\", "")} == set()


def test_dashboard_shows_every_function_and_queue() -> None:
    shown = json.dumps(_widgets())
    names = [resource["FunctionName"]["Fn::Sub"] for resource in FUNCTIONS.values()]
    names += [resource["QueueName"]["Fn::Sub"] for resource in QUEUES.values()]
    assert [name for name in names if f'"{name}"' not in shown] == []


def test_widgets_of_the_dashboard_do_not_overlap() -> None:
    body = json.loads(TEMPLATE["Resources"]["Dashboard"]["Properties"]["DashboardBody"]["Fn::Sub"])
    taken = [
        (widget["x"] + across, widget["y"] + down)
        for widget in body["widgets"]
        for across in range(widget["width"])
        for down in range(widget["height"])
    ]
    assert len(set(taken)) == len(taken)
    assert max(x for x, _ in taken) < 24
