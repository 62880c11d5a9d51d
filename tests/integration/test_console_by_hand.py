"""What operators do in the console, in a real browser: by mouse, by keyboard alone, in each language."""

import re
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from settlement.console.language import LANGUAGES, catalogue
from settlement.domain.connectors.connector_calls import Refused
from settlement.domain.connectors.exchange import Exchange
from settlement.domain.order.order import Order
from settlement.use_cases.orders.change_order import ChangeRequest, change_order
from settlement.use_cases.orders.place_order import NewLine
from testkit import provider
from testkit.builders import ACCOUNT, a_new_payment
from testkit.shop import Shop
from tests.support.chromium import needs_chromium
from tests.support.console import KEY, TOKEN
from tests.support.console_in_browser import Keyboard, Mouse, complaints_of, opened, violations

if TYPE_CHECKING:
    from playwright.sync_api import Browser as Chromium

pytestmark = needs_chromium

HOSTILE = "<img src=x onerror=alert(1)><script>alert(2)</script>{{ 7*7 }}"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("by", [Mouse, Keyboard])
def test_order_is_opened_invoiced_changed_and_followed(
    browser: "Chromium", site: str, shop: Shop, by: type[Mouse], language: str
) -> None:
    """The three steps that operators are told: insert a partial invoice, change the order, follow its details."""
    placed, told = shop.open(a_new_payment(10000, "partial")), catalogue(language)
    page = opened(browser, site, locale=language)
    hand, seventy, fifteen = by(page), *(("70.00", "15.00") if language == "en" else ("70,00", "15,00"))
    hand.follow(told["nav.orders"])
    hand.follow(placed.order_id)

    hand.follow(told["action.invoice"])
    hand.fill("number", "N1")
    hand.fill("amount", seventy)
    hand.press(told["action.look"])
    assert told["move.settle"] in page.locator("main table").inner_text()
    hand.press(told["action.invoice.do"])
    assert page.get_by_role("status").inner_text() == told["done.invoice"]
    placed.run()

    hand.follow(told["action.change"])
    hand.fill("reason", "sold out")
    hand.fill("discount", fifteen)
    hand.press(told["action.look"])
    hand.press(told["action.change.do"])
    placed.run()

    hand.follow(told["transaction.details"])
    hand.open(told["wire"])
    assert page.locator(".event pre:visible").all_inner_texts() == ["{}", "{}"], "the request and its answer"
    order: Order = placed.order
    assert (order.value, order.invoiced, placed.ledger.captured, placed.ledger.cancelled) == (8500, 7000, 7000, 1500)


def test_what_was_typed_is_kept_when_the_session_has_ended(browser: "Chromium", site: str, shop: Shop) -> None:
    placed = shop.open(a_new_payment(10000, "partial"))
    page = opened(browser, site)
    page.goto(f"{site}/console/orders/{placed.order_id}/do/invoice")
    page.fill("[name=number]", "N-typed")
    page.fill("[name=amount]", "12.34")
    shop.clock.advance(timedelta(hours=9))
    page.click("main button.primary")
    wrong = violations(page)
    assert (page.input_value("#user"), page.input_value("#app_key")) == ("Maria Souza", KEY)
    page.fill("#token", TOKEN)
    page.click("main button.primary")
    wrong += violations(page)
    page.click("main button.primary")

    assert page.input_value("[name=number]") == "N-typed"
    assert page.input_value("[name=amount]") == "12.34"
    page.click("main button.primary")
    assert "12.34" in page.locator("main table").inner_text()
    wrong += violations(page)
    assert wrong == []
    assert placed.order.invoices == 0


def test_of_two_tabs_the_second_is_shown_the_new_plan(browser: "Chromium", site: str, shop: Shop) -> None:
    placed = shop.open(a_new_payment(10000, "partial"))
    first = opened(browser, site)
    second = first.context.new_page()
    for number, page in (("N1", first), ("N2", second)):
        page.goto(f"{site}/console/orders/{placed.order_id}/do/invoice")
        page.fill("[name=number]", number)
        page.fill("[name=amount]", "60.00")
        page.click("main button.primary")
    first.click("main button.primary")
    placed.run()
    second.click("main button.primary")

    assert second.locator("[role=alert]").is_visible()
    assert placed.ledger.captured == 6000
    assert violations(second) == []


