"""Answers about transactions (C§3). Amounts are minor units, unless said otherwise."""

from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field
from pydantic.alias_generators import to_pascal

from settlement.api.openapi.parts import ActionDate, Cents, GatewayDate, Href, NamedValue, OmsDate, Unsigned, View
from settlement.domain.connectors.connector import Mode
from settlement.domain.events import EventType
from settlement.domain.transaction.closing import Ending
from settlement.domain.transaction.exits import Exit
from settlement.domain.transaction.leg import LegKind, LegState
from settlement.domain.transaction.operation import OperationKind, OperationState
from settlement.domain.transaction.statuses import TransactionStatus


class Difference(View):
    """Two figures that should be equal and are not; ``difference`` is what the second is short of."""

    what: str
    payment_id: str | None
    expected: Cents
    found: Cents
    difference: Cents


class Reconciliation(View):
    """Whether requests, actions and ledger agree, and where not.

    While operations wait (``isPending``), what they have yet to do is no difference.
    """

    is_consistent: bool
    is_pending: bool
    requested_value: Cents
    actions_value: Cents
    settled_value: Cents
    cancelled_value: Cents
    refunded_value: Cents
    in_doubt_value: Cents
    pending_manual_value: Cents
    written_off_value: Cents
    paid_otherwise_value: Cents
    refund_written_off_value: Cents
    taken_off_value: Cents
    differences: list[Difference]


class Mismatch(View):
    """Two places that should say the same and do not: what the others say of ``where``, and what it says itself."""

    what: str
    where: str
    expected: int | str | None
    found: int | str | None


class AuditAnswer(View):
    """Whether the books of an order agree: events, connector calls, captures, counters, documents and heads.

    What failed, or waits for a person, is no mismatch; the transaction's ``reconciliation`` tells that.
    """

    transaction_id: str
    order_id: str
    is_consistent: bool
    events_read: Unsigned
    mismatches: list[Mismatch]


class Timers(View):
    """When a payment acts by itself."""

    payment_id: str
    auto_settle_date: GatewayDate | None
    authorization_expiration_date: GatewayDate | None


class Buyer(View):
    """Who buys, as the checkout told; empty where it told nothing."""

    first_name: str
    last_name: str
    document_type: str
    document: str
    email: str
    address: str
    phone: str


class TransactionAnswer(View):
    """A transaction: the gateway's keys, then mode, ledger, queue, timers and reconciliation."""

    id: str
    transaction_id: str
    reference_key: str
    interactions: Href
    settlements: Href
    payments: Href
    refunds: Href
    cancellations: Href
    capabilities: Href
    timeout_status: Literal[0]
    total_refunds: Cents
    status: TransactionStatus
    value: Cents
    receiver_uri: None
    start_date: GatewayDate
    authorization_token: str | None
    authorization_date: GatewayDate | None
    commitment_token: str | None
    commitment_date: GatewayDate | None
    refunding_token: str | None
    refunding_date: GatewayDate | None
    cancelation_token: str | None
    cancelation_date: GatewayDate | None
    fields_: Annotated[list[NamedValue], Field(alias="fields")]
    shopper_interaction: str
    ip_address: None
    session_id: None
    mac_id: str
    vtex_fingerprint: None
    chargeback: None
    white_signature: None
    owner: str
    order_id: str | None
    user_agent: str
    accept_header: str
    antifraud_tid: None
    antifraud_response: None
    antifraud_reference: None
    antifraud_affiliation_id: None
    channel: str
    sales_channel: str
    urn: str | None
    soft_descriptor: str | None
    marked_for_recurrence: bool
    buyer: Buyer | None
    processing_mode: Mode
    currency_code: str
    authorized_value: Cents
    requested_value: Cents
    settled_value: Cents
    cancelled_value: Cents
    refunded_value: Cents
    in_doubt_value: Cents
    open_value: Cents
    written_off_value: Cents
    paid_otherwise_value: Cents
    refund_written_off_value: Cents
    operations_waiting: Unsigned
    timers: list[Timers]
    reconciliation: Reconciliation


class PaymentSystemAnswer(View):
    """A payment system that a connector of the account serves; ``id`` is 0 for one whose id is no number."""

    id: int
    string_id: str
    name: str
    description: None
    group_name: str
    is_custom: bool
    requires_authentication: bool
    implementation: None
    due_date: None


class GatewayConnectorResponses(View):
    """What the connector said of the authorisation; ids are empty until it said any."""

    model_config = ConfigDict(alias_generator=to_pascal)

    tid: str
    return_code: str | None
    message: str | None
    auth_id: Annotated[str, Field(alias="authId")]
    nsu: Annotated[str, Field(alias="nsu")]


