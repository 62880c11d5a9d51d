"""The order as ``GET /api/oms/pvt/orders/{orderId}`` shows it (§1.3, §8.13). Amounts are minor units."""

from typing import Any

from settlement.api.dates import oms_date, oms_date_or_none
from settlement.api.payment_view import oms_payment
from settlement.domain.change import Change
from settlement.domain.invoice import Delivery, Invoice, InvoiceType
from settlement.domain.left_to_invoice import LeftToInvoice
from settlement.domain.order import Line, LineMention, Order
from settlement.domain.statuses import OrderStatus, order_status, transaction_status
from settlement.domain.transaction import Authorisation, Transaction
from settlement.use_cases.retrieve_order import WholeOrder

_NAMES = {
    "Items": "Items Total",
    "Discounts": "Discounts Total",
    "Shipping": "Shipping Total",
    "Tax": "Tax Total",
    "Change": "Order Changes Total",
}
_CHANGEABLE = frozenset({OrderStatus.HANDLING, OrderStatus.INVOICE, OrderStatus.PAYMENT_APPROVED})


def placed_view(order: Order, transaction: Transaction) -> dict[str, Any]:
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
        "status": status.value,
        "value": order.placed_value,
    }


def order_view(whole: WholeOrder) -> dict[str, Any]:
    """The whole order."""
    order, transaction = whole.order, whole.transaction
    status = order_status(order, transaction)
    return {
        "orderId": order.order_id,
        "orderGroup": order.order_group,
        "origin": "Marketplace",
        "merchantName": whole.settings.merchant_name or order.account,
        "status": status.value,
        "statusDescription": status.value,
        "workflowIsInError": transaction.unsettled > 0,
        "isCompleted": True,
        "allowCancellation": order.invoiced == 0 and order.cancelled_at is None,
        "allowEdition": status in _CHANGEABLE and not order.is_fully_invoiced,
        "value": order.value,
        **_money(order, transaction),
        "roundingError": 0,
        "totals": _totals(order),
        "creationDate": oms_date(order.created_at),
        "authorizedDate": oms_date_or_none(transaction.authorised_at),
        "invoicedDate": oms_date_or_none(order.invoiced_at),
        "cancelReason": order.cancel_reason,
        "cancellationData": _cancellation(order),
        "items": [_item(line) for line in whole.lines],
        "storePreferencesData": {"currencyCode": order.currency},
        "packageAttachment": {"packages": [_package(invoice, whole) for invoice in whole.invoices]},
        "changesAttachment": {
            "id": "changeAttachment",
            "changesData": [_change(order, change) for change in whole.changes],
        },
        "paymentData": {"transactions": [_transaction(whole)]},
    }


def _money(order: Order, transaction: Transaction) -> dict[str, int]:
    ledger = transaction.ledger
    return {
        "invoicedValue": order.invoiced,
        "settledValue": ledger.captured,
        "refundedValue": ledger.refunded,
        "openValue": ledger.open,
    }


def _totals(order: Order) -> list[dict[str, Any]]:
    parts = [(part.id, part.value) for part in order.totals]
    if changed := order.value - order.placed_value:
        parts.append(("Change", changed))
    return [{"id": id_, "name": _NAMES[id_], "value": value} for id_, value in parts]


def _cancellation(order: Order) -> dict[str, Any] | None:
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
    }


def _item(line: Line) -> dict[str, Any]:
    return {
        "uniqueId": line.unique_id,
        "id": line.id,
        "name": line.name,
        "quantity": line.quantity,
        "price": line.price,
        "sellingPrice": line.selling_price,
        "invoicedQuantity": line.invoiced,
        "returnedQuantity": line.returned,
        "removedQuantity": line.removed,
        "pendingToInvoice": line.pending,
    }


def _package(invoice: Invoice, whole: WholeOrder) -> dict[str, Any]:
    tracking = invoice.tracking
    package: dict[str, Any] = {
        "items": [_packed(item, whole.lines) for item in invoice.items],
        "type": invoice.type.value,
        "invoiceNumber": invoice.number,
        "invoiceValue": invoice.value,
        "invoiceUrl": invoice.url,
        "invoiceKey": invoice.key,
        "issuanceDate": invoice.issuance_date,
        "embeddedInvoice": whole.documents.get(invoice.number),
        "courier": tracking.courier,
        "trackingNumber": tracking.number,
        "trackingUrl": tracking.url,
        "courierStatus": _courier_status(invoice.delivery),
        "cfop": invoice.cfop,
        "volumes": invoice.volumes,
        "extraValue": invoice.extra_value,
        "countedValue": invoice.counted,
        "EnableInferItems": False,
    }
    if invoice.type is InvoiceType.INPUT:
        items = [{"id": item.id, "quantity": item.quantity, "price": item.price} for item in invoice.items]
        package["restitutions"] = {"Refund": {"value": invoice.counted, "giftCardData": None, "items": items}}
    return package


def _courier_status(delivery: Delivery | None) -> dict[str, Any] | None:
    if delivery is None:
        return None
    return {
        "status": "delivered" if delivery.is_delivered else "in-transit",
        "finished": delivery.is_delivered,
        "deliveredDate": delivery.delivered_date,
        "data": [
            {
                "lastChange": event.date,
                "city": event.city,
                "state": event.state,
                "description": event.description,
                "createDate": event.date,
            }
            for event in delivery.events
        ],
    }


def _packed(item: LineMention, lines: list[Line]) -> dict[str, Any]:
    line = next((line for line in lines if _is_of(item, line)), None)
    return {
        "itemIndex": line.index if line else item.index,
        "quantity": item.quantity,
        "price": item.price,
        "description": item.description or (line.name if line else item.id),
        "unitMultiplier": 1.0,
    }


def _is_of(item: LineMention, line: Line) -> bool:
    if item.unique_id is not None:
        return item.unique_id == line.unique_id
    return item.index == line.index if item.index is not None else item.id == line.id


def _change(order: Order, change: Change) -> dict[str, Any]:
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


def _changed_item(item: LineMention) -> dict[str, Any]:
    return {
        "id": item.id,
        "name": item.id,
        "quantity": item.quantity,
        "price": item.price,
        "unitMultiplier": None,
    }


def _transaction(whole: WholeOrder) -> dict[str, Any]:
    return {
        "isActive": whole.order.cancelled_at is None,
        "transactionId": whole.transaction.transaction_id,
        "merchantName": whole.settings.merchant_name or whole.order.account,
        "status": transaction_status(whole.order, whole.transaction).value,
        "payments": [oms_payment(payment) for payment in whole.payments],
    }


def left_to_invoice_view(order: Order, left: LeftToInvoice) -> dict[str, Any]:
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
                "sellingPrices": [{"value": price.value, "quantity": price.quantity} for price in part.unit_prices],
            }
            for part in left.lines
        ],
        "extraValue": left.extra_value,
        "invoiceValues": list(left.per_invoice),
    }
