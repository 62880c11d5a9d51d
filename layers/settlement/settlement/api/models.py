"""Request bodies of the public routes, and what they ask of the use cases.

Amounts are minor units (contract §0). Unknown fields are ignored, as clients send more than they need to.
"""

import re
from datetime import datetime
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StrictBool, StrictInt
from pydantic.alias_generators import to_camel

from settlement.domain.account import AccountSettings, ExpiryPolicy
from settlement.domain.connector import VaultedCard
from settlement.domain.errors import InvalidRequest
from settlement.domain.invoice import Delivery, DeliveryEvent, InvoiceType, Tracking
from settlement.domain.money import MAX_DIGITS, MAX_MINOR_UNITS, is_currency
from settlement.domain.order import MAX_LINES, LineMention, OrderTotal
from settlement.domain.planning import RefundPriority
from settlement.domain.transaction import MAX_PAYMENTS
from settlement.use_cases.change_order import ChangeRequest
from settlement.use_cases.notify_invoice import Notification
from settlement.use_cases.place_order import NewLine, NewOrder, NewPayment

MAX_DOCUMENT_BYTES = 200_000
MAX_INVOICE_ITEMS = 200
MAX_QUANTITY = 1_000_000


class Body(BaseModel):
    """A request body in camel case; making its validator waits for the first request."""

    model_config = ConfigDict(alias_generator=to_camel, defer_build=True, frozen=True)


def _digits(value: Any) -> int:
    """Read an invoice value: an integer, or a text of digits (§1.1)."""
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= MAX_DIGITS:
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or not 0 < value <= MAX_MINOR_UNITS:
        raise ValueError(
            f"must be cents above zero, an integer or a text of at most {MAX_DIGITS} digits without separator"
        )
    return value


def _invoice_number(value: Any) -> str:
    number = value.strip() if isinstance(value, str) else ""
    if not re.fullmatch(r"[A-Za-z0-9._-]{1,100}", number):
        raise ValueError("must be 1 to 100 of the characters A-Z a-z 0-9 . _ -")
    return number


def _invoice_type(value: Any) -> InvoiceType:
    for known in InvoiceType:
        if isinstance(value, str) and value.lower() == known.value.lower():
            return known
    raise ValueError("must be Output or Input")


def _date(value: str) -> str:
    try:
        datetime.fromisoformat(value)
    except ValueError:
        raise ValueError("must be an ISO 8601 date or date-time") from None
    return value


def _document(value: str | None) -> str | None:
    if value is not None and (size := len(value.encode())) > MAX_DOCUMENT_BYTES:
        raise ValueError(f"has {size} bytes; the limit is {MAX_DOCUMENT_BYTES}")
    return value


def _currency(value: str) -> str:
    if not is_currency(value):
        raise ValueError("must be an ISO 4217 currency code in capitals")
    return value


def _text_of_number(value: Any) -> Any:
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


Id = Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]{1,64}$")]
OrderId = Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]{1,100}$")]
ItemId = Annotated[str, Field(min_length=1, max_length=100)]
Text = Annotated[str, Field(max_length=2000)]
Name = Annotated[str, Field(min_length=1, max_length=100)]
Price = Annotated[StrictInt, Field(ge=0, le=MAX_MINOR_UNITS)]
Value = Annotated[StrictInt, Field(gt=0, le=MAX_MINOR_UNITS)]
Quantity = Annotated[StrictInt, Field(gt=0, le=MAX_QUANTITY)]
Date = Annotated[str, Field(max_length=40), AfterValidator(_date)]
InvoiceNumber = Annotated[str, BeforeValidator(_invoice_number)]
InvoiceValue = Annotated[int, BeforeValidator(_digits)]
Type = Annotated[InvoiceType, BeforeValidator(_invoice_type)]


class OrderItem(Body):
    """One line of a new order; ``price`` and ``sellingPrice`` are unit prices."""

    unique_id: Id | None = None
    id: ItemId
    name: Text | None = None
    quantity: Quantity
    price: Price
    selling_price: Price | None = None

    def as_line(self) -> NewLine:
        """Return the line to place."""
        selling_price = self.price if self.selling_price is None else self.selling_price
        return NewLine(self.id, self.name or self.id, self.quantity, self.price, selling_price, self.unique_id)


class Total(Body):
    """One part of the order's value; only discounts are negative."""

    id: Annotated[str, Field(pattern=r"^(Items|Discounts|Shipping|Tax)$")]
    value: Annotated[StrictInt, Field(ge=-MAX_MINOR_UNITS, le=MAX_MINOR_UNITS)]

    def as_total(self) -> OrderTotal:
        """Return the part, checked for its sign."""
        if (self.value > 0) if self.id == "Discounts" else (self.value < 0):
            raise InvalidRequest(f"totals: the value of {self.id}, {self.value}, has the wrong sign")
        return OrderTotal(self.id, self.value)


