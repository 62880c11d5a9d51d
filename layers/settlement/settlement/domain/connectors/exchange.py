"""What went over the wire in one call of a connector."""

from dataclasses import field

from settlement.domain.actor import Actor
from settlement.domain.connectors.payment_answer import PaymentAnswer
from settlement.values import dataclass


@dataclass(frozen=True, slots=True)
class Exchange:
    """One call for the timeline: bodies are text, cut to 4,000 characters, without secrets.

    ``status`` is None without a complete response. ``remarks`` list the parts of the response that were corrected in
    reading, or ignored. ``metadata`` is what the connector asks to get back with later calls (``connectorMetadata``),
    None if the response has none. ``answered`` is what it tells of the payment, in a usable answer to create payment.
    ``said_by`` is who tells the outcome instead of a call, and ``reason`` how one knows, in that one's words.
    """

    request: str
    status: int | None
    response: str
    duration_ms: int
    remarks: tuple[str, ...] = ()
    metadata: tuple[tuple[str, str], ...] | None = None
    answered: PaymentAnswer | None = field(default=None, repr=False)
    said_by: Actor | None = None
    reason: str | None = None
