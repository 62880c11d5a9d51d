"""Metrics are sums of what was committed: the lines of a run add up to its ledger, its list and its calls (D146)."""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from settlement.domain.audit.open_value import OpenValue, open_value
from settlement.domain.events import EventType
from settlement.domain.figures import VALUES
from settlement.domain.ledger.ledger import Counters
from settlement.domain.transaction.operation import OperationKind
from settlement.domain.transaction.payment import Authorisation
from settlement.metrics import emit
from settlement.use_cases.recovery.retry_operation import retry_operation
from settlement.use_cases.upkeep.audit_slice import audit_slice, begin_audits
from settlement.use_cases.upkeep.measure_work import measure_work
from testkit.builders import ACCOUNT, NOON, a_new_payment, a_payment
from testkit.shop import Shop
from tests.crash.invariants import EVERY_EVENT
from tests.crash.playing import every_story
from tests.crash.stories import STORIES, Story
from tests.support.deployment import Deployment
from tests.support.effects import Effects
from tests.support.tables import FakeTable
from tests.support.timers import DAY, lapses_after
from tests.support.work import told_to_wait

FAILURES = {
    EventType.CONNECTOR_CALL_UNRESOLVED: "unresolved",
    EventType.CONNECTOR_REFUSED: "refused",
    EventType.PAYMENT_DENIED: "denied",
    EventType.MANUAL_REFUND_REQUIRED: "manual",
    EventType.MANUAL_CANCELLATION_REQUIRED: "manual",
}
UNRESOLVED = ("no-answer", "server-error", "unusable-answer")


@dataclass
class Told:
    """What lines of CloudWatch's embedded metric format tell, added up by metric and dimension."""

    sums: Counter[tuple[str, ...]] = field(default_factory=Counter)
    values: dict[str, list[float]] = field(default_factory=dict)

    def of(self, name: str, *dimensions: str) -> int:
        return self.sums[name, *dimensions]

    def by_dimension(self, name: str) -> dict[str, int]:
        """The sums of a metric with one dimension, without those that are 0."""
        return {key[1]: value for key, value in self.sums.items() if key[0] == name and value}


def told_by(output: str) -> Told:
    told = Told()
    for line in output.splitlines():
        document = json.loads(line) if line.startswith("{") else {}
        for directive in document.get("_aws", {}).get("CloudWatchMetrics", ()):
            [dimensions] = directive["Dimensions"]
            where = tuple(str(document[name]) for name in dimensions if name != "service")
            for metric in directive["Metrics"]:
                values = document[metric["Name"]]
                told.sums[(metric["Name"], *where)] += round(sum(values))
                told.values.setdefault(metric["Name"], []).extend(values)
    return told


def calls_that_failed(deployment: Deployment) -> Iterator[str]:
    """What each call came to that did not do as asked; a window that is over, or a person's word, is no call."""
    transaction_id = deployment.transaction.transaction_id
    for event in deployment.store.events(ACCOUNT, transaction_id, EVERY_EVENT, None).items:
        is_call = event.data.get("request") != "not sent" and (event.actor is None or event.actor.app_key is None)
        if event.type in FAILURES and is_call:
            yield FAILURES[event.type]


