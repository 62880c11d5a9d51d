"""The event that cancels an NF-e cancels the invoice that the note is, as the cancel route does (R38, D174)."""

from __future__ import annotations

from typing import Any

import pytest

from settlement.domain.fiscal.cancellation_event import (
    EVENT_ROOTS,
    MAX_REASON_CHARACTERS,
    MIN_REASON_CHARACTERS,
    CancellationEvent,
)
from settlement.domain.fiscal.reading import read_fiscal, read_fiscal_or_event
from settlement.domain.fiscal.refused import FiscalDocumentRefused
from testkit.nfe_documents import ISSUED_AT, ISSUER, nfe, nfe_key
from testkit.nfe_events import AUTHORISATION, OCCURRED_AT, REASON, batch, event, registered
from testkit.shop import Placed, Shop
from tests.support.fiscal_tour import WRONG_DIGIT
from tests.support.service import Heard, Service
from tests.support.taken_back import figures
from tests.support.tour import Tour
from tests.support.tour_bodies import invoice_body

ORDER = "/api/oms/pvt/orders/sold"
ISSUER_OF_DIGITS = "11222333000181"
SETTINGS = "/api/oms/pvt/account/settings"
EVENT_ID = f"ID110111{nfe_key()}01"
FORMS = [registered(event()), event(), batch(event())]


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> Service:
    """The functions, in production."""
    service = Service(Shop(), monkeypatch)
    monkeypatch.setenv("SANDBOX", "false")
    return service


@pytest.fixture
def sold(service: Service) -> Placed:
    """An order of 100.00, of which note 1 has captured 70.00."""
    return sell(service)


def sell(service: Service) -> Placed:
    placed = Tour(service).place("sold")
    service.do("POST", f"{ORDER}/invoice/nfe", nfe())
    service.shop.relay()
    return placed


def send(service: Service, body: str, end: str = "", **more: Any) -> Heard:
    return service.call("POST", f"{ORDER}/invoice/nfe{end}", body, **more)


def refusal(heard: Heard) -> tuple[int, str]:
    return heard.status, heard.json["error"]["code"]


def packages(service: Service) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = service.do("GET", ORDER)["packageAttachment"]["packages"]
    return found


def read(text: str) -> CancellationEvent:
    told = read_fiscal_or_event(text.encode())
    assert isinstance(told, CancellationEvent)
    return told


def named(text: str, before: str, after: str) -> str:
    """The text with one part of it replaced, which it has."""
    assert before in text
    return text.replace(before, after, 1)


def without(text: str, name: str) -> str:
    """The text without the first element of a name."""
    rest, _, tail = text.partition(f"<{name}>")
    assert tail
    return rest + tail.partition(f"</{name}>")[2]


@pytest.mark.parametrize("text", FORMS, ids=EVENT_ROOTS)
def test_event_is_read(text: str) -> None:
    told = read(text)
    assert (told.key.text, told.sequence, told.protocol, told.reason) == (nfe_key(), 1, AUTHORISATION, REASON)
    assert (told.occurred_at, told.is_test, told.id) == (OCCURRED_AT, False, EVENT_ID)
    assert (None if told.registration is None else told.registration.status) == ("135" if "retEvento" in text else None)


@pytest.mark.parametrize("text", FORMS, ids=EVENT_ROOTS)
def test_event_is_no_document_of_an_invoice(text: str) -> None:
    with pytest.raises(FiscalDocumentRefused) as refused:
        read_fiscal(text.encode())
    assert refused.value.published_code == "NFE_ROOT"


def test_reason_over_several_lines_is_one_text() -> None:
    assert read(event(reason="Pedido lançado\n\t em duplicidade ")).reason == REASON


