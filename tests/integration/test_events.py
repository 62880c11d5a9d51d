"""Every file in `events/` run by its function, in the order that `events/README.md` gives, on an in-process table.

One play of the whole story answers every test: each event answers as its name says, and its figures are right.
"""

import importlib
import json
import re
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from threading import local
from typing import Any
from urllib.parse import urlsplit

import boto3
import pytest
from moto import mock_aws

from local.seed import ACCOUNT, APP_KEY, APP_TOKEN, seed_connectors
from settlement import bootstrap
from settlement.connectors import exact_json
from settlement.domain.account.account import EVERY_ROLE, AccountSettings
from settlement.domain.connectors.connector import Credentials
from settlement.domain.transaction.request_ids import request_id
from settlement.storage.app_keys import Caller, save
from settlement.storage.dynamodb import DynamoDBStore
from testkit.configuring import save_settings
from tests.support.declared_table import make_declared_table
from tests.support.local_server import LocalServer
from tests.support.stored_text import stored_text
from tests.template.cloudformation import CHECKOUT, load_template, of_type, table_access

EVENTS = CHECKOUT / "events"
FUNCTIONS = sorted(folder.name for folder in EVENTS.iterdir() if folder.is_dir())
UNPLAYED: dict[str, set[tuple[str, str]]] = {
    "ConnectorCallback": {("", "*#ACCOUNT")},
    "DueWork": {
        *(("", pattern) for pattern in ("*#ACCOUNT", "*#ORDER#*", "*#TXN#*", "*#GROUP#*", "*#PAYMENT#*")),
        *(("byAccount", pattern) for pattern in ("*#LIST#*", "*#CHECKOUTS#*")),
    },
    "SandboxConnector": {("", "SANDBOX#*"), ("", "SANDBOX-SCRIPT#*")},
}
"""Partitions that a role names and no event leads to, by index and pattern: no inbound request is handed on and
nothing is due or audited here, the sandbox has a client of its own.
"""

SIGNATURE = "SIGNATURE-OF-THE-PAYMENT"
"""Stands in the events that need what only the running service knows."""

CHECKOUT_TRANSACTION = "TRANSACTION-OF-THE-CHECKOUT"
"""Stands for the transaction that a checkout started."""


@dataclass(frozen=True)
class Context:
    """The little of a Lambda context that the logger reads."""

    function_name: str = "by-hand"
    function_version: str = "1"
    memory_limit_in_mb: int = 128
    invoked_function_arn: str = "arn:aws:lambda:us-east-1:000000000000:function:by-hand"
    aws_request_id: str = "request"


@dataclass(frozen=True)
class Answer:
    """What a function made of an event; ``status`` and ``body`` are those of an HTTP answer."""

    result: Any
    error: Exception | None = None

    @property
    def status(self) -> int:
        return int(self.result["statusCode"])

    @property
    def body(self) -> Any:
        return json.loads(self.result["body"]) if self.result["body"] else None

    @property
    def code(self) -> tuple[int, str]:
        return self.status, self.body["error"]["code"]


TOUCHED: set[tuple[str, str, str, str]] = set()
"""What the functions did with the table: function, index, action, partition."""

_running = local()


def handler(function: str) -> Callable[[dict[str, Any], Context], Any]:
    """Return the function's handler; what it does with the table is written down."""
    found: Callable[[dict[str, Any], Context], Any] = importlib.import_module(f"functions.{function}.app").handler

    def run_it(event: dict[str, Any], context: Context) -> Any:
        before, _running.function = getattr(_running, "function", None), function
        try:
            return found(event, context)
        finally:
            _running.function = before

    return run_it


def _write_down(params: Any, model: Any, **_: Any) -> None:
    """Take down one call of the table, before it is sent."""
    function = getattr(_running, "function", None)
    if function is None:
        return
    for write in params.get("TransactItems", ()):
        ((kind, asked),) = write.items()
        action = "ConditionCheckItem" if kind == "ConditionCheck" else f"{kind}Item"
        TOUCHED.add((function, "", f"dynamodb:{action}", _partition(asked)))
    if "TransactItems" not in params:
        TOUCHED.add((function, params.get("IndexName", ""), f"dynamodb:{model.name}", _partition(params)))


