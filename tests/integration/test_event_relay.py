"""The relay on stream records: what it publishes, what it leaves, and what becomes of what the bus will not take."""

import itertools
import json
from base64 import b64encode
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import pytest
from aws_lambda_powertools.utilities.typing import LambdaContext

from functions.event_relay.app import handler
from settlement import bootstrap
from settlement.domain.account.feed import Feed, Hook
from settlement.domain.actor import Actor, System
from settlement.domain.events import PUBLISHED, Event, EventType
from settlement.domain.hourly_figures import Hour
from settlement.storage import codecs, keys
from settlement.storage.outbox import MAX_BYTES
from settlement.storage.writing import writes
from settlement.use_cases.shared.ports import Commit, Unavailable
from testkit.builders import an_order
from tests.support.earlier_layout import writes_of_earlier_version
from tests.support.feeds import FakeFeeds
from tests.support.hourly_counters import FakeCounters
from tests.support.journal import FakeEntryLog
from tests.support.lambda_context import Context
from tests.support.relay_targets import UNDELIVERED, WORKFLOW, Bus

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.fixture
def bus(monkeypatch: pytest.MonkeyPatch) -> Bus:
    """A bus and a queue of the test's own, in the place of the process's clients."""
    bus = Bus()
    monkeypatch.setenv("EVENT_BUS_NAME", "quita")
    monkeypatch.setenv("PARKED_EVENTS_QUEUE_URL", "https://sqs.example/parked")
    monkeypatch.setenv("UNDELIVERED_OPERATIONS_QUEUE_URL", UNDELIVERED)
    monkeypatch.setenv("STATE_MACHINE_ARN", WORKFLOW)
    for client in ("events", "queues", "workflows"):
        monkeypatch.setattr(bootstrap, client, lambda: bus)
    return bus


@pytest.fixture(autouse=True)
def feeds(monkeypatch: pytest.MonkeyPatch) -> FakeFeeds:
    """The feeds and hooks that accounts have configured."""
    feeds = FakeFeeds()
    monkeypatch.setattr(bootstrap, "feeds", lambda: feeds)
    return feeds


@pytest.fixture(autouse=True)
def counters(monkeypatch: pytest.MonkeyPatch) -> FakeCounters:
    """The counters of the console's figures."""
    counters = FakeCounters()
    monkeypatch.setattr(bootstrap, "hourly_counters", lambda: counters)
    return counters


@pytest.fixture(autouse=True)
def journal(monkeypatch: pytest.MonkeyPatch) -> FakeEntryLog:
    """The journals, at a time of the test's own."""
    journal = FakeEntryLog()
    monkeypatch.setattr(bootstrap, "entry_log", lambda: journal)
    monkeypatch.setattr(bootstrap, "now", lambda: NOON)
    return journal


def relay(event: dict[str, Any]) -> dict[str, Any]:
    """Run the relay on a batch."""
    answer: dict[str, Any] = handler(event, cast(LambdaContext, Context()))
    return answer


def an_event(number: int, type_: EventType = EventType.PAYMENT_SETTLED, **data: Any) -> Event:
    """An event of one transaction."""
    at = NOON + timedelta(seconds=number)
    return Event(type_, at, "transaction", number, "O-01", "T", "P", {"value": 7000} | data)


def commits_of(events: Iterable[Event]) -> list[Commit]:
    """One commit for each event."""
    return [Commit("demo", "O-01", "T", events=[event]) for event in events]


def records(*events: Event) -> dict[str, Any]:
    """The stream records of events that were written one by one."""
    return batch_of(write for commit in commits_of(events) for write in itertools.chain(*writes("table", commit)))


def records_of_earlier_version(*events: Event) -> dict[str, Any]:
    """The same as they were before records of events."""
    return batch_of(write for commit in commits_of(events) for write in writes_of_earlier_version("table", commit))


def batch_of(written: Iterable[Any]) -> dict[str, Any]:
    """The stream records of writes, as a function gets them: JSON, bytes in base64."""
    batch = [
        {"eventName": "INSERT", "dynamodb": {"NewImage": write["Put"]["Item"], "SequenceNumber": str(number)}}
        for number, write in enumerate(written)
    ]
    text = json.dumps({"Records": batch}, default=lambda held: b64encode(held).decode())
    found: dict[str, Any] = json.loads(text)
    return found


