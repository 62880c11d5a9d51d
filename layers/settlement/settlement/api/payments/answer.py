"""Answers about payments, as the OMS and the gateway show them (C§3.1, C§3.4)."""

from typing import NotRequired

from typing_extensions import TypedDict

from settlement.api.shared.answer import Cents, GatewayDate, Href, LedgerValues, NamedValue, Null
from settlement.domain.transaction.statuses import TransactionStatus


class PaymentAppAnswer(TypedDict):
    """The app with which the shopper pays."""

    appName: NotRequired[str]
    """The app's name."""
    payload: NotRequired[str]
    """The text that the app is given, as the connector wrote it."""


class AnsweredParts(TypedDict):
    """What the connector's answers named of the payment, by the protocol's names; what none named is left out."""

    authorizationId: NotRequired[str]
    """The connector's id of the authorisation."""
    tid: NotRequired[str]
    """The connector's id of the payment."""
    acquirer: NotRequired[str]
    """Who acquires the payment for the connector."""
    code: NotRequired[str]
    """The code of the newest answer."""
    message: NotRequired[str]
    """The message of the newest answer."""
    paymentUrl: NotRequired[str]
    """Where the shopper pays; gone once the shopper was erased."""
    redirectUrl: NotRequired[str]
    """The same, by the protocol's deprecated name."""
    paymentAppData: NotRequired[PaymentAppAnswer]
    """The app with which the shopper pays; gone once the shopper was erased."""
    identificationNumber: NotRequired[str]
    """The number by which a slip is paid."""
    identificationNumberFormatted: NotRequired[str]
    """The same, as it is printed."""
    barCodeImageType: NotRequired[str]
    """The kind of a slip's bar code, such as `i25`."""
    barCodeImageNumber: NotRequired[str]
    """What the bar code says."""
    bankIssueInvoiceId: NotRequired[str]
    """The slip's id, by the protocol's deprecated name."""
    delayToAutoSettle: NotRequired[int]
    """The seconds after which the connector wants the payment captured."""
    delayToAutoSettleAfterAntifraud: NotRequired[str]
    """The same after a fraud analysis: digits as text, as published."""
    maxValue: NotRequired[Cents]
    """The limit to which the payment can be raised."""


class FourKeys(AnsweredParts):
    """What the connector said of the payment, in the four keys that are always there; ids are empty until it said any.

    Beside them is what it named by the protocol's names.
    """

    Tid: str
    """The connector's id of the payment."""
    ReturnCode: str | None
    """The connector's code."""
    Message: str | None
    """The connector's message."""
    authId: str
    """The connector's id of the authorisation."""


class ConnectorResponses(FourKeys):
    """What the connector said of the payment: four keys that are always there, and what it named beside them."""

    nsu: NotRequired[str]
    """The connector's sequence number of the authorisation."""


class GatewayConnectorResponses(FourKeys):
    """What the connector said of the payment: five keys that are always there, and what it named beside them."""

    nsu: str
    """The connector's sequence number of the authorisation; empty until it said any."""


class OmsPayment(TypedDict):
    """A payment as the OMS shows it."""

    id: str
    """The payment's id."""
    paymentSystem: str
    """The id of the payment system."""
    paymentSystemName: str
    """The payment system's name, such as `Visa`."""
    value: Cents
    """What is authorised; until then, what was assigned to the payment."""
    installments: int
    """In how many parts the shopper pays."""
    referenceValue: Cents
    """The value before interest."""
    cardHolder: str | None
    """The name on the card; null for what is no card."""
    cardNumber: Null
    firstDigits: str
    """The card's first digits, at most 6; empty for what is no card."""
    lastDigits: str
    """The card's last digits, at most 4; empty for what is no card."""
    cvv2: Null
    expireMonth: Null
    expireYear: Null
    url: str | None
    """Where the shopper pays, if the connector said any place."""
    giftCardId: Null
    giftCardName: Null
    giftCardCaption: Null
    redemptionCode: Null
    group: str
    """The group of the payment system, such as `creditCard`."""
    tid: str
    """The connector's id of the payment; empty until it said any."""
    dueDate: Null
    bankIssuedInvoiceIdentificationNumber: str | None
    """The number by which a slip is paid."""
    bankIssuedInvoiceIdentificationNumberFormatted: str | None
    """The same, as it is printed."""
    bankIssuedInvoiceBarCodeNumber: str | None
    """What the slip's bar code says."""
    bankIssuedInvoiceBarCodeType: str | None
    """The kind of the slip's bar code, such as `i25`."""
    connectorResponses: ConnectorResponses
    """What the connector said of the payment."""