class Card(Body):
    """A card by its vault token."""

    token: Annotated[str, Field(min_length=1, max_length=256)]
    holder: Annotated[str, Field(max_length=100)] | None = None
    first_digits: Annotated[str, Field(pattern=r"^\d{1,6}$")] | None = None
    last_digits: Annotated[str, Field(pattern=r"^\d{1,4}$")] | None = None

    def as_card(self) -> VaultedCard:
        """Return the card as the domain names it."""
        return VaultedCard(self.token, self.holder, self.first_digits, self.last_digits)


class OrderPayment(Body):
    """One payment of a new order."""

    id: Id | None = None
    payment_system: Annotated[str, BeforeValidator(_text_of_number), Field(min_length=1, max_length=50)]
    payment_system_name: Name | None = None
    group: Name
    value: Value
    installments: Annotated[StrictInt, Field(ge=1, le=99)] = 1
    connector: Name
    card: Card | None = None

    def as_payment(self) -> NewPayment:
        """Return the payment to place."""
        card = self.card.as_card() if self.card else None
        return NewPayment(
            connector=self.connector,
            payment_system=self.payment_system,
            payment_system_name=self.payment_system_name or self.payment_system,
            group=self.group,
            value=self.value,
            installments=self.installments,
            payment_id=self.id,
            card=card,
        )


class OrderTransaction(Body):
    """The transaction of a new order."""

    transaction_id: Id | None = None
    payments: Annotated[list[OrderPayment], Field(min_length=1, max_length=MAX_PAYMENTS)]


class PaymentData(Body):
    """How a new order is paid: one transaction."""

    transactions: Annotated[list[OrderTransaction], Field(min_length=1, max_length=1)]


class OrderBody(Body):
    """``POST /api/oms/pvt/orders``."""

    order_id: OrderId | None = None
    items: Annotated[list[OrderItem], Field(min_length=1, max_length=MAX_LINES)]
    totals: Annotated[list[Total], Field(min_length=1, max_length=20)]
    value: Value
    currency: Annotated[str, AfterValidator(_currency)] = "BRL"
    payment_data: PaymentData

    def as_order(self) -> NewOrder:
        """Return the order to place."""
        transaction = self.payment_data.transactions[0]
        return NewOrder(
            lines=tuple(item.as_line() for item in self.items),
            totals=tuple(total.as_total() for total in self.totals),
            value=self.value,
            currency=self.currency,
            payments=tuple(payment.as_payment() for payment in transaction.payments),
            order_id=self.order_id,
            transaction_id=transaction.transaction_id,
        )


class InvoiceItem(Body):
    """An item of an invoice; ``price`` is the unit price."""

    id: ItemId
    price: Price
    quantity: Quantity
    unique_id: Id | None = None
    item_index: Annotated[StrictInt, Field(ge=0, le=MAX_QUANTITY)] | None = None
    description: Text | None = None

    def as_mention(self) -> LineMention:
        """Return the item as the domain names it."""
        return LineMention(
            self.id, self.price, self.quantity, self.unique_id, self.item_index, description=self.description
        )


class InvoiceBody(Body):
    """``POST /api/oms/pvt/orders/{orderId}/invoice`` (§1.1)."""

    type: Type
    issuance_date: Date
    invoice_number: InvoiceNumber
    invoice_value: InvoiceValue
    items: Annotated[list[InvoiceItem], Field(max_length=MAX_INVOICE_ITEMS)]
    invoice_key: Text | None = None
    invoice_url: Text | None = None
    embedded_invoice: Annotated[str | None, AfterValidator(_document)] = None
    courier: Text | None = None
    tracking_number: Text | None = None
    tracking_url: Text | None = None
    dispatched_date: Text | None = None
    cfop: Text | None = None
    volumes: Annotated[StrictInt, Field(ge=0, le=MAX_QUANTITY)] | None = None
    extra_value: Price | None = None

    def as_notification(self) -> Notification:
        """Return the notification."""
        return Notification(
            type=self.type,
            number=self.invoice_number,
            value=self.invoice_value,
            issuance_date=self.issuance_date,
            items=tuple(item.as_mention() for item in self.items),
            extra_value=self.extra_value or 0,
            key=self.invoice_key,
            url=self.invoice_url,
            document=self.embedded_invoice,
            cfop=self.cfop,
            volumes=self.volumes,
            tracking=Tracking(self.courier, self.tracking_number, self.tracking_url, self.dispatched_date),
        )


