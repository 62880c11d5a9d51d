"""The captures of an invoice, with their way to the merchant, as an order shows them. Amounts are minor units."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from settlement.api.invoices.answer import InvoiceCaptureAnswer
    from settlement.use_cases.reconciliation.invoice_captures import InvoiceCapture

MAX_INSTALLMENTS_SHOWN = 5000
"""Instalments of all captures of an order that its answer shows; of more it shows the sums only."""


def captures_view(
    captures: "Mapping[str, Sequence[InvoiceCapture]]",
) -> "dict[str, list[InvoiceCaptureAnswer]]":
    """The captures of each invoice, by its number."""
    if not captures:
        return {}
    from settlement.api.reports.view import payout_view
    from settlement.api.shared.dates import oms_date_or_none

    payouts = (capture.payout for held in captures.values() for capture in held)
    shows_all = sum(len(payout.installments) for payout in payouts if payout is not None) <= MAX_INSTALLMENTS_SHOWN
    return {
        number: [
            {
                "paymentId": capture.payment.payment_id,
                "settleId": capture.settlement.settle_id,
                "value": capture.settlement.value,
                "refundedValue": capture.settlement.refunded,
                "date": oms_date_or_none(capture.settlement.settled_at),
                "payout": None if capture.payout is None else payout_view(capture.payout, shows_installments=shows_all),
            }
            for capture in held
        ]
        for number, held in captures.items()
    }
