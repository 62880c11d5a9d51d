"""Each function in the container that AWS SAM makes of it, run with files of `events/` on the running stack's table.

The files' order, transaction and payment get ids of this run, so that the stack may hold whatever it does.
"""

import json
import os
import secrets
import subprocess
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import boto3
import httpx
import pytest

from local.host_network import engine_fault
from local.seed import APP_KEY, APP_TOKEN
from local.settings import CHECKOUT, read_settings
from operations.running_stack import LOCAL_STACK, Facts, read_facts
from tests.e2e.conftest import client_arguments
from tests.support.play import REPORT_FILE

FAULT = engine_fault(os.environ.get("DOCKER_HOST"))
pytestmark = [
    pytest.mark.engine,
    pytest.mark.long,
    pytest.mark.timeout(900),
    pytest.mark.skipif(FAULT is not None, reason=f"needs a container engine: {FAULT}"),
]

PYTHON = CHECKOUT / ".local" / "venv-local" / "bin" / "python"
PATIENCE_SECONDS = 60
PLAY = (
    "authorizer/valid_key",
    "authorizer/wrong_token",
    "operator_console/sign_in_form",
    "order_management/health",
    "sandbox_connector/manifest",
    "order_management/place_order",
    "settlement_steps/authorise_attempt",
    "order_management/start_handling",
    "invoice_notification/partial_invoice",
    "at rest",
    "transaction_retrieval/settlements",
    "order_change/remove_one_b",
    "at rest",
    "sandbox_connector/script_three_failures",
    "invoice_notification/last_invoice",
    "waiting",
    "settlement_steps/last_invoice_attempt",
    "order_management/get_order",
    "sandbox_connector/list_calls",
    "event_relay/payment_settled_and_order_status_changed",
    "due_work/every_minute",
    "order_intake/order_placed",
    "connector_callback/unknown_payment",
    "transaction_operation/settlement_of_zero",
    "transaction_intake/payment_systems",
    "connector_configuration/list_affiliations",
    "order_feed/configure",
    "order_hook/configure_address_inside",
    "report_intake/name_file",
    "uploaded",
    "report_reading/uploaded",
    "report_books/orders_of_a_day",
    "report_matching/what_was_loaded",
    "report_keeping/finish",
)


