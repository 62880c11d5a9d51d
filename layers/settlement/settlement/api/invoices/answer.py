"""Invoices and their parcels, as an order shows them (C§1.1, C§1.2)."""

from typing import Literal, NotRequired

from typing_extensions import TypedDict

from settlement.api.reports.answer import PayoutAnswer
from settlement.api.shared.answer import ActorAnswer, Cents, Null, OmsDate
from settlement.domain.order.invoice import InvoiceType


class PackedItem(TypedDict):
    """An item of an invoice."""

    itemIndex: int | None
    """The line's index in the order, from 0; null where no line is meant."""
    quantity: int
    """How many units."""
    price: Cents
    """The price of one unit."""
    description: str
    """What it is, in words."""
    unitMultiplier: float
    """How many measurement units one unit has."""


class ParcelSighting(TypedDict):
    """Where a parcel was seen."""

    lastChange: str
    """When it was seen, as it was sent."""
    city: str
    """The city."""
    state: str
    """The state or region."""
    description: str
    """What happened, in words."""
    createDate: str
    """The same as `lastChange`."""


class CourierStatus(TypedDict):
    """How far a parcel is."""

    status: Literal["delivered", "in-transit"]
    """Whether it is delivered."""
    finished: bool
    """Whether it is delivered."""
    deliveredDate: str
    """When it was delivered, as it was sent; empty until then."""
    data: list[ParcelSighting]
    """Where it was seen, oldest first."""


class ReturnedItem(TypedDict):
    """An item of a return."""

    useFreight: Null
    isCompensation: bool
    """Always false."""
    compensationValue: Cents
    """Always 0."""
    id: str
    """The item's id."""
    quantity: int
    """How many units."""
    price: Cents
    """The price of one unit."""
    description: str
    """What it is, in words."""


class Restitution(TypedDict):
    """What a return gives back."""

    value: Cents
    """What is refunded."""
    giftCardData: Null
    items: list[ReturnedItem]
    """The items that came back."""


class Restitutions(TypedDict):
    """The restitutions of a return invoice."""

    Refund: Restitution
    """What is refunded to the payments."""
    refund: NotRequired[Restitution]
    """The same, in the form of the order's document."""


class InvoiceCancelled(TypedDict):
    """The cancellation of a sale invoice."""

    requestId: str
    """The id of its request."""
    reason: str
    """Why, in words."""
    date: OmsDate
    """When it was taken."""
    by: ActorAnswer | None
    """Who cancelled it."""
    withdrawnValue: Cents
    """The part of the settlement requests that it took back."""
    replacedBy: str | None
    """The number of the invoice that corrects it, if one does."""


class InvoiceCaptureAnswer(TypedDict):
    """A capture that an invoice asked for."""

    paymentId: str
    """The payment's id."""
    settleId: str
    """The connector's id of the capture."""
    value: Cents
    """What was captured."""
    refundedValue: Cents
    """What was refunded of it."""
    date: OmsDate | None
    """When the connector answered; null if that is not known."""
    payout: PayoutAnswer | None
    """The money on its way to the merchant; null of a capture whose day is not known."""


class Package(TypedDict):
    """An invoice of the order; ``countedValue`` is the part of it that counts towards the order's value.

    A cancelled one stays as it was, with its cancellation, and counts no more.
    """

    items: list[PackedItem]
    """What was invoiced; an item whose value its quantity does not divide stands twice, with both unit prices."""
    type: InvoiceType
    """`Output` for a sale, `Input` for a return."""
    invoiceNumber: str
    """The invoice's number."""
    invoiceValue: Cents
    """The value that was notified."""
    invoiceUrl: str | None
    """Where the document lies."""
    invoiceKey: str | None
    """The key that a tax authority gave it."""
    issuanceDate: str
    """When it was issued, as it was sent."""
    embeddedInvoice: str
    """The document itself; empty if none was sent."""
    courier: str | None
    """Who carries the parcel."""
    trackingNumber: str | None
    """The parcel's tracking number."""
    trackingUrl: str | None
    """Where the parcel is tracked."""
    dispatchedDate: str | None
    """When the parcel left, as it was sent."""
    courierStatus: CourierStatus | None
    """How far the parcel is; null until something was told of it."""
    cfop: str | None
    """The fiscal code of the operation."""
    volumes: NotRequired[int]
    """How many boxes."""
    extraValue: Cents
    """What the invoice has beside its items, such as freight."""
    countedValue: Cents
    """The part of the value that counts towards the order's value."""
    counted: Cents
    """The same, as the answer to the invoice tells it."""
    countedReason: str | None
    """Why not all of it counts, for people; null if all does."""
    captures: list[InvoiceCaptureAnswer]
    """What was captured for it so far, and whether it was paid; a return has none."""
    EnableInferItems: bool
    """Always false: items are never guessed."""
    replaces: NotRequired[str]
    """The number of the invoice that it corrects."""
    cancellation: NotRequired[InvoiceCancelled]
    """Who cancelled it, and why; an invoice that stands has none."""
    restitutions: NotRequired[Restitutions]
    """What a return gives back; a sale has none."""


class Packages(TypedDict):
    """The order's invoices, in the order they were received."""

    packages: list[Package]
    """One for each invoice."""