def _partition(asked: Any) -> str:
    """The partition that a call names: of its item, its key, or its key condition."""
    if "KeyConditionExpression" in asked:
        name = re.search(r"PK = (:\w+)", asked["KeyConditionExpression"])
        assert name is not None
        return str(asked["ExpressionAttributeValues"][name[1]]["S"])
    return str((asked.get("Item") or asked["Key"])["PK"]["S"])


def run(name: str, **replaced: str) -> Answer:
    """Execute one event file by its function; ``replaced`` fills in what the file leaves open."""
    text = (EVENTS / f"{name}.json").read_text(encoding="utf-8")
    for old, new in replaced.items():
        text = text.replace(old, new)
    try:
        return Answer(handler(name.split("/")[0])(json.loads(text), Context()))
    except Exception as error:  # an asynchronous function raises what it cannot do
        return Answer(None, error)


class _Gateway(BaseHTTPRequestHandler):
    """The sandbox connector behind HTTP, as the API puts it there."""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        event = {
            "httpMethod": "POST",
            "path": urlsplit(self.path).path,
            "resource": "/{proxy+}",
            "headers": dict(self.headers.items()),
            "multiValueHeaders": {},
            "queryStringParameters": None,
            "body": body,
            "isBase64Encoded": False,
            "requestContext": {"requestId": "1", "stage": "v1"},
        }
        answer = handler("sandbox_connector")(event, Context())
        content = answer["body"].encode()
        self.send_response(answer["statusCode"])
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def gateway() -> Iterator[str]:
    with LocalServer(_Gateway) as server:
        yield server.url


@pytest.fixture(scope="module")
def account(gateway: str) -> Iterator[DynamoDBStore]:
    """The table of the template, the bus and the queue, and the demo account as `make up` seeds it."""
    with pytest.MonkeyPatch.context() as environment, mock_aws():
        for name in ("AWS_ENDPOINT_URL", "AWS_PROFILE"):
            environment.delenv(name, raising=False)
        for name in ("AWS_DEFAULT_REGION", "AWS_REGION"):
            environment.setenv(name, "us-east-1")
        environment.setenv("AWS_ACCESS_KEY_ID", "test")
        environment.setenv("AWS_SECRET_ACCESS_KEY", "test")
        _forget_clients()
        dynamodb = boto3.client("dynamodb")
        environment.setattr(bootstrap, "dynamodb", lambda: dynamodb)  # moto patches boto3, not sockets
        make_declared_table(dynamodb, "events")
        queue = boto3.client("sqs").create_queue(QueueName="parked")["QueueUrl"]
        _collect_what_is_published()
        variables = {
            "TABLE_NAME": "events",
            "SANDBOX": "true",
            "ANSWER_WAIT_SECONDS": "0",
            "HEALTH_ACCOUNT": ACCOUNT,
            "CONNECTOR_TIMEOUT_SECONDS": "5",
            "PUBLIC_BASE_URL": gateway,
            "CREDENTIALS_SECRET": boto3.client("secretsmanager").create_secret(Name="credentials")["ARN"],
            "EVENT_BUS_NAME": "quita",
            "PARKED_EVENTS_QUEUE_URL": queue,
            "STATE_MACHINE_ARN": "arn:aws:states:us-east-1:000000000000:stateMachine:quita-settlement",
            "POWERTOOLS_METRICS_NAMESPACE": "quita",
            "POWERTOOLS_SERVICE_NAME": "quita",
        }
        for name, value in variables.items():
            environment.setenv(name, value)
        dynamodb.meta.events.register("provide-client-params.dynamodb", _write_down)
        store = DynamoDBStore(dynamodb, "events")
        save_settings(store, ACCOUNT, AccountSettings(merchant_name="DEMO"))
        seed_connectors(store, bootstrap.credentials(), f"{gateway}/sandbox-connector")
        save(dynamodb, "events", Caller(APP_KEY, ACCOUNT, (EVERY_ROLE,)), APP_TOKEN)
        yield store
        _forget_clients()


def _collect_what_is_published() -> None:
    """The bus, and a queue that gets every event of the service."""
    bus, sqs = boto3.client("events"), boto3.client("sqs")
    bus.create_event_bus(Name="quita")
    queue = sqs.create_queue(QueueName="published")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    bus.put_rule(Name="everything", EventBusName="quita", EventPattern='{"source":["quita"]}')
    bus.put_targets(Rule="everything", EventBusName="quita", Targets=[{"Id": "queue", "Arn": arn}])


