"""Publishes events on the bus; retries refused events one by one and returns those that still fail."""

import random
import time
from collections.abc import Iterable
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from settlement.storage.outbox import Entry, batches
from settlement.use_cases.shared.ports import Unavailable

if TYPE_CHECKING:
    from mypy_boto3_events import EventBridgeClient
    from mypy_boto3_events.type_defs import PutEventsRequestEntryTypeDef

MAX_TRIES = 3
_FIRST_PAUSE_SECONDS = 0.2

SOURCE = "quita"


def publish(client: "EventBridgeClient", bus: str, entries: Iterable[Entry]) -> list[Entry]:
    """Publish entries in order, trying each at most three times; return those that the bus did not accept.

    Refused entries, and all entries of a failed call, are retried one per call. Entries that are too large for the bus
    are not tried.
    """
    entries = list(entries)
    too_large = [entry for entry in entries if entry.is_too_large]
    calls = list(batches(entry for entry in entries if not entry.is_too_large))
    left: list[Entry] = []
    for attempt in range(MAX_TRIES):
        if attempt:
            time.sleep(random.uniform(0, _FIRST_PAUSE_SECONDS * 2**attempt))
        left = [entry for call in calls for entry in _refused(client, bus, call)]
        calls = [[entry] for entry in left]
        if not left:
            break
    return [*left, *too_large]


def _refused(client: "EventBridgeClient", bus: str, call: list[Entry]) -> list[Entry]:
    try:
        answer = client.put_events(Entries=[_put(bus, entry) for entry in call])
    except (ClientError, BotoCoreError, Unavailable):
        return call
    return [entry for entry, said in zip(call, answer["Entries"], strict=True) if "ErrorCode" in said]


def _put(bus: str, entry: Entry) -> "PutEventsRequestEntryTypeDef":
    return {
        "EventBusName": bus,
        "Source": SOURCE,
        "DetailType": entry.type,
        "Detail": entry.text,
        "Time": entry.at,
    }
