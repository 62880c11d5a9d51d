"""Every statement of a role is needed: without it, something that the function does fails.

The local AWS enforces the actions and resources of roles. What it does not enforce (partitions of the table, the log
groups, which it writes itself) and what only happens when something has failed already is asserted on the template.
"""

import hashlib
import json
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import boto3
import httpx
import pytest
import yaml

from local.seed import APP_KEY, APP_TOKEN
from local.settings import read_settings
from operations.running_stack import LOCAL_STACK, Facts
from testkit.api import new_id
from testkit.bodies import change_body, invoice_body, order_body
from testkit.merchant import Merchant, PlacedOrder
from tests.e2e.conftest import Account, client_arguments
from tests.support.affiliations import PPP, affiliation_body
from tests.template.cloudformation import OBJECTS_OF_REPORTS, load_template, own_roles, statements

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient

pytestmark = pytest.mark.alone
Probe = Callable[["Stage"], bool]
ORDERS = "/api/oms/pvt/orders"

ASSERTED = {
    "Secret": "kept by functions that run; test_only_the_console_may_read_what_seals_its_sessions",
    "Credentials": "kept by functions that run; test_only_those_who_call_connectors_may_read_their_credentials",
    "Lock": "partitions are not told apart here; test_function_does_with_the_table_what_its_role_allows",
    "Logs": "written by the local AWS itself; test_function_logs_into_its_own_group_with_retention",
    "Queues": "used when the bus refuses events; test_event_relay",
    "FailureDestination": "used when a run has failed; test_function_that_a_rule_invokes_has_a_failure_destination",
    "Steps": "a workflow's task is not held to its role; test_workflow_may_do_one_thing",
    "Chunks": "a workflow's parts are not held to its role; test_workflow_of_reports_may_do_its_four_stages",
    "Lines": "kept by whoever reconciles; test_role_touches_only_the_kinds_of_objects_that_it_needs",
    "KeptLines": "kept by functions that run; test_role_touches_only_the_kinds_of_objects_that_it_needs",
    "Uploads": "an address is signed with it; test_role_touches_only_the_kinds_of_objects_that_it_needs",
    "Files": "read by a workflow; test_role_touches_only_the_kinds_of_objects_that_it_needs",
    "Work": "handed on by a workflow; test_role_touches_only_the_kinds_of_objects_that_it_needs",
    "Run": "started by the bus itself; test_only_relay_and_sweep_may_start_the_workflow",
    "LinesThatAreGone": "lines go after 400 days; test_object_that_is_not_there_is_none",
    "MappingsThatAreNot": "looked for by a workflow; test_object_that_is_not_there_is_none",
    "Stream": "read by the local AWS itself; test_stream_mapping_bisects_gives_up_and_reports",
}
"""Statements that are not tried here, by their Sid, and why."""

ASSERTED_OF_THE_SWEEP = {("DueWork", "Table"), ("DueWork", "Workflow"), ("DueWork", "Bus"), ("DueWork", "ListIndex")}
"""Used when something is due, which takes minutes: test_timers_and_callbacks and the workflow's tests need them."""

ASSERTED_OF_REPORTS = {
    *(("ReportMatching", sid) for sid in ("Table", "ReadMany", "ListIndex")),
    ("ReportKeeping", "Table"),
}
"""Used behind a file that was read: test_settlement_reports needs them, and test_events plays them."""


class Stage:
    """An order to try things on, and the functions themselves."""

    def __init__(self, order: PlacedOrder, facts: Facts, lambdas: "LambdaClient", open_account: Account) -> None:
        self.order, self.facts, self._lambdas, self.open_account = order, facts, lambdas, open_account

    def answers(self, method: str, path: str, body: object = None) -> bool:
        """Whether a route answers otherwise than with a fault of the service."""
        content = None if body is None else json.dumps(body)
        return self.order.api.send(method, path, content).status < 500

    def runs(self, function: str, event: Any) -> bool:
        """Whether a function ends without an error."""
        answer = self._lambdas.invoke(FunctionName=self.facts.functions[function], Payload=json.dumps(event).encode())
        return "FunctionError" not in answer


