"""Request bodies of the invoice routes (C§1). Amounts are minor units."""

import re
from datetime import datetime
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, StrictBool, StrictInt, WithJsonSchema

from settlement.api.models import MAX_QUANTITY, Body, Id, ItemId, Price, Quantity, Text
from settlement.api.unit_multiplier import UnitMultiplier
from settlement.domain.invoice import Delivery, DeliveryEvent, InvoiceType, Tracking
from settlement.domain.money import MAX_DIGITS, MAX_MINOR_UNITS
from settlement.domain.order import LineMention
from settlement.use_cases.notify_invoice import Notification

MAX_DOCUMENT_BYTES = 200_000
MAX_INVOICE_ITEMS = 200
MAX_SIGHTINGS = 100
MAX_TEXT_BYTES = 100_000
"""The texts of an invoice's items, and those of its parcel's sightings: all are stored in one item of the table."""


def _digits(value: Any) -> int:
    """Read an invoice value: an integer, or a text of digits (C§1.1)."""
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


def _few_texts(parts: list[Any]) -> list[Any]:
    texts = [text for part in parts for _, text in part if isinstance(text, str)]
    if (size := sum(len(text.encode()) for text in texts)) > MAX_TEXT_BYTES:
        raise ValueError(f"have texts of {size} bytes in all; the limit is {MAX_TEXT_BYTES}")
    return parts


Date = Annotated[
    str,
    Field(max_length=40),
    AfterValidator(_date),
    WithJsonSchema({"anyOf": [{"type": "string", "format": "date-time"}, {"type": "string", "format": "date"}]}),
]
InvoiceNumber = Annotated[
    str,
    BeforeValidator(_invoice_number),
    WithJsonSchema({"type": "string", "pattern": r"^\s*[A-Za-z0-9._-]{1,100}\s*$"}),
]
InvoiceValue = Annotated[
    int,
    BeforeValidator(_digits),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "integer", "minimum": 1, "maximum": MAX_MINOR_UNITS},
                {"type": "string", "pattern": f"^0*[1-9][0-9]{{0,{MAX_DIGITS - 1}}}$", "maxLength": MAX_DIGITS},
            ]
        }
    ),
]
Type = Annotated[
    InvoiceType,
    BeforeValidator(_invoice_type),
    WithJsonSchema({"type": "string", "enum": ["Output", "Input"], "description": "Compared without case."}),
]


class InvoiceItem(Body):
    """An item of an invoice; ``price`` is the unit price."""

    id: ItemId
    price: Price
    quantity: Quantity
    unique_id: Id | None = None
    item_index: Annotated[StrictInt, Field(ge=0, le=MAX_QUANTITY)] | None = None
    description: Text | None = None
    unit_multiplier: UnitMultiplier | None = None

    def as_mention(self) -> LineMention:
        """Return the item as the domain names it."""
        return LineMention(
            self.id,
            self.price,
            self.quantity,
            self.unique_id,
            self.item_index,
            description=self.description,
            unit_multiplier=self.unit_multiplier,
        )


class InvoiceBody(Body):
    """``POST /api/oms/pvt/orders/{orderId}/invoice`` (C§1.1)."""

    type: Type
    issuance_date: Date
    invoice_number: InvoiceNumber
    invoice_value: InvoiceValue
    items: Annotated[list[InvoiceItem], Field(max_length=MAX_INVOICE_ITEMS), AfterValidator(_few_texts)]
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
    """An item of an invoice by its place in the order; ``price`` is the value of the whole quantity (C§1.1)."""

    item_index: Annotated[StrictInt, Field(ge=0, le=MAX_QUANTITY)]
    price: Price
    quantity: Quantity

    def as_mention(self) -> LineMention:
        """Return the item as the domain names it."""
        unit_price = self.price // self.quantity
        return LineMention("", unit_price, self.quantity, index=self.item_index, total=self.price)


class DocumentInvoiceBody(Body):
    """``POST /api/orders/pvt/document/{orderId}/invoices`` (C§1.1)."""

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
    """``PATCH /api/oms/pvt/orders/{orderId}/invoice/{invoiceNumber}`` (C§1.2); every key is required."""

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
    """``PUT /api/oms/pvt/orders/{orderId}/invoice/{invoiceNumber}/tracking`` (C§1.2)."""

    is_delivered: StrictBool
    delivered_date: Text | None = None
    events: Annotated[
        list[DeliveryEventBody], Field(default_factory=list, max_length=MAX_SIGHTINGS), AfterValidator(_few_texts)
    ]

    def as_delivery(self) -> Delivery:
        """Return the delivery."""
        sightings = (DeliveryEvent(event.city, event.state, event.description, event.date) for event in self.events)
        return Delivery(self.is_delivered, self.delivered_date, tuple(sightings))
