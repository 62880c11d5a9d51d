"""From the table's stream to events of the bus (docs of the events: the ``detail`` of each is what is made here)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from settlement.domain.events import Event
from settlement.storage import codecs

_INTERNAL = frozenset({"request", "response"})
"""What connectors said stays in the timeline."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A public event, ready for the bus."""

    type: str
    at: datetime
    detail: dict[str, Any]


def entry_of(record: dict[str, Any]) -> Entry | None:
    """Return the public event that a stream record brings, None if it brings something else."""
    image = record.get("dynamodb", {}).get("NewImage")
    if record.get("eventName") != "INSERT" or not image or "public" not in image:
        return None
    item = codecs.from_wire(image)
    event = codecs.decode(Event, item)
    facts = {name: value for name, value in event.data.items() if name not in _INTERNAL}
    detail = {
        "version": 1,
        "id": f"{event.transaction_id}-{event.writer}-{event.number}",
        "account": item["account"],
        "orderId": event.order_id,
        "transactionId": event.transaction_id,
        "paymentId": event.payment_id,
        "at": event.at.isoformat(),
        **facts,
    }
    return Entry(event.type.value, event.at, detail)
