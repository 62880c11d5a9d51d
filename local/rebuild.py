"""Makes every order and transaction anew from their events alone, in an empty table.

python -m local.rebuild --from TABLE|FOLDER --to TABLE [--region REGION] [--endpoint URL]

The events come from a table (one restored from a backup, say) or from the folder of a DynamoDB export to S3, brought
here: its files of JSON lines, compressed or not. What is not in the events is not made: app keys, settings, connectors,
feeds and hooks, and what may tell of a shopper (cards, embedded documents, additional data). See the README.
"""

from __future__ import annotations

import argparse
import gzip
import json
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import boto3

from local.progress import StackError, say
from settlement.storage import codecs, keys
from settlement.storage.log import replay

_AT_ONCE = 25


def main() -> int:
    """Print how much was made of how many events."""
    parser = argparse.ArgumentParser(prog="local.rebuild", description=__doc__)
    parser.add_argument("--from", dest="source", required=True, help="a table's name, or a folder with an export")
    parser.add_argument("--to", required=True, help="an empty table with the keys and indexes of the template's")
    parser.add_argument("--region")
    parser.add_argument("--endpoint", help="address of the local AWS")
    arguments = parser.parse_args()
    client = boto3.client("dynamodb", region_name=arguments.region, endpoint_url=arguments.endpoint)
    folder = Path(arguments.source)
    try:
        require_empty(client, arguments.to)
        events = read_export(folder) if folder.is_dir() else read_table(client, arguments.source)
        made, of = rebuild(client, arguments.to, events)
    except StackError as error:
        print(f"\n{error}", file=sys.stderr)
        return 1
    say(f"{made} items made of {of} events")
    return 0


def require_empty(client: Any, table: str) -> None:
    """Raise StackError if anything is in a table: what is there must not be mixed with what was."""
    if client.scan(TableName=table, Limit=1, ConsistentRead=True)["Items"]:
        raise StackError(f"Table {table} is not empty.")


def read_table(client: Any, table: str) -> Iterator[dict[str, Any]]:
    """Yield the events of a table as they are stored."""
    pages = client.get_paginator("scan").paginate(
        TableName=table,
        FilterExpression="begins_with(SK, :events)",
        ExpressionAttributeValues={":events": {"S": keys.EVENTS}},
        ConsistentRead=True,
    )
    for page in pages:
        yield from page["Items"]


def read_export(folder: Path) -> Iterator[dict[str, Any]]:
    """Yield the events of an export: JSON lines, each with one item."""
    for file in sorted([*folder.rglob("*.json"), *folder.rglob("*.json.gz")]):
        with gzip.open(file, "rt", encoding="utf-8") if file.suffix == ".gz" else file.open(encoding="utf-8") as lines:
            for line in lines:
                item = json.loads(line).get("Item", {})
                if item.get("SK", {}).get("S", "").startswith(keys.EVENTS):
                    yield _with_bytes(item)


def rebuild(client: Any, table: str, events: Iterable[dict[str, Any]]) -> tuple[int, int]:
    """Write the events, and every item that they tell of, into a table; return how many items, of how many events."""
    by_transaction: dict[str, list[dict[str, Any]]] = {}
    for event in events:
        by_transaction.setdefault(event["PK"]["S"], []).append(event)
    made = of = 0
    for found in by_transaction.values():
        items = [codecs.to_wire(item) for item in replay(map(codecs.from_wire, found)).values()]
        _write(client, table, [*found, *items])
        made, of = made + len(items), of + len(found)
    return made, of


def _write(client: Any, table: str, items: list[dict[str, Any]]) -> None:
    for first in range(0, len(items), _AT_ONCE):
        left = {table: [{"PutRequest": {"Item": item}} for item in items[first : first + _AT_ONCE]]}
        while left:
            left = client.batch_write_item(RequestItems=left).get("UnprocessedItems", {})


def _with_bytes(item: dict[str, Any]) -> dict[str, Any]:
    """Binary attributes are base64 in an export."""
    from base64 import b64decode

    return {name: {"B": b64decode(value["B"])} if "B" in value else value for name, value in item.items()}


if __name__ == "__main__":
    sys.exit(main())
