"""Request bodies of the invoice routes (C§1). Amounts are minor units."""

import re
from collections.abc import Sequence
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field, StrictBool, WithJsonSchema, model_validator

from settlement.api.shared.patterns import BLANKS, any_case
from settlement.api.shared.request import Body, Code, Id, Index, ItemId, Price, Quantity, Text
from settlement.api.shared.unit_multiplier import UnitMultiplier
from settlement.api.shared.written import (
    MAX_CODE_DIGITS,
    MAX_NUMBER_TEXT,
    Date,
    Described,
    one_of_any_case,
    text_of_number,
    whole_number,
)
from settlement.domain.money import MAX_DIGITS, MAX_MINOR_UNITS
from settlement.domain.order.invoice import Delivery, DeliveryEvent, InvoiceType, Supplement, Tracking
from settlement.domain.order.order import LineMention
from settlement.use_cases.orders.notify_invoice import Notification

MAX_DOCUMENT_BYTES = 200_000
MAX_INVOICE_ITEMS = 200
MAX_SIGHTINGS = 100
MAX_TEXT_BYTES = 100_000
"""The texts of an invoice's items, and those of its parcel's sightings: all are stored in one item of the table."""


_VALUE = f"{BLANKS}([0-9]{{1,{MAX_DIGITS}}}){BLANKS}"
_NUMBER = f"{BLANKS}([A-Za-z0-9._-]{{1,100}}){BLANKS}"


def _digits(value: Any) -> int:
    """Read an invoice value: a whole number, or a text of digits (C§1.1)."""
    told = ValueError(
        f"must be cents above zero, an integer or a text of at most {MAX_DIGITS} digits without separator"
    )
    if isinstance(value, str) and not re.fullmatch(_VALUE, value):
        raise told
    try:
        cents = whole_number(value)
    except ValueError:
        raise told from None
    if not 0 < cents <= MAX_MINOR_UNITS:
        raise told
    return cents


def _invoice_number(value: Any) -> str:
    text = text_of_number(value)
    found = re.fullmatch(_NUMBER, text) if isinstance(text, str) else None
    if found is None:
        raise ValueError("must be 1 to 100 of the characters A-Z a-z 0-9 . _ -")
    return found[1]


def _invoice_type(value: Any) -> InvoiceType:
    for known in InvoiceType:
        if isinstance(value, str) and re.fullmatch(any_case(known), value):
            return known
    raise ValueError("must be Output or Input")


def _document(value: str) -> str:
    if (size := len(value.encode())) > MAX_DOCUMENT_BYTES:
        raise ValueError(f"has {size} bytes; the limit is {MAX_DOCUMENT_BYTES}")
    return value


def _few_texts(parts: list[Any]) -> list[Any]:
    texts = [text for part in parts for _, text in part if isinstance(text, str)]
    if (size := sum(len(text.encode()) for text in texts)) > MAX_TEXT_BYTES:
        raise ValueError(f"have texts of {size} bytes in all; the limit is {MAX_TEXT_BYTES}")
    return parts


InvoiceNumber = Annotated[
    str,
    BeforeValidator(_invoice_number),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "string", "pattern": f"^{_NUMBER}$"},
                {"type": "integer", "minimum": 0, "maximum": 10**MAX_CODE_DIGITS - 1},
            ]
        }
    ),
]
InvoiceValue = Annotated[
    int,
    BeforeValidator(_digits),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "integer", "minimum": 1, "maximum": MAX_MINOR_UNITS},
                {"type": "string", "pattern": f"^(?!{BLANKS}0+{BLANKS}$){_VALUE}$", "maxLength": MAX_NUMBER_TEXT},
            ]
        }
    ),
]
Type = Annotated[InvoiceType, BeforeValidator(_invoice_type), WithJsonSchema(one_of_any_case(InvoiceType))]
Document = Annotated[
    str,
    AfterValidator(_document),
    Described((("maxLength", MAX_DOCUMENT_BYTES), ("description", f"At most {MAX_DOCUMENT_BYTES:,} bytes of UTF-8."))),
]


class InvoiceItem(Body):
    """An item of an invoice; ``price`` is the unit price."""

    id: ItemId
    price: Price
    quantity: Quantity
    unique_id: Id | None = None
    item_index: Index | None = None
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
    items: Annotated[list[InvoiceItem], Field(max_length=MAX_INVOICE_ITEMS), AfterValidator(_few_texts)] | None = None
    invoice_key: Code | None = None
    invoice_url: Text | None = None
    embedded_invoice: Document | None = None
    courier: Text | None = None
    tracking_number: Code | None = None
    tracking_url: Text | None = None
    dispatched_date: Text | None = None
    cfop: Code | None = None
    volumes: Index | None = None
    extra_value: Price | None = None

    def as_notification(self) -> Notification:
        """Return the notification."""
        return Notification(
            type=self.type,
            number=self.invoice_number,
            value=self.invoice_value,
            issuance_date=self.issuance_date,
            items=_mentions(self.items),
            extra_value=self.extra_value or 0,
            key=self.invoice_key,
            url=self.invoice_url,
            document=self.embedded_invoice or None,
            cfop=self.cfop,
            volumes=self.volumes,
            tracking=Tracking(self.courier, self.tracking_number, self.tracking_url, self.dispatched_date),
        )