class OmsTransaction(TypedDict):
    """An order's transaction as the OMS shows it."""

    status: TransactionStatus
    """How far the transaction is."""
    isActive: bool
    """Whether the order is not cancelled."""
    transactionId: str
    """The transaction's id."""
    merchantName: str
    """The merchant's name, of the account's settings."""
    payments: list[OmsPayment]
    """Its payments."""


class PaymentSystemAnswer(TypedDict):
    """A payment system that a connector of the account serves; ``id`` is 0 for one whose id is no number."""

    id: int
    """The payment system's number; 0 for one whose id is no number."""
    stringId: str
    """The payment system's id."""
    name: str
    """Its name."""
    description: Null
    groupName: str
    """The group that it belongs to, such as `creditCard`."""
    isCustom: bool
    """Whether the merchant made it up."""
    requiresAuthentication: bool
    """Always false."""
    implementation: Null
    dueDate: Null


class InstallmentValues(TypedDict):
    """What the shopper pays in parts."""

    installments: int
    """In how many parts the shopper pays."""
    installmentsInterestRate: float
    """The interest of the installments, in per cent."""
    installmentsValue: Cents
    """The value of one installment, as it was told, else rounded down."""
    firstInstallmentValue: Cents
    """The value of the first installment, which takes the cents that the others leave."""


class PaymentAnswer(LedgerValues, InstallmentValues):
    """A payment: the gateway's keys, then its ledger and the times at which it acts by itself."""

    id: str
    """The payment's id."""
    paymentSystem: int
    """The payment system's number; 0 for one whose id is no number."""
    paymentSystemName: str
    """The payment system's name, such as `Visa`."""
    merchantName: Null
    group: str
    """The group of the payment system, such as `creditCard`."""
    userProfileId: Null
    isCustom: bool
    """Always false."""
    allowInstallments: bool
    """Always true."""
    requiresAuthentication: bool
    """Always false."""
    allowIssuer: bool
    """Always true."""
    allowNotification: bool
    """Always false."""
    isAvailable: bool
    """Always true."""
    description: Null
    authorizationDate: GatewayDate | None
    """When it was authorised; null until then."""
    self: Href
    """Where this payment is read."""
    tid: str | None
    """The connector's id of the payment."""
    nsu: str | None
    """The connector's sequence number of the authorisation."""
    returnCode: str | None
    """The connector's code for the authorisation."""
    returnMessage: str | None
    """The connector's message for the authorisation."""
    status: TransactionStatus
    """How far the payment is."""
    connector: str
    """The name of the affiliation that serves it."""
    ConnectorResponses: GatewayConnectorResponses
    """The same as `connectorResponse`; both spellings are in use."""
    connectorResponse: GatewayConnectorResponses
    """What the connector said of the payment."""
    ShowConnectorResponses: bool
    """Always true."""
    value: Cents
    """What is authorised; until then, what was assigned to the payment."""
    referenceValue: Cents
    """The value before interest."""
    currencyCode: str
    """The currency, as ISO 4217 code."""
    provider: Null
    isBillingAddressDifferent: Null
    isRegexValid: Null
    isLuhnValid: Null
    fields: list[NamedValue]
    """What tells how the payment was processed; connector answers are JSON text with decimals."""
    sheets: Null
    originalPaymentId: Null
    isBlocked: bool
    """Whether later operations leave it alone, since nobody knows what became of a call."""
    autoSettleDate: GatewayDate | None
    """When it settles by itself; null for never."""
    authorizationExpirationDate: GatewayDate | None
    """When its authorisation lapses; null for never."""
