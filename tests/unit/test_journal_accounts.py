"""What the journal books on which accounts, what its entries name, and how much one answer has."""

import json
from collections import Counter
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from urllib.parse import parse_qsl, urlsplit

import pytest

from settlement.api.journal import formats
from settlement.api.journal.formats import JournalFormat, text_of
from settlement.domain.bookkeeping.account_names import DEFAULT_NAMES
from settlement.domain.bookkeeping.accounts import chart_of
from settlement.domain.bookkeeping.entry import Entry, Place
from settlement.domain.transaction.leg import LegState
from settlement.use_cases.bookkeeping.read_journal import Booked
from settlement.use_cases.gateway.notify_payment import Received, notify_payment
from settlement.use_cases.recovery.resolve_leg import Resolution
from testkit.builders import ACCOUNT, a_new_payment
from testkit.shop import Placed, Shop
from tests.support.operator import resolve, retry, write_off
from tests.support.service import Service
from tests.template.cloudformation import CHECKOUT

SETTINGS = "/api/oms/pvt/account/settings"
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


@pytest.mark.parametrize(
    ("names", "says"),
    [
        ({"acquirer": "Assets:Cash", "customers": "Assets:Cash"}, "acquirer and customers apart"),
        ({"acquirer": "Assets:Customers"}, "both are Assets:Customers"),
        ({"customers": "Assets:Received"}, "received and customers apart"),
    ],
)
def test_two_sides_of_a_capture_on_one_account_are_refused(
    service: Service, shop: Shop, names: dict[str, str], says: str
) -> None:
    heard = service.call("PATCH", SETTINGS, {"journalAccounts": names})

    assert (heard.status, heard.json["error"]["code"]) == (400, "OMS001")
    assert heard.json["error"]["message"].startswith("journalAccounts: must name ")
    assert says in heard.json["error"]["message"]
    assert service.do("GET", SETTINGS)["journalAccounts"] == DEFAULT_NAMES


def test_accounts_that_nobody_tells_apart_may_be_one(service: Service, shop: Shop) -> None:
    doubt = dict.fromkeys(("capturesInDoubt", "cancellationsInDoubt", "refundsInDoubt"), "Assets:InDoubt")

    service.do("PATCH", SETTINGS, {"journalAccounts": doubt})
    shop.provider.usually("settle", "500")
    shop.open().invoice("N1", 4000)
    shop.pass_time(timedelta(hours=30))

    assert balances(service) == {"Assets:InDoubt": 4000, "Assets:Authorisations": -4000}


def test_example_of_the_documents_is_what_is_written() -> None:
    transaction, at = "77EBB76D1D794D0189EB9C7CA0E33448", datetime(2026, 3, 2, 14, 0, 2, 467394, UTC)
    entry = Entry(
        f"{transaction}-leg-000002-0001-1", "PaymentSettled", at, "2897126344025-01", transaction,
        "01D9732C6E6643E0A4B88FE9CF8E7802", "sandbox", "BRL", {"captured": 7000}, "N1", 2,
        "SET-10A5136FCDCA51E2BE3E265F0B534182",
    )  # fmt: skip
    booked = Booked(Place(17, 1), at + timedelta(microseconds=653047), entry, chart_of([]).postings(entry))

    written = text_of(JournalFormat.BEANCOUNT, [booked], is_first=False)

    assert f"```beancount\n{written.rstrip()}\n```\n" in (CHECKOUT / "docs" / "api.md").read_text(encoding="utf-8")


def test_refund_of_a_cancelled_invoice_names_that_invoice(service: Service, shop: Shop) -> None:
    placed = shop.open()
    placed.invoice("N1", 6000)
    placed.invoice("N2", 1000)
    shop.provider.script("refund", "400")
    path = f"/api/oms/pvt/orders/{placed.order_id}/invoice/N1/cancel"
    service.do("POST", path, {"requestId": "X1", "reason": "wrong shopper"})
    retry(placed, placed.operation.sequence)

    lines = [json.loads(line) for line in service.call("GET", "/api/pvt/journal", query=MARCH).text.splitlines()]

    assert [(line["type"], line["invoiceNumber"]) for line in lines] == [
        ("PaymentSettled", "N1"),
        ("PaymentSettled", "N2"),
        ("PaymentRefunded", "N1"),
    ]


def test_every_entry_of_a_refund_in_doubt_names_its_capture_and_operation(service: Service, shop: Shop) -> None:
    placed = shop.open()
    placed.invoice("N1", 10000)
    shop.provider.usually("refund", "500")
    placed.give_back("D1", 3000)
    shop.pass_time(timedelta(hours=30))
    [doubted] = [leg for leg in placed.legs if leg.is_in_doubt]
    resolve(placed, doubted.operation, doubted.number, Resolution.NOT_DONE)
    write_off(placed, doubted.operation)

    lines = [json.loads(line) for line in service.call("GET", "/api/pvt/journal", query=MARCH).text.splitlines()]

    assert [(line["type"], line["invoiceNumber"], line["operation"], line["settleId"]) for line in lines] == [
        ("PaymentSettled", "N1", 2, "SET-0001"),
        ("ValueInDoubt", "D1", 3, "SET-0001"),
        ("ConnectorRefused", "D1", 3, "SET-0001"),
        ("RefundWrittenOff", "D1", 3, None),
    ]


def test_answer_ends_with_the_entry_that_reaches_its_size(
    service: Service, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    placed = shop.open()
    for number in range(5):
        placed.invoice(f"N{number}", 1000)
    whole = service.call("GET", "/api/pvt/journal", query=MARCH).text
    lines = whole.splitlines(keepends=True)
    monkeypatch.setattr(formats, "MAX_JOURNAL_BYTES", len(json.dumps(lines[0])) + 1)

    pages, query = [], dict(MARCH)
    for _ in range(4):
        heard = service.call("GET", "/api/pvt/journal", query=query)
        pages.append(heard.text)
        query = dict(parse_qsl(urlsplit(heard.headers["Link"].partition(">")[0]).query))

    assert pages == ["".join(lines[:2]), "".join(lines[2:4]), lines[4], ""]
