"""Answers about an order (C§1). Amounts are minor units."""

from typing import Annotated, Literal

from typing_extensions import TypedDict

from settlement.api.changes.answer import ChangesAttachment
from settlement.api.invoices.answer import Packages
from settlement.api.orders.parts_answer import KeptLineAnswer, KeptOrderAnswer
from settlement.api.payments.answer import OmsTransaction
from settlement.api.shared.answer import (
    ActorAnswer,
    Cents,
    DoneValues,
    Nothing,
    OmsDate,
    Unsigned,
)
from settlement.api.shared.schema import Says
from settlement.api.shopper.answer import ClientProfileAnswer, InvoiceDataAnswer, ShippingAnswer
from settlement.domain.transaction.statuses import OrderStatus

TotalId = Literal["Items", "Discounts", "Shipping", "Tax"]


class PlacedOrder(TypedDict):
    """An order that was placed, with the status its payments gave it."""

    orderId: str
    """The order's id."""
    orderGroup: str
    """The group that the order belongs to."""
    transactionId: str
    """The id of its transaction."""
    status: OrderStatus
    """How far the order is: authorised, waiting for its payments, or cancelled since one was denied."""
    value: Cents
    """The value that was placed."""


class AlternativeTotal(TypedDict):
    """A part of a total that is worth naming: what order changes took or added."""

    id: Literal["Change"]
    """Always `Change`."""
    name: str
    """Its name for people."""
    value: Cents
    """What changes took (negative) or added."""


class OrderPart(TypedDict):
    """A part of the order's current value; only discounts are negative."""

    id: TotalId
    """Which part."""
    name: str
    """Its name for people."""
    value: Cents
    """Its value; only that of discounts is negative."""
    alternativeTotals: list[AlternativeTotal]
    """The share of order changes in it, if there is one."""


class CancellationData(TypedDict):
    """Who cancelled the order, why and when."""

    RequestedByUser: bool
    """Whether a request cancelled it."""
    RequestedBySystem: bool
    """Always false."""
    RequestedBySellerNotification: bool
    """Always false."""
    RequestedByPaymentNotification: bool
    """Whether a denied payment cancelled it."""
    Reason: str | None
    """Why, in words."""
    CancellationDate: OmsDate
    """When."""
    Actor: ActorAnswer | None
    """Whose request it was, or the workflow; null if it was cancelled by an earlier version."""


class SellingPriceAnswer(TypedDict):
    """A unit price, and how many units have it."""

    value: Cents
    """The price of one unit."""
    quantity: Unsigned
    """How many units have it."""


class PriceDefinitionAnswer(TypedDict):
    """The exact prices of a line."""

    calculatedSellingPrice: Cents
    """The dearest unit price, or the line's selling price where all units have one."""
    total: Cents
    """The line's value."""
    sellingPrices: list[SellingPriceAnswer]
    """Unit prices with their quantities; they add up to the total."""


class OrderLine(KeptLineAnswer):
    """A line of the order, with what became of its units."""

    uniqueId: str
    """The line's id, unique in the order."""
    index: int
    """Its index in the order, from 0."""
    seller: str
    """The id of its seller; empty if none was sent."""
    tax: Cents
    """Its tax, which stands in `totals` too."""
    id: str
    """The item's id."""
    name: str
    """The item's name."""
    quantity: Unsigned
    """How many units were ordered."""
    price: Cents
    """The price of one measurement unit."""
    listPrice: Cents
    """The price without promotions, of one measurement unit."""
    sellingPrice: Cents
    """What one measurement unit is sold for."""
    priceDefinition: PriceDefinitionAnswer
    """The exact prices of its units."""
    measurementUnit: str
    """What it is measured in, such as `un` or `kg`."""
    unitMultiplier: float
    """How many measurement units one unit has."""
    invoicedQuantity: Unsigned
    """How many units sale invoices have."""
    returnedQuantity: Unsigned
    """How many units return invoices have."""
    removedQuantity: Unsigned
    """How many units changes took off."""
    pendingToInvoice: Unsigned
    """How many units are left to invoice."""


