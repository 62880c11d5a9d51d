"""The console's order shows what the fiscal document of an invoice told, and what was remarked on it."""

import pytest

from settlement.domain.account.account import FiscalPolicy
from settlement.domain.fiscal.reading import read_fiscal
from settlement.use_cases.orders.notify_fiscal_document import notification_of
from settlement.use_cases.orders.notify_invoice import notify_invoice
from testkit.builders import ACCOUNT
from testkit.nfe_documents import nfe, nfe_key
from testkit.shop import Shop
from tests.support.console import Browser


def test_order_shows_the_protocol_and_the_warnings_of_a_document(browser: Browser, shop: Shop) -> None:
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


@pytest.mark.parametrize("policy", list(FiscalPolicy))
def test_plan_of_an_invoice_warns_of_its_key_in_every_setting(
    browser: Browser, shop: Shop, policy: FiscalPolicy
) -> None:
    placed = shop.open()
    shop.set(fiscal_documents=policy)
    path = f"/console/orders/{placed.order_id}/do/invoice"
    typed = {"number": "N1", "date": "2026-03-02", "amount": "70.00", "key": "N-1", "step": "preview"}

    plan = browser.post(path, browser.get(path).form("") | typed)

    said = "The fiscal document, or its key, says otherwise. invoiceKey: must have 44 characters, it has 3: N-1"
    assert (said in plan.words) == (policy is FiscalPolicy.WARN)
    assert ("NFE_KEY" in plan.text or "must have 44 characters" in plan.words) == (policy is not FiscalPolicy.OFF)
    assert plan.status == (400 if policy is FiscalPolicy.STRICT else 200)