def test_every_public_event_is_published_and_no_other(bus: Bus) -> None:
    events = [an_event(number, type_, operation=number) for number, type_ in enumerate(EventType, start=1)]

    answer = relay(records(*events))

    assert answer == {"batchItemFailures": []}
    assert {entry["DetailType"] for entry in bus.published} == {type_.value for type_ in PUBLISHED}
    assert bus.parked == []


def ready(number: int) -> Event:
    """An operation became ready."""
    return an_event(number, EventType.OPERATION_READY, operation=number, kind="settle")


def test_ready_operation_starts_the_workflow_and_does_not_cross_the_bus(bus: Bus) -> None:
    relay(records(an_event(1), ready(2), ready(3)))

    assert bus.started == [{"account": "demo", "transactionId": "T", "operation": number} for number in (2, 3)]
    assert bus.ids == ["T-transaction-1"]


def test_operation_that_does_not_start_is_parked_and_stops_no_other(bus: Bus) -> None:
    bus.unstarted = {2}

    assert relay(records(ready(1), ready(2), ready(3), an_event(4))) == {"batchItemFailures": []}

    assert [started["operation"] for started in bus.started] == [1, 3]
    assert bus.undelivered == [{"account": "demo", "transactionId": "T", "operation": 2}]
    assert (bus.ids, bus.parked) == (["T-transaction-4"], [])


def listeners_told(bus: Bus) -> list[Any]:
    """The listeners that each published event names, None for events without."""
    return [json.loads(entry["Detail"]).get("listeners") for entry in bus.published]


def test_status_change_names_what_the_account_has_configured(bus: Bus, feeds: FakeFeeds) -> None:
    change = an_event(1, EventType.ORDER_STATUS_CHANGED)
    relay(records(change))
    feeds.replace_hook("demo", None, Hook("vtexappkey-demo", "https://erp.example/hook"))
    relay(records(change, an_event(2)))
    feeds.replace_feed("demo", None, Feed("vtexappkey-demo", "F1"))
    feeds.replace_feed("other", None, Feed("vtexappkey-other", "F2"))
    relay(records(change))

    assert listeners_told(bus) == [[], ["hook"], None, ["feed", "hook"]]


def test_status_change_goes_to_all_when_the_table_does_not_tell_who_listens(
    bus: Bus, monkeypatch: pytest.MonkeyPatch
) -> None:
    def outage(account: str) -> list[str]:
        raise Unavailable("query: the table is throttled")

    monkeypatch.setattr(FakeFeeds, "listeners", lambda feeds, account: outage(account))
    relay(records(an_event(1, EventType.ORDER_STATUS_CHANGED)))

    assert (listeners_told(bus), bus.parked) == ([["feed", "hook"]], [])


def test_event_is_published_with_its_facts_and_without_what_connectors_said(bus: Bus) -> None:
    relay(records(an_event(1, request='{"card": "x"}', response="{}", deltas={"captured": 7000})))

    (entry,) = bus.published
    assert (entry["EventBusName"], entry["Source"], entry["DetailType"]) == ("quita", "quita", "PaymentSettled")
    assert entry["Time"] == NOON + timedelta(seconds=1)
    detail = json.loads(entry["Detail"])
    assert detail == {
        "version": 1,
        "id": "T-transaction-1",
        "account": "demo",
        "orderId": "O-01",
        "transactionId": "T",
        "paymentId": "P",
        "at": "2026-03-02T12:00:01+00:00",
        "actor": None,
        "value": 7000,
        "deltas": {"captured": 7000},
    }


@pytest.mark.parametrize(
    ("actor", "told"),
    [
        (Actor("erp", "anna"), {"appKey": "erp", "user": "anna"}),
        (Actor("erp"), {"appKey": "erp", "user": None}),
        (Actor(system=System.TIMER), {"system": "timer"}),
    ],
)
def test_event_is_published_with_who_caused_it(bus: Bus, actor: Actor, told: dict[str, Any]) -> None:
    commit = Commit("demo", "O-01", "T", events=[an_event(1), an_event(2)], actor=actor)

    relay(batch_of(itertools.chain(*writes("table", commit))))

    assert [json.loads(entry["Detail"])["actor"] for entry in bus.published] == [told, told]