class PaymentAnswer(View):
    """A payment: the gateway's keys, then its ledger and the times at which it acts by itself."""

    id: str
    payment_system: int
    payment_system_name: str
    merchant_name: None
    group: str
    user_profile_id: None
    is_custom: bool
    allow_installments: bool
    requires_authentication: bool
    allow_issuer: bool
    allow_notification: bool
    is_available: bool
    description: None
    authorization_date: GatewayDate | None
    self: Href
    tid: str | None
    nsu: str | None
    return_code: str | None
    return_message: str | None
    status: TransactionStatus
    connector: str
    authorisation_responses: Annotated[GatewayConnectorResponses, Field(alias="ConnectorResponses")]
    connector_response: GatewayConnectorResponses
    show_connector_responses: Annotated[bool, Field(alias="ShowConnectorResponses")]
    value: Cents
    installments_interest_rate: float
    installments_value: Cents
    reference_value: Cents
    installments: int
    currency_code: str
    provider: None
    is_billing_address_different: None
    is_regex_valid: None
    is_luhn_valid: None
    fields_: Annotated[list[NamedValue], Field(alias="fields")]
    sheets: None
    original_payment_id: None
    authorized_value: Cents
    settled_value: Cents
    cancelled_value: Cents
    refunded_value: Cents
    in_doubt_value: Cents
    open_value: Cents
    written_off_value: Cents
    paid_otherwise_value: Cents
    refund_written_off_value: Cents
    is_blocked: bool
    auto_settle_date: GatewayDate | None
    authorization_expiration_date: GatewayDate | None


class RequestedValue(View):
    """What was asked, and by which invoice, change or request."""

    id: str
    date: GatewayDate
    value: Cents
    origin: str


class Action(View):
    """What reached a connector; ``connectorResponse`` is JSON text."""

    payment_id: str
    payment: Href
    date: ActionDate
    type: Literal["upon-request", "auto-settlement", "online", "email-notification"]
    value: Cents
    connector_response: str
    reference: str | None
    request_id: str


class Settlements(View):
    """What was asked to be settled, and what was."""

    requests: list[RequestedValue]
    actions: list[Action]


class Reversals(View):
    """What was asked to be refunded or cancelled, what was, and what a person has to do."""

    requests: list[RequestedValue]
    actions: list[Action]
    pending_manual_value: Cents


class Capabilities(View):
    """By how much the transaction's value may change; decimal major units."""

    is_value_changeable: bool
    minimum_value: float
    maximum_value: float


class Interaction(View):
    """One fact of the timeline; ``Message`` is for people, ``Data`` has its figures in minor units."""

    model_config = ConfigDict(alias_generator=to_pascal)

    id: str
    transaction_id: str
    payment_id: str | None
    date: ActionDate
    source: str
    status: str
    message: str
    type: EventType
    data: dict[str, Any]


class OperationResult(View):
    """What a request to settle, refund or cancel came to so far.

    Values are what was done, zero while ``operationState`` is not ``done``. ``status`` is the transaction's: 8
    approved, 9 cancelling, 10 cancelled, 11 settling, 12 settled, 13 finished.
    """

    id: str
    token: str
    status: int
    status_detail: TransactionStatus
    processing_date: GatewayDate
    refunded_value: Cents
    refunded_token: str | None
    message: str | None
    code: None
    connector_refunded_value: Cents
    cancelled_value: Cents
    operation: int
    operation_state: OperationState


class LegAnswer(View):
    """One connector call of an operation."""

    id: str
    kind: LegKind
    payment_id: str
    value: Cents
    posted_value: Cents
    state: LegState
    request_id: str
    attempts: Unsigned
    closed_value: Cents
    reference: str | None
    code: str | None
    message: str | None
    exits: list[Exit]


class OperationAnswer(View):
    """What was asked of a transaction, how far it is, and the connector calls that do it."""

    id: int
    kind: OperationKind
    origin: str
    state: OperationState
    attempts: Unsigned
    failure: str | None
    unplanned_value: Cents
    retry_of: int | None
    accepted_at: OmsDate
    concluded_at: OmsDate | None
    next_attempt_at: OmsDate | None
    exits: list[Exit]
    legs: list[LegAnswer]


class Ended(View):
    """An operation whose missing value was written off or paid otherwise: ``value`` is what was booked for that."""

    operation: int
    state: OperationState
    ending: Ending
    value: Cents


class Retried(View):
    """The operations that try again what another one is missing: ``operation`` is the first of ``operations``."""

    operation: int
    operations: Annotated[list[int], Field(min_length=1)]
    retry_of: int
    state: OperationState
