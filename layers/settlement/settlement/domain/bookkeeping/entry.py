"""An entry of the books: what one event moved on one payment, with everything that it belongs to."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field
from datetime import datetime
from typing import cast

from settlement.domain.events import Event
from settlement.domain.reconciliation.bank_days import day_of
from settlement.domain.reconciliation.due import Due, due_of_capture, due_of_refund, dues_of_facts
from settlement.values import dataclass

UNKNOWN_CONNECTOR = "unknown"
"""The connector of a movement by an event of an earlier version, which does not tell it."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A movement of money; ``moved`` has the change of each counter of the payment's ledger, in minor units.

    ``event`` is the event's id, as on the bus, ``at`` its time. ``invoice`` is the number of the invoice that asked for
    the movement, or whose cancellation did, None if none; ``settle_id`` is the connector's id of the capture that was
    made or refunded.
    ``paid`` is what settlement report ``report`` changed of what was paid out for the payment: by currency, ``paid``
    for captures less refunds, ``chargedBack``, ``fees``, and what is left, ``received``.
    ``group`` and ``installments`` are the payment's, by which its payout is expected; None if no acquirer pays it out.
    ``told_dues`` is what a settlement report changed of what is to come. What moved on a payment that the merchant
    received himself is ``offline``.
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
    group: str | None = None
    installments: int | None = None
    told_dues: tuple[Due, ...] | None = None
    offline: bool = False

    @property
    def dues(self) -> tuple[Due, ...]:
        """What it changed of what is to come from the acquirer."""
        if self.told_dues is not None:
            return self.told_dues
        captured, refunded = self.moved.get("captured", 0), self.moved.get("refunded", 0)
        on = day_of(self.at, self.currency)
        if captured and self.group is not None and self.installments is not None:
            return due_of_capture(captured, self.group, self.installments, on, self.currency)
        return due_of_refund(refunded, on, self.currency) if refunded and self.group is not None else ()


@dataclass(frozen=True, slots=True)
class Lot:
    """Entries that were entered at once. The lots of an account are numbered without a gap, and never change.

    ``at`` is not before that of the lot before, nor before any of its events. ``counted`` has the counters of the hour
    of ``at``, by connector, up to this lot and with it; ``hour_before`` is the number of the last lot of an hour
    before, None if there is none that counts.
    """

    number: int
    at: datetime
    entries: Sequence[Entry]
    counted: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    hour_before: int | None = None


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """The place of an entry: the number of its lot, and its own in the lot, from 1."""

    lot: int
    number: int

    def __str__(self) -> str:
        return f"{self.lot}.{self.number}"


def is_booked(event: Event) -> bool:
    """True if an event moves money or doubt on a payment's ledger, or tells what was paid out or is to come."""
    told = event.data
    return bool(told.get("deltas") or told.get("paidOut") or told.get("dues")) and event.payment_id is not None


def entries_of(events: Sequence[Event], currency: str, connectors: Mapping[str, str] | None = None) -> Iterator[Entry]:
    """Yield the entries of a transaction's events; ``connectors``, by payment, are for events that do not tell theirs.

    Raises ``LookupError``, ``TypeError`` or ``ValueError`` for an event that cannot be read.
    """
    for event in events:
        if is_booked(event) and event.payment_id is not None:
            told = event.data
            connector = told.get("connector") or (connectors or {}).get(event.payment_id, UNKNOWN_CONNECTOR)
            paid = cast(Mapping[str, Mapping[str, int]], told.get("paidOut") or {})
            dues = cast(Sequence[Mapping[str, str | int]], told.get("dues") or ())
            operation, installments = told.get("operation"), told.get("installments")
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
                group=_text(told.get("paymentGroup")),
                installments=None if installments is None else int(str(installments)),
                told_dues=tuple(dues_of_facts(dues)) or None,
                offline=told.get("offline") is True,
            )


def _whole(sums: Mapping[str, int]) -> dict[str, int]:
    return {name: int(value) for name, value in sums.items()}


def _text(value: object) -> str | None:
    return None if value is None else str(value)
