"""Answers about feed and hook of order updates."""

from typing import Annotated, Literal

from pydantic import Field

from settlement.api.openapi.parts import OmsDate, Unsigned, View


class FilterAnswer(View):
    """Which updates come: all of them if no status is named."""

    type: Literal["FromWorkflow"]
    status: list[str]


class QueueAnswer(View):
    """How long an update that was read stays hidden, and how long one is kept; both spellings are in use."""

    visibility_timeout_in_seconds: Unsigned
    message_retention_period_in_seconds: Unsigned
    retention: Annotated[int, Field(ge=0, alias="MessageRetentionPeriodInSeconds")]


class FeedAnswer(View):
    """A feed's configuration."""

    filter: FilterAnswer
    queue: QueueAnswer


class FeedStateAnswer(FeedAnswer):
    """A feed's configuration, and how much waits in it for how long."""

    quantity: Unsigned
    approximate_age_of_oldest_message_in_seconds: Annotated[float, Field(ge=0)]


class UpdateAnswer(View):
    """A status change of an order; it is taken off the feed by its handle."""

    event_id: str
    handle: str
    domain: str
    state: str
    last_state: str
    order_id: str
    last_change: OmsDate
    current_change: OmsDate


class HookTargetAnswer(View):
    """Where a hook leads, and what it carries."""

    url: str
    headers: dict[str, str]


class HookAnswer(View):
    """A hook's configuration."""

    filter: FilterAnswer
    hook: HookTargetAnswer
