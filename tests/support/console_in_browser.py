"""An operator in a real browser: signs in, goes on by mouse or by keyboard alone; and what is wrong with a page."""

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from settlement import bootstrap
from settlement.domain.account.delivery import Delivery
from settlement.domain.account.feed import Hook, StatusUpdate
from settlement.domain.actor import Actor, System
from settlement.domain.reconciliation.outcomes import Outcome
from settlement.domain.reconciliation.report import CurrencySums, OutcomeSums, Report, ReportState
from settlement.use_cases.gateway.request_movement import REFUND
from testkit.builders import ACCOUNT, NOON, a_new_payment, item
from testkit.shop import Placed, Shop
from tests.support.approvals import ask_movement, limit
from tests.support.console import KEY, TOKEN
from tests.support.reports import charge_back

if TYPE_CHECKING:
    from playwright.sync_api import Browser as Chromium
    from playwright.sync_api import Page


def _sums(outcome: str, lines: int, gross: int) -> OutcomeSums:
    return OutcomeSums(outcome, lines, (CurrencySums("BRL", gross, gross // 100, gross - gross // 100),))


RULES = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "resultTypes": ["violations"],
}


REPORT = Report(
    "R0", "csv", "sales with a rather long name of its file 2026-03-02.csv", "0" * 64, NOON, ReportState.DONE,
    since=NOON.date(), until=NOON.date(), file=_sums("file", 11, 100_000),
    outcomes=tuple(_sums(outcome.value, 2, 20_000) for outcome in Outcome if outcome is not Outcome.MISSING),
    missing=_sums("missing", 1, 500),
)  # fmt: skip
"""A settlement report with lines of every outcome."""

REFUSED = replace(
    REPORT, report_id="R1", state=ReportState.REFUSED, file=None, outcomes=(), missing=None, fault="not-a-number",
    message="line 3, column 2: gross: 30,x is no number", fault_line=3, fault_column=2,
)  # fmt: skip

AWAITED = Report("R2", "csv", "march.csv", "1" * 64, NOON, mapping='{"delimiter": ";"}')
READING = Report("R3", "camt.053", "march.xml", "2" * 64, NOON, ReportState.READING)


UNDELIVERED = Delivery(
    "erp", StatusUpdate("T-transaction-7", "1-01", "handling", NOON), "T", NOON, 3, 12, 500, "it answered with 500",
    given_up_at=NOON, currency="BRL",
)  # fmt: skip
"""An update that a hook did not take."""


def keep_what_came_in() -> None:
    """Have the console's account hold the reports, and the update that its hook did not take."""
    for report in (REPORT, REFUSED, AWAITED, READING):
        bootstrap.reports().save_report(ACCOUNT, report)
    feeds = bootstrap.feeds()
    feeds.replace_hook(ACCOUNT, None, Hook("erp", "https://erp.example"))
    feeds.record_delivery(ACCOUNT, None, UNDELIVERED, Actor(system=System.WORKFLOW))


def orders_of_every_kind(shop: Shop) -> dict[str, Placed]:
    """One order that is done, one in trouble, one with a refund left to a person, one cancelled, one of two keys."""
    done = shop.open(a_new_payment(10000, "partial"))
    done.invoice("N1", 7000, item("A", 5000))
    done.change("C1", discount=1500)
    done.invoice("N2", 1500)
    done.give_back("D1", 1500)
    charge_back(done)
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


_FOCUSED = "[document.activeElement?.tagName.toLowerCase() ?? '', document.activeElement?.innerText ?? '']"
"""What has the focus: its tag and its text. While a page is on its way nothing has."""


def tab_to(page: "Page", tag: str, text: str = "") -> None:
    """Press Tab until the focus is on such an element; what has it is shown."""
    for _ in range(80):
        page.keyboard.press("Tab")
        found = page.evaluate(_FOCUSED)
        if found[0] == tag and text in found[1]:
            outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
            assert outline != "none", f"the focus on {found} is not shown"
            return
    raise AssertionError(f"no {tag} {text} is reached by Tab")


class Mouse:
    """Goes on by clicking; only what is typed comes from the keyboard."""

    def __init__(self, page: "Page") -> None:
        self._page = page

    def follow(self, text: str) -> None:
        """Follow the link of a text to its page."""
        with self._page.expect_navigation():
            self._page.locator("a", has_text=text).first.click()

    def fill(self, name: str, text: str) -> None:
        """Type into a field."""
        self._page.locator(f"[name={name}]").click()
        self._page.keyboard.type(text)

    def press(self, text: str) -> None:
        """Press the button of a text, which leads to another page."""
        with self._page.expect_event("load"):
            self._page.locator("button", has_text=text).first.click()

    def open(self, text: str) -> None:
        """Open what is folded under a text."""
        self._page.locator("summary", has_text=text).first.click()


class Keyboard(Mouse):
    """Goes on by Tab and Enter."""

    def follow(self, text: str) -> None:
        """Follow the link of a text to its page."""
        tab_to(self._page, "a", text)
        with self._page.expect_navigation():
            self._page.keyboard.press("Enter")

    def fill(self, name: str, text: str) -> None:
        """Type into a field."""
        for _ in range(80):
            if self._page.evaluate("document.activeElement.name") == name:
                break
            self._page.keyboard.press("Tab")
        self._page.keyboard.type(text)

    def press(self, text: str) -> None:
        """Press the button of a text, which leads to another page."""
        tab_to(self._page, "button", text)
        with self._page.expect_event("load"):
            self._page.keyboard.press("Enter")

    def open(self, text: str) -> None:
        """Open what is folded under a text."""
        tab_to(self._page, "summary", text)
        self._page.keyboard.press("Enter")
