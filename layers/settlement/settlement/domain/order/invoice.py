"""Invoices: the fiscal documents that move money, sales (Output) and returns (Input) (C§1)."""

from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from enum import StrEnum

from settlement.domain.errors import InvalidRequest
from settlement.domain.order.order import LineMention

MAX_SIGHTINGS_IN_ALL = 500
"""Sightings of one parcel, however many requests brought them: they are stored in one item of the table."""

MAX_SIGHTING_BYTES = 100_000
"""The texts of these sightings."""

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

    def under(self, known: "Tracking") -> "Tracking":
        """Return ``known`` with what it lacks."""
        return Tracking(**{part: getattr(known, part) or getattr(self, part) for part in self.__slots__})

    def keeping(self, before: "Tracking", unsaid: frozenset[str]) -> "Tracking":
        """Return the tracking with the parts that are unsaid as they were before."""
        return replace(self, **{part: getattr(before, part) for part in unsaid})


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

    def after(self, before: "Delivery | None") -> "Delivery":
        """Return what is known with ``before``: each sighting once, and what was delivered stays so."""
        if before is None:
            before = Delivery(is_delivered=False)
        is_late = before.is_delivered and not self.is_delivered
        return Delivery(
            before.is_delivered or self.is_delivered,
            before.delivered_date if is_late else self.delivered_date or before.delivered_date,
            tuple(dict.fromkeys((*before.events, *self.events))),
        )


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

    def require_few_sightings(self) -> None:
        """Check the size of what was seen of its parcel in all; raises ``InvalidRequest``."""
        seen = self.delivery.events if self.delivery else ()
        if len(seen) > MAX_SIGHTINGS_IN_ALL:
            raise InvalidRequest(
                f"events: invoice {self.number} would have {len(seen)} sightings; the limit is {MAX_SIGHTINGS_IN_ALL}"
            )
        size = sum(len(text.encode()) for one in seen for text in _texts(one))
        if size > MAX_SIGHTING_BYTES:
            raise InvalidRequest(
                f"events: the sightings of invoice {self.number} would have texts of {size} bytes; "
                f"the limit is {MAX_SIGHTING_BYTES}"
            )

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

    def standing_against(self, told: "Supplement") -> dict[str, str | int]:
        """Return what this invoice says of facts that ``told`` says otherwise, by the names of requests."""
        facts: dict[str, tuple[str | int, str | int | None]] = {
            "invoiceNumber": (self.number, told.number),
            "type": (self.type.value, told.type.value if told.type else None),
            "invoiceValue": (self.value, told.value),
            "extraValue": (self.extra_value, told.extra_value),
            "issuanceDate": (self.issuance_date, told.issuance_date),
        }
        standing = {name: mine for name, (mine, other) in facts.items() if other not in (None, mine)}
        if told.items is not None and told.items != self.items:
            standing["items"] = len(self.items)
        return standing

    def standing_against_repeat(self, other: "Invoice") -> dict[str, str | int]:
        """Return what this invoice says of facts that a repeat says otherwise, by the names of requests."""
        told = Supplement(
            issuance_date=other.issuance_date,
            value=other.value,
            extra_value=other.extra_value or None,
            items=other.items,
        )
        standing = self.standing_against(told)
        mine, theirs = self.tracking, other.tracking
        known: dict[str, tuple[str | int | None, str | int | None]] = {
            "invoiceKey": (self.key, other.key),
            "invoiceUrl": (self.url, other.url),
            "cfop": (self.cfop, other.cfop),
            "volumes": (self.volumes, other.volumes),
            "courier": (mine.courier, theirs.courier),
            "trackingNumber": (mine.number, theirs.number),
            "trackingUrl": (mine.url, theirs.url),
            "dispatchedDate": (mine.dispatched_date, theirs.dispatched_date),
        }
        return standing | {
            name: stands
            for name, (stands, said) in known.items()
            if stands not in (None, "") and said not in (None, "", stands)
        }

    def supplemented(self, told: "Supplement") -> "Invoice":
        """Return the invoice with what came later; what is not told stays."""
        return replace(
            self,
            key=told.key or self.key,
            url=told.url or self.url,
            cfop=told.cfop or self.cfop,
            volumes=self.volumes if told.volumes is None else told.volumes,
            has_document=self.has_document or told.document is not None,
        )

    def completed(self, repeated: "Invoice") -> "Invoice":
        """Return the invoice with what a repeat knows and it does not; nothing that is known is replaced."""
        return replace(
            self,
            key=self.key or repeated.key or None,
            url=self.url or repeated.url or None,
            cfop=self.cfop or repeated.cfop or None,
            volumes=repeated.volumes if self.volumes is None else self.volumes,
            has_document=self.has_document or repeated.has_document,
            tracking=self.tracking if self.is_stand_alone else repeated.tracking.under(self.tracking),
        )


@dataclass(frozen=True, slots=True)
class Supplement:
    """What is told of an invoice beside its tracking, after it was notified; None is not told.

    ``unsaid`` are the parts of the tracking that are not told either. The facts from ``type`` on stand as they were
    notified (R17); they are here to be compared.
    """

    unsaid: frozenset[str] = frozenset()
    key: str | None = None
    url: str | None = None
    document: str | None = None
    cfop: str | None = None
    volumes: int | None = None
    type: InvoiceType | None = None
    issuance_date: str | None = None
    number: str | None = None
    value: int | None = None
    extra_value: int | None = None
    items: tuple[LineMention, ...] | None = None


def _texts(thing: Invoice | Tracking | Delivery | DeliveryEvent | LineMention | None) -> list[str]:
    values = [] if thing is None else [getattr(thing, field_.name) for field_ in fields(thing)]
    return [value for value in values if isinstance(value, str)]
