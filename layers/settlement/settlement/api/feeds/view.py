"""Feed and hook as their routes show them."""

import base64
from datetime import datetime
from typing import TYPE_CHECKING, Any

from settlement.api.shared.cursors import cursor_of
from settlement.api.shared.dates import oms_date, oms_date_or_none
from settlement.domain.account.feed import Feed, Hook, StatusUpdate
from settlement.use_cases.updates.read_feed import FeedState

if TYPE_CHECKING:
    from settlement.api.feeds.answer import (
        DeliveriesAnswer,
        DeliveryAnswer,
        FeedAnswer,
        FeedStateAnswer,
        FilterAnswer,
        HookAnswer,
        UpdateAnswer,
    )
    from settlement.domain.account.delivery import Delivery
    from settlement.use_cases.shared.ports import Page

MAX_LOT = 10

DEFAULT_DELIVERIES = 50
MAX_DELIVERIES = 100


def feed_view(feed: Feed) -> "FeedAnswer":
    """A feed's configuration, as it was sent."""
    return {
        "filter": _filter(feed),
        "queue": {
            "visibilityTimeoutInSeconds": feed.visibility_seconds,
            "messageRetentionPeriodInSeconds": feed.retention_seconds,
            "MessageRetentionPeriodInSeconds": feed.retention_seconds,
        },
    }


def feed_state_view(state: FeedState, now: datetime) -> "FeedStateAnswer":
    """A feed's configuration, and how much waits in it for how long."""
    age = (now - state.oldest).total_seconds() if state.oldest else 0.0
    return {
        **feed_view(state.feed),
        "quantity": state.quantity,
        "approximateAgeOfOldestMessageInSeconds": max(age, 0.0),
    }


def hook_view(hook: Hook) -> "HookAnswer":
    """A hook's configuration, as it was sent."""
    return {"filter": _filter(hook), "hook": {"url": hook.url, "headers": dict(hook.headers)}}


def delivery_view(delivery: "Delivery") -> "DeliveryAnswer":
    """A delivery as the log shows it."""
    return {
        "id": delivery.id,
        "eventId": delivery.update.event_id,
        "orderId": delivery.update.order_id,
        "state": delivery.update.state,
        "time": oms_date(delivery.at),
        "attempt": delivery.attempts,
        "statusCode": delivery.status,
        "durationMs": delivery.duration_ms,
        "error": delivery.error,
        "nextAttempt": oms_date_or_none(delivery.next_attempt_at),
        "delivered": delivery.is_delivered,
    }


def deliveries_view(page: "Page[Delivery]") -> "DeliveriesAnswer":
    """A page of a hook's log."""
    return {
        "items": [delivery_view(delivery) for delivery in page.items],
        "next": cursor_of(page.next),
    }


def update_view(update: StatusUpdate) -> "UpdateAnswer":
    """An update as the feed hands it out."""
    shown: UpdateAnswer = {
        "eventId": update.event_id,
        "handle": handle_of(update),
        "domain": update.domain,
        "state": update.state,
        "lastState": update.last_state or "",
        "orderId": update.order_id,
        "lastChange": _date(update.last_changed_at or update.changed_at),
        "currentChange": _date(update.changed_at),
    }
    if update.work_item is not None:
        shown["workItem"] = dict(update.work_item)
    return shown


def _filter(configured: Feed | Hook) -> "FilterAnswer":
    return {"type": "FromWorkflow", "status": list(configured.statuses), "workItems": configured.work_items}


def _date(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%S.%f}0Z"


def update_of(event: dict[str, Any]) -> StatusUpdate:
    """Return what an event of the bus tells of: a status change, or work that opened or closed."""
    detail = event["detail"]
    if "item" in detail:
        at = datetime.fromisoformat(detail["at"])
        return StatusUpdate(detail["id"], detail["orderId"], event["detail-type"], at, work_item=detail["item"])
    since = detail.get("since")
    return StatusUpdate(
        event_id=detail["id"],
        order_id=detail["orderId"],
        state=detail["to"],
        last_state=detail["from"],
        changed_at=datetime.fromisoformat(detail["at"]),
        last_changed_at=datetime.fromisoformat(since) if since else None,
    )


def handle_of(update: StatusUpdate) -> str:
    """Return the handle by which an update is committed."""
    return base64.urlsafe_b64encode(update.key.encode()).decode()