def test_events_are_published_in_order_ten_at_a_time(bus: Bus) -> None:
    relay(records(*(an_event(number) for number in range(1, 24))))

    assert bus.ids == [f"T-transaction-{number}" for number in range(1, 24)]
    assert bus.batches == [10, 10, 3]


def test_refused_event_is_published_again_and_no_other_twice(bus: Bus) -> None:
    bus.refusals = {"T-transaction-2": 2}

    relay(records(an_event(1), an_event(2), an_event(3)))

    assert sorted(bus.ids) == ["T-transaction-1", "T-transaction-2", "T-transaction-3"]
    assert bus.batches == [3, 1, 1]
    assert bus.parked == []


def test_event_that_stays_refused_is_parked_whole(bus: Bus) -> None:
    bus.refusals = {"T-transaction-2": 100}

    answer = relay(records(an_event(1), an_event(2), an_event(3)))

    assert answer == {"batchItemFailures": []}
    assert bus.ids == ["T-transaction-1", "T-transaction-3"]
    (parked,) = bus.parked
    assert parked["type"] == "PaymentSettled"
    assert parked["at"] == "2026-03-02T12:00:02+00:00"
    assert parked["detail"]["id"] == "T-transaction-2"
    assert parked["detail"]["value"] == 7000


def test_batch_comes_again_when_parking_fails_too(bus: Bus) -> None:
    bus.refusals = {"T-transaction-1": 100}
    bus.queue_is_down = True

    with pytest.raises(ConnectionError):
        relay(records(an_event(1)))


