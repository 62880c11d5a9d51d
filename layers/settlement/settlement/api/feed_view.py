"""Feed and hook as their routes show them."""

from datetime import datetime
from typing import Any

from settlement.api.feed_models import handle_of
from settlement.domain.feed import Feed, Hook, StatusUpdate
from settlement.use_cases.read_feed import FeedState


def feed_view(feed: Feed) -> dict[str, Any]:
    """A feed's configuration, as it was sent."""
    return {
        "filter": _filter(feed.statuses),
        "queue": {
            "visibilityTimeoutInSeconds": feed.visibility_seconds,
            "messageRetentionPeriodInSeconds": feed.retention_seconds,
            "MessageRetentionPeriodInSeconds": feed.retention_seconds,
        },
    }


def feed_state_view(state: FeedState, now: datetime) -> dict[str, Any]:
    """A feed's configuration, and how much waits in it for how long."""
    age = (now - state.oldest).total_seconds() if state.oldest else 0.0
    return feed_view(state.feed) | {
        "quantity": state.quantity,
        "approximateAgeOfOldestMessageInSeconds": max(age, 0.0),
    }


def hook_view(hook: Hook) -> dict[str, Any]:
    """A hook's configuration, as it was sent."""
    return {"filter": _filter(hook.statuses), "hook": {"url": hook.url, "headers": dict(hook.headers)}}


def update_view(update: StatusUpdate) -> dict[str, Any]:
    """An update as the feed hands it out."""
    return {
        "eventId": update.event_id,
        "handle": handle_of(update),
        "domain": update.domain,
        "state": update.state,
        "lastState": update.last_state or "",
        "orderId": update.order_id,
        "lastChange": _date(update.last_changed_at or update.changed_at),
        "currentChange": _date(update.changed_at),
    }


def _filter(statuses: tuple[str, ...]) -> dict[str, Any]:
    return {"type": "FromWorkflow", "status": list(statuses)}


def _date(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%S.%f}0Z"
