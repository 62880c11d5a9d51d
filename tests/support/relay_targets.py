"""What the relay sends to, in place of the process's clients."""

import json
from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import ClientError

UNDELIVERED = "https://sqs.example/undelivered"
WORKFLOW = "arn:aws:states:us-east-1:000000000000:stateMachine:quita-settlement"


@dataclass
class Bus:
    """EventBridge, SQS and Step Functions as the relay uses them; ``refusals`` says how often each event id is refused.

    A call with an event of ``spoilers`` in it fails as a whole, and so does a start of the operations in ``unstarted``.
    """

    refusals: dict[str, int] = field(default_factory=dict)
    spoilers: set[str] = field(default_factory=set)
    unstarted: set[int] = field(default_factory=set)
    queue_is_down: bool = False
    published: list[dict[str, Any]] = field(default_factory=list)
    parked: list[dict[str, Any]] = field(default_factory=list)
    undelivered: list[dict[str, Any]] = field(default_factory=list)
    started: list[dict[str, Any]] = field(default_factory=list)
    batches: list[int] = field(default_factory=list)
    bytes: list[int] = field(default_factory=list)

    def put_events(self, Entries: list[dict[str, Any]]) -> dict[str, Any]:
        """Take what is not refused."""
        self.batches.append(len(Entries))
        self.bytes.append(sum(len(entry["Detail"]) for entry in Entries))
        if self.spoilers & {json.loads(entry["Detail"])["id"] for entry in Entries}:
            raise ClientError({"Error": {"Code": "ValidationException"}}, "PutEvents")
        answers = [self._put(entry) for entry in Entries]
        return {"FailedEntryCount": sum("ErrorCode" in answer for answer in answers), "Entries": answers}

    def send_message(self, QueueUrl: str, MessageBody: str) -> dict[str, Any]:
        """Keep a message."""
        if self.queue_is_down:
            raise ConnectionError("the queue is down")
        queue = self.undelivered if QueueUrl == UNDELIVERED else self.parked
        queue.append(json.loads(MessageBody))
        return {"MessageId": "1"}

    def start_execution(self, stateMachineArn: str, input: str) -> dict[str, Any]:
        """Start what is not refused."""
        name = json.loads(input)
        if name["operation"] in self.unstarted:
            raise ClientError({"Error": {"Code": "ExecutionLimitExceeded"}}, "StartExecution")
        assert stateMachineArn == WORKFLOW
        self.started.append(name)
        return {"executionArn": "execution"}

    def _put(self, entry: dict[str, Any]) -> dict[str, Any]:
        id_ = json.loads(entry["Detail"])["id"]
        if self.refusals.get(id_, 0) > 0:
            self.refusals[id_] -= 1
            return {"ErrorCode": "ThrottlingException", "ErrorMessage": "slow down"}
        self.published.append(entry)
        return {"EventId": id_}

    @property
    def ids(self) -> list[str]:
        """The ids of what was published, in order."""
        return [json.loads(entry["Detail"])["id"] for entry in self.published]
