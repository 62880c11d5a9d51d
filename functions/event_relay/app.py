"""The outbox: public events that the table's stream brings become events of the bus, in order, none lost (A§3.11)."""

import json
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from settlement import bootstrap
from settlement.environment import ENVIRONMENT
from settlement.logs import new_logger
from settlement.storage.bus import publish
from settlement.storage.outbox import Entry, entry_of

logger = new_logger()


@logger.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Publish a batch of stream records; what the bus will not take is parked whole in the relay's own queue.

    A record that cannot be read is parked as it came, and keeps no other from its way. Raises only if parking fails
    too, so that the stream brings the batch again.
    """
    entries = [entry for record in event["Records"] if (entry := _read(record)) is not None]
    left = publish(bootstrap.events(), ENVIRONMENT.event_bus_name, entries)
    for entry in left:
        _park_entry(entry)
    logger.info("relayed", published=len(entries) - len(left), parked=len(left))
    return {"batchItemFailures": []}


def _read(record: dict[str, Any]) -> Entry | None:
    try:
        return entry_of(record)
    except Exception:  # whatever is wrong with it, the records behind it are not
        logger.exception("record cannot be read")
        _park({"record": record})
        return None


def _park_entry(entry: Entry) -> None:
    logger.error("event parked", type=entry.type, id=entry.detail["id"])
    parked: dict[str, Any] = {"type": entry.type, "at": entry.at.isoformat(), "detail": entry.detail}
    if entry.is_too_large:
        names = ("version", "id", "account", "orderId", "transactionId", "paymentId", "at")
        parked |= {"detail": {name: entry.detail[name] for name in names}, "tooLarge": entry.size}
    _park(parked)


def _park(message: dict[str, Any]) -> None:
    body = json.dumps(message, default=str)
    bootstrap.queues().send_message(QueueUrl=ENVIRONMENT.parked_events_queue_url, MessageBody=body)
