"""The way back from every dead-letter queue, on queues of moto and a bus, functions and streams of the test's own."""

import io
import json
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from operations.output import FOUND, Output
from operations.redrive.command import redrive
from operations.redrive.ways import Ways
from operations.republish import Republisher
from operations.stacks import Stack, entry_log_of
from settlement.domain.audit.walk import first_walk
from settlement.domain.events import Event, EventType
from settlement.storage.dynamodb import DynamoDBStore
from settlement.storage.writing import writes
from settlement.use_cases.shared.ports import Commit
from testkit.builders import ACCOUNT, NOON, ORDER_ID, TRANSACTION_ID, a_payment, a_transaction, an_order
from tests.support.command_stack import aws_in_memory
from tests.support.declared_table import make_declared_table
from tests.template.cloudformation import load_template, of_type

ORDER_PLACED = {"id": "e-1", "detail-type": "OrderPlaced", "detail": {"account": ACCOUNT, "order": {"orderId": "1-01"}}}
STATUS_CHANGED = {"id": "e-2", "detail-type": "OrderStatusChanged", "detail": {"account": ACCOUNT, "to": "invoiced"}}


@dataclass
class Cloud:
    """What messages go back to; ``refuses`` holds what fails: event ids and function names."""

    published: list[dict[str, Any]] = field(default_factory=list)
    invoked: list[tuple[str, Any]] = field(default_factory=list)
    started: list[Any] = field(default_factory=list)
    records: list[dict[str, Any]] | None = None
    refuses: set[str] = field(default_factory=set)

    def put_events(self, Entries: list[dict[str, Any]]) -> dict[str, Any]:
        """Take what is not refused."""
        answers = []
        for entry in Entries:
            refused = json.loads(entry["Detail"])["id"] in self.refuses
            answers.append({"ErrorCode": "ThrottlingException"} if refused else {"EventId": "1"})
            self.published += [] if refused else [entry]
        return {"Entries": answers}

    def invoke(self, FunctionName: str, Payload: bytes) -> dict[str, Any]:
        """Run a function."""
        if FunctionName in self.refuses:
            return {"FunctionError": "Unhandled", "Payload": io.BytesIO(b'{"errorMessage": "no such connector"}')}
        self.invoked.append((FunctionName, json.loads(Payload)))
        return {"Payload": io.BytesIO(b"{}")}

    def start_execution(self, stateMachineArn: str, input: str) -> None:
        """Start a workflow."""
        self.started.append(json.loads(input))

    def get_shard_iterator(self, SequenceNumber: str, **wanted: Any) -> dict[str, str]:
        """Find a place in the stream, if it has not forgotten it."""
        if self.records is None:
            raise ClientError({"Error": {"Code": "TrimmedDataAccessException"}}, "GetShardIterator")
        return {"ShardIterator": SequenceNumber}

    def get_records(self, ShardIterator: str, Limit: int) -> dict[str, Any]:
        """Read two records from a place on."""
        assert self.records is not None
        found = [held for held in self.records if int(held["dynamodb"]["SequenceNumber"]) >= int(ShardIterator)][:2]
        after = int(found[-1]["dynamodb"]["SequenceNumber"]) + 1 if found else int(ShardIterator)
        return {"Records": found, "NextShardIterator": str(after)}

    @property
    def ids(self) -> list[str]:
        """The ids of what was published."""
        return [json.loads(entry["Detail"])["id"] for entry in self.published]


@dataclass
class Stage:
    """A stack with its queues."""

    cloud: Cloud
    stack: Stack
    sqs: Any
    store: DynamoDBStore

    def put(self, queue: str, body: object, **attributes: str) -> None:
        """Leave a message in a queue."""
        self.sqs.send_message(
            QueueUrl=self._url(queue),
            MessageBody=body if isinstance(body, str) else json.dumps(body),
            MessageAttributes={
                name: {"DataType": "String", "StringValue": value} for name, value in attributes.items()
            },
        )

    def left(self, queue: str) -> int:
        """How many messages a queue shows."""
        wanted = ["ApproximateNumberOfMessages"]
        answer = self.sqs.get_queue_attributes(QueueUrl=self._url(queue), AttributeNames=wanted)
        return int(answer["Attributes"]["ApproximateNumberOfMessages"])

    def _url(self, queue: str) -> str:
        url: str = self.sqs.get_queue_url(QueueName=f"quita-{queue}")["QueueUrl"]
        return url


