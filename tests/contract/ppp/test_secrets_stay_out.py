"""Secrets and the shopper's facts stay out of everything that is kept of a call, however a connector writes them."""

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from settlement.connectors.ppp import PaymentProviderClient
from settlement.domain.connectors.connector import Connector, Credentials, CustomField
from settlement.domain.order.shopper import Shopper
from settlement.domain.privacy.masking import without
from tests.contract.ppp.provider import AUTHORISE, SETTLE, Provider, answer, client, good

LONG = "eyJhbGciOiJSUzI1NiJ9." + "QWxsIG9mIHRoaXMgaXMgbWFkZSB1cA" * 46  # pragma: allowlist secret
SLASHED = "q8/Zk+7mVw1/abcDEF09=="  # pragma: allowlist secret
QUOTED = 'pä"ss/w\\ord+1'  # pragma: allowlist secret


def connector(provider: Provider) -> Connector:
    return replace(provider.connector, custom_fields=(CustomField("Key", None),))


def knowing(key: str) -> PaymentProviderClient:
    credentials = Credentials("key-of-the-shop", "token-of-the-shop", (("Key", key),))
    return PaymentProviderClient(5, lambda _: credentials, allow_loopback=True)


@pytest.mark.parametrize(
    "said",
    [
        {"message": f"approved with {LONG}"},
        {"message": "x" * 990 + LONG},
        {"requestId": LONG},
        {"settleId": [LONG], "value": LONG},
        {"value": LONG},
        {"code": LONG, "message": LONG},
    ],
    ids=["message", "message that is cut", "request id", "no id", "value", "code"],
)
def test_secret_that_is_cut_off_is_masked_all_the_same(provider: Provider, said: dict[str, Any]) -> None:
    provider.respond = answer(200, good("settle") | said)

    outcome = knowing(LONG).settle(connector(provider), SETTLE)

    assert [part for part in (LONG[:9], LONG[40:60]) if part in repr(outcome)] == []
    assert "***" in repr(outcome)


def _php(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).replace("/", "\\/")


def _net(text: str) -> str:
    return '"' + "".join(c if c.isascii() and c.isalnum() else f"\\u{ord(c):04X}" for c in text) + '"'


@pytest.mark.parametrize("write", [json.dumps, _php, _net, lambda text: json.dumps(text, ensure_ascii=False)])
@pytest.mark.parametrize("key", [SLASHED, QUOTED])
def test_secret_is_masked_however_its_connector_escapes_it(provider: Provider, write: Any, key: str) -> None:
    provider.respond = answer(500, f'{{"code": "1", "message": {write(f"wrong {key}!")}, "key": {write(key)}}}')

    outcome = knowing(key).settle(connector(provider), SETTLE)

    assert key not in repr(outcome)
    assert write(key)[1:-1] not in outcome.exchange.response
    assert outcome.exchange.response.count("***") == 2


@pytest.mark.parametrize("said", ["PIN 739 is wrong", "739", "pin=739;", '{"pin":739}'])
def test_short_secret_is_masked_where_it_is_a_word(provider: Provider, said: str) -> None:
    provider.respond = answer(200, good("settle") | {"message": said, "tid": "1739-5"})

    outcome = knowing("739").settle(connector(provider), SETTLE)

    assert "***" in str(getattr(outcome, "message", ""))
    assert "1739-5" in outcome.exchange.response
    assert "739" not in outcome.exchange.response.replace("1739-5", "")


@given(st.text(min_size=4, max_size=40), st.text(max_size=20), st.text(max_size=20))
def test_no_secret_is_left_in_any_text(secret: str, before: str, behind: str) -> None:
    assert secret not in without(before + secret + behind, (), (secret,)).replace("***", "")


def test_request_in_the_timeline_has_no_fact_about_the_shopper_in_an_address(provider: Provider) -> None:
    provider.respond = answer(200, {"status": "approved"})
    shopper = Shopper(email="maria.silva@mail.example", document="52998224725", first_name="Maria")
    told = replace(
        AUTHORISE,
        shopper=shopper,
        custom_code="52998224725",
        return_url="https://shop.example/back?email=maria.silva%40mail.example&cpf=529.982.247-25",
        order_url="https://admin.shop.example/?q=maria.silva@mail.example",
    )

    outcome = client().authorise(provider.connector, told)

    assert provider.sent["returnUrl"] == told.return_url
    shown = outcome.exchange.request
    assert [fact for fact in ("maria", "529.982", "52998224725") if fact in shown.lower()] == []
    assert '"returnUrl":"https://shop.example/back?email=***' in shown