def _lets_a_new_key_in(stage: Stage) -> bool:
    return stage.open_account("view-order", account="demo").get(ORDERS).status == 200


def _calls_back(stage: Stage) -> bool:
    payment = f"{stage.order.transaction_id}/payments/{stage.order.payment_ids[0]}"
    path = f"/api/pvt/payment-provider/transactions/{payment}/callback"
    return stage.answers("POST", f"{path}?accountName=demo&X-VTEX-signature=x")


def _plans(stage: Stage) -> bool:
    name = {"account": "demo", "transactionId": stage.order.transaction_id, "operation": 1}
    attempt = {"step": "attempt", "execution": "probe", "startedAt": "2026-01-01T00:00:00Z", **name}
    return stage.runs("settlement_steps", attempt)


def _takes_an_order_in(stage: Stage) -> bool:
    return stage.runs("order_intake", {"id": f"probe-{new_id()}", "detail": {"account": "demo", "order": order_body()}})


def _settles_by_itself(stage: Stage) -> bool:
    return bool(stage.order.api.post(ORDERS, order_body()).json["status"] == "ready-for-handling")


def _fills_a_feed(stage: Stage) -> bool:
    """Whether the feed of a new key gets a status change within five seconds."""
    api = stage.open_account("order-feed", account="demo")
    assert api.post("/api/orders/feed/config", {"filter": {"type": "FromWorkflow"}}).status == 200
    assert stage.order.api.post(ORDERS, order_body()).status == 201
    deadline = time.monotonic() + 5
    try:
        while not (filled := bool(api.read("/api/orders/feed"))) and time.monotonic() < deadline:
            time.sleep(0.2)
    finally:
        api.send("DELETE", "/api/orders/feed/config")
    return filled


def _counts_refusals_by_hour(stage: Stage) -> bool:
    """Whether a refused capture is among the figures of the console within five seconds."""
    before, merchant = _failures_counted(stage), Merchant(stage.order.api)
    order = merchant.place()
    merchant.script("settlements", "400", payment=order.payment_ids[0])
    order.notify("N1", 7000)
    deadline = time.monotonic() + 5
    while not (counted := _failures_counted(stage) > before) and time.monotonic() < deadline:
        time.sleep(0.2)
    return counted


def _failures_counted(stage: Stage) -> int:
    asked: Any = {":account": {"S": "demo#FIGURES"}}
    found = boto3.client("dynamodb", **client_arguments(stage.facts)).query(
        TableName=stage.facts.table_name, KeyConditionExpression="PK = :account", ExpressionAttributeValues=asked
    )
    counters = [(name, value) for item in found["Items"] for name, value in item.items()]
    return sum(int(value["N"]) for name, value in counters if name.startswith("failure."))


def _enters_in_the_journal(stage: Stage) -> bool:
    """Whether the authorisation of a new order is in the journal within five seconds."""
    order_id = stage.order.api.post(ORDERS, order_body()).json["orderId"]
    today = datetime.now(UTC).date().isoformat()
    query = f"/api/pvt/journal?from={today}&to={today}&format=jsonl&authorisations=true"
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline:
        path: str | None = query
        while path is not None:
            answer = stage.order.api.send("GET", path)
            if order_id in answer.text:
                return True
            following = re.search("<(.*)>", answer.headers.get("Link", ""))
            path = following[1] if following is not None and answer.text else None
        time.sleep(0.2)
    return False


def _signs_in(stage: Stage, path: str = "/console/orders") -> bool:
    """Whether an operator can sign in and read a page."""
    with httpx.Client(base_url=stage.facts.base_url, follow_redirects=True, timeout=40) as browser:
        form = browser.get("/console/sign-in").text
        token = re.search(r'name="form_token" value="([^"]+)"', form)
        assert token is not None
        told = {"form_token": token[1], "app_key": APP_KEY, "token": APP_TOKEN, "user": "Probe", "next": path}
        answer = browser.post("/console/sign-in", data=told)
        return answer.status_code == 200 and answer.url.path == path.partition("?")[0]


