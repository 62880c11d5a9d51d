"""Orders as lists show them, with paging and statistics over all that were found. Amounts are minor units."""

from collections.abc import Callable, Mapping, Sequence
from math import ceil, sqrt
from types import MappingProxyType
from typing import TYPE_CHECKING

from settlement.api.shared.dates import oms_date, oms_date_or_none
from settlement.domain.order.listing import ListedOrder
from settlement.domain.order.placement import NOTHING_LISTED, ListedParts
from settlement.use_cases.orders.list_orders import FoundOrders
from settlement.use_cases.orders.order_figures import OrderFigures

if TYPE_CHECKING:
    from settlement.api.order_lists.answer import (
        Facets,
        FacetStats,
        Figures,
        ListedOrderAnswer,
        Listing,
        OrderList,
        Stats,
    )

_USUAL_CURRENCY = "BRL"


def shown_on(listed: FoundOrders, page: int, per_page: int) -> list[ListedOrder]:
    """The orders of one page of the list."""
    return listed.orders[(page - 1) * per_page : page * per_page]


def order_list_view(
    listed: FoundOrders,
    figures: Mapping[str, OrderFigures],
    page: int,
    per_page: int,
    parts: Mapping[str, ListedParts] = MappingProxyType({}),
) -> "OrderList":
    """One page of the list, with the figures of its orders, and what they were placed with, by id.

    ``paging.isPartial`` says that ``total`` is not exact: many more may match, or one less.
    """
    return {
        "list": [
            _listed(order, figures[order.order_id], parts.get(order.order_id, NOTHING_LISTED))
            for order in shown_on(listed, page, per_page)
        ],
        **listing_view(listed, page, per_page),
    }


def listing_view(listed: FoundOrders, page: int, per_page: int) -> "Listing":
    """Which page a list shows, and figures over all that was found."""
    orders = listed.orders
    return {
        "facets": [],
        "paging": {
            "total": listed.total,
            "pages": ceil(listed.total / per_page),
            "currentPage": page,
            "perPage": per_page,
            "isPartial": listed.is_partial,
        },
        "stats": {
            "stats": {
                "totalValue": _stats_by(orders, lambda order: order.value),
                "totalItems": _stats_by(orders, lambda order: order.total_items),
            }
        },
    }


def _listed(order: ListedOrder, figures: OrderFigures, parts: ListedParts) -> "ListedOrderAnswer":
    return {
        "orderId": order.order_id,
        "creationDate": oms_date(order.created_at),
        "clientName": "",
        "items": None,
        "totalValue": order.value,
        "invoicedValue": figures.invoiced,
        "leftToInvoiceValue": figures.left,
        "settledValue": figures.settled,
        "openValue": figures.open,
        "paymentNames": order.payment_names,
        "status": order.listed_status,
        "statusDescription": order.listed_status,
        "marketPlaceOrderId": None,
        "sequence": parts.sequence,
        "salesChannel": order.sales_channel,
        "affiliateId": parts.affiliate_id,
        "origin": "Marketplace",
        "workflowInErrorState": order.in_error,
        "workflowInRetry": False,
        "lastMessageUnread": None,
        "ShippingEstimatedDate": parts.last_estimate,
        "ShippingEstimatedDateMax": parts.last_estimate,
        "ShippingEstimatedDateMin": parts.first_estimate,
        "orderIsComplete": True,
        "listId": None,
        "listType": None,
        "authorizedDate": oms_date_or_none(order.authorised_at),
        "callCenterOperatorName": parts.operator or None,
        "sellerNames": list(parts.sellers),
        "totalItems": order.total_items,
        "currencyCode": order.currency,
        "orderGroup": order.order_group,
        "transactionId": order.transaction_id,
    }


def _stats_by(orders: Sequence[ListedOrder], number: Callable[[ListedOrder], int]) -> "Stats":
    currencies = sorted({order.currency for order in orders} | {_USUAL_CURRENCY})
    values = [number(order) for order in orders]
    facets: Facets = {
        "origin": {"Fulfillment": _facet([]), "Marketplace": _facet(values)},
        "currencyCode": {
            currency: _facet([number(order) for order in orders if order.currency == currency])
            for currency in currencies
        },
    }
    return {**_stats(values), "Facets": facets}


def _facet(values: Sequence[int]) -> "FacetStats":
    return {**_stats(values), "Facets": None}


def _stats(values: Sequence[int]) -> "Figures":
    """Count, extremes, mean and sample deviation; all 0 of nothing."""
    count, total, squares = len(values), sum(values), sum(value * value for value in values)
    spread = (count * squares - total * total) / (count * (count - 1)) if count > 1 else 0
    return {
        "Count": count,
        "Max": max(values, default=0),
        "Mean": total / count if count else 0,
        "Min": min(values, default=0),
        "Missing": 0,
        "StdDev": sqrt(spread) if spread else 0,
        "Sum": total,
        "SumOfSquares": squares,
    }
