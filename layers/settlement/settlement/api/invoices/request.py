"""Request bodies of the invoice routes (C§1). Amounts are minor units."""

import re
from collections.abc import Sequence
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field, StrictBool, WithJsonSchema, model_validator

from settlement.api.invoices.correction import require_correction
from settlement.api.shared.patterns import BLANKS, any_case
from settlement.api.shared.request import Body, Code, Id, Index, ItemId, Price, Quantity, Text
from settlement.api.shared.schema import Says
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
    Says("Minor units."),
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
    """The item's id."""
    price: Price
    """The price of one unit."""
    quantity: Quantity
    """How many units."""
    unique_id: Id | None = None
    """The line's id, unique in the order."""
    item_index: Index | None = None
    """The line's index in the order, from 0."""
    description: Text | None = None
    """What it is, in words."""
    unit_multiplier: UnitMultiplier | None = None
    """How many measurement units one unit has, with at most six decimals."""

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
    """`Output` for a sale, `Input` for a return."""
    issuance_date: Date
    """When it was issued."""
    invoice_number: InvoiceNumber
    """The invoice's number, unique in the order; a repeat is taken once."""
    invoice_value: InvoiceValue
    """The whole value, above 0."""
    items: Annotated[list[InvoiceItem], Field(max_length=MAX_INVOICE_ITEMS), AfterValidator(_few_texts)] | None = None
    """What is invoiced; without it, only the value counts."""
    invoice_key: Code | None = None
    """The key that a tax authority gave it."""
    invoice_url: Text | None = None
    """Where the document lies."""
    embedded_invoice: Document | None = None
    """The document itself, as text."""
    courier: Text | None = None
    """Who carries the parcel."""
    tracking_number: Code | None = None
    """The parcel's tracking number."""
    tracking_url: Text | None = None
    """Where the parcel is tracked."""
    dispatched_date: Text | None = None
    """When the parcel left; shown as it is sent."""
    cfop: Code | None = None
    """The fiscal code of the operation."""
    volumes: Index | None = None
    """How many boxes."""
    extra_value: Price | None = None
    """What the invoice has beside its items, such as freight."""
    replaces: InvoiceNumber | None = None
    """The number of a sale that this one corrects, which is cancelled by it."""

    @model_validator(mode="after")
    def _corrects_a_sale(self) -> "InvoiceBody":
        require_correction(self.type, self.invoice_number, self.replaces)
        return self

    def as_notification(self) -> Notification:
        """Return the notification."""
        return Notification(
            replaces=self.replaces,
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
    """The line's index in the order, from 0."""
    price: Price
    """The value of the whole quantity."""
    quantity: Quantity
    """How many units."""

    def as_mention(self) -> LineMention:
        """Return the item as the domain names it."""
        unit_price = self.price // self.quantity
        return LineMention("", unit_price, self.quantity, index=self.item_index, total=self.price)


class DocumentInvoiceBody(Body):
    """``POST /api/orders/pvt/document/{orderId}/invoices`` (C§1.1)."""

    type: Type
    """`Output` for a sale, `Input` for a return."""
    issued_date: Date
    """When it was issued."""
    invoice_number: InvoiceNumber
    """The invoice's number, unique in the order; a repeat is taken once."""
    invoice_value: InvoiceValue
    """The whole value, above 0."""
    items: Annotated[list[DocumentItem], Field(max_length=MAX_INVOICE_ITEMS)] | None = None
    """What is invoiced; without it, only the value counts."""
    extra_value: Price | None = None
    """What the invoice has beside its items, such as freight."""
    invoice_key: Code | None = None
    """The key that a tax authority gave it."""
    invoice_url: Text | None = None
    """Where the document lies."""
    courier: Text | None = None
    """Who carries the parcel."""
    tracking_number: Code | None = None
    """The parcel's tracking number."""
    tracking_url: Text | None = None
    """Where the parcel is tracked."""
    cfop: Code | None = None
    """The fiscal code of the operation."""
    volumes: Index | None = None
    """How many boxes."""
    replaces: InvoiceNumber | None = None
    """The number of a sale that this one corrects, which is cancelled by it."""

    @model_validator(mode="after")
    def _corrects_a_sale(self) -> "DocumentInvoiceBody":
        require_correction(self.type, self.invoice_number, self.replaces)
        return self

    def as_notification(self) -> Notification:
        """Return the notification."""
        return Notification(
            replaces=self.replaces,
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
    """The city."""
    state: Text | None = None
    """The state or region."""
    description: Text | None = None
    """What happened, in words."""
    date: Text | None = None
    """When it was seen; shown as it is sent."""


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
    """The parcel's tracking number."""
    tracking_url: Text | None = None
    """Where the parcel is tracked."""
    dispatched_date: Text | None = None
    """When the parcel left; shown as it is sent."""
    courier: Text | None = None
    """Who carries the parcel."""
    is_delivered: StrictBool | None = None
    """Whether it is delivered; what was delivered stays so."""
    delivered_date: Text | None = None
    """When it was delivered; shown as it is sent."""
    events: Annotated[list[DeliveryEventBody], Field(max_length=MAX_SIGHTINGS), AfterValidator(_few_texts)] | None = (
        None
    )
    """Where it was seen; they are added to those before."""
    invoice_key: Code | None = None
    """The key that a tax authority gave it."""
    invoice_url: Text | None = None
    """Where the document lies."""
    embedded_invoice: Document | None = None
    """The document itself, as text."""
    cfop: Code | None = None
    """The fiscal code of the operation."""
    volumes: Index | None = None
    """How many boxes."""
    type: Type | None = None
    """The invoice's type; another one than it was notified with is refused."""
    issuance_date: Date | None = None
    """The invoice's date; another one is refused."""
    invoice_number: InvoiceNumber | None = None
    """The invoice's number; another one than the path's is refused."""
    invoice_value: InvoiceValue | None = None
    """The invoice's value; another one is refused."""
    extra_value: Price | None = None
    """The invoice's extra value; another one is refused."""
    items: Annotated[list[InvoiceItem], Field(max_length=MAX_INVOICE_ITEMS)] | None = None
    """The invoice's items; other ones are refused."""

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