def _counts_failures(stage: Stage, key: str = "") -> bool:
    """Whether a wrong token is refused as such."""
    with httpx.Client(base_url=stage.facts.base_url, timeout=40) as browser:
        token = re.search(r'name="form_token" value="([^"]+)"', browser.get("/console/sign-in").text)
        assert token is not None
        told = {"form_token": token[1], "app_key": key or new_id(), "token": "wrong", "user": "Probe"}
        return browser.post("/console/sign-in", data=told).status_code == 401


def _counts_the_work_of_an_audited_account(stage: Stage) -> bool:
    """Whether the sweep ends where an account is audited, which it is from its first connector on."""
    api, name = stage.open_account(), f"probe-{new_id()}"
    address = f"{api.base_url}/sandbox-connector/{name}"
    assert api.post("/api/pvt/affiliations", affiliation_body(name, PPP, serviceUrl=address)).status == 200
    return stage.runs("due_work", {})


def _a_file() -> dict[str, str]:
    return {"format": "csv", "fileName": "probe.csv", "sha256": hashlib.sha256(new_id().encode()).hexdigest()}


def _loads_books(stage: Stage) -> bool:
    today = datetime.now(UTC).date().isoformat()
    days = {"since": today, "until": today, "checkouts": False}
    event = {"account": "demo", "reportId": "PROBE", "run": "probe", "range": 0, "days": days}
    return stage.runs("report_books", event)


PROBES: dict[tuple[str, str], Probe] = {
    ("Authorizer", "Table"): _lets_a_new_key_in,
    ("ConnectorCallback", "Table"): _calls_back,
    ("InvoiceNotification", "Table"): lambda at: at.answers(
        "POST", f"{at.order.path}/invoice", invoice_body("X", 1, type="Input")
    ),
    ("OrderChange", "Table"): lambda at: at.answers("POST", f"{at.order.path}/changes", change_body(discount=10**6)),
    ("OperatorConsole", "Table"): lambda at: _signs_in(at, at.order.path.replace("/api/oms/pvt", "/console")),
    ("OperatorConsole", "Writes"): _counts_failures,
    ("OperatorConsole", "Deletes"): lambda at: _counts_failures(at, "local-admin") and _signs_in(at),
    ("OperatorConsole", "ListIndex"): _signs_in,
    ("OperatorConsole", "WorkIndex"): lambda at: _signs_in(at, "/console/orders?attention=1"),
    ("OrderFeed", "Table"): lambda at: at.answers("GET", "/api/orders/feed/config"),
    ("OrderHook", "Table"): lambda at: at.answers("GET", "/api/orders/hook/config"),
    ("OrderIntake", "Table"): _takes_an_order_in,
    ("OrderManagement", "Table"): lambda at: at.answers("GET", at.order.path),
    ("OrderManagement", "ListIndex"): lambda at: at.answers("GET", ORDERS),
    ("OrderManagement", "WorkIndex"): lambda at: at.answers("GET", f"{ORDERS}?f_attention=in-doubt"),
    ("SettlementSteps", "Table"): _plans,
    ("TransactionIntake", "Table"): lambda at: at.answers(
        "POST", f"{at.order.transaction_path}/additional-data", [{"name": "note", "value": "x"}]
    ),
    ("TransactionOperation", "Table"): lambda at: at.answers("GET", f"{at.order.transaction_path}/operations"),
    ("TransactionRetrieval", "Table"): lambda at: at.answers("GET", at.order.transaction_path),
    ("TransactionRetrieval", "ListIndex"): lambda at: at.answers(
        "GET", "/api/pvt/totals?from=2026-03-01&to=2026-03-01"
    ),
    ("TransactionRetrieval", "WorkIndex"): lambda at: at.answers("GET", "/api/pvt/work-items"),
    ("EventRelay", "Workflow"): _settles_by_itself,
    ("EventRelay", "Bus"): _fills_a_feed,
    ("EventRelay", "Figures"): _counts_refusals_by_hour,
    ("EventRelay", "Table"): _enters_in_the_journal,
    ("EventRelay", "Journal"): _enters_in_the_journal,
    ("ReportIntake", "Table"): lambda at: at.answers("POST", "/api/pvt/settlement-reports", _a_file()),
    ("ReportReading", "Table"): lambda at: at.runs(
        "report_reading", {"run": "probe", "key": "uploads/demo/none", "size": 1}
    ),
    ("ReportBooks", "Table"): _loads_books,
    ("ReportBooks", "ListIndex"): _loads_books,
    ("ConnectorConfiguration", "Table"): lambda at: at.answers("GET", "/api/pvt/affiliations"),
    ("SandboxConnector", "Table"): lambda at: at.answers("GET", "/sandbox-connector/calls?paymentId=x"),
    ("DueWork", "DueIndex"): lambda at: at.runs("due_work", {}),
    ("DueWork", "WorkIndex"): _counts_the_work_of_an_audited_account,
}
"""What works with a statement and not without it, by function and Sid."""


