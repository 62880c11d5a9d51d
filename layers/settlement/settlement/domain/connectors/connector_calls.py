"""The calls to a payment connector, and the closed set of their outcomes (C§4).

The adapter turns every response into exactly one of these outcomes; the domain decides its effect on the ledger.
"""

from dataclasses import field
from enum import StrEnum
from typing import Protocol

from settlement.domain.connectors.connector import CartItem, Connector, Recipient, VaultedCard
from settlement.domain.connectors.exchange import Exchange
from settlement.domain.order.shopper import Shopper
from settlement.values import dataclass


@dataclass(frozen=True, slots=True)
class Authorise:
    """Request an authorisation (PPP create payment, C§4.2); a repeat asks for its state. Values in minor units.

    The first instalment differs from the others by the cents that they leave (D122). ``interest_rate`` is a decimal
    number of per cent, ``order_url`` the merchant's page of the order, ``return_url`` where the shopper comes back to.
    """

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
    installment_value: int | None = None
    first_installment_value: int | None = None
    interest_rate: str | None = None
    total_cart_value: int | None = None
    custom_code: str | None = None
    order_url: str | None = None
    return_url: str | None = None
    recipients: tuple[Recipient, ...] = ()

    @property
    def holder(self) -> str | None:
        """The card holder's name, if known."""
        return self.card.holder if self.card is not None else None


@dataclass(frozen=True, slots=True)
class PaymentReference:
    """The identification of an authorised payment at its connector.

    ``metadata`` is what the connector last asked to get back, by name. ``facts`` are expressions for the shopper's data
    (``person.facts_of``): never sent, and masked in the connector's answers.
    """

    transaction_id: str
    payment_id: str
    currency: str
    authorization_id: str | None
    tid: str | None
    nsu: str | None
    metadata: tuple[tuple[str, str], ...] = ()
    facts: tuple[str, ...] = field(default=(), repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class Settle:
    """Request to capture ``value`` minor units (C§4.3), which ``recipients`` share if the payout is split."""

    payment: PaymentReference
    request_id: str
    value: int
    recipients: tuple[Recipient, ...] = ()


@dataclass(frozen=True, slots=True)
class Cancel:
    """Request to cancel ``value`` minor units that are not captured (C§4.4)."""

    payment: PaymentReference
    request_id: str
    value: int


@dataclass(frozen=True, slots=True)
class Refund:
    """Request to refund ``value`` minor units of the settlement ``settle_id`` (C§4.5), taken from ``recipients``."""

    payment: PaymentReference
    request_id: str
    settle_id: str
    value: int
    recipients: tuple[Recipient, ...] = ()


@dataclass(frozen=True, slots=True)
class Inbound:
    """A request to relay to the connector (C§4.6); ``body`` is its unchanged text."""

    payment: PaymentReference
    request_id: str
    body: str


@dataclass(frozen=True, slots=True)
class Approved:
    """The payment is authorised; delay in seconds, ``max_value`` in minor units."""

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
    """The authorisation is refused, finally."""

    exchange: Exchange
    code: str | None
    message: str | None


@dataclass(frozen=True, slots=True)
class Undecided:
    """The connector answered ``undefined``: it decides later (C§4.2)."""

    exchange: Exchange
    tid: str | None
    delay_to_cancel_seconds: int | None
    code: str | None
    message: str | None


@dataclass(frozen=True, slots=True)
class PaidOffline:
    """The authorisation is undecided at the connector, but the merchant has received the money (C§3.1)."""

    exchange: Exchange
    tid: str | None


@dataclass(frozen=True, slots=True)
class Done:
    """The movement is certain. ``value``, in minor units, is above zero and at most the requested value."""

    exchange: Exchange
    value: int
    reference: str
    code: str | None
    message: str | None


@dataclass(frozen=True, slots=True)
class Refused:
    """A well-formed refusal: nothing was moved, and a repeat would not help."""

    exchange: Exchange
    code: str | None
    message: str | None


@dataclass(frozen=True, slots=True)
class Manual:
    """The connector cannot do it (501): nothing was moved, and a person has to do it (C§4.4, C§4.5)."""

    exchange: Exchange
    code: str | None = None
    message: str | None = None


@dataclass(frozen=True, slots=True)
class Unknown:
    """The effect is unknown: time-out, broken connection, 5xx or a nonsensical response."""

    exchange: Exchange
    reason: str


@dataclass(frozen=True, slots=True)
class Relayed:
    """The connector's answer to an inbound request: HTTP status, content type and content."""

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
    """A payment method of a connector, by its name in the protocol."""

    name: str
    allows_split: SplitMoment


@dataclass(frozen=True, slots=True)
class AutoSettleDelay:
    """The range of delays that a merchant can choose, in whole hours."""

    minimum_hours: int
    maximum_hours: int


class FieldType(StrEnum):
    """How a custom field is filled in."""

    TEXT = "text"
    PASSWORD = "password"
    SELECT = "select"


@dataclass(frozen=True, slots=True)
class DeclaredField:
    """A custom field that a connector's manifest declares; ``options`` are the texts and values of a select."""

    name: str
    type: FieldType
    options: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Manifest:
    """A connector's description of itself (C§4.1). It has no partial captures; those are configured."""

    payment_methods: tuple[PaymentMethod, ...]
    auto_settle_delay: AutoSettleDelay | None
    version: str
    custom_fields: tuple[DeclaredField, ...] = ()
    metadata_fields: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ManifestFault:
    """The manifest is missing or malformed; ``reason`` names the field and its fault."""

    exchange: Exchange
    reason: str


AuthorisationOutcome = Approved | PaidOffline | Denied | Undecided | Refused | Unknown
MovementOutcome = Done | Refused | Manual | Unknown
InboundOutcome = Relayed | Refused | Unknown
ManifestOutcome = Manifest | ManifestFault


class ConnectorClient(Protocol):
    """A payment connector. Every method makes one call within its deadline; no response raises an exception."""

    def authorise(self, connector: Connector, request: Authorise) -> AuthorisationOutcome:
        """Create the payment, or ask for its state if it exists."""
        ...

    def settle(self, connector: Connector, request: Settle) -> MovementOutcome:
        """Capture a value."""
        ...

    def cancel(self, connector: Connector, request: Cancel) -> MovementOutcome:
        """Cancel a value that is not captured; ``Done.value`` is the requested one: the protocol returns none."""
        ...

    def refund(self, connector: Connector, request: Refund) -> MovementOutcome:
        """Refund a value of one settlement."""
        ...

    def inbound(self, connector: Connector, action: str, request: Inbound) -> InboundOutcome:
        """Relay a request to the connector and return its answer."""
        ...
