"""The header ``Link`` leads to the next page, behind whatever stage or base path the API has (RFC 8288)."""

import re
from functools import partial
from urllib.parse import parse_qsl, urljoin, urlsplit

import pytest

from testkit.shop import Placed, Shop
from tests.support.service import Service

STAGE, DOMAIN, BASE_PATH = "https://a1.execute-api.eu-west-1.amazonaws.com/v1", "https://oms.example", "/settle"


@pytest.fixture
def service(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> Service:
    return Service(shop, monkeypatch)


@pytest.fixture
def placed(shop: Shop) -> Placed:
    """The second of two orders, with a capture."""
    shop.open()
    placed = shop.open()
    placed.invoice("N1", 7000)
    return placed


def lists(placed: Placed) -> list[tuple[str, dict[str, str]]]:
    """Each list whose pages are linked, with a query for a page of one."""
    return [
        ("/api/pvt/journal", {"from": "2026-03-01", "to": "2026-03-31", "limit": "1", "authorisations": "true"}),
        (f"/api/pvt/transactions/{placed.transaction_id}/interactions", {"limit": "1"}),
        ("/api/oms/pvt/orders", {"per_page": "1"}),
    ]


@pytest.mark.parametrize("address", [STAGE, DOMAIN, DOMAIN + BASE_PATH])
def test_next_page_is_behind_what_stands_before_the_routes(service: Service, placed: Placed, address: str) -> None:
    host, before = urlsplit(address).netloc, urlsplit(address).path
    for path, query in lists(placed):
        behind = partial(service.call, "GET", path, headers={"Host": host}, context={"path": before + path})
        first = behind(query=query)
        link = re.fullmatch(r'<([!-;=?-~]+)>; rel="next"', first.headers["Link"])
        assert link is not None
        leads = urlsplit(urljoin(f"{address}{path}", link[1]))

        second = behind(query=dict(parse_qsl(leads.query)))

        assert f"{leads.scheme}://{leads.netloc}{leads.path}" == address + path
        assert (second.status, second.text == first.text) == (200, False)
