"""Answers about feed and hook of order updates."""

from typing import Annotated, Any, Literal, NotRequired

from typing_extensions import TypedDict

from settlement.api.shared.answer import OmsDate, Unsigned
from settlement.api.shared.schema import Says


class FilterAnswer(TypedDict):
    """Which updates come: all of them if no status is named."""

    type: Literal["FromWorkflow"]
    """Always `FromWorkflow`."""
    status: list[str]
    """The order statuses that come; all of them if none is named."""
    workItems: bool
    """Whether work that opens or closes comes too."""


class QueueAnswer(TypedDict):
    """How long an update that was read stays hidden, and how long one is kept; both spellings are in use."""

    visibilityTimeoutInSeconds: Unsigned
    """For how many seconds an update that was read stays hidden."""
    messageRetentionPeriodInSeconds: Unsigned
    """For how many seconds an update is kept."""
    MessageRetentionPeriodInSeconds: Unsigned
    """The same."""


class FeedAnswer(TypedDict):
    """A feed's configuration."""

    filter: FilterAnswer
    """Which updates come."""
    queue: QueueAnswer
    """How long updates are hidden and kept."""


class FeedStateAnswer(FeedAnswer):
    """A feed's configuration, and how much waits in it for how long."""

    quantity: Unsigned
    """How many updates wait."""
    approximateAgeOfOldestMessageInSeconds: Annotated[float, Says(minimum=0)]
    """For how many seconds the oldest has waited; 0 if none does."""


class UpdateAnswer(TypedDict):
    """A status change of an order, or work that opened or closed; it is taken off the feed by its handle."""

    eventId: str
    """The event's id; the same update has the same in a hook."""
    handle: str
    """What the update is committed by."""
    domain: str
    """The side of the order flow that the status belongs to: `Marketplace` or `Fulfillment`; `Work` for work."""
    state: str
    """The order's status after the change; `WorkItemOpened` or `WorkItemClosed` for work."""
    lastState: str
    """The status before; empty for the first one."""
    orderId: str
    """The order's id."""
    lastChange: OmsDate
    """Since when it had the status before."""
    currentChange: OmsDate
    """When the status changed."""
    workItem: NotRequired[dict[str, Any]]
    """The work, as the event tells it; only for work."""


class HookTargetAnswer(TypedDict):
    """Where a hook leads, and what it carries."""

    url: str
    """The address that is called."""
    headers: dict[str, str]
    """The headers that each call has."""


class HookAnswer(TypedDict):
    """A hook's configuration."""

    filter: FilterAnswer
    """Which updates are sent."""
    hook: HookTargetAnswer
    """Where they are sent."""


class ConfiguredHookAnswer(HookAnswer):
    """A hook's configuration, with its secret if it is new."""

    secret: NotRequired[str]
    """What signs its calls from now on; shown this once."""


class SecretAnswer(TypedDict):
    """A new secret of a hook."""

    secret: str
    """What signs its calls from now on; shown this once."""
    validSecrets: Unsigned
    """How many secrets sign each call: this one, and the one before it."""


class DeliveryAnswer(TypedDict):
    """The delivery of one update to a hook, after its newest attempt."""

    id: str
    """Its id, to send it again by."""
    eventId: str
    """The event that the update tells of."""
    orderId: str
    """The order."""
    state: str
    """The order's new status, or `WorkItemOpened` or `WorkItemClosed`."""
    time: OmsDate
    """When the newest attempt began."""
    attempt: Unsigned
    """Its number, from 1."""
    statusCode: int | None
    """The status of the hook's answer; null if there was none."""
    durationMs: Unsigned
    """How long the call took, in milliseconds."""
    error: str | None
    """Why it failed; null if the hook took it."""
    nextAttempt: OmsDate | None
    """When it is tried again; null if it is not, by itself."""
    delivered: bool
    """Whether the hook has taken it."""


class DeliveriesAnswer(TypedDict):
    """A page of a hook's log, the newest updates first."""

    items: list[DeliveryAnswer]
    """The deliveries."""
    next: str | None
    """The cursor of the next page; null on the last one."""
