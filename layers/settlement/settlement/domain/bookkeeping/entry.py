"""An entry of the books: what one event moved on one payment, with everything that it belongs to."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from settlement.domain.events import Event

UNKNOWN_CONNECTOR = "unknown"
"""The connector of a movement by an event of an earlier version, which does not tell it."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A movement of money; ``moved`` has the change of each counter of the payment's ledger, in minor units.

    ``event`` is the event's id, as on the bus, ``at`` its time. ``invoice`` is the number of the invoice that asked for
    the movement, None if none did; ``settle_id`` is the connector's id of the capture that was made or refunded.
    ``paid`` is what settlement report ``report`` changed of what was paid out for the payment: by currency, ``paid``
    for captures less refunds, ``chargedBack``, ``fees``, and what is left, ``received``.
    """

    event: str
    type: str
    at: datetime
    order_id: str
    transaction_id: str
    payment_id: str
    connector: str
    currency: str
    moved: Mapping[str, int]
    invoice: str | None = None
    operation: int | None = None
    settle_id: str | None = None
    report: str | None = None
    paid: Mapping[str, Mapping[str, int]] | None = None


@dataclass(frozen=True, slots=True)
class Lot:
    """Entries that were entered at once. The lots of an account are numbered without a gap, and never change.

    ``at`` is not before that of the lot before, nor before any of its events.
    """

    number: int
    at: datetime
    entries: Sequence[Entry]


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """The place of an entry: the number of its lot, and its own in the lot, from 1."""

    lot: int
    number: int

    def __str__(self) -> str:
        return f"{self.lot}.{self.number}"


def is_booked(event: Event) -> bool:
    """True if an event moves money or doubt on a payment's ledger, or tells that money was paid out for it."""
    return bool(event.data.get("deltas") or event.data.get("paidOut")) and event.payment_id is not None


def entries_of(events: Sequence[Event], currency: str, connectors: Mapping[str, str] | None = None) -> Iterator[Entry]:
    """Yield the entries of a transaction's events; ``connectors``, by payment, are for events that do not tell theirs.

    Raises ``LookupError``, ``TypeError`` or ``ValueError`` for an event that cannot be read.
    """
    for event in events:
        if is_booked(event) and event.payment_id is not None:
            told = event.data
            connector = told.get("connector") or (connectors or {}).get(event.payment_id, UNKNOWN_CONNECTOR)
            paid = cast(Mapping[str, Mapping[str, int]], told.get("paidOut") or {})
            operation = told.get("operation")
            yield Entry(
                event=event.id,
                type=event.type.value,
                at=event.at,
                order_id=event.order_id,
                transaction_id=event.transaction_id,
                payment_id=event.payment_id,
                connector=str(connector),
                currency=currency,
                moved=_whole(cast(Mapping[str, int], told.get("deltas") or {})),
                invoice=_text(told.get("invoiceNumber")),
                operation=None if operation is None else int(str(operation)),
                settle_id=_text(told.get("settleId")),
                report=_text(told.get("reportId")) if paid else None,
                paid={currency: _whole(sums) for currency, sums in paid.items()} or None,
            )


def _whole(sums: Mapping[str, int]) -> dict[str, int]:
    return {name: int(value) for name, value in sums.items()}


def _text(value: object) -> str | None:
    return None if value is None else str(value)
