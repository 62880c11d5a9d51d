"""What an order was placed with that money does not need: kept as it came, for its ERP (C§1.3, D168).

The parts are those of the published order. They are stored apart from the heads, lines and shopper, and never change
but by an erasure.
"""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from settlement.domain.errors import InvalidRequest
from settlement.values import dataclass

MAX_PLACEMENT_BYTES = 300_000
"""The parts are stored in one item of the table, of at most 400 kB."""

MAX_FOUND_BY = 50
"""Sellers, and promotions, of an order that lists find it by: the first ones."""

MAX_FOUND_CHARACTERS = 100
"""Characters of a name that lists find an order by."""

ITEMS = "items"
PROFILE = "clientProfileData"
SHIPPING = "shippingData"
INVOICE = "invoiceData"
PREFERENCES = "storePreferencesData"
ADDRESS = "address"
LOGISTICS = "logisticsInfo"

OF_BUSINESS = (
    *("sequence", "marketplaceOrderId", "marketplaceServicesEndpoint", "sellerOrderId", "origin", "affiliateId"),
    *("isCheckedIn", "checkedInPickupPointId", "sellers", "marketplace", "marketplaceItems", "marketingData"),
    *("ratesAndBenefitsData", "itemMetadata", "taxData", "subscriptionData", "commercialConditionData", PREFERENCES),
)
"""Parts of an order that tell of no person."""

OF_PERSONS = (
    *("followUpEmail", "lastMessage", "orderFormId", "clientPreferencesData", "callCenterOperatorData"),
    *("giftRegistryData", "openTextField", "customData", "authorizationPolicyData"),
)
"""Parts of an order that tell of a person, or can."""

ITEM_OF_BUSINESS = (
    *("productId", "ean", "lockId", "refId", "sellerSku", "priceValidUntil", "imageUrl", "detailUrl", "additionalInfo"),
    *("productCategories", "manualPrice", "priceTags", "commission", "freightCommission", "shippingPrice", "costPrice"),
    *("rewardValue", "customTax", "taxCode", "isGift", "preSaleDate", "bundleItems", "offerings", "parentItemIndex"),
    *("parentAssemblyBinding", "attachmentOfferings", "marketingData", "priceDefinition"),
)
ITEM_OF_PERSONS = (
    *("itemAttachment", "attachments", "params", "components", "assemblies", "callCenterOperator", "serialNumbers"),
    "manualPriceAppliedBy",
)
"""Parts of a line; what the shopper had put on or into it can tell of a person."""

PROFILE_PARTS = ("id", "stateInscription", "corporatePhone", "userProfileVersion", "customerClass", "customerCode")
ADDRESS_PARTS = ("addressId", "versionId", "entityId", "geoCoordinates", "contactId")
SHIPPING_PARTS = ("id", LOGISTICS, "trackingHints", "selectedAddresses", "contactInformation")
INVOICE_PARTS = ("userPaymentInfo", "invoiceSubject", "settleInvoices")

_LOGISTICS_OF_BUSINESS = (
    *("itemIndex", "selectedSla", "selectedDeliveryChannel", "lockTTL", "price", "listPrice", "sellingPrice"),
    *("deliveryWindow", "deliveryCompany", "shippingEstimate", "shippingEstimateDate", "shipsTo", "deliveryIds"),
    *("deliveryChannels", "deliveryChannel", "transitTime"),
)
"""Parts of a line's delivery that tell nothing of the place where it goes."""

Parts = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Placement:
    """The kept parts of an order, as JSON text; those of its lines in the order of the lines."""

    text: str

    @property
    def parts(self) -> dict[str, Any]:
        """The parts by their published names."""
        parts: dict[str, Any] = json.loads(self.text)
        return parts

    @property
    def barcodes(self) -> dict[int, str]:
        """The GTINs of the lines that have one, by their index."""
        items = self.parts.get(ITEMS, [])
        return {index: item["ean"] for index, item in enumerate(items) if isinstance(item.get("ean"), str)}

    def without_person(self) -> "Placement":
        """Return the placement without what tells of a person, or can."""
        parts = self.parts
        kept = _named(parts, OF_BUSINESS)
        if ITEMS in parts:
            kept[ITEMS] = [_named(item, ITEM_OF_BUSINESS) for item in parts[ITEMS]]
        ways = parts.get(SHIPPING, {}).get(LOGISTICS)
        if ways is not None:
            kept[SHIPPING] = {LOGISTICS: [_named(way, _LOGISTICS_OF_BUSINESS) for way in ways]}
        return Placement(_written(kept))

    @property
    def identity(self) -> str:
        """What makes two placements the same, whatever the order of their names: their parts of business."""
        return json.dumps(self.without_person().parts, sort_keys=True)


