"""The console in a real browser, on a shop in memory: for everybody, by keyboard, without a script, in any size."""

import json
import re
from typing import TYPE_CHECKING, Any

import pytest

from settlement.api.contract.served import FILE
from settlement.console.actions.on_orders import ORDER_ACTIONS
from settlement.console.routes import PAGES
from settlement.domain.order.invoice import InvoiceType
from testkit.builders import a_new_payment
from testkit.shop import Placed, Shop
from tests.support.approvals import stored
from tests.support.chromium import needs_chromium
from tests.support.console import KEY, TOKEN
from tests.support.console_in_browser import (
    AWAITED,
    READING,
    REFUSED,
    REPORT,
    UNDELIVERED,
    complaints_of,
    keep_what_came_in,
    opened,
    orders_of_every_kind,
    tab_to,
    violations,
)

if TYPE_CHECKING:
    from playwright.sync_api import Browser as Chromium

pytestmark = needs_chromium


def paths(orders: dict[str, Placed]) -> list[str]:
    """Every page, and the form of every action."""
    done, failed, by_hand, cancelled = (orders[name] for name in ("done", "failed", "by_hand", "cancelled"))
    failure = f"transactions/{failed.transaction_id}/operations/{failed.operation.sequence}/do"
    return [
        *("payouts", "payouts?days=30"),
        *(f"payouts/{report.report_id}" for report in (REPORT, REFUSED, AWAITED, READING)),
        f"deliveries/{UNDELIVERED.id}",
        *("today", "lapses", "settings", "keys", "orders", "orders?from=x", "nowhere"),
        *("connectors", "connectors/partial", "connectors/partial/edit", "new-connector"),
        "orders?q=none&status=invoiced&from=2026-01-01",
        *(f"orders/{placed.order_id}" for placed in (done, failed, cancelled)),
        f"orders/{done.order_id}/invoices",
        *(f"orders/{failed.order_id}/do/{name}" for name in ORDER_ACTIONS),
        *(f"transactions/{placed.transaction_id}" for placed in (done, by_hand)),
        f"transactions/{by_hand.transaction_id}/timeline?kind=calls&payment={by_hand.payments[0].payment_id}",
        *(f"transactions/{failed.transaction_id}/do/{name}" for name in ("settle", "refund", "give-up")),
        *(f"{failure}/{name}" for name in ("retry", "write-off", "paid-otherwise")),
        *(f"transactions/{by_hand.transaction_id}/legs/4-0001/do/{name}" for name in ("confirm", "resolve")),
        f"transactions/{done.transaction_id}/payments/{done.payments[0].payment_id}/payouts/chargeback-R1-5/do/accept",
        f"transactions/{done.transaction_id}/audit",
        f"approvals/{stored(orders['asked'])[0].id}",
    ]


LOOKED_AT_ELSEWHERE = {
    "/console": "leads on to another page",
    "/console/sign-in": "looked at before somebody has signed in",
    "/console/language/{language}": "leads back",
    "/console/static/{name}": "files",
    "/console/orders.csv": "a file",
    "/console/orders/{orderId}/documents/{number}": "a file",
    "/console/api": "test_reference_of_the_api_is_shown_from_here_and_for_everybody",
    "/console/connectors/{name}/manifest": "asks a connector over the network",
}
"""Pages that are not among ``paths``, and why."""


def test_every_page_is_looked_at(shop: Shop) -> None:
    read = {f"/console/{path.partition('?')[0]}" for path in paths(orders_of_every_kind(shop))}
    pages = {page.path for page in PAGES if page.method == "get"} - set(LOOKED_AT_ELSEWHERE)
    patterns = {page: re.compile(re.sub(r"{\w+}", "[^/]+", page)) for page in pages}

    assert {page for page, pattern in patterns.items() if not any(map(pattern.fullmatch, read))} == set()


@pytest.mark.parametrize(("scheme", "width"), [("light", 1440), ("dark", 360)])
def test_pages_are_for_everybody_and_fit_the_screen(
    browser: "Chromium", site: str, shop: Shop, scheme: Any, width: int
) -> None:
    orders = orders_of_every_kind(shop)
    keep_what_came_in()
    plain = browser.new_context(color_scheme=scheme, viewport={"width": width, "height": 800}).new_page()
    plain.goto(f"{site}/console/sign-in")
    wrong = {"sign-in": violations(plain)}
    page = opened(browser, site, color_scheme=scheme, viewport={"width": width, "height": 800})
    complaints = complaints_of(page)
    for path in paths(orders):
        page.goto(f"{site}/console/{path}")
        page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
        wrong[path] = violations(page)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{path} is wider than the screen"

    assert wrong == {path: [] for path in wrong}
    assert complaints == []


def test_planted_fault_is_seen(browser: "Chromium", site: str) -> None:
    page = browser.new_context().new_page()
    page.goto(f"{site}/console/sign-in")
    complaints = complaints_of(page)
    page.evaluate(
        "document.querySelector('label').remove(); document.body.innerHTML += '<img src=https://x.example/y>'"
    )
    page.wait_for_timeout(100)

    assert any(found.startswith("label") for found in violations(page))
    assert any("Content Security Policy" in complaint for complaint in complaints)


