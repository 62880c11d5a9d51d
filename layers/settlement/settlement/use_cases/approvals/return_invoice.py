"""A return, or a sale that replaces another one, which may need a second key."""

import base64
import zlib
from dataclasses import asdict, replace
from typing import Any

from settlement.domain.errors import InvalidRequest
from settlement.domain.order.invoice import InvoiceType, Tracking
from settlement.domain.order.order import LineMention
from settlement.domain.transaction.approval import Approval, ApprovalAction, ApprovalKind
from settlement.use_cases.approvals.act_or_ask import Asking, refunded_and_cancelled, told
from settlement.use_cases.orders.notify_invoice import Notification, Receipt, notify_invoice
from settlement.use_cases.shared.heads import load
from settlement.use_cases.shared.ports import Ports

MAX_PACKED = 240_000
"""Characters of a document that waits with its return, compressed and in base 64: an item has 400 kB at most."""


def asking_return(account: str, order_id: str, notification: Notification) -> Asking[Receipt]:
    """A return, or a sale that replaces another, by its number; until it is approved it is no invoice of the order."""
    is_return = notification.type is InvoiceType.INPUT
    action = ApprovalAction.RETURN_INVOICE if is_return else ApprovalAction.REPLACE_INVOICE
    return Asking(
        action,
        f"{action.value}/{notification.number}",
        _plain(notification),
        (ApprovalKind.REFUND, ApprovalKind.CANCELLATION),
        lambda store: load(store, account, order_id),
        lambda on, expected: notify_invoice(on, account, order_id, notification, expected),
        refunded_and_cancelled,
        named=f"invoiceNumber {notification.number}",
    )


def asked_return(ports: Ports, account: str, approval: Approval) -> Asking[Receipt]:
    """The return that an approval is about."""
    asked = dict(approval.request)
    asked |= {
        "type": InvoiceType(asked["type"]),
        "items": tuple(LineMention(**item) for item in asked["items"]),
        "tracking": Tracking(**asked["tracking"]),
        "document": _unpacked(asked.pop("packed_document", None)),
    }
    asked.pop("document_bytes", None)
    if asked.pop("is_fiscal", False):
        from settlement.domain.fiscal.reading import read_fiscal

        asked["fiscal"] = read_fiscal(asked["document"].encode(), "utf-8")
    return asking_return(account, approval.order_id, Notification(**asked))


def _plain(notification: Notification) -> dict[str, Any]:
    values = asdict(replace(notification, fiscal=None))
    del values["fiscal"]
    document: str | None = values.pop("document")
    values |= {
        "type": notification.type.value,
        "items": [told(item) for item in values["items"]],
        "tracking": told(values["tracking"]),
    }
    if notification.fiscal is not None:
        values["is_fiscal"] = True
    if document is not None:
        values |= {"document_bytes": len(document.encode()), "packed_document": _packed(document)}
    return values


def _packed(document: str) -> str:
    packed = base64.b64encode(zlib.compress(document.encode(), 9)).decode()
    if len(packed) > MAX_PACKED:
        raise InvalidRequest(
            f"the document of a return that waits for a second key must have at most {MAX_PACKED} characters when it "
            f"is compressed and in base 64; it has {len(packed)}"
        )
    return packed


def _unpacked(packed: str | None) -> str | None:
    return None if packed is None else zlib.decompress(base64.b64decode(packed)).decode()
