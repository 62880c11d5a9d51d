"""The answer of the list of orders. Amounts are minor units."""

from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from settlement.api.openapi.parts import Cents, OmsDate, Unknown, Unsigned, View


class ListedOrderAnswer(View):
    """An order in a list."""

    order_id: str
    order_group: str
    transaction_id: str
    creation_date: OmsDate
    client_name: str
    items: None
    total_value: Cents
    payment_names: str
    status: str
    status_description: str
    market_place_order_id: None
    sequence: str
    sales_channel: str
    affiliate_id: str
    origin: Literal["Marketplace"]
    workflow_in_error_state: bool
    workflow_in_retry: bool
    last_message_unread: None
    shipping_estimated_date: Annotated[None, Field(alias="ShippingEstimatedDate")]
    shipping_estimated_date_max: Annotated[None, Field(alias="ShippingEstimatedDateMax")]
    shipping_estimated_date_min: Annotated[None, Field(alias="ShippingEstimatedDateMin")]
    order_is_complete: bool
    list_id: None
    list_type: None
    authorized_date: OmsDate | None
    call_center_operator_name: None
    total_items: Unsigned
    currency_code: str


class Paging(View):
    """Which page this is; ``isPartial`` says that more orders may match than ``total``."""

    total: Unsigned
    pages: Unsigned
    current_page: Unsigned
    per_page: Unsigned
    is_partial: bool


class _Figures(View):
    """Figures over all orders that were found."""

    model_config = ConfigDict(alias_generator=None)

    count: Annotated[int, Field(alias="Count")]
    max: Annotated[int, Field(alias="Max")]
    mean: Annotated[float, Field(alias="Mean")]
    min: Annotated[int, Field(alias="Min")]
    missing: Annotated[int, Field(alias="Missing")]
    std_dev: Annotated[float, Field(alias="StdDev")]
    sum: Annotated[int, Field(alias="Sum")]
    sum_of_squares: Annotated[int, Field(alias="SumOfSquares")]


class FacetStats(_Figures):
    """Figures over the orders of one facet."""

    facets: Annotated[None, Field(alias="Facets")]


class Facets(View):
    """Figures by origin and by currency."""

    origin: dict[str, FacetStats]
    currency_code: dict[str, FacetStats]


class Stats(_Figures):
    """Figures over all orders that were found, and by facet."""

    facets: Annotated[Facets, Field(alias="Facets")]


class StatsOfOrders(View):
    """Figures of values and of quantities."""

    total_value: Stats
    total_items: Stats


class ListStats(View):
    """The figures."""

    stats: StatsOfOrders


class OrderList(View):
    """One page of the orders that were found, with figures over all of them."""

    listed: Annotated[list[ListedOrderAnswer], Field(alias="list")]
    facets: Annotated[list[Unknown], Field(max_length=0)]
    paging: Paging
    stats: ListStats
