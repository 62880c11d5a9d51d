"""The pages of the console: what a person reads of orders and transactions, and what nobody may see."""

import csv
import gzip
import io
import re
from datetime import timedelta

import pytest

from settlement.console.site import HEADERS
from settlement.domain.account.account import Role
from settlement.domain.order.invoice import InvoiceType
from testkit.builders import ACCOUNT, a_new_payment, item
from testkit.shop import Placed, Shop
from tests.support.console import KEY, TOKEN, Browser, Shown, things_read

HOSTILE = '<script>alert(1)</script><img src=x onerror="x">{{ 7*7 }}\'"&'


def told(shop: Shop) -> Placed:
    """The order of the README's story: two invoices, one item less, a return."""
    placed = shop.open(a_new_payment(10000, "partial"))
    placed.invoice("N1", 7000)
    placed.change("C1", discount=1500)
    placed.invoice("N2", 1500)
    placed.give_back("D1", 1500)
    return placed


def test_list_shows_each_order_with_its_money(browser: Browser, shop: Shop) -> None:
    placed = told(shop)

    shown = browser.get("/console/orders")

    assert f'href="/console/orders/{placed.order_id}"' in shown.text
    assert "Invoiced R$85.00 · Captured R$85.00 · Cancelled R$15.00 · Refunded R$15.00" in shown.words


@pytest.mark.parametrize("what", ["order_id", "transaction_id", "payment", "part", "part of a payment"])
def test_search_finds_an_order_by_any_of_its_numbers(browser: Browser, shop: Shop, what: str) -> None:
    placed, other = shop.open(a_new_payment(10000, "partial")), shop.open(a_new_payment(10000, "partial"))
    payment_id = placed.payments[0].payment_id
    parts = {"payment": payment_id, "part": placed.order_id[3:9], "part of a payment": payment_id[-6:].lower()}
    text = parts.get(what) or getattr(placed, what)

    shown = browser.get(f"/console/orders?q={text}")

    assert f"/orders/{placed.order_id}" in shown.text
    assert f"/orders/{other.order_id}" not in shown.text


def test_filters_stay_in_the_address_and_each_can_be_taken_off(browser: Browser, shop: Shop) -> None:
    placed = shop.open(a_new_payment(10000, "partial"))
    done = told(shop)

    shown = browser.get("/console/orders?status=invoiced&from=2026-03-01&to=2026-03-31")

    assert f"/orders/{done.order_id}" in shown.text
    assert f"/orders/{placed.order_id}" not in shown.text
    assert 'href="/console/orders?from=2026-03-01&amp;to=2026-03-31"' in shown.text, "without the status"
    assert 'href="/console/orders?status=invoiced"' in shown.text, "without the dates"
    assert 'href="/console/orders?status=invoiced&amp;status=handling&amp;from=' in shown.text, "with one more"
    assert shown.form("/orders") == {"q": "", "from": "2026-03-01", "to": "2026-03-31", "status": "invoiced"}


def test_orders_that_ask_for_a_person_are_found(browser: Browser, shop: Shop) -> None:
    done, failed = told(shop), shop.open(a_new_payment(10000, "partial"))
    shop.provider.script("settle", "400")
    failed.invoice("N1", 7000)

    shown = browser.get("/console/orders?attention=1")

    assert (f"/orders/{failed.order_id}" in shown.text, f"/orders/{done.order_id}" in shown.text) == (True, False)


@pytest.mark.parametrize("query", ["from=yesterday", "from=2026-02-31", "after=x", "from=2026-03-02&to=2026-03-01"])
def test_address_that_makes_no_sense_is_told(browser: Browser, query: str) -> None:
    shown = browser.get(f"/console/orders?{query}")

    assert (shown.status, "makes no sense" in shown.words) == (400, True)


