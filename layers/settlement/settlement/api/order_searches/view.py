"""Orders as the extended search shows them: the list's page, with what the list leaves out. Amounts are minor units."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from settlement.api.order_lists.view import listing_view
from settlement.api.shared.dates import oms_date, oms_date_or_none
from settlement.domain.order.invoice import Invoice, InvoiceType
from settlement.domain.privacy.masking import MASK
from settlement.use_cases.orders.describe_orders import DescribedOrder
from settlement.use_cases.orders.list_orders import MAX_LISTED, FoundOrders

if TYPE_CHECKING:
    from settlement.api.order_searches.answer import FoundOrder, HiddenPerson, NotKnownOfFound
    from settlement.api.order_searches.answer import FoundOrders as Answer


_HIDDEN: "HiddenPerson" = {
    "clientName": MASK,
    "clientEmail": MASK,
    "clientDocument": MASK,
    "clientCorporateName": MASK,
    "clientCorporateDocument": MASK,
    "userProfileId": MASK,
}
_UNKNOWN: "NotKnownOfFound" = {
    "giftCardProviders": None,
    "deliveryDates": None,
    "marketplaceWorkflowInstanceId": None,
    "fulfillmentWorkflowInstanceId": None,
}
"""What is found elsewhere and this system does not know."""


def search_view(
    account: str, listed: FoundOrders, shown: Iterable[DescribedOrder], page: int, per_page: int
) -> "Answer":
    """One page of what was found."""
    return {
        "list": [_found(account, order) for order in shown],
        **listing_view(listed, page, per_page),
        "reportRecordsLimit": MAX_LISTED,
    }


def _found(account: str, described: DescribedOrder) -> "FoundOrder":
    order, parts, sales = described.order, described.parts, _of(described.invoices, InvoiceType.OUTPUT)
    delivered = [held.delivery is not None and held.delivery.is_delivered for held in sales]
    return {
        "orderId": order.order_id,
        "orderGroup": order.order_group,
        "sellerOrderId": order.order_id,
        "sequence": parts.sequence,
        "status": order.listed_status,
        "hostname": account,
        "origin": "Marketplace",
        "salesChannel": order.sales_channel,
        "affiliateId": parts.affiliate_id,
        "totalValue": order.value,
        "currencyCode": order.currency,
        "totalItems": order.total_items,
        **_HIDDEN,
        "paymentNames": order.payment_names,
        "paymentIds": [payment.payment_id for payment in described.payments],
        "transactionIds": [order.transaction_id],
        "pciTransactionId": [payment.tid for payment in described.payments if payment.tid],
        "paymentNSU": [payment.nsu for payment in described.payments if payment.nsu],
        "sellerNames": list(parts.sellers),
        "sellerIds": list(parts.seller_ids),
        "ratesAndBenefitsNames": list(parts.promotions),
        "productIds": list(dict.fromkeys(line.id for line in described.lines)),
        "productNames": list(dict.fromkeys(line.name for line in described.lines)),
        "invoicesOutput": [held.number for held in sales] or None,
        "invoicesInput": [held.number for held in _of(described.invoices, InvoiceType.INPUT)] or None,
        "creationDate": oms_date(order.created_at),
        "authorizedDate": oms_date_or_none(order.authorised_at),
        "paymentApprovedDate": oms_date_or_none(order.authorised_at),
        "invoicedDate": oms_date_or_none(order.invoiced_at),
        "shippingEstimatedDateMax": parts.last_estimate or "",
        "shippingEstimatedDateMin": parts.first_estimate or "",
        "orderIsComplete": True,
        "isInstore": False,
        "isAllDelivered": bool(delivered) and all(delivered),
        "isAnyDelivered": any(delivered),
        "workflowInErrorState": order.in_error,
        "workflowInRetry": described.is_tried_again,
        "listId": parts.gift_list or None,
        "callCenterOperatorName": parts.operator or None,
        **_UNKNOWN,
    }


def _of(invoices: Iterable[Invoice], type_: InvoiceType) -> list[Invoice]:
    return [invoice for invoice in invoices if invoice.type is type_]