@pytest.fixture
def stage(monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage]:
    """The queues and the table of the template."""
    with aws_in_memory(monkeypatch):
        cloud, sqs, dynamodb = Cloud(), boto3.client("sqs"), boto3.client("dynamodb")
        for queue in queue_names():
            sqs.create_queue(QueueName=f"quita-{queue}")
        make_declared_table(dynamodb, "quita")
        outputs = {
            "TableName": "quita",
            "EventBusName": "quita",
            "StateMachineArn": "arn",
            "ReportStateMachineArn": "reports",
            "DueWorkFunctionName": "quita-due-work",
        }
        fakes = dict.fromkeys(("events", "lambda", "stepfunctions", "dynamodbstreams"), cloud)
        stack = Stack("quita", outputs, clients={"sqs": sqs, "dynamodb": dynamodb, **fakes})
        monkeypatch.setattr("operations.redrive.queues.LOOK_SECONDS", 0)
        yield Stage(cloud, stack, sqs, DynamoDBStore(dynamodb, "quita"))


def queue_names() -> list[str]:
    """The queues of the template, by their names behind that of the stack."""
    queues = of_type(load_template(), "AWS::SQS::Queue").values()
    return [queue["QueueName"]["Fn::Sub"].removeprefix("${AWS::StackName}-") for queue in queues]


def an_event(number: int, type_: EventType = EventType.PAYMENT_SETTLED) -> Event:
    """An event of one transaction, a minute after the one before."""
    at = NOON + timedelta(minutes=number)
    return Event(type_, at, "transaction", number, ORDER_ID, TRANSACTION_ID, "P", {"value": 7000})


def records(*events: Event) -> list[dict[str, Any]]:
    """The stream records of events that were written one by one, from the number 100 on."""
    commits = [Commit(ACCOUNT, ORDER_ID, TRANSACTION_ID, "BRL", events=[event]) for event in events]
    puts = [write["Put"] for commit in commits for written in writes("quita", commit) for write in written]
    return [
        {"eventName": "INSERT", "dynamodb": {"NewImage": put["Item"], "SequenceNumber": str(number)}}
        for number, put in enumerate(puts, start=100)
    ]


def as_told(record: dict[str, Any]) -> dict[str, Any]:
    """A stream record as a function gets it and parks it: bytes in base64."""
    told: dict[str, Any] = json.loads(json.dumps(record, default=lambda held: b64encode(held).decode()))
    return told


def parked(number: int) -> dict[str, Any]:
    """An event as the relay parks it."""
    detail = {"version": 1, "id": f"{TRANSACTION_ID}-transaction-{number}", "value": 7000}
    return {"type": "PaymentSettled", "at": NOON.isoformat(), "detail": detail}


def given_up(first: int, last: int) -> dict[str, Any]:
    """What Lambda reports of a batch that the relay failed on for good."""
    return {
        "DDBStreamBatchInfo": {
            "streamArn": "stream",
            "shardId": "shard-1",
            "startSequenceNumber": str(first),
            "endSequenceNumber": str(last),
            "approximateArrivalOfFirstRecord": "2026-03-01T12:01:00Z",
            "approximateArrivalOfLastRecord": "2026-03-01T12:02:00Z",
        }
    }


def test_every_queue_of_the_template_has_a_way_back(stage: Stage) -> None:
    assert sorted(Ways(stage.stack, print).by_queue) == sorted(queue_names())


def test_nothing_to_do_is_done(stage: Stage) -> None:
    assert redrive(stage.stack, [], Output()) == 0


def test_parked_events_reach_the_bus_whole_and_under_their_ids(stage: Stage) -> None:
    for number in range(1, 26):
        stage.put("parked-events", parked(number))

    assert redrive(stage.stack, ["parked-events"], Output()) == 0

    assert sorted(stage.cloud.ids) == sorted(f"{TRANSACTION_ID}-transaction-{number}" for number in range(1, 26))
    (entry, *_) = stage.cloud.published
    assert (entry["Source"], entry["DetailType"], entry["Time"]) == ("quita", "PaymentSettled", NOON)
    assert json.loads(entry["Detail"])["value"] == 7000
    assert stage.left("parked-events") == 0


