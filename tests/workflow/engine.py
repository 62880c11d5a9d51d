"""The workflow's definition on an interpreter of the Amazon States Language; only the function is replaced."""

import io
import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

import boto3
from botocore.awsrequest import AWSPreparedRequest, AWSResponse

from tests.template.cloudformation import load_workflow

if TYPE_CHECKING:
    from mypy_boto3_stepfunctions import SFNClient

FUNCTION = "arn:aws:lambda:us-east-1:123456789012:function:settlement-steps"
INPUT = {"account": "demo", "transactionId": "T", "operation": 2}
PATIENCE_SECONDS = 60.0

Step = Callable[[dict[str, Any]], dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Ended:
    """How an execution ended: status, error, and the states it entered, those of parallel legs sorted by name."""

    status: str
    error: str | None
    states: list[str]


class _Raw(io.BytesIO):
    """A body as botocore reads it."""

    def stream(self, **_: Any) -> Any:
        """Yield the whole body."""
        yield self.read()


class Engine:
    """Runs the workflow's definition with a function of the test's own."""

    def __init__(self, step: Step, definition: str | None = None) -> None:
        """Take the place of AWS Lambda for every client of the default session.

        ``definition`` is another workflow's, whose functions are all this one.
        """
        self.events: list[dict[str, Any]] = []
        self._step = step
        self._lock = threading.Lock()
        boto3.setup_default_session(region_name="us-east-1", aws_access_key_id="test", aws_secret_access_key="test")
        assert boto3.DEFAULT_SESSION is not None
        boto3.DEFAULT_SESSION.events.register_first("before-send.lambda.Invoke", cast(Any, self._invoke))
        self._workflows: SFNClient = boto3.client("stepfunctions")
        definition = definition or json.dumps(load_workflow()).replace("${SettlementStepsFunctionArn}", FUNCTION)
        self._machine = self._workflows.create_state_machine(
            name="settlement", definition=definition, roleArn="arn:aws:iam::123456789012:role/workflow"
        )["stateMachineArn"]

    def execute(self, **changes: Any) -> Ended:
        """Run one execution to its end."""
        return self.execute_with(INPUT | changes)

    def execute_with(self, given: dict[str, Any]) -> Ended:
        """Run one execution with this input to its end."""
        started = self._workflows.start_execution(stateMachineArn=self._machine, input=json.dumps(given))[
            "executionArn"
        ]
        deadline = time.monotonic() + PATIENCE_SECONDS
        while (execution := self._workflows.describe_execution(executionArn=started))["status"] == "RUNNING":
            assert time.monotonic() < deadline, "the execution does not end"
            time.sleep(0.02)
        history = self._workflows.get_execution_history(executionArn=started, maxResults=1000)["events"]
        states = [event["stateEnteredEventDetails"]["name"] for event in history if "stateEnteredEventDetails" in event]
        return Ended(execution["status"], execution.get("error"), _in_order(states))

    def steps(self) -> list[str]:
        """What the function was asked to do, in order."""
        return [event["step"] for event in self.events]

    def _invoke(self, request: AWSPreparedRequest, **_: Any) -> AWSResponse:
        event = json.loads(cast(bytes, request.body))
        with self._lock:
            self.events.append(event)
        headers = {"Content-Type": "application/json"}
        try:
            answer: Any = self._step(event)
        except Exception as error:
            headers["X-Amz-Function-Error"] = "Unhandled"
            answer = {"errorMessage": str(error), "errorType": type(error).__name__, "stackTrace": []}
        content = json.dumps(answer).encode()
        headers["Content-Length"] = str(len(content))
        return AWSResponse(str(request.url), 200, cast(Any, headers), _Raw(content))


def _in_order(states: list[str]) -> list[str]:
    """Bring the states of parallel legs into a fixed order."""
    ordered: list[str] = []
    parallel: list[str] = []
    for state in [*states, ""]:
        if state in ("Execute", "LegUnknown"):
            parallel.append(state)
            continue
        ordered += sorted(parallel)
        parallel = []
        ordered.append(state)
    return ordered[:-1]
