"""The console in a real browser, on a shop in memory: for everybody, by keyboard, without a script, in any size."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

from settlement.domain.order.invoice import InvoiceType
from settlement.use_cases.gateway.request_movement import REFUND
from testkit.builders import a_new_payment, item
from testkit.shop import Placed, Shop
from tests.support.approvals import ask_movement, limit, stored
from tests.support.chromium import chromium, needs_chromium
from tests.support.console import KEY, TOKEN, Browser
from tests.support.console_server import console_server

if TYPE_CHECKING:
    from playwright.sync_api import Browser as Chromium
    from playwright.sync_api import Page

pytestmark = needs_chromium

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}


@pytest.fixture(scope="module")
def browser() -> "Iterator[Chromium]":
    with chromium() as browser:
        yield browser


@pytest.fixture
def site(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The address of the console."""
    Browser(shop, monkeypatch)
    with console_server() as server:
        yield server.url


def orders_of_every_kind(shop: Shop) -> dict[str, Placed]:
    """One order that is done, one in trouble, one with a refund left to a person, one cancelled, one of two keys."""
    done = shop.open(a_new_payment(10000, "partial"))
    done.invoice("N1", 7000, item("A", 5000))
    done.change("C1", discount=1500)
    done.invoice("N2", 1500)
    done.give_back("D1", 1500)
    by_hand = shop.open(a_new_payment(6000, "partial"), a_new_payment(4000, "partial"))
    by_hand.invoice("N1", 10000)
    shop.provider.script("refund", "501")
    by_hand.give_back("R1", 2500)
    failed = shop.open(a_new_payment(10000, "partial"))
    shop.provider.script("settle", "400")
    failed.invoice("N1", 7000)
    cancelled = shop.open(a_new_payment(10000, "partial"))
    cancelled.cancel("sold out")
    asked = shop.open(a_new_payment(10000, "partial"))
    asked.invoice("N1", 10000)
    limit(shop, refund=0)
    ask_movement(asked, REFUND, 1500)
    return {"done": done, "by_hand": by_hand, "failed": failed, "cancelled": cancelled, "asked": asked}


def opened(browser: "Chromium", site: str, **settings: Any) -> "Page":
    """A page in which an operator has signed in by mouse."""
    page = browser.new_context(**({"locale": "en-GB", "timezone_id": "UTC"} | settings)).new_page()
    page.set_default_timeout(10_000)
    page.goto(f"{site}/console")
    page.fill("#user", "Maria Souza")
    page.fill("#app_key", KEY)
    page.fill("#token", TOKEN)
    page.click("main button")
    return page


def complaints_of(page: "Page") -> list[str]:
    """What the browser will complain about, from now on: broken scripts, and all that the page's policy forbids."""
    found: list[str] = []
    page.on("pageerror", lambda error: found.append(f"{page.url}: {error}"))
    page.on(
        "console",
        lambda message: (
            found.append(f"{page.url}: {message.text}")
            if message.type in ("error", "warning") and "the server responded with a status of 40" not in message.text
            else None
        ),
    )
    return found


def violations(page: "Page") -> list[str]:
    """What axe finds wrong with a page."""
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page, options=RULES).response["violations"]
    return [f"{one['id']}: {node['html']}" for one in found for node in one["nodes"]]


def paths(orders: dict[str, Placed]) -> list[str]:
    """Every page that is for reading."""
    return [
        "today",
        "settings",
        "keys",
        "orders",
        "orders?q=none&status=invoiced&from=2026-01-01",
        "orders?from=x",
        "nowhere",
        *(f"orders/{orders[name].order_id}" for name in ("done", "failed")),
        *(f"transactions/{orders[name].transaction_id}" for name in ("done", "by_hand")),
        f"orders/{orders['failed'].order_id}/do/invoice",
        f"orders/{orders['done'].order_id}/do/tracking",
        f"transactions/{orders['done'].transaction_id}/audit",
        f"approvals/{stored(orders['asked'])[0].id}",
        f"transactions/{orders['by_hand'].transaction_id}/legs/4-0001/do/confirm",
    ]


