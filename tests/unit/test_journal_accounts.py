"""Which accounts the journal books on, beyond those of captures and refunds by connectors."""

import json
from collections import Counter
from decimal import Decimal

import pytest

from settlement.domain.transaction.leg import LegState
from settlement.use_cases.gateway.notify_payment import Received, notify_payment
from settlement.use_cases.recovery.resolve_leg import Resolution
from testkit.builders import ACCOUNT, a_new_payment
from testkit.shop import Placed, Shop
from tests.support.operator import resolve
from tests.support.service import Service

MARCH = {"from": "2026-03-01", "to": "2026-03-31", "format": "jsonl"}


@pytest.fixture
def service(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> Service:
    return Service(shop, monkeypatch)


def balances(service: Service, **query: str) -> dict[str, int]:
    """What the accounts of March come to, those at zero left out."""
    sums: Counter[str] = Counter()
    for line in service.call("GET", "/api/pvt/journal", query=MARCH | query).text.splitlines():
        for held in json.loads(line)["postings"]:
            sums[held["account"]] += held.get("debit", 0) - held.get("credit", 0)
    return {account: value for account, value in sums.items() if value}


def slip(shop: Shop) -> Placed:
    """An order of 100.00 by a slip that the merchant says was paid, invoiced with 70.00."""
    shop.provider.usually("authorise", "undefined")
    placed = shop.place(a_new_payment(10000, "partial", "bankInvoice")).run()
    notify_payment(shop.ports, ACCOUNT, placed.payments[0].payment_id, Received(Decimal(100), "01/01/2025"))
    placed.run()
    placed.start()
    placed.invoice("N1", 7000)
    return placed


def test_what_the_merchant_received_himself_is_owed_by_no_acquirer(service: Service, shop: Shop) -> None:
    placed = slip(shop)
    shop.provider.usually("authorise", "ok")
    shop.open().invoice("N1", 4000)

    assert balances(service, authorisations="true") == {
        "Assets:Received": 7000,
        "Assets:Acquirer:Partial": 4000,
        "Assets:Customers": -11000,
        "Assets:Authorisations": 9000,
        "Equity:Authorised": -20000,
        "Equity:Authorised:Used": 11000,
    }

    placed.invoice("N2", 3000)
    placed.give_back("D1", 2500)
    [by_hand] = [leg for leg in placed.legs if leg.state is LegState.MANUAL]
    resolve(placed, by_hand.operation, by_hand.number, Resolution.DONE, "TRF-7")

    assert balances(service) == {
        "Assets:Received": 7500,
        "Assets:Acquirer:Partial": 4000,
        "Assets:Customers": -11500,
    }