def published() -> list[dict[str, Any]]:
    """Return the events that reached the bus."""
    sqs = boto3.client("sqs")
    queue = sqs.get_queue_url(QueueName="published")["QueueUrl"]
    messages = sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages", [])
    return [json.loads(message["Body"]) for message in messages]


def _forget_clients() -> None:
    """Clients made now belong to this module's table."""
    for made in (
        bootstrap.session,
        bootstrap.events,
        bootstrap.queues,
        bootstrap.workflows,
        bootstrap.secrets,
        bootstrap.credentials,
        bootstrap.connector_client,
        bootstrap.connector_probe,
        bootstrap.hook_client,
    ):
        made.cache_clear()
    importlib.import_module("functions.sandbox_connector.app")
    sys.modules["sandbox_store"]._client.cache_clear()


BEFORE_THE_SETTLEMENT = (
    "authorizer/valid_key",
    "authorizer/wrong_token",
    "authorizer/unknown_key",
    "order_management/health",
    "order_management/get_settings",
    "order_management/change_settings",
    "order_change/get_modification_settings",
    "sandbox_connector/manifest",
    "sandbox_connector/create_payment_denied",
    "sandbox_connector/script_unknown_outcome",
    "order_management/place_order_sums_do_not_add_up",
    "order_management/place_order_with_card_number",
    "order_management/get_unknown_order",
    "transaction_retrieval/unknown_transaction",
    "order_management/place_order",
    "order_management/place_order_same_id_other_content",
    "settlement_steps/authorise_1_plan",
    "settlement_steps/authorise_2_execute",
    "settlement_steps/authorise_3_conclude",
    "order_management/start_handling",
)
THE_SETTLEMENT = (
    "invoice_notification/value_zero",
    "invoice_notification/value_with_separator",
    "invoice_notification/number_with_slash",
    "invoice_notification/malformed_json",
    "invoice_notification/unknown_order",
    "invoice_notification/partial_invoice",
    "settlement_steps/first_invoice_1_plan",
    "settlement_steps/plan_of_another_execution",
    "settlement_steps/execute_too_late",
    "settlement_steps/first_invoice_2_execute",
    "settlement_steps/first_invoice_3_conclude",
    "invoice_notification/update_tracking",
    "invoice_notification/parcel_delivered",
    "invoice_notification/track_unknown_invoice",
    "event_relay/operation_ready",
    "event_relay/payment_settled_and_order_status_changed",
    "event_relay/internal_event_stays",
    "invoice_notification/partial_invoice_again_with_other_value",
    "invoice_notification/return_under_number_of_sale",
    "order_management/cancel_invoiced_order",
    "order_change/preview_modification",
    "order_change/discount_below_invoiced",
    "order_change/remove_invoiced_item",
    "order_change/increase_that_connector_cannot_raise",
    "order_change/reason_missing",
    "order_change/remove_one_b",
    "settlement_steps/change_1_plan",
    "settlement_steps/change_2_execute",
    "settlement_steps/change_3_conclude",
    "order_change/modification_after_registered_change",
    "order_management/left_to_invoice",
    "invoice_notification/last_invoice",
    "settlement_steps/last_invoice_1_plan",
    "settlement_steps/last_invoice_2_execute",
    "settlement_steps/last_invoice_3_conclude",
    "invoice_notification/stand_alone_invoice",
    "invoice_notification/document_invoice_stand_alone",
    "invoice_notification/return_above_invoiced",
    "invoice_notification/return_invoice",
    "settlement_steps/return_1_plan",
    "settlement_steps/return_2_execute",
    "settlement_steps/return_3_conclude",
)
AFTER_THE_SETTLEMENT = (
    "order_management/get_order",
    "transaction_retrieval/payment_transaction",
    "transaction_retrieval/transaction",
    "transaction_retrieval/payments",
    "transaction_retrieval/payment",
    "transaction_retrieval/settlements",
    "transaction_retrieval/refunds",
    "transaction_retrieval/cancellations",
    "transaction_retrieval/capabilities",
    "transaction_retrieval/audit",
    "transaction_retrieval/interactions",
    "sandbox_connector/list_calls",
    "sandbox_connector/create_payment",
    "sandbox_connector/settle_part",
    "sandbox_connector/cancel_part",
    "sandbox_connector/settle_rest",
    "sandbox_connector/settle_above_what_is_open",
    "sandbox_connector/refund_part",
    "sandbox_connector/script_three_failures",
    "transaction_operation/settlement_of_zero",
    "transaction_operation/settlement_above_what_is_left",
    "transaction_operation/cancellation_above_what_is_open",
    "transaction_operation/refund",
    "transaction_intake/payment_systems",
    "transaction_intake/start_value_zero",
    "transaction_intake/start",
    "transaction_intake/authorise_without_payments",
    "transaction_intake/send_payments_with_security_code",
    "transaction_intake/send_payments",
    "transaction_intake/tell_cart",
    "transaction_intake/authorise",
    "transaction_intake/notify_unknown_payment",
    "transaction_intake/notify_other_value",
    "transaction_intake/notify_received",
    "order_management/list_orders",
    "order_management/order_group",
    "order_management/add_interaction",
    "order_feed/get_configuration_of_nobody",
    "order_feed/configure",
    "order_feed/filter_by_expression",
    "order_feed/status_changed",
    "order_feed/get_configuration",
    "order_feed/read",
    "order_feed/commit_handle_of_nobody",
    "order_feed/commit",
    "order_feed/delete_configuration",
    "order_hook/get_configuration_of_nobody",
    "order_hook/configure_without_tls",
    "order_hook/configure_address_inside",
    "order_hook/status_changed",
    "order_hook/delete_configuration",
    "order_intake/unknown_connector",
    "order_intake/order_placed",
    "order_management/cancel_order",
    "order_management/place_order_undecided",
    "connector_callback/unknown_payment",
    "connector_callback/wrong_signature",
    "connector_callback/undecided_payment",
    "connector_callback/inbound_request",
    "connector_configuration/add_affiliation_address_inside",
    "connector_configuration/add_affiliation_partial_with_one_capture",
    "connector_configuration/add_affiliation",
    "connector_configuration/add_affiliation_again",
    "connector_configuration/list_affiliations",
    "connector_configuration/get_unknown_affiliation",
    "connector_configuration/replace_affiliation_without_credentials",
    "connector_configuration/disable_affiliation",
    "due_work/every_minute",
)
PLAY = BEFORE_THE_SETTLEMENT + THE_SETTLEMENT + AFTER_THE_SETTLEMENT


