"""What a partial invoice with its settlement writes: items within 1 KB, each one unit, or two in a transaction."""

from collections import Counter
from typing import Any

import pytest

from bench.meter import Meter
from bench.units import Index, Written, commits_of_invoice, indexes_of, units_of
from settlement.storage.dynamodb import DynamoDBStore
from settlement.use_cases.orders.place_order import NewLine
from testkit.builders import item
from testkit.nfe_documents import nfe_key
from testkit.shop import Placed, Shop
from tests.support.declared_table import make_declared_table
from tests.support.service import Service
from tests.support.timers import DAY, lapses_after
from tests.support.tour_bodies import invoice_body, order_body
from tests.template.cloudformation import load_template, of_type

KILOBYTE = 1024
MOST_UNITS = 24


@pytest.fixture(scope="module")
def indexes() -> list[Index]:
    """The indexes of the table, as the template has them."""
    return indexes_of(of_type(load_template(), "AWS::DynamoDB::Table")["Table"])


def opened(shop: Shop, value: int = 10_000) -> Placed:
    """An order with one line of many units."""
    return shop.open(value=value, lines=(NewLine("A", "Shoe", value - 2000, 1, 1),))


def units_since(shop: Shop, before: int, indexes: list[Index]) -> list[Written]:
    """What was written since there were so many commits."""
    return list(units_of(list(shop.store.commits), indexes, before))


def total(written: list[Written]) -> int:
    """All units."""
    return sum(sum(held.units.values()) for held in written)


def test_partial_invoice_of_one_line_writes_24_units_at_most(indexes: list[Index]) -> None:
    commits, since = commits_of_invoice()

    written = list(units_of(commits, indexes, since))

    by_commit = Counter[int]()
    for held in written:
        by_commit[held.commit] += sum(held.units.values())
    assert total(written) <= MOST_UNITS
    assert dict(by_commit) == {0: 14, 1: 1, 2: 9}
    assert {name for held in written for name in held.units} == {"table", "due", "byAccount"}


@pytest.mark.parametrize(("invoice", "most"), [(1, 27), (3, 24), (20, 24)])
def test_first_invoice_of_an_order_writes_its_status_too(
    shop: Shop, indexes: list[Index], invoice: int, most: int
) -> None:
    placed = opened(shop, value=1_000_000)
    for number in range(1, invoice):
        placed.invoice(f"N{number}", 10_000, item("A", 10_000))
    before = len(shop.store.commits)

    placed.invoice("NEXT", 10_000, item("A", 10_000))

    assert total(units_since(shop, before, indexes)) <= most


def test_list_of_lapses_costs_a_partial_invoice_nothing(shop: Shop, indexes: list[Index]) -> None:
    """Of an authorisation that lapses, the list has the time alone; it is told once that nothing is left."""
    lapses_after(shop, 5 * DAY)
    placed = opened(shop)
    placed.invoice("N1", 2000)
    before = len(shop.store.commits)
    placed.invoice("N2", 5000, item("A", 5000))
    partial = units_since(shop, before, indexes)
    before = len(shop.store.commits)
    placed.invoice("N3", 3000)
    last = units_since(shop, before, indexes)

    def of_payment(written: list[Written]) -> list[dict[str, int]]:
        return [held.units for held in written if held.sort_key.startswith("PAYMENT")]

    assert total(partial) <= MOST_UNITS
    assert of_payment(partial) == [{"table": 2}]
    assert of_payment(last) == [{"table": 2, "byAccount": 1}]


def test_each_item_of_an_invoice_and_its_settlement_is_within_a_kilobyte(shop: Shop, indexes: list[Index]) -> None:
    placed = opened(shop, value=1_000_000)
    placed.invoice("N1", 300_000)
    placed.give_back("D1", 10_000)
    before = len(shop.store.commits)

    placed.invoice("N2", 500_000, item("A", 500_000))

    written = units_since(shop, before, indexes)
    assert {held.commit for held in written} == {0, 1, 2}
    assert {held.sort_key: held.size for held in written if held.size > KILOBYTE} == {}


def test_sums_that_are_zero_take_no_room(shop: Shop, indexes: list[Index]) -> None:
    placed = opened(shop)
    before = len(shop.store.commits)
    placed.invoice("N1", 7000)

    [*_, head] = [held.size for held in units_since(shop, before, indexes) if held.sort_key == "TXN"]

    assert head < 800


def test_requests_are_as_many_as_the_commits(client: Any) -> None:
    """The claim is a single write, which costs half of one in a transaction."""
    make_declared_table(client, "write-units")
    store, meter = DynamoDBStore(client, "write-units"), Meter(client)
    commits, since = commits_of_invoice()
    for commit in commits[:since]:
        store.commit(commit)

    with meter.measure() as consumed:
        for commit in commits[since:]:
            store.commit(commit)

    assert consumed.requests == {"TransactWriteItems": 2, "PutItem": 1}


def test_key_of_an_invoice_costs_no_more_than_its_claim_unless_it_is_anothers(
    monkeypatch: pytest.MonkeyPatch, indexes: list[Index]
) -> None:
    """Work of an invoice is an item of its own, which only an invoice with another's key has (D173)."""
    service = Service(Shop(), monkeypatch)
    written = []
    for order_id in ("first", "second"):
        service.do("POST", "/api/oms/pvt/orders", order_body(order_id))
        service.do("POST", f"/api/oms/pvt/orders/{order_id}/start-handling")
        before = len(service.shop.store.commits)
        told = invoice_body("N1", 1000, items=[], invoiceKey=nfe_key(5))
        service.do("POST", f"/api/oms/pvt/orders/{order_id}/invoice", told)
        found = units_since(service.shop, before, indexes)
        written.append({held.sort_key: held.units for held in found if "INVOICE" in held.sort_key or _is_work(held)})

    first, second = written
    assert set(first) == {"INVOICE#N1", "INVOICE"}
    assert first["INVOICE"] == {"table": 2}
    assert set(second) == {"INVOICE#N1", "USED_KEY#N1"}
    assert second["USED_KEY#N1"] == {"table": 2, "work": 1}


def _is_work(held: Written) -> bool:
    return "work" in held.units
