"""What an answer to create payment tells beside its decision is read whole or not at all (C§4.2)."""

from typing import Any

import pytest

from settlement.connectors import exact_json
from settlement.domain.connectors.connector_calls import Approved, AuthorisationOutcome, Denied, Undecided, Unknown
from settlement.domain.connectors.payment_answer import PaymentAnswer, PaymentApp
from tests.contract.ppp.provider import AUTHORISE, Provider, answer, client

SLIP = {
    "authorizationId": "AUT-1",
    "tid": "TID-1",
    "nsu": "NSU-1",
    "acquirer": "TestPay",
    "paymentUrl": "https://pay.example/slip/1",
    "redirectUrl": "https://pay.example/old/1",
    "identificationNumber": "23790504004199031316957008109209378300000019900",
    "identificationNumberFormatted": "23790.50400 41990.313169 57008.109209 3 78300000019900",
    "barCodeImageType": "i25",
    "barCodeImageNumber": "23793783000000199000504041990313165700810920",
    "bankIssueInvoiceId": "BI-1",
    "delayToAutoSettle": 21600,
    "delayToAutoSettleAfterAntifraud": 1800,
    "paymentAppData": {"appName": "shop.pix", "payload": '{"code": "00020126\\u00e9", "image": "iVBOR/w0K="}'},
}
READ = PaymentAnswer(
    authorization_id="AUT-1",
    tid="TID-1",
    nsu="NSU-1",
    acquirer="TestPay",
    payment_url="https://pay.example/slip/1",
    redirect_url="https://pay.example/old/1",
    payment_app=PaymentApp("shop.pix", '{"code": "00020126\\u00e9", "image": "iVBOR/w0K="}'),
    identification_number="23790504004199031316957008109209378300000019900",
    identification_number_formatted="23790.50400 41990.313169 57008.109209 3 78300000019900",
    bar_code_image_type="i25",
    bar_code_image_number="23793783000000199000504041990313165700810920",
    bank_issue_invoice_id="BI-1",
    delay_to_auto_settle_seconds=21600,
    delay_after_antifraud_seconds=1800,
)


def answered(provider: Provider, status: str = "undefined", http: int = 200, **told: Any) -> AuthorisationOutcome:
    """Authorise, answered so."""
    provider.respond = answer(http, {"paymentId": "A41B77", "status": status, **told})
    return client().authorise(provider.connector, AUTHORISE)


@pytest.mark.parametrize(
    ("status", "http", "kind"), [("approved", 200, Approved), ("undefined", 200, Undecided), ("denied", 200, Denied)]
)
def test_every_part_is_read_of_every_decision(provider: Provider, status: str, http: int, kind: type) -> None:
    outcome = answered(provider, status, http, **SLIP)

    assert isinstance(outcome, kind)
    assert (outcome.exchange.answered, outcome.exchange.remarks) == (READ, ())


def test_what_is_not_named_is_none(provider: Provider) -> None:
    empty: dict[str, Any] = dict.fromkeys(SLIP) | {"acquirer": "", "paymentAppData": {"appName": None, "payload": " "}}

    assert answered(provider, **empty).exchange.answered == PaymentAnswer()
    assert answered(provider).exchange.answered == PaymentAnswer()


def test_payload_without_an_app_is_read(provider: Provider) -> None:
    told = answered(provider, paymentAppData={"payload": "00020126"}).exchange.answered

    assert told is not None
    assert told.payment_app == PaymentApp(None, "00020126")


def test_answer_that_decides_nothing_tells_nothing(provider: Provider) -> None:
    outcome = answered(provider, "approved", 500, **SLIP)

    assert isinstance(outcome, Unknown)
    assert outcome.exchange.answered is None


