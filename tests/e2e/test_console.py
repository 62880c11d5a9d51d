"""The console of the deployed stack in a real browser: what an operator does with a mouse, on real orders."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest

from local.seed import APP_KEY, APP_TOKEN
from operations.running_stack import Facts
from settlement.storage.app_keys import Caller, save, set_enabled
from testkit.api import new_id
from testkit.merchant import Merchant
from tests.support.chromium import chromium, needs_chromium

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


def test_order_is_found_and_followed_to_what_went_over_the_wire(sign_in: SignIn, merchant: Merchant) -> None:
    order = merchant.place()
    order.invoice("N1", 7000)
    page = sign_in(locale="pt-BR")

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
