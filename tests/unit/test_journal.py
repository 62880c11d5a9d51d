"""The journal: entries of all orders that balance, in pages that stay as they were read (D172)."""

import csv
import io
import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from settlement.api.journal.formats import COLUMNS, JournalFormat, text_of
from settlement.domain.bookkeeping.account_names import DEFAULT_NAMES
from settlement.domain.bookkeeping.accounts import chart_of
from settlement.domain.bookkeeping.entry import Entry, Lot
from settlement.domain.connectors.connector import Mode
from settlement.use_cases.bookkeeping import read_journal as read_journal_module
from settlement.use_cases.bookkeeping.read_journal import Period, read_journal
from settlement.use_cases.recovery.resolve_leg import Resolution
from testkit.builders import ACCOUNT, NOON, a_new_payment
from testkit.clock import MORNING
from testkit.shop import Shop
from tests.support.journal import FakeEntryLog
from tests.support.operator import resolve, retry
from tests.support.service import Heard, Service
from tests.template.cloudformation import CHECKOUT

JOURNAL, SETTINGS = "/api/pvt/journal", "/api/oms/pvt/account/settings"
MARCH = {"from": "2026-03-01", "to": "2026-03-31"}
FORMATS = [held.value for held in JournalFormat]


@pytest.fixture
def service(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> Service:
    return Service(shop, monkeypatch)


def read(service: Service, path: str = "", **query: str) -> Heard:
    """A page."""
    asked = dict(pair.split("=") for pair in path.partition("?")[2].split("&")) if path else MARCH | query
    heard = service.call("GET", JOURNAL, query=asked)
    assert heard.status == 200, heard
    return heard


def following(heard: Heard) -> str | None:
    """The path of the next page."""
    link = heard.headers.get("Link")
    return None if link is None else link.removeprefix("<").removesuffix('>; rel="next"')


def pages(service: Service, **query: str) -> Iterator[str]:
    """All pages that there are now."""
    heard, before = read(service, **query), None
    while True:
        yield heard.text
        path = following(heard)
        if path is None or path == before:
            return
        before, heard = path, read(service, path)


def entries(service: Service, **query: str) -> list[dict[str, Any]]:
    """All entries."""
    text = "".join(pages(service, format="jsonl", **query))
    return [json.loads(line) for line in text.splitlines()]


def balances(found: list[dict[str, Any]]) -> dict[str, int]:
    """The accounts that do not come to zero."""
    sums: Counter[str] = Counter()
    for entry in found:
        for held in entry["postings"]:
            sums[held["account"]] += held.get("debit", 0) - held.get("credit", 0)
    return {account: value for account, value in sums.items() if value}


def busy(shop: Shop) -> None:
    """Captures, a cancellation, refunds and withheld value, in two currencies."""
    first = shop.open()
    first.invoice("N1", 7000)
    first.change("C1", discount=1500)
    other = shop.open(a_new_payment(6000, "total"), value=6000, mode=Mode.TOTAL)
    other.change("C1", discount=1000)
    first.invoice("N2", 1500)
    first.give_back("D1", 2000)
    shop.open(a_new_payment(900, "partial"), value=900, currency="JPY").invoice("N1", 900)


def test_entry_names_event_order_invoice_and_payment(service: Service, shop: Shop) -> None:
    placed = shop.open()
    placed.invoice("N1", 7000)

    [captured] = shop.store.settlements(ACCOUNT, placed.transaction_id, placed.payments[0].payment_id)
    [entry] = entries(service)

    assert entry == {
        "entry": "2.1",
        "bookedAt": "2026-03-02T09:00:00.000000+00:00",
        "event": placed.events[-3].id,
        "type": "PaymentSettled",
        "at": "2026-03-02T09:00:00.000000+00:00",
        "orderId": placed.order_id,
        "transactionId": placed.transaction_id,
        "paymentId": placed.payments[0].payment_id,
        "invoiceNumber": "N1",
        "operation": 2,
        "settleId": captured.settle_id,
        "reportId": None,
        "connector": "partial",
        "currency": "BRL",
        "postings": [
            {"account": "Assets:Acquirer:Partial", "debit": 7000},
            {"account": "Assets:Customers", "credit": 7000},
        ],
    }


def test_sums_of_the_period_are_those_of_the_orders(service: Service, shop: Shop) -> None:
    busy(shop)

    found = entries(service, authorisations="true")

    assert balances([entry for entry in found if entry["currency"] == "BRL"]) == {
        "Assets:Acquirer:Partial": 6500,
        "Assets:Customers": -6500,
        "Assets:Authorisations": 5000,
        "Equity:Authorised": -16000,
        "Equity:Authorised:Used": 8500,
        "Equity:Authorised:Cancelled": 1500,
        "Equity:Authorised:Withheld": 1000,
    }
    assert balances([entry for entry in found if entry["currency"] == "JPY"]) == {
        "Assets:Acquirer:Partial": 900,
        "Assets:Customers": -900,
        "Equity:Authorised": -900,
        "Equity:Authorised:Used": 900,
    }


def test_authorisations_are_left_out_unless_asked_for(service: Service, shop: Shop) -> None:
    busy(shop)

    types = Counter(entry["type"] for entry in entries(service))

    assert types == {"PaymentSettled": 3, "PaymentCancelled": 1, "ValueWithheld": 1, "PaymentRefunded": 1}
    assert {entry["type"] for entry in entries(service, authorisations="true")} - set(types) == {"PaymentAuthorised"}


def test_retried_capture_names_the_invoice_that_asked_first(service: Service, shop: Shop) -> None:
    placed = shop.open()
    shop.provider.script("settle", "400")
    placed.invoice("N-1", 7000)
    retry(placed, 2)

    [entry] = entries(service)

    assert (entry["invoiceNumber"], entry["operation"]) == ("N-1", 3)


@pytest.mark.parametrize("format_", FORMATS)
def test_pages_of_any_size_are_the_same_bytes(service: Service, shop: Shop, format_: str) -> None:
    busy(shop)
    shop.clock.advance(timedelta(days=60))

    whole = "".join(pages(service, format=format_))

    assert whole == "".join(pages(service, format=format_))
    for limit in ("1", "2", "3"):
        assert "".join(pages(service, format=format_, limit=limit)) == whole


def test_page_without_what_is_wanted_leads_on(service: Service, shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(4):
        placed = shop.open()
    placed.invoice("N1", 1000)
    monkeypatch.setattr(read_journal_module, "MAX_READ", 2)

    assert [len(page.splitlines()) for page in pages(service, format="jsonl")] == [0, 0, 1, 0]


def test_late_event_changes_no_page_that_was_read(service: Service, shop: Shop) -> None:
    placed = shop.open()
    shop.provider.usually("settle", "500")
    placed.invoice("N1", 3000)
    shop.pass_time(timedelta(hours=30))
    shop.provider.usually("settle", "ok")
    busy(shop)
    before = list(pages(service, format="jsonl", limit="2"))

    [doubted] = [leg for leg in placed.legs if leg.is_in_doubt]
    resolve(placed, doubted.operation, doubted.number, Resolution.DONE, "BO-1")
    after = list(pages(service, format="jsonl", limit="2"))

    full = [page for page in before if page.count("\n") == 2]
    assert len(full) == 3
    assert after[:3] == full
    assert "".join(after).startswith("".join(before))
    assert balances([json.loads(line) for line in "".join(after).removeprefix("".join(before)).splitlines()]) == {
        "Assets:Acquirer:Partial": 3000,
        "Assets:Customers": -3000,
        "Assets:InDoubt:Captures": -3000,
        "Assets:Authorisations": 3000,
    }


def test_period_that_is_over_has_an_end_and_an_open_one_a_way_on(service: Service, shop: Shop) -> None:
    placed = shop.open()
    placed.invoice("N1", 1000)
    days = {"from": "2026-03-02", "to": "2026-03-02"}
    path = following(read(service, **days))
    assert path is not None
    assert following(read(service, path)) == path

    placed.invoice("N2", 1000)
    assert "N2" in read(service, path).text

    shop.clock.advance_to(MORNING.replace(hour=0) + timedelta(days=1, minutes=3))
    assert following(read(service, **days)) is None


def test_period_may_reach_to_the_last_day_of_the_calendar(service: Service, shop: Shop) -> None:
    shop.open().invoice("N1", 10000)

    heard = service.call("GET", JOURNAL, query={"from": "0001-01-01", "to": "9999-12-31"})

    assert heard.status == 200


def test_entry_belongs_to_the_day_on_which_it_was_entered(service: Service, shop: Shop) -> None:
    placed = shop.open()
    placed.invoice("N1", 1000)
    shop.clock.advance(timedelta(days=1))
    placed.invoice("N2", 1000)

    def invoices(day: str) -> list[str]:
        days = {"from": day, "to": day}
        return [entry["invoiceNumber"] for entry in entries(service, **days)]

    assert [invoices(f"2026-03-0{day}") for day in (1, 2, 3, 4)] == [[], ["N1"], ["N2"], []]


@pytest.mark.parametrize(
    ("currency", "value", "written"), [("JPY", 900, "900"), ("BHD", 1234, "1.234"), ("BRL", 5, "0.05")]
)
def test_amounts_have_the_decimals_of_their_currency(
    service: Service, shop: Shop, currency: str, value: int, written: str
) -> None:
    shop.open(a_new_payment(value, "partial"), value=value, currency=currency).invoice("N1", value)

    lines = list(csv.DictReader(io.StringIO(read(service).text)))

    assert tuple(lines[0]) == COLUMNS
    assert [(line["debit"], line["credit"], line["currency"]) for line in lines] == [
        (written, "", currency),
        ("", written, currency),
    ]
    for format_ in ("beancount", "hledger"):
        assert f"Assets:Acquirer:Partial  {written} {currency}\n" in read(service, format=format_).text


def test_debits_and_credits_of_each_entry_in_csv_are_equal(service: Service, shop: Shop) -> None:
    busy(shop)

    sums: dict[str, Decimal] = {}
    for line in csv.DictReader(io.StringIO(read(service, authorisations="TRUE").text)):
        sums[line["entry"]] = (
            sums.get(line["entry"], Decimal()) + Decimal(line["debit"] or 0) - Decimal(line["credit"] or 0)
        )

    assert len(sums) > 8
    assert set(sums.values()) == {Decimal()}


def test_accounts_are_named_by_the_settings(service: Service, shop: Shop) -> None:
    shop.open().invoice("N1", 7000)
    names = {"acquirer": "Assets:1120:{connector}:{currency}", "customers": "Liabilities:Deposits"}

    shown = service.do("PATCH", SETTINGS, {"journalAccounts": names})["journalAccounts"]

    assert shown == dict(DEFAULT_NAMES) | names
    assert balances(entries(service)) == {"Assets:1120:Partial:BRL": 7000, "Liabilities:Deposits": -7000}
    assert service.do("PATCH", SETTINGS, {"journalAccounts": {}})["journalAccounts"] == DEFAULT_NAMES


@pytest.mark.parametrize(
    "names",
    [
        {"acquirer": "Bank"},
        {"acquirer": "Assets"},
        {"acquirer": "Assets:bank"},
        {"acquirer": "Assets:Bank account"},
        {"acquirer": "Assets:X{connector}"},
        {"acquirer": "Assets:Bank\n"},
        {"acquirer": "Assets:" + "A" * 200},
        {"bank": "Assets:Bank"},
    ],
)
def test_name_that_no_ledger_takes_is_refused(service: Service, names: dict[str, str]) -> None:
    heard = service.call("PATCH", SETTINGS, {"journalAccounts": names})

    assert (heard.status, "journalAccounts" in heard.json["error"]["message"]) == (400, True), heard
    assert service.do("GET", SETTINGS)["journalAccounts"] == DEFAULT_NAMES


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ({"from": ""}, "from: is needed"),
        ({"to": "soon"}, "to: soon is no date"),
        ({"from": "2026-04-01"}, "from: is after to"),
        ({"format": "xlsx"}, "format: must be one of csv, jsonl, beancount, hledger; got xlsx"),
        ({"authorisations": "yes"}, "authorisations: must be true or false; got yes"),
        ({"limit": "1001"}, "limit: must be an integer from 1 to 1000"),
        ({"limit": "0"}, "limit: must be an integer from 1 to 1000"),
        ({"cursor": "1"}, "cursor: must be what the page before names"),
        ({"cursor": "-1.1"}, "cursor: must be"),
        ({"cursor": "٣.1"}, "cursor: must be"),
        ({"page": "2"}, "page"),
    ],
)
def test_query_that_makes_no_sense_is_refused(service: Service, query: dict[str, str], says: str) -> None:
    heard = service.call("GET", JOURNAL, query=MARCH | query)

    assert (heard.status, heard.json["error"]["code"]) == (400, "OMS001")
    assert says in heard.json["error"]["message"]


