"""What an NF-e says otherwise than its invoice, its order or the rules, by the account's setting (D155)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from settlement.domain.events import EventType
from testkit.builders import ACCOUNT
from testkit.nfe_documents import ISSUED_AT, nfe, nfe_key
from tests.support.fiscal_orders import ORDER, choose, notify, packages, returned, service_of, warned
from tests.support.fiscal_tour import WRONG_DIGIT, bodies_refused, embedded
from tests.support.service import Service
from tests.support.tour_bodies import invoice_body, order_body

HOSTILE = '<!DOCTYPE NFe [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><NFe>&b;</NFe>'


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> Service:
    return service_of(monkeypatch)


DIFFERENCES: list[tuple[dict[str, Any], list[str]]] = [
    (embedded(nfe()), []),
    (embedded(nfe(), invoiceKey=nfe_key()), []),
    (embedded(nfe(), invoiceKey=" ".join(nfe_key()[at : at + 4] for at in range(0, 44, 4))), []),
    (embedded(nfe(), invoiceNumber="000001"), []),
    (embedded(nfe(), invoiceNumber="NF-1"), []),
    (embedded(nfe(), issuanceDate="2026-07-01"), []),
    (embedded(nfe(), issuanceDate="2026-07-01T00:00:00Z"), []),
    (embedded(nfe(), issuanceDate="2026-07-02T02:59:59Z"), []),
    (embedded(nfe(), issuanceDate="2026-07-02T03:00:00Z"), ["NFE_DATE_DIFFERS"]),
    (embedded(nfe(), items=[{"id": "A", "price": 5000, "quantity": 1}, {"id": "B", "price": 1500, "quantity": 1}]), []),
    (embedded(nfe(), items=[{"id": "A", "price": 7000, "quantity": 1}]), ["NFE_QUANTITY"]),
    (embedded(nfe(), invoiceKey=nfe_key(2)), ["NFE_KEY_DIFFERS"]),
    (embedded(nfe(), invoiceKey=WRONG_DIGIT), ["NFE_CHECK_DIGIT", "NFE_KEY_DIFFERS"]),
    (embedded(nfe(), invoiceNumber="2"), ["NFE_NUMBER_DIFFERS"]),
    (embedded(nfe(), invoiceValue=9900), ["NFE_VALUE_DIFFERS"]),
    (embedded(nfe(environment="2")), ["NFE_TEST"]),
    (embedded(nfe(status=None)), ["NFE_NO_PROTOCOL"]),
    (embedded(nfe(status="150")), []),
    (embedded(nfe(status="101")), ["NFE_NOT_AUTHORISED"]),
    (embedded(nfe(status="302")), ["NFE_NOT_AUTHORISED"]),
    (embedded(nfe(model="65")), ["NFE_MODEL"]),
    (embedded(nfe(goods=[("Z", "1", "70.00")])), ["NFE_ITEM"]),
    (embedded(nfe(goods=[("A", "2", "70.00")])), ["NFE_QUANTITY"]),
    (embedded("<nfe/>"), ["NFE_ROOT"]),
    (embedded("JVBERi0xLjQK"), ["NFE_UNREADABLE"]),
    (invoice_body("N1", 7000, invoiceKey=nfe_key()), []),
    (invoice_body("N1", 7000, invoiceKey=WRONG_DIGIT), ["NFE_CHECK_DIGIT"]),
    (invoice_body("N1", 7000, invoiceKey=nfe_key()[:-1]), ["NFE_KEY"]),
    (invoice_body("N1", 7000, invoiceKey=nfe_key(model="65")), ["NFE_MODEL"]),
    (invoice_body("N1", 7000, invoiceKey=nfe_key(model="57")), ["NFE_MODEL"]),
]


@pytest.mark.parametrize(("body", "codes"), DIFFERENCES)
def test_difference_warns_refuses_or_is_not_looked_at(service: Service, body: dict[str, Any], codes: list[str]) -> None:
    choose(service, "strict")
    strict = notify(service, body)
    if codes:
        assert (strict.status, strict.json["error"]["code"]) == (400, codes[0])
        assert packages(service) == []
        choose(service, "warn")
        assert warned(notify(service, body)) == codes
    else:
        assert warned(strict) == []


@pytest.mark.parametrize("body", [body for body, codes in DIFFERENCES if codes])
def test_off_looks_at_nothing(service: Service, body: dict[str, Any]) -> None:
    choose(service, "off")
    assert warned(notify(service, body)) == []
    assert packages(service)[0].get("embeddedInvoice") == body.get("embeddedInvoice", "")


def test_message_names_field_value_and_limit(service: Service) -> None:
    told = notify(service, embedded(nfe(), invoiceValue=9900)).json["warnings"]
    assert told == [{"code": "NFE_VALUE_DIFFERS", "message": "invoiceValue: must be vNF, 7000; got 9900"}]


def test_value_with_the_taxes_of_2026_is_named(service: Service) -> None:
    document = nfe(more="<vNFTot>70.70</vNFTot>")
    assert warned(notify(service, embedded(document, invoiceValue=7070))) == ["NFE_VALUE_DIFFERS"]
    assert packages(service)[0]["invoiceValue"] == 7070
    assert "which is vNFTot, with IBS, CBS and IS" in service.heard[-2].json["warnings"][0]["message"]


def test_answer_timeline_preview_and_repeat_tell_the_same(service: Service) -> None:
    body = embedded(nfe(), invoiceValue=9900)
    told = [{"code": "NFE_VALUE_DIFFERS", "message": "invoiceValue: must be vNF, 7000; got 9900"}]

    previewed = service.do("POST", f"{ORDER}/invoice/preview", body)["warnings"]
    first, again = notify(service, body).json, notify(service, body).json

    assert [warning for warning in previewed if warning["code"].startswith("NFE_")] == told
    assert (first["warnings"], again["warnings"]) == (told, told)
    noticed = [
        event
        for commit in service.shop.store.commits
        for event in commit.events
        if event.type is EventType.INVOICE_NOTIFIED
    ]
    assert [event.data["documentWarnings"] for event in noticed] == [
        ["NFE_VALUE_DIFFERS: invoiceValue: must be vNF, 7000; got 9900"]
    ]


@pytest.mark.parametrize("policy", ["warn", "strict"])
def test_hostile_text_is_refused_and_not_stored(service: Service, policy: str) -> None:
    choose(service, policy)
    heard = notify(service, embedded(HOSTILE))
    assert (heard.status, heard.json["error"]["code"]) == (400, "NFE_UNREADABLE")
    assert packages(service) == []


def test_documents_of_other_countries_are_not_read(service: Service) -> None:
    choose(service, "strict")
    service.do("POST", "/api/oms/pvt/orders", order_body("abroad", currency="MXN"))
    service.do("POST", "/api/oms/pvt/orders/abroad/start-handling")
    body = invoice_body("N1", 7000, invoiceKey="CFDI-1", embeddedInvoice="<cfdi/>")
    assert "warnings" not in service.do("POST", "/api/oms/pvt/orders/abroad/invoice", body)


@pytest.mark.parametrize("method", ["PATCH", "POST"])
def test_key_that_comes_later_is_looked_at(service: Service, method: str) -> None:
    body = invoice_body("N1", 7000)
    notify(service, body)
    path, told = (f"{ORDER}/invoice/N1", {}) if method == "PATCH" else (f"{ORDER}/invoice", body)

    choose(service, "strict")
    refused = service.call(method, path, told | {"invoiceKey": WRONG_DIGIT})
    assert (refused.status, refused.json["error"]["code"]) == (400, "NFE_CHECK_DIGIT")
    assert packages(service)[0]["invoiceKey"] is None

    choose(service, "warn")
    assert warned(service.call(method, path, told | {"invoiceKey": WRONG_DIGIT})) == ["NFE_CHECK_DIGIT"]


def test_document_that_comes_later_is_not_held_to_what_its_invoice_left(service: Service) -> None:
    notify(service, embedded(nfe(), embeddedInvoice=None, items=[{"id": "A", "price": 5000, "quantity": 1}]))
    choose(service, "strict")
    body = {"embeddedInvoice": nfe(goods=[("A", "1", "50.00")])}
    assert warned(service.call("PATCH", f"{ORDER}/invoice/1", body)) == []


def test_every_body_that_strict_refuses_writes_nothing(service: Service) -> None:
    choose(service, "strict")
    commits = len(service.shop.store.commits)
    refused = [notify(service, body).status for body in bodies_refused()]
    assert (set(refused), len(service.shop.store.commits)) == ({400}, commits)


def test_items_are_found_by_code_and_by_number_of_the_order_line(service: Service) -> None:
    choose(service, "strict")
    document = nfe(goods=[("ERP-7", "1", "50.00"), ("B", "2", "20.00")])
    by_line = document.replace("<uCom>UN</uCom><qCom>1<", "<uCom>UN</uCom><nItemPed>1</nItemPed><qCom>1<")

    assert notify(service, document).json["error"]["code"] == "NFE_ITEM"
    assert warned(notify(service, by_line)) == []
    assert [(item["itemIndex"], item["quantity"]) for item in packages(service)[0]["items"]] == [(0, 1), (1, 2)]


@pytest.mark.parametrize("way", ["nfe", "embedded", "preview"])
def test_items_are_found_by_the_gtin_that_the_order_was_placed_with(service: Service, way: str) -> None:
    body = order_body("gtin")
    body["items"][1]["ean"] = "7891000100103"
    service.do("POST", "/api/oms/pvt/orders", body)
    service.do("POST", "/api/oms/pvt/orders/gtin/start-handling")
    choose(service, "strict")
    document = nfe(1, "30.00", [("ERP-7", "2", "30.00")]).replace("SEM GTIN", "07891000100103")
    path = "/api/oms/pvt/orders/gtin/invoice"

    if way == "embedded":
        heard = service.call("POST", path, embedded(document, invoiceValue=3000, items=[]))
    else:
        heard = service.call("POST", f"{path}/nfe{'/preview' if way == 'preview' else ''}", document)

    assert heard.status == 200, heard.text
    if way == "nfe":
        (line,) = [line for line in service.shop.store.lines(ACCOUNT, "gtin") if line.id == "B"]
        assert line.invoiced == 2


def test_sale_by_document_reads_the_heads_once(service: Service) -> None:
    read: list[str] = []
    store = service.shop.store
    order = store.order
    store.order = lambda account, order_id: read.append(order_id) or order(account, order_id)  # type: ignore[method-assign, func-returns-value]
    warned(notify(service, nfe()))
    assert read == ["checked"]


def test_what_the_document_told_is_kept(service: Service) -> None:
    text = nfe(more="<vNFTot>70.70</vNFTot>").replace(
        "</cStat>", "</cStat><nProt>135260000000001</nProt><dhRecbto>2026-07-01T10:00:05-03:00</dhRecbto>"
    )
    notify(service, text)
    (invoice,) = service.shop.store.invoices(ACCOUNT, "checked")
    assert invoice.fiscal is not None
    assert (invoice.fiscal.protocol, invoice.fiscal.authorised_at, invoice.fiscal.total_with_taxes) == (
        "135260000000001",
        "2026-07-01T10:00:05-03:00",
        7070,
    )
    assert replace(invoice.fiscal, remarks=()).after(None) == invoice.fiscal
    assert invoice.issuance_date == ISSUED_AT


def other_order(service: Service) -> str:
    service.do("POST", "/api/oms/pvt/orders", order_body("other"))
    service.do("POST", "/api/oms/pvt/orders/other/start-handling")
    return "/api/oms/pvt/orders/other/invoice"


@pytest.mark.parametrize("policy", ["warn", "strict"])
def test_key_of_another_order_is_told_or_refused(service: Service, policy: str) -> None:
    path = other_order(service)
    choose(service, policy)
    assert warned(notify(service, nfe())) == []

    for body in (nfe(), invoice_body("N9", 7000, items=[], invoiceKey=nfe_key())):
        heard = service.call("POST", f"{path}/nfe" if isinstance(body, str) else path, body)
        if policy == "warn":
            assert heard.json["warnings"] == [
                {"code": "NFE_KEY_USED", "message": f"invoiceKey: {nfe_key()} is that of invoice 1 of order checked"}
            ]
        else:
            assert (heard.status, heard.json["error"]["code"]) == (409, "NFE_KEY_USED")
    assert len(service.shop.store.invoices(ACCOUNT, "other")) == (2 if policy == "warn" else 0)


def test_key_of_another_invoice_of_the_order_is_refused(service: Service) -> None:
    choose(service, "strict")
    assert warned(notify(service, nfe(1, "50.00", [("A", "1", "50.00")]))) == []
    heard = notify(service, invoice_body("N2", 1000, items=[], invoiceKey=" ".join(nfe_key())))
    assert (heard.status, heard.json["error"]["code"]) == (409, "NFE_KEY_USED")
    heard = notify(service, invoice_body("D1", 1000, "Input", items=[], invoiceKey=nfe_key()))
    assert (heard.status, heard.json["error"]["code"]) == (409, "NFE_KEY_USED")


def test_key_of_two_invoices_at_once_is_that_of_the_first(service: Service) -> None:
    path = other_order(service)
    choose(service, "strict")
    shop = service.shop
    shop.store.interrupt(lambda: service.call("POST", f"{path}/nfe", nfe()))

    heard = notify(service, nfe())

    assert (heard.status, heard.json["error"]["code"]) == (409, "NFE_KEY_USED")
    assert [len(shop.store.invoices(ACCOUNT, order)) for order in ("checked", "other")] == [0, 1]


def test_corrected_key_is_free_again(service: Service) -> None:
    path = other_order(service)
    choose(service, "strict")
    notify(service, invoice_body("N1", 1000, items=[], invoiceKey=nfe_key(5)))
    assert service.call("POST", path, invoice_body("N2", 1000, items=[], invoiceKey=nfe_key(5))).status == 409

    assert warned(service.call("PATCH", f"{ORDER}/invoice/N1", {"invoiceKey": nfe_key(6)})) == []

    assert warned(service.call("POST", path, invoice_body("N2", 1000, items=[], invoiceKey=nfe_key(5)))) == []
    assert notify(service, invoice_body("N3", 1000, items=[], invoiceKey=nfe_key(5))).status == 409


def test_key_of_an_invoice_that_was_taken_back_is_free_again(service: Service) -> None:
    choose(service, "strict")
    notify(service, invoice_body("N1", 1000, items=[], invoiceKey=nfe_key(5)))
    service.shop.relay()
    taken_back = service.call("POST", f"{ORDER}/invoice/N1/cancel", {"reason": "wrong value", "requestId": "C1"})
    assert taken_back.status == 200, taken_back.text
    service.shop.relay()
    assert warned(notify(service, invoice_body("N2", 2000, items=[], invoiceKey=nfe_key(5)))) == []


def test_correction_has_the_key_of_the_sale_that_it_replaces(service: Service) -> None:
    choose(service, "strict")
    notify(service, invoice_body("N1", 1000, items=[], invoiceKey=nfe_key(5)))
    service.shop.relay()
    corrected = invoice_body("N2", 2000, items=[], invoiceKey=nfe_key(5), replaces="N1")
    assert warned(notify(service, corrected)) == []
    assert notify(service, invoice_body("N3", 1000, items=[], invoiceKey=nfe_key(5))).status == 409


def test_sale_that_was_taken_back_is_not_returned(service: Service) -> None:
    warned(notify(service, nfe(1, "50.00", [("A", "1", "50.00")])))
    warned(notify(service, nfe(2, "50.00", [("B", "2", "30.00")])))
    service.shop.relay()
    taken_back = service.call("POST", f"{ORDER}/invoice/1/cancel", {"reason": "wrong goods", "requestId": "C1"})
    assert taken_back.status == 200, taken_back.text
    service.shop.relay()
    assert notify(service, returned(3, "10.00", ("A", "1", "10.00"))).json["error"]["code"] == "NFE_REFERENCE"


def test_same_key_in_two_accounts_is_that_of_both(service: Service) -> None:
    assert warned(notify(service, nfe())) == []
    assert service.shop.store.key_claim("another", nfe_key()) is None


def test_preview_tells_of_a_used_key_and_claims_none(service: Service) -> None:
    path = other_order(service)
    service.do("POST", f"{path}/nfe/preview", nfe())
    assert service.shop.store.key_claim(ACCOUNT, nfe_key()) is None
    notify(service, nfe())
    assert "NFE_KEY_USED" in [
        warning["code"] for warning in service.do("POST", f"{path}/nfe/preview", nfe())["warnings"]
    ]