class DocumentItem(Body):
    """An item of an invoice by its place in the order; ``price`` is the value of the whole quantity (§1.1)."""

    item_index: Annotated[StrictInt, Field(ge=0, le=MAX_QUANTITY)]
    price: Price
    quantity: Quantity

    def as_mention(self) -> LineMention:
        """Return the item as the domain names it."""
        unit_price = self.price // self.quantity
        return LineMention("", unit_price, self.quantity, index=self.item_index, total=self.price)


class DocumentInvoiceBody(Body):
    """``POST /api/orders/pvt/document/{orderId}/invoices`` (§1.1)."""

    type: Type
    issued_date: Date
    invoice_number: InvoiceNumber
    invoice_value: InvoiceValue
    items: Annotated[list[DocumentItem], Field(max_length=MAX_INVOICE_ITEMS)]
    extra_value: Price | None = None
    invoice_key: Text | None = None
    invoice_url: Text | None = None
    courier: Text | None = None
    tracking_number: Text | None = None
    tracking_url: Text | None = None
    cfop: Text | None = None
    volumes: Annotated[StrictInt, Field(ge=0, le=MAX_QUANTITY)] | None = None

    def as_notification(self) -> Notification:
        """Return the notification."""
        return Notification(
            type=self.type,
            number=self.invoice_number,
            value=self.invoice_value,
            issuance_date=self.issued_date,
            items=tuple(item.as_mention() for item in self.items),
            extra_value=self.extra_value or 0,
            key=self.invoice_key,
            url=self.invoice_url,
            cfop=self.cfop,
            volumes=self.volumes,
            tracking=Tracking(self.courier, self.tracking_number, self.tracking_url),
        )


class TrackingBody(Body):
    """``PATCH /api/oms/pvt/orders/{orderId}/invoice/{invoiceNumber}`` (§1.2); every key is required."""

    tracking_number: Text
    tracking_url: Text | None
    dispatched_date: Text | None
    courier: Text | None

    def as_tracking(self) -> Tracking:
        """Return the tracking."""
        return Tracking(self.courier, self.tracking_number, self.tracking_url, self.dispatched_date)


class DeliveryEventBody(Body):
    """One sighting of a parcel."""

    city: Text | None = None
    state: Text | None = None
    description: Text | None = None
    date: Text | None = None


class DeliveryBody(Body):
    """``PUT /api/oms/pvt/orders/{orderId}/invoice/{invoiceNumber}/tracking`` (§1.2)."""

    is_delivered: StrictBool
    delivered_date: Text | None = None
    events: Annotated[list[DeliveryEventBody], Field(default_factory=list, max_length=100)]

    def as_delivery(self) -> Delivery:
        """Return the delivery."""
        sightings = (DeliveryEvent(event.city, event.state, event.description, event.date) for event in self.events)
        return Delivery(self.is_delivered, self.delivered_date, tuple(sightings))


class ChangeItem(Body):
    """An item removed or added by a change; what its values may be is the contract's to say (§2.1)."""

    id: Annotated[str, Field(max_length=100)]
    price: StrictInt = 0
    quantity: StrictInt
    unique_id: Id | None = None

    def as_mention(self) -> LineMention:
        """Return the item as the domain names it."""
        return LineMention(self.id, self.price, self.quantity, self.unique_id)


Changes = Annotated[list[ChangeItem], Field(max_length=MAX_LINES)]


class ChangeBody(Body):
    """``POST /api/oms/pvt/orders/{orderId}/changes`` (§2.1)."""

    request_id: Annotated[str, Field(min_length=1, max_length=100)]
    reason: Text
    discount_value: StrictInt
    increment_value: StrictInt
    items_removed: Changes | None = None
    items_added: Changes | None = None

    def as_request(self) -> ChangeRequest:
        """Return the change to register."""
        return ChangeRequest(
            request_id=self.request_id,
            reason=self.reason,
            discount_value=self.discount_value,
            increment_value=self.increment_value,
            items_removed=tuple(item.as_mention() for item in self.items_removed or ()),
            items_added=tuple(item.as_mention() for item in self.items_added or ()),
        )


class CancelBody(Body):
    """``POST /api/oms/pvt/orders/{orderId}/cancel``."""

    reason: Text | None = None


class SettingsBody(Body):
    """``PATCH /api/oms/pvt/account/settings``: what is left out stays as it is."""

    model_config = ConfigDict(extra="forbid")

    partial_settlement: StrictBool | None = None
    strict_invoices: StrictBool | None = None
    refund_priority: RefundPriority | None = None
    auto_settle: StrictBool | None = None
    expiry_policy: ExpiryPolicy | None = None
    merchant_name: Annotated[str, Field(max_length=100)] | None = None

    def applied_to(self, settings: AccountSettings) -> AccountSettings:
        """Return the settings with what the body sets."""
        changes = {name: value for name, value in self if value is not None}
        return AccountSettings(**{name: getattr(settings, name) for name in settings.__slots__} | changes)
