"""What a modification asked for, in the shape its routes show it (C§2.2). Amounts are minor units.

The published shape has many keys about catalogue and logistics; what this system does not know is null or empty.
"""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from settlement.api.multiplier_view import multiplier_view
from settlement.domain.order.line_value import ONE
from settlement.domain.order.order import Line

Json = Mapping[str, Any]


def asked_view(request: str, lines: Iterable[Line]) -> dict[str, Any]:
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
    }


def _replacement(part: Json, lines: list[Line]) -> dict[str, Any]:
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


def _leaving(item: Json, lines: list[Line]) -> dict[str, Any]:
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
        **dict.fromkeys(("detailUrl", "imageUrl")),
        "unitMultiplier": _multiplier(item, line),
    }


_UNKNOWN_OF_AN_ITEM = (
    *("productId", "productRefId", "refId", "ean", "skuName", "modalType", "parentItemIndex", "parentAssemblyBinding"),
    *("priceValidUntil", "manualPriceAppliedBy", "preSaleDate", "productCategoryIds", "seller"),
    *("imageUrl", "detailUrl", "availability", "manufacturerCode", "priceDefinition"),
)
_UNKNOWN_OF_A_PRODUCT = (
    *("dimension", "brandName", "brandId", "offeringInfo", "offeringType", "offeringTypeId", "categoriesIds"),
    *("productClusterId", "commercialConditionId"),
)
_EMPTY = ("assemblies", "sellerChain", "components", "bundleItems", "attachments", "attachmentOfferings", "offerings")


def _arriving(item: Json, lines: list[Line]) -> dict[str, Any]:
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
        "additionalInfo": dict.fromkeys(_UNKNOWN_OF_A_PRODUCT),
        "productCategories": {},
        **dict.fromkeys(_UNKNOWN_OF_AN_ITEM),
        **{name: [] for name in _EMPTY},
    }


_UNKNOWN_OF_LOGISTICS = (
    *("shippingEstimate", "dockEstimate", "shippingEstimateDate", "lockTTL", "deliveryCompany", "polygonName"),
    *("transitTime", "deliveryWindow", "pickupPointId", "pickupDistance"),
)


def _logistics(info: Json, items: list[Any]) -> dict[str, Any]:
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
        "slas": [],
        "shipsTo": [],
        "deliveryIds": [],
        "deliveryChannels": [{"id": channel}] if channel else [],
        "pickupStoreInfo": dict.fromkeys(("isPickupStore", "friendlyName", "address", "additionalInfo", "dockId")),
        **dict.fromkeys(_UNKNOWN_OF_LOGISTICS),
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