@pytest.mark.parametrize(
    ("told", "remark"),
    [
        ({"acquirer": "x" * 256}, "it is no id of at most 255 characters"),
        ({"identificationNumber": ["1"]}, "identificationNumber is a list, which is not taken"),
        ({"paymentUrl": "https://pay.example/" + "x" * 1_981}, "paymentUrl has 2001 bytes, which is not taken: the"),
        ({"redirectUrl": {"href": "x"}}, "redirectUrl is no text, which is not taken"),
        ({"paymentAppData": "shop.pix"}, "paymentAppData is no object, which is not taken"),
        ({"paymentAppData": {"payload": {"code": "1"}}}, "paymentAppData.payload is no text, which is not taken"),
        ({"paymentAppData": {"payload": "é" * 10_001}}, "paymentAppData.payload has 20002 bytes, which is not taken"),
        ({"delayToAutoSettleAfterAntifraud": -1}, "delayToAutoSettleAfterAntifraud is -1, which is not taken"),
        ({"message": "m" * 1_001}, "message has 1001 characters, of which 1000 are taken"),
    ],
    ids=lambda case: next(iter(case)) if isinstance(case, dict) else "",
)
def test_part_that_cannot_be_kept_is_remarked_and_the_answer_stands(
    provider: Provider, told: dict[str, Any], remark: str
) -> None:
    outcome = answered(provider, nsu="NSU-1", **told)

    assert isinstance(outcome, Undecided)
    assert outcome.exchange.answered == PaymentAnswer(nsu="NSU-1")
    [said] = outcome.exchange.remarks
    assert remark in said


@pytest.mark.parametrize(
    "told",
    [{"paymentUrl": "https://pay.example/" + "x" * 1_980}, {"paymentAppData": {"payload": "é" * 10_000}}],
    ids=["address", "payload"],
)
def test_largest_part_is_kept_whole(provider: Provider, told: dict[str, Any]) -> None:
    outcome = answered(provider, **told)

    assert outcome.exchange.answered != PaymentAnswer()
    assert outcome.exchange.remarks == ()


def test_part_that_is_there_twice_is_left_out(provider: Provider) -> None:
    provider.respond = answer(200, '{"status": "undefined", "acquirer": "A", "acquirer": "B"}')

    outcome = client().authorise(provider.connector, AUTHORISE)

    assert isinstance(outcome, Undecided)
    assert outcome.exchange.answered == PaymentAnswer()
    assert len(outcome.exchange.remarks) == 1


WHOLE = ['{"code": "00020126"}', '["00020126", {"payload": "00020126"}]', "126", '"a \\"00020126\\" b"']


@pytest.mark.parametrize("private", [*WHOLE, '"00020126', '{"code": "00020126"', "[" * 5_000 + "126"])
def test_way_to_pay_of_any_type_is_in_no_timeline(provider: Provider, private: str) -> None:
    provider.respond = answer(
        200, f'{{"status": "undefined", "paymentAppData": {{"payload": {private}}}, "tid": "T-1"}}'
    )

    shown = client().authorise(provider.connector, AUTHORISE).exchange.response

    assert "126" not in shown
    assert '"payload": "***"' in shown
    assert private not in WHOLE or '"***"}, "tid": "T-1"}' in shown


def test_way_to_pay_that_is_null_is_shown_so(provider: Provider) -> None:
    provider.respond = answer(200, '{"status": "undefined", "paymentUrl": null, "tid": "T-1"}')

    shown = client().authorise(provider.connector, AUTHORISE).exchange.response

    assert '"paymentUrl": null, "tid": "T-1"' in shown


@pytest.mark.parametrize("body", [SLIP, '{"status": "undefined", "payload" :\n"of \\"Maria\\" \\\\", "paymentUrl": "h'])
def test_way_to_pay_is_in_no_timeline(provider: Provider, body: object) -> None:
    text = body if isinstance(body, str) else exact_json.write({"status": "undefined", **SLIP})
    provider.respond = answer(200, text)

    shown = client().authorise(provider.connector, AUTHORISE).exchange.response

    assert not [part for part in ("00020126", "pay.example", "Maria", '"h') if part in shown]
    assert '"payload":"***"' in shown.replace(" ", "").replace("\n", "")
    assert '"status"' in shown