@pytest.mark.parametrize(("scheme", "width"), [("light", 1440), ("dark", 360)])
def test_pages_are_for_everybody_and_fit_the_screen(
    browser: "Chromium", site: str, shop: Shop, scheme: Any, width: int
) -> None:
    orders = orders_of_every_kind(shop)
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
        _tab_to(page, "input")
        page.keyboard.type(text)
    page.keyboard.press("Enter")
    page.wait_for_url("**/console/today")
    assert "Hoje" in page.title()
    for target in ("Pedidos", placed.order_id, "Ver detalhes da transação"):
        _tab_to(page, "a", target)
        with page.expect_navigation():
            page.keyboard.press("Enter")
    _tab_to(page, "a", "Dinheiro movido")
    page.keyboard.press("Enter")

    page.locator("#events [aria-current]", has_text="Dinheiro movido").wait_for()
    assert page.locator("#events .event").count() == len([event for event in placed.events if event.data.get("deltas")])


def _tab_to(page: "Page", tag: str, text: str = "") -> None:
    """Press Tab until the focus is on such an element; what has it is shown."""
    for _ in range(80):
        page.keyboard.press("Tab")
        found = page.evaluate("[document.activeElement.tagName.toLowerCase(), document.activeElement.innerText || '']")
        if found[0] == tag and text in found[1]:
            outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
            assert outline != "none", f"the focus on {found} is not shown"
            return
    raise AssertionError(f"no {tag} {text} is reached by Tab")


def test_invoice_is_made_by_keyboard_alone(browser: "Chromium", site: str, shop: Shop) -> None:
    placed = shop.open(a_new_payment(10000, "partial"))
    page = opened(browser, site, locale="pt-BR")
    page.goto(f"{site}/console/orders/{placed.order_id}")
    _tab_to(page, "a", "Nova nota fiscal")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    for name, text in (("number", "N1"), ("amount", "70,00")):
        while page.evaluate("document.activeElement.name") != name:
            page.keyboard.press("Tab")
        page.keyboard.type(text)
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert "Capturar" in page.locator("table").inner_text()
    wrong = violations(page)
    _tab_to(page, "button", "Faturar e capturar")
    with page.expect_navigation():
        page.keyboard.press("Enter")

    assert page.get_by_role("status").inner_text() == "A nota foi aceita. Seu valor está sendo capturado."
    assert placed.order.invoiced == 7000
    assert wrong == []


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


def test_list_of_events_follows_what_is_on_its_way(browser: "Chromium", site: str, shop: Shop) -> None:
    placed = shop.open(a_new_payment(10000, "partial"))
    placed.notify("N1", 7000, type_=InvoiceType.OUTPUT)
    page = opened(browser, site)
    page.goto(f"{site}/console/transactions/{placed.transaction_id}")
    assert page.locator(".live").is_visible()

    placed.run()

    page.locator("#events b", has_text="Captured").wait_for()
    assert page.locator(".live").count() == 0


def test_reference_of_the_api_is_shown_from_here(browser: "Chromium", site: str, shop: Shop) -> None:
    page = opened(browser, site)
    complaints = complaints_of(page)
    document = {"openapi": "3.1.0", "info": {"title": "The API", "version": "1"}, "paths": {"/health": {"get": {}}}}
    page.route("**/openapi.json", lambda route: route.fulfill(json=document))
    page.goto(f"{site}/console/api")

    page.locator(".opblock-summary-path", has_text="/health").wait_for()
    assert complaints == []


def test_first_view_does_not_shift(browser: "Chromium", site: str, shop: Shop) -> None:
    placed = orders_of_every_kind(shop)["done"]
    page = opened(browser, site)
    for path in ("orders", f"orders/{placed.order_id}", f"transactions/{placed.transaction_id}"):
        page.goto(f"{site}/console/{path}")
        shift = page.evaluate(
            "new Promise(done => { let sum = 0; const add = list => list.getEntries().forEach(one => sum += one.value);"
            " new PerformanceObserver(add).observe({type: 'layout-shift', buffered: true});"
            " setTimeout(() => done(sum), 150); })"
        )
        assert shift < 0.01, path
