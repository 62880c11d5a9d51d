"""What AWS does on a bad day, injected at its clients, and at a server of its own (A§7)."""

import json
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler
from typing import Any, cast

import pytest
from aws_lambda_powertools.utilities.typing import LambdaContext

from functions.event_relay.app import handler as relay
from settlement import bootstrap
from settlement.domain.events import Event, EventType
from settlement.storage.dynamodb import DynamoDBStore
from settlement.storage.feeds import DynamoDBFeeds
from settlement.storage.outage import reporting_outages
from settlement.storage.writing import writes
from settlement.use_cases.shared.ports import Commit, Conflict, DueOperation, Store, Unavailable
from settlement.use_cases.upkeep.sweep_due_work import sweep_due_work
from testkit.builders import ACCOUNT, NOON, ORDER_ID, TRANSACTION_ID, a_leg, a_transaction, an_operation, an_order
from testkit.shop import Shop
from tests.support.lambda_context import Context
from tests.support.local_server import LocalServer
from tests.support.outages import FAULTS, LOST_RACES, OUTAGES
from tests.template.cloudformation import load_template, of_type

ALONE = Commit(ACCOUNT, ORDER_ID, TRANSACTION_ID, operations=[an_operation()])
TOGETHER = Commit(ACCOUNT, ORDER_ID, TRANSACTION_ID, order=an_order(), transaction=a_transaction())
UPDATE = Commit(ACCOUNT, ORDER_ID, TRANSACTION_ID, new_receipts=[("N1", "R")])
LONG_PLAN = Commit(ACCOUNT, ORDER_ID, TRANSACTION_ID, new_legs=[a_leg(number=f"{at:04d}") for at in range(1, 60)])

every_write = pytest.mark.parametrize(
    "commit", [ALONE, TOGETHER, UPDATE, LONG_PLAN], ids=["put", "transaction", "update", "long-plan"]
)


class _Failing:
    """A client of AWS whose every call fails in one way."""

    def __init__(self, error: Exception) -> None:
        self._error = error

    def __getattr__(self, name: str) -> Any:
        def call(**request: Any) -> Any:
            raise self._error

        return call


def store(error: Exception) -> Store:
    return DynamoDBStore(cast(Any, _Failing(error)), "table")


@every_write
@pytest.mark.parametrize("name", LOST_RACES)
def test_lost_race_is_decided_again(name: str, commit: Commit) -> None:
    with pytest.raises(Conflict):
        store(LOST_RACES[name]).commit(commit)


@every_write
@pytest.mark.parametrize("name", OUTAGES)
def test_write_that_nobody_answers_for_is_unavailable(name: str, commit: Commit) -> None:
    with pytest.raises(Unavailable):
        store(OUTAGES[name]).commit(commit)


@pytest.mark.parametrize("name", OUTAGES)
def test_read_that_nobody_answers_for_is_unavailable(name: str) -> None:
    away = store(OUTAGES[name])

    for read in (
        lambda: away.order(ACCOUNT, ORDER_ID),
        lambda: away.payments(ACCOUNT, TRANSACTION_ID),
        lambda: away.events(ACCOUNT, TRANSACTION_ID, 10, None),
        lambda: away.due(NOON),
    ):
        with pytest.raises(Unavailable):
            read()


@pytest.mark.parametrize("name", FAULTS)
def test_fault_that_does_not_pass_stays_what_it_is(name: str) -> None:
    with pytest.raises(type(FAULTS[name])):
        store(FAULTS[name]).commit(TOGETHER)


