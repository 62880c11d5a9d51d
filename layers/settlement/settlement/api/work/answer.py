"""Answers about work: what waits for a person, and what is tried again (R35, R36). Amounts are minor units."""

from typing_extensions import TypedDict

from settlement.api.shared.answer import Cents, OmsDate, Unsigned
from settlement.domain.transaction.listed_work import WorkKind
from settlement.domain.transaction.statuses import OrderStatus, TransactionStatus


class WorkAction(TypedDict):
    """A request that goes on with the work."""

    name: str
    """What it does."""
    method: str
    """Its HTTP method."""
    href: str
    """Its path."""


class WorkItemAnswer(TypedDict):
    """Something that waits for a person, or is tried again."""

    id: str
    """The item's id; the same as long as it waits."""
    kind: WorkKind
    """What kind of work it is."""
    orderId: str
    """The order that it is about."""
    transactionId: str
    """The order's transaction."""
    paymentId: str | None
    """The payment that it is about, if it is about one."""
    operationId: int | None
    """The operation that it is about, if it is about one."""
    legId: str | None
    """The connector call that it is about, if it is about one."""
    approvalId: str | None
    """The approval that it is about, if it is about one."""
    deliveryId: str | None
    """The delivery to a hook that it is about, if it is about one."""
    invoiceNumber: str | None
    """The invoice that it is about, if it is about one."""
    value: Cents
    """How much money it is about."""
    currency: str
    """The currency of the value, as ISO 4217 code."""
    since: OmsDate
    """Since when it waits."""
    dueAt: OmsDate | None
    """When something happens by itself: the next attempt, or the lapse of the authorisation; null if nothing does."""
    message: str | None
    """Why, in words: of the connector, or of quita."""
    nextStep: str
    """What a person can do."""
    actions: list[WorkAction]
    """The requests for that."""


class WorkAnswer(TypedDict):
    """A page of work items, oldest first."""

    items: list[WorkItemAnswer]
    """The items."""
    next: str | None
    """The cursor of the next page; null on the last one."""


class WorkCount(TypedDict):
    """How much work of one kind there is in one currency."""

    kind: WorkKind
    """The kind."""
    currency: str
    """The currency, as ISO 4217 code."""
    count: Unsigned
    """How many items."""
    value: Cents
    """Their value."""


class WorkSummary(TypedDict):
    """All work of an account, by kind and currency."""

    count: Unsigned
    """How many items there are in all."""
    kinds: list[WorkCount]
    """The kinds of which there are any."""


class ReasonAnswer(TypedDict):
    """One reason for where an order is."""

    code: str
    """The reason for machines, such as `awaits-invoice`."""
    message: str
    """The reason in a sentence."""


class ComingAnswer(TypedDict):
    """Something that happens without a person."""

    code: str
    """What it is, for machines, such as `next-attempt`."""
    message: str
    """What it is, in words."""
    at: OmsDate
    """When it happens."""


class DiagnosisAnswer(TypedDict):
    """Why an order is where it is, what happens next, and what a person can do."""

    orderId: str
    """The order."""
    transactionId: str
    """Its transaction."""
    status: OrderStatus
    """The order's status."""
    transactionStatus: TransactionStatus
    """The transaction's status."""
    summary: str
    """All of it in one paragraph."""
    reasons: list[ReasonAnswer]
    """Why it is there."""
    next: list[ComingAnswer]
    """What happens without a person, by time."""
    workItems: list[WorkItemAnswer]
    """What waits for a person, oldest first."""
