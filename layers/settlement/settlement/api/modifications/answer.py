"""Answers about order modifications (C§2.2). Amounts are minor units."""

from typing import Annotated, Literal, NotRequired

from typing_extensions import TypedDict

from settlement.api.approvals.answer import ApprovalAnswer
from settlement.api.modifications.request import (
    Items,
    PaymentConfiguration,
    PipelineConfiguration,
    RolloutConfiguration,
)
from settlement.api.previews.answer import MoneyPreview
from settlement.api.shared.answer import Cents, Nothing, Null, OmsDate, Unknown
from settlement.api.shared.schema import Says

TotalOfChange = Literal["Items", "Discounts", "Shipping", "Tax", "ManualValues"]
Progress = Literal["waiting-confirmation", "done", "canceling", "canceled"]


class ChangedTotal(TypedDict):
    """What a modification adds to a part of the order's value."""

    id: TotalOfChange
    """Which part."""
    name: str
    """Its name for people."""
    value: Cents
    """What is added to it; negative for what is taken off."""


class SettingsOfModification(TypedDict):
    """The settings a modification was taken under."""

    paymentConfiguration: PaymentConfiguration
    """Which payment systems take modifications."""
    rolloutConfiguration: RolloutConfiguration
    """For whom modifications are open."""
    pipelineConfiguration: PipelineConfiguration
    """How a modification is carried out."""
    customPaymentSystemsAllowed: list[str]
    """The same as in `paymentConfiguration`."""


class Origin(TypedDict):
    """Whose order it is."""

    account: str
    """The account."""
    orderId: str
    """The order's id."""
    component: str
    """Always `MarketplaceComponent`."""


class NoTransactions(TypedDict):
    """Payments, which a modification does not name."""

    transactions: Nothing


class NoShipping(TypedDict):
    """Logistics of what leaves, which a modification does not name."""

    logisticsInfo: Nothing


class Product(TypedDict):
    """The product, which this system does not know."""

    dimension: Null
    brandName: Null
    brandId: Null
    offeringInfo: Null
    offeringType: Null
    offeringTypeId: Null
    categoriesIds: Null
    productClusterId: Null
    commercialConditionId: Null


class Pickup(TypedDict):
    """The pickup point, which this system does not know."""

    isPickupStore: Null
    friendlyName: Null
    address: Null
    additionalInfo: Null
    dockId: Null


class Leaving(TypedDict):
    """An item that is replaced; ``sellingPrice`` is the unit price it leaves with."""

    id: str
    """The item's id."""
    uniqueId: str
    """The line's id, unique in the order; empty for a line that is gone."""
    quantity: int
    """How many units."""
    sellingPrice: Cents
    """The price of one measurement unit that it leaves with."""
    name: str | None
    """The item's name."""
    unitMultiplier: float
    """How many measurement units one unit has."""
    price: Null
    measurementUnit: str | None
    """What it is measured in, such as `un` or `kg`."""
    detailUrl: Null
    imageUrl: Null


class NotKnownOfItem(TypedDict):
    """What an item has elsewhere and this system does not know."""

    productCategories: Unknown
    """Always an empty object."""
    assemblies: Nothing
    sellerChain: Nothing
    components: Nothing
    bundleItems: Nothing
    attachments: Nothing
    attachmentOfferings: Nothing
    offerings: Nothing
    additionalInfo: Product
    """Without a word of the product."""
    productId: Null
    productRefId: Null
    refId: Null
    ean: Null
    skuName: Null
    modalType: Null
    parentItemIndex: Null
    parentAssemblyBinding: Null
    priceValidUntil: Null
    manualPriceAppliedBy: Null
    preSaleDate: Null
    productCategoryIds: Null
    seller: Null
    imageUrl: Null
    detailUrl: Null
    availability: Null
    manufacturerCode: Null
    priceDefinition: Null


class Arriving(NotKnownOfItem):
    """An item that comes instead."""

    uniqueId: str
    """The line's id, unique in the order; empty if none was asked for."""
    id: str
    """The item's id."""
    name: str | None
    """The item's name; null for one that is new to the order."""
    quantity: int
    """How many units."""
    price: Cents | None
    """The price of one measurement unit that was asked for."""
    manualPrice: Cents | None
    """The same as `price`."""
    listPrice: Null
    sellingPrice: Cents | None
    """What one measurement unit is sold for."""
    tax: Cents
    """Always 0: taxes are price tags."""
    rewardValue: int
    """Always 0."""
    isGift: bool
    """Always false."""
    measurementUnit: str
    """What it is measured in, such as `un` or `kg`."""
    unitMultiplier: float
    """How many measurement units one unit has."""
    priceTags: list[str]
    """The names of what made its price."""
    manualDiscountValue: Cents
    """What its line is discounted by."""
    manualIncrementValue: Cents
    """What its line is raised by."""


class DeliveryChannel(TypedDict):
    """A way of delivery."""

    id: str
    """The channel, such as `delivery`."""