@pytest.fixture
def outside(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """The environment of the relay."""
    monkeypatch.setenv("EVENT_BUS_NAME", "quita")
    monkeypatch.setenv("PARKED_EVENTS_QUEUE_URL", "parked")
    monkeypatch.setenv("UNDELIVERED_OPERATIONS_QUEUE_URL", "undelivered")
    monkeypatch.setenv("STATE_MACHINE_ARN", "workflow")
    return monkeypatch


def test_calls_of_aws_end_before_the_functions_that_make_them() -> None:
    pauses = sum(2**attempt for attempt in range(bootstrap.TRIES - 1))
    longest = bootstrap.TRIES * bootstrap.READ_SECONDS + pauses
    assert longest <= 12
    functions = of_type(load_template(), "AWS::Serverless::Function")
    for name in functions.keys() - {"AuthorizerFunction"}:
        assert functions[name]["Timeout"] > longest, name


class Table(LocalServer):
    """A DynamoDB that answers with the statuses it is told, and remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[dict[str, Any]] = []
        self.statuses: list[int] = []
        table = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                table.asked.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
                status = table.statuses.pop(0)
                self.send_response(status)
                self.send_header("Content-Type", "application/x-amz-json-1.0")
                self.end_headers()
                self.wfile.write(b"{}" if status == 200 else b'{"__type":"InternalServerError","message":"oops"}')

            def log_message(self, format: str, *args: Any) -> None:
                """Say nothing."""

        super().__init__(Handler)


@pytest.fixture
def table() -> Iterator[Table]:
    """A DynamoDB of the test's own."""
    with Table() as table:
        yield table


@pytest.fixture
def on_table(table: Table, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    """The store as the functions make it, on that table."""
    for name in ("AWS_DEFAULT_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "us-east-1")
    monkeypatch.setenv("AWS_ENDPOINT_URL", table.url)
    monkeypatch.setenv("TABLE_NAME", "table")
    bootstrap.dynamodb.cache_clear()
    yield bootstrap.store()
    bootstrap.dynamodb.cache_clear()


def test_tries_of_one_transaction_carry_one_token(table: Table, on_table: Store) -> None:
    table.statuses += [500, 500, 200]

    on_table.commit(TOGETHER)

    assert len(table.asked) == 3
    [token] = {asked["ClientRequestToken"] for asked in table.asked}
    assert token
    table.statuses += [200]
    on_table.commit(TOGETHER)
    assert table.asked[-1]["ClientRequestToken"] != token


def test_table_that_stays_away_is_unavailable_after_three_tries(table: Table, on_table: Store) -> None:
    table.statuses += [500] * 3

    with pytest.raises(Unavailable):
        on_table.commit(TOGETHER)

    assert len(table.asked) == 3


@pytest.mark.parametrize("name", OUTAGES)
def test_what_nobody_answers_for_is_parked_by_the_relay(outside: pytest.MonkeyPatch, name: str) -> None:
    parked: dict[str, list[Any]] = {"parked": [], "undelivered": []}

    class Queue:
        def send_message(self, QueueUrl: str, MessageBody: str) -> None:
            parked[QueueUrl].append(json.loads(MessageBody))

    away: Any = reporting_outages(_Failing(OUTAGES[name]))
    outside.setattr(bootstrap, "events", lambda: away)
    outside.setattr(bootstrap, "workflows", lambda: away)
    outside.setattr(bootstrap, "feeds", lambda: DynamoDBFeeds(away, "table"))
    outside.setattr(bootstrap, "queues", Queue)
    facts: dict[EventType, dict[str, Any]] = {
        EventType.OPERATION_READY: {"operation": 2},
        EventType.PAYMENT_SETTLED: {"value": 7000},
        EventType.ORDER_STATUS_CHANGED: {"to": "invoiced"},
    }
    events = [
        Event(kind, NOON, "transaction", number, ORDER_ID, TRANSACTION_ID, "P1", data)
        for number, (kind, data) in enumerate(facts.items(), start=1)
    ]
    [write] = writes("table", Commit(ACCOUNT, ORDER_ID, TRANSACTION_ID, events=events))[1]
    record = {"eventName": "INSERT", "dynamodb": {"NewImage": write["Put"]["Item"]}}

    answer = relay({"Records": [record]}, cast(LambdaContext, Context()))

    assert answer == {"batchItemFailures": []}
    assert parked["undelivered"] == [{"account": ACCOUNT, "transactionId": TRANSACTION_ID, "operation": 2}]
    settled, changed = (event["detail"] for event in parked["parked"])
    assert (settled["value"], changed["to"], changed["listeners"]) == (7000, "invoiced", ["feed", "hook"])


@pytest.mark.parametrize("name", OUTAGES)
def test_operation_that_cannot_be_started_keeps_no_other_from_its_turn(shop: Shop, name: str) -> None:
    first, second = shop.place(), shop.place()
    shop.clock.advance(timedelta(minutes=3))
    failing = [OUTAGES[name]]
    started: list[str] = []

    class Workflows:
        def start_execution(self, due: DueOperation) -> None:
            if failing:
                raise failing.pop()
            started.append(due.transaction_id)

    workflows = reporting_outages(Workflows())

    swept = sweep_due_work(shop.ports, lambda due: workflows.start_execution(due=due))
    assert (swept.operations_started, swept.put_off) == (1, 1)
    sweep_due_work(shop.ports, lambda due: workflows.start_execution(due=due))

    assert set(started) == {first.transaction_id, second.transaction_id}
