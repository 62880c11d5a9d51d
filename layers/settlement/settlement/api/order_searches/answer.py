"""The answer of the search of orders. Amounts are minor units."""

from typing import Annotated, Literal

from typing_extensions import TypedDict

from settlement.api.order_lists.answer import Listing
from settlement.api.shared.answer import Cents, Null, OmsDate, Unsigned
from settlement.api.shared.schema import Says

Hidden = Annotated[str, Says("Always `***`: what tells of persons is hidden.")]


class HiddenPerson(TypedDict):
    """What tells of persons."""

    clientName: Hidden
    clientEmail: Hidden
    clientDocument: Hidden
    clientCorporateName: Hidden
    clientCorporateDocument: Hidden
    userProfileId: Hidden


class NotKnownOfFound(TypedDict):
    """What is found elsewhere and this system does not know."""

    giftCardProviders: Null
    deliveryDates: Null
    marketplaceWorkflowInstanceId: Null
    fulfillmentWorkflowInstanceId: Null


class FoundOrder(HiddenPerson, NotKnownOfFound):
    """An order that was found."""

    orderId: str
    """The order's id."""
    orderGroup: str
    """The group that the order belongs to."""
    sellerOrderId: str
    """The same as `orderId`."""
    sequence: str
    """The order's number at the store, as it was sent; else empty."""
    status: str
    """How far the order is; while a settlement is attempted, how far it was before."""
    hostname: str
    """The account."""
    origin: Literal["Marketplace"]
    """Always `Marketplace`."""
    salesChannel: str
    """The sales channel that it was placed in."""
    affiliateId: str
    """The affiliate that sold it, as it was sent; else empty."""
    totalValue: Cents
    """The current value, after changes."""
    currencyCode: str
    """The currency, as ISO 4217 code."""
    totalItems: Unsigned
    """How many units it has."""
    paymentNames: str
    """The names of its payment systems, with commas between."""
    paymentIds: list[str]
    """Its payments."""
    transactionIds: list[str]
    """Its transaction."""
    pciTransactionId: list[str]
    """The connectors' transaction ids of its payments."""
    paymentNSU: list[str]
    """The connectors' sequential numbers of its payments."""
    sellerNames: list[str]
    """The names of its sellers, as they were sent."""
    sellerIds: list[str]
    """Their ids."""
    ratesAndBenefitsNames: list[str]
    """The names of its promotions, as they were sent."""
    productIds: list[str]
    """The ids of its items."""
    productNames: list[str]
    """Their names."""
    invoicesOutput: list[str] | None
    """The numbers of its sale invoices; null if there are none."""
    invoicesInput: list[str] | None
    """The numbers of its return invoices; null if there are none."""
    creationDate: OmsDate
    """When it was placed."""
    authorizedDate: OmsDate | None
    """When its payments were authorised; null until then."""
    paymentApprovedDate: OmsDate | None
    """The same."""
    invoicedDate: OmsDate | None
    """When it was invoiced to the end; null until then."""
    shippingEstimatedDateMax: str
    """When its last line is to arrive, as it was sent; else empty."""
    shippingEstimatedDateMin: str
    """When its first line is to arrive, as it was sent; else empty."""
    orderIsComplete: bool
    """Always true: there are no incomplete orders."""
    isInstore: bool
    """Always false."""
    isAllDelivered: bool
    """Whether the parcels of all its sale invoices were delivered."""
    isAnyDelivered: bool
    """Whether one of them was."""
    workflowInErrorState: bool
    """Whether a person has to do something for it."""
    workflowInRetry: bool
    """Whether a call of it is tried again."""
    listId: str | None
    """The gift list that it is for, as it was sent; null if that was not."""
    callCenterOperatorName: str | None
    """Who took it on the telephone, as it was sent; null if nobody did."""


class FoundOrders(Listing):
    """One page of the orders that were found, with figures over all of them."""

    list: Annotated[list[FoundOrder], Says(maxItems=100)]
    """The orders of this page."""
    reportRecordsLimit: int
    """How many orders one search finds at most."""