def test_pages_of_the_list_show_each_order_once(browser: Browser, shop: Shop) -> None:
    placed = []
    for _ in range(23):
        shop.clock.advance(timedelta(minutes=1))
        placed.append(shop.place(a_new_payment(10000, "partial")).order_id)

    first = browser.get("/console/orders")
    link = first.text.partition('rel="next" href="')[2].partition('"')[0].replace("&amp;", "&")
    second = browser.get(link)

    assert [order for order in placed if f"/orders/{order}" in first.text] == placed[3:]
    assert [order for order in placed if f"/orders/{order}" in second.text] == placed[:3]
    assert ("Older orders" in first.words, "Older orders" in second.words) == (True, False)


def test_csv_has_the_rows_that_are_shown(browser: Browser, shop: Shop) -> None:
    placed = told(shop)
    shop.clock.advance(timedelta(minutes=1))
    shop.open(a_new_payment(10000, "partial"), order_id="-cmd")

    answer = browser.get("/console/orders.csv")
    rows = list(csv.DictReader(io.StringIO(answer.text)))

    assert answer.headers["Content-Type"] == ["text/csv; charset=utf-8"]
    assert [row["order"] for row in rows] == ["'-cmd", placed.order_id]
    told_of = {name: rows[1][name] for name in ("status", "currency", "value", "captured", "cancelled", "refunded")}
    assert told_of == {
        "status": "invoiced",
        "currency": "BRL",
        "value": "85.00",
        "captured": "85.00",
        "cancelled": "15.00",
        "refunded": "15.00",
    }


def test_order_says_where_it_is_and_why(browser: Browser, shop: Shop) -> None:
    shop.set(auto_settle=False)
    placed = shop.open(a_new_payment(10000, "partial"))
    placed.invoice("N1", 7000, item("A", 5000))

    words = browser.get(f"/console/orders/{placed.order_id}").words

    assert "Partly invoiced R$70.00 is invoiced and captured. R$30.00 is left to invoice." in words
    assert "Shoe A R$50.00 1 1 0 0 0 R$50.00" in words, "ordered, invoiced, removed, returned, left"
    assert "N1 Copy Sale 2 Mar 2026 R$70.00 done R$70.00" in words


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("pt-BR", "R$ 70,00 está faturado e capturado. Restam R$ 30,00 a faturar."),
        ("en", "R$70.00 is invoiced and captured. R$30.00 is left to invoice."),
        ("es", "70,00 BRL está facturado y capturado. Quedan 30,00 BRL por facturar."),
    ],
)
def test_order_speaks_the_language_of_its_reader(browser: Browser, shop: Shop, language: str, sentence: str) -> None:
    placed = shop.open(a_new_payment(10000, "partial"))
    placed.invoice("N1", 7000)
    browser.language = language
    chosen = browser.get(f"/console/orders/{placed.order_id}")

    assert sentence in chosen.words
    assert f'<html lang="{language}">' in chosen.text


def test_chosen_language_stays(browser: Browser) -> None:
    shown = browser.get("/console/language/es?back=/console/orders%3Fq%3Dx")

    assert shown.path == "/console/orders?q=x"
    assert '<html lang="es">' in browser.get("/console/orders").text


def test_times_are_those_of_the_readers_zone(browser: Browser, shop: Shop) -> None:
    placed = shop.place(a_new_payment(10000, "partial"))
    browser.cookies["quita_zone"] = "America%2FSao_Paulo"
    assert "2 Mar 2026, 06:00" in browser.get(f"/console/orders/{placed.order_id}").words

    browser.cookies["quita_zone"] = "Nowhere/At_All"
    assert "2 Mar 2026, 09:00" in browser.get(f"/console/orders/{placed.order_id}").words


def test_trouble_says_what_to_do(browser: Browser, shop: Shop) -> None:
    placed = shop.open(a_new_payment(10000, "partial"))
    shop.provider.script("settle", "400")
    placed.invoice("N1", 7000)

    words = browser.get(f"/console/orders/{placed.order_id}").words

    assert "a part of it could not be captured" in words
    assert "Failed capture , R$70.00. Read why it failed. Retry it" in words


