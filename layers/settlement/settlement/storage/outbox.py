"""From the table's stream to events of the bus (docs of the events: the ``detail`` of each is what is made here)."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from settlement.domain.events import PUBLISHED, Event
from settlement.storage import codecs
from settlement.storage.log import LOG

MAX_ENTRIES = 10
"""Entries in one call of the bus."""

MAX_BYTES = 256 * 1024
"""Size of one entry, and of all in one call; the bus counts names and time too, for which there is room beside."""

_INTERNAL = frozenset({"request", "response"})
"""What connectors said stays in the timeline."""

_BESIDE_DETAIL = 512


@dataclass(frozen=True, slots=True)
class Entry:
    """A public event, ready for the bus."""

    type: str
    at: datetime
    detail: dict[str, Any]

    @property
    def text(self) -> str:
        """The detail as the bus takes it."""
        return json.dumps(self.detail)

    @property
    def size(self) -> int:
        """Bytes that the bus counts, or more."""
        return len(self.text.encode()) + _BESIDE_DETAIL

    @property
    def is_too_large(self) -> bool:
        """Whether the bus can never take it."""
        return self.size > MAX_BYTES


def entry_of(record: dict[str, Any]) -> Entry | None:
    """Return the public event that a stream record brings, None if it brings something else."""
    image = record.get("dynamodb", {}).get("NewImage")
    if record.get("eventName") != "INSERT" or not image or "public" not in image:
        return None
    item = codecs.from_wire({name: value for name, value in image.items() if name != LOG})
    return entry_of_event(item["account"], codecs.decode(Event, item))


def entry_of_event(account: str, event: Event) -> Entry | None:
    """Return a stored event as it leaves for the bus, None if it is internal."""
    if event.type not in PUBLISHED:
        return None
    facts = {name: value for name, value in event.data.items() if name not in _INTERNAL}
    detail = {
        "version": 1,
        "id": f"{event.transaction_id}-{event.writer}-{event.number}",
        "account": account,
        "orderId": event.order_id,
        "transactionId": event.transaction_id,
        "paymentId": event.payment_id,
        "at": event.at.isoformat(),
        **facts,
    }
    return Entry(event.type.value, event.at, detail)


def batches(entries: Iterable[Entry]) -> Iterator[list[Entry]]:
    """Yield entries in calls that the bus takes, in order: at most ten, and together not too large."""
    batch: list[Entry] = []
    for entry in entries:
        if batch and (len(batch) == MAX_ENTRIES or sum(held.size for held in batch) + entry.size > MAX_BYTES):
            yield batch
            batch = []
        batch.append(entry)
    if batch:
        yield batch
