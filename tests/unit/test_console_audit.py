"""The audit, asked for by a button on the details of a transaction."""

from dataclasses import replace

import pytest

from settlement.domain.transaction.transaction import Transaction
from testkit.builders import ACCOUNT, a_new_payment
from testkit.shop import Placed, Shop
from tests.support.console import TOKEN, Browser


@pytest.fixture
def placed(shop: Shop) -> Placed:
    shop.set(auto_settle=False)
    return shop.open(a_new_payment(10000, "partial"))


def test_transaction_is_audited_by_a_button(browser: Browser, shop: Shop, placed: Placed) -> None:
    placed.invoice("N1", 7000)
    details = browser.get(f"/console/transactions/{placed.transaction_id}")
    path = f"/console/transactions/{placed.transaction_id}/audit"
    assert f'href="{path}"' in details.text
    before = shop.store.backup()

    assert "All books agree." in browser.get(path).words

    assert shop.store.backup() == before
    key = (Transaction, ACCOUNT, placed.transaction_id)
    whole = shop.store.things[key]
    shop.store.things[key] = replace(whole, requested=6999)
    shown = browser.get(path)
    shop.store.things[key] = whole
    assert "The books differ in" in shown.words
    assert ("6999" in shown.words, "7000" in shown.words) == (True, True)


def test_audit_needs_the_role_and_the_account(browser: Browser, placed: Placed) -> None:
    path = f"/console/transactions/{placed.transaction_id}/audit"
    for name, account, roles, status in (("clerk", ACCOUNT, ("view-order",), 403), ("stranger", "other", ("*",), 404)):
        browser.access.keys[name] = (TOKEN, account, roles)
        browser.sign_in(name)

        assert browser.get(path).status == status
