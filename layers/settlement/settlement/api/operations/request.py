"""Request bodies of direct requests and of an operator's ways on (C§3.2, C§8.18)."""

from typing import Annotated

from pydantic import (
    AfterValidator,
    Field,
)

from settlement.api.shared.request import MAX_ANY_TEXT, Body, Text
from settlement.api.shared.written import (
    FullText,
    WholeNumberAboveZero,
    trimmed,
)
from settlement.use_cases.recovery.resolve_leg import Resolution


class MovementBody(Body):
    """``POST …/settlement-request``, ``…/refunding-request``, ``…/cancellation-request`` (C§3.2); the value is cents.

    Freight, tax and minicart are accepted and not looked at: they matter to payout splits alone.
    """

    value: WholeNumberAboveZero
    """How much."""
    reason: Text | None = None
    """Why, in words."""

    @property
    def told_reason(self) -> str | None:
        """The reason, None if it says nothing."""
        return (self.reason or "").strip() or None


Reason = Annotated[str, Field(max_length=MAX_ANY_TEXT), AfterValidator(trimmed), FullText]


Reference = Annotated[str, Field(max_length=100), AfterValidator(trimmed), FullText]


class ResolutionBody(Body):
    """``POST …/legs/{legId}/resolve``: what a person knows of a connector call, and the connector's name for it."""

    resolution: Resolution
    """What became of the call."""
    reference: Reference | None = None
    """The connector's id of what it did."""
    reason: Reason | None = None
    """How one knows, in words."""


class ConfirmationBody(Body):
    """``POST …/legs/{legId}/confirm``: a person has done what the connector left to one."""

    reference: Reference
    """The connector's id of what was done."""
    actor: Reference
    """Who says so."""


class AcceptanceBody(Body):
    """``POST …/payouts/{payoutId}/accept``, ``…/used-key/accept``: a person has dealt with it, or it is right so."""

    reference: Reference
    """By what it was dealt with, such as the number of a claim or of an entry in the books."""
    reason: Reason | None = None
    """Why it may stay so, in words."""


class WriteOffBody(Body):
    """``POST …/operations/{operationId}/write-off``: why what is missing never will be done, and who says so."""

    reason: Reason
    """Why, in words."""
    actor: Reference
    """Who says so."""


class PaidOtherwiseBody(WriteOffBody):
    """``POST …/operations/{operationId}/paid-otherwise``: also by what other means it was paid."""

    reference: Reference
    """By what other means it was paid, such as the number of a transfer."""
