"""The work list of the console: what waits is found there with its next step and the button that does it (R35)."""

from datetime import timedelta

from settlement.domain.account.account import Role
from testkit.builders import ACCOUNT, a_new_payment
from testkit.nfe_documents import nfe_key
from testkit.shop import Placed, Shop
from tests.support.console import KEY, TOKEN, Browser, things_read
from tests.support.timers import DAY, lapses_after

TODAY = "/console/today"


def failed_refund(shop: Shop) -> Placed:
    """An order whose return could not be refunded."""
    placed = shop.open(a_new_payment(10000, "partial"))
    placed.invoice("N1", 10000)
    shop.provider.script("refund", "400")
    placed.give_back("R1", 2500)
    return placed


def test_quiet_day_says_so(browser: Browser, shop: Shop) -> None:
    shop.open(a_new_payment(10000, "partial")).invoice("N1", 7000)

    assert "Nothing waits for a person." in browser.get(TODAY).words


def test_signing_in_leads_to_the_work(browser: Browser) -> None:
    assert browser.sign_in().path == TODAY


def test_failed_refund_is_found_retried_and_gone(browser: Browser, shop: Shop) -> None:
    placed = failed_refund(shop)

    shown = browser.get(TODAY)

    assert "1 Failed refund R$25.00" in shown.words
    assert "Read why it failed. Retry it once the cause is gone, or write it off." in shown.words
    retry = f"/console/transactions/{placed.transaction_id}/operations/{placed.operation.sequence}/do/retry"
    assert f'href="{retry}"' in shown.text

    plan = browser.post(retry, browser.get(retry).form("") | {"step": "preview"})
    browser.post(retry, plan.form("") | {"step": "do"})
    shop.relay()

    assert placed.ledger.refunded == 2500
    assert "Nothing waits for a person." in browser.get(TODAY).words


def test_used_access_key_is_shown_with_the_cancellation_of_its_invoice(browser: Browser, shop: Shop) -> None:
    first, second = shop.open(), shop.open()
    first.invoice("N1", 1000, key=nfe_key(5))
    second.invoice("N2", 1000, key=nfe_key(5))

    shown = browser.get(TODAY)

    assert "1 Access key of another invoice R$10.00" in shown.words
    assert f"the key {nfe_key(5)} of invoice N2 is that of invoice N1 of order {first.order_id}" in shown.words
    form = f"/console/orders/{second.order_id}/do/cancel-invoice"
    assert f'href="{form}"' in shown.text
    assert browser.get(form).status == 200


def test_every_button_leads_to_its_form(browser: Browser, shop: Shop) -> None:
    failed_refund(shop)
    by_hand = shop.open(a_new_payment(10000, "partial"))
    by_hand.invoice("N1", 10000)
    shop.provider.script("refund", "501")
    by_hand.give_back("R1", 1000)
    capture = shop.open(a_new_payment(10000, "partial"))
    shop.provider.script("settle", "400")
    capture.invoice("N1", 7000)

    text = browser.get(TODAY).text
    paths = [part.partition('"')[0] for part in text.split('href="')[1:] if "/do/" in part.partition('"')[0]]

    assert len(paths) == 2 + 2 + 3
    assert {browser.get(path).status for path in paths} == {200}


def test_what_lapses_within_seven_days_is_told_soonest_first(browser: Browser, shop: Shop) -> None:
    lapses_after(shop, 6 * DAY)
    late = shop.open(a_new_payment(10000, "partial"))
    lapses_after(shop, 2 * DAY)
    soon = shop.open(a_new_payment(10000, "partial"))
    soon.invoice("N1", 7000)
    lapses_after(shop, 8 * DAY)
    never = shop.open(a_new_payment(10000, "partial"))
    done = shop.open(a_new_payment(10000, "partial"))
    done.invoice("N1", 10000)

    for path in (TODAY, "/console/lapses"):
        words = browser.get(path).words
        assert f"4 Mar, 09:00 R$30.00 {soon.order_id} Visa · partial" in words
        assert words.index(soon.order_id) < words.index(late.order_id)
        assert never.order_id not in words
        assert done.order_id not in words


def test_what_lapses_goes_on_page_by_page(browser: Browser, shop: Shop) -> None:
    lapses_after(shop, 2 * DAY)
    placed = []
    for _ in range(53):
        shop.clock.advance(timedelta(minutes=1))
        placed.append(shop.open(a_new_payment(10000, "partial")).order_id)

    today, first = browser.get(TODAY).words, browser.get("/console/lapses")
    link = first.text.partition('rel="next" href="')[2].partition('"')[0].replace("&amp;", "&")
    second = browser.get(link).words

    assert [order for order in placed if order in today] == placed[:10]
    assert "All that lapses" in today
    assert [order for order in placed if order in first.words] == placed[:50]
    assert [order for order in placed if order in second] == placed[50:]


def test_day_on_which_nothing_lapses_says_so(browser: Browser, shop: Shop) -> None:
    shop.open(a_new_payment(10000, "partial")).invoice("N1", 10000)

    assert "Nothing lapses within seven days." in browser.get(TODAY).words


def test_authorisation_about_to_lapse_is_work_with_its_time(browser: Browser, shop: Shop) -> None:
    lapses_after(shop, 2 * DAY)
    shop.open(a_new_payment(10000, "partial"))
    shop.pass_time(2 * DAY * 0.95)
    browser.sign_in()

    words = browser.get(TODAY).words

    assert "1 Authorisation about to lapse R$100.00" in words
    assert "until 4 Mar 2026, 09:00" in words


def test_page_of_today_reads_no_more_with_more_orders(browser: Browser, shop: Shop) -> None:
    lapses_after(shop, 2 * DAY)
    reads = []
    for _ in range(2):
        for _ in range(15):
            shop.open(a_new_payment(10000, "partial"))
        reads.append(things_read(browser, TODAY))

    assert reads[0] == reads[1]


def test_who_may_only_look_gets_no_buttons(browser: Browser, shop: Shop) -> None:
    failed_refund(shop)
    browser.access.keys[KEY] = (TOKEN, ACCOUNT, (Role.VIEW_PAYMENT.value,))
    browser.sign_in()
    shown = browser.get(TODAY)

    assert "Failed refund" in shown.words
    assert "/do/" not in shown.text
    assert "/console/orders/" not in shown.text


def test_another_accounts_work_is_not_shown(browser: Browser, shop: Shop) -> None:
    failed_refund(shop)
    browser.access.keys[KEY] = (TOKEN, "rival", ("*",))
    browser.sign_in()

    assert "Nothing waits for a person." in browser.get(TODAY).words