def test_batch_that_comes_again_is_counted_once(
    bus: Bus, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("POWERTOOLS_METRICS_NAMESPACE", "quita")
    monkeypatch.setenv("POWERTOOLS_METRICS_DISABLED", "false")
    batch = records(an_event(1, deltas={"captured": 7000}), an_event(2))
    bus.refusals, bus.queue_is_down = {"T-transaction-2": 100}, True
    with pytest.raises(ConnectionError):
        relay(batch)
    assert "CapturedValue" not in capsys.readouterr().out

    bus.refusals = {}
    relay(batch)

    [line] = [line for line in capsys.readouterr().out.splitlines() if "CapturedValue" in line]
    assert (json.loads(line)["CapturedValue"], json.loads(line)["Currency"]) == ([7000.0], "unknown")


def test_hours_of_a_batch_are_counted_by_account_and_connector(bus: Bus, counters: FakeCounters) -> None:
    relay(
        records(
            an_event(1, connector="acme", noteToCaptureMs=500),
            an_event(2, connector="acme", noteToCaptureMs=500),
            an_event(3, EventType.CONNECTOR_REFUSED, connector="zeta", status=400),
            an_event(4, noteToCaptureMs=500),
        )
    )

    assert counters.raised == {
        Hour("demo", "acme", NOON): {"time.18": 2},
        Hour("demo", "zeta", NOON): {"failure.refused": 1},
    }


def test_figure_that_cannot_be_told_has_nothing_published_again(bus: Bus, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("functions.event_relay.app.emit", lambda figures: 1 / 0)

    assert relay(records(an_event(1, deltas={"captured": 7000}))) == {"batchItemFailures": []}

    assert bus.ids == ["T-transaction-1"]


def test_what_is_no_new_event_is_left(bus: Bus) -> None:
    (record,) = records(an_event(1))["Records"]
    other = codecs.to_wire({"PK": keys.order_partition("demo", "O-01"), "SK": keys.ORDER, "public": True})
    batch = [
        {**record, "eventName": "MODIFY"},
        {**record, "eventName": "REMOVE"},
        {"eventName": "INSERT", "dynamodb": {}},
        {"eventName": "INSERT", "dynamodb": {"NewImage": {k: v for k, v in other.items() if k != "public"}}},
    ]

    assert relay({"Records": batch}) == {"batchItemFailures": []}

    assert bus.published == bus.parked == []
    assert bus.batches == []


def test_empty_batch_is_nothing_to_do(bus: Bus) -> None:
    assert relay({"Records": []}) == {"batchItemFailures": []}


def test_event_that_spoils_its_call_is_parked_and_the_others_are_published_one_by_one(bus: Bus) -> None:
    bus.spoilers = {"T-transaction-2"}

    relay(records(an_event(1), an_event(2), an_event(3)))

    assert bus.ids == ["T-transaction-1", "T-transaction-3"]
    assert [parked["detail"]["id"] for parked in bus.parked] == ["T-transaction-2"]
    assert bus.batches == [3, 1, 1, 1, 1]


def test_throttled_events_are_tried_again_one_by_one(bus: Bus) -> None:
    bus.refusals = {f"T-transaction-{number}": 1 for number in range(1, 6)}

    relay(records(*(an_event(number) for number in range(1, 8))))

    assert sorted(bus.ids) == [f"T-transaction-{number}" for number in range(1, 8)]
    assert bus.batches == [7, 1, 1, 1, 1, 1]


def test_events_of_one_commit_are_published_in_their_order(bus: Bus) -> None:
    events = [
        an_event(2),
        an_event(1, EventType.ORDER_PLACED),
        an_event(1),
        an_event(3, EventType.ORDER_STATUS_CHANGED),
    ]

    relay(batch_of(itertools.chain(*writes("table", Commit("demo", "O-01", "T", events=events)))))

    assert bus.ids == ["T-transaction-1", "T-transaction-2", "T-transaction-3"]


def test_events_of_an_earlier_version_are_published(bus: Bus) -> None:
    order = an_order()
    commit = Commit("demo", order.order_id, order.transaction_id, order=order, events=[an_event(1), an_event(2)])

    relay(batch_of(writes_of_earlier_version("table", commit)))

    assert bus.ids == ["T-transaction-1", "T-transaction-2"]
    assert bus.parked == []


@pytest.mark.parametrize(
    ("written", "damage"),
    [
        (records_of_earlier_version, {"number": {"S": "one"}}),
        (records_of_earlier_version, {"type": {"S": "NobodyKnows"}}),
        (records_of_earlier_version, {"at": {"S": "yesterday"}}),
        (records_of_earlier_version, {"data": {"NULL": True}}),
        (records_of_earlier_version, {"account": None}),
        (records_of_earlier_version, {"type": {"S": "OperationReady"}}),
        (records, {"packed": {"B": "AAAA"}}),
        (records, {"packed": {"B": "not base64"}}),
        (records, {"packed": {"S": "text"}}),
        (records, {"packed": None}),
        (records, {"dictionary": {"N": "99"}}),
        (records, {"dictionary": None}),
    ],
)
def test_record_that_cannot_be_read_is_parked_whole_and_holds_up_no_other(
    bus: Bus, written: Callable[..., dict[str, Any]], damage: dict[str, Any]
) -> None:
    batch = written(an_event(1), an_event(2), an_event(3))
    image = batch["Records"][1]["dynamodb"]["NewImage"]
    for name, value in damage.items():
        image.pop(name) if value is None else image.update({name: value})

    assert relay(batch) == {"batchItemFailures": []}

    assert bus.ids == ["T-transaction-1", "T-transaction-3"]
    assert bus.parked == [{"record": batch["Records"][1]}]


def test_no_call_is_larger_than_the_bus_takes(bus: Bus) -> None:
    large = [an_event(number, reason="x" * 100_000) for number in range(1, 6)]

    relay(records(*large))

    assert bus.batches == [2, 2, 1]
    assert max(bus.bytes) <= MAX_BYTES


def test_event_too_large_for_the_bus_is_parked_by_its_name(bus: Bus) -> None:
    relay(records(an_event(1), an_event(2, reason="x" * MAX_BYTES), an_event(3)))

    assert bus.ids == ["T-transaction-1", "T-transaction-3"]
    (parked,) = bus.parked
    assert (parked["type"], parked["detail"]["id"]) == ("PaymentSettled", "T-transaction-2")
    assert parked["tooLarge"] > MAX_BYTES
    assert "reason" not in parked["detail"]
