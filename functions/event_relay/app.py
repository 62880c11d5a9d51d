"""The outbox: starts ready operations, publishes events in order and without loss (A§3.11), enters what moved money in
the journal (D172), and counts (D146).
"""

import json
from collections.abc import Sequence
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from settlement import bootstrap
from settlement.environment import ENVIRONMENT
from settlement.logs import new_logger
from settlement.metrics import emit
from settlement.storage.bus import Bus
from settlement.storage.outbox import Entry, Outgoing, outgoing_of

logger = new_logger()


@logger.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Relay a batch of stream records: operations to the workflow first, then events to the bus, then to the journal.

    What either of the first refuses is parked whole in its queue; such an operation is also started by the sweep, two
    minutes later. An unreadable record is parked unchanged and does not stop the others. Raises only if parking fails
    too, or if the journal cannot be written; then the stream delivers the batch again. So its figures are told last,
    once nothing can fail any more.
    """
    read = [_read(record) for record in event["Records"]]
    ready = [operation for outgoing in read for operation in outgoing.operations]
    for unstarted, reason in bootstrap.workflow().start_all(ready):
        logger.error("operation not started", reason=reason, **unstarted)
        _send(ENVIRONMENT.undelivered_operations_queue_url, unstarted)
    entries = [entry for outgoing in read for entry in outgoing.entries]
    bus = Bus(bootstrap.events(), ENVIRONMENT.event_bus_name, bootstrap.feeds().listeners)
    left = bus.publish(entries)
    for entry in left:
        _park_entry(entry)
    logger.debug("relayed", published=len(entries) - len(left), parked=len(left))
    _enter(read)
    _count(read)
    return {"batchItemFailures": []}


def _read(record: dict[str, Any]) -> Outgoing:
    try:
        return outgoing_of(record)
    except Exception:  # any fault of one record must not stop the records behind it
        logger.exception("record cannot be read")
        _park({"record": record})
        return Outgoing()


def _enter(read: Sequence[Outgoing]) -> None:
    """Enter the movements of each account with what they count; what is there already is left as it is."""
    for account in dict.fromkeys(outgoing.account for outgoing in read if outgoing.booked):
        mine = [outgoing for outgoing in read if outgoing.account == account]
        entries = [entry for outgoing in mine for entry in outgoing.booked]
        counters = {event: names for outgoing in mine for event, names in outgoing.counters.items()}
        bootstrap.entry_log().enter(account, entries, bootstrap.now, counters)


def _count(read: Sequence[Outgoing]) -> None:
    """Tell the stack's metrics and the console's figures; one that cannot be told does not keep the other."""
    for tell in (_count_metrics, _count_hours):
        try:
            tell(read)
        except Exception:  # what was published must not be published again because of a figure
            logger.exception("figures not told")


def _count_metrics(read: Sequence[Outgoing]) -> None:
    emit(figure for outgoing in read for figure in outgoing.figures)


def _count_hours(read: Sequence[Outgoing]) -> None:
    bootstrap.hourly_counters().raise_by(outgoing.hours for outgoing in read)


def _park_entry(entry: Entry) -> None:
    logger.error("event parked", type=entry.type, id=entry.detail["id"])
    parked: dict[str, Any] = {"type": entry.type, "at": entry.at.isoformat(), "detail": entry.detail}
    if entry.is_too_large:
        names = ("version", "id", "account", "orderId", "transactionId", "paymentId", "at", "actor")
        parked |= {"detail": {name: entry.detail[name] for name in names}, "tooLarge": entry.size}
    _park(parked)


def _park(message: dict[str, Any]) -> None:
    _send(ENVIRONMENT.parked_events_queue_url, message)


def _send(queue: str, message: dict[str, Any]) -> None:
    bootstrap.queues().send_message(QueueUrl=queue, MessageBody=json.dumps(message, default=str))
