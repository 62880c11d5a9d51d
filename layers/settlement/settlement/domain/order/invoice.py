"""Invoices: the fiscal documents that move money, sales (Output) and returns (Input) (C§1)."""

from dataclasses import field, fields, replace
from datetime import datetime
from enum import StrEnum

from settlement.domain.actor import Actor
from settlement.domain.errors import InvalidRequest
from settlement.domain.order.fiscal_record import FiscalRecord, FiscalRemark, UsedKey
from settlement.domain.order.order import LineMention
from settlement.values import dataclass

MAX_SIGHTINGS_IN_ALL = 500
"""Most sightings of one parcel, over all requests; they are stored in one item of the table."""

MAX_SIGHTING_BYTES = 100_000
"""Most bytes of the sightings' texts."""

FRAME_BYTES = 100
"""Bytes that an invoice's item, or a parcel's sighting, takes in an answer besides its texts."""

EARLY_RETURN = (
    "the order was not invoiced in full when the return came: by the account's setting returnsBeforeCompletion it is "
    "stored, and moves no money, now or later"
)
STAND_ALONE = "the order was invoiced in full before it: it is stored, and moves no money"
ABOVE_THE_REST = "its value is above what was left to invoice, which is what counts"
"""Why an invoice counts less than its value (C§1.4.3, C§1.4.6, R18)."""


class InvoiceType(StrEnum):
    """Output is a sale and requests a settlement; Input is a return and requests a refund."""

    OUTPUT = "Output"
    INPUT = "Input"


@dataclass(frozen=True, slots=True)
class Tracking:
    """The tracking of a parcel; it never moves money (R32)."""

    courier: str | None = None
    number: str | None = None
    url: str | None = None
    dispatched_date: str | None = None

    def under(self, known: "Tracking") -> "Tracking":
        """Return ``known``, with its missing fields taken from this tracking."""
        return Tracking(**{part: getattr(known, part) or getattr(self, part) for part in self.__slots__})

    def keeping(self, before: "Tracking", unsaid: frozenset[str]) -> "Tracking":
        """Return the tracking with its ``unsaid`` fields taken from ``before``."""
        return replace(self, **{part: getattr(before, part) for part in unsaid})


@dataclass(frozen=True, slots=True)
class DeliveryEvent:
    """One sighting of a parcel."""

    city: str | None = None
    state: str | None = None
    description: str | None = None
    date: str | None = None


@dataclass(frozen=True, slots=True)
class Delivery:
    """The progress of a parcel's delivery."""

    is_delivered: bool
    delivered_date: str | None = None
    events: tuple[DeliveryEvent, ...] = ()

    def after(self, before: "Delivery | None") -> "Delivery":
        """Return this delivery merged with ``before``: each sighting once; a delivered parcel stays delivered."""
        if before is None:
            before = Delivery(is_delivered=False)
        is_late = before.is_delivered and not self.is_delivered
        return Delivery(
            before.is_delivered or self.is_delivered,
            before.delivered_date if is_late else self.delivered_date or before.delivered_date,
            tuple(dict.fromkeys((*before.events, *self.events))),
        )


@dataclass(frozen=True, slots=True)
class InvoiceCancellation:
    """The cancellation of a sale invoice, which its ``request_id`` identifies (R38).

    ``withdrawn`` is the part of the settlement requests that it took back, in minor units, ``replaced_by`` the invoice
    that corrects it (R39).
    """

    request_id: str
    reason: str
    receipt: str
    at: datetime
    by: Actor
    withdrawn: int = 0
    replaced_by: str | None = None


@dataclass(frozen=True, slots=True)
class Invoice:
    """An invoice of an order; its number is unique within the order.

    ``value`` is the document's value, ``counted`` the part that counts towards the order, both in minor units; a
    cancelled one counts no more. ``has_document`` is True if an embedded document is stored, ``replays`` counts later
    writes of the invoice. It ``replaces`` a cancelled one. ``fiscal`` is what its NF-e, or the key of one, told; None
    if there is none. ``used_key`` is the key with which it came, if that was another invoice's.
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
    cancellation: InvoiceCancellation | None = None
    replaces: str | None = None
    replays: int = 0
    fiscal: FiscalRecord | None = None
    used_key: UsedKey | None = None

    @property
    def stands(self) -> bool:
        """False once it is cancelled."""
        return self.cancellation is None

    def require_few_sightings(self) -> None:
        """Raise ``InvalidRequest`` if the sightings of its parcel exceed their limits."""
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
        """True for a sale beyond the order's total, which is stored without money or tracking (C§1.4.3)."""
        return self.type is InvoiceType.OUTPUT and self.counted == 0

    @property
    def why_not_counted(self) -> str | None:
        """Say, for people, why not all of its value counts; None if all does."""
        if self.counted == self.value:
            return None
        if self.type is InvoiceType.INPUT:
            return EARLY_RETURN
        return STAND_ALONE if self.is_stand_alone else ABOVE_THE_REST

    @property
    def remarks(self) -> tuple[FiscalRemark, ...]:
        """What was remarked on its fiscal document."""
        return () if self.fiscal is None else self.fiscal.remarks

    @property
    def plain_key(self) -> str:
        """Its access key without spaces; empty if it has none."""
        return "".join((self.key or "").split())

    @property
    def doubtful_key(self) -> UsedKey | None:
        """Its key, while that is another invoice's: until it is corrected, or the invoice is cancelled (D173)."""
        used = self.used_key
        return used if used is not None and self.stands and used.key == self.plain_key else None

    @property
    def text_bytes(self) -> int:
        """Bytes that it takes in an order's answer, without its document."""
        sightings = self.delivery.events if self.delivery else ()
        texts = (*_texts(self), *_texts(self.tracking), *_texts(self.delivery))
        parts = [text for item in self.items for text in _texts(item)] + [
            text for one in sightings for text in _texts(one)
        ]
        framed = FRAME_BYTES * (len(self.items) + len(sightings))
        return sum(len(text.encode()) for text in (*texts, *parts)) + framed

    def says_the_same_as(self, other: "Invoice") -> bool:
        """True if a repeated notification has the same value and items, and replaces the same invoice (C§8.8)."""
        return (self.value, self.items, self.replaces) == (other.value, other.items, other.replaces)

    def standing_against(self, told: "Supplement") -> dict[str, str | int]:
        """Return this invoice's values that differ from those in ``told``, by the request's names."""
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
        """Return this invoice's values that differ from a repeat's, by the request's names."""
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
            "replaces": (self.replaces, other.replaces),
        }
        return standing | {
            name: stands
            for name, (stands, said) in known.items()
            if stands not in (None, "") and said not in (None, "", stands)
        }

    def supplemented(self, told: "Supplement") -> "Invoice":
        """Return the invoice with later additions; fields that ``told`` lacks stay."""
        return replace(
            self,
            key=told.key or self.key,
            url=told.url or self.url,
            cfop=told.cfop or self.cfop,
            volumes=self.volumes if told.volumes is None else told.volumes,
            has_document=self.has_document or told.document is not None,
        )

    def completed(self, repeated: "Invoice") -> "Invoice":
        """Return the invoice with its missing fields taken from a repeat; known fields stay."""
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
    """Later additions to an invoice besides its tracking; None means not stated.

    ``unsaid`` are the tracking fields that are not stated. The fields from ``type`` on cannot change (R17); they are
    only compared.
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
