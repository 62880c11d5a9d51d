"""The console's order shows what the fiscal document of an invoice told, and what was remarked on it."""

import pytest

from settlement.domain.fiscal.reading import read_fiscal
from settlement.use_cases.orders.notify_fiscal_document import notification_of
from settlement.use_cases.orders.notify_invoice import notify_invoice
from testkit.builders import ACCOUNT
from testkit.nfe_documents import nfe, nfe_key
from testkit.shop import Shop
from tests.support.console import Browser


def test_order_shows_the_protocol_and_the_warnings_of_a_document(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    browser = Browser(shop, monkeypatch)
    browser.sign_in()
    placed = shop.open()
    goods = [("<b>Z</b>".replace("<", "&lt;"), "1", "70.00")]
    text = nfe(1, "70.00", goods).replace("</cStat>", "</cStat><nProt>135260000000001</nProt>")
    document = notification_of(read_fiscal(text.encode()), text, takes_tests=False)
    notify_invoice(shop.ports, ACCOUNT, placed.order_id, document)

    shown = browser.get(f"/console/orders/{placed.order_id}")

    assert nfe_key(1) in shown.words
    assert "Authorised by the tax authority, 135260000000001" in shown.words
    assert "NFE_ITEM: det 1: no line of the order is meant by cProd" in shown.words
    assert "&lt;b&gt;Z&lt;/b&gt;" in shown.text
    assert "<b>Z</b>" not in shown.text