def test_event_that_the_bus_still_refuses_stays_whole(stage: Stage) -> None:
    stage.put("parked-events", parked(1))
    stage.put("parked-events", parked(2))
    stage.cloud.refuses = {f"{TRANSACTION_ID}-transaction-1"}

    assert redrive(stage.stack, ["parked-events"], Output()) == FOUND
    assert (stage.cloud.ids, stage.left("parked-events")) == ([f"{TRANSACTION_ID}-transaction-2"], 1)

    stage.cloud.refuses = set()
    assert redrive(stage.stack, ["parked-events"], Output()) == 0
    assert stage.left("parked-events") == 0


def test_parked_record_is_published_once_it_can_be_read(stage: Stage) -> None:
    (record,) = map(as_told, records(an_event(1)))
    damaged = {**record, "dynamodb": {"NewImage": {**record["dynamodb"]["NewImage"], "packed": {"B": "AAAA"}}}}
    stage.put("parked-events", {"record": damaged})
    stage.put("parked-events", {"record": record})

    assert redrive(stage.stack, ["parked-events"], Output()) == FOUND

    assert (stage.cloud.ids, stage.left("parked-events")) == ([f"{TRANSACTION_ID}-transaction-1"], 1)


def test_event_too_large_for_the_bus_stays(stage: Stage) -> None:
    stage.put("parked-events", parked(1) | {"tooLarge": 300_000})

    assert redrive(stage.stack, ["parked-events"], Output()) == FOUND
    assert (stage.cloud.published, stage.left("parked-events")) == ([], 1)


def test_records_that_the_relay_gave_up_are_published_from_the_stream(stage: Stage) -> None:
    stage.cloud.records = records(*(an_event(number) for number in range(1, 6)))
    stage.put("failed-relay", given_up(101, 103))

    assert redrive(stage.stack, ["failed-relay"], Output()) == 0

    assert stage.cloud.ids == [f"{TRANSACTION_ID}-transaction-{number}" for number in (2, 3, 4)]
    assert stage.left("failed-relay") == 0


def test_records_that_the_stream_has_forgotten_are_published_from_the_table(stage: Stage) -> None:
    events = [an_event(number) for number in range(1, 30, 4)] + [an_event(2, EventType.INVOICE_NOTIFIED)]
    order = an_order()
    stage.store.commit(Commit(ACCOUNT, order.order_id, order.transaction_id, order=order, events=events))
    stage.store.save_audit_walk(first_walk(ACCOUNT, NOON))
    stage.put("failed-relay", given_up(101, 103))

    assert redrive(stage.stack, ["failed-relay"], Output()) == 0

    assert stage.cloud.ids == [f"{TRANSACTION_ID}-transaction-{number}" for number in (1, 5)]
    assert stage.left("failed-relay") == 0


def test_records_stay_while_the_table_names_no_account_they_could_be_of(
    stage: Stage, capsys: pytest.CaptureFixture[str]
) -> None:
    stage.put("failed-relay", given_up(101, 103))

    assert redrive(stage.stack, ["failed-relay"], Output()) == FOUND
    assert stage.left("failed-relay") == 1
    assert "the table names no account yet" in capsys.readouterr().out


def test_events_of_an_order_are_published_again(stage: Stage) -> None:
    order = an_order()
    events = [an_event(number) for number in range(1, 4)]
    stage.store.commit(Commit(ACCOUNT, order.order_id, order.transaction_id, order=order, events=events))

    many = Republisher(stage.stack).publish_account(
        ACCOUNT, NOON + timedelta(minutes=2), NOON + timedelta(days=1), Output()
    )

    assert (many, stage.cloud.ids) == (2, [f"{TRANSACTION_ID}-transaction-{number}" for number in (2, 3)])


def test_movements_that_the_journal_lacks_are_entered_with_their_connector(stage: Stage) -> None:
    """Events of earlier versions do not tell their connector; those that are in the journal are left as they are."""
    payment = a_payment(connector="acme")
    order, deltas = an_order(), {"captured": 100}
    events = [replace(an_event(number), payment_id=payment.payment_id, data={"deltas": deltas}) for number in (1, 2)]
    stage.store.commit(
        Commit(
            ACCOUNT, order.order_id, order.transaction_id, order=order, transaction=a_transaction(),
            new_payments=[payment], events=events,
        )
    )  # fmt: skip

    for _ in range(2):
        Republisher(stage.stack).publish_account(ACCOUNT, NOON, NOON + timedelta(days=1), Output())

    lots = entry_log_of(stage.stack).lots(ACCOUNT, 1, 10)
    assert [(entry.event, entry.connector, entry.currency) for lot in lots for entry in lot.entries] == [
        (f"{TRANSACTION_ID}-transaction-{number}", "acme", "BRL") for number in (1, 2)
    ]


