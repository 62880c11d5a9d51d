"""Publishes events on the bus; retries refused events one by one and returns those that still fail."""

import random
import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from settlement.domain.account.feed import LISTENERS
from settlement.domain.events import EventType
from settlement.storage.outbox import Entry, batches
from settlement.use_cases.shared.ports import Unavailable

if TYPE_CHECKING:
    from mypy_boto3_events import EventBridgeClient
    from mypy_boto3_events.type_defs import PutEventsRequestEntryTypeDef

MAX_TRIES = 3
_FIRST_PAUSE_SECONDS = 0.2

SOURCE = "quita"

_FOR_LISTENERS = (EventType.ORDER_STATUS_CHANGED, EventType.WORK_ITEM_OPENED, EventType.WORK_ITEM_CLOSED)
"""What feeds and hooks can have."""

_FAILURES = (ClientError, BotoCoreError, Unavailable)


class Bus:
    """The stack's bus; a status change or work names the account's listeners, so no function runs for nobody (D139)."""

    def __init__(self, client: "EventBridgeClient", name: str, listeners: Callable[[str], list[str]]) -> None:
        """``listeners`` returns what of ``LISTENERS`` an account has configured."""
        self._client = client
        self._name = name
        self._listeners = listeners

    def publish(self, entries: Iterable[Entry]) -> list[Entry]:
        """Publish entries in order, trying each at most three times; return those that the bus did not accept.

        Refused entries, and all entries of a failed call, are retried one per call. Entries that are too large for the
        bus are not tried.
        """
        entries = self._addressed(entries)
        too_large = [entry for entry in entries if entry.is_too_large]
        calls = list(batches(entry for entry in entries if not entry.is_too_large))
        left: list[Entry] = []
        for attempt in range(MAX_TRIES):
            if attempt:
                time.sleep(random.uniform(0, _FIRST_PAUSE_SECONDS * 2**attempt))
            left = [entry for call in calls for entry in self._refused(call)]
            calls = [[entry] for entry in left]
            if not left:
                break
        return [*left, *too_large]

    def _addressed(self, entries: Iterable[Entry]) -> list[Entry]:
        known: dict[str, list[str]] = {}
        addressed = []
        for entry in entries:
            if entry.type in _FOR_LISTENERS:
                account = entry.detail["account"]
                if account not in known:
                    known[account] = self._listeners_of(account)
                entry = replace(entry, detail=entry.detail | {"listeners": known[account]})
            addressed.append(entry)
        return addressed

    def _listeners_of(self, account: str) -> list[str]:
        """Return the account's listeners; all that there can be if the table does not tell."""
        try:
            return self._listeners(account)
        except _FAILURES:
            return list(LISTENERS)

    def _refused(self, call: list[Entry]) -> list[Entry]:
        try:
            answer = self._client.put_events(Entries=[self._put(entry) for entry in call])
        except _FAILURES:
            return call
        return [entry for entry, said in zip(call, answer["Entries"], strict=True) if "ErrorCode" in said]

    def _put(self, entry: Entry) -> "PutEventsRequestEntryTypeDef":
        return {
            "EventBusName": self._name,
            "Source": SOURCE,
            "DetailType": entry.type,
            "Detail": entry.text,
            "Time": entry.at,
        }
