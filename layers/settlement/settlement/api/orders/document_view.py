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

_NO_PROFILE: dict[str, Any] = {
    "id": "clientProfileData",
    "email": "",
    "firstName": "",
    "lastName": "",
    "documentType": "",
    "document": "",
    "phone": "",
    "corporateName": None,
    "tradeName": None,
    "corporateDocument": None,
    "stateInscription": None,
    "corporatePhone": None,
    "isCorporate": False,
    "userProfileId": "",
    "customerClass": None,
}
_NO_ADDRESS: dict[str, Any] = dict.fromkeys(
    (
        *("addressType", "receiverName", "addressId", "postalCode", "city", "state", "country", "street", "number"),
        *("neighborhood", "complement", "reference"),
    ),
    "",
) | {"geoCoordinates": []}
_NO_SHIPPING: dict[str, Any] = {"id": "shippingData", "trackingHints": None, "selectedAddresses": []}
"""What the published document always has, where it was not sent or is hidden."""

_USUAL_ADDRESS = "residential"
_TEXTS_OF_A_PACKAGE = ("courier", "trackingNumber", "trackingUrl", "invoiceKey", "invoiceUrl")


def document_view(whole: WholeOrder, *, shows_persons: bool) -> "DocumentAnswer":
    """The whole order; what tells of persons only if it ``shows_persons``."""
    told = whole if shows_persons else _without_persons(whole)
    view: dict[str, Any] = dict(order_view(told))
    view["paymentData"] = _paid(view["paymentData"], shows_persons=shows_persons)
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
        "clientProfileData": {**_NO_PROFILE, **view["clientProfileData"]},
        "shippingData": _shipping(view["shippingData"], _kind_of_address(whole)),
        "cancellationData": _cancellation(view["cancellationData"]),
        "itemMetadata": _beginning_small(view["itemMetadata"], levels=2),
        "subscriptionData": _beginning_small(view["subscriptionData"], levels=4),
        "packageAttachment": {"packages": [_package(held) for held in view["packageAttachment"]["packages"]]},
    }
    return cast("DocumentAnswer", {**view, **parts, **named})


def _without_persons(whole: WholeOrder) -> WholeOrder:
    shopper = None if whole.shopper is None else Shopper(erased_at=whole.order.created_at)
    return replace(whole, shopper=shopper, placement=whole.placement and whole.placement.without_person())


def _paid(data: Mapping[str, Any], *, shows_persons: bool) -> dict[str, Any]:
    """How the order is paid; holders, and the address where the shopper pays, are shown with the other persons."""
    [transaction] = data["transactions"]
    payments = [dict(payment) for payment in transaction["payments"]]
    for payment in payments:
        answered = payment["connectorResponses"]
        payment["connectorResponses"] = {**answered, "Message": answered["Message"] or ""}
        if not shows_persons:
            payment |= {name: MASK for name in _HIDDEN_OF_A_PAYMENT if payment[name]}
    return {**data, "transactions": [{**transaction, "payments": payments}]}


def _kind_of_address(whole: WholeOrder) -> str:
    """The kind of the address, which tells of no person; the usual one where none is known."""
    address = whole.shopper.address if whole.shopper else None
    return (address and address.address_type) or _USUAL_ADDRESS


def _shipping(data: Mapping[str, Any], kind: str) -> dict[str, Any]:
    address = {**_NO_ADDRESS, **data.get("address", {}), "addressType": kind}
    return {**_NO_SHIPPING, **data, "address": address}


def _receipts(view: Mapping[str, Any]) -> list[dict[str, str]]:
    return [
        {"receiptType": held["type"], "date": held["issuanceDate"]} for held in view["packageAttachment"]["packages"]
    ]


def _cancellation(data: Mapping[str, Any] | None) -> dict[str, Any] | None:
    told = _beginning_small(data)
    return None if told is None else {name: value for name, value in told.items() if name != "actor"}


def _package(package: Mapping[str, Any]) -> dict[str, Any]:
    """An invoice; a refund's name begins small beside the order's own."""
    told = {**package, **{name: package[name] or "" for name in _TEXTS_OF_A_PACKAGE}}
    if "restitutions" in package:
        refund = package["restitutions"]["Refund"]
        told["restitutions"] = {"refund": refund, "Refund": refund}
    return told


def _beginning_small(part: Any, levels: int = 1) -> Any:
    """A part with its names, and those of some levels within, beginning small."""
    if not levels:
        return part
    if isinstance(part, list):
        return [_beginning_small(one, levels) for one in part]
    if not isinstance(part, Mapping):
        return part
    return {name[:1].lower() + name[1:]: _beginning_small(value, levels - 1) for name, value in part.items()}