@every_story
def test_figures_of_a_story_are_its_ledger_its_work_and_its_failures(
    story: Story, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    deployment = Deployment(monkeypatch, FakeTable(), Effects())
    monkeypatch.setenv("POWERTOOLS_METRICS_DISABLED", "false")
    for _ in story.tell(deployment):
        pass
    deployment.settle_down()
    told = told_by(capsys.readouterr().out)

    store, transaction = deployment.store, deployment.transaction
    ledger = sum((payment.counters for payment in store.payments(ACCOUNT, transaction.transaction_id)), Counters())
    for counter, metric in VALUES.items():
        assert told.of(metric, "BRL") == getattr(ledger, counter), metric
    opened, closed = told.by_dimension("WorkItemsOpened"), told.by_dimension("WorkItemsClosed")
    events = store.events(ACCOUNT, transaction.transaction_id, EVERY_EVENT, None).items
    waiting = Counter(id_.partition(".")[0] for id_ in told_to_wait(events).elements())
    assert Counter(opened) - Counter(closed) == waiting
    failures = Counter[str]()
    for kind, count in told.by_dimension("ConnectorFailures").items():
        failures["unresolved" if kind in UNRESOLVED else kind] += count
    assert failures == Counter(calls_that_failed(deployment))


def test_time_from_note_to_capture_is_that_of_invoice_and_capture(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    [story] = [story for story in STORIES if story.name == "settle-in-part"]
    deployment = Deployment(monkeypatch, FakeTable(), Effects())
    monkeypatch.setenv("POWERTOOLS_METRICS_DISABLED", "false")
    for _ in story.tell(deployment):
        pass
    told = told_by(capsys.readouterr().out)

    store, transaction = deployment.store, deployment.transaction
    notes = {
        held.sequence: held.accepted_at
        for held in store.operations(ACCOUNT, transaction.transaction_id)
        if held.kind is OperationKind.SETTLE
    }
    took = [
        settlement.settled_at - notes[int(settlement.number.split("-")[0])]
        for payment in store.payments(ACCOUNT, transaction.transaction_id)
        for settlement in store.settlements(ACCOUNT, transaction.transaction_id, payment.payment_id)
        if settlement.settled_at is not None
    ]
    assert took
    assert told.values["NoteToCaptureTime"] == [time // timedelta(milliseconds=1) for time in took]


def test_time_of_a_capture_counts_from_the_note_through_all_attempts(shop: Shop) -> None:
    placed = shop.open(a_new_payment(10000, "partial"))
    shop.provider.usually("settle", "500")
    placed.invoice("N1", 7000)
    noted_at = shop.clock()
    shop.provider.usually("settle", "ok")
    shop.pass_time(timedelta(minutes=3))

    [settled] = placed.said(EventType.PAYMENT_SETTLED)
    assert settled.at - noted_at >= timedelta(minutes=1)
    assert settled.data["noteToCaptureMs"] == (settled.at - noted_at) // timedelta(milliseconds=1)


def test_capture_of_a_retried_operation_has_no_time(shop: Shop) -> None:
    """How long a person took to have it retried is not how long the service took."""
    placed = shop.open(a_new_payment(10000, "partial"))
    shop.provider.script("settle", "400")
    placed.invoice("N1", 7000)
    retry_operation(shop.ports, ACCOUNT, placed.transaction_id, placed.operation.sequence)
    placed.run()

    [settled] = placed.said(EventType.PAYMENT_SETTLED)
    assert "noteToCaptureMs" not in settled.data


def test_work_of_every_account_is_counted(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("POWERTOOLS_METRICS_NAMESPACE", "quita")
    placed = shop.open(a_new_payment(10000, "partial"))
    placed.invoice("N1", 10000)
    shop.provider.usually("refund", "501")
    for number, value in enumerate((2500, 300)):
        placed.give_back(f"R{number}", value)
    begin_audits(shop.store, [ACCOUNT], shop.clock())

    emit(measure_work(shop.ports))

    told = told_by(capsys.readouterr().out)
    assert told.by_dimension("WorkItemsOpen") == {"manual-refund": 2}
    assert told.of("WorkValueOpen", "BRL", "manual-refund") + told.of("WorkValueOpen", "manual-refund", "BRL") == 2800
    assert (told.of("ManualWorkOpen"), told.of("ValueInDoubtOpen")) == (2, 0)
    assert told.values["ValueInDoubtOpen"] == [0], "an alarm ends by a 0, not by silence"


def test_open_value_is_told_once_in_each_pass_of_the_audit(shop: Shop) -> None:
    lapses_after(shop, 7 * DAY)
    orders = [shop.open(a_new_payment(10000, "partial"), order_id=f"o-{number}") for number in range(45)]
    for number, placed in enumerate(orders):
        placed.invoice("N1", 100 + number)
    shop.clock.advance(5 * DAY)
    begin_audits(shop.store, [ACCOUNT], shop.clock())

    opened = []
    for _ in range(5):
        opened.append(audit_slice(shop.ports, lambda: True).opened)
        shop.clock.advance(timedelta(minutes=1))

    recounted = sum(payment.counters.available for placed in orders for payment in placed.payments)
    [[told]] = [found for found in opened if found]
    assert (told.currency, told.days_left, told.value) == ("BRL", "1-to-3", recounted)


@pytest.mark.parametrize(
    ("lapses_in", "days_left"),
    [
        (None, "no-lapse"),
        (timedelta(hours=-1), "under-1"),
        (timedelta(hours=23), "under-1"),
        (timedelta(days=1), "1-to-3"),
        (timedelta(days=3), "3-to-7"),
        (timedelta(days=7), "over-7"),
    ],
)
def test_open_value_is_told_by_the_days_that_are_left(lapses_in: timedelta | None, days_left: str) -> None:
    lapses_at = None if lapses_in is None else NOON + lapses_in
    counters = Counters(authorised=1000, captured=300)
    approved = a_payment(authorisation=Authorisation.APPROVED, cancel_at=lapses_at, counters=counters)
    denied = a_payment(authorisation=Authorisation.DENIED, counters=counters)

    assert open_value([approved, denied], "BRL", NOON) == [OpenValue("BRL", days_left, 700)]
