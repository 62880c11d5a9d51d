"""The setup of a run: the connector, its payment methods, the cards, and the capabilities that it lacks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from settlement.domain.connectors.connector import Connector, Credentials
from settlement.domain.connectors.connector_calls import DeclaredField
from settlement.domain.money import minor_digits


class Card(StrEnum):
    """Cards of the test suite by their outcome (C§4.8)."""

    APPROVED = "approved"
    DENIED = "denied"
    ASYNC_APPROVED = "async-approved"
    ASYNC_DENIED = "async-denied"


CARD_PRESETS: Mapping[str, Mapping[Card, str]] = {
    "vtex": {
        Card.APPROVED: "4444333322221111",
        Card.DENIED: "4444333322221112",
        Card.ASYNC_APPROVED: "4222222222222224",
        Card.ASYNC_DENIED: "4222222222222225",
    },
    "sandbox": {
        Card.APPROVED: "sandbox-approved",
        Card.DENIED: "sandbox-denied",
        Card.ASYNC_APPROVED: "sandbox-undefined-approved",
        Card.ASYNC_DENIED: "sandbox-undefined-denied",
    },
}
"""Card numbers of the public test suite, and vault tokens of the sandbox connector."""

CARD_METHODS = (
    "Visa", "Mastercard", "American Express", "Elo", "Hipercard", "Diners", "Discover", "JCB", "Aura", "Maestro",
    "Cabal", "Naranja", "Credz", "Sorocred", "Visa Electron", "UnionPay", "Carnet", "Tarjeta Shopping", "Nativa",
)  # fmt: skip
BANK_INVOICE_METHODS = ("BankInvoice", "Boleto Bancário", "Boleto")
REDIRECT_METHODS = (
    "RedirectPay", "PayPal", "PayPalPlus", "MercadoPago", "MercadoPagoPro", "MercadoPagoWallet", "Nubank", "NuPay",
    "PicPay", "AmazonPay", "PagSeguro", "PayU", "Webpay", "Webpay2p", "SafetyPay", "Khipu", "Servipag", "PSE",
    "PagoEfectivo", "Klarna", "Bancontact", "iDEAL", "Sofort",
)  # fmt: skip
APP_METHODS = ("Pix", "Bizum", "Yape", "Plin", "PromptPay")


class Need(StrEnum):
    """Requirements of cases; ``--without`` accepts the values from ``partial-settlement`` on."""

    CARDS = "cards"
    BANK_INVOICE = "bank-invoice"
    REDIRECT = "redirect"
    APP_PAYMENT = "app-payment"
    CUSTOM_FIELDS = "custom-fields"
    METADATA = "metadata"
    INBOUND = "inbound"
    DECIMALS = "decimals"
    PARTIAL_SETTLEMENT = "partial-settlement"
    REPEATED_SETTLEMENT = "repeated-settlement"
    PARTIAL_CANCELLATION = "partial-cancellation"
    REFUND = "refund"
    PARTIAL_REFUND = "partial-refund"
    REPEATED_REFUND = "repeated-refund"


CAPABILITIES = tuple(Need)[tuple(Need).index(Need.PARTIAL_SETTLEMENT) :]


@dataclass(frozen=True, slots=True)
class Setup:
    """The settings of all cases of a run; ``settings`` are the custom fields that are sent, by name and value.

    ``methods``, ``custom_fields`` and ``metadata_fields`` are those of the manifest.
    """

    connector: Connector
    credentials: Credentials
    currency: str
    cards: Mapping[Card, str]
    timeout_seconds: float
    asynchronous_seconds: float
    redirect_method: str | None = None
    app_method: str | None = None
    inbound_action: str | None = None
    without: frozenset[Need] = field(default_factory=frozenset)
    settings: tuple[tuple[str, str], ...] = ()
    methods: tuple[str, ...] = ()
    custom_fields: tuple[DeclaredField, ...] = ()
    metadata_fields: tuple[str, ...] = ()

    @property
    def card_method(self) -> str | None:
        """The first card method of the manifest."""
        return self._first(CARD_METHODS)

    @property
    def bank_invoice_method(self) -> str | None:
        """The first bank invoice of the manifest."""
        return self._first(BANK_INVOICE_METHODS)

    @property
    def redirected_method(self) -> str | None:
        """The configured method, or the manifest's first one that redirects the shopper to another page."""
        return self.redirect_method or self._first(REDIRECT_METHODS)

    @property
    def app_payment_method(self) -> str | None:
        """The configured method, or the manifest's first one that is paid in an app or by a code that it shows."""
        return self.app_method or self._first(APP_METHODS)

    @property
    def missing_fields(self) -> tuple[str, ...]:
        """The custom fields of the manifest that no setting gives."""
        given = dict(self.settings)
        return tuple(field.name for field in self.custom_fields if field.name not in given)

    def unmet(self, need: Need) -> str | None:
        """Return why a need is not met, None if it is."""
        if need in self.without:
            return f"told so by --without {need}"
        met, reason = {
            Need.CARDS: (self.card_method, "the manifest lists no card method"),
            Need.BANK_INVOICE: (self.bank_invoice_method, "the manifest lists no bank invoice"),
            Need.REDIRECT: (
                self.redirected_method,
                "the manifest lists no redirect method known here; name it with --redirect-method",
            ),
            Need.APP_PAYMENT: (
                self.app_payment_method,
                "the manifest lists no app payment known here; name it with --app-method",
            ),
            Need.CUSTOM_FIELDS: (self.custom_fields or self.settings, "the manifest declares no customFields"),
            Need.METADATA: (self.metadata_fields, "the manifest lists no metadataFields"),
            Need.INBOUND: (self.inbound_action, "name an action of the connector with --inbound-action"),
            Need.DECIMALS: (minor_digits(self.currency) >= 2, f"{self.currency} has no cents"),
        }.get(need, (True, ""))
        return None if met else reason

    def _first(self, names: tuple[str, ...]) -> str | None:
        known = {name.casefold() for name in names}
        return next((method for method in self.methods if method.casefold() in known), None)
