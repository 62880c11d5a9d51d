"""An order's life by the use cases in this process, on a table of its own in the running stack, where no workflow runs.

The connector is a fake in this process, so that figures hold what the service itself costs.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from bench.figures import Figures
from bench.meter import Consumption, Meter, size_of
from bench.transitions import definition_of, transitions_of
from local.deployment import client
from local.emulator import aws_environment
from operations.running_stack import LOCAL_REGION, Facts
from operations.tables import create_like
from settlement.domain.actor import Actor
from settlement.domain.connectors.connector import Mode
from settlement.domain.events import PUBLISHED, Event
from settlement.domain.order.invoice import InvoiceType
from settlement.domain.order.order import LineMention
from settlement.storage.dynamodb import DynamoDBStore
from settlement.storage.dynamodb_client import DynamoDB
from settlement.storage.writing import writes
from settlement.use_cases.orders.notify_invoice import Notification, notify_invoice
from settlement.use_cases.orders.place_order import NewLine, place_order
from settlement.use_cases.orders.start_handling import start_handling
from settlement.use_cases.shared.ports import Commit, Ports
from settlement.use_cases.workflow.attempt_operation import AttemptTask, attempt_operation
from testkit.builders import ACCOUNT, a_connector, a_new_order, a_new_payment
from testkit.configuring import save_connector
from testkit.provider import FakeProvider

ROUNDS = 15


class _Held(Exception):
    """A commit was held back."""


class _Holding(DynamoDBStore):
    """A store that keeps a commit instead of writing it."""

    held: Commit | None = None

    def commit(self, commit: Commit) -> None:
        self.held = commit
        raise _Held


@dataclass(frozen=True, slots=True)
class Consumed:
    """What a partial invoice took of DynamoDB; its public events, and the commits that have some."""

    request: Consumption
    settlement: Consumption
    public_events: int
    public_commits: int


class _Remembering(DynamoDBStore):
    """A store that remembers what it has written."""

    def __init__(self, dynamodb: Any, table: str) -> None:
        super().__init__(dynamodb, table)
        self.commits: list[Commit] = []

    def commit(self, commit: Commit) -> None:
        super().commit(commit)
        self.commits.append(commit)


class OwnTable:
    """Orders on a table of their own."""

    def __init__(self, dynamodb: Any, table: str) -> None:
        self.table = table
        self.dynamodb = dynamodb
        self.store = _Remembering(dynamodb, table)
        self.ports = Ports(self.store, lambda: datetime.now(UTC), lambda: uuid4().hex.upper(), Actor("key"))
        self.provider = FakeProvider()

    def open(self, value: int = 10000) -> tuple[str, str]:
        """Place an order of 100.00 or another value with one line of many units, authorise it and start handling.

        Return its id and its transaction's.
        """
        shoes = NewLine("A", "Shoe", value - 2000, 1, 1)
        new = a_new_order(a_new_payment(value, "partial"), value=value, lines=(shoes,))
        heads = place_order(self.ports, ACCOUNT, new)
        order_id, transaction_id = heads.order.order_id, heads.transaction.transaction_id
        self.attempt(transaction_id, 1)
        start_handling(self.ports, ACCOUNT, order_id)
        return order_id, transaction_id

    def notify(self, order_id: str, number: str, value: int, type_: InvoiceType = InvoiceType.OUTPUT) -> None:
        """Notify an invoice of one line."""
        notify_invoice(self.ports, ACCOUNT, order_id, _invoice(number, value, type_))

    def attempt(self, transaction_id: str, sequence: int) -> str:
        """Run the operation's attempt; return its outcome."""
        task = AttemptTask(ACCOUNT, transaction_id, sequence, uuid4().hex, self.ports.now())
        return attempt_operation(self.ports, self.provider, task, "https://gateway.example").outcome

    def life(self) -> None:
        """Authorise, capture three invoices, refund a return."""
        order_id, transaction_id = self.open()
        for sequence, value in enumerate((4000, 3000, 3000), start=2):
            self.notify(order_id, f"N{sequence}", value)
            self.attempt(transaction_id, sequence)
        self.notify(order_id, "D1", 1000, InvoiceType.INPUT)
        self.attempt(transaction_id, 5)


@contextmanager
def table_like_the_stacks(facts: Facts) -> Iterator[str]:
    """Make an empty table, and delete it afterwards; yield its name."""
    table, boto3 = f"bench-{uuid4().hex[:8]}", client("dynamodb", facts.aws_port)
    create_like(boto3, facts.table_name, table)
    try:
        yield table
    finally:
        boto3.delete_table(TableName=table)


