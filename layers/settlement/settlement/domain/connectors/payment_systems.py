"""Payment systems by their published numbers: what a payment that names only its number is called, and its group.

A payment may say its name and group itself; these are for clients that do not (C§3.1, C§3.4).
"""

from collections.abc import Iterable
from dataclasses import dataclass

from settlement.domain.connectors.connector import EVERY_PAYMENT_SYSTEM, Connector


@dataclass(frozen=True, slots=True)
class PaymentSystem:
    """A payment system and the group of methods it belongs to."""

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
"""The group of a number that is not listed: a payment system of the store's own."""

OFFLINE_GROUPS = frozenset({"bankInvoice", "promissory", "cash", "customerCredit", CUSTOM_GROUP})
"""Methods whose money a merchant receives outside of the connector, and tells of (C§3.1)."""


def payment_system(id_: str) -> PaymentSystem:
    """Return the payment system of a number; one that is not listed goes by its number."""
    return PAYMENT_SYSTEMS.get(id_) or PaymentSystem(id_, id_, CUSTOM_GROUP)


def payment_systems_served(connectors: Iterable[Connector]) -> list[PaymentSystem]:
    """Return the payment systems whose payments find a connector without naming one, listed ones first."""
    numbers = {number for connector in connectors for number in connector.payment_systems}
    listed = [id_ for id_ in PAYMENT_SYSTEMS if numbers & {id_, EVERY_PAYMENT_SYSTEM}]
    own = sorted(numbers - PAYMENT_SYSTEMS.keys() - {EVERY_PAYMENT_SYSTEM})
    return [payment_system(id_) for id_ in (*listed, *own)]
