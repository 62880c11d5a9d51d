"""Empties a dead-letter queue message by message; each is deleted only after it was sent back."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

HIDDEN_SECONDS = 300
"""How long a message in work is hidden from other readers; one that stays is visible again at once."""


LOOK_SECONDS = 1
"""How long a read waits for messages; one that does not wait can miss some."""


class Stays(Exception):
    """A message cannot be sent back now; the text gives the reason."""


@dataclass(frozen=True, slots=True)
class Message:
    """A message: its JSON body, and the attributes that EventBridge adds to an event."""

    body: dict[str, Any]
    attributes: dict[str, str]


@dataclass(slots=True)
class Tally:
    """The number of messages sent back, and the reasons why the others stay."""

    back: int = 0
    stay: int = 0


def drain(sqs: Any, url: str, send_back: Callable[[Message], object], tell: Callable[[str], object]) -> Tally:
    """Send every message of a queue back; a message that cannot be sent, for any reason, stays unchanged."""
    tally = Tally()
    kept: list[str] = []
    for raw in _messages(sqs, url):
        try:
            send_back(_read(raw))
        except (Stays, ClientError, BotoCoreError, ValueError, LookupError, TypeError) as reason:
            tell(f"message {raw['MessageId']} stays: {reason or type(reason).__name__}")
            kept.append(raw["ReceiptHandle"])
            tally.stay += 1
            continue
        sqs.delete_message(QueueUrl=url, ReceiptHandle=raw["ReceiptHandle"])
        tally.back += 1
    for handle in kept:
        sqs.change_message_visibility(QueueUrl=url, ReceiptHandle=handle, VisibilityTimeout=0)
    return tally


def _messages(sqs: Any, url: str) -> Iterator[dict[str, Any]]:
    """Yield the messages of a queue until a read brings no new ones."""
    seen: set[str] = set()
    while True:
        answer = sqs.receive_message(
            QueueUrl=url,
            MaxNumberOfMessages=10,
            VisibilityTimeout=HIDDEN_SECONDS,
            WaitTimeSeconds=LOOK_SECONDS,
            MessageAttributeNames=["All"],
        )
        fresh = [message for message in answer.get("Messages", []) if message["MessageId"] not in seen]
        if not fresh:
            return
        seen |= {message["MessageId"] for message in fresh}
        yield from fresh


def _read(raw: dict[str, Any]) -> Message:
    attributes = {name: value.get("StringValue", "") for name, value in raw.get("MessageAttributes", {}).items()}
    body = json.loads(raw["Body"])
    if not isinstance(body, dict):
        raise Stays("it is no event")
    return Message(body, attributes)