@pytest.fixture(scope="module")
def iam(facts: Facts) -> Any:
    """IAM of the stack."""
    return boto3.client("iam", **client_arguments(facts))


@pytest.fixture(scope="module")
def roles(facts: Facts) -> dict[str, str]:
    """The deployed names of the template's roles."""
    stack: Any = boto3.client("cloudformation", **client_arguments(facts))
    found = stack.describe_stack_resources(StackName=LOCAL_STACK)["StackResources"]
    return {resource["LogicalResourceId"]: resource["PhysicalResourceId"] for resource in found}


@contextmanager
def _without(iam: Any, role: str, sid: str) -> Iterator[None]:
    """Take one statement off a role for a while."""
    (policy,) = iam.list_role_policies(RoleName=role)["PolicyNames"]
    document = iam.get_role_policy(RoleName=role, PolicyName=policy)["PolicyDocument"]
    left = [statement for statement in document["Statement"] if statement["Sid"] != sid]
    assert len(left) == len(document["Statement"]) - 1

    def put(wanted: list[Any]) -> None:
        if not wanted:
            iam.delete_role_policy(RoleName=role, PolicyName=policy)
            return
        text = json.dumps(document | {"Statement": wanted})
        iam.put_role_policy(RoleName=role, PolicyName=policy, PolicyDocument=text)

    put(left)
    try:
        yield
    finally:
        put(document["Statement"])


@pytest.mark.parametrize(("function", "sid"), PROBES)
def test_nothing_works_without_its_statement(
    merchant: Merchant,
    facts: Facts,
    lambdas: "LambdaClient",
    open_account: Account,
    iam: Any,
    roles: dict[str, str],
    function: str,
    sid: str,
) -> None:
    stage, works = Stage(merchant.place(), facts, lambdas, open_account), PROBES[function, sid]
    assert works(stage)

    with _without(iam, roles[f"{function}Role"], sid):
        assert not works(stage)

    assert works(stage)


def test_every_statement_is_tried_here_or_asserted_on_the_template() -> None:
    told = {
        (name.removesuffix("Role"), statement["Sid"])
        for name, role in own_roles(load_template()).items()
        for statement in statements(role["Policies"])
    }
    assert {(role, sid) for role, sid in told if sid not in ASSERTED} == (
        set(PROBES) | ASSERTED_OF_THE_SWEEP | ASSERTED_OF_REPORTS
    )


def test_template_that_was_deployed_names_single_actions_and_resources() -> None:
    built = yaml.safe_load((read_settings().build_directory / "template.yaml").read_text(encoding="utf-8"))
    allowed = [
        statement
        for role in own_roles(built).values()
        for statement in statements(role["Policies"])
        if statement["Effect"] == "Allow"
    ]

    assert len(allowed) > len(PROBES)
    for statement in allowed:
        named = json.dumps([statement["Action"], statement["Resource"]])
        assert "*" not in OBJECTS_OF_REPORTS.sub("", named), statement
