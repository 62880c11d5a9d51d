"""What a connector tells of a payment beside its decision, in its answers to create payment (C§4.2)."""

from settlement.values import dataclass

PERSONAL_PARTS = frozenset({"payment_url", "redirect_url", "payment_app"})
"""Parts that lead to the shopper's own page, or can hold anything about the shopper; erasure removes them."""


@dataclass(frozen=True, slots=True)
class PaymentApp:
    """The app with which the shopper pays, and the text that it is given, unchanged."""

    name: str | None = None
    payload: str | None = None


@dataclass(frozen=True, slots=True)
class PaymentAnswer:
    """Everything that one answer names of the payment; None for what it does not name. Delays in seconds.

    ``bank_issue_invoice_id`` and ``redirect_url`` are deprecated by the protocol, and still answered.
    """

    authorization_id: str | None = None
    tid: str | None = None
    nsu: str | None = None
    acquirer: str | None = None
    payment_url: str | None = None
    redirect_url: str | None = None
    payment_app: PaymentApp | None = None
    identification_number: str | None = None
    identification_number_formatted: str | None = None
    bar_code_image_type: str | None = None
    bar_code_image_number: str | None = None
    bank_issue_invoice_id: str | None = None
    delay_to_auto_settle_seconds: int | None = None
    delay_after_antifraud_seconds: int | None = None
