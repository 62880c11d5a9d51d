"""The record of one commit: its events and its log, packed into one item (D63, D117).

The content is JSON, compressed with a dictionary of what most records have in common. Tables of earlier versions hold
an item for each event; they are read as well.
"""

import json
import zlib
from base64 import b64decode
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from settlement.domain.actor import Actor
from settlement.domain.bookkeeping.entry import is_booked
from settlement.domain.events import RELAYED, Event, is_of_work
from settlement.domain.figures import is_measured
from settlement.storage import codecs, keys
from settlement.storage.record_dictionaries import DICTIONARIES, NEWEST
from settlement.values import dataclass

_PACKED, _DICTIONARY, _PUBLIC = "packed", "dictionary", "public"
_LOG_OF_EARLIER_VERSIONS = "log"

Log = list[list[Any]]
"""The changes of a commit, each with partition, sort key and attributes; ``storage/log.py`` reads and writes it."""


@dataclass(frozen=True, slots=True)
class EventRecord:
    """The events of one commit in their order, its actor, and its log; empty if it changed no logged item.

    ``currency`` is the transaction's; empty if no event adds to a figure or moves money, and in records of earlier
    versions.
    """

    account: str
    events: Sequence[Event]
    log: Log
    actor: Actor | None = None
    currency: str = ""

    @property
    def newest(self) -> Event:
        """The last event, which names the record; events of work are told after their cause."""
        return next((event for event in reversed(self.events) if not is_of_work(event.writer)), self.events[-1])

    @property
    def sort_key(self) -> str:
        """The key of the record: records sort as their last events do."""
        return keys.event(self.newest.at, self.newest.writer, self.newest.number)


def in_order(events: Sequence[Event]) -> list[Event]:
    """Sort the events of one commit by time, writer and number, those of work last."""
    return sorted(events, key=lambda event: (event.at, is_of_work(event.writer), event.writer, event.number))


def packed(record: EventRecord) -> codecs.Item:
    """Return the attributes of a record; ``public`` has the stream's filter let it pass, to the relay."""
    content: dict[str, Any] = {"account": record.account, "events": [_encoded(event) for event in record.events]}
    if record.log:
        content["log"] = record.log
    if record.actor is not None:
        content["actor"] = codecs.encode(record.actor)
    is_counted = any(is_measured(event) or is_booked(event) for event in record.events)
    if is_counted and record.currency:
        content["currency"] = record.currency
    compressor = zlib.compressobj(9, wbits=-zlib.MAX_WBITS, zdict=DICTIONARIES[NEWEST])
    text = json.dumps(content, separators=(",", ":")).encode()
    item: codecs.Item = {_PACKED: compressor.compress(text) + compressor.flush(), _DICTIONARY: NEWEST}
    is_relayed = is_counted or any(event.type in RELAYED for event in record.events)
    return item | {_PUBLIC: True} if is_relayed else item


def _encoded(event: Event) -> codecs.Item:
    """Return an event without its actor, which the record has once."""
    return codecs.encode(event if event.actor is None else replace(event, actor=None))


def record_of(item: Mapping[str, Any]) -> EventRecord:
    """Return the record of a stored item, in plain values; raises ``ValueError`` if it is none."""
    if _PACKED not in item:
        return _of_earlier_version(item)
    dictionary = DICTIONARIES.get(item.get(_DICTIONARY, 0))
    if dictionary is None:
        raise ValueError(f"this version has no dictionary {item.get(_DICTIONARY)!r}, which a record of events names")
    expander = zlib.decompressobj(wbits=-zlib.MAX_WBITS, zdict=dictionary)
    try:
        content = json.loads(expander.decompress(_bytes(item[_PACKED])) + expander.flush())
    except zlib.error as fault:
        raise ValueError(f"a record of events cannot be unpacked: {fault}") from fault
    actor = codecs.decode(Actor, content["actor"]) if "actor" in content else None
    events = [replace(codecs.decode(Event, event), actor=actor) for event in content["events"]]
    return EventRecord(content["account"], events, content.get("log", []), actor, content.get("currency", ""))


def _of_earlier_version(item: Mapping[str, Any]) -> EventRecord:
    attributes = dict(item)
    log = attributes.pop(_LOG_OF_EARLIER_VERSIONS, None)
    event = codecs.decode(Event, attributes)
    return EventRecord(item["account"], [event], [] if log is None else json.loads(zlib.decompress(_bytes(log))))


def _bytes(value: Any) -> bytes:
    """Return the bytes of a binary attribute; a function gets a stream's records with base64 instead."""
    return b64decode(value) if isinstance(value, str) else bytes(value)