def test_cursor_before_the_period_shows_nothing_of_what_is_before_it(service: Service, shop: Shop) -> None:
    busy(shop)

    assert entries(service, **{"from": "2026-03-10", "cursor": "1.1"}) == []


@pytest.mark.parametrize(("day", "cursor"), [("2026-03-31", "999999999999.999"), ("2026-03-01", "1.1")])
def test_cursor_of_no_entry_until_the_periods_end_is_refused(
    service: Service, shop: Shop, day: str, cursor: str
) -> None:
    busy(shop)

    heard = service.call("GET", JOURNAL, query=MARCH | {"to": day, "cursor": cursor})

    assert (heard.status, heard.json["error"]["code"]) == (400, "OMS001")
    assert heard.json["error"]["message"] == (
        f"cursor: must be what a page of the same period names; {cursor} is of no entry until its end"
    )


def test_other_account_sees_nothing(service: Service, shop: Shop) -> None:
    busy(shop)

    assert service.call("GET", JOURNAL, query=MARCH | {"format": "jsonl"}, account="other").text == ""


def test_hostile_texts_stay_within_their_field() -> None:
    entry = Entry("E", "PaymentSettled", NOON, "O", "T", "P", 'a"b\nc', "BRL", {"captured": 1}, 'N"\\\n1,;', 2, "=1+1")
    log = FakeEntryLog({ACCOUNT: [Lot(1, NOON, [entry])]})
    page = read_journal(log, Period(ACCOUNT, NOON, NOON), chart_of([]), NOON)

    def written(format_: JournalFormat) -> str:
        return text_of(format_, page.entries, is_first=False)

    rows = list(csv.reader(io.StringIO(written(JournalFormat.CSV))))
    assert [[*row[8:11], row[12]] for row in rows] == [['N"\\\n1,;', "2", "'=1+1", 'a"b\nc']] * 2
    assert '  invoice: "N\\"\\\\ 1,;"\n' in written(JournalFormat.BEANCOUNT)
    assert '    ; invoice: N"\\ 1,;\n' in written(JournalFormat.HLEDGER)
    assert "Assets:Acquirer:A-b-c" in written(JournalFormat.HLEDGER)


def test_100_000_entries_take_no_more_memory_than_10_000() -> None:
    told = subprocess.run(
        [sys.executable, "-m", "tests.support.long_journal", "10000", "100000"],
        cwd=CHECKOUT, capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip

    (few, few_kilobytes), (many, many_kilobytes) = (map(int, line.split()) for line in told.splitlines())
    assert (few, many) == (10_000, 100_000)
    assert many_kilobytes - few_kilobytes < 5_000
