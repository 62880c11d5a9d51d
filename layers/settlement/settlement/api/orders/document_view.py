"""The order as the document's route shows it: the order's own view, with the document's names and persons hidden.

Hidden is what an erasure takes away, and what it leaves a mask of; with a reason, nothing is.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

from settlement.api.orders.view import order_view
from settlement.domain.order.shopper import Shopper
from settlement.domain.privacy.masking import MASK
from settlement.use_cases.orders.retrieve_order import WholeOrder

if TYPE_CHECKING:
    from settlement.api.orders.document_answer import DocumentAnswer

_HIDDEN_OF_A_PAYMENT = ("cardHolder", "url")


def document_view(whole: WholeOrder, *, shows_persons: bool) -> "DocumentAnswer":
    """The whole order; what tells of persons only if it ``shows_persons``."""
    told = whole if shows_persons else _without_persons(whole)
    view: dict[str, Any] = dict(order_view(told))
    if not shows_persons:
        view["paymentData"] = _without_holders(view["paymentData"])
    actor = whole.order.cancelled_by
    preferences = view["storePreferencesData"]
    named = {
        "id": whole.order.order_id,
        "state": view["status"],
        "piiHidden": not shows_persons,
        "salesChannelData": {**preferences, "id": whole.order.sales_channel},
        "timeZoneCreationDate": view["creationDate"],
        "timeZoneLastChange": view["lastChange"],
        "canceledBy": actor.app_key if actor else None,
        "cancelledBy": actor.app_key if actor else None,
        "cancellationRequests": [],
        "receiptData": {"receiptCollection": _receipts(view)},
        "approvedBy": None,
        "handlingData": None,
        "userType": None,
        "callCenterOperator": None,
        "creationEnvironment": None,
        "workflowInstanceId": None,
    }
    parts = {
        "cancellationData": _cancellation(view["cancellationData"]),
        "itemMetadata": _beginning_small(view["itemMetadata"], levels=2),
        "subscriptionData": _beginning_small(view["subscriptionData"], levels=4),
        "packageAttachment": {"packages": [_package(held) for held in view["packageAttachment"]["packages"]]},
    }
    return cast("DocumentAnswer", {**view, **parts, **named})


def _without_persons(whole: WholeOrder) -> WholeOrder:
    shopper = None if whole.shopper is None else Shopper(erased_at=whole.order.created_at)
    return replace(whole, shopper=shopper, placement=whole.placement and whole.placement.without_person())


def _without_holders(data: Mapping[str, Any]) -> dict[str, Any]:
    [transaction] = data["transactions"]
    payments = [
        payment | {name: MASK for name in _HIDDEN_OF_A_PAYMENT if payment[name]} for payment in transaction["payments"]
    ]
    return {**data, "transactions": [transaction | {"payments": payments}]}


def _receipts(view: Mapping[str, Any]) -> list[dict[str, str]]:
    return [
        {"receiptType": held["type"], "date": held["issuanceDate"]} for held in view["packageAttachment"]["packages"]
    ]


def _cancellation(data: Mapping[str, Any] | None) -> dict[str, Any] | None:
    told = _beginning_small(data)
    return None if told is None else {name: value for name, value in told.items() if name != "actor"}


def _package(package: Mapping[str, Any]) -> dict[str, Any]:
    """An invoice; a refund's name begins small beside the order's own."""
    if "restitutions" not in package:
        return dict(package)
    refund = package["restitutions"]["Refund"]
    return {**package, "restitutions": {"refund": refund, "Refund": refund}}


def _beginning_small(part: Any, levels: int = 1) -> Any:
    """A part with its names, and those of some levels within, beginning small."""
    if not levels:
        return part
    if isinstance(part, list):
        return [_beginning_small(one, levels) for one in part]
    if not isinstance(part, Mapping):
        return part
    return {name[:1].lower() + name[1:]: _beginning_small(value, levels - 1) for name, value in part.items()}
