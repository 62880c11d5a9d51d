"""The example connector in Python, configured at its loopback address, settles an order of the local stack."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from testkit.bodies import Payment
from testkit.merchant import Merchant, PlacedOrder
from tests.e2e.conftest import Account
from tests.support.affiliations import PPP, affiliation_body
from tests.support.example_connector import ExampleConnector

AFFILIATIONS = "/api/pvt/affiliations"
SHOP = [{"name": "Shop", "value": "Shop 7"}]
TERMINAL = [{"name": "terminal", "value": "T-Shop 7"}]


@pytest.fixture
def connector(tmp_path: Path) -> Iterator[ExampleConnector]:
    """The started connector."""
    connector = ExampleConnector(sys.executable, "connector-python/connector.py", tmp_path / "journal")
    connector.start()
    yield connector
    connector.kill()


@pytest.fixture
def merchant(open_account: Account, connector: ExampleConnector) -> Merchant:
    """A merchant of an account that has configured it."""
    api = open_account()
    body = affiliation_body(
        "example",
        PPP,
        serviceUrl=connector.url,
        mode="partial",
        settleCapability="multiple",
        cancelCapability="multiple",
    )
    added = api.post(AFFILIATIONS, body | {"customFields": SHOP})
    assert added.status == 200, added
    replaced = api.send("PUT", f"{AFFILIATIONS}/example", json.dumps(added.json))
    assert (replaced.status, replaced.json) == (200, added.json)
    return Merchant(api)


def captures(order: PlacedOrder) -> list[dict[str, object]]:
    """Return the bodies of the captures that were sent."""
    told = [event["Data"] for event in order.events()]
    return [json.loads(data["request"]) for data in told if "settleId" in str(data.get("response"))]


def test_invoices_are_captured_in_parts_across_a_kill(merchant: Merchant, connector: ExampleConnector) -> None:
    order = merchant.place(Payment(connector="example"))
    order.invoice("N1", 7000)
    connector.kill()
    connector.start()
    order.invoice("N2", 3000)

    assert order.settlements().actions == [7000, 3000]
    journal = connector.journal.read_text(encoding="utf-8").splitlines()
    settled = json.loads(journal[-1])["payment"]
    assert (settled["open"], sorted(settled["settled"].values())) == (0, [3000, 7000])
    captured = captures(order)
    assert [request["merchantSettings"] for request in captured] == [SHOP, SHOP]
    assert [request["connectorMetadata"] for request in captured] == [TERMINAL, TERMINAL]


def test_undecided_payment_is_approved_by_the_callback(merchant: Merchant) -> None:
    order = merchant.place(Payment(connector="example", token="token-2224"))

    order.invoice("N1", 10000)

    assert order.settlements().actions == [10000]
