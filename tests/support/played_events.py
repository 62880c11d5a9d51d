"""Plays the event files on the functions, in order, and notes what each does with the table."""

import importlib
import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler
from threading import local
from typing import Any, ClassVar
from urllib.parse import urlsplit

import boto3
import pytest
from moto import mock_aws

from local.seed import ACCOUNT, APP_KEY, APP_TOKEN, seed_connectors
from settlement import bootstrap
from settlement.domain.account.account import EVERY_ROLE, AccountSettings
from settlement.storage.app_keys import Caller, save
from settlement.storage.dynamodb import DynamoDBStore
from testkit.configuring import save_settings
from tests.support.declared_table import make_declared_table
from tests.support.lambda_context import Context
from tests.support.play import CHECKOUT_TRANSACTION, PLAY, REPORT_FILE, SIGNATURE, TODAY, USUAL_STACK
from tests.template.cloudformation import CHECKOUT

EVENTS = CHECKOUT / "events"

FUNCTIONS = sorted(folder.name for folder in EVENTS.iterdir() if folder.is_dir())


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


def write_down(params: Any, model: Any, **_: Any) -> None:
    """Take down one call of the table, before it is sent."""
    function = getattr(_running, "function", None)
    if function is None:
        return
    for write in params.get("TransactItems", ()):
        ((kind, asked),) = write.items()
        action = "ConditionCheckItem" if kind == "ConditionCheck" else f"{kind}Item"
        TOUCHED.add((function, "", f"dynamodb:{action}", _partition(asked)))
    for asked in params.get("RequestItems", {}).values():
        for key in asked["Keys"]:
            TOUCHED.add((function, "", f"dynamodb:{model.name}", str(key["PK"]["S"])))
    if not {"TransactItems", "RequestItems"} & params.keys():
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


class Gateway(BaseHTTPRequestHandler):
    """The sandbox connector behind HTTP, as the API puts it there."""

    def do_GET(self) -> None:
        self._answer("GET", None)

    def do_POST(self) -> None:
        self._answer("POST", self.rfile.read(int(self.headers["Content-Length"])).decode())

    def _answer(self, method: str, body: str | None) -> None:
        event = {
            "httpMethod": method,
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


class Workflows:
    """Step Functions; each instance writes down what is started."""

    started: ClassVar[list[dict[str, Any]]] = []

    def start_execution(self, stateMachineArn: str, input: str) -> None:
        """Start nothing."""
        self.started.append(json.loads(input))


def collect_what_is_published() -> None:
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


def forget_clients() -> None:
    """Clients made now belong to this module's table."""
    for made in (
        bootstrap.session,
        bootstrap.reports_bucket,
        bootstrap.queues,
        bootstrap.console_access,
        bootstrap.console_secret,
        bootstrap.credentials,
        bootstrap.connector_client,
        bootstrap.connector_probe,
        bootstrap.hook_client,
    ):
        made.cache_clear()


def upload(key: str, content: bytes) -> None:
    """Put a file into the bucket of reports."""
    boto3.client("s3").put_object(Bucket="reports", Key=key, Body=content)


def played(store: DynamoDBStore, gateway: str) -> dict[str, Answer]:
    """Play every event in order; the connector that one adds is asked for its manifest at the gateway."""
    told: dict[str, Answer] = {}
    for name in PLAY:
        replaced = {USUAL_STACK: gateway, TODAY: f"{bootstrap.now():%Y-%m-%d}"}
        if name in ("connector_callback/undecided_payment", "connector_callback/inbound_request"):
            event = event_named(name)["pathParameters"]
            payment = store.payment(ACCOUNT, event["transactionId"], event["paymentId"])
            assert payment is not None
            replaced[SIGNATURE] = payment.signature
        if "transaction_intake/start" in told:
            replaced[CHECKOUT_TRANSACTION] = told["transaction_intake/start"].body["id"]
        if name == "report_reading/uploaded":
            upload(event_named(name)["key"], REPORT_FILE)
        told[name] = run(name, **replaced)
    return told


def event_named(name: str) -> dict[str, Any]:
    """Return an event file."""
    event: dict[str, Any] = json.loads((EVENTS / f"{name}.json").read_text(encoding="utf-8"))
    return event


def names_of_events() -> list[str]:
    """Return the name of every event file."""
    return sorted(str(file.relative_to(EVENTS).with_suffix("")) for file in EVENTS.rglob("*.json"))


@contextmanager
def demo_account(gateway: str) -> Iterator[DynamoDBStore]:
    """The table of the template, the bus and the queue, and the demo account as `make up` seeds it."""
    with pytest.MonkeyPatch.context() as environment, mock_aws():
        for name in ("AWS_ENDPOINT_URL", "AWS_PROFILE"):
            environment.delenv(name, raising=False)
        for name in ("AWS_DEFAULT_REGION", "AWS_REGION"):
            environment.setenv(name, "us-east-1")
        environment.setenv("AWS_ACCESS_KEY_ID", "test")
        environment.setenv("AWS_SECRET_ACCESS_KEY", "test")
        forget_clients()
        dynamodb = boto3.client("dynamodb")
        secrets = boto3.client("secretsmanager")
        environment.setattr(bootstrap, "dynamodb", lambda: dynamodb)  # moto patches boto3, not sockets
        environment.setattr(bootstrap, "secrets", lambda: secrets)
        environment.setattr(bootstrap, "events", lambda: boto3.client("events"))
        environment.setattr(bootstrap, "workflows", Workflows)
        make_declared_table(dynamodb, "events")
        boto3.client("s3").create_bucket(Bucket="reports")
        queue = boto3.client("sqs").create_queue(QueueName="parked")["QueueUrl"]
        collect_what_is_published()
        variables = {
            "TABLE_NAME": "events",
            "SANDBOX": "true",
            "ANSWER_WAIT_SECONDS": "0",
            "HEALTH_ACCOUNT": ACCOUNT,
            "CONNECTOR_TIMEOUT_SECONDS": "5",
            "PUBLIC_BASE_URL": gateway,
            "CREDENTIALS_SECRET": secrets.create_secret(Name="credentials")["ARN"],
            "CONSOLE_SECRET": secrets.create_secret(Name="console", SecretString="seals sessions")["ARN"],
            "EVENT_BUS_NAME": "quita",
            "REPORTS_BUCKET": "reports",
            "PARKED_EVENTS_QUEUE_URL": queue,
            "UNDELIVERED_OPERATIONS_QUEUE_URL": queue,
            "STATE_MACHINE_ARN": "arn:aws:states:us-east-1:000000000000:stateMachine:quita-settlement",
            "POWERTOOLS_METRICS_NAMESPACE": "quita",
            "POWERTOOLS_SERVICE_NAME": "quita",
        }
        for name, value in variables.items():
            environment.setenv(name, value)
        dynamodb.meta.events.register("provide-client-params.dynamodb", write_down)
        store = DynamoDBStore(dynamodb, "events")
        save_settings(store, ACCOUNT, AccountSettings(merchant_name="DEMO"))
        seed_connectors(store, bootstrap.credentials(), f"{gateway}/sandbox-connector")
        save(dynamodb, "events", Caller(APP_KEY, ACCOUNT, (EVERY_ROLE,)), APP_TOKEN)
        yield store
        forget_clients()