def test_transaction_shows_requests_beside_calls_with_what_went_over_the_wire(browser: Browser, shop: Shop) -> None:
    placed = told(shop)
    leg = placed.legs[1]

    shown = browser.get(f"/console/transactions/{placed.transaction_id}")

    assert "Settlements R$85.00 R$85.00 Cancellations R$15.00 R$15.00 Refunds R$15.00 R$15.00" in shown.words
    assert "Requests, actions and ledger agree." in shown.words
    assert f"Request id {leg.request_id}" in shown.words
    assert "Call and answer · 200 · 1 ms" in shown.words


def test_timeline_is_narrowed_by_kind_and_payment(browser: Browser, shop: Shop) -> None:
    placed = shop.open(a_new_payment(6000, "partial"), a_new_payment(4000, "partial"))
    placed.invoice("N1", 10000)
    first, second = (payment.payment_id for payment in placed.payments)
    there = f"/console/transactions/{placed.transaction_id}/timeline"

    money = browser.get(f"{there}?kind=money").words
    of_one = browser.get(f"{there}?kind=calls&payment={first}").words

    assert (money.count("Captured Payment"), "Invoice received" in money) == (2, False)
    assert (f"Payment {first}" in of_one, f"Payment {second}" in of_one) == (True, False)
    assert f"Payment …{second[-6:]}" in of_one, "each payment can be chosen"


def test_timeline_goes_on_page_by_page(browser: Browser, shop: Shop) -> None:
    placed = shop.open(a_new_payment(10000, "partial"))
    for number in range(12):
        placed.invoice(f"N{number}", 100)
    path: str | None = f"/console/transactions/{placed.transaction_id}/timeline"
    shown = 0
    while path:
        text = browser.get(path).text
        shown += text.count('<li class="event')
        path = text.partition('class="more"><a class="button" href="')[2].partition('"')[0].replace("&amp;", "&")

    assert shown == len(placed.events)


def test_part_of_a_page_is_no_whole_page(browser: Browser, shop: Shop) -> None:
    placed = told(shop)
    there = f"/console/transactions/{placed.transaction_id}/timeline"

    assert "<html" in browser.get(there).text
    assert browser.get(there, hx_request="true").text.lstrip().startswith('<div id="events"')


def test_list_of_events_follows_what_is_on_its_way_and_stops_at_rest(browser: Browser, shop: Shop) -> None:
    placed = shop.open(a_new_payment(10000, "partial"))
    placed.notify("N1", 7000, type_=InvoiceType.OUTPUT)
    there = f"/console/transactions/{placed.transaction_id}"
    assert 'hx-trigger="every 3s"' in browser.get(there).text

    placed.run()

    assert "hx-trigger" not in browser.get(there).text


def test_hostile_texts_stay_text(browser: Browser, shop: Shop) -> None:
    placed = shop.open(a_new_payment(10000, "partial"))
    placed.register("C1", 1000)
    placed.cancel(HOSTILE)
    for path in (f"orders/{placed.order_id}", f"transactions/{placed.transaction_id}", f"orders?q={HOSTILE}"):
        shown = browser.get(f"/console/{path}")
        assert "<script>alert" not in shown.text
        assert "<img src=x" not in shown.text
        assert "49" not in shown.words or "{{ 7*7 }}" in shown.words

    assert "alert(1)" in browser.get(f"/console/orders/{placed.order_id}").text


@pytest.mark.parametrize("path", ["orders/none", "transactions/none", "orders/none/documents/1", "nowhere", "static/x"])
def test_what_is_not_there_is_told(browser: Browser, path: str) -> None:
    assert browser.get(f"/console/{path}").status == 404


def test_another_account_is_another_world(browser: Browser, shop: Shop) -> None:
    placed = told(shop)
    browser.access.keys[KEY] = (TOKEN, "rival", ("*",))
    browser.sign_in()
    for path in (f"orders/{placed.order_id}", f"transactions/{placed.transaction_id}",
                 f"transactions/{placed.transaction_id}/timeline", f"orders/{placed.order_id}/invoices"):  # fmt: skip
        assert browser.get(f"/console/{path}").status == 404
    assert placed.order_id not in browser.get("/console/orders").text


