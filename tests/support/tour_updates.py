"""The part of the tour that visits feed and hook."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from settlement.api.feeds.view import handle_of
from settlement.domain.account.feed import StatusUpdate
from settlement.use_cases.updates.deliver import deliver
from settlement.use_cases.updates.read_feed import publish_update
from testkit.builders import ACCOUNT

if TYPE_CHECKING:
    from tests.support.tour import Tour

_UPDATE = StatusUpdate("event", "first", "invoiced", datetime(2026, 3, 2, tzinfo=UTC), "payment-approved")


def visit_feed_and_hook(tour: "Tour") -> None:
    """Visit the routes of feed and hook."""
    feed, hook = "/api/orders/feed", "/api/orders/hook/config"
    for method, path, body in (("GET", feed, None), ("GET", f"{feed}/config", None), ("GET", hook, None)):
        tour.service.call(method, path, body)
    tour.service.call("POST", feed, {"handles": [handle_of(_UPDATE)]})
    tour.probe("POST", f"{feed}/config", {"filter": {"type": "FromWorkflow", "status": ["invoiced"]}})
    publish_update(tour.service.feeds, ACCOUNT, _UPDATE, datetime.now(UTC))
    tour.probe("GET", f"{feed}/config")
    tour.service.call("GET", feed, query={"maxlot": "0"})
    handles = [update["handle"] for update in tour.probe("GET", feed)]
    tour.probe("POST", feed, {"handles": handles})
    tour.probe("DELETE", f"{feed}/config")
    tour.probe("POST", hook, {"hook": {"url": "https://erp.example/hook", "headers": {"key": "value"}}})
    tour.probe("GET", hook)
    tour.probe("POST", f"{hook}/secret")
    [mine] = tour.service.feeds.hooks(ACCOUNT)
    deliver(tour.shop.ports, tour.service.feeds, tour.service.hooks, ACCOUNT, mine, _UPDATE, "T")
    [delivery] = tour.probe("GET", "/api/orders/hook/deliveries")["items"]
    tour.service.call("GET", "/api/orders/hook/deliveries", query={"limit": "0"})
    tour.probe("POST", f"/api/orders/hook/deliveries/{delivery['id']}/resend")
    tour.probe("DELETE", hook)
    tour.service.call("POST", f"{hook}/secret")