def test_button_that_is_pressed_twice_does_one_deed(browser: "Chromium", site: str, shop: Shop) -> None:
    placed = shop.open(a_new_payment(10000, "partial"))
    page = opened(browser, site)
    page.goto(f"{site}/console/orders/{placed.order_id}/do/change")
    page.fill("[name=reason]", "sold out")
    page.fill("[name=discount]", "10.00")
    page.click("main button.primary")
    page.dblclick("main button.primary")
    page.wait_for_url("**?done=change")
    placed.run()

    assert (placed.order.changes, placed.order.value) == (1, 9000)


def test_hostile_texts_stay_text(browser: "Chromium", site: str, shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """In names of items and payments, reasons, and what connectors answer."""
    answer = Exchange(HOSTILE, 400, HOSTILE, 1)
    monkeypatch.setattr(provider, "Refused", lambda exchange, code, message: Refused(answer, HOSTILE, HOSTILE))
    line = NewLine("A", HOSTILE, 1, 8000, 8000)
    placed = shop.open(a_new_payment(10000, "partial", payment_system_name=HOSTILE), lines=(line,))
    change_order(shop.ports, ACCOUNT, placed.order_id, ChangeRequest("C1", HOSTILE, 100, 0), "receipt")
    placed.run()
    shop.provider.script("settle", "400")
    placed.invoice("N1", 7000)
    page = opened(browser, site)
    complaints = complaints_of(page)
    dialogs: list[str] = []
    page.on("dialog", lambda dialog: dialogs.append(dialog.message))
    for path in ("today", f"orders?q={HOSTILE}", f"orders/{placed.order_id}", f"transactions/{placed.transaction_id}"):
        page.goto(f"{site}/console/{path}")
        assert page.locator("main img, main script").count() == 0, path
        assert "49" not in page.locator("main").inner_text().split(), path
        assert "onerror=alert(1)" in page.locator("main").inner_html(), path

    assert (complaints, dialogs) == ([], [])


def test_fifth_failure_makes_a_key_wait(browser: "Chromium", site: str, shop: Shop) -> None:
    page = browser.new_context(locale="en-GB").new_page()
    page.goto(f"{site}/console/sign-in")
    told = []
    for token in (*["wrong"] * 5, TOKEN):
        for field, text in (("user", "Maria"), ("app_key", KEY), ("token", token)):
            page.fill(f"#{field}", text)
        page.click("main button.primary")
        told.append(page.get_by_role("alert").inner_text())

    assert len(set(told[:5])) == 1
    assert re.search(r"\b3[01]\b", told[5]), "seconds"
    assert violations(page) == []


def test_back_from_a_finished_deed_shows_that_it_is_done_and_does_nothing_again(
    browser: "Chromium", site: str, shop: Shop
) -> None:
    placed = shop.open(a_new_payment(10000, "partial"))
    page = opened(browser, site)
    page.goto(f"{site}/console/orders/{placed.order_id}")
    page.locator("a", has_text="New invoice").first.click()
    page.fill("[name=number]", "N1")
    page.fill("[name=amount]", "70.00")
    page.click("main button.primary")
    page.click("main button.primary")
    page.wait_for_url("**?done=invoice")
    placed.run()

    page.go_back()
    back = (page.url, page.locator("h1").inner_text(), page.locator("main").inner_text())
    page.go_back()
    form = page.url, page.input_value("[name=number]")
    page.go_forward()
    page.go_forward()

    assert back[0] == f"{site}/console/orders/{placed.order_id}"
    assert placed.order_id in back[1]
    assert "Partly invoiced" in back[2]
    assert form == (f"{site}/console/orders/{placed.order_id}/do/invoice", "")
    assert page.url.endswith("?done=invoice")
    placed.run()
    assert (placed.order.invoices, placed.order.invoiced, placed.ledger.captured) == (1, 7000, 7000)


def test_plan_that_went_stale_is_shown_at_its_own_address(browser: "Chromium", site: str, shop: Shop) -> None:
    placed = shop.open(a_new_payment(10000, "partial"))
    page = opened(browser, site)
    page.goto(f"{site}/console/orders/{placed.order_id}/do/invoice")
    page.fill("[name=number]", "N1")
    page.fill("[name=amount]", "70.00")
    page.click("main button.primary")
    placed.invoice("N0", 1000)
    page.click("main button.primary")

    assert page.locator("[role=alert]").is_visible()
    assert page.url == f"{site}/console/orders/{placed.order_id}/do/invoice"
    page.click("main button.primary")
    page.wait_for_url("**?done=invoice")
    assert placed.order.invoiced == 8000