@pytest.mark.parametrize("text", FORMS, ids=EVENT_ROOTS)
def test_event_cancels_its_invoice_and_refunds_it(service: Service, sold: Placed, text: str) -> None:
    heard = send(service, text)
    service.shop.relay()

    assert heard.status == 200, heard.text
    cancellation = packages(service)[0]["cancellation"]
    told = (cancellation["requestId"], cancellation["reason"], cancellation["withdrawnValue"])
    assert told == (EVENT_ID, REASON, 7000)
    assert sold.moved("refund") == [7000]
    assert figures(sold) == (0, 0, 7000, 7000, 3000)


def test_event_does_what_the_cancel_route_does(monkeypatch: pytest.MonkeyPatch) -> None:
    left = []
    for path, body in (
        (f"{ORDER}/invoice/nfe", registered(event())),
        (f"{ORDER}/invoice/1/cancel", {"requestId": EVENT_ID, "reason": REASON}),
    ):
        service = Service(Shop(), monkeypatch)
        placed = sell(service)
        receipt = service.do("POST", path, body)
        service.shop.relay()
        left.append((receipt, figures(placed), service.do("GET", ORDER)))

    assert left[0] == left[1]
    assert left[0][1] == (0, 0, 7000, 7000, 3000)


@pytest.mark.parametrize("first", FORMS, ids=EVENT_ROOTS)
def test_event_again_is_answered_as_before_in_every_form(service: Service, sold: Placed, first: str) -> None:
    done = send(service, first).json
    service.shop.relay()
    before = service.shop.store.backup()

    for text in FORMS:
        assert send(service, text).json == done
    service.shop.relay()
    assert service.shop.store.backup() == before
    assert sold.moved("refund") == [7000]


def test_event_again_leaves_a_later_invoice_with_its_key_alone(service: Service, sold: Placed) -> None:
    done = send(service, event()).json
    service.do("POST", f"{ORDER}/invoice", invoice_body("A-2", 2000, items=[], invoiceKey=nfe_key()))
    service.shop.relay()

    assert send(service, registered(event())).json == done
    assert [("cancellation" in shown) for shown in packages(service)] == [True, False]


def test_event_after_the_cancel_route_is_a_second_cancellation(service: Service, sold: Placed) -> None:
    service.do("POST", f"{ORDER}/invoice/1/cancel", {"requestId": "X1", "reason": "mistake"})
    assert refusal(send(service, event())) == (409, "OMS016")


@pytest.mark.parametrize("status", ["135", "136", "155"])
def test_registered_event_is_taken(service: Service, sold: Placed, status: str) -> None:
    assert send(service, registered(event(), status=status)).status == 200


@pytest.mark.parametrize("issuer", [ISSUER, ISSUER_OF_DIGITS, "00012345678909"])
def test_key_may_have_letters_or_a_persons_number(service: Service, issuer: str) -> None:
    Tour(service).place("sold")
    key = nfe_key(issuer=issuer)
    service.do("POST", f"{ORDER}/invoice", invoice_body("A-1", 1000, items=[], invoiceKey=key))
    text = event(key=key, issuer=issuer)
    if issuer.startswith("000"):
        text = named(text, f"<CNPJ>{issuer}</CNPJ>", f"<CPF>{issuer[3:]}</CPF>")
    assert send(service, text).status == 200