@pytest.fixture(scope="module")
def answers(account: DynamoDBStore) -> Mapping[str, Answer]:
    """The answer to every event, played in order."""
    told: dict[str, Answer] = {}
    for name in PLAY:
        replaced = {}
        if name in ("connector_callback/undecided_payment", "connector_callback/inbound_request"):
            event = read(name)["pathParameters"]
            payment = account.payment(ACCOUNT, event["transactionId"], event["paymentId"])
            assert payment is not None
            replaced[SIGNATURE] = payment.signature
        if "transaction_intake/start" in told:
            replaced[CHECKOUT_TRANSACTION] = told["transaction_intake/start"].body["id"]
        told[name] = run(name, **replaced)
    return told


def read(name: str) -> dict[str, Any]:
    """Return an event file."""
    event: dict[str, Any] = json.loads((EVENTS / f"{name}.json").read_text(encoding="utf-8"))
    return event


def names() -> list[str]:
    """Return the name of every event file."""
    return sorted(str(file.relative_to(EVENTS).with_suffix("")) for file in EVENTS.rglob("*.json"))


def test_every_event_has_its_place_in_the_play() -> None:
    assert sorted(PLAY) == names()


def test_every_function_has_events() -> None:
    assert sorted(file.parent.name for file in (CHECKOUT / "functions").glob("*/app.py")) == FUNCTIONS


@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("order_management/health", 200),
        ("order_management/place_order", 201),
        ("order_management/place_order_undecided", 201),
        ("order_management/start_handling", 204),
        ("order_management/cancel_order", 200),
        ("invoice_notification/partial_invoice", 200),
        ("invoice_notification/partial_invoice_again_with_other_value", 200),
        ("invoice_notification/last_invoice", 200),
        ("invoice_notification/stand_alone_invoice", 200),
        ("invoice_notification/document_invoice_stand_alone", 200),
        ("invoice_notification/return_invoice", 200),
        ("invoice_notification/update_tracking", 200),
        ("invoice_notification/parcel_delivered", 200),
        ("order_change/remove_one_b", 200),
        ("order_change/get_modification_settings", 200),
        ("transaction_operation/refund", 200),
        ("transaction_intake/payment_systems", 200),
        ("transaction_intake/start", 200),
        ("transaction_intake/send_payments", 201),
        ("transaction_intake/tell_cart", 200),
        ("transaction_intake/authorise", 200),
        ("transaction_intake/notify_received", 200),
        ("connector_callback/undecided_payment", 200),
        ("connector_callback/inbound_request", 200),
        ("connector_configuration/add_affiliation", 200),
        ("connector_configuration/list_affiliations", 200),
        ("connector_configuration/replace_affiliation_without_credentials", 200),
        ("connector_configuration/disable_affiliation", 204),
        ("sandbox_connector/manifest", 200),
        ("sandbox_connector/script_three_failures", 200),
    ],
)
def test_event_is_accepted(answers: Mapping[str, Answer], name: str, status: int) -> None:
    assert answers[name].status == status, answers[name].result


