"""The answer about the timeline (C§3.2, C§5.2)."""

from typing import Any

from typing_extensions import TypedDict

from settlement.api.shared.answer import ActionDate, ActorAnswer
from settlement.domain.events import EventType


class Said(TypedDict):
    """What a line says, and who says it."""

    Source: str
    """Who tells."""
    Status: str
    """What happened, in a few words."""
    Message: str
    """What happened, for people; amounts are decimals with their currency."""


class Interaction(Said):
    """An event: the gateway's keys with a message for people, and the event itself in ``Type`` and ``Data``."""

    Id: str
    """The event's id."""
    TransactionId: str
    """The transaction's id."""
    PaymentId: str | None
    """The payment that it is about; null for the whole transaction."""
    Date: ActionDate
    """When it happened."""
    Type: EventType
    """What happened, for programs."""
    Actor: ActorAnswer | None
    """Who caused it; null for events of earlier versions."""
    Data: dict[str, Any]
    """What the event tells, by name; amounts are minor units."""