class OrderPaymentData(TypedDict):
    """How the order is paid."""

    giftCards: Nothing
    transactions: Annotated[list[OmsTransaction], Says(minItems=1, maxItems=1)]
    """Its one transaction."""


class CurrencyFormat(TypedDict):
    """How amounts are written."""

    CurrencyDecimalDigits: int
    """How many decimals the currency has: 2 makes minor units hundredths."""


class StorePreferences(TypedDict):
    """The order's currency, and what else was sent of how the store writes amounts and times."""

    currencyCode: str
    """The currency, as ISO 4217 code."""
    currencyFormatInfo: CurrencyFormat
    """How its amounts are written."""


class OrderFacts(DoneValues, KeptOrderAnswer):
    """A whole order, but for its cancellation, which its forms write in two ways.

    ``value`` is current, after changes; ``invoicedValue`` what sale invoices count up to; ``settledValue`` and
    ``refundedValue`` what connectors did; ``openValue`` what is neither settled nor cancelled.
    """

    orderId: str
    """The order's id."""
    orderGroup: str
    """The group that the order belongs to."""
    sellerOrderId: str
    """The order's id at the seller, as it was sent, else the same as `orderId`."""
    origin: str
    """Where it stands in the chain of sale, as it was sent, else `Marketplace`."""
    salesChannel: str
    """The sales channel that it was placed in."""
    hostname: str
    """The account."""
    merchantName: str
    """The merchant's name, of the account's settings."""
    status: OrderStatus
    """How far the order is."""
    statusDescription: str
    """The same as `status`."""
    workflowIsInError: bool
    """Whether an operator has to put something right."""
    isCompleted: bool
    """Always true: there are no incomplete orders."""
    allowCancellation: bool
    """Whether it can be cancelled: no sale invoice counts, and it is not cancelled yet."""
    allowEdition: bool
    """Whether it takes changes."""
    value: Cents
    """The current value, after changes."""
    invoicedValue: Cents
    """What sale invoices count up to."""
    roundingError: Cents
    """By how much the parts may differ from the value, as the order was placed."""
    totals: list[OrderPart]
    """The parts of the current value."""
    creationDate: OmsDate
    """When it was placed."""
    lastChange: OmsDate
    """When a request or an authorisation last changed it."""
    authorizedDate: OmsDate | None
    """When its payments were authorised; null until then."""
    invoicedDate: OmsDate | None
    """When it was invoiced to the end; null until then."""
    cancelReason: str | None
    """Why it was cancelled; null if it is not, or nobody said."""
    items: list[OrderLine]
    """Its lines."""
    storePreferencesData: StorePreferences
    """Its currency."""
    packageAttachment: Packages
    """Its invoices."""
    changesAttachment: ChangesAttachment
    """Its registered changes."""
    paymentData: OrderPaymentData
    """How it is paid."""
    shippingData: ShippingAnswer
    """Where it goes."""
    clientProfileData: ClientProfileAnswer
    """Who ordered."""
    invoiceData: InvoiceDataAnswer | None
    """Where the bill goes; null if that was not told."""


class OrderAnswer(OrderFacts):
    """A whole order."""

    cancellationData: CancellationData | None
    """Who cancelled it and when; null if it is not cancelled."""


class PendingLine(TypedDict):
    """What is left to invoice of a line."""

    uniqueId: str
    """The line's id, unique in the order."""
    id: str
    """The item's id."""
    itemIndex: int
    """The line's index in the order, from 0."""
    quantity: Unsigned
    """How many units are left."""
    value: Cents
    """What they are worth together."""
    sellingPrices: list[SellingPriceAnswer]
    """Unit prices with their quantities; they add up to the value."""


class LeftToInvoiceAnswer(TypedDict):
    """What the next invoices have to say so that no cent is left over."""

    orderId: str
    """The order's id."""
    value: Cents
    """What is left to invoice."""
    items: list[PendingLine]
    """What is left of each line."""
    extraValue: Cents
    """What is left beside the lines, such as freight."""
    invoiceValues: list[Cents]
    """The value of each of the invoices that were asked for."""