def test_movements_of_records_that_the_relay_gave_up_are_entered(stage: Stage) -> None:
    stage.cloud.records = records(
        *(
            replace(an_event(n), data={"deltas": {"captured": 1}, "connector": "acme", "invoiceNumber": f"N{n}"})
            for n in range(100, 105)
        )
    )
    stage.put("failed-relay", given_up(101, 103))

    assert redrive(stage.stack, ["failed-relay"], Output()) == 0

    entries = [entry for lot in entry_log_of(stage.stack).lots(ACCOUNT, 1, 10) for entry in lot.entries]
    assert [(entry.invoice, entry.connector) for entry in entries] == [(f"N{n}", "acme") for n in (101, 102, 103)]


def test_undelivered_operation_is_started(stage: Stage) -> None:
    detail = {"account": ACCOUNT, "transactionId": TRANSACTION_ID, "operation": 2}
    stage.put("undelivered-operations", {"detail-type": "OperationReady", "detail": detail | {"kind": "settle"}})
    stage.put("undelivered-operations", detail | {"kind": "settle"})

    assert redrive(stage.stack, ["undelivered-operations"], Output()) == 0
    assert stage.cloud.started == [detail, detail]


def test_order_is_taken_in_as_the_event_it_was(stage: Stage) -> None:
    arn = "arn:aws:lambda:us-east-1:000000000000:function:quita-order-intake:$LATEST"
    stage.put("failed-order-intake", ORDER_PLACED, RULE_ARN="rule", TARGET_ARN=arn)
    stage.put("failed-order-intake", {"requestContext": {"functionArn": arn}, "requestPayload": ORDER_PLACED})

    assert redrive(stage.stack, ["failed-order-intake"], Output()) == 0
    assert stage.cloud.invoked == [("quita-order-intake:live", ORDER_PLACED)] * 2


def test_order_that_cannot_be_taken_in_stays(stage: Stage, capsys: pytest.CaptureFixture[str]) -> None:
    stage.put("failed-order-intake", ORDER_PLACED)
    stage.cloud.refuses = {"quita-order-intake:live"}

    assert redrive(stage.stack, ["failed-order-intake"], Output()) == FOUND
    assert stage.left("failed-order-intake") == 1
    assert "no such connector" in capsys.readouterr().out


@pytest.mark.parametrize("function", ["quita-order-feed", "quita-order-hook"])
def test_status_change_is_given_to_the_function_it_did_not_reach(stage: Stage, function: str) -> None:
    arn = f"arn:aws:lambda:us-east-1:000000000000:function:{function}"
    stage.put("failed-status-changes", STATUS_CHANGED, RULE_ARN="rule", TARGET_ARN=arn)
    reported = {"requestContext": {"functionArn": f"{arn}:$LATEST"}, "requestPayload": STATUS_CHANGED}
    stage.put("failed-status-changes", reported)

    assert redrive(stage.stack, ["failed-status-changes"], Output()) == 0
    assert stage.cloud.invoked == [(f"{function}:live", STATUS_CHANGED)] * 2


def test_failed_sweep_is_followed_by_another(stage: Stage) -> None:
    stage.put("failed-due-work", {"requestPayload": {}})

    assert redrive(stage.stack, ["failed-due-work"], Output()) == 0
    assert (stage.cloud.invoked, stage.left("failed-due-work")) == ([("quita-due-work", {})], 0)


def test_file_that_no_run_was_started_for_gets_one(stage: Stage) -> None:
    arrived = {"key": "inbox/demo/csv/sales.csv", "size": 57}
    stage.put("failed-reports", {"source": "aws.s3", "detail": {"bucket": {"name": "b"}, "object": arrived}})

    assert redrive(stage.stack, ["failed-reports"], Output()) == 0
    assert (stage.cloud.started, stage.left("failed-reports")) == ([{"detail": {"object": arrived}}], 0)


@pytest.mark.parametrize("body", ["no JSON", "[]", "{}"])
@pytest.mark.parametrize(
    "queue", [name for name in queue_names() if name not in ("failed-due-work", "failed-order-intake")]
)
def test_message_that_makes_no_sense_stays_and_holds_up_no_other(stage: Stage, queue: str, body: str) -> None:
    stage.put(queue, body)

    assert redrive(stage.stack, [], Output()) == FOUND
    assert stage.left(queue) == 1
