"""What is above the account's limit waits for a second key in the console too (R37)."""

from datetime import timedelta

import pytest

from settlement.domain.transaction.leg import LegState
from testkit.builders import a_new_payment
from testkit.shop import Placed, Shop
from tests.support.approvals import approving, limit, stored
from tests.support.console import KEY, USER, Browser
from tests.unit.test_console_actions import do, look, of_order, of_transaction, take

WAITS = "It is above the limit of one app key: it waits until another one approves it."


@pytest.fixture
def browser(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> Browser:
    browser = Browser(shop, monkeypatch)
    browser.sign_in()
    return browser


@pytest.fixture
def placed(shop: Shop) -> Placed:
    shop.set(auto_settle=False)
    limit(shop, refund=0, cancellation=0, resolution=0)
    return shop.open(a_new_payment(10000, "partial"))


def test_refund_waits_and_another_key_has_it_done(browser: Browser, placed: Placed) -> None:
    placed.invoice("N1", 10000)
    path = of_transaction(placed, "refund")
    plan = look(browser, path, amount="15.00", reason="goodwill")
    assert "R$15.00" in plan.words

    done = do(browser, path, plan)
    again = do(browser, path, plan)

    assert (WAITS in done.words, WAITS in again.words) == (True, True)
    [approval] = stored(placed)
    assert (approval.value, approval.reason) == (1500, "goodwill")
    assert (approval.asked_by.app_key, approval.asked_by.user) == (KEY, USER)
    assert placed.ledger.refunded == 0
    approving(placed, approval)
    assert placed.ledger.refunded == 1500


def test_cancellations_of_order_and_of_value_wait(browser: Browser, placed: Placed) -> None:
    given_up = take(browser, of_transaction(placed, "give-up"), amount="15.00", reason="broken")
    cancelled = take(browser, of_order(placed, "cancel"), reason="sold out")

    assert (WAITS in given_up.words, WAITS in cancelled.words) == (True, True)
    assert sorted(held.action.value for held in stored(placed)) == ["cancel-order", "cancellation-request"]
    assert (placed.ledger.cancelled, placed.order.cancelled_at) == (0, None)


def test_change_that_refunds_waits(browser: Browser, shop: Shop, placed: Placed) -> None:
    shop.set(auto_settle=True)
    placed.auto_settle()

    done = take(browser, of_order(placed, "change"), reason="broken", discount="15.00")

    assert WAITS in done.words
    assert (placed.order.value, [held.value for held in stored(placed)]) == (10000, [1500])


def test_resolution_waits(browser: Browser, shop: Shop, placed: Placed) -> None:
    shop.provider.usually("settle", "500")
    placed.invoice("N1", 7000)
    shop.pass_time(timedelta(hours=26))
    browser.sign_in()

    done = take(browser, of_transaction(placed, "resolve", "legs/2-0001/"), resolution="not-done")

    assert WAITS in done.words
    assert (placed.legs[-1].state, [held.value for held in stored(placed)]) == (LegState.IN_DOUBT, [7000])
