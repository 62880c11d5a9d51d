"""Payments of a new order (C§1.3). Amounts are minor units."""

from typing import Annotated

from pydantic import (
    Field,
)

from settlement.api.shared.request import (
    Body,
    FirstDigits,
    Id,
    Installments,
    LastDigits,
    Name,
    PaymentSystemId,
    Value,
    VaultToken,
)
from settlement.domain.connectors.connector import VaultedCard
from settlement.domain.transaction.payment import MAX_PAYMENTS
from settlement.use_cases.orders.place_order import NewPayment


class Card(Body):
    """A card by its vault token."""

    token: VaultToken
    """The vault's token of the card."""
    holder: Annotated[str, Field(max_length=100)] | None = None
    """The name on the card."""
    first_digits: FirstDigits | None = None
    """The card's first digits."""
    last_digits: LastDigits | None = None
    """The card's last digits."""

    def as_card(self) -> VaultedCard:
        """Return the card as the domain names it."""
        return VaultedCard(self.token, self.holder, self.first_digits, self.last_digits)


class OrderPayment(Body):
    """One payment of a new order; without a ``connector`` the one that serves its payment system."""

    id: Id | None = None
    """The payment's id; without it one is made."""
    payment_system: PaymentSystemId
    """The id of the payment system."""
    payment_system_name: Name | None = None
    """The payment system's name; without it the id."""
    group: Name
    """The group of the payment system, such as `creditCard`."""
    value: Value
    """What it pays."""
    installments: Installments = 1
    """In how many parts the shopper pays."""
    connector: Name | None = None
    """The affiliation that serves it, by name; without it the one that serves its payment system."""
    card: Card | None = None
    """The card, by its vault token."""

    def as_payment(self) -> NewPayment:
        """Return the payment to place."""
        card = self.card.as_card() if self.card else None
        return NewPayment(
            connector=self.connector,
            payment_system=self.payment_system,
            payment_system_name=self.payment_system_name or self.payment_system,
            group=self.group,
            value=self.value,
            installments=self.installments,
            payment_id=self.id,
            card=card,
        )


class OrderTransaction(Body):
    """The transaction of a new order."""

    transaction_id: Id | None = None
    """The transaction's id; without it one is made."""
    payments: Annotated[list[OrderPayment], Field(min_length=1, max_length=MAX_PAYMENTS)]
    """The payments; they add up to the order's value at least."""


class PaymentData(Body):
    """How a new order is paid: one transaction."""

    transactions: Annotated[list[OrderTransaction], Field(min_length=1, max_length=1)]
    """One transaction."""
