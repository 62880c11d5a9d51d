"""What a settlement report told is accepted in the console: with a reference, once."""

import pytest

from testkit.builders import ACCOUNT, a_new_payment
from testkit.shop import Placed, Shop
from tests.support.console import Browser
from tests.support.reports import charge_back


@pytest.fixture
def placed(shop: Shop) -> Placed:
    placed = shop.open(a_new_payment(10000, "partial"))
    placed.invoice("N1", 10000)
    return placed


def test_chargeback_is_accepted_once(browser: Browser, shop: Shop, placed: Placed) -> None:
    back = charge_back(placed)
    there = f"/console/transactions/{placed.transaction_id}"
    path = f"{there}/payments/{back.payment_id}/payouts/{back.name}/do/accept"
    assert path in browser.get("/console/today").text
    form = browser.get(path).form("")
    sure = browser.post(path, form | {"reference": "CLAIM-1", "reason": "lost", "step": "preview"})

    answers = [browser.post(path, sure.form("") | {"step": "do"}) for _ in range(2)]

    assert [answer.path for answer in answers] == [f"{there}?done=accept"] * 2
    [kept] = shop.store.payouts(ACCOUNT, placed.transaction_id, back.payment_id)
    assert kept.accepted is not None
    assert (kept.accepted.reference, kept.accepted.reason, kept.version) == ("CLAIM-1", "lost", 2)
    assert path not in browser.get("/console/today").text


def test_chargeback_is_not_accepted_without_a_reference(browser: Browser, shop: Shop, placed: Placed) -> None:
    back = charge_back(placed)
    path = f"/console/transactions/{placed.transaction_id}/payments/{back.payment_id}/payouts/{back.name}/do/accept"
    form = browser.get(path).form("")

    assert browser.post(path, form | {"reason": "lost", "step": "do"}).status == 400
    assert shop.store.payouts(ACCOUNT, placed.transaction_id, back.payment_id)[0].accepted is None
    assert browser.get(path.replace(back.name, "none")).status == 404
