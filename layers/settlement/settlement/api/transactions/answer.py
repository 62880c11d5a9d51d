"""Answers about transactions (C§3). Amounts are minor units, unless said otherwise."""

from typing import Literal, NotRequired

from typing_extensions import TypedDict

from settlement.api.reports.answer import PayoutAnswer
from settlement.api.shared.answer import (
    ActionDate,
    Blank,
    Cents,
    GatewayDate,
    Href,
    LedgerValues,
    NamedValue,
    Null,
    Unsigned,
)
from settlement.domain.connectors.connector import Mode
from settlement.domain.transaction.statuses import TransactionStatus


class Difference(TypedDict):
    """Two figures that should be equal and are not; ``difference`` is what the second is short of."""

    what: str
    """Which figures."""
    paymentId: str | None
    """The payment that they are of; null for the whole transaction."""
    expected: Cents
    """The first figure."""
    found: Cents
    """The second figure."""
    difference: Cents
    """What the second is short of."""


class Reconciliation(TypedDict):
    """Whether requests, actions and ledger agree, and where not.

    While operations wait (``isPending``), what they have yet to do is no difference.
    """

    isConsistent: bool
    """Whether there is no difference."""
    isPending: bool
    """Whether operations wait."""
    requestedValue: Cents
    """What invoices and direct requests ask to be settled."""
    actionsValue: Cents
    """What captures at connectors add up to."""
    settledValue: Cents
    """What the ledger has as captured."""
    cancelledValue: Cents
    """What the ledger has as cancelled, withheld value included."""
    refundedValue: Cents
    """What the ledger has as refunded."""
    inDoubtValue: Cents
    """Of how much nobody knows whether a connector did it."""
    pendingManualValue: Cents
    """What a person has to refund or cancel."""
    writtenOffValue: Cents
    """What was to be settled and was written off."""
    paidOtherwiseValue: Cents
    """What was to be settled and was paid by other means."""
    refundWrittenOffValue: Cents
    """What was to be refunded and was written off."""
    takenOffValue: Cents
    """What a person's word took off what is payable."""
    differences: list[Difference]
    """Every two figures that should be equal and are not."""


class Mismatch(TypedDict):
    """Two places that should say the same and do not: what the others say of ``where``, and what it says itself."""

    what: str
    """Which figure or fact."""
    where: str
    """The place that disagrees."""
    expected: int | str | None
    """What the others say."""
    found: int | str | None
    """What it says itself."""


class AuditAnswer(TypedDict):
    """Whether the books of an order agree: events, connector calls, captures, counters, documents and heads.

    What failed, or waits for a person, is no mismatch; the transaction's ``reconciliation`` tells that.
    """

    transactionId: str
    """The transaction's id."""
    orderId: str
    """The order's id."""
    isConsistent: bool
    """Whether every figure agrees with the others."""
    eventsRead: Unsigned
    """How many events were added up."""
    mismatches: list[Mismatch]
    """Each place that disagrees."""


class Timers(TypedDict):
    """When a payment acts by itself."""

    paymentId: str
    """The payment's id."""
    autoSettleDate: GatewayDate | None
    """When it settles by itself; null for never."""
    authorizationExpirationDate: GatewayDate | None
    """When its authorisation lapses; null for never."""


class Buyer(TypedDict):
    """Who buys, as the checkout told; empty where it told nothing."""

    firstName: str
    """The first name."""
    lastName: str
    """The last name."""
    documentType: str
    """The kind of document, such as `cpf`."""
    document: str
    """The document's number."""
    email: str
    """The e-mail address."""
    address: str
    """The address, as text."""
    phone: str
    """The telephone number."""


class Parts(TypedDict):
    """Where the parts of a transaction are read."""

    interactions: Href
    """The timeline."""
    settlements: Href
    """What was settled."""
    payments: Href
    """The payments."""
    refunds: Href
    """What was refunded."""
    cancellations: Href
    """What was cancelled."""
    capabilities: Href
    """By how much the value may change."""


class Session(TypedDict):
    """The shopper's session, which this system does not see, and what a checkout said of the purchase."""

    shopperInteraction: str
    """Always `ecommerce`."""
    ipAddress: Null
    sessionId: Null
    macId: Blank
    vtexFingerprint: Null
    chargeback: Null
    whiteSignature: Null
    owner: str
    """The account."""
    orderId: str | None
    """The purchase that is paid: the order's group, or what the checkout named; null until it did."""
    userAgent: Blank
    acceptHeader: Blank
    antifraudTid: Null
    antifraudResponse: Null
    antifraudReference: Null
    antifraudAffiliationId: Null
    channel: str
    """The channel of the purchase; of an order, the account in capitals."""
    salesChannel: str
    """The sales channel."""
    urn: str | None
    """The address that the checkout gave, if it did."""
    softDescriptor: str | None
    """What the shopper's statement shows, if the checkout said it."""
    markedForRecurrence: bool
    """Whether the checkout asked to prepare recurring payments."""
    buyer: Buyer | None
    """Who buys; null until a checkout told."""


