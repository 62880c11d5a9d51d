"""What a modification asked for, in the shape its routes show it (C§2.2). Amounts are minor units.

The published shape has many keys about catalogue and logistics; what this system does not know is null or empty.
"""

import json
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from settlement.api.shared.multiplier import multiplier_view
from settlement.domain.order.line_value import ONE
from settlement.domain.order.order import Line

if TYPE_CHECKING:
    from settlement.api.modifications.answer import (
        Arriving,
        Asked,
        Leaving,
        LogisticsOfItem,
        NotKnownOfItem,
        NotKnownOfLogistics,
        Pickup,
        Product,
        ReplacementAnswer,
    )

Json = Mapping[str, Any]


def asked_view(request: str, lines: Iterable[Line]) -> "Asked":
    """The stored add, remove, replace and settings; ``lines`` are those that items were taken off."""
    asked = json.loads(request)
    settings = asked["settings"]
    allowed = settings["paymentConfiguration"]["customPaymentSystemsAllowed"]
    known = list(lines)
    return {
        "add": asked["add"],
        "remove": asked["remove"],
        "replace": [_replacement(part, known) for part in asked["replace"]],
        "settings": settings | {"customPaymentSystemsAllowed": allowed},
        "ignoredFields": asked.get("ignoredFields", []),
    }


def _replacement(part: Json, lines: list[Line]) -> "ReplacementAnswer":
    arriving = part["to"]["items"]
    return {
        "from": {
            "paymentData": {"transactions": []},
            "items": [_leaving(item, lines) for item in part["from"]["items"]],
            "shippingData": {"logisticsInfo": []},
        },
        "to": {
            "items": [_arriving(item, lines) for item in arriving],
            "paymentData": {"transactions": []},
            "receiptData": None,
            "shippingData": {
                "logisticsInfo": [_logistics(info, arriving) for info in part["to"]["shippingData"]["logisticsInfo"]]
            },
        },
    }


def _leaving(item: Json, lines: list[Line]) -> "Leaving":
    """An item that is replaced; ``sellingPrice`` is the unit price it left with."""
    line = _line_of(item, lines)
    return {
        "id": item["id"],
        "uniqueId": item["uniqueId"] or (line.unique_id if line else ""),
        "quantity": item["quantity"],
        "price": None,
        "sellingPrice": _price(item, line),
        "name": line.name if line else None,
        "measurementUnit": line.measurement_unit if line else None,
        "detailUrl": None,
        "imageUrl": None,
        "unitMultiplier": _multiplier(item, line),
    }


_PRODUCT: "Product" = {
    "dimension": None,
    "brandName": None,
    "brandId": None,
    "offeringInfo": None,
    "offeringType": None,
    "offeringTypeId": None,
    "categoriesIds": None,
    "productClusterId": None,
    "commercialConditionId": None,
}
_UNKNOWN_OF_AN_ITEM: "NotKnownOfItem" = {
    "productCategories": {},
    "assemblies": [],
    "sellerChain": [],
    "components": [],
    "bundleItems": [],
    "attachments": [],
    "attachmentOfferings": [],
    "offerings": [],
    "additionalInfo": _PRODUCT,
    "productId": None,
    "productRefId": None,
    "refId": None,
    "ean": None,
    "skuName": None,
    "modalType": None,
    "parentItemIndex": None,
    "parentAssemblyBinding": None,
    "priceValidUntil": None,
    "manualPriceAppliedBy": None,
    "preSaleDate": None,
    "productCategoryIds": None,
    "seller": None,
    "imageUrl": None,
    "detailUrl": None,
    "availability": None,
    "manufacturerCode": None,
    "priceDefinition": None,
}
"""What an item has elsewhere and this system does not know."""


def _arriving(item: Json, lines: list[Line]) -> "Arriving":
    """An item that comes instead; ``priceTags`` are names, the published shape has no room for their values."""
    line = _line_of(item, lines)
    return {
        "uniqueId": item["uniqueId"] or "",
        "id": item["id"],
        "name": line.name if line else None,
        "quantity": item["quantity"],
        "price": item["price"],
        "manualPrice": item["price"],
        "listPrice": item.get("listPrice"),
        "sellingPrice": _price(item, line) or None,
        "tax": 0,
        "rewardValue": 0,
        "isGift": False,
        "measurementUnit": item.get("measurementUnit") or (line.measurement_unit if line else "un"),
        "unitMultiplier": _multiplier(item, line),
        "priceTags": [tag["name"] for tag in item["priceTags"]],
        "manualDiscountValue": item["manualDiscountValue"],
        "manualIncrementValue": item["manualIncrementValue"],
        **_UNKNOWN_OF_AN_ITEM,
    }


_PICKUP: "Pickup" = {
    "isPickupStore": None,
    "friendlyName": None,
    "address": None,
    "additionalInfo": None,
    "dockId": None,
}
_UNKNOWN_OF_LOGISTICS: "NotKnownOfLogistics" = {
    "slas": [],
    "shipsTo": [],
    "deliveryIds": [],
    "pickupStoreInfo": _PICKUP,
    "lockTTL": None,
    "shippingEstimate": None,
    "dockEstimate": None,
    "shippingEstimateDate": None,
    "deliveryCompany": None,
    "polygonName": None,
    "transitTime": None,
    "deliveryWindow": None,
    "pickupPointId": None,
    "pickupDistance": None,
}
"""What sending an item has elsewhere and this system does not know."""


def _logistics(info: Json, items: list[Any]) -> "LogisticsOfItem":
    """How an item is sent, and for how much."""
    index, channel, price = info["itemIndex"], info["selectedDeliveryChannel"], info["price"]
    return {
        "itemIndex": index,
        "itemId": items[index]["id"] if index < len(items) else "",
        "selectedSla": info["selectedSla"] or "",
        "addressId": info["addressId"] or "",
        "price": price,
        "listPrice": price,
        "sellingPrice": price,
        "deliveryChannels": [{"id": channel}] if channel else [],
        **_UNKNOWN_OF_LOGISTICS,
    }


def _line_of(item: Json, lines: list[Line]) -> Line | None:
    same = [line for line in lines if line.id == item["id"]]
    return next((line for line in same if line.unique_id == item["uniqueId"]), same[0] if same else None)


def _price(item: Json, line: Line | None) -> int:
    price: int | None = item["price"]
    return (line.selling_price if line else 0) if price is None else price


def _multiplier(item: Json, line: Line | None) -> int | float:
    """The multiplier an item was sent with, else its line's; changes of before there was one have none."""
    told: int | float | None = item.get("unitMultiplier")
    return told or multiplier_view(line.unit_multiplier if line else ONE)
