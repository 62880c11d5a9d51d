"""Payments of a new order (C§1.3). Amounts are minor units."""

from typing import Annotated, TypedDict

from pydantic import Field, StrictBool

from settlement.api.shared.exact_decimal import ExactDecimal
from settlement.api.shared.patterns import IP_ADDRESS
from settlement.api.shared.request import (
    Body,
    FirstDigits,
    Id,
    Installments,
    LastDigits,
    Name,
    PaymentSystemId,
    Price,
    Text,
    Value,
    VaultToken,
)
from settlement.api.shared.written import EmptyToo, NumberToo, Shaped
from settlement.domain.connectors.addresses import MAX_ADDRESS_CHARACTERS
from settlement.domain.connectors.connector import Recipient, VaultedCard
from settlement.domain.errors import InvalidRequest
from settlement.domain.transaction.payment import MAX_PAYMENTS
from settlement.use_cases.orders.place_order import NewPayment

MAX_RECIPIENTS = 20


IpAddress = Annotated[str, Shaped(IP_ADDRESS, "an IPv4 or IPv6 address")]
ReturnUrl = Annotated[
    str,
    Field(max_length=MAX_ADDRESS_CHARACTERS),
    Shaped("https?://[!-~]+", "an https URL of printable ASCII characters"),
]


class _Parts(TypedDict):
    installment_value: int | None
    custom_code: str | None
    return_url: str | None
    recipients: tuple[Recipient, ...]


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


class RecipientBody(Body):
    """One who gets a part of a payment's value from the connector."""

    id: Id
    """The recipient's id."""
    name: Name
    """The recipient's name."""
    document_type: Annotated[str, Field(min_length=1, max_length=20)]
    """The kind of document, such as `CNPJ`."""
    document: Annotated[str, Field(min_length=1, max_length=50), NumberToo()]
    """The document's number."""
    role: Annotated[str, Shaped("(marketplace|seller)", "marketplace or seller")]
    """Whether it is the marketplace or a seller."""
    charge_processing_fee: StrictBool | None = None
    """Whether it bears the connector's fee."""
    chargeback_liable: StrictBool | None = None
    """Whether it bears chargebacks."""
    amount: Price
    """Its part of the payment's value."""
    commission_amount: Price | None = None
    """What of its part is the marketplace's commission."""
    comission_amount: Price | None = None
    """The same, as the protocol spells it too; two values are refused."""

    def as_recipient(self) -> Recipient:
        """Return the recipient as the domain names it; raises ``InvalidRequest`` for two commissions."""
        facts = dict(self)
        other = facts.pop("comission_amount")
        if None not in (other, self.commission_amount) and other != self.commission_amount:
            raise InvalidRequest(
                f"recipients: commissionAmount {self.commission_amount} and comissionAmount {other} of {self.id} differ"
            )
        return Recipient(**facts | ({} if other is None else {"commission_amount": other}))


class PaymentParts(Body):
    """What a payment says for its connector besides method and value."""

    installments_interest_rate: ExactDecimal | None = None
    """The interest of the installments, in per cent."""
    installments_value: Price | None = None
    """The value of one installment; one that misses the payment's value by a minor unit or more is not used."""
    reference_value: Price | None = None
    """The value before interest."""
    payment_method_custom_code: Name | None = None
    """The merchant's own code of the payment method."""
    return_url: Annotated[ReturnUrl | None, EmptyToo()] = None
    """Where the connector sends the shopper back to: https, or in the sandbox this machine."""
    recipients: Annotated[list[RecipientBody], Field(max_length=MAX_RECIPIENTS)] | None = None
    """Who gets which part of the value; the parts add up to it. Such a transaction is settled in Total mode."""

    def parts(self) -> _Parts:
        """Return them as the domain names them."""
        return {
            "installment_value": self.installments_value,
            "custom_code": self.payment_method_custom_code,
            "return_url": self.return_url,
            "recipients": tuple(recipient.as_recipient() for recipient in self.recipients or ()),
        }


class OrderPayment(PaymentParts):
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
            reference_value=self.reference_value,
            interest_rate=None if self.installments_interest_rate is None else str(self.installments_interest_rate),
            **self.parts(),
        )


class OrderTransaction(Body):
    """The transaction of a new order."""

    transaction_id: Id | None = None
    """The transaction's id; without it one is made."""
    payments: Annotated[list[OrderPayment], Field(min_length=1, max_length=MAX_PAYMENTS)]
    """The payments; they add up to the order's value at least."""
    ip_address: Annotated[IpAddress | None, EmptyToo()] = None
    """The shopper's address on the network, IPv4 or IPv6."""
    device_fingerprint: Text | None = None
    """What tells the shopper's device from others."""


class PaymentData(Body):
    """How a new order is paid: one transaction."""

    transactions: Annotated[list[OrderTransaction], Field(min_length=1, max_length=1)]
    """One transaction."""