class OwnValues(LedgerValues):
    """What the gateway's schema has no word for: mode, ledger, queue, timers and reconciliation."""

    processingMode: Mode
    """How invoices reach the connectors: each one, all at the end, or held."""
    currencyCode: str
    """The currency, as ISO 4217 code."""
    requestedValue: Cents
    """What invoices and direct requests ask to be settled."""
    operationsWaiting: Unsigned
    """How many operations wait or run."""
    timers: list[Timers]
    """When payments act by themselves."""
    reconciliation: Reconciliation
    """Whether requests, actions and ledger agree."""


class TransactionAnswer(Parts, Session, OwnValues):
    """A transaction: the gateway's keys, then mode, ledger, queue, timers and reconciliation."""

    id: str
    """The transaction's id."""
    transactionId: str
    """The same as `id`."""
    referenceKey: str
    """The order's group, or the checkout's reference."""
    timeoutStatus: Literal[0]
    """Always 0."""
    totalRefunds: Cents
    """What connectors refunded."""
    status: TransactionStatus
    """How far the transaction is."""
    value: Cents
    """What is authorised; until then, what is to be paid."""
    receiverUri: Null
    startDate: GatewayDate
    """When it was started."""
    authorizationToken: str | None
    """The id of its authorisation; null until there is one."""
    authorizationDate: GatewayDate | None
    """When it was authorised; null until then."""
    commitmentToken: str | None
    """The id of its settlement; null until it is finished."""
    commitmentDate: GatewayDate | None
    """When it was settled to the end; null until then."""
    refundingToken: str | None
    """The id of its refunds; null until there is one."""
    refundingDate: GatewayDate | None
    """When it was last refunded; null until then."""
    cancelationToken: str | None
    """The id of its cancellation; null until there is one."""
    cancelationDate: GatewayDate | None
    """When it was cancelled; null until then."""
    fields: list[NamedValue]
    """What tells how it is processed, and its additional data."""


class RequestedValue(TypedDict):
    """What was asked, and by which invoice, change or request."""

    id: str
    """The operation's id in the gateway's form, 32 hexadecimal digits."""
    date: GatewayDate
    """When it was asked."""
    value: Cents
    """What was asked."""
    origin: str
    """Which invoice, change or request asked."""
    withdrawnValue: NotRequired[Cents]
    """The part that the cancellation of an invoice took back: of the invoice's own request, or of a change's that
    completed the order. A request that stands has none."""


HowDone = Literal["upon-request", "auto-settlement", "online", "email-notification"]


class Action(TypedDict):
    """What reached a connector; ``connectorResponse`` is JSON text."""

    paymentId: str
    """The payment's id."""
    payment: Href
    """Where the payment is read."""
    date: ActionDate
    """When the connector answered."""
    type: HowDone
    """How it came about; `email-notification` is left to a person and not done yet."""
    value: Cents
    """What was done, or what a person has to do."""
    connectorResponse: str
    """What the connector answered, as JSON text."""
    reference: str | None
    """The connector's id of what it did."""
    requestId: str
    """The id that the connector knows the request by."""


class FiscalCard(TypedDict):
    """The group `card` of `detPag`: how an electronic payment was processed."""

    tpIntegra: Literal["1"]
    """`1`: integrated with the seller's systems, as online payments are."""
    CNPJ: str | None
    """The acquirer's CNPJ, 14 digits or capitals, as configured by `acquirerCnpj`."""
    tBand: str | None
    """The card's brand by the layout's table, `99` for any other; null for payments without a card."""
    cAut: str | None
    """The authorisation code."""


class FiscalPayment(TypedDict):
    """What an NF-e states of this payment, by the names of its group `detPag`, layout 4.00."""

    tPag: str
    """Means of payment by the layout's table, such as `03` for credit cards and `17` for Pix; `99` is any other."""
    xPag: str | None
    """The name of the means where `tPag` is `99`."""
    vPag: str
    """Reais with two decimals."""
    card: FiscalCard | None
    """Null for payments that are not electronic, or were received outside of their connector."""


class Capture(Action):
    """A capture, with what its fiscal document states of the payment, and its way to the merchant."""

    fiscalPayment: FiscalPayment | None
    """For the NF-e; null in other currencies than BRL."""
    payout: PayoutAnswer | None
    """The money on its way to the merchant; null of a capture whose day is not known."""


class Settlements(TypedDict):
    """What was asked to be settled, and what was."""

    requests: list[RequestedValue]
    """One for each invoice or direct request, retries counted with it."""
    actions: list[Capture]
    """One for each capture."""


class Reversals(TypedDict):
    """What was asked to be refunded or cancelled, what was, and what a person has to do."""

    requests: list[RequestedValue]
    """One for each return, change or direct request, retries counted with it."""
    actions: list[Action]
    """One for each call that a connector did, or left to a person."""
    pendingManualValue: Cents
    """What connectors left to a person."""


class Capabilities(TypedDict):
    """By how much the transaction's value may change; decimal major units."""

    isValueChangeable: bool
    """Whether it may be raised."""
    minimumValue: float
    """The smallest value, in major units."""
    maximumValue: float
    """The largest value, in major units."""
