"""A refusal is told by its kind in the reader's language; the message beside it is for programs, marked as English."""

import pytest

from testkit.shop import Placed, Shop
from tests.support.console import Browser

TYPED = {"number": "D1", "date": "2026-03-02", "amount": "15,00", "step": "preview"}


@pytest.fixture
def placed(shop: Shop) -> Placed:
    return shop.open()


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "More would be returned than was invoiced."),
        ("pt-BR", "Seria devolvido mais do que foi faturado."),
        ("es", "Se devolvería más de lo que se facturó."),
    ],
)
def test_form_that_is_refused_says_why_in_the_readers_language(
    browser: Browser, placed: Placed, language: str, said: str
) -> None:
    browser.language = language
    path = f"/console/orders/{placed.order_id}/do/return"
    amount = "15.00" if language == "en" else "15,00"

    shown = browser.post(path, browser.get(path).form("") | TYPED | {"amount": amount})

    assert (shown.status, said in shown.words) == (400, True), shown.words
    assert '<p class="detail" lang="en">' in shown.text


def test_page_that_is_not_there_says_what_is_not(browser: Browser) -> None:
    browser.language = "pt-BR"

    shown = browser.get("/console/payouts/ABC")

    assert (shown.status, "Não há este extrato de liquidação nesta conta." in shown.words) == (404, True)


def test_upload_that_is_refused_says_why(browser: Browser) -> None:
    browser.language = "es"
    page = browser.get("/console/payouts")
    file = {"form_token": page.form("/sign-out")["form_token"], "format": "csv", "file_name": "a.csv", "sha256": "x"}

    shown = browser.post("/console/payouts", file)

    assert shown.status == 400
    assert "Falta un campo, o un valor no se permite." in shown.text
