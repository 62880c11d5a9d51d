"""The console of the deployed stack in a real browser: what an operator does with a mouse, on real orders."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from local.seed import ACCOUNT, APP_KEY, APP_TOKEN
from operations.command_line import main
from operations.running_stack import Facts
from settlement.storage.app_keys import Caller, save, set_enabled
from testkit.api import new_id
from testkit.merchant import Merchant, until
from tests.support.chromium import chromium, needs_chromium
from tests.support.console_in_browser import complaints_of

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from playwright.sync_api import Browser, Page

pytestmark = needs_chromium

SignIn = Callable[..., "Page"]


@pytest.fixture(scope="module")
def browser() -> "Iterator[Browser]":
    with chromium() as browser:
        yield browser


@pytest.fixture
def sign_in(browser: "Browser", facts: Facts) -> SignIn:
    """Sign in by mouse, in a browser of its own."""

    def enter(key: str = APP_KEY, token: str = APP_TOKEN, locale: str = "en-GB") -> "Page":
        page = browser.new_context(locale=locale, timezone_id="UTC").new_page()
        page.set_default_timeout(20_000)
        page.goto(f"{facts.base_url}/console")
        page.fill("#user", "Maria Souza")
        page.fill("#app_key", key)
        page.fill("#token", token)
        page.click("main button")
        return page

    return enter


def test_payouts_show_what_is_to_come_and_the_reports(sign_in: SignIn, merchant: Merchant, tmp_path: Path) -> None:
    order = merchant.place()
    order.invoice("N1", 7000)
    file = tmp_path / f"{new_id()}.csv"
    file.write_text(f"kind,gross,fee,currency,tid\ncapture,9.00,0.10,BRL,{new_id()}\n")
    assert main(["reconcile", str(file), "--format", "csv", "--account", ACCOUNT]) == 2
    page = sign_in()

    page.click("nav >> text=Payouts")
    until(lambda: bool(page.reload()) and page.locator(".chart svg rect").count() > 0, "the capture is in the chart")
    page.click(f"table a:has-text('{file.name}')")

    assert "no order of ours" in page.locator("#lines ~ div tbody tr").first.inner_text()


def test_settlement_report_is_sent_from_the_browser_and_followed_until_it_is_done(
    sign_in: SignIn, merchant: Merchant, tmp_path: Path
) -> None:
    order = merchant.place()
    order.invoice("N1", 7000)
    order.come_to_rest()
    (payment,) = order.payments()
    file = tmp_path / f"{new_id()}.csv"
    file.write_text(f"kind,gross,fee,currency,tid\ncapture,70.00,1.75,BRL,{payment['tid']}\n")
    page = sign_in()
    complaints = complaints_of(page)

    send(page, file)
    shows(page, "h2:has-text('What became of its lines')")

    assert page.locator("#lines ~ div tbody tr").inner_text().split()[:3] == ["2", "matched", order.order_id]
    assert complaints == []
    send(page, file)
    page.wait_for_url("**?done=known")


def test_settlement_report_that_is_refused_says_where_and_is_sent_again(sign_in: SignIn, tmp_path: Path) -> None:
    file = tmp_path / f"{new_id()}.csv"
    file.write_text(f"kind;gross;currency;tid\ncapture;5,00;BRL;{new_id()}\n")
    page = sign_in(locale="pt-BR")
    send(page, file)
    shows(page, "#report-state .notice.bad")
    told = page.locator("#report-state .notice.bad").inner_text()
    assert "O arquivo foi recusado por inteiro" in told
    assert "Linha 1" in told

    page.set_input_files("#u-file", file)
    page.locator("#u-mapping-part summary").click()
    page.fill("#u-mapping", '{"delimiter": ";", "decimalSeparator": ","}')
    page.click("#upload button.primary")

    shows(page, "h2:has-text('O que resultou de suas linhas')")


def shows(page: "Page", what: str) -> None:
    """Wait until the report's page shows something, as patiently as for a report that is read over HTTP."""
    until(lambda: page.locator(what).count() > 0, f"the page shows {what}")