def placement_of(order: Parts) -> Placement | None:
    """Return what a published order has to be kept, None if that is nothing.

    Parts that are not of their published form are left to the order's own checks. Raises ``InvalidRequest`` above the
    limit.
    """
    kept = {name: part for name, part in _named(order, (*OF_BUSINESS, *OF_PERSONS)).items() if part is not None}
    inner = {
        PROFILE: _named(_object(order.get(PROFILE)), PROFILE_PARTS),
        SHIPPING: _with_address(order.get(SHIPPING), SHIPPING_PARTS),
        INVOICE: _with_address(order.get(INVOICE), INVOICE_PARTS),
    }
    kept |= {name: parts for name, parts in inner.items() if parts}
    lines = [_item(item) for item in _list(order.get(ITEMS))]
    if any(lines):
        kept[ITEMS] = lines
    if not kept:
        return None
    text = _written(kept)
    if (size := len(text.encode())) > MAX_PLACEMENT_BYTES:
        largest = max(kept, key=lambda name: len(_written(kept[name])))
        raise InvalidRequest(
            f"{largest} and what else is kept of the order as it is sent have {size} bytes as JSON; "
            f"the limit is {MAX_PLACEMENT_BYTES}"
        )
    return Placement(text)


def _item(item: Any) -> dict[str, Any]:
    kept = _named(_object(item), (*ITEM_OF_BUSINESS, *ITEM_OF_PERSONS))
    reason = _named(_object(kept.pop("priceDefinition", None)), ("reason",))
    return kept | ({"priceDefinition": reason} if reason else {})


def _with_address(part: Any, names: Iterable[str]) -> dict[str, Any]:
    told = _object(part)
    address = _named(_object(told.get(ADDRESS)), ADDRESS_PARTS)
    return _named(told, names) | ({ADDRESS: address} if address else {})


def _named(part: Parts, names: Iterable[str]) -> dict[str, Any]:
    return {name: part[name] for name in names if name in part}


def _object(part: Any) -> Parts:
    return part if isinstance(part, Mapping) else {}


def _list(part: Any) -> list[Any]:
    return part if isinstance(part, list) else []


def _written(parts: Any) -> str:
    return json.dumps(parts, ensure_ascii=False, separators=(",", ":"))


@dataclass(frozen=True, slots=True)
class ListedParts:
    """What lists show of an order's placement, and find it by; ``estimates`` are the first and last day of delivery."""

    sequence: str = ""
    affiliate_id: str = ""
    sellers: tuple[str, ...] = ()
    seller_ids: tuple[str, ...] = ()
    promotions: tuple[str, ...] = ()
    utm_source: str = ""
    operator: str = ""
    gift_list: str = ""
    estimates: tuple[str, ...] = ()

    @property
    def first_estimate(self) -> str | None:
        """When the first line arrives, as it was sent."""
        return self.estimates[0] if self.estimates else None

    @property
    def last_estimate(self) -> str | None:
        """When the last line arrives, as it was sent."""
        return self.estimates[-1] if self.estimates else None


NOTHING_LISTED = ListedParts()


def listed_parts(placement: Placement) -> ListedParts:
    """Return what lists have of a placement."""
    parts = placement.parts
    sellers = [_object(seller) for seller in _list(parts.get("sellers"))]
    promotions = _list(_object(parts.get("ratesAndBenefitsData")).get("rateAndBenefitsIdentifiers"))
    ways = _list(_object(parts.get(SHIPPING)).get(LOGISTICS))
    estimates = sorted(_texts(_object(way).get("shippingEstimateDate") for way in ways))
    return ListedParts(
        sequence=_text(parts.get("sequence")),
        affiliate_id=_text(parts.get("affiliateId")),
        sellers=_texts(seller.get("name") for seller in sellers),
        seller_ids=_texts(seller.get("id") for seller in sellers),
        promotions=_texts(_object(promotion).get("name") for promotion in promotions),
        utm_source=_text(_object(parts.get("marketingData")).get("utmSource")),
        operator=_text(_object(parts.get("callCenterOperatorData")).get("userName")),
        gift_list=_text(_object(parts.get("giftRegistryData")).get("giftRegistryId")),
        estimates=(estimates[0], estimates[-1]) if estimates else (),
    )


def _text(value: Any) -> str:
    is_number = isinstance(value, int) and not isinstance(value, bool)
    return str(value)[:MAX_FOUND_CHARACTERS] if is_number or isinstance(value, str) else ""


def _texts(values: Iterable[Any]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(filter(None, map(_text, values))))[:MAX_FOUND_BY]
