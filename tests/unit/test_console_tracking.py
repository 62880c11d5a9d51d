"""Where a parcel is, told by a form of the order."""

import pytest

from testkit.builders import ACCOUNT, a_new_payment
from testkit.shop import Placed, Shop
from tests.support.console import Browser
from tests.unit.test_console_actions import look, of_order, take


@pytest.fixture
def placed(shop: Shop) -> Placed:
    shop.set(auto_settle=False)
    return shop.open(a_new_payment(10000, "partial"))


def test_parcel_is_tracked_and_what_was_told_before_stays(browser: Browser, placed: Placed) -> None:
    placed.invoice("N1", 7000)
    path = of_order(placed, "tracking")
    assert path in browser.get(f"/console/orders/{placed.order_id}").text

    done = take(browser, path, invoice="N1", courier="Correios", tracking="BR123", seen_city="Natal")
    take(browser, path, invoice="N1", delivered="on", delivered_date="2026-03-05")

    assert "The parcel's tracking is saved." in done.words.replace("&#39;", "'")
    [invoice] = placed.shop.store.invoices(ACCOUNT, placed.order_id)
    assert (invoice.tracking.courier, invoice.tracking.number) == ("Correios", "BR123")
    assert invoice.delivery is not None
    assert (invoice.delivery.is_delivered, invoice.delivery.delivered_date) == (True, "2026-03-05")
    assert [event.city for event in invoice.delivery.events] == ["Natal"]


@pytest.mark.parametrize(
    ("typed", "words"),
    [({}, "Tracking number"), ({"invoice": "N9", "courier": "x"}, "choose an invoice of this order")],
)
def test_tracking_that_says_nothing_or_of_no_invoice_is_refused(
    browser: Browser, placed: Placed, typed: dict[str, str], words: str
) -> None:
    placed.invoice("N1", 7000)
    before = placed.shop.store.backup()

    answer = look(browser, of_order(placed, "tracking"), **{"invoice": "N1"} | typed)

    assert (answer.status, words in answer.words) == (400, True)
    assert placed.shop.store.backup() == before


def test_order_without_an_invoice_has_nothing_to_track(browser: Browser, placed: Placed) -> None:
    assert "do/tracking" not in browser.get(f"/console/orders/{placed.order_id}").text
