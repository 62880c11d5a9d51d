"""What several answers are made of. An answer is described once, by the ``TypedDict`` that its builder returns.

Text under a key is the document's description of it. Amounts are minor units, unless said otherwise.
"""

from typing import Annotated, NotRequired

from typing_extensions import TypedDict

from settlement.api.shared.schema import Says
from settlement.domain.actor import System
from settlement.domain.order.fiscal_record import FiscalCode

OmsDate = Annotated[str, Says("ISO 8601 with an offset and seven fractional digits.", format="date-time")]
GatewayDate = Annotated[str, Says("UTC, without a zone or a fraction.", pattern=r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$")]
ActionDate = Annotated[str, Says("ISO 8601 in UTC, to the microsecond.", format="date-time")]
Cents = Annotated[int, Says("Minor units.")]
Unsigned = Annotated[int, Says(minimum=0)]
Null = Annotated[None, Says("Always null: this system does not know it.")]
Blank = Annotated[str, Says("Always empty: this system does not know it.")]


class Unknown(TypedDict):
    """An object that this system knows nothing of."""


Nothing = Annotated[list[Unknown], Says("Always empty: this system does not know them.", maxItems=0)]


class CallerAnswer(TypedDict):
    """A request that caused something, by its app key."""

    appKey: str
    """The app key."""
    user: str | None
    """For whom it acted, as `X-Quita-User` said; null if it said nothing. It is not checked."""


class SystemAnswer(TypedDict):
    """What caused something without an app key."""

    system: System
    """`workflow`, what carries out operations; `timer`; `audit`; `connector`, by a callback; `checkout`, by an event of
    the bus or a shopper's browser."""


ActorAnswer = CallerAnswer | SystemAnswer


class ErrorDetail(TypedDict):
    """Why a request was refused; ``code`` is for programs, ``message`` for people."""

    code: Annotated[str, Says(minLength=1)]
    """What programs tell refusals apart by."""
    message: Annotated[str, Says(minLength=1)]
    """The field, the value and the limit, for people."""
    exception: None
    """Always null."""


class Error(TypedDict):
    """The body of every refusal and failure."""

    error: ErrorDetail
    """Why it was refused."""


class Receipt(TypedDict):
    """The answer to an invoice, a change and a cancellation."""

    date: OmsDate
    """When it was taken."""
    orderId: str
    """The order."""
    receipt: str
    """What was taken is known by this id; a repeat gets the same."""


class DocumentWarning(TypedDict):
    """Something that a fiscal document says otherwise than it should."""

    code: FiscalCode
    """What it is, for programs."""
    message: str
    """The field, its value and the limit, for people."""


class RepeatableReceipt(Receipt):
    """The answer to an invoice, change or cancel; ``stands`` is what was taken before where this one says otherwise.

    ``counted`` and ``countedReason`` are told of an invoice that does not count whole.
    """

    counted: NotRequired[Cents]
    """The part of the invoice that counts, if not all does: 0 of a return that refunds nothing."""
    countedReason: NotRequired[str]
    """Why not all of it counts, for people."""

    stands: NotRequired[dict[str, str | int]]
    """On a repeat that says other things: those fields, with the values that were taken first and hold."""
    warnings: NotRequired[list[DocumentWarning]]
    """What the invoice's fiscal document, or its key, says otherwise than the invoice, the order or the rules."""


class Href(TypedDict):
    """Where a part of a transaction is read."""

    href: Annotated[str, Says(pattern=r"^/api/pvt/transactions/")]
    """The path, without host and stage."""


class NamedValue(TypedDict):
    """A field and its value as text."""

    name: str
    """The field's name."""
    value: str
    """Its value; objects are JSON text."""


class Health(TypedDict):
    """The service can take orders."""

    status: Annotated[str, Says(pattern="^ok$")]
    """Always `ok`."""


class Unhealthy(TypedDict):
    """The service cannot take orders, and what it lacks."""

    status: Annotated[str, Says(pattern="^unavailable$")]
    """Always `unavailable`."""
    missing: list[str]
    """What it lacks, each in words."""


class Empty(TypedDict):
    """An empty object."""


class DoneValues(TypedDict):
    """What was done with the money of an order, transaction or payment."""

    settledValue: Cents
    """What connectors captured."""
    refundedValue: Cents
    """What connectors refunded."""
    openValue: Cents
    """What is neither settled nor cancelled."""
    writtenOffValue: Cents
    """What was to be settled and never will be, by an operator's word."""
    paidOtherwiseValue: Cents
    """What was to be settled and was paid by other means, by an operator's word."""
    refundWrittenOffValue: Cents
    """What was to be refunded and never will be, by an operator's word."""


class LedgerValues(DoneValues):
    """The counters of a transaction or payment."""

    authorizedValue: Cents
    """What connectors authorised."""
    cancelledValue: Cents
    """What was cancelled, withheld value included."""
    inDoubtValue: Cents
    """Of how much nobody knows whether a connector did it."""
