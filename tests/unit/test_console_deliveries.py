"""An update that a hook did not take is sent again in the console, once for each time that its button is pressed."""

import pytest

from settlement.domain.account.account import Role
from settlement.domain.account.feed import Hook, StatusUpdate
from settlement.domain.actor import System
from settlement.use_cases.updates.call_hooks import HooksNotDelivered, call_hooks
from testkit.builders import ACCOUNT, NOON
from testkit.shop import Placed, Shop
from tests.support.console import Browser

ERP = Hook("erp", "https://erp.example")


@pytest.fixture
def placed(browser: Browser, shop: Shop) -> Placed:
    """An order whose update was given up by the account's hook."""
    placed = shop.open()
    browser.feeds.replace_hook(ACCOUNT, None, ERP)
    browser.hooks.broken = {ERP.url}
    update = StatusUpdate(f"{placed.transaction_id}-transaction-7", placed.order_id, "handling", NOON)
    for _ in range(3):
        with pytest.raises(HooksNotDelivered):
            call_hooks(
                shop.acting(System.WORKFLOW), browser.feeds, browser.hooks, ACCOUNT, update, placed.transaction_id
            )
    return placed


def path_of(browser: Browser) -> str:
    [delivery] = browser.feeds.deliveries(ACCOUNT, "erp", 10, None).items
    return f"/console/deliveries/{delivery.id}"


def test_work_leads_to_the_delivery_and_its_button_sends_it_again(browser: Browser, placed: Placed) -> None:
    path = path_of(browser)
    assert f'href="{path}">Send again</a>' in browser.get("/console/today").text
    shown = browser.get(path)
    assert "The hook did not take it. it answered with 500" in shown.words
    assert f"Order {placed.order_id} App key erp Address https://erp.example Attempts 3" in shown.words
    browser.hooks.broken = set()

    answers = [browser.post(f"{path}/resend", shown.form("/resend")) for _ in range(2)]

    assert "The hook has taken it, and the work is closed." in answers[0].words
    assert "The hook has taken it." in answers[1].words
    assert len(browser.hooks.notified) == 4, "three attempts, and the one by hand: the second form sent nothing"
    assert "Send again" not in answers[1].text
    assert path not in browser.get("/console/today").text


def test_hook_that_still_does_not_take_it_stays_work(browser: Browser, placed: Placed) -> None:
    path = path_of(browser)
    form = browser.get(path).form("/resend")

    answers = [browser.post(f"{path}/resend", form) for _ in range(2)]

    assert [(answer.path, "Attempts 4" in answer.words) for answer in answers] == [(path, True)] * 2
    assert "The hook did not take it. it answered with 500" in answers[0].words
    assert path in browser.get("/console/today").text


def test_hook_that_is_gone_is_told_and_has_no_button(browser: Browser, placed: Placed) -> None:
    path = path_of(browser)
    form = browser.get(path).form("/resend")
    browser.feeds.delete_hook(ACCOUNT, "erp")

    shown = browser.get(path)

    assert "The hook is not configured any more." in shown.words
    assert "Send again" not in shown.text
    assert browser.post(f"{path}/resend", form).status == 404
    assert browser.get(path[:-4]).status == 404


def test_it_is_for_those_who_may_configure_hooks(browser: Browser, placed: Placed) -> None:
    path = path_of(browser)
    browser.access.keys["support"] = ("t", ACCOUNT, (Role.VIEW_PAYMENT,))
    browser.sign_in("support", "t")

    assert "Send again" not in browser.get("/console/today").text
    assert browser.get(path).status == 403
