"""The outbox: public events that the table's stream brings become events of the bus, in order, none lost (§3.11)."""

import json
import os
from typing import TYPE_CHECKING, Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from settlement import bootstrap
from settlement.logs import new_logger
from settlement.storage.outbox import Entry, entry_of
from settlement.use_cases.ports import Unavailable

if TYPE_CHECKING:
    from mypy_boto3_events.type_defs import PutEventsRequestEntryTypeDef

MAX_ENTRIES = 10
MAX_TRIES = 3

logger = new_logger()


@logger.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Publish a batch of stream records; what the bus will not take is parked whole in the relay's own queue.

    Raises only if parking fails too, so that the stream brings the batch again.
    """
    entries = [entry for record in event["Records"] if (entry := entry_of(record)) is not None]
    left = entries
    for _ in range(MAX_TRIES):
        left = _publish(left)
        if not left:
            break
    for entry in left:
        _park(entry)
    logger.info("relayed", published=len(entries) - len(left), parked=len(left))
    return {"batchItemFailures": []}


def _publish(entries: list[Entry]) -> list[Entry]:
    """Publish entries ten at a time; return those the bus refused, or may not have heard."""
    refused = []
    for start in range(0, len(entries), MAX_ENTRIES):
        batch = entries[start : start + MAX_ENTRIES]
        try:
            answer = bootstrap.events().put_events(Entries=[_put(entry) for entry in batch])
        except Unavailable:
            refused += batch
            continue
        refused += [entry for entry, said in zip(batch, answer["Entries"], strict=True) if "ErrorCode" in said]
    return refused


def _put(entry: Entry) -> "PutEventsRequestEntryTypeDef":
    return {
        "EventBusName": os.environ["EVENT_BUS_NAME"],
        "Source": "quita",
        "DetailType": entry.type,
        "Detail": json.dumps(entry.detail),
        "Time": entry.at,
    }


def _park(entry: Entry) -> None:
    logger.error("event parked", type=entry.type, id=entry.detail["id"])
    body = json.dumps({"type": entry.type, "at": entry.at.isoformat(), "detail": entry.detail})
    bootstrap.queues().send_message(QueueUrl=os.environ["PARKED_EVENTS_QUEUE_URL"], MessageBody=body)
