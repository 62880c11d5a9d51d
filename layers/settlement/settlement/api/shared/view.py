"""What several routes answer with."""

from typing import TYPE_CHECKING

from settlement.api.shared.dates import oms_date

if TYPE_CHECKING:
    from settlement.api.shared.answer import RepeatableReceipt
    from settlement.use_cases.orders.notify_invoice import Receipt


def receipt_view(receipt: "Receipt") -> "RepeatableReceipt":
    """The answer to an invoice, a change and a cancel: when, which order, and the receipt (C§1.1).

    A repeat of an invoice or change that says other things is told what ``stands``.
    """
    view: RepeatableReceipt = {
        "date": oms_date(receipt.date),
        "orderId": receipt.order_id,
        "receipt": receipt.receipt,
    }
    if receipt.stands:
        view["stands"] = dict(receipt.stands)
    return view