def _mentions(items: "Sequence[InvoiceItem | DocumentItem] | None") -> tuple[LineMention, ...]:
    return tuple(item.as_mention() for item in items or ())


class DocumentItem(Body):
    """An item of an invoice by its place in the order; ``price`` is the value of the whole quantity (C§1.1)."""

    item_index: Index
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
    items: Annotated[list[DocumentItem], Field(max_length=MAX_INVOICE_ITEMS)] | None = None
    extra_value: Price | None = None
    invoice_key: Code | None = None
    invoice_url: Text | None = None
    courier: Text | None = None
    tracking_number: Code | None = None
    tracking_url: Text | None = None
    cfop: Code | None = None
    volumes: Index | None = None

    def as_notification(self) -> Notification:
        """Return the notification."""
        return Notification(
            type=self.type,
            number=self.invoice_number,
            value=self.invoice_value,
            issuance_date=self.issued_date,
            items=_mentions(self.items),
            extra_value=self.extra_value or 0,
            key=self.invoice_key,
            url=self.invoice_url,
            cfop=self.cfop,
            volumes=self.volumes,
            tracking=Tracking(self.courier, self.tracking_number, self.tracking_url),
        )


class DeliveryEventBody(Body):
    """One sighting of a parcel."""

    city: Text | None = None
    state: Text | None = None
    description: Text | None = None
    date: Text | None = None


_OF_A_PARCEL = {
    "courier": "courier",
    "number": "tracking_number",
    "url": "tracking_url",
    "dispatched_date": "dispatched_date",
}
"""The parts of a tracking, and the fields that tell them."""


def _of_something(schema: dict[str, Any]) -> dict[str, Any]:
    """Describe that a body has to say something."""
    return {"anyOf": [{"required": [name]} for name in schema["properties"]]}


class TrackingBody(Body):
    """``PATCH …/invoice/{invoiceNumber}`` and ``PUT …/invoice/{invoiceNumber}/tracking`` (C§1.2).

    A key that is left out changes nothing. Sightings are added to those before, and what was delivered stays so.
    Fiscal key, address, document, ``cfop`` and ``volumes`` may come too, as they are often known later than the
    invoice. What the invoice was notified with stands; a body that says it has to say the same.
    """

    model_config = ConfigDict(json_schema_extra=lambda schema: schema.update(_of_something(schema)))

    tracking_number: Code | None = None
    tracking_url: Text | None = None
    dispatched_date: Text | None = None
    courier: Text | None = None
    is_delivered: StrictBool | None = None
    delivered_date: Text | None = None
    events: Annotated[list[DeliveryEventBody], Field(max_length=MAX_SIGHTINGS), AfterValidator(_few_texts)] | None = (
        None
    )
    invoice_key: Code | None = None
    invoice_url: Text | None = None
    embedded_invoice: Document | None = None
    cfop: Code | None = None
    volumes: Index | None = None
    type: Type | None = None
    issuance_date: Date | None = None
    invoice_number: InvoiceNumber | None = None
    invoice_value: InvoiceValue | None = None
    extra_value: Price | None = None
    items: Annotated[list[InvoiceItem], Field(max_length=MAX_INVOICE_ITEMS)] | None = None

    @model_validator(mode="after")
    def _says_something(self) -> "TrackingBody":
        if not self.model_fields_set:
            raise ValueError("has none of trackingNumber, trackingUrl, dispatchedDate, courier, isDelivered and events")
        return self

    def as_tracking(self) -> Tracking:
        """Return where the parcel is."""
        return Tracking(self.courier, self.tracking_number, self.tracking_url, self.dispatched_date)

    def as_supplement(self) -> Supplement:
        """Return what else is told of the invoice."""
        return Supplement(
            unsaid=frozenset(part for part, name in _OF_A_PARCEL.items() if name not in self.model_fields_set),
            key=self.invoice_key or None,
            url=self.invoice_url or None,
            document=self.embedded_invoice or None,
            cfop=self.cfop or None,
            volumes=self.volumes,
            type=self.type,
            issuance_date=self.issuance_date,
            number=self.invoice_number,
            value=self.invoice_value,
            extra_value=self.extra_value,
            items=_mentions(self.items) or None,
        )

    def as_delivery(self) -> Delivery | None:
        """Return how far the parcel is, None if the body does not tell."""
        if self.is_delivered is None and not self.delivered_date and not self.events:
            return None
        sightings = (
            DeliveryEvent(event.city, event.state, event.description, event.date) for event in self.events or ()
        )
        return Delivery(bool(self.is_delivered), self.delivered_date, tuple(sightings))