@pytest.mark.parametrize(
    ("role", "path", "status"),
    [
        (Role.VIEW_ORDER, "orders", 200),
        (Role.VIEW_ORDER, "transactions/T", 403),
        (Role.VIEW_PAYMENT, "transactions/T", 404),
        (Role.VIEW_PAYMENT, "orders", 403),
        (Role.PLACE_ORDER, "orders", 403),
    ],
)
def test_roles_decide_what_is_shown(browser: Browser, role: Role, path: str, status: int) -> None:
    browser.access.keys[KEY] = (TOKEN, ACCOUNT, (role.value,))
    browser.sign_in()

    assert browser.get(f"/console/{path}").status == status


def test_who_may_not_see_payments_is_shown_none(browser: Browser, shop: Shop) -> None:
    placed = told(shop)
    browser.access.keys[KEY] = (TOKEN, ACCOUNT, (Role.VIEW_ORDER.value,))
    browser.sign_in()

    text = browser.get(f"/console/orders/{placed.order_id}").text

    assert placed.payments[0].payment_id not in text
    assert "/console/transactions/" not in text


@pytest.mark.parametrize("path", ["", "/sign-in", "/orders", "/nowhere", "/static/console.css"])
def test_every_answer_keeps_scripts_and_other_sites_away(browser: Browser, path: str) -> None:
    answer = browser.get(f"/console{path}", follow=False)
    cached = {"Cache-Control"} if path.startswith("/static") else set()

    assert {name: [text] for name, text in HEADERS.items() if name not in cached}.items() <= answer.headers.items()
    assert "unsafe" not in HEADERS["Content-Security-Policy"]
    assert answer.headers["Strict-Transport-Security"]


def test_pages_have_nothing_inline_and_load_from_here_only(browser: Browser, shop: Shop) -> None:
    placed = told(shop)
    for path in ("sign-in", "orders", f"orders/{placed.order_id}", f"transactions/{placed.transaction_id}"):
        text = browser.get(f"/console/{path}").text
        assert not re.search(r"<[^>]*\s(on\w+|style|hx-on\S*)=", text)
        assert not re.search(r"<style|<script(?![^>]*\ssrc=)", text)
        loaded = re.findall(r'(?:src|rel="stylesheet" href)="([^"]*)"', text)
        assert loaded
        assert all(address.startswith("/console/static/") for address in loaded)


def test_links_have_the_stage_in_them(browser: Browser, shop: Shop) -> None:
    placed = told(shop)
    browser.prefix = "/v1"

    text = browser.get(f"/console/orders/{placed.order_id}").text

    addresses = [part.partition('"')[0] for part in text.split('href="/')[1:]]
    assert addresses
    assert all(address.startswith("v1/console") for address in addresses)


def _size(shown: Shown) -> int:
    return len(gzip.compress(shown.text.encode()))


def test_order_with_fifty_invoices_is_small_and_so_is_the_first_view(browser: Browser, shop: Shop) -> None:
    placed = shop.open(a_new_payment(10000, "partial"))
    for number in range(50):
        placed.invoice(f"N{number}", 100, key=f"3526{number:040d}")
    shown = browser.get(f"/console/orders/{placed.order_id}")
    names = {part.partition("?")[0] for part in shown.text.split("/console/static/")[1:]}
    files = sum(_size(browser.get(f"/console/static/{name}")) for name in names)

    assert shown.text.count("Sale") >= 50
    assert _size(shown) <= 60_000
    assert _size(shown) + files <= 150_000


def test_page_of_a_long_order_reads_no_more_than_that_of_a_short_one(browser: Browser, shop: Shop) -> None:
    placed = shop.open(a_new_payment(200_000, "partial"), value=200_000)
    reads: dict[int, list[int]] = {}
    for number in range(1, 201):
        placed.invoice(f"N{number:03d}", 100)
        if number in (60, 200):
            reads[number] = [
                things_read(browser, f"/console/{path}")
                for path in (f"orders/{placed.order_id}", f"transactions/{placed.transaction_id}")
            ]

    assert reads[200][1] == reads[60][1]
    assert reads[200][0] < reads[60][0], "the calls of so many invoices are left to the transaction"