class Order:
    """The order of the events, under ids of its own."""

    def __init__(self, facts: Facts, folder: Path) -> None:
        self._folder = folder
        order = json.loads((CHECKOUT / "events/order_management/place_order.json").read_text(encoding="utf-8"))
        placed = json.loads(order["body"])
        transaction = placed["paymentData"]["transactions"][0]
        self.transaction_id = secrets.token_hex(16).upper()
        self._ids = {
            placed["orderId"]: f"{10**12 + secrets.randbelow(9 * 10**12)}-01",
            transaction["transactionId"]: self.transaction_id,
            transaction["payments"][0]["id"]: secrets.token_hex(16).upper(),
        }
        self._ids["TODAY"] = datetime.now(UTC).date().isoformat()
        self._facts = facts
        headers = {"X-VTEX-API-AppKey": APP_KEY, "X-VTEX-API-AppToken": APP_TOKEN}
        self._api = httpx.Client(base_url=facts.base_url, headers=headers, timeout=30, trust_env=False)

    def run(self, name: str) -> Any:
        """Invoke the event's function in its container; return what it answered."""
        text = (CHECKOUT / "events" / f"{name}.json").read_text(encoding="utf-8")
        for written, own in self._ids.items():
            text = text.replace(written, own)
        event = self._folder / f"{name}.json"
        event.parent.mkdir(exist_ok=True)
        event.write_text(text, encoding="utf-8")
        done = subprocess.run(
            [PYTHON, "-m", "local.sam_local", event], cwd=CHECKOUT, capture_output=True, text=True, check=False
        )
        assert done.stdout, done.stderr
        return json.loads(done.stdout)

    def upload(self) -> None:
        """Upload the report's file, and wait until the running stack has reconciled it; its run is then the events'."""
        named = json.loads((CHECKOUT / "events/report_intake/name_file.json").read_text(encoding="utf-8"))["body"]
        told = self._api.post("/api/pvt/settlement-reports", content=named).raise_for_status().json()
        if told["uploadUrl"] is not None:  # a stack that was used before has it
            httpx.put(told["uploadUrl"], content=REPORT_FILE, trust_env=False).raise_for_status()
        report = f"/api/pvt/settlement-reports/{told['reportId']}"
        self.wait(lambda: self._api.get(report).raise_for_status().json()["state"] == "done")
        arguments: Any = client_arguments(self._facts)
        (stack,) = boto3.client("cloudformation", **arguments).describe_stacks(StackName=LOCAL_STACK)["Stacks"]
        bucket = next(held["OutputValue"] for held in stack["Outputs"] if held["OutputKey"] == "ReportsBucketName")
        work: Any = boto3.client("s3", **arguments).list_objects_v2(
            Bucket=bucket, Prefix=f"work/demo/{told['reportId']}/"
        )
        self._ids['"run": "first"'] = f'"run": "{work["Contents"][0]["Key"].split("/")[3]}"'

    def wait(self, is_so: Callable[[], bool]) -> None:
        """Wait until the running stack has come so far."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not is_so():
            assert time.monotonic() < deadline, self._timeline()
            time.sleep(0.2)

    def is_at_rest(self) -> bool:
        """Whether no operation waits."""
        seen = self._api.get(f"/api/pvt/transactions/{self.transaction_id}").raise_for_status().json()
        return bool(seen["operationsWaiting"] == 0)

    def is_waiting(self) -> bool:
        """Whether an attempt has failed, and the next one is to come."""
        return "OperationWaiting" in self._timeline()

    def _timeline(self) -> list[str]:
        path = f"/api/pvt/transactions/{self.transaction_id}/interactions"
        return [event["Type"] for event in self._api.get(path).raise_for_status().json()]


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Any]:
    """What each function answered, in its container."""
    facts = read_facts(read_settings().facts_file)
    assert facts is not None, "these tests need the local stack: run them with `make test-engine`"
    order = Order(facts, tmp_path_factory.mktemp("events"))
    waits = {"at rest": order.is_at_rest, "waiting": order.is_waiting}
    told = {}
    for name in PLAY:
        if name == "uploaded":
            order.upload()
        elif name in waits:
            order.wait(waits[name])
        else:
            told[name] = order.run(name)
    return told


@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("operator_console/sign_in_form", 200),
        ("order_management/health", 200),
        ("order_management/place_order", 201),
        ("order_management/start_handling", 204),
        ("invoice_notification/partial_invoice", 200),
        ("invoice_notification/last_invoice", 200),
        ("order_change/remove_one_b", 200),
        ("sandbox_connector/manifest", 200),
        ("sandbox_connector/script_three_failures", 200),
        ("connector_callback/unknown_payment", 404),
        ("transaction_operation/settlement_of_zero", 400),
        ("transaction_intake/payment_systems", 200),
        ("connector_configuration/list_affiliations", 200),
        ("order_feed/configure", 200),
        ("order_hook/configure_address_inside", 400),
    ],
)
def test_function_of_a_route_answers(answers: Mapping[str, Any], name: str, status: int) -> None:
    assert answers[name]["statusCode"] == status, answers[name]


def test_authorizer_lets_a_valid_pair_in_and_nobody_else(answers: Mapping[str, Any]) -> None:
    assert answers["authorizer/valid_key"]["context"] == {"account": "demo", "roles": "*"}
    assert answers["authorizer/wrong_token"]["errorMessage"] == "Unauthorized"


def test_order_placed_in_a_container_is_authorised_by_the_running_workflow(answers: Mapping[str, Any]) -> None:
    assert json.loads(answers["order_management/place_order"]["body"])["status"] == "ready-for-handling"
    assert answers["settlement_steps/authorise_attempt"] == {"outcome": "skip", "legs": []}


def test_invoice_notified_in_a_container_is_captured(answers: Mapping[str, Any]) -> None:
    settlements = json.loads(answers["transaction_retrieval/settlements"]["body"])
    assert [request["value"] for request in settlements["requests"]] == [7000]
    assert [action["value"] for action in settlements["actions"]] == [7000]


def test_attempt_in_a_container_finishes_what_the_workflow_could_not(answers: Mapping[str, Any]) -> None:
    assert answers["settlement_steps/last_invoice_attempt"] == {"outcome": "done", "legs": []}
    order = json.loads(answers["order_management/get_order"]["body"])
    assert (order["status"], order["settledValue"], order["openValue"]) == ("invoiced", 8500, 0)
    calls = json.loads(answers["sandbox_connector/list_calls"]["body"])
    last = [call["answer"]["status"] for call in calls if call["operation"] == "settlements" and call["value"] == 15]
    assert last == [500, 500, 500, 200]


def test_functions_without_a_route_answer(answers: Mapping[str, Any]) -> None:
    assert answers["event_relay/payment_settled_and_order_status_changed"] == {"batchItemFailures": []}
    assert set(answers["due_work/every_minute"]) >= {"operations_started"}
    assert set(answers["order_intake/order_placed"]) == {"orderId", "transactionId"}


def test_stages_of_a_report_that_is_done_write_nothing_again(answers: Mapping[str, Any]) -> None:
    assert answers["report_reading/uploaded"]["outcome"] == "done"
    assert answers["report_books/orders_of_a_day"]["outcome"] == "loaded"
    assert answers["report_matching/what_was_loaded"]["outcome"] == "done"
    assert answers["report_keeping/finish"] == {"outcome": "done"}


def test_every_function_is_invoked() -> None:
    invoked = {name.partition("/")[0] for name in PLAY if "/" in name}
    assert invoked == {file.parent.name for file in (CHECKOUT / "functions").glob("*/app.py")}