@contextmanager
def own_table(facts: Facts, dynamodb: Any) -> Iterator[OwnTable]:
    """Make a table with a connector, and delete it afterwards."""
    with table_like_the_stacks(facts) as table:
        made = OwnTable(dynamodb, table)
        save_connector(made.ports.store, ACCOUNT, a_connector("partial", Mode.PARTIAL))
        yield made


def _invoice(number: str, value: int, type_: InvoiceType = InvoiceType.OUTPUT) -> Notification:
    return Notification(type_, number, value, "2026-03-02T14:00:00Z", (LineMention("A", value, 1),))


def measure_consumption(facts: Facts, figures: Figures) -> Consumed:
    """Measure what one partial invoice with its settlement consumes of DynamoDB, as boto3 reports it."""
    dynamodb = client("dynamodb", facts.aws_port)
    meter = Meter(dynamodb)
    with own_table(facts, dynamodb) as mine:
        order_id, transaction_id = mine.open()
        mine.notify(order_id, "N1", 2000)
        mine.attempt(transaction_id, 2)
        before = _kept(mine)
        mine.store.commits.clear()
        with meter.measure() as request:
            mine.notify(order_id, "N2", 5000)
        with meter.measure() as settlement:
            outcome = mine.attempt(transaction_id, 3)
        kept = _kept(mine) - before
        public = [events for commit in mine.store.commits if (events := _public_events(commit))]
    figures.heading("One partial invoice of one line, on one payment, with its settlement")
    figures.add("request_write_units", "the request: written", request.write_units, "units")
    figures.add("request_read_units", "the request: read", request.read_units, "units")
    figures.add("settlement_write_units", "its settlement: written", settlement.write_units, "units")
    figures.add("settlement_read_units", "its settlement: read", settlement.read_units, "units")
    figures.add("invoice_write_units", "both: written", request.write_units + settlement.write_units, "units")
    figures.add("invoice_read_units", "both: read", request.read_units + settlement.read_units, "units")
    figures.add("invoice_bytes_kept", "bytes that stay in the table", kept, "bytes")
    transitions = transitions_of(definition_of(facts), outcome)
    figures.add("settlement_transitions", "state transitions of its settlement", transitions)
    return Consumed(request, settlement, sum(map(len, public)), len(public))


def _public_events(commit: Commit) -> list[Event]:
    return [event for event in commit.events if event.type in PUBLISHED]


def _kept(mine: OwnTable) -> int:
    pages = mine.dynamodb.get_paginator("scan").paginate(TableName=mine.table)
    return sum(size_of(item) for page in pages for item in page["Items"])


def measure_cpu(facts: Facts, figures: Figures) -> tuple[float, float]:
    """Measure CPU of this process against that of POST invoice's write sent by boto3 alone, round by round.

    Return the seconds of POST invoice and of its settlement.
    """
    environment = aws_environment(facts.aws_port)
    boto3 = client("dynamodb", facts.aws_port)
    endpoint = environment["AWS_ENDPOINT_URL"]
    light = DynamoDB(endpoint, LOCAL_REGION, environment, connect_seconds=5, try_seconds=30, tries=3)
    with own_table(facts, light) as mine:
        rounds = [_round(mine, boto3) for _ in range(ROUNDS)]
    raw, post, settlement, job = (statistics.median(costs) for costs in zip(*rounds, strict=True))
    figures.heading(
        f"CPU of the calling process, ÷ the write of POST invoice by boto3 alone; median of {ROUNDS} rounds"
    )
    figures.add("raw_write_ms", "that write", raw * 1000, "ms")
    figures.add("post_invoice_cpu_over_raw_write", "POST invoice, the use case", post / raw)
    figures.add("settlement_cpu_over_raw_write", "one settlement", settlement / raw)
    figures.add("job_cpu_over_raw_write", "a life: authorise, 3 captures, 1 refund", job / raw)
    return post, settlement


def _round(mine: OwnTable, boto3: Any) -> tuple[float, float, float, float]:
    """Return the CPU seconds of the raw write, POST invoice, its settlement, and a whole life."""
    order_id, _ = mine.open()
    holding = _Holding(mine.dynamodb, mine.table)
    ports = Ports(holding, mine.ports.now, mine.ports.new_id, Actor("key"))
    with suppress(_Held):
        notify_invoice(ports, ACCOUNT, order_id, _invoice("N1", 5000))
    assert holding.held is not None
    _, items = writes(mine.table, holding.held)
    raw = _cpu(lambda: boto3.transact_write_items(TransactItems=items))
    order_id, transaction_id = mine.open()
    post = _cpu(lambda: mine.notify(order_id, "N1", 5000))
    settlement = _cpu(lambda: mine.attempt(transaction_id, 2))
    return raw, post, settlement, _cpu(mine.life)


def _cpu(action: Callable[[], object]) -> float:
    started = time.process_time()
    action()
    return time.process_time() - started
