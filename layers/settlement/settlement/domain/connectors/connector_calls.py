"""What the service asks of a payment connector, and the closed set of outcomes an answer can have (C§4).

An answer is exactly one of the outcomes here, whatever the connector sent; how a connector's bytes become an
outcome is the adapter's business, what an outcome does to the ledger is the domain's.
"""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from settlement.domain.connectors.connector import CartItem, Connector, VaultedCard
from settlement.domain.order.shopper import Shopper


@dataclass(frozen=True, slots=True)
class Authorise:
    """Ask for an authorisation (PPP create payment, C§4.2); repeating it asks for its state. Values in minor units."""

    transaction_id: str
    payment_id: str
    order_id: str
    order_group: str
    merchant_name: str
    payment_method: str
    value: int
    reference_value: int
    currency: str
    installments: int
    card: VaultedCard | None
    items: tuple[CartItem, ...]
    shipping_value: int
    tax_value: int
    callback_url: str
    shopper: Shopper | None = None
    inbound_url: str | None = None

    @property
    def holder(self) -> str | None:
        """Who holds the card, as far as it is known."""
        return self.card.holder if self.card is not None else None


@dataclass(frozen=True, slots=True)
class PaymentReference:
    """What names an authorised payment at its connector.

    ``facts`` are those about the shopper, as ``person.facts_of`` finds them: never sent, and masked where the connector
    repeats them.
    """

    transaction_id: str
    payment_id: str
    currency: str
    authorization_id: str | None
    tid: str | None
    nsu: str | None
    facts: tuple[str, ...] = field(default=(), repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class Settle:
    """Ask to capture ``value`` minor units (C§4.3)."""

    payment: PaymentReference
    request_id: str
    value: int


@dataclass(frozen=True, slots=True)
class Cancel:
    """Ask to cancel ``value`` minor units of what is not captured (C§4.4)."""

    payment: PaymentReference
    request_id: str
    value: int


@dataclass(frozen=True, slots=True)
class Refund:
    """Ask to give back ``value`` minor units of the settlement named ``settle_id`` (C§4.5)."""

    payment: PaymentReference
    request_id: str
    settle_id: str
    value: int


@dataclass(frozen=True, slots=True)
class Inbound:
    """Hand a request that reached the merchant on to the connector (C§4.6); ``body`` is its text as it arrived."""

    payment: PaymentReference
    request_id: str
    body: str


@dataclass(frozen=True, slots=True)
class Exchange:
    """One call as it went over the wire, for the timeline: bodies are text, cut to 4,000 characters, without secrets.

    ``status`` is None when no complete answer came. ``remarks`` say what of the answer was read otherwise than it is
    written, or could not be used.
    """

    request: str
    status: int | None
    response: str
    duration_ms: int
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Approved:
    """The payment is authorised; the delay in seconds, ``max_value`` in minor units."""

    exchange: Exchange
    authorization_id: str | None
    tid: str | None
    nsu: str | None
    delay_to_auto_settle_seconds: int | None
    max_value: int | None
    code: str | None
    message: str | None


@dataclass(frozen=True, slots=True)
class Denied:
    """The payment is refused, for good."""

    exchange: Exchange
    code: str | None
    message: str | None


@dataclass(frozen=True, slots=True)
class Undecided:
    """The connector answered ``undefined``: it will know later (C§4.2)."""

    exchange: Exchange
    tid: str | None
    delay_to_cancel_seconds: int | None
    payment_url: str | None
    code: str | None
    message: str | None


@dataclass(frozen=True, slots=True)
class PaidOffline:
    """The connector still waits for money that the merchant has told to have received (C§3.1)."""

    exchange: Exchange
    tid: str | None


@dataclass(frozen=True, slots=True)
class Done:
    """The effect is certain. ``value`` is what was moved, in minor units, above zero and at most what was asked."""

    exchange: Exchange
    value: int
    reference: str
    code: str | None
    message: str | None


@dataclass(frozen=True, slots=True)
class Refused:
    """A well-formed refusal: nothing was moved, and asking again would not help."""

    exchange: Exchange
    code: str | None
    message: str | None


@dataclass(frozen=True, slots=True)
class Manual:
    """The connector cannot do it (501): a person has to, and nothing was moved (C§4.4, C§4.5)."""

    exchange: Exchange
    code: str | None = None
    message: str | None = None


@dataclass(frozen=True, slots=True)
class Unknown:
    """Nobody knows whether it happened: time-out, broken connection, 5xx or an answer that makes no sense."""

    exchange: Exchange
    reason: str


@dataclass(frozen=True, slots=True)
class Relayed:
    """What the connector wants answered to an inbound request: an HTTP status, a content type and the content."""

    exchange: Exchange
    status_code: int
    content_type: str
    content: str
    code: str | None
    message: str | None


class SplitMoment(StrEnum):
    """When a connector can split the payout of a payment method."""

    ON_AUTHORIZE = "onAuthorize"
    ON_CAPTURE = "onCapture"
    DISABLED = "disabled"


@dataclass(frozen=True, slots=True)
class PaymentMethod:
    """A payment method of a connector, by the protocol's name of it."""

    name: str
    allows_split: SplitMoment


@dataclass(frozen=True, slots=True)
class AutoSettleDelay:
    """Between which delays a merchant may choose, in whole hours."""

    minimum_hours: int
    maximum_hours: int


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a connector says it can do (C§4.1). It says nothing of partial captures: those are configured."""

    payment_methods: tuple[PaymentMethod, ...]
    auto_settle_delay: AutoSettleDelay | None
    version: str


@dataclass(frozen=True, slots=True)
class ManifestFault:
    """The manifest did not come or is not one; ``reason`` names the field and what is wrong with it."""

    exchange: Exchange
    reason: str


AuthorisationOutcome = Approved | PaidOffline | Denied | Undecided | Refused | Unknown
MovementOutcome = Done | Refused | Manual | Unknown
InboundOutcome = Relayed | Refused | Unknown
ManifestOutcome = Manifest | ManifestFault


class ConnectorClient(Protocol):
    """A payment connector: every method makes one call within its deadline and never raises for what comes back."""

    def authorise(self, connector: Connector, request: Authorise) -> AuthorisationOutcome:
        """Create the payment, or ask for its state when it exists."""
        ...

    def settle(self, connector: Connector, request: Settle) -> MovementOutcome:
        """Capture a value."""
        ...

    def cancel(self, connector: Connector, request: Cancel) -> MovementOutcome:
        """Cancel a value that is not captured; ``Done.value`` is the value asked, as the protocol echoes none."""
        ...

    def refund(self, connector: Connector, request: Refund) -> MovementOutcome:
        """Give back a value of one settlement."""
        ...

    def inbound(self, connector: Connector, action: str, request: Inbound) -> InboundOutcome:
        """Hand a request on to the connector, which says how to answer it."""
        ...
