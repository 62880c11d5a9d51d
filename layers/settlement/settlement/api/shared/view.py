"""What several routes answer with."""

from typing import TYPE_CHECKING

from settlement.api.shared.dates import oms_date
from settlement.domain.actor import Actor

if TYPE_CHECKING:
    from settlement.api.shared.answer import ActorAnswer, RepeatableReceipt
    from settlement.use_cases.orders.notify_invoice import Receipt


def receipt_view(receipt: "Receipt") -> "RepeatableReceipt":
    """The answer to an invoice, a change and a cancel: when, which order, and the receipt (C§1.1).

    A repeat of an invoice or change that says other things is told what ``stands``, and an invoice that does not count
    whole, what counts of it and why. ``warnings`` are of the invoice's fiscal document.
    """
    view: RepeatableReceipt = {
        "date": oms_date(receipt.date),
        "orderId": receipt.order_id,
        "receipt": receipt.receipt,
    }
    if receipt.why_not_counted is not None:
        view |= {"counted": receipt.counted, "countedReason": receipt.why_not_counted}
    if receipt.stands:
        view["stands"] = dict(receipt.stands)
    if receipt.warnings:
        view["warnings"] = [{"code": remark.code, "message": remark.message} for remark in receipt.warnings]
    return view


def actor_view(actor: Actor | None) -> "ActorAnswer | None":
    """Who caused something; None if nobody is known to, as of earlier versions."""
    if actor is None:
        return None
    if actor.system is not None:
        return {"system": actor.system}
    return {"appKey": actor.app_key or "", "user": actor.user}
