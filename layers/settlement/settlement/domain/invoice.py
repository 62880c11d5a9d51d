"""Invoices: the fiscal documents that move money, sales (Output) and returns (Input) (C§1)."""

from dataclasses import dataclass, field, fields
from datetime import datetime
from enum import StrEnum

from settlement.domain.order import LineMention

FRAME_BYTES = 100
"""What an item of an invoice, or a sighting of its parcel, takes in an answer besides its texts."""


class InvoiceType(StrEnum):
    """Output is a sale and asks for settlement, Input a return and asks for a refund."""

    OUTPUT = "Output"
    INPUT = "Input"


@dataclass(frozen=True, slots=True)
class Tracking:
    """Where a parcel is; it never moves money (R32)."""

    courier: str | None = None
    number: str | None = None
    url: str | None = None
    dispatched_date: str | None = None


@dataclass(frozen=True, slots=True)
class DeliveryEvent:
    """Where a parcel was seen."""

    city: str | None = None
    state: str | None = None
    description: str | None = None
    date: str | None = None


@dataclass(frozen=True, slots=True)
class Delivery:
    """How far a parcel is on its way."""

    is_delivered: bool
    delivered_date: str | None = None
    events: tuple[DeliveryEvent, ...] = ()


@dataclass(frozen=True, slots=True)
class Invoice:
    """An invoice of an order, identified in it by its number.

    ``value`` is what the document says, ``counted`` the part that counts towards the order, both in minor units;
    ``has_document`` tells that an embedded document is stored beside it, ``replays`` counts what was written over it.
    """

    number: str
    type: InvoiceType
    value: int
    counted: int
    issuance_date: str
    receipt: str
    received_at: datetime
    sequence: int
    items: tuple[LineMention, ...] = ()
    extra_value: int = 0
    key: str | None = None
    url: str | None = None
    cfop: str | None = None
    volumes: int | None = None
    has_document: bool = False
    tracking: Tracking = field(default_factory=Tracking)
    delivery: Delivery | None = None
    replays: int = 0

    @property
    def is_stand_alone(self) -> bool:
        """Whether it is a sale beyond the order's total: stored, without money or tracking (C§1.4.3)."""
        return self.type is InvoiceType.OUTPUT and self.counted == 0

    @property
    def text_bytes(self) -> int:
        """What it takes in an answer that shows all invoices of its order, its document left out."""
        sightings = self.delivery.events if self.delivery else ()
        texts = (*_texts(self), *_texts(self.tracking), *_texts(self.delivery))
        parts = [text for item in self.items for text in _texts(item)] + [
            text for one in sightings for text in _texts(one)
        ]
        framed = FRAME_BYTES * (len(self.items) + len(sightings))
        return sum(len(text.encode()) for text in (*texts, *parts)) + framed

    def says_the_same_as(self, other: "Invoice") -> bool:
        """Whether a repeated notification agrees with this one in value and items (C§8.8)."""
        return (self.value, self.items) == (other.value, other.items)


def _texts(thing: Invoice | Tracking | Delivery | DeliveryEvent | LineMention | None) -> list[str]:
    values = [] if thing is None else [getattr(thing, field_.name) for field_ in fields(thing)]
    return [value for value in values if isinstance(value, str)]