def test_everything_is_reached_by_keyboard_alone(browser: "Chromium", site: str, shop: Shop) -> None:
    placed = orders_of_every_kind(shop)["done"]
    page = browser.new_context(locale="pt-BR").new_page()
    page.goto(f"{site}/console")
    for text in ("Maria Souza", KEY, TOKEN):
        tab_to(page, "input")
        page.keyboard.type(text)
    page.keyboard.press("Enter")
    page.wait_for_url("**/console/today")
    assert "Hoje" in page.title()
    for target in ("Pedidos", placed.order_id, "Ver detalhes da transação"):
        tab_to(page, "a", target)
        with page.expect_navigation():
            page.keyboard.press("Enter")
    tab_to(page, "a", "Dinheiro movido")
    page.keyboard.press("Enter")

    page.locator("#events [aria-current]", has_text="Dinheiro movido").wait_for()
    assert page.locator("#events .event").count() == len([event for event in placed.events if event.data.get("deltas")])


def test_pages_are_read_without_a_script(browser: "Chromium", site: str, shop: Shop) -> None:
    placed = orders_of_every_kind(shop)["done"]
    page = opened(browser, site, java_script_enabled=False)
    page.click("nav >> text=Orders")
    page.click(f"text={placed.order_id}")
    page.click("text=Transaction details")
    page.click("text=Connector calls")
    page.locator("summary").first.click()

    assert page.locator(".event pre").first.is_visible()
    assert page.locator(".copy:visible").count() == 0


def test_timeline_that_is_narrowed_stays_so_in_the_address(browser: "Chromium", site: str, shop: Shop) -> None:
    placed = orders_of_every_kind(shop)["by_hand"]
    first, second = (payment.payment_id for payment in placed.payments)
    page = opened(browser, site)
    page.goto(f"{site}/console/transactions/{placed.transaction_id}")
    page.locator("#events .chip", has_text=first[-6:]).click()
    page.locator("#events .chip", has_text="Connector calls").click()
    page.wait_for_url(f"**/transactions/{placed.transaction_id}?kind=calls&payment={first}")
    shown = page.locator("#events .timeline").inner_text()
    page.reload()

    assert page.locator("#events .timeline").inner_text() == shown
    assert (first in shown, second in shown) == (True, False)


def test_everything_that_has_a_number_is_copied_by_its_button(browser: "Chromium", site: str, shop: Shop) -> None:
    placed = orders_of_every_kind(shop)["done"]
    page = opened(browser, site, permissions=["clipboard-read", "clipboard-write"])
    page.goto(f"{site}/console/transactions/{placed.transaction_id}")
    page.locator(".copy", has_text="Copy").first.click()
    copied = page.evaluate("navigator.clipboard.readText()")
    page.locator("summary").first.click()
    page.locator("[data-copy-next]:visible").first.click()

    assert copied == placed.transaction_id
    assert page.evaluate("navigator.clipboard.readText()") == "{}", "what went over the wire"


def test_transaction_is_printed_whole_without_what_is_for_the_screen(
    browser: "Chromium", site: str, shop: Shop
) -> None:
    placed = orders_of_every_kind(shop)["done"]
    page = opened(browser, site)
    page.goto(f"{site}/console/transactions/{placed.transaction_id}")
    page.emulate_media(media="print")

    assert page.locator("nav:visible, form:visible, .button:visible, .copy:visible").count() == 0
    assert page.locator("h1").is_visible()
    calls = page.locator(".event pre")
    assert calls.count() > 0
    assert all(calls.nth(number).is_visible() for number in range(calls.count()))


def test_list_of_events_follows_what_is_on_its_way(browser: "Chromium", site: str, shop: Shop) -> None:
    placed = shop.open(a_new_payment(10000, "partial"))
    placed.notify("N1", 7000, type_=InvoiceType.OUTPUT)
    page = opened(browser, site)
    page.goto(f"{site}/console/transactions/{placed.transaction_id}")
    assert page.locator(".live").is_visible()

    placed.run()

    page.locator("#events b", has_text="Captured").wait_for()
    assert page.locator(".live").count() == 0


def a_part_of_the_document() -> Any:
    """The API's document with a few of its routes: it has all that the viewer draws, and is drawn sooner."""
    document = json.loads(FILE.read_text(encoding="utf-8"))
    shown = ("/left-to-invoice", "/invoice", "/orders", "/health")
    return document | {"paths": {path: told for path, told in document["paths"].items() if path.endswith(shown)}}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_reference_of_the_api_is_shown_from_here_and_for_everybody(
    browser: "Chromium", site: str, shop: Shop, scheme: Any
) -> None:
    page = opened(browser, site, color_scheme=scheme)
    complaints = complaints_of(page)
    page.route("**/openapi.json", lambda route: route.fulfill(json=a_part_of_the_document()))
    page.goto(f"{site}/console/api")
    page.locator(".opblock-summary-path", has_text="/health").wait_for()
    page.locator(".opblock-summary-control", has_text="left-to-invoice").first.click()
    page.locator(".responses-table").wait_for()

    assert violations(page) == []
    assert complaints == []


def test_first_view_does_not_shift(browser: "Chromium", site: str, shop: Shop) -> None:
    placed = orders_of_every_kind(shop)["done"]
    page = opened(browser, site)
    placed_at = f"orders/{placed.order_id}"
    for path in ("today", "orders", placed_at, f"{placed_at}/do/return", f"transactions/{placed.transaction_id}"):
        page.goto(f"{site}/console/{path}")
        shift = page.evaluate(
            "new Promise(done => { let sum = 0; const add = list => list.getEntries().forEach(one => sum += one.value);"
            " new PerformanceObserver(add).observe({type: 'layout-shift', buffered: true});"
            " setTimeout(() => done(sum), 150); })"
        )
        assert shift < 0.01, path
