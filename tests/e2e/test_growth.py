"""An order that has grown costs what a young one does, and its timeline is read back whole.

On a table of their own, which is like the service's but for its stream: nothing else works on it.
"""

import re
from collections.abc import Iterator, Sequence
from datetime import timedelta
from itertools import groupby
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit
from uuid import uuid4

import pytest

from bench.growth import MOST, Growth, grow, show
from operations.running_stack import Facts
from operations.tables import create_like
from settlement import bootstrap
from settlement.domain.events import Event, EventType
from settlement.storage.dynamodb import DynamoDBStore
from settlement.storage.writing import writes
from settlement.use_cases.shared.ports import Commit
from testkit.builders import ACCOUNT, NOON, ORDER_ID, TRANSACTION_ID, a_transaction
from testkit.shop import Shop
from tests.support.service import Service

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

INVOICES, RETURNS = 128, 22
EVENTS = 10_000
BATCH = 25
WRITERS = ("transaction", "leg-000002-0001", "leg-000002-0002", "operation-000002")
TIMELINE = f"/api/pvt/transactions/{TRANSACTION_ID}/interactions"


pytestmark = pytest.mark.timeout(900)


@pytest.fixture
def table(dynamodb: "DynamoDBClient", facts: Facts) -> Iterator[str]:
    """An empty table like the service's, which nothing listens to."""
    name = f"growth-{uuid4().hex[:8]}"
    create_like(dynamodb, facts.table_name, name)
    yield name
    dynamodb.delete_table(TableName=name)


def test_last_invoice_return_and_page_cost_what_the_first_did(dynamodb: "DynamoDBClient", table: str) -> None:
    compared = grow(Growth(dynamodb, table), INVOICES, RETURNS, 0)

    show(compared)
    for one in compared:
        assert one.ratio_of_requests_and_capacity <= MOST, one


def facts_of(first: int, many: int) -> list[Event]:
    """Events of four writers, several of each moment, some of them with a long answer of a connector."""
    return [
        Event(
            EventType.CONNECTOR_REFUSED,
            NOON + timedelta(milliseconds=number // 11),
            WRITERS[number % len(WRITERS)],
            number,
            ORDER_ID,
            TRANSACTION_ID,
            None,
            {"call": "settle", "asked": 100, "response": "x" * (4000 if number % 8 == 0 else 200)},
        )
        for number in range(first, first + many)
    ]


def write(dynamodb: "DynamoDBClient", table: str, events: Sequence[Event]) -> None:
    """Write events as commits do, those of a moment together."""
    moments = [list(held) for _, held in groupby(events, key=lambda event: event.at)]
    commits = [Commit(ACCOUNT, ORDER_ID, TRANSACTION_ID, events=held) for held in moments]
    puts: list[Any] = [
        {"PutRequest": {"Item": write["Put"]["Item"]}} for commit in commits for write in writes(table, commit)[1]
    ]
    for start in range(0, len(puts), BATCH):
        answer = dynamodb.batch_write_item(RequestItems={table: puts[start : start + BATCH]})
        assert not answer["UnprocessedItems"]


def ids(events: Sequence[Event]) -> list[str]:
    """The ids of events as the timeline shows them, newest first."""
    newest_first = sorted(events, key=lambda event: (event.at, event.writer, event.number), reverse=True)
    return [f"{TRANSACTION_ID}-{event.writer}-{event.number}" for event in newest_first]


def test_ten_thousand_events_are_read_back_whole_while_others_arrive(
    dynamodb: "DynamoDBClient", table: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = DynamoDBStore(dynamodb, table)
    store.commit(Commit(ACCOUNT, ORDER_ID, TRANSACTION_ID, transaction=a_transaction()))
    events = facts_of(1, EVENTS)
    write(dynamodb, table, events)
    service = Service(Shop(), monkeypatch)
    monkeypatch.setattr(bootstrap, "store", lambda: store)
    pages: list[list[str]] = []
    query: dict[str, str] | None = {"limit": "700"}

    while query is not None:
        heard = service.call("GET", TIMELINE, query=query)
        assert heard.status == 200
        pages.append([line["Id"] for line in heard.json])
        link = re.fullmatch(r'<(.+)>; rel="next"', heard.headers.get("Link", ""))
        query = dict(parse_qsl(urlsplit(link[1]).query)) if link else None
        write(dynamodb, table, facts_of(2 * EVENTS + len(pages), 1))

    assert all(len(page) <= 700 for page in pages)
    assert len(pages) > EVENTS / 700
    assert [line for page in pages for line in page] == ids(events)
