"""Request bodies of a checkout that drives the gateway by itself (C§3.2). Amounts are minor units."""

from collections.abc import Sequence
from typing import Annotated

from pydantic import ConfigDict, Field, RootModel, StrictBool

from settlement.api.payments.request import Card, PaymentParts
from settlement.api.shared.exact_decimal import ExactDecimal
from settlement.api.shared.request import (
    Body,
    CurrencyCode,
    FirstDigits,
    Id,
    Installments,
    LastDigits,
    Name,
    OrderId,
    PaymentSystemId,
    Value,
    VaultToken,
)
from settlement.api.shared.written import NumberToo, Shaped, WholeNumberAboveZero
from settlement.api.shopper.request import BillingAddress
from settlement.domain.connectors.connector import VaultedCard
from settlement.domain.connectors.payment_systems import payment_system
from settlement.domain.errors import BadValue, InvalidRequest
from settlement.domain.money import MAX_MINOR_UNITS
from settlement.domain.order.order import DEFAULT_SALES_CHANNEL
from settlement.domain.order.shopper import Address
from settlement.domain.transaction.checkout import AdditionalData, Checkout
from settlement.domain.transaction.payment import MAX_PAYMENTS
from settlement.use_cases.gateway.notify_payment import Received
from settlement.use_cases.gateway.start_transaction import NewTransaction
from settlement.use_cases.orders.place_order import NewPayment

MAX_DATA_AT_ONCE = 30
MAX_DATA_CHARACTERS = 100_000


Label = Annotated[str, Field(max_length=100)]


class TransactionBody(Body):
    """``POST /api/pvt/transactions``; ``referenceId`` is the caller's own id of the purchase."""

    value: WholeNumberAboveZero
    """What is to be paid."""
    reference_id: OrderId
    """The caller's own id of the purchase."""
    channel: Label
    """The channel of the purchase."""
    sales_channel: Annotated[str, Field(max_length=20), NumberToo()] = DEFAULT_SALES_CHANNEL
    """The sales channel."""
    urn: Annotated[str, Field(max_length=500)] | None = None
    """An address of the caller's, kept and shown."""

    def as_transaction(self) -> NewTransaction:
        """Return the transaction to start; raises ``BadValue`` (1402) for a value that none can have."""
        if not 0 < self.value <= MAX_MINOR_UNITS:
            raise BadValue(f"Transaction value ({self.value}) should be from 1 to {MAX_MINOR_UNITS}")
        return NewTransaction(self.value, Checkout(self.reference_id, self.channel, self.sales_channel, self.urn))


class PaymentFields(Body):
    """What a payment says of its method; a card goes by its vault token, under any of the names in use."""

    holder_name: Label | None = None
    """The name on the card."""
    token: VaultToken | None = None
    """The vault's token of the card."""
    card_token: VaultToken | None = None
    """The same, by another name in use."""
    number_token: VaultToken | None = None
    """The same, by another name in use."""
    account_id: VaultToken | None = None
    """The same, by another name in use."""
    first_digits: FirstDigits | None = None
    """The card's first digits."""
    last_digits: LastDigits | None = None
    """The card's last digits."""
    address: BillingAddress | None = None
    """Where the bill goes; of several payments the last one counts."""

    def as_card(self) -> VaultedCard | None:
        """Return the card that is meant, None if there is none."""
        token = self.token or self.card_token or self.number_token or self.account_id
        return VaultedCard(token, self.holder_name, self.first_digits, self.last_digits) if token else None


class PaymentTransaction(Body):
    """The transaction that a payment says it belongs to."""

    id: Id | None = None
    """The transaction's id; another one than the path's is refused."""