class NotKnownOfLogistics(TypedDict):
    """What sending an item has elsewhere and this system does not know."""

    slas: Nothing
    shipsTo: Nothing
    deliveryIds: Nothing
    pickupStoreInfo: Pickup
    """Without a pickup point."""
    lockTTL: Null
    shippingEstimate: Null
    dockEstimate: Null
    shippingEstimateDate: Null
    deliveryCompany: Null
    polygonName: Null
    transitTime: Null
    deliveryWindow: Null
    pickupPointId: Null
    pickupDistance: Null


class LogisticsOfItem(NotKnownOfLogistics):
    """How an item is sent, and for how much."""

    itemIndex: int
    """The item's index in `items`, from 0."""
    itemId: str
    """The item's id; empty if there is none at that index."""
    selectedSla: str
    """The way of delivery that was chosen."""
    addressId: str
    """The address that was chosen."""
    price: Cents
    """What sending it costs."""
    listPrice: Cents
    """The same as `price`."""
    sellingPrice: Cents
    """The same as `price`."""
    deliveryChannels: list[DeliveryChannel]
    """The channel that was chosen; none if none was."""


class LogisticsInfo(TypedDict):
    """How what comes instead is sent."""

    logisticsInfo: list[LogisticsOfItem]
    """One for each item whose shipping was named."""


class ReplacedItems(TypedDict):
    """What leaves."""

    paymentData: NoTransactions
    """Without payments."""
    items: list[Leaving]
    """The items that leave."""
    shippingData: NoShipping
    """Without logistics."""


class ReplacingItems(TypedDict):
    """What comes instead."""

    items: list[Arriving]
    """The items that come."""
    paymentData: NoTransactions
    """Without payments."""
    receiptData: Null
    shippingData: LogisticsInfo
    """How they are sent."""


ReplacementAnswer = TypedDict(
    "ReplacementAnswer",
    {
        "from": Annotated[ReplacedItems, Says(description="What leaves.")],
        "to": Annotated[ReplacingItems, Says(description="What comes instead.")],
    },
)
ReplacementAnswer.__doc__ = """Items out (``from``), and others in (``to``)."""


class Asked(TypedDict):
    """What was asked for, under which settings."""

    add: Items | None
    """The items that were added; null for none."""
    remove: Items | None
    """The items that were taken out; null for none."""
    replace: list[ReplacementAnswer]
    """The items that were replaced by others."""
    settings: SettingsOfModification
    """The settings that it was taken under."""
    ignoredFields: list[str]
    """Fields that were sent and that nothing is done with, such as `replace.0.to.items.0.seller`."""


class AskedModification(Asked):
    """What every answer about a modification shows."""

    reason: str
    """Why, in words."""
    manualDiscountValue: Cents
    """What was taken off beside the items."""
    manualIncrementValue: Cents
    """What was added beside the items."""
    totalChangeValue: Cents
    """By how much the order's value changes; negative for less."""
    totals: list[ChangedTotal]
    """What that is made of."""
    date: OmsDate
    """When it was taken; of a preview, when it was asked for."""
    origin: Origin
    """Whose order it is."""


class ModificationAnswer(AskedModification):
    """A modification that was taken."""

    requestId: str
    """The modification's id."""
    workflowId: str
    """The id of what carries it out."""


class ModificationTaken(ModificationAnswer):
    """A modification that was taken, or that waits for a second key."""

    approval: NotRequired[ApprovalAnswer]
    """What it waits for, if it does."""


class Log(TypedDict):
    """A line of a modification's log."""

    date: OmsDate
    """When."""
    message: str
    """What happened, for people."""
    source: str
    """Always `settlement`."""
    status: str
    """The modification's status after it."""


class TakenBack(TypedDict):
    """Who took a modification back, why and when."""

    requestedByUser: bool
    """Always true."""
    reason: str
    """Why, in words."""
    cancellationDate: OmsDate
    """When."""


class ModificationDetails(ModificationAnswer):
    """A modification with its status and log."""

    status: Progress
    """How far it is."""
    inProgress: bool
    """Whether its money is on its way."""
    finished: bool
    """Whether it is done or taken back."""
    logs: list[Log]
    """What happened, oldest first."""
    cancellationData: TakenBack | None
    """Who took it back; null if nobody did."""
    approval: ApprovalAnswer | None
    """What it waits for; null if it was taken."""


class ModificationAction(TypedDict):
    """The operation that carries a modification out."""

    requestId: str
    """The modification's id."""
    status: Progress
    """How far it is."""
    cancelledValue: Cents
    """What it cancels."""
    refundedValue: Cents
    """What it refunds."""


class ModificationHistory(TypedDict):
    """Every modification that was carried out."""

    requests: list[ModificationAnswer]
    """What was asked for."""
    actions: list[ModificationAction]
    """What that moved."""


class ModificationPreview(AskedModification, MoneyPreview):
    """What a modification would do, with nothing applied."""

    requestId: None
    """Always null: nothing was taken."""
    workflowId: None
    """Always null: nothing was taken."""
    orderValue: Cents
    """The order's value after it."""
