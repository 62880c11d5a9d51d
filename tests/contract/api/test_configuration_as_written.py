"""Settings, affiliations, feeds and hooks are taken as they are shown, and what would be dropped is refused."""

from typing import Any

import pytest

from testkit.shop import Placed
from tests.support.service import Service


@pytest.mark.parametrize(
    ("settings", "where"),
    [
        (
            {"pipelineConfiguration": {"compensateShippingChange": True}},
            "pipelineConfiguration.compensateShippingChange",
        ),
        ({"pipeline": {}}, "pipeline"),
        ({"rolloutConfiguration": {"enableMyOrders": {"workspaces": ["x"]}}}, "rolloutConfiguration.enableMyOrders"),
        ({"paymentConfiguration": {"allowed": ["201"]}}, "paymentConfiguration.allowed"),
    ],
)
def test_setting_of_modifications_that_is_misspelt_is_refused(
    service: Service, placed: Placed, settings: dict[str, Any], where: str
) -> None:
    put = service.call("PUT", "/api/order-system/orders/changes/settings", settings)
    changes = "/api/order-system/orders/written-01/changes"
    patched = service.call("PATCH", changes, {"reason": "less", "manualDiscountValue": 1, "settings": settings})

    assert (put.status, patched.status) == (400, 400)
    assert put.json["error"]["message"].startswith(where)
    assert patched.json["error"]["message"].startswith(f"settings.{where}")


def test_affiliation_keeps_its_id(service: Service) -> None:
    [first, *_] = service.do("GET", "/api/pvt/affiliations")

    path = f"/api/pvt/affiliations/{first['id']}"
    assert service.do("PUT", path, first)["id"] == first["id"]
    heard = service.call("PUT", path, first | {"id": "another"})

    assert (heard.status, heard.json["error"]["message"].split(":")[0]) == (400, "id")


def test_feed_and_hook_are_taken_as_they_are_shown(service: Service) -> None:
    service.do("POST", "/api/orders/feed/config", {"filter": {"status": ["invoiced"]}, "queue": None, "hook": None})
    service.do("POST", "/api/orders/hook/config", {"hook": {"url": "https://shop.example", "headers": None}})

    for path in ("/api/orders/feed/config", "/api/orders/hook/config"):
        shown = service.do("GET", path)
        service.do("POST", path, shown)
        assert service.do("GET", path) == shown


@pytest.mark.parametrize(
    ("path", "body", "word"),
    [
        ("feed", {"hook": {"url": "https://shop.example/hook"}}, "hook is not taken in a feed"),
        ("feed", {"filter": {"type": "FromWorkflow", "statuses": ["invoiced"]}}, "filter.statuses: is not taken"),
        ("feed", {"filters": {"status": ["invoiced"]}}, "filters: is not taken"),
        ("feed", {"queue": {"visibilityTimeout": 5}}, "queue.visibilityTimeout: is not taken"),
        (
            "feed",
            {"queue": {"messageRetentionPeriodInSeconds": 60, "MessageRetentionPeriodInSeconds": 61}},
            "say two things",
        ),
        ("hook", {"hook": {"url": "https://shop.example", "header": {}}}, "hook.header: is not taken"),
        ("hook", {"hook": {"url": "https://shop.example"}, "queue": {"x": 1}}, "queue is not taken in a hook"),
        ("hook", {"hook": {"url": "https://shop.example"}, "filter": {"states": ["x"]}}, "filter.states: is not taken"),
    ],
)
def test_configuration_that_would_be_dropped_is_refused(
    service: Service, path: str, body: dict[str, Any], word: str
) -> None:
    heard = service.call("POST", f"/api/orders/{path}/config", body)

    assert heard.status == 400
    assert word in heard.json["error"]["message"]
