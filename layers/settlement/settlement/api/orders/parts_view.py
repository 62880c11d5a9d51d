"""Kept parts of an order in its answers: as they were sent, else null where the schema allows it, or empty (C§1.3)."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, cast

from settlement.domain.order.order import Order
from settlement.domain.order.placement import (
    ADDRESS,
    INVOICE,
    ITEMS,
    OF_BUSINESS,
    OF_PERSONS,
    PREFERENCES,
    PROFILE,
    SHIPPING,
    Placement,
)

if TYPE_CHECKING:
    from settlement.api.orders.answer import OrderLine, StorePreferences
    from settlement.api.orders.parts_answer import KeptOrderAnswer
    from settlement.api.shopper.answer import ClientProfileAnswer, InvoiceDataAnswer, ShippingAnswer

_EMPTY: "KeptOrderAnswer" = {
    "sequence": "",
    "marketplaceOrderId": "",
    "marketplaceServicesEndpoint": "",
    "affiliateId": "",
    "followUpEmail": "",
    "lastMessage": None,
    "orderFormId": "",
    "isCheckedIn": False,
    "checkedInPickupPointId": None,
    "sellers": [],
    "clientPreferencesData": {},
    "ratesAndBenefitsData": {"id": "ratesAndBenefitsData", "rateAndBenefitsIdentifiers": []},
    "itemMetadata": {"Items": []},
    "marketplace": None,
    "marketingData": None,
    "giftRegistryData": None,
    "callCenterOperatorData": None,
    "openTextField": None,
    "customData": None,
    "taxData": None,
    "subscriptionData": None,
    "commercialConditionData": None,
    "marketplaceItems": [],
    "authorizationPolicyData": [],
}
"""What an order has of each part that was not sent, or was erased."""


def kept_parts(placement: Placement | None) -> dict[str, Any]:
    """The kept parts of an order by their published names, none if there are none."""
    return {} if placement is None else placement.parts


def kept_order(parts: Mapping[str, Any]) -> "KeptOrderAnswer":
    """The parts of the order itself."""
    sent = {name: parts[name] for name in (*OF_BUSINESS, *OF_PERSONS) if name in parts and name in _EMPTY}
    return cast("KeptOrderAnswer", {**_EMPTY, **sent})


def kept_line(parts: Mapping[str, Any], line: "OrderLine") -> "OrderLine":
    """A line with the parts that it was placed with; what money needs is as it is now."""
    lines = parts.get(ITEMS, [])
    sent = lines[line["index"]] if line["index"] < len(lines) else {}
    reason = sent.get("priceDefinition", {})
    prices = {"priceDefinition": {**line["priceDefinition"], **reason}} if reason else {}
    return cast("OrderLine", {**sent, **line, **prices})


def kept_profile(parts: Mapping[str, Any], profile: "ClientProfileAnswer") -> "ClientProfileAnswer":
    """Who ordered, with the parts that were sent besides."""
    return cast("ClientProfileAnswer", {**profile, **parts.get(PROFILE, {})})


def kept_shipping(parts: Mapping[str, Any], shipping: "ShippingAnswer") -> "ShippingAnswer":
    """Where the order goes and how, with the parts that were sent besides."""
    return cast("ShippingAnswer", _with_address(shipping, parts.get(SHIPPING, {})))


def kept_invoice_data(parts: Mapping[str, Any], told: "InvoiceDataAnswer | None") -> "InvoiceDataAnswer | None":
    """Where the bill goes, with the parts that were sent besides."""
    sent = parts.get(INVOICE, {})
    if not sent:
        return told
    nothing = {"address": None, "userPaymentInfo": None, "invoiceSubject": None}
    return cast("InvoiceDataAnswer", _with_address(told or nothing, sent))


def kept_preferences(parts: Mapping[str, Any], order: Order, decimals: int) -> "StorePreferences":
    """How the store writes amounts, with the order's currency."""
    sent = parts.get(PREFERENCES, {})
    told = sent.get("currencyFormatInfo")
    form = {**(told if isinstance(told, dict) else {}), "CurrencyDecimalDigits": decimals}
    return cast("StorePreferences", {**sent, "currencyCode": order.currency, "currencyFormatInfo": form})


def _with_address(told: Mapping[str, Any], sent: Mapping[str, Any]) -> dict[str, Any]:
    address = {**(told.get(ADDRESS) or {}), **sent.get(ADDRESS, {})}
    return {**told, **sent, **({ADDRESS: address} if address else {})}
