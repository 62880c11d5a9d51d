"""Answers of previews. Amounts are minor units."""

from typing import Literal

from typing_extensions import TypedDict

from settlement.api.shared.answer import Cents
from settlement.domain.order.fiscal_record import FiscalCode
from settlement.domain.transaction.statuses import OrderStatus, TransactionStatus
from settlement.use_cases.previews.warn import WarningCode

MovementName = Literal["settle", "cancel", "withhold", "refund", "raise"]


class PlannedMovement(TypedDict):
    """What would move on a payment."""

    paymentId: str
    """The payment's id."""
    connector: str
    """The payment's connector."""
    operation: MovementName
    """`settle`, `cancel` and `refund` are calls of the connector; `withhold` and `raise` are booked here."""
    value: Cents
    """How much."""
    settleId: str | None
    """The settlement that a refund gives back; null for other movements, and for a settlement that is not made yet."""


class PreviewWarning(TypedDict):
    """What a person should know before the action."""

    code: WarningCode | FiscalCode
    """What it is about, for programs."""
    message: str
    """The payment, the value and the limit, for people."""


class OrderAfter(TypedDict):
    """The order once the action is carried out."""

    valueBefore: Cents
    """The order's value before the action."""
    valueAfter: Cents
    """The order's value after it."""
    invoicedAfter: Cents
    """The counted sales after it."""
    statusAfter: OrderStatus
    """The order's status once the plan is carried out."""


class TransactionAfter(TypedDict):
    """The transaction once the action is carried out."""

    statusAfter: TransactionStatus
    """The transaction's status once the plan is carried out."""


class MoneyPreview(TypedDict):
    """What an action would do if it were taken now, with nothing written."""

    orderId: str
    """The order."""
    transactionId: str
    """Its transaction."""
    version: int
    """The version that the preview was made on, to send as `If-Match` with the action."""
    order: OrderAfter | None
    """The order; null for a transaction without an order."""
    transaction: TransactionAfter
    """The transaction."""
    moneyPlan: list[PlannedMovement]
    """What would move on which payment, in the order of the calls."""
    warnings: list[PreviewWarning]
    """What to know before."""
