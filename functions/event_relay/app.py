"""The outbox: publishes the stream's public events on the bus, in order and without loss (A§3.11)."""

import json
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from settlement import bootstrap
from settlement.environment import ENVIRONMENT
from settlement.logs import new_logger
from settlement.storage.bus import publish
from settlement.storage.outbox import Entry, entries_of

logger = new_logger()


@logger.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Publish a batch of stream records; events that the bus refuses are parked whole in the relay's own queue.

    An unreadable record is parked unchanged and does not stop the others. Raises only if parking fails too; then the
    stream delivers the batch again.
    """
    entries = [entry for record in event["Records"] for entry in _read(record)]
    left = publish(bootstrap.events(), ENVIRONMENT.event_bus_name, entries)
    for entry in left:
        _park_entry(entry)
    logger.debug("relayed", published=len(entries) - len(left), parked=len(left))
    return {"batchItemFailures": []}


def _read(record: dict[str, Any]) -> list[Entry]:
    try:
        return entries_of(record)
    except Exception:  # any fault of one record must not stop the records behind it
        logger.exception("record cannot be read")
        _park({"record": record})
        return []


def _park_entry(entry: Entry) -> None:
    logger.error("event parked", type=entry.type, id=entry.detail["id"])
    parked: dict[str, Any] = {"type": entry.type, "at": entry.at.isoformat(), "detail": entry.detail}
    if entry.is_too_large:
        names = ("version", "id", "account", "orderId", "transactionId", "paymentId", "at", "actor")
        parked |= {"detail": {name: entry.detail[name] for name in names}, "tooLarge": entry.size}
    _park(parked)


def _park(message: dict[str, Any]) -> None:
    body = json.dumps(message, default=str)
    bootstrap.queues().send_message(QueueUrl=ENVIRONMENT.parked_events_queue_url, MessageBody=body)