@pytest.mark.parametrize(
    ("name", "status", "code"),
    [
        ("order_management/place_order_same_id_other_content", 409, "OMS008"),
        ("connector_configuration/add_affiliation_address_inside", 400, "OMS001"),
        ("connector_configuration/add_affiliation_partial_with_one_capture", 400, "OMS001"),
        ("connector_configuration/add_affiliation_again", 409, "OMS008"),
        ("connector_configuration/get_unknown_affiliation", 404, "1404"),
        ("order_management/place_order_sums_do_not_add_up", 400, "OMS001"),
        ("order_management/place_order_with_card_number", 400, "OMS001"),
        ("order_management/get_unknown_order", 404, "OMS007"),
        ("order_management/cancel_invoiced_order", 400, "OMS012"),
        ("invoice_notification/value_zero", 400, "OMS001"),
        ("invoice_notification/value_with_separator", 400, "OMS001"),
        ("invoice_notification/number_with_slash", 400, "OMS001"),
        ("invoice_notification/malformed_json", 400, "OMS001"),
        ("invoice_notification/unknown_order", 404, "OMS007"),
        ("invoice_notification/return_under_number_of_sale", 400, "OMS001"),
        ("invoice_notification/return_above_invoiced", 400, "OMS011"),
        ("order_change/discount_below_invoiced", 400, "CHK0034"),
        ("order_change/remove_invoiced_item", 400, "SalesOrderSystem046"),
        ("order_change/increase_that_connector_cannot_raise", 409, "CHK00342"),
        ("order_change/reason_missing", 400, "OMS001"),
        ("order_change/modification_after_registered_change", 409, "SalesOrderSystem015"),
        ("invoice_notification/track_unknown_invoice", 404, "OMS004"),
        ("transaction_retrieval/unknown_transaction", 404, "1404"),
        ("transaction_operation/settlement_of_zero", 400, "1402"),
        ("transaction_operation/settlement_above_what_is_left", 400, "1402"),
        ("transaction_operation/cancellation_above_what_is_open", 400, "1402"),
        ("transaction_intake/start_value_zero", 400, "1402"),
        ("transaction_intake/authorise_without_payments", 409, "1414"),
        ("transaction_intake/send_payments_with_security_code", 400, "OMS001"),
        ("transaction_intake/notify_unknown_payment", 404, "1404"),
        ("transaction_intake/notify_other_value", 400, "1402"),
        ("connector_callback/unknown_payment", 404, "1404"),
        ("connector_callback/wrong_signature", 401, "1"),
        ("sandbox_connector/script_unknown_outcome", 400, "invalid-script"),
    ],
)
def test_event_is_refused_with_its_code(answers: Mapping[str, Answer], name: str, status: int, code: str) -> None:
    assert answers[name].code == (status, code), answers[name].result


def test_error_names_the_field_the_value_and_the_limit(answers: Mapping[str, Answer]) -> None:
    message = answers["invoice_notification/value_with_separator"].body["error"]["message"]
    assert message.startswith("invoiceValue: must be cents above zero")
    assert message.endswith('got "70.00"')


@pytest.mark.parametrize("operation", ["authorise", "first_invoice", "change", "last_invoice", "return"])
def test_steps_plan_one_leg_post_it_and_conclude(answers: Mapping[str, Answer], operation: str) -> None:
    steps = [answers[f"settlement_steps/{operation}_{step}"] for step in ("1_plan", "2_execute", "3_conclude")]
    assert [step.result for step in steps] == [
        {"outcome": "execute", "legs": [{"leg": "0001"}]},
        {"outcome": "posted"},
        {"outcome": "done"},
    ]


