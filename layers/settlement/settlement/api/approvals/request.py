"""The request body of a refused approval."""

from typing import Annotated

from pydantic import AfterValidator, Field

from settlement.api.shared.request import MAX_ANY_TEXT, Body
from settlement.api.shared.written import FullText, trimmed


class RefusalBody(Body):
    """``POST /api/pvt/approvals/{approvalId}/refuse``: why it is refused."""

    reason: Annotated[str, Field(max_length=MAX_ANY_TEXT), AfterValidator(trimmed), FullText]
    """Why, in words."""
