"""The timeline is read back whole, however long it is."""

import re
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from settlement.domain.events import Event, EventType
from settlement.use_cases.shared.ports import Commit
from testkit.builders import ACCOUNT
from testkit.shop import Placed, Shop
from tests.support.service import Service
from tests.support.tour import Tour

EVENTS = 10_000
AT_ONCE = 100
"""Events that one write takes."""


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> Service:
    """The service."""
    return Service(Shop(), monkeypatch)


def write_events(shop: Shop, placed: Placed, many: int) -> None:
    """Add events of an invoice's connector call, with long answers."""
    for first in range(0, many, AT_ONCE):
        events = [
            Event(
                EventType.CONNECTOR_REFUSED,
                shop.clock.time + timedelta(seconds=number // 7),
                "test",
                number,
                placed.order_id,
                placed.transaction_id,
                None,
                {"call": "settle", "asked": 100, "requestId": f"R{number}", "response": "x" * 400},
            )
            for number in range(first + 1, first + AT_ONCE + 1)
        ]
        shop.store.commit(Commit(ACCOUNT, placed.order_id, placed.transaction_id, events=events))


def read_pages(service: Service, path: str, query: dict[str, str]) -> list[list[dict[str, Any]]]:
    """Follow the links from page to page."""
    pages = []
    following: dict[str, str] | None = query
    while following is not None:
        heard = service.call("GET", path, query=following)
        assert heard.status == 200
        pages.append(heard.json)
        link = re.fullmatch(r'<(.+)>; rel="next"', heard.headers.get("Link", ""))
        following = dict(parse_qsl(urlsplit(link[1]).query)) if link else None
    return pages


@pytest.mark.parametrize(("query", "least"), [({}, 11), ({"limit": "333"}, 31)])
def test_ten_thousand_events_are_read_back_whole(service: Service, query: dict[str, str], least: int) -> None:
    placed = Tour(service).place("long")
    write_events(service.shop, placed, EVENTS)
    written = len(service.shop.store.events(ACCOUNT, placed.transaction_id, 2 * EVENTS, None).items)

    pages = read_pages(service, f"/api/pvt/transactions/{placed.transaction_id}/interactions", query)

    lines = [line for page in pages for line in page]
    assert len(pages) == least
    assert len(lines) == len({line["Id"] for line in lines}) == written > EVENTS
    assert [line["Date"] for line in lines] == sorted((line["Date"] for line in lines), reverse=True)
    assert all(line["Data"]["response"] == "x" * 400 for line in lines if "-test-" in line["Id"])


def test_page_that_is_the_last_has_no_link(service: Service) -> None:
    placed = Tour(service).place("short")

    assert len(read_pages(service, f"/api/pvt/transactions/{placed.transaction_id}/interactions", {})) == 1
