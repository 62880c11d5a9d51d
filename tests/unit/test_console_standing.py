"""The first sentence of an order's page: what it waits for, and when that is tried again."""

from datetime import timedelta

import pytest

from settlement.domain.order.invoice import InvoiceType
from testkit.builders import a_new_payment
from testkit.shop import Shop
from tests.support.console import Browser


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("pt-BR", "Aguardando a captura de R$ 70,00, próxima tentativa 09:01."),
        ("en", "Waiting for the capture of R$70.00, next attempt 09:01."),
        ("es", "Esperando la captura de 70,00 BRL, próximo intento 09:01."),
    ],
)
def test_order_says_what_it_waits_for_and_when_that_is_tried_again(
    browser: Browser, shop: Shop, language: str, sentence: str
) -> None:
    placed = shop.open(a_new_payment(10000, "partial"))
    shop.provider.usually("settle", "500")
    placed.invoice("N1", 7000)
    browser.language = language

    shown = browser.get(f"/console/orders/{placed.order_id}")

    assert f'<p class="headline">{sentence}</p>' in shown.text.replace("\xa0", " ")


def test_order_tells_the_day_of_an_attempt_that_is_not_today(browser: Browser, shop: Shop) -> None:
    placed = shop.open(a_new_payment(10000, "partial"))
    shop.provider.usually("settle", "500")
    placed.invoice("N1", 7000)
    shop.pass_time(timedelta(hours=14))
    browser.sign_in()

    words = browser.get(f"/console/orders/{placed.order_id}").words

    assert "Waiting for the capture of R$70.00, next attempt 3 Mar 2026, 02:21." in words


def test_order_says_what_is_under_way_and_what_waits_behind(browser: Browser, shop: Shop) -> None:
    placed = shop.open(a_new_payment(10000, "partial"))
    placed.notify("N1", 7000, type_=InvoiceType.OUTPUT)
    placed.notify("N2", 1000, type_=InvoiceType.OUTPUT)

    words = browser.get(f"/console/orders/{placed.order_id}").words

    assert "Under way: the capture of R$70.00." in words
    assert "Requests that wait behind it: 1." in words
