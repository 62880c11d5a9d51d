"""The journal books what settlement reports tell as paid: gross, fee and net, to the cent and once (D177)."""

from __future__ import annotations

import json
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest

from testkit.builders import ACCOUNT, a_new_payment
from testkit.shop import Placed, Shop
from tests.support.reports import ReportFile, captured, take
from tests.support.service import Service

MARCH = {"from": "2026-03-01", "to": "2026-03-31", "format": "jsonl"}
Lines = list[dict[str, Any]]


@pytest.fixture
def service(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> Service:
    return Service(shop, monkeypatch)


@pytest.fixture
def sold(shop: Shop) -> Placed:
    """An order of 100.00 with captures of 70.00 and 30.00."""
    return captured(shop, 7000, 3000)


def report(shop: Shop, service: Service, *rows: str, stage: str = "paid", netted: str = "") -> str:
    """Take a file of paid lines and return its id; a row is kind, gross, fee, currency, tid and reference."""
    head = "kind,gross,fee,currency,tid,reference" + (",net,netCurrency" if netted else "")
    content = "\n".join((head, *rows)).encode() + b"\n"
    return take(shop, service.reports, ReportFile(content, mapping={"stage": stage})).report_id


def entries(service: Service, **query: str) -> Lines:
    """The entries of March."""
    return [json.loads(line) for line in service.call("GET", "/api/pvt/journal", query=MARCH | query).text.splitlines()]


def balances(found: Lines, currency: str = "BRL") -> dict[str, int]:
    """What the accounts come to in a currency, those at zero left out."""
    sums: Counter[str] = Counter()
    for entry in found:
        for held in entry["postings"]:
            if held.get("currency", entry["currency"]) == currency:
                sums[held["account"]] += held.get("debit", 0) - held.get("credit", 0)
    return {account: value for account, value in sums.items() if value}


def test_paid_capture_is_booked_with_its_fee_and_names_all_that_it_belongs_to(
    service: Service, shop: Shop, sold: Placed
) -> None:
    told = report(shop, service, "capture,70.00,1.75,BRL,TID,")
    [first, _] = shop.store.settlements(ACCOUNT, sold.transaction_id, sold.payments[0].payment_id)

    entry = entries(service)[-1]

    assert entry | {"event": "", "bookedAt": "", "at": ""} == {
        "entry": "4.1",
        "bookedAt": "",
        "event": "",
        "type": "CapturePaid",
        "at": "",
        "orderId": sold.order_id,
        "transactionId": sold.transaction_id,
        "paymentId": sold.payments[0].payment_id,
        "invoiceNumber": "N1",
        "operation": 2,
        "settleId": first.settle_id,
        "reportId": told,
        "connector": "partial",
        "currency": "BRL",
        "postings": [
            {"account": "Assets:Acquirer:Partial", "credit": 7000},
            {"account": "Expenses:Fees:Partial", "debit": 175},
            {"account": "Assets:Clearing:Partial", "debit": 6825},
        ],
    }


def test_what_is_announced_books_nothing(service: Service, shop: Shop, sold: Placed) -> None:
    before = entries(service)

    report(shop, service, "capture,70.00,1.75,BRL,TID,", "chargeback,-70.00,0,BRL,TID,", stage="reported")

    assert entries(service) == before


def test_refund_and_chargeback_take_back_what_was_paid(service: Service, shop: Shop, sold: Placed) -> None:
    sold.give_back("D1", 1000)
    rows = (
        "capture,70.00,1.75,BRL,TID,",
        "capture,30.00,0.75,BRL,TID,",
        "refund,-10.00,0,BRL,TID,",
        "chargeback,-30.00,15.00,BRL,TID,",
    )
    report(shop, service, *rows)

    found = entries(service)

    assert balances(found) == {
        "Assets:Customers": -9000,
        "Expenses:Fees:Partial": 175 + 75 + 1500,
        "Expenses:Chargebacks": 3000,
        "Assets:Clearing:Partial": 6825 + 2925 - 1000 - 4500,
    }
    assert [entry["invoiceNumber"] for entry in found if entry["reportId"]] == ["N1", "N2", "D1", None]

    report(shop, service, "chargeback-reversed,30.00,-15.00,BRL,TID,")

    assert balances(entries(service)) == {
        "Assets:Customers": -9000,
        "Expenses:Fees:Partial": 250,
        "Assets:Clearing:Partial": 8750,
    }


def test_chargeback_of_a_capture_that_it_names_has_its_invoice(service: Service, shop: Shop, sold: Placed) -> None:
    [_, second] = shop.store.settlements(ACCOUNT, sold.transaction_id, sold.payments[0].payment_id)
    report(shop, service, f"chargeback,-30.00,0,BRL,TID,{second.settle_id}")

    entry = entries(service)[-1]

    assert (entry["type"], entry["invoiceNumber"], entry["settleId"]) == ("ChargedBack", "N2", second.settle_id)


def test_corrected_report_books_the_difference_alone(service: Service, shop: Shop, sold: Placed) -> None:
    report(shop, service, "capture,69.00,1.75,BRL,TID,", "capture,30.00,0.75,BRL,TID,")
    assert balances(entries(service))["Assets:Acquirer:Partial"] == 100

    report(shop, service, "capture,70.00,1.80,BRL,TID,")

    found = entries(service)
    assert found[-1]["postings"] == [
        {"account": "Assets:Acquirer:Partial", "credit": 100},
        {"account": "Expenses:Fees:Partial", "debit": 5},
        {"account": "Assets:Clearing:Partial", "debit": 95},
    ]
    assert balances(found) == {
        "Assets:Customers": -10000,
        "Expenses:Fees:Partial": 255,
        "Assets:Clearing:Partial": 9745,
    }


def test_line_that_comes_again_is_booked_once(service: Service, shop: Shop, sold: Placed) -> None:
    report(shop, service, "capture,70.00,1.75,BRL,TID,")
    before = entries(service)

    report(shop, service, "capture,70.00,1.75,BRL,TID,")
    report(shop, service, "capture,70.00,1.75,BRL,TID,", "fee,-1.00,0,BRL,,")

    assert entries(service) == before


def test_later_report_changes_no_page_that_was_read(service: Service, shop: Shop, sold: Placed) -> None:
    report(shop, service, "capture,70.00,1.75,BRL,TID,")
    shop.clock.advance(timedelta(days=1))
    days = {"from": "2026-03-02", "to": "2026-03-02"}
    before = service.call("GET", "/api/pvt/journal", query=MARCH | days).text

    report(shop, service, "capture,30.00,0.75,BRL,TID,", "capture,70.00,1.75,BRL,TID,")

    assert service.call("GET", "/api/pvt/journal", query=MARCH | days).text == before
    assert len(entries(service)) == before.count("\n") + 1


@pytest.mark.parametrize(
    ("currency", "value", "written", "fee", "net"),
    [("JPY", 900, "900", "22", "878"), ("BHD", 1234, "1.234", "0.031", "1.203")],
)
def test_payout_has_the_decimals_of_its_currency(
    service: Service, shop: Shop, currency: str, value: int, written: str, fee: str, net: str
) -> None:
    shop.open(a_new_payment(value, "partial"), value=value, currency=currency).invoice("N1", value)
    report(shop, service, f"capture,{written},{fee},{currency},TID,")

    text = service.call("GET", "/api/pvt/journal", query=MARCH | {"format": "hledger"}).text

    assert text.endswith(
        f"    Assets:Acquirer:Partial  -{written} {currency}\n"
        f"    Expenses:Fees:Partial  {fee} {currency}\n"
        f"    Assets:Clearing:Partial  {net} {currency}\n\n"
    )
