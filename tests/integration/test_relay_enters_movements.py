"""The relay and the journal: what moved money is entered once, however often its batch comes (D172)."""

import itertools
import json
from base64 import b64encode
from typing import Any, cast

import pytest
from aws_lambda_powertools.utilities.typing import LambdaContext

from functions.event_relay.app import handler
from settlement import bootstrap
from settlement.domain.events import Event, EventType
from settlement.domain.hourly_figures import Hour
from settlement.storage.writing import writes
from settlement.use_cases.shared.ports import Commit, Unavailable
from testkit.builders import NOON
from tests.support.feeds import FakeFeeds
from tests.support.hourly_counters import FakeCounters
from tests.support.journal import FakeEntryLog
from tests.support.lambda_context import Context
from tests.support.relay_targets import Bus


@pytest.fixture
def journal(monkeypatch: pytest.MonkeyPatch) -> FakeEntryLog:
    """The journals; a bus and feeds stand in the place of the process's clients."""
    journal, bus = FakeEntryLog(), Bus()
    monkeypatch.setenv("EVENT_BUS_NAME", "quita")
    monkeypatch.setenv("STATE_MACHINE_ARN", "workflow")
    monkeypatch.setenv("PARKED_EVENTS_QUEUE_URL", "parked")
    for client in ("events", "queues", "workflows"):
        monkeypatch.setattr(bootstrap, client, lambda: bus)
    monkeypatch.setattr(bootstrap, "feeds", FakeFeeds)
    monkeypatch.setattr(bootstrap, "entry_log", lambda: journal)
    monkeypatch.setattr(bootstrap, "now", lambda: NOON)
    return journal


def relay(*records: dict[str, Any]) -> None:
    handler({"Records": records}, cast(LambdaContext, Context()))


def record(number: int, account: str = "demo", currency: str = "JPY", **facts: Any) -> dict[str, Any]:
    """The stream record of a commit with a capture."""
    data = {"value": 100, "invoiceNumber": f"N{number}"} | facts
    events = [Event(EventType.PAYMENT_SETTLED, NOON, "transaction", number, "O-01", "T", "P", data)]
    [write] = itertools.chain(*writes("table", Commit(account, "O-01", "T", currency, events=events)))
    text = json.dumps(write["Put"]["Item"], default=lambda held: b64encode(held).decode())
    return {"eventName": "INSERT", "dynamodb": {"NewImage": json.loads(text), "SequenceNumber": str(number)}}


def moving(number: int, account: str = "demo", currency: str = "JPY") -> dict[str, Any]:
    return record(number, account, currency, deltas={"captured": 100}, connector="acme")


def test_movements_are_entered_in_the_journal_of_their_account(journal: FakeEntryLog) -> None:
    relay(moving(1), moving(2, "other"), record(9), moving(3))

    assert [(held.event, held.invoice, held.currency) for held in journal.entries("demo")] == [
        ("T-transaction-1", "N1", "JPY"),
        ("T-transaction-3", "N3", "JPY"),
    ]
    assert [held.event for held in journal.entries("other")] == ["T-transaction-2"]


def test_capture_is_counted_with_its_entry_and_not_beside_it(
    journal: FakeEntryLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    counters = FakeCounters()
    monkeypatch.setattr(bootstrap, "hourly_counters", lambda: counters)
    capture = record(1, deltas={"captured": 100}, connector="acme", noteToCaptureMs=500)

    relay(capture, record(2, connector="acme", noteToCaptureMs=500))
    relay(capture)

    assert journal.counted == {("acme", "time.18"): 1}
    assert counters.raised == {Hour("demo", "acme", NOON): {"time.18": 1}}


def test_batch_whose_movements_cannot_be_entered_comes_again_and_moves_once(
    journal: FakeEntryLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise Unavailable("put_item: throttled")

    with monkeypatch.context() as patch:
        patch.setattr(FakeEntryLog, "enter", refuse)
        with pytest.raises(Unavailable):
            relay(moving(1), moving(2))
    relay(moving(1), moving(2))
    relay(moving(1), moving(2))

    assert [held.event for held in journal.entries("demo")] == ["T-transaction-1", "T-transaction-2"]


def test_movement_of_a_version_that_told_no_currency_is_left_to_a_repair(journal: FakeEntryLog) -> None:
    relay(moving(1, currency=""))

    assert journal.entries("demo") == []