def test_second_execution_of_a_claimed_operation_is_skipped(answers: Mapping[str, Answer]) -> None:
    assert answers["settlement_steps/plan_of_another_execution"].result == {"outcome": "skip", "legs": []}


def test_call_of_an_old_execution_is_deferred(answers: Mapping[str, Answer]) -> None:
    assert answers["settlement_steps/execute_too_late"].result == {"outcome": "deferred"}


def test_order_shows_what_was_invoiced_settled_and_refunded(answers: Mapping[str, Answer]) -> None:
    order = answers["order_management/get_order"].body
    figures = ("status", "value", "invoicedValue", "settledValue", "refundedValue", "openValue")
    assert [order[figure] for figure in figures] == ["invoiced", 8500, 8500, 8500, 1500, 0]
    numbers = [package["invoiceNumber"] for package in order["packageAttachment"]["packages"]]
    assert numbers == ["N1", "N2", "N3", "N4", "D1"]
    assert order["packageAttachment"]["packages"][0]["courierStatus"]["finished"] is True


def test_preview_applies_nothing(answers: Mapping[str, Answer]) -> None:
    preview = answers["order_change/preview_modification"]
    assert (preview.status, preview.body["totalChangeValue"], preview.body["orderValue"]) == (200, -1500, 8500)
    assert [(move["operation"], move["value"]) for move in preview.body["moneyPlan"]] == [("cancel", 1500)]


def test_left_to_invoice_is_what_the_last_invoice_says(answers: Mapping[str, Answer]) -> None:
    last = json.loads(read("invoice_notification/last_invoice")["body"])
    assert str(answers["order_management/left_to_invoice"].body["value"]) == last["invoiceValue"]


def test_transaction_shows_requests_beside_actions(answers: Mapping[str, Answer]) -> None:
    seen = {
        part: [[entry["value"] for entry in answers[f"transaction_retrieval/{part}"].body[side]] for side in _SIDES]
        for part in ("settlements", "cancellations", "refunds")
    }
    assert seen == {
        "settlements": [[7000, 1500], [7000, 1500]],
        "cancellations": [[1500], [1500]],
        "refunds": [[1500], [1500]],
    }
    assert answers["transaction_retrieval/transaction"].body["status"] == "Finished"
    assert answers["transaction_retrieval/payment_transaction"].body["status"] == "Finished"
    assert answers["transaction_retrieval/capabilities"].body["maximumValue"] == 100.0
    audited = answers["transaction_retrieval/audit"].body
    assert (audited["isConsistent"], audited["mismatches"]) == (True, [])


_SIDES = ("requests", "actions")


def test_payment_is_the_one_of_the_events(answers: Mapping[str, Answer]) -> None:
    payment_id = read("transaction_retrieval/payment")["pathParameters"]["paymentId"]
    assert [payment["id"] for payment in answers["transaction_retrieval/payments"].body] == [payment_id]
    assert answers["transaction_retrieval/payment"].body["id"] == payment_id


def test_timeline_holds_both_captures_and_the_differing_replay(answers: Mapping[str, Answer]) -> None:
    types = [event["Type"] for event in answers["transaction_retrieval/interactions"].body]
    counted = {type_: types.count(type_) for type_ in ("PaymentSettled", "PaymentRefunded", "InvoiceReplayDiffered")}
    assert counted == {"PaymentSettled": 2, "PaymentRefunded": 1, "InvoiceReplayDiffered": 1}


def test_connector_got_each_call_once(answers: Mapping[str, Answer]) -> None:
    calls = answers["sandbox_connector/list_calls"].body
    assert [(call["operation"], call["value"]) for call in calls] == [
        ("payments", 100.0),
        ("settlements", 70.0),
        ("cancellations", 15.0),
        ("settlements", 15.0),
        ("refunds", 15.0),
    ]


@pytest.mark.parametrize(
    ("name", "call"), [("settle_part", 1), ("cancel_part", 2), ("settle_rest", 3), ("refund_part", 4)]
)
def test_sandbox_event_is_the_call_of_the_story_and_is_answered_again(
    answers: Mapping[str, Answer], name: str, call: int
) -> None:
    recorded = answers["sandbox_connector/list_calls"].body[call]
    event = exact_json.read(read(f"sandbox_connector/{name}")["body"])
    assert isinstance(event, dict)
    assert (event["requestId"], event["value"]) == (recorded["requestId"], recorded["value"])
    assert answers[f"sandbox_connector/{name}"].body == recorded["answer"]["body"]


