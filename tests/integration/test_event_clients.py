"""The service's own clients of EventBridge and Step Functions send what boto3's send."""

import json
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler
from typing import Any, ClassVar

import boto3
import pytest

from settlement.storage.aws_client import AwsClient
from settlement.storage.event_clients import EventBridge, StepFunctions
from tests.support.local_server import LocalServer

ENTRY = {
    "EventBusName": "quita",
    "Source": "quita",
    "DetailType": "PaymentSettled",
    "Detail": '{"value": 7000}',
    "Time": datetime(2026, 3, 2, 12, 0, 1, 250000, tzinfo=UTC),
}
CALLS = [
    ("events", EventBridge, "put_events", {"Entries": [ENTRY, ENTRY]}),
    ("stepfunctions", StepFunctions, "start_execution", {"stateMachineArn": "arn:aws:states:1", "input": "{}"}),
]


class Aws(BaseHTTPRequestHandler):
    """Answers everything with an empty object, and writes down what it was asked."""

    asked: ClassVar[list[tuple[str | None, str | None, Any]]] = []

    def do_POST(self) -> None:
        """Take a call."""
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.asked.append((self.headers["X-Amz-Target"], self.headers["Content-Type"], json.loads(body)))
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


@pytest.mark.parametrize(("service", "own", "operation", "request_"), CALLS)
def test_call_is_what_boto3_sends(service: Any, own: type[AwsClient], operation: str, request_: dict[str, Any]) -> None:
    keys = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}
    with LocalServer(Aws) as server:
        theirs = boto3.client(
            service,
            region_name="us-east-1",
            endpoint_url=server.url,
            aws_access_key_id="test",
            aws_secret_access_key="test",
        )
        ours = own(server.url, "us-east-1", keys, connect_seconds=1, try_seconds=3, tries=1)
        Aws.asked.clear()
        getattr(theirs, operation)(**request_)
        getattr(ours, operation)(**request_)
    asked = Aws.asked
    assert len(asked) == 2
    assert asked[1] == asked[0]
