"""Connectors, settings and app keys in the console: for administrators, and no more than their own key may."""

import pytest

from settlement.domain.account.account import AccountSettings, ExpiryPolicy, Role
from settlement.domain.planning.drafting import RefundPriority
from testkit.builders import ACCOUNT
from testkit.shop import Shop
from tests.support.console import KEY, TOKEN, Browser


def test_settings_are_shown_changed_and_kept(browser: Browser, shop: Shop) -> None:
    form = browser.get("/console/settings").form("")
    assert {form[name] for name in ("partial_settlement", "auto_settle")} == {"on"}
    assert (form["refund_priority"], form["expiry_policy"]) == ("lowest-settled", "warn")
    form.pop("partial_settlement")

    changes = {"merchant_name": "Shoes & Socks", "refund_priority": "card-first", "expiry_policy": "settle"}
    done = browser.post("/console/settings", form | changes)

    assert "The settings are saved." in done.words
    assert shop.store.settings(ACCOUNT) == AccountSettings(
        "Shoes & Socks", False, False, RefundPriority.CARD_FIRST, True, ExpiryPolicy.SETTLE
    )


def test_limits_of_one_key_are_typed_by_kind_and_currency(browser: Browser, shop: Shop) -> None:
    form = browser.get("/console/settings").form("")
    typed = {"above-refund-BRL": "1,500.00", "above-resolution-BRL": "0", "approval_hours": "24"}
    euros = {"above-currency": "eur", "above-cancellation-new": "7.50"}

    done = browser.post("/console/settings", form | typed | euros)

    assert "The settings are saved." in done.words
    settings = shop.store.settings(ACCOUNT)
    assert {(limit.kind.value, limit.currency): limit.value for limit in settings.approval_above} == {
        ("cancellation", "EUR"): 750,
        ("refund", "BRL"): 150000,
        ("resolution", "BRL"): 0,
    }
    assert settings.approval_hours == 24
    again = browser.get("/console/settings").form("")
    assert (again["above-refund-BRL"], again["above-cancellation-EUR"]) == ("1500.00", "7.50")
    browser.post("/console/settings", again | {"above-refund-BRL": ""})
    assert ("refund", "BRL") not in {
        (one.kind.value, one.currency) for one in shop.store.settings(ACCOUNT).approval_above
    }


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"above-refund-BRL": "a lot"}, "is no amount"),
        ({"above-refund-new": "1", "above-currency": "XXQ"}, "name a currency"),
        ({"approval_hours": ""}, "Please fill in: Hours that it waits"),
        ({"approval_hours": "721"}, "approvalHours"),
        ({"refund_priority": ""}, "Please fill in: Refund first"),
    ],
)
def test_limit_that_is_none_is_refused_and_stays_typed(
    browser: Browser, shop: Shop, typed: dict[str, str], words: str
) -> None:
    form = browser.get("/console/settings").form("")
    before = shop.store.backup()

    answer = browser.post("/console/settings", form | typed)

    assert (answer.status, words in answer.words) == (400, True), answer.words
    assert shop.store.backup() == before


def test_setting_that_makes_no_sense_is_refused(browser: Browser, shop: Shop) -> None:
    form = browser.get("/console/settings").form("")
    before = shop.store.settings(ACCOUNT)

    answer = browser.post("/console/settings", form | {"expiry_policy": "hope"})

    assert (answer.status, "expiryPolicy" in answer.words) == (400, True)
    assert shop.store.settings(ACCOUNT) == before


def test_new_key_is_shown_once_and_lets_in_with_its_roles(browser: Browser) -> None:
    form = browser.get("/console/keys").form("")

    made = browser.post("/console/keys", form | {"name": "acme-erp", "role": "view-order"})

    assert "The token of acme-erp." in made.words
    assert "token-of-acme-erp" in made.text
    assert "token-of-acme-erp" not in browser.get("/console/keys").text
    assert browser.sign_in("acme-erp", "token-of-acme-erp").path == "/console/orders"


@pytest.mark.parametrize(
    "typed", [{"name": "a b", "role": "view-order"}, {"name": "x"}, {"name": "x", "role": "emperor"}]
)
def test_key_that_cannot_be_is_not_made(browser: Browser, typed: dict[str, str]) -> None:
    form = browser.get("/console/keys").form("")

    assert browser.post("/console/keys", form | typed).status == 400
    assert set(browser.access.keys) == {KEY}


def test_key_is_disabled_and_enabled_and_gets_another_token(browser: Browser) -> None:
    browser.access.keys["erp"] = ("t", ACCOUNT, (Role.VIEW_ORDER.value,))
    shown = browser.get("/console/keys")

    assert "The key is disabled" in browser.post("/console/keys/erp/switch", shown.form("erp/switch")).words
    assert browser.access.key("erp") is None
    again = browser.get("/console/keys").form("erp/switch")
    assert "The key is enabled" in browser.post("/console/keys/erp/switch", again).words
    assert "new-t" in browser.post("/console/keys/erp/token", shown.form("erp/token")).text


def test_nobody_disables_the_key_they_have_signed_in_with(browser: Browser) -> None:
    form = browser.get("/console/keys").form(f"{KEY}/switch")

    assert browser.post(f"/console/keys/{KEY}/switch", form).status == 400
    assert browser.access.key(KEY) is not None


@pytest.mark.parametrize("what", ["token", "switch"])
def test_key_of_another_account_is_not_there(browser: Browser, what: str) -> None:
    browser.access.keys["theirs"] = ("t", "rival", ("view-order",))
    form = browser.get("/console/keys").form(f"{KEY}/switch")

    assert browser.post(f"/console/keys/theirs/{what}", form | {"enabled": "no"}).status == 400
    assert browser.access.identify("theirs", "t", browser.shop.clock()) is not None
    assert "theirs" not in browser.get("/console/keys").text


def test_nobody_gives_or_takes_what_their_own_key_does_not_have(browser: Browser) -> None:
    browser.access.keys[KEY] = (TOKEN, ACCOUNT, (Role.ACCOUNT_ADMIN.value, Role.VIEW_ORDER.value))
    browser.access.keys["mighty"] = ("t", ACCOUNT, ("*",))
    browser.sign_in()
    shown = browser.get("/console/keys")
    form = shown.form("")

    for role in ("process-payment", "*"):
        assert browser.post("/console/keys", form | {"name": "more", "role": role}).status == 403
    assert browser.post("/console/keys/mighty/token", shown.form("mighty/token")).status == 403
    assert browser.post("/console/keys/mighty/switch", shown.form("mighty/switch")).status == 403
    assert set(browser.access.keys) == {KEY, "mighty"}
    assert browser.post("/console/keys", form | {"name": "same", "role": "view-order"}).status == 200


@pytest.mark.parametrize("path", ["settings", "keys"])
def test_only_administrators_are_shown_these(browser: Browser, path: str) -> None:
    others = tuple(role.value for role in Role if role is not Role.ACCOUNT_ADMIN)
    browser.access.keys[KEY] = (TOKEN, ACCOUNT, others)
    browser.sign_in()

    assert browser.get(f"/console/{path}").status == 403
    assert f"/console/{path}" not in browser.get("/console/orders").text
