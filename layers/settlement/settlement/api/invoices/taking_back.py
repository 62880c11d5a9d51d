"""The request body that cancels an invoice (R38)."""

from typing import Annotated

from pydantic import AfterValidator, Field

from settlement.api.shared.request import MAX_ANY_TEXT, Body
from settlement.api.shared.written import FullText, NumberToo, Shaped, trimmed
from settlement.use_cases.orders.cancel_invoice import InvoiceCancelRequest


class InvoiceCancelBody(Body):
    """``POST …/invoice/{invoiceNumber}/cancel`` (R38)."""

    request_id: Annotated[str, Shaped(r"[^\x00-\x1f\x7f]{1,100}", "1 to 100 characters, none a control"), NumberToo()]
    """The cancellation's id, unique in the order; a repeat is taken once."""
    reason: Annotated[str, Field(max_length=MAX_ANY_TEXT), AfterValidator(trimmed), FullText]
    """Why, in words."""

    def as_request(self, number: str) -> InvoiceCancelRequest:
        """Return the cancellation of an invoice."""
        return InvoiceCancelRequest(number, self.reason, self.request_id)