REFUSED: list[tuple[str, int, str, str]] = [
    (event(type_="110110"), 400, "NFE_EVENT", "infEvento/tpEvento: must be 110111, the cancellation; got 110110"),
    (event(type_="110112"), 400, "NFE_EVENT", "got 110112"),
    (registered(event(type_="110110")), 400, "NFE_EVENT", "got 110110"),
    (
        named(
            registered(event()),
            "<tpEvento>110111</tpEvento><nSeqEvento>1</nSeqEvento><dhReg",
            "<tpEvento>1</tpEvento><dhReg",
        ),
        400,
        "NFE_EVENT",
        "retEvento/tpEvento: must be 110111",
    ),
    (batch(event(), event(2)), 400, "NFE_EVENTS", "evento: must be 1 event, there are 2"),
    (registered(event() + event()), 400, "NFE_EVENTS", "there are 2"),
    (batch(), 400, "NFE_FIELD", "evento: is missing"),
    (registered(""), 400, "NFE_FIELD", "evento: is missing"),
    (named(event(), "portalfiscal.inf.br/nfe", "portalfiscal.inf.br/cte"), 400, "NFE_ROOT", "portalfiscal.inf.br/cte"),
    (batch(named(event(), "inf.br/nfe", "inf.br/cte")), 400, "NFE_ROOT", "procEventoNFe or evento or envEvento"),
    ("<retEnvEvento/>", 400, "NFE_ROOT", "nfeProc or NFe or procEventoNFe or evento or envEvento"),
    (event() + event(), 400, "NFE_UNREADABLE", "it is no XML"),
    (event(version="1.01"), 400, "NFE_VERSION", "evento, versao: must be 1.00; got 1.01"),
    (named(event(), "<verEvento>1.00", "<verEvento>2.00"), 400, "NFE_VERSION", "infEvento/verEvento: must be 1.00"),
    (named(event(), 'detEvento versao="1.00"', 'detEvento versao="4.00"'), 400, "NFE_VERSION", "detEvento, versao"),
    (named(event(), ' versao="1.00"', ""), 400, "NFE_VERSION", "evento, versao: must be 1.00; got none"),
    (event(key=nfe_key()[:-1]), 400, "NFE_KEY", "infEvento/chNFe: must have 44 characters, it has 43"),
    (event(key=nfe_key().lower()), 400, "NFE_KEY", "with capitals in the first 12 characters"),
    (event(key=WRONG_DIGIT), 400, "NFE_CHECK_DIGIT", "infEvento/chNFe: the last digit"),
    (event(key=nfe_key(model="65")), 400, "NFE_MODEL", "infEvento/chNFe: its model must be 55"),
    (event(issuer=ISSUER_OF_DIGITS), 400, "NFE_KEY_CONTENT", "infEvento/CNPJ: must be as in the access key"),
    (
        named(event(), f"<CNPJ>{ISSUER}</CNPJ>", "<CPF>12345678909</CPF>"),
        400,
        "NFE_KEY_CONTENT",
        f"infEvento/CNPJ: must be as in the access key, {ISSUER}; got 12345678909",
    ),
    (named(event(), 'Id="ID110111', 'Id="ID110110'), 400, "NFE_KEY_CONTENT", "infEvento, Id"),
    (registered(event(), 2), 400, "NFE_KEY_CONTENT", "retEvento/chNFe"),
    (registered(event(sequence=2)), 400, "NFE_KEY_CONTENT", "retEvento/nSeqEvento"),
    (event(environment="2"), 400, "NFE_TEST", "infEvento/tpAmb: must be 1, production; it is 2"),
    (named(registered(event()), "<infEvento><tpAmb>1", "<infEvento><tpAmb>2"), 400, "NFE_TEST", "tpAmb"),
    (registered(event(), status="573"), 400, "NFE_NOT_AUTHORISED", "retEvento/cStat: must be 135, 136, 155; it is 573"),
    (registered(event(), status="101"), 400, "NFE_NOT_AUTHORISED", "it is 101"),
    (event(reason="x" * (MIN_REASON_CHARACTERS - 1)), 400, "NFE_FIELD", "must have 15 to 255 characters, it has 14"),
    (event(reason="x" * (MAX_REASON_CHARACTERS + 1)), 400, "NFE_FIELD", "must have 15 to 255 characters, it has 256"),
    (event(protocol="13526"), 400, "NFE_FIELD", "nProt: must be 15 digits; got 13526"),
    (named(event(), "<nSeqEvento>1", "<nSeqEvento>0"), 400, "NFE_FIELD", "nSeqEvento: must be a number from 1 to 99"),
    (named(event(), OCCURRED_AT, "2026-07-01"), 400, "NFE_FIELD", "dhEvento: must be a time with its offset"),
    (
        named(event(), "<xJust>", "<xJust>other words, as long</xJust><xJust>"),
        400,
        "NFE_FIELD",
        "xJust: must stand once",
    ),
    (event(7), 404, "OMS004", nfe_key(7)),
    *(
        (without(event(), name), 400, "NFE_FIELD", f"{name}: is missing")
        for name in ("tpAmb", "chNFe", "dhEvento", "tpEvento", "nSeqEvento", "nProt", "xJust")
    ),
    (without(registered(event()), "cStat"), 400, "NFE_FIELD", "cStat: is missing"),
    (
        named(registered(event()), "retEvento versao", "retEvento><x versao").replace(
            "</retEvento>", "</x></retEvento>"
        ),
        400,
        "NFE_FIELD",
        "infEvento: is missing",
    ),
]


