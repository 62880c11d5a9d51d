"""The order as ``GET /api/oms/pvt/orders/{orderId}`` shows it (R4, C§1.3, C§8.13). Amounts are minor units."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from settlement.api.orders.captures_view import captures_view
from settlement.api.orders.parts_view import (
    kept_invoice_data,
    kept_line,
    kept_order,
    kept_parts,
    kept_preferences,
    kept_profile,
    kept_shipping,
)
from settlement.api.payments.view import oms_payment
from settlement.api.shared.dates import oms_date, oms_date_or_none
from settlement.api.shared.multiplier import multiplier_view
from settlement.api.shared.view import actor_view
from settlement.api.shopper.view import client_profile, invoice_data, shipping_data
from settlement.domain.changes.change import Change
from settlement.domain.money import minor_digits
from settlement.domain.order.invoice import Delivery, Invoice, InvoiceCancellation, InvoiceType
from settlement.domain.order.left_to_invoice import LeftToInvoice
from settlement.domain.order.line_value import ONE, UnitPrice, unit_prices, written
from settlement.domain.order.order import Line, LineMention, Order, lines_meant, pending_to_invoice
from settlement.domain.transaction.payment import Authorisation
from settlement.domain.transaction.statuses import OrderStatus, order_status, transaction_status
from settlement.domain.transaction.transaction import Transaction
from settlement.use_cases.orders.retrieve_order import WholeOrder

if TYPE_CHECKING:
    from settlement.api.changes.answer import ChangedItem, RegisteredChange
    from settlement.api.invoices.answer import (
        CourierStatus,
        InvoiceCancelled,
        InvoiceCaptureAnswer,
        Package,
        PackedItem,
        ReturnedItem,
    )
    from settlement.api.orders.answer import (
        AlternativeTotal,
        CancellationData,
        LeftToInvoiceAnswer,
        OrderAnswer,
        OrderLine,
        OrderPart,
        PlacedOrder,
        SellingPriceAnswer,
        TotalId,
    )
    from settlement.api.payments.answer import OmsTransaction
    from settlement.api.shared.answer import DoneValues

_NAMES: "dict[TotalId, str]" = {
    "Items": "Items Total",
    "Discounts": "Discounts Total",
    "Shipping": "Shipping Total",
    "Tax": "Tax Total",
}
_CHANGES_NAME = "Order Changes Total"
_CHANGEABLE = frozenset({OrderStatus.HANDLING, OrderStatus.INVOICE, OrderStatus.PAYMENT_APPROVED})


def placed_view(order: Order, transaction: Transaction) -> "PlacedOrder":
    """The answer to placing an order: the same each time, whatever happened to the order since."""
    status = {
        Authorisation.PENDING: OrderStatus.PAYMENT_PENDING,
        Authorisation.APPROVED: OrderStatus.READY_FOR_HANDLING,
        Authorisation.DENIED: OrderStatus.CANCELED,
    }[transaction.authorisation]
    return {
        "orderId": order.order_id,
        "orderGroup": order.order_group,
        "transactionId": order.transaction_id,
        "status": status,
        "value": order.placed_value,
    }


def order_view(whole: WholeOrder) -> "OrderAnswer":
    """The whole order."""
    order, transaction, parts = whole.order, whole.transaction, kept_parts(whole.placement)
    status, captures = order_status(order, transaction), captures_view(whole.captures)
    return {
        **kept_order(parts),
        "orderId": order.order_id,
        "orderGroup": order.order_group,
        "sellerOrderId": parts.get("sellerOrderId", order.order_id),
        "origin": parts.get("origin", "Marketplace"),
        "hostname": order.account,
        "merchantName": whole.settings.merchant_name or order.account,
        "status": status,
        "statusDescription": status.value,
        "workflowIsInError": transaction.needs_a_person,
        "isCompleted": True,
        "allowCancellation": order.invoiced == 0 and order.cancelled_at is None,
        "allowEdition": status in _CHANGEABLE and not order.is_fully_invoiced,
        "value": order.value,
        "invoicedValue": order.invoiced,
        **_money(transaction),
        "roundingError": order.rounding_error,
        "totals": _totals(order),
        "salesChannel": order.sales_channel,
        "creationDate": oms_date(order.created_at),
        "lastChange": oms_date(_last_change(whole)),
        "authorizedDate": oms_date_or_none(transaction.authorised_at),
        "invoicedDate": oms_date_or_none(order.invoiced_at),
        "cancelReason": order.cancel_reason,
        "cancellationData": _cancellation(order),
        "items": [kept_line(parts, item_view(order, line)) for line in whole.lines],
        "storePreferencesData": kept_preferences(parts, order, minor_digits(order.currency)),
        "packageAttachment": {"packages": [_package(invoice, whole, captures) for invoice in whole.invoices]},
        "changesAttachment": {
            "id": "changeAttachment",
            "changesData": [_change(order, change) for change in whole.changes],
        },
        "paymentData": {"giftCards": [], "transactions": [_transaction(whole)]},
        "clientProfileData": kept_profile(parts, client_profile(whole.shopper)),
        "shippingData": kept_shipping(parts, shipping_data(whole.shopper)),
        "invoiceData": kept_invoice_data(parts, invoice_data(whole.shopper)),
    }


def _last_change(whole: WholeOrder) -> datetime:
    order, transaction = whole.order, whole.transaction
    facts = (order.started_at, order.invoiced_at, order.cancelled_at, transaction.authorised_at)
    received = (*(invoice.received_at for invoice in whole.invoices), *(change.received_at for change in whole.changes))
    return max((order.created_at, *(at for at in facts if at is not None), *received))


def _money(transaction: Transaction) -> "DoneValues":
    ledger = transaction.ledger
    return {
        "settledValue": ledger.captured,
        "refundedValue": ledger.refunded,
        "openValue": ledger.open,
        "writtenOffValue": ledger.written_off,
        "paidOtherwiseValue": ledger.paid_otherwise,
        "refundWrittenOffValue": ledger.refund_written_off,
    }


def _totals(order: Order) -> "list[OrderPart]":
    """The parts of the current value; what changes took or added stands under discounts or items, and is named."""
    there = {part.id for part in order.totals}
    values = {id_: sum(part.value for part in order.totals if part.id == id_) for id_ in _NAMES if id_ in there}
    changed = order.value - order.placed_value
    holder: TotalId = "Discounts" if changed < 0 else "Items"
    if changed:
        values[holder] = values.get(holder, 0) + changed
    named: list[AlternativeTotal] = [{"id": "Change", "name": _CHANGES_NAME, "value": changed}]
    return [
        {
            "id": id_,
            "name": _NAMES[id_],
            "value": value,
            "alternativeTotals": named if changed and id_ == holder else [],
        }
        for id_, value in values.items()
    ]


def _cancellation(order: Order) -> "CancellationData | None":
    if order.cancelled_at is None:
        return None
    by_user = order.cancel_receipt is not None
    return {
        "RequestedByUser": by_user,
        "RequestedBySystem": False,
        "RequestedBySellerNotification": False,
        "RequestedByPaymentNotification": not by_user,
        "Reason": order.cancel_reason,
        "CancellationDate": oms_date(order.cancelled_at),
        "Actor": actor_view(order.cancelled_by),
    }


def item_view(order: Order, line: Line) -> "OrderLine":
    """A line with its prices, and what became of its units."""
    prices = line.unit_prices
    is_plain = line.unit_multiplier == ONE and not line.prices
    return {
        "uniqueId": line.unique_id,
        "index": line.index,
        "id": line.id,
        "name": line.name,
        "quantity": line.quantity,
        "price": line.price,
        "listPrice": line.price if line.list_price is None else line.list_price,
        "sellingPrice": line.selling_price,
        "priceDefinition": {
            "calculatedSellingPrice": line.selling_price if is_plain or not prices else prices[0].value,
            "total": line.value,
            "sellingPrices": _priced(prices or (UnitPrice(line.selling_price, 0),)),
        },
        "measurementUnit": line.measurement_unit,
        "unitMultiplier": multiplier_view(line.unit_multiplier),
        "invoicedQuantity": line.invoiced,
        "returnedQuantity": line.returned,
        "removedQuantity": line.removed,
        "seller": line.seller_id or "",
        "tax": line.tax or 0,
        "pendingToInvoice": pending_to_invoice(order, line),
    }


def _priced(prices: Iterable[UnitPrice]) -> "list[SellingPriceAnswer]":
    return [{"value": price.value, "quantity": price.quantity} for price in prices]


def _invoice_cancelled(cancellation: InvoiceCancellation) -> "InvoiceCancelled":
    return {
        "requestId": cancellation.request_id,
        "reason": cancellation.reason,
        "date": oms_date(cancellation.at),
        "by": actor_view(cancellation.by),
        "withdrawnValue": cancellation.withdrawn,
        "replacedBy": cancellation.replaced_by,
    }


def _package(invoice: Invoice, whole: WholeOrder, captures: "Mapping[str, list[InvoiceCaptureAnswer]]") -> "Package":
    tracking = invoice.tracking
    package: Package = {
        "items": [packed for item in invoice.items for packed in _packed(item, whole.lines)],
        "type": invoice.type,
        "invoiceNumber": invoice.number,
        "invoiceValue": invoice.value,
        "invoiceUrl": invoice.url,
        "invoiceKey": invoice.key,
        "issuanceDate": invoice.issuance_date,
        "embeddedInvoice": whole.documents.get(invoice.number, ""),
        "courier": tracking.courier,
        "trackingNumber": tracking.number,
        "trackingUrl": tracking.url,
        "dispatchedDate": tracking.dispatched_date,
        "courierStatus": _courier_status(invoice.delivery),
        "cfop": invoice.cfop,
        "extraValue": invoice.extra_value,
        "countedValue": invoice.counted,
        "counted": invoice.counted,
        "countedReason": invoice.why_not_counted,
        "captures": captures.get(invoice.number, []),
        "EnableInferItems": False,
    }
    if invoice.volumes is not None:
        package["volumes"] = invoice.volumes
    if invoice.replaces is not None:
        package["replaces"] = invoice.replaces
    if invoice.cancellation is not None:
        package["cancellation"] = _invoice_cancelled(invoice.cancellation)
    if invoice.type is InvoiceType.INPUT:
        items = [_returned(item, whole.lines) for item in invoice.items]
        package["restitutions"] = {"Refund": {"value": invoice.counted, "giftCardData": None, "items": items}}
    return package


def _returned(item: LineMention, lines: list[Line]) -> "ReturnedItem":
    line = next(iter(lines_meant(lines, item)), None)
    return {
        "useFreight": None,
        "isCompensation": False,
        "compensationValue": 0,
        "id": line.id if line else item.id,
        "quantity": item.quantity,
        "price": item.price,
        "description": item.description or "",
    }


def _courier_status(delivery: Delivery | None) -> "CourierStatus | None":
    if delivery is None:
        return None
    return {
        "status": "delivered" if delivery.is_delivered else "in-transit",
        "finished": delivery.is_delivered,
        "deliveredDate": delivery.delivered_date or "",
        "data": [
            {
                "lastChange": event.date or "",
                "city": event.city or "",
                "state": event.state or "",
                "description": event.description or "",
                "createDate": event.date or "",
            }
            for event in delivery.events
        ],
    }


def _packed(item: LineMention, lines: list[Line]) -> "list[PackedItem]":
    """An item of an invoice, with the line it means; a total that its quantity does not divide has two unit prices."""
    line = next(iter(lines_meant(lines, item)), None)
    multiplier = item.multiplier_on(line)
    prices = (UnitPrice(item.price, item.quantity),) if item.total is None else unit_prices(item.total, item.quantity)
    return [
        {
            "itemIndex": line.index if line else item.index,
            "quantity": price.quantity,
            "price": price.value,
            "description": item.description or (line.name if line else item.id),
            "unitMultiplier": float(multiplier_view(multiplier)),
        }
        for price in prices
    ]


def _change(order: Order, change: Change) -> "RegisteredChange":
    return {
        "reason": change.reason,
        "discountValue": change.discount_value,
        "incrementValue": change.increment_value,
        "itemsAdded": [_changed_item(item) for item in change.items_added],
        "itemsRemoved": [_changed_item(item) for item in change.items_removed],
        "receipt": {
            "date": oms_date(change.received_at),
            "orderId": order.order_id,
            "receipt": change.receipt,
        },
    }


def _changed_item(item: LineMention) -> "ChangedItem":
    return {
        "id": item.id,
        "name": item.id,
        "quantity": item.quantity,
        "price": item.price,
        "unitMultiplier": None if item.unit_multiplier is None else written(item.unit_multiplier),
    }


def _transaction(whole: WholeOrder) -> "OmsTransaction":
    return {
        "isActive": whole.order.cancelled_at is None,
        "transactionId": whole.transaction.transaction_id,
        "merchantName": whole.settings.merchant_name or whole.order.account,
        "status": transaction_status(whole.order, whole.transaction),
        "payments": [oms_payment(payment) for payment in whole.payments],
    }


def left_to_invoice_view(order: Order, left: LeftToInvoice) -> "LeftToInvoiceAnswer":
    """``GET …/left-to-invoice``: what the next invoices have to say so that no cent is left over (R20)."""
    return {
        "orderId": order.order_id,
        "value": left.value,
        "items": [
            {
                "uniqueId": part.line.unique_id,
                "id": part.line.id,
                "itemIndex": part.line.index,
                "quantity": part.line.pending,
                "value": part.value,
                "sellingPrices": _priced(part.unit_prices),
            }
            for part in left.lines
        ],
        "extraValue": left.extra_value,
        "invoiceValues": list(left.per_invoice),
    }
