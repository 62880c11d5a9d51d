"""All changes of an order in one answer: ``…/change-summary`` (C§2.2). Amounts are minor units."""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, cast

from settlement.api.modifications.view import named_totals
from settlement.api.orders.parts_view import kept_line, kept_parts
from settlement.api.orders.view import item_view
from settlement.api.shared.dates import oms_date
from settlement.api.shared.multiplier import multiplier_view
from settlement.domain.changes.modification import Modification
from settlement.domain.order.line_value import ONE
from settlement.domain.order.order import Line, LineMention, OrderTotal
from settlement.domain.order.placement import ITEMS, LOGISTICS, SHIPPING

if TYPE_CHECKING:
    from settlement.api.change_summaries.answer import (
        ChangeSummaryAnswer,
        KindOfReplacement,
        OriginalItem,
        SummedItem,
        SummedReplacement,
    )
    from settlement.use_cases.orders.summarise_changes import Changes

_TOTALS = ("Items", "Discounts", "Shipping", "Tax")

Json = Mapping[str, Any]


def change_summary_view(changes: "Changes") -> "ChangeSummaryAnswer":
    """What an order was placed with, and what changes did to it."""
    known = _Known(changes)
    asked = [json.loads(held.request) for held in changes.modifications]
    value = changes.order.value - changes.order.placed_value
    return {
        "original": [known.original(line) for line in changes.placed_lines],
        "added": [*known.registered_added(), *(known.item(item) for one in asked for item in _items(one["add"]))],
        "removed": [
            *(known.mentioned(item) for change in changes.registered for item in change.items_removed),
            *(known.item(item) for one in asked for item in _items(one["remove"])),
        ],
        "replaced": [known.replacement(part) for one in asked for part in one["replace"]],
        "manualDiscountValueAggregated": _sum(changes.modifications, "manual_discount")
        + sum(change.discount_value for change in changes.registered),
        "manualIncrementValueAggregated": _sum(changes.modifications, "manual_increment")
        + sum(change.increment_value for change in changes.registered),
        "totalChangesValueAggregated": value,
        "totalChangeValueAggregated": value,
        "totals": [{**total, "alternativeTotals": None} for total in named_totals(_totals(changes))],
        "lastChange": oms_date(changes.last),
    }


def _sum(modifications: Iterable[Modification], name: str) -> int:
    return sum(getattr(held, name) for held in modifications)


def _items(part: Json | None) -> list[Json]:
    return part["items"] if part else []


def _totals(changes: "Changes") -> tuple[OrderTotal, ...]:
    """The published parts of all changes; manual values, and those of registered changes, are discounts or items."""
    values = dict.fromkeys(_TOTALS, 0)
    for total in (total for held in changes.modifications for total in held.totals):
        manual = "Discounts" if total.value < 0 else "Items"
        values[total.id if total.id in values else manual] += total.value
    for change in changes.registered:
        values["Discounts"] -= change.discount_value
        values["Items"] += change.increment_value
    return tuple(OrderTotal(id_, value) for id_, value in values.items())


class _Known:
    """The lines of an order and the parts that they were placed with."""

    def __init__(self, changes: "Changes") -> None:
        self._changes = changes
        self._parts = kept_parts(changes.placement)

    def original(self, line: Line) -> "OriginalItem":
        """A line as it was placed."""
        before = line.as_placed()
        shown = kept_line(self._parts, item_view(self._changes.order, before))
        return cast(
            "OriginalItem",
            {
                **shown,
                "totalQuantity": before.quantity,
                "itemIndex": line.index,
                "deliveryIds": self._delivery_ids(line.index),
            },
        )

    def item(self, item: Json) -> "SummedItem":
        """An item of a modification."""
        line = self._line(str(item["id"]), item.get("uniqueId"))
        price = item["price"] if item["price"] is not None else line.selling_price if line else 0
        told = item.get("unitMultiplier")
        multiplier = told if told is not None else multiplier_view(line.unit_multiplier if line else ONE)
        unit = item.get("measurementUnit") or (line.measurement_unit if line else "un")
        return self._summed(str(item["id"]), item.get("uniqueId"), item["quantity"], price, unit, multiplier, line)

    def mentioned(self, item: LineMention) -> "SummedItem":
        """An item of a registered change."""
        line = self._line(item.id, item.unique_id)
        multiplier = multiplier_view(item.multiplier_on(line))
        unit = line.measurement_unit if line else "un"
        return self._summed(item.id, item.unique_id, item.quantity, item.price, unit, multiplier, line)

    def registered_added(self) -> "Iterator[SummedItem]":
        """The items that registered changes added."""
        for change in self._changes.registered:
            for item in change.items_added:
                yield self.mentioned(item)

    def replacement(self, part: Json) -> "SummedReplacement":
        """A replacement of a modification."""
        left, came = _items(part["from"]), _items(part["to"])
        kind = self._kind(left, came)
        return {
            "replaceType": kind,
            "userInputType": kind,
            "from": {"items": [self.item(item) for item in left], "shippingData": None},
            "to": {"items": [self.item(item) for item in came], "shippingData": None},
            "type": "UserInput",
        }

    def _kind(self, left: list[Json], came: list[Json]) -> "KindOfReplacement":
        if len(left) != 1 or len(came) != 1 or left[0]["id"] != came[0]["id"]:
            return "ItemReplacement"
        before, after = self.item(left[0]), self.item(came[0])
        if before["unitMultiplier"] != after["unitMultiplier"]:
            return "WeightChange"
        return "PriceChange" if before["price"] != after["price"] else "QuantityChange"

    def _summed(
        self,
        id_: str,
        unique_id: str | None,
        quantity: int,
        price: int,
        unit: str,
        multiplier: float,
        line: Line | None,
    ) -> "SummedItem":
        sent = self._sent(line)
        return {
            "id": id_,
            "uniqueId": unique_id or (line.unique_id if line else ""),
            "totalQuantity": quantity,
            "quantity": quantity,
            "price": price,
            "sellingPrice": price,
            "measurementUnit": unit,
            "unitMultiplier": multiplier,
            "name": line.name if line else id_,
            "imageUrl": sent.get("imageUrl") or "",
            "detailUrl": sent.get("detailUrl") or "",
            "refId": sent.get("refId") or "",
            "priceTags": [],
            "deliveryIds": self._delivery_ids(line.index) if line else None,
        }

    def _line(self, id_: str, unique_id: str | None) -> Line | None:
        same = [line for line in self._changes.lines if line.id == id_]
        return next((line for line in same if line.unique_id == unique_id), same[0] if same else None)

    def _sent(self, line: Line | None) -> Json:
        lines = self._parts.get(ITEMS, [])
        return lines[line.index] if line is not None and line.index < len(lines) else {}

    def _delivery_ids(self, index: int) -> Any:
        ways = self._parts.get(SHIPPING, {}).get(LOGISTICS) or []
        return next((way.get("deliveryIds") for way in ways if way.get("itemIndex") == index), None)