def test_sandbox_keeps_strict_books(answers: Mapping[str, Answer]) -> None:
    refused = answers["sandbox_connector/settle_above_what_is_open"]
    assert (refused.status, refused.body["code"]) == (400, "above-open")
    assert answers["sandbox_connector/create_payment"].body["status"] == "approved"
    assert answers["sandbox_connector/create_payment_denied"].body["status"] == "denied"


def test_request_id_of_the_first_invoice_is_derived_from_what_it_is_for() -> None:
    event, placed = read("sandbox_connector/settle_part"), read("order_management/place_order")
    order_id = json.loads(placed["body"])["orderId"]
    payment_id = event["pathParameters"]["paymentId"]
    derived = request_id(ACCOUNT, order_id, "invoice/N1", payment_id, "settle//0001")
    assert json.loads(event["body"])["requestId"] == derived


def test_authorizer_lets_a_valid_pair_in_and_nobody_else(answers: Mapping[str, Answer]) -> None:
    allowed = answers["authorizer/valid_key"].result
    assert allowed["context"] == {"account": "demo", "roles": "*"}
    assert allowed["policyDocument"]["Statement"][0]["Effect"] == "Allow"
    for name in ("authorizer/wrong_token", "authorizer/unknown_key"):
        assert str(answers[name].error) == "Unauthorized"


def test_relay_publishes_public_events_only(answers: Mapping[str, Answer]) -> None:
    relayed = [name for name in PLAY if name.startswith("event_relay/")]
    assert [answers[name].result for name in relayed] == [{"batchItemFailures": []}] * len(relayed)
    events = {event["detail-type"]: event["detail"] for event in published()}
    assert set(events) == {"OperationReady", "PaymentSettled", "OrderStatusChanged"}
    assert events["OperationReady"]["operation"] == 2
    assert events["PaymentSettled"]["value"] == 7000
    assert not {"request", "response"} & set(events["PaymentSettled"])
    assert events["OrderStatusChanged"]["to"] == "payment-approved"


def test_order_that_arrives_as_an_event_is_placed_or_raises(answers: Mapping[str, Answer]) -> None:
    order = read("order_intake/order_placed")["detail"]["order"]
    transaction_id = order["paymentData"]["transactions"][0]["transactionId"]
    placed = {"orderId": order["orderId"], "transactionId": transaction_id}
    assert answers["order_intake/order_placed"].result == placed
    assert "connector 'acme-pay' is not configured" in str(answers["order_intake/unknown_connector"].error)


def test_settings_are_changed_and_shown_whole(answers: Mapping[str, Answer]) -> None:
    assert answers["order_management/get_settings"].body["refundPriority"] == "lowest-settled"
    assert answers["order_management/change_settings"].body["refundPriority"] == "card-first"


def test_sweep_finds_nothing_due(answers: Mapping[str, Answer]) -> None:
    assert set(answers["due_work/every_minute"].result.values()) == {0}


@pytest.mark.parametrize("name", [name for name in names() if "requestContext" in read(name)])
def test_event_is_what_the_route_of_the_template_sends(name: str) -> None:
    event = read(name)
    routes = {
        (entry["Properties"]["Method"].upper(), entry["Properties"]["Path"])
        for function in of_type(load_template(), "AWS::Serverless::Function").values()
        for entry in function.get("Events", {}).values()
        if entry["Type"] == "Api"
    }
    assert (event["httpMethod"], event["resource"]) in routes
    assert event["path"] == event["resource"].format(**event["pathParameters"] or {})
    assert event["requestContext"]["resourcePath"] == event["resource"]


def test_play_is_the_order_of_the_readme() -> None:
    text = (EVENTS / "README.md").read_text(encoding="utf-8")
    assert [name for name in PLAY if f"`{name}`" not in text] == []
    told = [text.index(f"`{name}`") for name in PLAY]
    assert told == sorted(told)


def test_folder_of_each_event_is_a_function() -> None:
    assert {Path(name).parent.name for name in names()} == set(FUNCTIONS)


