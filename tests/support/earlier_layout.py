"""Writes of a commit as they were before records of events (D117): an item for each event, the log on the smallest."""

import itertools
import json
import zlib
from collections.abc import Iterator
from typing import Any

from settlement.domain.events import PUBLISHED
from settlement.storage import codecs, keys
from settlement.storage.event_record import record_of
from settlement.storage.writing import writes
from settlement.use_cases.shared.ports import Commit


def writes_of_earlier_version(table: str, commit: Commit) -> Iterator[dict[str, Any]]:
    """Yield every write of a commit."""
    write: Any
    for write in itertools.chain(*writes(table, commit)):
        item = write["Put"]["Item"] if "Put" in write else {}
        if not item or not item["SK"]["S"].startswith(keys.EVENTS):
            yield dict(write)
            continue
        record = record_of(codecs.from_wire(item))
        events: list[codecs.Item] = []
        for event in record.events:
            key = {"PK": item["PK"]["S"], "SK": keys.event(event.at, event.writer, event.number)}
            public = {"public": True} if event.type in PUBLISHED else {}
            events.append(key | codecs.encode(event) | {"account": record.account} | public)
        if record.log:
            text = json.dumps(record.log, separators=(",", ":")).encode()
            min(events, key=lambda held: len(json.dumps(held)))["log"] = zlib.compress(text, 9)
        for held in events:
            guard = {"ConditionExpression": "attribute_not_exists(PK)"}
            yield {"Put": {"TableName": table, "Item": codecs.to_wire(held), **guard}}
