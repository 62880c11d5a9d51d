"""Takes the pictures of the console in README and documents, from the running stack: `make screenshots`.

Pages in light and dark, on a desk and on a phone.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from local.lifecycle import running_facts
from local.progress import say
from local.seed import APP_KEY, APP_TOKEN
from local.settings import read_settings
from testkit.api import Api
from testkit.bodies import Payment
from testkit.merchant import Merchant, PlacedOrder

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

IMAGES = Path(__file__).resolve().parent.parent / "docs" / "images"
DESK, PHONE = (1280, 800), (360, 740)
SHOWN = frozenset(
    {"today-desk", "orders-desk", "orders-phone-dark", "order-desk", "order-desk-dark", "order-phone"}
    | {"transaction-desk", "payouts-desk", "report-desk"}
)
"""The pictures that the documents show."""

SHOTS = (("light", DESK, "desk"), ("dark", DESK, "desk-dark"), ("light", PHONE, "phone"), ("dark", PHONE, "phone-dark"))


def main() -> int:
    """Take all pictures; exit code 1 without a stack or a browser."""
    facts, chromium = running_facts(read_settings()), shutil.which("chromium")
    if facts is None or chromium is None:
        say("needs a running stack (make up) and Debian's package chromium")
        return 1
    from playwright.sync_api import sync_playwright

    IMAGES.mkdir(exist_ok=True)
    merchant = Merchant(Api(facts.base_url, APP_KEY, APP_TOKEN))
    report = _report(merchant)
    _play(merchant)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        for scheme, size, name in SHOTS:
            _shoot(browser, facts.base_url, scheme, size, name, report)
        browser.close()
    return 0


def _play(merchant: Merchant) -> None:
    """Make a day: orders on their way, a refused refund, a capture that is tried again, an order that is done."""
    for number in range(5):
        merchant.place().invoice("N1", 2_000 + 1_500 * number)
    refused = merchant.place()
    refused.invoice("N1", 10_000)
    merchant.script("refunds", "400", payment=refused.payment_ids[0])
    refused.give_back("D1", 2_500)
    waiting = merchant.place()
    merchant.script("settlements", *["500"] * 3, payment=waiting.payment_ids[0])
    waiting.notify("N1", 7_000)
    waiting.wait_for_event("OperationWaiting")
    done = merchant.place()
    done.invoice("N1", 7_000)
    done.register_change("C1", discountValue=1_500, reason="One item less")
    done.come_to_rest()
    done.invoice("N2", 1_500)
    done.give_back("D1", 1_500)


def _report(merchant: Merchant) -> bytes:
    """Sell in instalments, and return what an acquirer reports of it: two values are wrong, one sale is not ours."""
    sold = [_sell(merchant, 6_000 + 1_300 * number, 1 + number % 4) for number in range(12)]
    rows = []
    for number, (order, value) in enumerate(sold):
        gross, fee = value - (100 if number in (3, 8) else 0), round(value * 0.025)
        rows.append(f"capture,{gross / 100:.2f},{fee / 100:.2f},BRL,{order.payments()[0]['tid']}")
    return "\n".join(("kind,gross,fee,currency,tid", *rows, "capture,80.00,2.00,BRL,TID-UNKNOWN")).encode()


def _sell(merchant: Merchant, value: int, installments: int) -> tuple[PlacedOrder, int]:
    payment = Payment(value)
    paid_by = {"transactions": [{"payments": [payment.body | {"installments": installments}]}]}
    order = merchant.place(payment, value=value, paymentData=paid_by)
    order.invoice("N1", value)
    return order, value


def _shoot(browser: Browser, base_url: str, scheme: str, size: tuple[int, int], name: str, report: bytes) -> None:
    width, height = size
    context = browser.new_context(
        viewport={"width": width, "height": height},
        color_scheme="dark" if scheme == "dark" else "light",
        locale="en-GB",
        timezone_id="UTC",
    )
    page = context.new_page()
    page.goto(f"{base_url}/console")
    for field, text in (("user", "Maria Souza"), ("app_key", APP_KEY), ("token", APP_TOKEN)):
        page.fill(f"#{field}", text)
    page.click("main button")
    page.goto(f"{base_url}/console/today")
    _keep(page, f"today-{name}")
    page.goto(f"{base_url}/console/orders")
    _keep(page, f"orders-{name}")
    page.locator(".list tbody th a").first.click()
    _keep(page, f"order-{name}")
    page.click("text=Transaction details")
    _keep(page, f"transaction-{name}")
    page.goto(f"{base_url}/console/payouts")
    page.set_input_files("#u-file", {"name": "sales.csv", "mimeType": "text/csv", "buffer": report})
    page.select_option("#u-format", "csv")
    _keep(page, f"payouts-{name}")
    page.click("#upload button.primary")
    page.locator("#lines").wait_for(timeout=120_000)
    _keep(page, f"report-{name}")
    context.close()


def _keep(page: Page, name: str) -> None:
    if name not in SHOWN:
        return
    page.screenshot(path=IMAGES / f"console-{name}.png", full_page=name.startswith(("today", "payouts")))
    say(f"  docs/images/console-{name}.png")


if __name__ == "__main__":
    sys.exit(main())
