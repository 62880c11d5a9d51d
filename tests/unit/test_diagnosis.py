"""The diagnosis of an order: why it is where it is, what happens next, and what a person can do (R35)."""

from datetime import timedelta
from typing import Any

import pytest

from settlement.domain.order.invoice import InvoiceType
from settlement.domain.transaction.statuses import OrderStatus
from testkit.builders import ACCOUNT, a_new_payment
from testkit.shop import Placed, Shop
from tests.support.reports import ReportFile, take
from tests.support.service import Service
from tests.support.timers import DAY, lapses_after


@pytest.fixture
def service(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> Service:
    return Service(shop, monkeypatch)


def diagnosis(service: Service, placed: Placed) -> Any:
    return service.do("GET", f"/api/oms/pvt/orders/{placed.order_id}/diagnosis")


def codes(told: Any) -> list[str]:
    return [reason["code"] for reason in told["reasons"]]


def test_every_status_has_its_reason(service: Service, shop: Shop) -> None:
    shop.set(auto_settle=False)
    placed = shop.place(a_new_payment(10000, "partial"))
    told = [diagnosis(service, placed)]
    placed.run()
    told.append(diagnosis(service, placed))
    placed.start()
    told.append(diagnosis(service, placed))
    placed.notify("N1", 7000, type_=InvoiceType.OUTPUT)
    told.append(diagnosis(service, placed))
    placed.run()
    told.append(diagnosis(service, placed))
    placed.invoice("N2", 3000)
    told.append(diagnosis(service, placed))
    cancelled = shop.open(a_new_payment(10000, "partial"), order_id="cancelled")
    cancelled.cancel("sold out")
    told.append(diagnosis(service, cancelled))

    assert {each["status"] for each in told} == {status.value for status in OrderStatus}
    assert [codes(each)[0] for each in told] == [
        "authorisation-pending",
        "awaits-handling",
        "awaits-invoice",
        "settling",
        "awaits-rest",
        "complete",
        "cancelled",
    ]
    assert "70.00 BRL is invoiced and settled. 30.00 BRL is left to invoice." in told[4]["summary"]
    assert told[5]["summary"].endswith("Nothing waits for a person.")
    assert "sold out" in told[6]["summary"]


def test_operation_that_is_tried_again_tells_when_and_why(service: Service, shop: Shop) -> None:
    placed = shop.open(a_new_payment(10000, "partial"))
    shop.provider.usually("settle", "500")
    placed.invoice("N1", 7000)

    told = diagnosis(service, placed)

    assert codes(told) == ["settling", "operation-waits"]
    assert "next-attempt" in [coming["code"] for coming in told["next"]]
    [item] = told["workItems"]
    assert (item["kind"], item["dueAt"]) == ("retrying", told["next"][0]["at"])
    assert "waits after 1 attempt" in told["summary"]


def test_failure_tells_what_a_person_can_do(service: Service, shop: Shop) -> None:
    placed = shop.open(a_new_payment(10000, "partial"))
    shop.provider.script("settle", "400")
    placed.invoice("N1", 7000)

    told = diagnosis(service, placed)

    assert codes(told) == ["settlement-failed"]
    assert [action["name"] for action in told["workItems"][0]["actions"]] == ["retry", "write-off", "paid-otherwise"]
    assert "failed-settlement of 70.00 BRL" in told["summary"]
    assert "Nothing waits" not in told["summary"]


def test_open_value_tells_when_it_lapses(service: Service, shop: Shop) -> None:
    lapses_after(shop, 7 * DAY)
    placed = shop.open(a_new_payment(10000, "partial"))
    placed.invoice("N1", 7000)

    coming = {each["code"]: each["message"] for each in diagnosis(service, placed)["next"]}

    assert "30.00 BRL" in coming["lapse"]


def test_undecided_payment_tells_when_it_is_given_up(service: Service, shop: Shop) -> None:
    shop.provider.usually("authorise", "undefined")
    shop.provider.delay_to_cancel_seconds = 86_400
    placed = shop.place(a_new_payment(10000, "partial")).run()
    shop.pass_time(timedelta(hours=2))

    told = diagnosis(service, placed)

    assert "authorisation-ends" in [coming["code"] for coming in told["next"]]
    assert [item["kind"] for item in told["workItems"]] == ["undecided-authorisation"]


def test_order_that_is_unknown_has_none(service: Service) -> None:
    heard = service.call("GET", "/api/oms/pvt/orders/nothing/diagnosis")

    assert (heard.status, heard.json["error"]["code"]) == (404, "OMS007")


def test_what_reports_found_wrong_waits_for_a_person_who_can_accept_it(service: Service, shop: Shop) -> None:
    placed = shop.open()
    placed.invoice("N1", 7000)
    placed.invoice("N2", 3000)
    [first, _] = shop.store.settlements(ACCOUNT, placed.transaction_id, placed.payments[0].payment_id)
    rows = (
        "kind,gross,currency,tid,soldOn,reference",
        f"capture,69.00,BRL,TID,2026-03-02,{first.settle_id}",
        "chargeback,-30.00,BRL,TID,,",
    )
    take(shop, service.reports, ReportFile("\n".join(rows).encode()))

    told = diagnosis(service, placed)

    assert {item["kind"]: item["value"] for item in told["workItems"]} == {
        "payout-differs": 6900,
        "payout-missing": 3000,
        "chargeback": 3000,
    }
    assert "payout-differs of 69.00 BRL, value (70.00 BRL expected). Have a corrected report" in told["summary"]
    assert (
        "payout-missing of 30.00 BRL, no line in the report of its day, 2026-03-02. Have the report" in told["summary"]
    )
    assert "chargeback of 30.00 BRL. Contest it with the acquirer" in told["summary"]
    for item in told["workItems"]:
        service.do("POST", item["actions"][0]["href"], {"reference": "CLAIM-1"})
    assert diagnosis(service, placed)["summary"].endswith("Nothing waits for a person.")


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("capture,70.00,USD,TID,2026-03-02", "currency (70.00 USD)"),
        ("capture,70.00,BRL,TID,2026-03-09", "date (2026-03-09)"),
        ("capture,-70.00,BRL,TID,2026-03-02", "sign"),
        ("capture,-6.90,BRL,TID,2026-03-02", "value (70.00 BRL expected), sign"),
    ],
)
def test_difference_says_what_a_person_compares(service: Service, shop: Shop, row: str, message: str) -> None:
    placed = shop.open(a_new_payment(7000, "partial"), value=7000)
    placed.invoice("N1", 7000)
    take(shop, service.reports, ReportFile(f"kind,gross,currency,tid,soldOn\n{row}\n".encode()))

    [item] = diagnosis(service, placed)["workItems"]

    assert item["message"] == message
