"""Rebuilds every order and transaction from its events, in an empty table.

The source is a table (for instance one restored from a backup) or a local copy of a DynamoDB export to S3: its files of
JSON lines, compressed or not. If the target does not exist, it is created like the source. Journals are copied, since
their order is their own. Other data outside of the events is not rebuilt: app keys, settings, connectors, feeds and
hooks, and personal data (shoppers and what finds orders by them, cards, embedded documents, additional data).
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from operations.output import CommandError, Output
from operations.tables import create_like
from settlement.storage import codecs, keys
from settlement.storage.log import replay

_AT_ONCE = 25

_CLAIM = keys.access_key("", "")[1]
"""Sort key of the pointers from access keys to their invoices: other items of orders are below their partitions."""

Events = list[dict[str, Any]]
"""The stored events of one transaction, in any order."""


def rebuild_table(source: str, table: str, client: Any, output: Output) -> int:
    """Rebuild ``table`` from the events in a table or a folder; return the exit code.

    Raises ``CommandError`` if the source does not exist or the target is not empty.
    """
    folder = Path(source)
    from_folder = folder.is_dir()
    if not from_folder and not _exists(client, source):
        raise CommandError(f"There is no table and no folder {source}.")
    prepare(client, table, None if from_folder else source, output)
    made, of = rebuild(client, table, read_export(folder) if from_folder else read_table(client, source), output)
    copy_journals(client, table, lots_of_export(folder) if from_folder else lots_of_table(client, source))
    if not of:
        return output.nothing(f"There are no events in {source}: nothing was rebuilt.", items=0, events=0)
    output.say(f"{made} items rebuilt from {of} events, in {table}")
    return output.end(items=made, events=of, table=table)


def prepare(client: Any, table: str, model: str | None, output: Output) -> None:
    """Check that a table is empty, or create it like its model.

    Raises ``CommandError`` if there is no model, or if the table is not empty: its items must not be mixed with rebuilt
    ones.
    """
    if not _exists(client, table):
        if model is None:
            raise CommandError(f"There is no table {table}.")
        create_like(client, model, table)
        output.say(f"created table {table}, with the keys and indexes of {model}")
    elif client.scan(TableName=table, Limit=1, ConsistentRead=True)["Items"]:
        raise CommandError(f"Table {table} is not empty.")


def _exists(client: Any, table: str) -> bool:
    try:
        client.describe_table(TableName=table)
    except client.exceptions.ResourceNotFoundException:
        return False
    return True


def read_table(client: Any, table: str) -> Iterator[Events]:
    """Yield the events of each transaction of a table."""
    events = {":events": {"S": keys.EVENTS}}
    scan = client.get_paginator("scan").paginate(
        TableName=table,
        FilterExpression="begins_with(SK, :events)",
        ExpressionAttributeValues=events,
        ProjectionExpression="PK",
        ConsistentRead=True,
    )
    seen = set()
    for transaction in (item["PK"]["S"] for page in scan for item in page["Items"]):
        if transaction in seen:
            continue
        seen.add(transaction)
        query = client.get_paginator("query").paginate(
            TableName=table,
            KeyConditionExpression="PK = :transaction AND begins_with(SK, :events)",
            ExpressionAttributeValues={":transaction": {"S": transaction}, **events},
            ConsistentRead=True,
        )
        yield [item for page in query for item in page["Items"]]


def read_export(folder: Path) -> Iterator[Events]:
    """Yield the events of each transaction of an export: JSON lines, each with one item.

    An export has no order, so all of its events are held in memory.
    """
    by_transaction: dict[str, Events] = {}
    for item in _exported(folder):
        if _sort_key(item).startswith(keys.EVENTS):
            by_transaction.setdefault(item["PK"]["S"], []).append(_with_bytes(item))
    yield from by_transaction.values()


def rebuild(client: Any, table: str, transactions: Iterable[Events], output: Output) -> tuple[int, int]:
    """Write the events and the items rebuilt from them into a table; return the numbers of items and events.

    An access key that has passed from one invoice to another is in the logs of several transactions; the newest claim
    is written, in whatever order they are read.
    """
    made = of = 0
    passed_on: dict[str, dict[str, Any]] = {}
    for events in output.counted(transactions, "transactions"):
        rebuilt = replay(map(codecs.from_wire, events))
        for (partition, sort_key), item in rebuilt.items():
            if sort_key == _CLAIM and item.get("version", 0) > 0:
                passed_on[partition] = max(passed_on.get(partition, item), item, key=lambda held: int(held["version"]))
        items = [codecs.to_wire(item) for item in rebuilt.values()]
        _write(client, table, [*events, *items])
        made, of = made + len(items), of + len(events)
    _write(client, table, [codecs.to_wire(item) for item in passed_on.values()])
    return made, of


def lots_of_table(client: Any, table: str) -> Iterator[dict[str, Any]]:
    """Yield the lots of all journals of a table."""
    scan = client.get_paginator("scan").paginate(
        TableName=table,
        FilterExpression="begins_with(SK, :lots)",
        ExpressionAttributeValues={":lots": {"S": keys.LOTS}},
        ConsistentRead=True,
    )
    return (item for page in scan for item in page["Items"])


def lots_of_export(folder: Path) -> Iterator[dict[str, Any]]:
    """Yield the lots of all journals of an export."""
    return (_with_bytes(item) for item in _exported(folder) if _sort_key(item).startswith(keys.LOTS))


def copy_journals(client: Any, table: str, lots: Iterable[dict[str, Any]]) -> None:
    """Write the lots of journals into a table, as they are."""
    batch: list[dict[str, Any]] = []
    for lot in lots:
        batch.append(lot)
        if len(batch) == _AT_ONCE:
            _write(client, table, batch)
            batch = []
    _write(client, table, batch)


def _exported(folder: Path) -> Iterator[dict[str, Any]]:
    for file in sorted([*folder.rglob("*.json"), *folder.rglob("*.json.gz")]):
        with gzip.open(file, "rt", encoding="utf-8") if file.suffix == ".gz" else file.open(encoding="utf-8") as lines:
            for line in lines:
                yield json.loads(line).get("Item", {})


def _sort_key(item: dict[str, Any]) -> str:
    return str(item.get("SK", {}).get("S", ""))


def _write(client: Any, table: str, items: list[dict[str, Any]]) -> None:
    for first in range(0, len(items), _AT_ONCE):
        left = {table: [{"PutRequest": {"Item": item}} for item in items[first : first + _AT_ONCE]]}
        while left:
            left = client.batch_write_item(RequestItems=left).get("UnprocessedItems", {})


def _with_bytes(item: dict[str, Any]) -> dict[str, Any]:
    """Return an item of an export with its binary attributes decoded from base64."""
    from base64 import b64decode

    return {name: {"B": b64decode(value["B"])} if "B" in value else value for name, value in item.items()}
