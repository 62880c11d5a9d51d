"""The destination of each dead-letter queue's messages. Repeats are harmless: consumers recognise events by id, orders
are placed once, and one execution claims an operation."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any

from botocore.exceptions import ClientError

from operations.orders import account_names
from operations.redrive.queues import Message, Stays
from operations.republish import Republisher
from operations.stacks import Stack, bus_of, entry_log_of
from settlement.storage.outbox import Entry, outgoing_of
from settlement.storage.workflow import Workflow
from settlement.use_cases.shared.ports import DueOperation

_TRIMMED = frozenset({"TrimmedDataAccessException", "ResourceNotFoundException", "ExpiredIteratorException"})
_RECORDS_AT_ONCE = 1000
_ALIAS = "live"
"""The alias of every function, which a deployment moves to the new version."""


class Ways:
    """The ways back into one stack."""

    def __init__(self, stack: Stack, tell: Callable[[str], object]) -> None:
        self._stack = stack
        self._tell = tell

    @property
    def by_queue(self) -> dict[str, Callable[[Message], object]]:
        """The way of each queue, by its name without the stack's prefix."""
        return {
            "parked-events": self.publish_parked,
            "failed-relay": self.publish_given_up,
            "undelivered-operations": self.start_operation,
            "failed-order-intake": self.take_in_order,
            "failed-status-changes": self.deliver_status_change,
            "failed-due-work": self.sweep,
            "failed-reports": self.take_file,
        }

    def publish_parked(self, message: Message) -> None:
        """Publish a parked event under its id; read a record again that could not be read."""
        body = message.body
        if "record" in body:
            self._relay([body["record"]])
            return
        if "tooLarge" in body:
            raise Stays(f"event {body['detail']['id']} is too large for the bus ({body['tooLarge']} bytes)")
        self._publish([Entry(body["type"], datetime.fromisoformat(body["at"]), body["detail"])])

    def publish_given_up(self, message: Message) -> None:
        """Publish the stream records that the relay gave up, from the table if the stream has dropped them."""
        batch = message.body["DDBStreamBatchInfo"]
        try:
            records = self._records(batch)
        except ClientError as error:
            if error.response.get("Error", {}).get("Code") not in _TRIMMED:
                raise
            first, last = (
                datetime.fromisoformat(batch[f"approximateArrivalOf{end}Record"].replace("Z", "+00:00"))
                for end in ("First", "Last")
            )
            many = self._republish(first, last)
            self._tell(f"the stream has forgotten shard {batch['shardId']}: {many} events published from the table")
            return
        self._relay(records)

    def _republish(self, first: datetime, last: datetime) -> int:
        """Publish the events of a time span from the table; without known accounts, the message has to stay."""
        if not account_names(self._stack):
            raise Stays("the stream has forgotten it, and the table names no account yet: use quita republish")
        return Republisher(self._stack).publish_time(first, last)

    def start_operation(self, message: Message) -> None:
        """Start the workflow of an operation; it ends at once if the operation runs or is done."""
        event = _event(message)
        detail = event.get("detail", event)
        self._start(DueOperation(detail["account"], detail["transactionId"], detail["operation"]))

    def take_in_order(self, message: Message) -> None:
        """Send an order to the intake again as the same event, whose id names an order without one."""
        self._invoke(f"{self._stack.name}-order-intake:{_ALIAS}", _event(message))

    def deliver_status_change(self, message: Message) -> None:
        """Send a status change to the function that it did not reach."""
        arn = message.attributes.get("TARGET_ARN") or message.body["requestContext"]["functionArn"]
        function = arn.split(":function:")[1].split(":")[0]
        self._invoke(f"{function}:{_ALIAS}", _event(message))

    def sweep(self, message: Message) -> None:
        """Run the due-work sweep, which replaces the failed run."""
        self._invoke(self._stack.outputs["DueWorkFunctionName"], {})

    def take_file(self, message: Message) -> None:
        """Start the run of a file in the bucket of reports; a report that is done stays so."""
        arrived = _event(message)["detail"]["object"]
        wanted = {"detail": {"object": {"key": arrived["key"], "size": arrived["size"]}}}
        self._stack.client("stepfunctions").start_execution(
            stateMachineArn=self._stack.outputs["ReportStateMachineArn"], input=json.dumps(wanted)
        )

    def _relay(self, records: Iterable[dict[str, Any]]) -> None:
        """Do with stream records what the relay would have done."""
        read = [outgoing_of(record) for record in records]
        for operation in (ready for outgoing in read for ready in outgoing.operations):
            self._start(operation)
        self._publish(entry for outgoing in read for entry in outgoing.entries)
        for outgoing in read:
            entry_log_of(self._stack).enter(outgoing.account, outgoing.booked, lambda: datetime.now(UTC))

    def _start(self, operation: DueOperation) -> None:
        Workflow(self._stack.client("stepfunctions"), self._stack.outputs["StateMachineArn"]).start(operation)

    def _publish(self, entries: Iterable[Entry]) -> None:
        left = bus_of(self._stack).publish(entries)
        if left:
            raise Stays(f"the bus refuses event {left[0].detail['id']}")

    def _invoke(self, function: str, event: Any) -> None:
        answer = self._stack.client("lambda").invoke(FunctionName=function, Payload=json.dumps(event).encode())
        if "FunctionError" in answer:
            said = json.loads(answer["Payload"].read() or b"{}")
            raise Stays(f"{function} says: {said.get('errorMessage', said)}")

    def _records(self, batch: dict[str, Any]) -> list[dict[str, Any]]:
        """Read a batch from the stream, by the sequence numbers of its first and last record."""
        streams = self._stack.client("dynamodbstreams")
        iterator = streams.get_shard_iterator(
            StreamArn=batch["streamArn"],
            ShardId=batch["shardId"],
            ShardIteratorType="AT_SEQUENCE_NUMBER",
            SequenceNumber=batch["startSequenceNumber"],
        )["ShardIterator"]
        last, found = int(batch["endSequenceNumber"]), []
        while iterator is not None:
            answer = streams.get_records(ShardIterator=iterator, Limit=_RECORDS_AT_ONCE)
            numbers = [int(record["dynamodb"]["SequenceNumber"]) for record in answer["Records"]]
            found += [record for record, number in zip(answer["Records"], numbers, strict=True) if number <= last]
            if not numbers or numbers[-1] >= last:
                break
            iterator = answer.get("NextShardIterator")
        return found


def _event(message: Message) -> Any:
    """Return the event of a failed call, as EventBridge stores it, or as Lambda reports it after its retries."""
    return message.body.get("requestPayload", message.body)