def send(page: "Page", file: Path) -> None:
    """Send a CSV file from the page of payouts."""
    page.click("nav a[href$='/payouts']")
    page.set_input_files("#u-file", file)
    page.select_option("#u-format", "csv")
    page.click("#upload button.primary")
    page.wait_for_url("**/payouts/*")


def test_order_is_found_and_followed_to_what_went_over_the_wire(sign_in: SignIn, merchant: Merchant) -> None:
    order = merchant.place()
    order.invoice("N1", 7000)
    page = sign_in(locale="pt-BR")

    page.click("nav >> text=Pedidos")
    page.fill("#q", order.order_id)
    page.click("form.search button")
    page.click(f"table a:has-text('{order.order_id}')")
    assert page.locator(".why").inner_text().startswith("R$\xa070,00 está faturado e capturado.")
    page.click("text=Ver detalhes da transação")
    page.locator(".event", has=page.locator("b", has_text="Capturado")).locator("summary").first.click()

    assert '"value"' in page.locator(".event pre:visible").first.inner_text()


def test_session_ends_when_its_key_is_disabled(sign_in: SignIn, facts: Facts, dynamodb: "DynamoDBClient") -> None:
    key, token = f"key-{new_id()}", new_id()
    save(dynamodb, facts.table_name, Caller(key, "demo", ("view-order",)), token)
    page = sign_in(key, token)
    assert page.url.endswith("/console/orders")

    set_enabled(dynamodb, facts.table_name, key, enabled=False)
    page.reload()

    assert "/console/sign-in" in page.url


def test_story_of_an_order_by_mouse(sign_in: SignIn, merchant: Merchant) -> None:
    order = merchant.place(start=False)
    page = sign_in()
    there = f"{page.url.partition('/console')[0]}/console/orders/{order.order_id}"

    def act(name: str, **typed: str) -> None:
        page.goto(f"{there}/do/{name}")
        for field, text in typed.items():
            page.fill(f"[name={field}]", text)
        page.click("main button.primary")
        page.click("main button.primary")
        page.wait_for_url(f"**?done={name}")
        order.come_to_rest()

    act("start-handling")
    act("invoice", number="N1", amount="70.00")
    act("change", reason="One item less", discount="15.00")
    act("invoice", number="N2", amount="15.00")
    act("return", number="D1", amount="15.00")

    page.goto(there)
    assert page.locator(".figures").inner_text().split("\n") == [
        *("Invoiced", "R$85.00", "Captured", "R$85.00", "Open", "R$0.00"),
        *("Cancelled", "R$15.00", "Refunded", "R$15.00"),
    ]


def test_failed_refund_is_found_retried_and_gone(sign_in: SignIn, other_merchant: Merchant, facts: Facts) -> None:
    order = other_merchant.place()
    order.invoice("N1", 10000)
    other_merchant.script("refunds", "400", payment=order.payment_ids[0])
    order.give_back("D1", 2500)
    page = sign_in(*other_merchant.api.headers.values())
    assert "Failed refund" in page.locator("main").inner_text()

    page.click("main a.button:has-text('Retry')")
    page.click("main button.primary")
    page.click("main button.primary")
    order.come_to_rest()
    page.goto(f"{facts.base_url}/console/today")

    assert "Nothing waits for a person." in page.locator("main").inner_text()
    assert order.figures().refunded == 2500


def test_of_two_tabs_on_one_order_the_second_is_shown_the_new_plan(sign_in: SignIn, merchant: Merchant) -> None:
    order = merchant.place()
    first = sign_in()
    second = first.context.new_page()
    for number, page in (("N1", first), ("N2", second)):
        page.goto(f"{first.url.partition('/console')[0]}/console/orders/{order.order_id}/do/invoice")
        page.fill("[name=number]", number)
        page.fill("[name=amount]", "60.00")
        page.click("main button.primary")
    first.click("main button.primary")
    order.come_to_rest()
    second.click("main button.primary")

    assert "Somebody was faster" in second.locator("[role=alert]").inner_text()
    assert order.figures().settled == 6000
