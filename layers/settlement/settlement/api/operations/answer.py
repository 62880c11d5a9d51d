"""Answers about operations and their connector calls (C§3.2, C§8.18). Amounts are minor units."""

from typing import Annotated

from typing_extensions import TypedDict

from settlement.api.shared.answer import ActorAnswer, Cents, GatewayDate, Null, OmsDate, Unsigned
from settlement.api.shared.schema import Says
from settlement.domain.transaction.closing import Ending
from settlement.domain.transaction.exits import Exit
from settlement.domain.transaction.leg import LegKind, LegState
from settlement.domain.transaction.operation import OperationKind, OperationState
from settlement.domain.transaction.statuses import TransactionStatus


class OperationResult(TypedDict):
    """What a request to settle, refund or cancel came to so far.

    Values are what was done, zero while ``operationState`` is not ``done``. ``status`` is the transaction's: 8
    approved, 9 cancelling, 10 cancelled, 11 settling, 12 settled, 13 finished.
    """

    id: str
    """The transaction's id."""
    token: str
    """The operation's id in the gateway's form, 32 hexadecimal digits."""
    status: int
    """The transaction's status as a number."""
    statusDetail: TransactionStatus
    """The transaction's status."""
    processingDate: GatewayDate
    """When the operation was concluded; until then, when it was taken."""
    refundedValue: Cents
    """What the operation refunded; 0 until it is done."""
    refundedToken: str | None
    """The same as `token`, once something was refunded."""
    message: str | None
    """Why the operation failed; null if it did not."""
    code: Null
    connectorRefundedValue: Cents
    """The same as `refundedValue`."""
    cancelledValue: Cents
    """What the operation cancelled; 0 until it is done."""
    operation: int
    """The operation's number in the transaction."""
    operationState: OperationState
    """How far the operation is."""


class LegAnswer(TypedDict):
    """One connector call of an operation."""

    id: str
    """The call's id: operation and number, with a dash between."""
    kind: LegKind
    """What is asked of the connector."""
    paymentId: str
    """The payment that it is about."""
    value: Cents
    """What is asked for."""
    postedValue: Cents
    """What the connector did of it."""
    state: LegState
    """What became of the call."""
    requestId: str
    """The id that the connector knows the request by; the same in every attempt."""
    attempts: Unsigned
    """How often it was tried."""
    closedValue: Cents
    """How much of what is missing was written off or paid otherwise."""
    reference: str | None
    """The connector's id of what it did."""
    code: str | None
    """The connector's code."""
    message: str | None
    """The connector's message, or why there is none; of a resolved call, how one knows."""
    resolvedBy: ActorAnswer | None
    """On whose word its outcome rests; null for an answer of the connector."""
    exits: list[Exit]
    """What an operator can do about it."""


class OperationAnswer(TypedDict):
    """What was asked of a transaction, how far it is, and the connector calls that do it."""

    id: int
    """The operation's number in the transaction."""
    kind: OperationKind
    """What is asked."""
    origin: str
    """Which invoice, change or request asked."""
    state: OperationState
    """How far it is."""
    attempts: Unsigned
    """How often it was tried."""
    reason: str | None
    """Why it was asked for, in the words of who asked."""
    failure: str | None
    """Why it failed or waits, in words."""
    unplannedValue: Cents
    """What found no payment to be taken from."""
    retryOf: int | None
    """The operation that this one tries again."""
    acceptedAt: OmsDate
    """When it was taken."""
    concludedAt: OmsDate | None
    """When it came to its end; null until then."""
    nextAttemptAt: OmsDate | None
    """When it is tried next; null if it does not wait for a time."""
    exits: list[Exit]
    """What an operator can do about it."""
    legs: list[LegAnswer]
    """Its connector calls."""


class Ended(TypedDict):
    """An operation whose missing value was written off or paid otherwise: ``value`` is what was booked for that."""

    operation: int
    """The operation's number in the transaction."""
    state: OperationState
    """How far it is."""
    ending: Ending
    """How it was ended."""
    value: Cents
    """What was booked."""


class Retried(TypedDict):
    """The operations that try again what another one is missing: ``operation`` is the first of ``operations``."""

    operation: int
    """The number of the first new operation."""
    operations: Annotated[list[int], Says(minItems=1)]
    """The numbers of all new operations."""
    retryOf: int
    """The number of the operation that is tried again."""
    state: OperationState
    """How far the first new one is."""
