"""The answer of the list of orders. Amounts are minor units."""

from typing import Literal

from typing_extensions import TypedDict

from settlement.api.shared.answer import Blank, Cents, Nothing, Null, OmsDate, Unsigned


class ListedOrderAnswer(TypedDict):
    """An order in a list."""

    orderId: str
    """The order's id."""
    orderGroup: str
    """The group that the order belongs to."""
    transactionId: str
    """The id of its transaction."""
    creationDate: OmsDate
    """When it was placed."""
    clientName: Blank
    items: Null
    totalValue: Cents
    """The current value, after changes."""
    invoicedValue: Cents
    """What its sale invoices count up to."""
    leftToInvoiceValue: Cents
    """What is left to invoice."""
    settledValue: Cents
    """What connectors captured."""
    openValue: Cents
    """What is neither settled nor cancelled."""
    paymentNames: str
    """The names of its payment systems, with commas between."""
    status: str
    """How far the order is; while a settlement is attempted, how far it was before."""
    statusDescription: str
    """The same as `status`."""
    marketPlaceOrderId: Null
    sequence: str
    """The order's number at the store, as it was sent; else empty."""
    salesChannel: str
    """The sales channel that it was placed in."""
    affiliateId: str
    """The affiliate that sold it, as it was sent; else empty."""
    sellerNames: list[str]
    """The names of its sellers, as they were sent."""
    origin: Literal["Marketplace"]
    """Always `Marketplace`."""
    workflowInErrorState: bool
    """Whether a person has to do something for it, as `workflowIsInError` of the order."""
    workflowInRetry: bool
    """Always false."""
    lastMessageUnread: Null
    ShippingEstimatedDate: str | None
    """When its last line is to arrive, as it was sent; null if that was not."""
    ShippingEstimatedDateMax: str | None
    """The same."""
    ShippingEstimatedDateMin: str | None
    """When its first line is to arrive, as it was sent; null if that was not."""
    orderIsComplete: bool
    """Always true: there are no incomplete orders."""
    listId: Null
    listType: Null
    authorizedDate: OmsDate | None
    """When its payments were authorised; null until then."""
    callCenterOperatorName: str | None
    """Who took it on the telephone, as it was sent; null if nobody did."""
    totalItems: Unsigned
    """How many units it has."""
    currencyCode: str
    """The currency, as ISO 4217 code."""


class Paging(TypedDict):
    """Which page this is; ``isPartial`` says that ``total`` is not exact: many more may match, or one less."""

    total: Unsigned
    """How many orders were found: up to the first one behind the page, or all of them with `_stats=1`."""
    pages: Unsigned
    """How many pages they make."""
    currentPage: Unsigned
    """The page that is shown, from 1."""
    perPage: Unsigned
    """How many orders a page has."""
    isPartial: bool
    """Whether more orders may match than were looked at."""


class Figures(TypedDict):
    """Figures over the orders that were found: minor units for values, units for items."""

    Count: int
    """How many orders."""
    Max: int
    """The largest."""
    Mean: float
    """The mean."""
    Min: int
    """The smallest."""
    Missing: int
    """Always 0."""
    StdDev: float
    """The standard deviation of a sample."""
    Sum: int
    """The sum."""
    SumOfSquares: int
    """The sum of squares."""


class FacetStats(Figures):
    """Figures over the orders of one facet."""

    Facets: Null


class Facets(TypedDict):
    """Figures by origin and by currency."""

    origin: dict[str, FacetStats]
    """By where orders come from."""
    currencyCode: dict[str, FacetStats]
    """By currency; values of different currencies are not comparable."""


_FacetsOfStats = Facets


class Stats(Figures):
    """Figures over the orders that were found, and by facet."""

    Facets: _FacetsOfStats
    """The same figures by facet."""


class StatsOfOrders(TypedDict):
    """Figures of values and of quantities."""

    totalValue: Stats
    """Of the orders' values, in minor units."""
    totalItems: Stats
    """Of how many units they have."""


class ListStats(TypedDict):
    """The figures."""

    stats: StatsOfOrders
    """Figures over the orders that were found: all that match with `_stats=1`, else those up to the page's end."""


ListedOrders = list[ListedOrderAnswer]


class Listing(TypedDict):
    """Which page of a list this is, with figures over all that was found."""

    facets: Nothing
    paging: Paging
    """Which page this is."""
    stats: ListStats
    """Figures over all that were found."""


class OrderList(Listing):
    """One page of the orders that were found, with figures over all of them."""

    list: ListedOrders
    """The orders of this page."""
