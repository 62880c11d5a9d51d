"""Payment systems by their published numbers, with names and groups.

They are the defaults for payments that state no name or group (C§3.1, C§3.4).
"""

from collections.abc import Iterable

from settlement.domain.connectors.connector import EVERY_PAYMENT_SYSTEM, Connector
from settlement.values import dataclass


@dataclass(frozen=True, slots=True)
class PaymentSystem:
    """A payment system and its group of methods."""

    id: str
    name: str
    group: str


PAYMENT_SYSTEMS: dict[str, PaymentSystem] = {
    system.id: system
    for system in (
        PaymentSystem("1", "American Express", "creditCard"),
        PaymentSystem("2", "Visa", "creditCard"),
        PaymentSystem("3", "Diners", "creditCard"),
        PaymentSystem("4", "Mastercard", "creditCard"),
        PaymentSystem("6", "BankInvoice", "bankInvoice"),
        PaymentSystem("8", "Hipercard", "creditCard"),
        PaymentSystem("9", "Elo", "creditCard"),
        PaymentSystem("16", "Vale", "giftCard"),
        PaymentSystem("17", "Promissories", "promissory"),
        PaymentSystem("44", "Visa Electron", "debitCard"),
        PaymentSystem("45", "Maestro", "debitCard"),
        PaymentSystem("47", "Cash", "cash"),
        PaymentSystem("64", "Customer Credit", "customerCredit"),
        PaymentSystem("125", "Pix", "instantPayment"),
    )
}

CUSTOM_GROUP = "customPrivate"
"""The group of unlisted numbers, which are the store's own payment systems."""

OFFLINE_GROUPS = frozenset({"bankInvoice", "promissory", "cash", "customerCredit", CUSTOM_GROUP})
"""Groups whose payments the merchant receives outside of the connector and notifies (C§3.1)."""


def payment_system(id_: str) -> PaymentSystem:
    """Return the payment system of a number; an unlisted one is named by its number."""
    return PAYMENT_SYSTEMS.get(id_) or PaymentSystem(id_, id_, CUSTOM_GROUP)


def payment_systems_served(connectors: Iterable[Connector]) -> list[PaymentSystem]:
    """Return the payment systems whose payments need not name a connector, listed ones first."""
    numbers = {number for connector in connectors for number in connector.payment_systems}
    listed = [id_ for id_ in PAYMENT_SYSTEMS if numbers & {id_, EVERY_PAYMENT_SYSTEM}]
    own = sorted(numbers - PAYMENT_SYSTEMS.keys() - {EVERY_PAYMENT_SYSTEM})
    return [payment_system(id_) for id_ in (*listed, *own)]
