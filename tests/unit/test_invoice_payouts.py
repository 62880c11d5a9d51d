"""Each invoice of an order shows its captures, and whether the merchant was paid for them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from settlement.api.orders import captures_view
from settlement.domain.ledger.settlement import Settlement
from testkit.builders import a_new_payment
from testkit.shop import Placed, Shop
from tests.support.operator import retry
from tests.support.reports import ReportFile, take
from tests.support.service import Service

HEAD = b"kind,gross,fee,currency,tid,expectedOn,paidOn\n"


def captures_of(service: Service, placed: Placed) -> dict[str, list[dict[str, Any]]]:
    order = service.do("GET", f"/api/oms/pvt/orders/{placed.order_id}")
    return {package["invoiceNumber"]: package["captures"] for package in order["packageAttachment"]["packages"]}


def test_invoice_shows_what_a_report_told_of_its_capture_only(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    placed = shop.open()
    placed.invoice("N1", 7000)
    placed.invoice("N2", 3000)
    placed.give_back("R1", 500)
    service = Service(shop, monkeypatch)
    report = take(shop, service.reports, ReportFile(HEAD + b"capture,70,1.75,BRL,TID,2026-04-01,2026-04-02\n"))

    captures = captures_of(service, placed)

    actions = service.do("GET", f"/api/pvt/transactions/{placed.transaction_id}/settlements")["actions"]
    assert [captures["N1"][0]["payout"], captures["N2"][0]["payout"]] == [action["payout"] for action in actions]
    [paid] = captures["N1"]
    assert (paid["value"], paid["refundedValue"], paid["payout"]["state"]) == (7000, 500, "paid")
    assert (paid["payout"]["fee"], paid["payout"]["net"], paid["payout"]["paidOn"]) == (175, 6825, "2026-04-02")
    assert paid["payout"]["reportId"] == report.report_id
    assert captures["N2"][0]["payout"]["state"] == "expected"
    assert captures["R1"] == []


def test_invoice_over_two_payments_has_a_capture_of_each(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    placed = shop.open(a_new_payment(6000, "partial"), a_new_payment(4000, "partial"))
    placed.invoice("N1", 10000)

    found = captures_of(Service(shop, monkeypatch), placed)["N1"]

    assert sorted(capture["value"] for capture in found) == [4000, 6000]
    assert {capture["paymentId"] for capture in found} == {payment.payment_id for payment in placed.payments}


def test_capture_before_any_invoice_is_of_none(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    shop.provider.delay_to_auto_settle_seconds = 3600
    placed = shop.open()
    placed.auto_settle()
    placed.invoice("N1", 10000)
    assert placed.ledger.captured == 10000

    assert captures_of(Service(shop, monkeypatch), placed) == {"N1": []}


def test_capture_by_a_retry_is_its_invoices_also_without_its_name(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    placed = shop.open()
    shop.provider.script("settle", "400")
    placed.invoice("N1", 7000)
    placed.invoice("N2", 3000)
    retry(placed, 2)
    placed.run()
    service = Service(shop, monkeypatch)
    named = captures_of(service, placed)
    settlements = shop.store.settlements

    def of_an_earlier_version(*of: str) -> list[Settlement]:
        return [replace(held, invoice=None) for held in settlements(*of)]

    monkeypatch.setattr(shop.store, "settlements", of_an_earlier_version)

    assert captures_of(service, placed) == named
    assert {number: [held["value"] for held in held_by] for number, held_by in named.items()} == {
        "N1": [7000],
        "N2": [3000],
    }


def test_order_of_more_instalments_than_an_answer_has_shows_their_sums(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    placed = shop.open(a_new_payment(10000, "partial", installments=3))
    placed.invoice("N1", 7000)
    placed.invoice("N2", 3000)
    service = Service(shop, monkeypatch)
    whole = captures_of(service, placed)
    monkeypatch.setattr(captures_view, "MAX_INSTALLMENTS_SHOWN", 5)

    short = captures_of(service, placed)

    assert [len(whole[number][0]["payout"]["instalments"]) for number in ("N1", "N2")] == [3, 3]
    assert [short[number][0]["payout"]["instalments"] for number in ("N1", "N2")] == [[], []]
    assert [short[number][0]["payout"]["gross"] for number in ("N1", "N2")] == [7000, 3000]
