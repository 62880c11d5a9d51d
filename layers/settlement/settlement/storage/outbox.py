"""Reads records of the table's stream: operations to start, events for the bus (docs/events.md), and entries."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import field
from datetime import datetime
from typing import Any, cast

from settlement.domain.bookkeeping.entry import Entry as JournalEntry
from settlement.domain.bookkeeping.entry import entries_of
from settlement.domain.events import PUBLISHED, Event, EventType
from settlement.domain.figures import Figure, figures_of
from settlement.domain.hourly_figures import Hour, counted, counters_of
from settlement.storage import codecs
from settlement.storage.event_record import record_of
from settlement.use_cases.shared.ports import DueOperation
from settlement.values import dataclass

MAX_ENTRIES = 10
"""Most entries in one call of the bus."""

MAX_BYTES = 256 * 1024
"""Largest entry, and largest call. The bus also counts names and time; its limit leaves room for them."""

_INTERNAL = frozenset({"request", "response", "dues"})
"""Fields that stay in the table: requests to connectors and their answers, and what the journal has of payouts."""

_BESIDE_DETAIL = 512

_NO_CURRENCY = "unknown"
"""The currency of records of earlier versions, which do not tell it."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A public event as the bus takes it."""

    type: str
    at: datetime
    detail: dict[str, Any]

    @property
    def text(self) -> str:
        """The detail as JSON text."""
        return json.dumps(self.detail)

    @property
    def size(self) -> int:
        """An upper bound of the bytes that the bus counts."""
        return len(self.text.encode()) + _BESIDE_DETAIL

    @property
    def is_too_large(self) -> bool:
        """True if the entry exceeds the bus's limit."""
        return self.size > MAX_BYTES


@dataclass(frozen=True, slots=True)
class Outgoing:
    """What leaves the table with one commit, in order: operations to start, events for the bus, figures to count.

    ``booked`` are the entries of the account's journal, and ``counters`` the names of the counters that each raises, by
    its event. ``hours`` has by how much all else raises the figures that the account's people are shown.
    """

    account: str = ""
    operations: list[DueOperation] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)
    figures: list[Figure] = field(default_factory=list)
    hours: dict[Hour, Counter[str]] = field(default_factory=dict)
    booked: list[JournalEntry] = field(default_factory=list)
    counters: dict[str, list[str]] = field(default_factory=dict)


def outgoing_of(record: dict[str, Any]) -> Outgoing:
    """Return what leaves with a stream record; nothing if it brings no events, or only internal ones.

    Raises ``ValueError``, ``LookupError`` or ``TypeError`` if it cannot be read.
    """
    image = record.get("dynamodb", {}).get("NewImage")
    if record.get("eventName") != "INSERT" or not image or "public" not in image:
        return Outgoing()
    written = record_of(codecs.from_wire(image))
    ready = [event for event in written.events if event.type is EventType.OPERATION_READY]
    booked = list(entries_of(written.events, written.currency)) if written.currency else []
    entered = {entry.event for entry in booked}
    return Outgoing(
        written.account,
        [DueOperation(written.account, event.transaction_id, cast(int, event.data["operation"])) for event in ready],
        [entry for event in written.events if (entry := entry_of_event(written.account, event)) is not None],
        [figure for event in written.events for figure in figures_of(event, written.currency or _NO_CURRENCY)],
        counted(written.account, [event for event in written.events if event.id not in entered]),
        booked,
        {event.id: names for event in written.events if event.id in entered and (names := counters_of(event))},
    )


def entry_of_event(account: str, event: Event) -> Entry | None:
    """Return a stored event as an entry for the bus, None if it is internal."""
    if event.type not in PUBLISHED:
        return None
    facts = {name: value for name, value in event.data.items() if name not in _INTERNAL}
    detail = {
        "version": 1,
        "id": event.id,
        "account": account,
        "orderId": event.order_id,
        "transactionId": event.transaction_id,
        "paymentId": event.payment_id,
        "at": event.at.isoformat(),
        "actor": None if event.actor is None else event.actor.facts,
        **facts,
    }
    return Entry(event.type.value, event.at, detail)


def batches(entries: Iterable[Entry]) -> Iterator[list[Entry]]:
    """Split entries, in order, into calls within the bus's limits of number and size."""
    batch: list[Entry] = []
    for entry in entries:
        if batch and (len(batch) == MAX_ENTRIES or sum(held.size for held in batch) + entry.size > MAX_BYTES):
            yield batch
            batch = []
        batch.append(entry)
    if batch:
        yield batch
