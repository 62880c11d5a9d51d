"""A person ends the work on what a settlement report told, with a reference, until a report tells something new."""

from __future__ import annotations

from typing import Any

import pytest

from settlement.domain.actor import Actor
from settlement.domain.events import EventType
from settlement.domain.reconciliation.bank_days import day_of
from settlement.domain.reconciliation.payout import PayoutPart
from settlement.storage.work_told import with_work_told
from settlement.use_cases.upkeep.audit_order import audit_order
from testkit.builders import ACCOUNT
from testkit.shop import Placed, Shop
from tests.support.reports import ReportFile, captured, charge_back, take
from tests.support.service import Service

SAID = {"reference": "CLAIM-1", "reason": "lost"}


@pytest.fixture
def service(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> Service:
    return Service(shop, monkeypatch)


@pytest.fixture
def sold(shop: Shop) -> Placed:
    """An order with captures of 70.00 and 30.00."""
    return captured(shop, 7000, 3000)


def report(shop: Shop, service: Service, placed: Placed, *rows: str, note: str = "") -> None:
    """Take a report of the day of the captures; a ``note`` makes another file of the same rows."""
    payment = placed.payments[0]
    [first, _] = shop.store.settlements(ACCOUNT, placed.transaction_id, payment.payment_id)
    assert first.settled_at is not None
    day = day_of(first.settled_at, "BRL").isoformat()
    lines = "\n".join(("kind,gross,fee,currency,tid,soldOn,batch", *(f"{row},TID,{day},{note}" for row in rows)))
    take(shop, service.reports, ReportFile(lines.encode() + b"\n"))


def work(service: Service) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = service.do("GET", "/api/pvt/work-items")["items"]
    return items


def accept_of(item: dict[str, Any]) -> str:
    """The path that an item names."""
    [path] = [action["href"] for action in item["actions"] if action["name"] == "accept"]
    return str(path)


def part(shop: Shop, placed: Placed, name: str) -> PayoutPart:
    found = shop.store.payouts(ACCOUNT, placed.transaction_id, placed.payments[0].payment_id)
    return next(part for part in found if part.name == name)


@pytest.mark.parametrize(
    ("rows", "kind", "value"),
    [
        (("capture,69.00,0,BRL", "capture,30.00,0,BRL"), "payout-differs", 6900),
        (("capture,70.00,0,BRL",), "payout-missing", 3000),
        (("capture,70.00,0,BRL", "capture,30.00,0,BRL", "chargeback,-70.00,0,BRL"), "chargeback", 7000),
    ],
)
def test_work_on_what_a_report_told_ends_with_a_persons_word(
    service: Service, shop: Shop, sold: Placed, rows: tuple[str, ...], kind: str, value: int
) -> None:
    report(shop, service, sold, *rows)
    [item] = work(service)
    assert (item["kind"], item["value"]) == (kind, value)
    path = f"/api/pvt/transactions/{sold.transaction_id}/settlements"
    before = sold.ledger, sold.order, sold.transaction, service.do("GET", path)

    service.do("POST", accept_of(item), SAID, headers={"X-Quita-User": "anna"})

    assert work(service) == []
    assert (sold.ledger, sold.order, sold.transaction, service.do("GET", path)) == before
    told = with_work_told(shop.store.commits[-1])
    assert [event.type for event in told.events] == [EventType.PAYOUT_ACCEPTED, EventType.WORK_ITEM_CLOSED]
    assert told.actor is not None
    assert told.actor.user == "anna"
    assert audit_order(shop.store, ACCOUNT, sold.order_id).mismatches == ()


def test_timeline_tells_reference_reason_and_who_said_so(service: Service, shop: Shop, sold: Placed) -> None:
    back = charge_back(sold)

    service.do("POST", accept_of(work(service)[0]), SAID, headers={"X-Quita-User": "anna"})

    lines = service.do("GET", f"/api/pvt/transactions/{sold.transaction_id}/interactions")
    [line] = [line for line in lines if line["Type"] == "PayoutAccepted"]
    assert line["Message"] == "chargeback of -70.00 BRL was dealt with, by CLAIM-1: lost"
    assert (line["Actor"]["user"], line["PaymentId"]) == ("anna", back.payment_id)
    kept = part(shop, sold, back.name).accepted
    assert kept is not None
    assert kept.by == Actor(line["Actor"]["appKey"], "anna")


def test_same_word_again_writes_nothing_and_another_is_refused(service: Service, shop: Shop, sold: Placed) -> None:
    charge_back(sold)
    path = accept_of(work(service)[0])
    service.do("POST", path, {"reference": "CLAIM-1"})
    before = shop.store.backup()

    again = service.call("POST", path, SAID)
    other = service.call("POST", path, {"reference": "CLAIM-2"})

    assert (again.status, other.status) == (204, 409)
    assert "CLAIM-1" in other.json["error"]["message"]
    assert shop.store.backup() == before


@pytest.mark.parametrize("body", [{}, {"reason": "lost"}, {"reference": " "}, {"reference": "x" * 101}])
def test_acceptance_needs_a_reference(service: Service, shop: Shop, sold: Placed, body: object) -> None:
    charge_back(sold)
    path = accept_of(work(service)[0])
    before = shop.store.backup()

    heard = service.call("POST", path, body)

    assert (heard.status, "reference" in heard.json["error"]["message"]) == (400, True)
    assert shop.store.backup() == before


def test_only_what_is_work_is_accepted(service: Service, shop: Shop, sold: Placed) -> None:
    report(shop, service, sold, "capture,70.00,0,BRL", "capture,30.00,0,BRL")
    payment = sold.payments[0].payment_id
    matched = shop.store.payouts(ACCOUNT, sold.transaction_id, payment)[0]
    path = f"/api/pvt/transactions/{sold.transaction_id}/payments/{payment}/payouts"
    before = shop.store.backup()

    heard = service.call("POST", f"{path}/{matched.name}/accept", SAID)
    unknown = [
        service.call("POST", place, SAID).status
        for place in (
            f"{path}/none/accept",
            f"{path}/{'x' * 2000}/accept",
            f"{path.replace(payment, 'P')}/{matched.name}/accept",
            f"{path.replace(sold.transaction_id, 'T')}/{matched.name}/accept",
        )
    ]

    assert (heard.status, "matched" in heard.json["error"]["message"]) == (409, True)
    assert unknown == [404, 404, 404, 404]
    assert shop.store.backup() == before


def test_report_that_repeats_what_was_accepted_leaves_it_and_one_that_tells_something_new_opens_work(
    service: Service, shop: Shop, sold: Placed
) -> None:
    report(shop, service, sold, "capture,69.00,0,BRL", "capture,30.00,0,BRL")
    [item] = work(service)
    service.do("POST", accept_of(item), SAID)

    report(shop, service, sold, "capture,69.00,0,BRL", note="again")
    assert work(service) == []

    report(shop, service, sold, "capture,68.00,0,BRL")
    [again] = work(service)
    assert (again["kind"], again["value"], again["id"]) == ("payout-differs", 6800, item["id"])

    service.do("POST", accept_of(again), {"reference": "CLAIM-2"})
    assert work(service) == []
    told = [event.type for commit in shop.store.commits for event in commit.events]
    assert told.count(EventType.PAYOUT_ACCEPTED) == 2

    report(shop, service, sold, "capture,70.00,0,BRL")
    assert work(service) == []
    assert part(shop, sold, str(again["actions"][0]["href"]).split("/")[-2]).accepted is None


def test_what_is_missing_again_stays_accepted(service: Service, shop: Shop, sold: Placed) -> None:
    report(shop, service, sold, "capture,70.00,0,BRL")
    service.do("POST", accept_of(work(service)[0]), SAID)

    report(shop, service, sold, "capture,70.00,0,BRL", "fee,-1.00,0,BRL", note="again")
    assert work(service) == []

    report(shop, service, sold, "capture,30.00,0,BRL")
    assert work(service) == []
