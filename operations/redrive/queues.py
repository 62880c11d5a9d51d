"""A dead-letter queue, emptied message by message: each leaves only once it has found its way back."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

HIDDEN_SECONDS = 300
"""How long a message that is worked on is hidden from others; one that stays is shown again at once."""


LOOK_SECONDS = 1
"""How long to look for messages: a look that does not wait may miss some that are there."""


class Stays(Exception):
    """A message cannot go back now; the text says why."""


@dataclass(frozen=True, slots=True)
class Message:
    """A message as it was read: its JSON body, and the attributes that EventBridge puts beside an event."""

    body: dict[str, Any]
    attributes: dict[str, str]


@dataclass(slots=True)
class Tally:
    """How many messages of a queue went back, and why the others stay."""

    back: int = 0
    stay: int = 0


def drain(sqs: Any, url: str, send_back: Callable[[Message], object], tell: Callable[[str], object]) -> Tally:
    """Send every message of a queue back; what cannot go, whatever is wrong with it, stays whole."""
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
    """Read a queue until it shows nothing new."""
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