@pytest.mark.parametrize(("text", "status", "code", "said"), REFUSED)
def test_event_that_cancels_nothing_is_refused_and_nothing_written(
    service: Service, sold: Placed, text: str, status: int, code: str, said: str
) -> None:
    before = service.shop.store.backup()
    for end in ("", "/preview"):
        heard = send(service, text, end)
        assert refusal(heard) == (status, code), heard.text
        assert said in heard.json["error"]["message"]
    assert service.shop.store.backup() == before


def test_limits_of_a_reason_are_taken() -> None:
    for length in (MIN_REASON_CHARACTERS, MAX_REASON_CHARACTERS):
        assert read(event(reason="x" * length)).reason == "x" * length


def test_sandbox_takes_events_of_the_test_environment(
    service: Service, sold: Placed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SANDBOX", "true")
    assert send(service, event(environment="2")).status == 200


def test_strict_account_takes_no_event_without_its_registration(service: Service, sold: Placed) -> None:
    service.do("PATCH", SETTINGS, {"fiscalDocuments": "strict"})
    assert refusal(send(service, event())) == (400, "NFE_NO_PROTOCOL")
    assert send(service, registered(event())).status == 200


def test_event_of_another_authorisation_than_the_notes_is_refused(service: Service) -> None:
    placed = Tour(service).place("sold")
    note = named(nfe(), "</cStat>", f"</cStat><nProt>{AUTHORISATION}</nProt>")
    service.do("POST", f"{ORDER}/invoice/nfe", note)
    service.shop.relay()

    heard = send(service, event(protocol="135260000000002"))
    assert refusal(heard) == (400, "NFE_PROTOCOL_DIFFERS")
    assert f"invoice 1, {AUTHORISATION}; got 135260000000002" in heard.json["error"]["message"]
    assert send(service, event()).status == 200
    service.shop.relay()
    assert placed.moved("refund") == [7000]


def test_invoice_is_found_by_the_key_that_was_told_with_it(service: Service) -> None:
    Tour(service).place("sold")
    printed = " ".join(nfe_key()[at : at + 4] for at in range(0, 44, 4))
    for number, key in (("A-1", nfe_key(9)), ("A-2", printed)):
        service.do("POST", f"{ORDER}/invoice", invoice_body(number, 1000, items=[], invoiceKey=key))
    service.shop.relay()

    assert send(service, event()).status == 200
    assert [("cancellation" in shown) for shown in packages(service)] == [False, True]


def test_key_of_a_corrected_sale_is_that_of_the_one_that_stands(service: Service) -> None:
    placed = Tour(service).place("sold")
    told: dict[str, Any] = {"items": [], "invoiceKey": nfe_key()}
    service.do("POST", f"{ORDER}/invoice", invoice_body("A-1", 7000, **told))
    service.shop.relay()
    service.do("POST", f"{ORDER}/invoice", invoice_body("A-2", 6000, replaces="A-1", **told))
    service.shop.relay()

    assert send(service, event()).status == 200
    service.shop.relay()
    assert [shown["cancellation"]["requestId"] for shown in packages(service)][1] == EVENT_ID
    assert figures(placed)[:2] == (0, 0)


def test_key_of_two_invoices_that_stand_names_none(service: Service) -> None:
    Tour(service).place("sold")
    for number in ("A-1", "A-2"):
        service.do("POST", f"{ORDER}/invoice", invoice_body(number, 1000, items=[], invoiceKey=nfe_key()))
    service.shop.relay()

    heard = send(service, event())
    assert refusal(heard) == (409, "NFE_KEY_USED")
    assert "A-1, A-2" in heard.json["error"]["message"]


def test_key_of_another_order_is_not_this_ones(service: Service, sold: Placed) -> None:
    Tour(service).place("other")
    path = "/api/oms/pvt/orders/other/invoice/nfe"
    assert refusal(service.call("POST", path, event())) == (404, "OMS004")
    assert refusal(service.call("POST", path.replace("other", "nobody"), event())) == (404, "OMS007")


def test_event_of_a_return_and_of_a_sale_that_was_returned_are_refused(service: Service, sold: Placed) -> None:
    service.do("POST", f"{ORDER}/invoice", invoice_body("R1", 1000, "Input", items=[], invoiceKey=nfe_key(2)))
    for number, said in ((2, "of type Input"), (1, "a return rests on invoice 1")):
        heard = send(service, event(number))
        assert refusal(heard) == (409, "OMS016")
        assert said in heard.json["error"]["message"]


def test_event_needs_the_role_for_refunds(service: Service, sold: Placed) -> None:
    for end in ("", "/preview"):
        assert send(service, event(), end, roles="notify-invoice").status == 403
        assert send(service, event(), end, roles="notify-refund").status == 200


def test_event_is_taken_on_the_version_that_it_names(service: Service, sold: Placed) -> None:
    stale = {"If-Match": '"1"'}
    assert refusal(send(service, event(), headers=stale)) == (412, "OMS412")
    current = {"If-Match": f'"{sold.transaction.version}"'}
    assert send(service, event(), headers=current).status == 200


def test_preview_of_an_event_is_that_of_the_cancel_route(service: Service, sold: Placed) -> None:
    before = service.shop.store.backup()
    shown = send(service, event(), "/preview").json
    assert service.shop.store.backup() == before
    assert shown == service.do("POST", f"{ORDER}/invoice/1/cancel/preview", {"requestId": EVENT_ID, "reason": REASON})
    assert [(step["operation"], step["value"]) for step in shown["moneyPlan"]] == [("refund", 7000)]
    assert shown["order"]["invoicedAfter"] == 0


def test_event_above_the_limit_waits_for_a_second_key(service: Service, sold: Placed) -> None:
    service.do("PATCH", SETTINGS, {"approvalAbove": {"refund": {"BRL": 0}}})
    asked = send(service, registered(event()), app_key="anna")
    assert (asked.status, asked.json["action"], asked.json["value"]) == (202, "cancel-invoice", 7000)
    assert send(service, event(), app_key="anna").json["id"] == asked.json["id"]

    assert "second-key" in [told["code"] for told in send(service, event(), "/preview").json["warnings"]]
    approve = f"/api/pvt/approvals/{asked.json['id']}/approve"
    assert service.call("POST", approve, {"reason": "seen"}, app_key="bea").status == 200
    service.shop.relay()
    assert packages(service)[0]["cancellation"]["requestId"] == EVENT_ID
    assert sold.moved("refund") == [7000]


def test_order_goes_on_with_another_note(service: Service, sold: Placed) -> None:
    send(service, registered(event()))
    service.shop.relay()
    service.do("POST", f"{ORDER}/invoice/nfe", nfe(2, "30.00", [("B", "2", "30.00")]))
    service.shop.relay()
    assert figures(sold) == (3000, 3000, 10000, 7000, 0)
    assert packages(service)[1]["issuanceDate"] == ISSUED_AT