class SentPayment(PaymentParts):
    """One payment of a transaction; without a ``connector`` the one that serves its payment system."""

    id: Id | None = None
    """The payment's id; without it one is made."""
    payment_system: PaymentSystemId
    """The id of the payment system."""
    payment_system_name: Name | None = None
    """The payment system's name; without it the usual one."""
    group: Name | None = None
    """The group of the payment system; without it the usual one."""
    installments: Installments = 1
    """In how many parts the shopper pays."""
    currency_code: CurrencyCode = "BRL"
    """The currency, as ISO 4217 code; all payments have the same."""
    value: Value
    """What it pays."""
    connector: Name | None = None
    """The affiliation that serves it, by name; without it the one that serves its payment system."""
    card: Card | None = None
    """The card, by its vault token."""
    fields_: Annotated[PaymentFields | None, Field(alias="fields")] = None
    """What it says of its method."""
    transaction: PaymentTransaction | None = None
    """The transaction that it belongs to."""

    def as_payment(self) -> NewPayment:
        """Return the payment to send."""
        system = payment_system(self.payment_system)
        card = self.card.as_card() if self.card else self.fields_.as_card() if self.fields_ else None
        return NewPayment(
            connector=self.connector,
            payment_system=system.id,
            payment_system_name=self.payment_system_name or system.name,
            group=self.group or system.group,
            value=self.value,
            installments=self.installments,
            payment_id=self.id,
            card=card,
            reference_value=self.reference_value,
            interest_rate="0" if self.installments_interest_rate is None else str(self.installments_interest_rate),
            **self.parts(),
        )


class PaymentsBody(RootModel[Annotated[list[SentPayment], Field(min_length=1, max_length=MAX_PAYMENTS)]]):
    """``POST …/payments``: the payments of a transaction, all in one currency."""

    model_config = ConfigDict(frozen=True)

    def as_payments(self, transaction_id: str) -> tuple[str, Sequence[NewPayment]]:
        """Return currency and payments; raises ``InvalidRequest`` for one that names another transaction."""
        for index, payment in enumerate(self.root):
            named = payment.transaction.id if payment.transaction else None
            if named is not None and named != transaction_id:
                raise InvalidRequest(f"{index}.transaction.id: {named} is not the transaction of the path")
        currencies = sorted({payment.currency_code for payment in self.root})
        if len(currencies) > 1:
            raise InvalidRequest(f"currencyCode: payments must be in one currency; got {', '.join(currencies)}")
        return currencies[0], [payment.as_payment() for payment in self.root]

    def billing_address(self) -> Address | None:
        """Return where the bill goes, None if no payment says it."""
        sent = [payment.fields_.address for payment in self.root if payment.fields_ and payment.fields_.address]
        return sent[-1].as_address() if sent else None


class NamedText(Body):
    """A named text about a transaction."""

    name: Annotated[str, Shaped("[A-Za-z0-9._-]{1,50}", "1 to 50 of A-Z a-z 0-9 . _ -")]
    """What the text is about, such as `cart` or `clientProfileData`."""
    value: Annotated[str, Field(max_length=MAX_DATA_CHARACTERS)]
    """The text; for `cart` and `clientProfileData` a JSON object."""


class AdditionalDataBody(RootModel[Annotated[list[NamedText], Field(min_length=1, max_length=MAX_DATA_AT_ONCE)]]):
    """``POST`` and ``PATCH …/additional-data``."""

    model_config = ConfigDict(frozen=True)

    def as_data(self) -> list[AdditionalData]:
        """Return what is told."""
        return [AdditionalData(text.name, text.value) for text in self.root]


class AuthorisationBody(Body):
    """``POST …/authorization-request``."""

    transaction_id: Id | None = None
    """The transaction's id; another one than the path's is refused."""
    soft_descriptor: Annotated[str, Field(max_length=100)] | None = None
    """What the shopper's statement is to show."""
    prepare_for_recurrency: StrictBool = False
    """Whether connectors are asked to prepare recurring payments."""


class ReceivedBody(Body):
    """``POST …/payment-notification``: what the merchant has received, in decimal major units."""

    payment_date: Annotated[str, Field(max_length=40)] | None = None
    """When it was received; shown as it is sent."""
    value_paid: ExactDecimal
    """What was received, in major units."""

    def as_received(self) -> Received:
        """Return what was received."""
        return Received(self.value_paid, self.payment_date)