def test_orders_are_listed_and_found_by_their_group(answers: Mapping[str, Answer]) -> None:
    listed = answers["order_management/list_orders"].body
    (group,) = answers["order_management/order_group"].body

    assert [order["orderId"] for order in listed["list"]] == ["1172452900788-01"]
    assert (listed["list"][0]["status"], listed["list"][0]["totalValue"]) == ("invoiced", 8500)
    assert (group["orderId"], group["status"]) == ("1172452900788-01", "invoiced")
    assert (answers["order_management/add_interaction"].status, answers["order_management/add_interaction"].body) == (
        200,
        {},
    )


def test_feed_hands_out_a_status_change_until_it_is_committed(answers: Mapping[str, Answer]) -> None:
    (update,) = answers["order_feed/read"].body
    handle = json.loads(read("order_feed/commit")["body"])["handles"][0]

    assert answers["order_feed/get_configuration_of_nobody"].code == (404, "OMS014")
    assert answers["order_feed/configure"].status == 200
    assert answers["order_feed/filter_by_expression"].code == (400, "OMS001")
    assert answers["order_feed/status_changed"].result == {"feeds": 1}
    assert answers["order_feed/get_configuration"].body["quantity"] == 1
    assert update == {
        "eventId": "9F86D081884C7D659A2FEAA0C55AD015-transaction-9",
        "handle": handle,
        "domain": "Fulfillment",
        "state": "handling",
        "lastState": "ready-for-handling",
        "orderId": "1172452900788-01",
        "lastChange": "2026-03-02T14:00:00.0000000Z",
        "currentChange": "2026-03-02T14:00:01.0000000Z",
    }
    assert answers["order_feed/commit_handle_of_nobody"].code == (400, "OMS001")
    assert answers["order_feed/commit"].status == answers["order_feed/delete_configuration"].status == 200


def test_hook_leads_outside_and_over_tls_only(answers: Mapping[str, Answer]) -> None:
    assert answers["order_hook/get_configuration_of_nobody"].code == (404, "OMS014")
    assert answers["order_hook/configure_without_tls"].code == (400, "OMS001")
    assert answers["order_hook/configure_address_inside"].code == (400, "OMS001")
    assert answers["order_hook/status_changed"].result == {"hooks": 0}
    assert answers["order_hook/delete_configuration"].status == 200


@pytest.mark.parametrize("function", FUNCTIONS)
def test_function_does_with_the_table_what_its_role_allows(answers: Mapping[str, Answer], function: str) -> None:
    """Partitions are not enforced by the local AWS, so they are held against what the functions did here."""
    template = load_template()
    name = "".join(word.capitalize() for word in function.split("_"))
    allowed = list(table_access(template, f"{name}Role"))

    refused = {
        (index, action, partition)
        for who, index, action, partition in TOUCHED
        if who == function
        and not any(
            (index, action) == (its_index, its_action) and fnmatchcase(partition, pattern)
            for its_index, its_action, pattern in allowed
        )
    }

    assert refused == set()


@pytest.mark.parametrize("function", FUNCTIONS)
def test_role_allows_no_kind_of_partition_that_its_function_has_no_use_for(
    answers: Mapping[str, Answer], function: str
) -> None:
    name = "".join(word.capitalize() for word in function.split("_"))
    patterns = {(index, pattern) for index, _, pattern in table_access(load_template(), f"{name}Role")}
    touched = {(index, partition) for who, index, _, partition in TOUCHED if who == function}

    idle = {
        (index, pattern)
        for index, pattern in patterns
        if not any(index == its_index and fnmatchcase(partition, pattern) for its_index, partition in touched)
    }

    assert idle <= UNPLAYED.get(name, set())


def test_connector_has_its_credentials_in_the_secret_and_nowhere_else(
    answers: Mapping[str, Answer], account: DynamoDBStore
) -> None:
    connector = account.connector(ACCOUNT, "acme-pay")
    assert connector is not None
    assert not connector.enabled
    assert bootstrap.credentials().of(connector) == Credentials("quita", "token-of-acme-pay")
    told = json.dumps(
        [answer.result for name, answer in answers.items() if name.startswith("connector_configuration/")]
    )
    items = boto3.client("dynamodb").scan(TableName="events")["Items"]
    assert any("log" in item for item in items)
    assert "token-of-acme-pay" not in told + "".join(map(stored_text, items))


def test_inbound_request_is_answered_by_the_connector(answers: Mapping[str, Answer]) -> None:
    assert answers["connector_callback/inbound_request"].result["body"] == '{"step": "3ds"}'
