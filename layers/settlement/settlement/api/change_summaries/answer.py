"""The answer that sums up an order's changes (C§2.2). Amounts are minor units."""

from typing import Annotated, Any, Literal

from typing_extensions import TypedDict

from settlement.api.modifications.answer import ChangedTotal
from settlement.api.orders.answer import OrderLine
from settlement.api.shared.answer import Cents, Null, OmsDate, Unsigned
from settlement.api.shared.schema import Says

KindOfReplacement = Literal["ItemReplacement", "WeightChange", "PriceChange", "QuantityChange"]


class OriginalItem(OrderLine):
    """A line as the order was placed with it."""

    totalQuantity: Unsigned
    """How many units were placed."""
    itemIndex: int
    """Its index in the order, from 0."""
    deliveryIds: Any
    """Where it is sent from, as it was sent; null if that was not."""


class SummedItem(TypedDict):
    """An item that changes added or removed."""

    id: str
    """The item's id."""
    uniqueId: str
    """The line's id; empty if none was named."""
    totalQuantity: Unsigned
    """How many units."""
    quantity: Unsigned
    """The same."""
    price: Cents
    """The price of one measurement unit."""
    sellingPrice: Cents
    """The same."""
    measurementUnit: str
    """What it is measured in."""
    unitMultiplier: float
    """How many measurement units one unit has."""
    name: str
    """The item's name."""
    imageUrl: str
    """Its picture, as it was sent with the order; else empty."""
    detailUrl: str
    """Its page, as it was sent with the order; else empty."""
    refId: str
    """Its id at the merchant's ERP, as it was sent with the order; else empty."""
    priceTags: list[Any]
    """Always empty: manual discounts are in the aggregated values."""
    deliveryIds: Any
    """Where it is sent from, as it was sent with the order; null if that was not."""


class SummedItems(TypedDict):
    """Items on one side of a replacement."""

    items: list[SummedItem]
    """The items."""
    shippingData: Null


SummedReplacement = TypedDict(
    "SummedReplacement",
    {
        "replaceType": Annotated[
            KindOfReplacement, Says(description="What differs: the item itself, or its weight, price or quantity.")
        ],
        "userInputType": Annotated[KindOfReplacement, Says(description="The same.")],
        "from": Annotated[SummedItems, Says(description="What left.")],
        "to": Annotated[SummedItems, Says(description="What came instead.")],
        "type": Annotated[Literal["UserInput"], Says(description="Always `UserInput`.")],
    },
)
"""Items that were replaced by others; ``from`` is no name in Python."""


class SummedTotal(ChangedTotal):
    """What all changes add to a part of the order's value."""

    alternativeTotals: Null


class ChangeSummaryAnswer(TypedDict):
    """What an order was placed with, and what all changes did to it; changes that were taken back are left out."""

    original: list[OriginalItem]
    """The lines that it was placed with."""
    added: list[SummedItem]
    """What was added."""
    removed: list[SummedItem]
    """What was removed."""
    replaced: list[SummedReplacement]
    """What was replaced, and by what."""
    manualDiscountValueAggregated: Cents
    """What was taken off beside items; of registered changes, all that they took off."""
    manualIncrementValueAggregated: Cents
    """What was added beside items; of registered changes, all that they added."""
    totalChangesValueAggregated: Cents
    """By how much the order's value has changed."""
    totalChangeValueAggregated: Cents
    """The same, under the name that its schema has."""
    totals: list[SummedTotal]
    """What that is made of; manual values stand in discounts or items."""
    lastChange: OmsDate
    """When it was last changed; when it was placed, if never."""
