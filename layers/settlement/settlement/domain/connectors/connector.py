"""The configuration of a payment connector in an account (C§3.6, C§4.1)."""

import uuid
from datetime import datetime, timedelta
from enum import StrEnum

from settlement.domain.connectors.capabilities import ALWAYS_OPEN, IN_PARTS, Capabilities, Windows
from settlement.values import dataclass

_AFFILIATION_IDS = uuid.UUID("0c1f7a52-53a9-5b0e-9a55-4d1c3c8f6f27")


DEFAULT_AUTHORISATION_HOLDS = timedelta(days=7)
"""The shortest time for which card schemes let an authorisation hold."""


class ConnectorProtocol(StrEnum):
    """The protocol of a connector: the Payment Provider Protocol, or the legacy one, which is total only."""

    PPP = "ppp"
    LEGACY = "legacy"


class Mode(StrEnum):
    """How requests for parts of a transaction reach its connectors (C§3.6)."""

    TOTAL = "total"
    HOLD = "hold"
    PARTIAL = "partial"


EVERY_PAYMENT_SYSTEM = "*"


class AutoSettle(StrEnum):
    """When a payment is captured without an invoice (C§3.7): by its connector's answer, or by the merchant's choice."""

    BY_CONNECTOR = "0"
    AFTER_AUTHORISATION = "1"
    AFTER_ANTIFRAUD = "2"
    DISABLED = "3"
    SCHEDULED = "4"


@dataclass(frozen=True, slots=True)
class CredentialsReference:
    """The place of a connector's key and token, which is never the table; each change is a new version."""

    name: str
    version: str
    set_at: datetime


@dataclass(frozen=True, slots=True)
class Credentials:
    """Key and token for calls to a connector, and its custom fields that are passwords, by name and value."""

    app_key: str
    app_token: str
    passwords: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class CustomField:
    """A custom field of a connector with the merchant's value; None for a password, which is in the vault."""

    name: str
    value: str | None = None


@dataclass(frozen=True, slots=True)
class Connector:
    """The configuration of a payment connector in an account.

    Payments that name no connector go to the one with their number in ``payment_systems``, else to the one with ``*``.
    A connector that is not ``enabled`` takes no new payments; existing ones go on. ``minimum_gap`` is the shortest time
    between two calls about one payment. ``authorisation_holds`` is how long an approved payment can be captured, zero
    if it does not lapse. ``acquirer_cnpj`` is who processes its payments, for fiscal documents. With ``sandbox_mode``,
    each call tells the connector that it is a trial.
    """

    name: str
    protocol: ConnectorProtocol
    mode: Mode
    service_url: str
    capabilities: Capabilities = IN_PARTS
    windows: Windows = ALWAYS_OPEN
    minimum_gap: timedelta = timedelta(0)
    authorisation_holds: timedelta = DEFAULT_AUTHORISATION_HOLDS
    provider_headers: bool = True
    cancel_value_in_cents: bool = False
    sandbox_mode: bool = False
    payment_systems: tuple[str, ...] = ()
    auto_settle: AutoSettle = AutoSettle.BY_CONNECTOR
    auto_settle_delay: timedelta | None = None
    enabled: bool = True
    implementation: str = ""
    custom_fields: tuple[CustomField, ...] = ()
    acquirer_cnpj: str | None = None
    credentials: CredentialsReference | None = None
    revision: int = 0

    @property
    def affiliation_id(self) -> str:
        """The connector's id at the gateway, derived from its name; it is the same in every account."""
        return str(uuid.uuid5(_AFFILIATION_IDS, self.name))


@dataclass(frozen=True, slots=True)
class VaultedCard:
    """A card, known by its vault token and the digits that may be shown."""

    token: str
    holder: str | None = None
    first_digits: str | None = None
    last_digits: str | None = None


@dataclass(frozen=True, slots=True)
class CartItem:
    """Units of an order line as sent to connectors; price x quantity is their value, in minor units.

    ``tax_value`` is the tax of these units together, ``tax_rate`` a decimal number: 0.05 is five per cent.
    """

    id: str
    name: str
    price: int
    quantity: int
    delivery_type: str | None = None
    category_id: str | None = None
    seller_id: str | None = None
    tax_rate: str | None = None
    tax_value: int | None = None


@dataclass(frozen=True, slots=True)
class Recipient:
    """One who gets a part of a payment's value from the connector; amounts in minor units."""

    id: str
    name: str
    document_type: str
    document: str
    role: str
    amount: int
    charge_processing_fee: bool | None = None
    chargeback_liable: bool | None = None
    commission_amount: int | None = None
