"""The request body of a line for the timeline."""

from typing import Annotated

from pydantic import (
    Field,
)

from settlement.api.shared.request import MAX_ANY_TEXT, Body, Name


class InteractionBody(Body):
    """``POST /api/oms/pvt/orders/{orderId}/interactions``: a line for the timeline, and who says it."""

    source: Name
    """Who tells."""
    message: Annotated[str, Field(min_length=1, max_length=MAX_ANY_TEXT)]
    """What happened."""
