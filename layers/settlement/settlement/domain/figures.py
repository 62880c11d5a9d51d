"""Business figures: what the events of a commit add to the sums that a stack reports (D146).

Amounts are minor units. Sums of the same events come to the same figures, so a run can be recounted from its ledger.
"""

from collections.abc import Iterator, Mapping
from enum import StrEnum

from settlement.domain.events import Event, EventType
from settlement.values import dataclass


class FigureUnit(StrEnum):
    """The units of figures, in the words of CloudWatch."""

    COUNT = "Count"
    MINOR_UNITS = "None"
    MILLISECONDS = "Milliseconds"


@dataclass(frozen=True, slots=True)
class Figure:
    """A number for a metric, with the metric's dimensions; those of one name and dimensions add up."""

    name: str
    value: int
    unit: FigureUnit = FigureUnit.COUNT
    dimensions: tuple[tuple[str, str], ...] = ()


VALUES = {"captured": "CapturedValue", "refunded": "RefundedValue", "cancelled": "CancelledValue"}
"""The metric of each counter of the ledger that is reported as it moves."""

WORK = {EventType.WORK_ITEM_OPENED: "WorkItemsOpened", EventType.WORK_ITEM_CLOSED: "WorkItemsClosed"}
"""The metric of each event of work."""

_REFUSALS = {
    EventType.CONNECTOR_REFUSED: "refused",
    EventType.PAYMENT_DENIED: "denied",
    EventType.MANUAL_REFUND_REQUIRED: "manual",
    EventType.MANUAL_CANCELLATION_REQUIRED: "manual",
}
"""Kinds of failure of calls that a connector answered; an event without a status is of a call that was not made."""


def figures_of(event: Event, currency: str) -> Iterator[Figure]:
    """Yield what an event adds; ``currency`` is the transaction's."""
    yield from _moved(event, currency)
    note_to_capture = event.data.get("noteToCaptureMs")
    if isinstance(note_to_capture, int):
        yield Figure("NoteToCaptureTime", note_to_capture, FigureUnit.MILLISECONDS)
    kind = failure_of(event)
    if kind is not None:
        yield Figure("ConnectorFailures", 1, dimensions=(("Kind", kind),))
    item = event.data.get("item")
    if event.type in WORK and isinstance(item, Mapping):
        yield Figure(WORK[event.type], 1, dimensions=(("Kind", str(item["kind"])),))


def is_measured(event: Event) -> bool:
    """True if an event adds to a figure."""
    return next(figures_of(event, ""), None) is not None


def _moved(event: Event, currency: str) -> Iterator[Figure]:
    deltas = event.data.get("deltas")
    if not isinstance(deltas, Mapping):
        return
    for counter, name in VALUES.items():
        if counter in deltas:
            yield Figure(name, int(deltas[counter]), FigureUnit.MINOR_UNITS, (("Currency", currency),))


def failure_of(event: Event) -> str | None:
    """Return the kind of a connector's failure: how it answered, or that it did not; None if there was none."""
    status = event.data.get("status")
    if event.type is EventType.CONNECTOR_CALL_UNRESOLVED:
        if not isinstance(status, int):
            return "no-answer"
        return "server-error" if status >= 500 else "unusable-answer"
    return _REFUSALS.get(event.type) if isinstance(status, int) else None
