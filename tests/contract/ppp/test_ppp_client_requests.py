"""What the client sends, and what of it is kept."""

import json
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from settlement.connectors import exact_json
from settlement.connectors.ppp_amounts import amount
from settlement.domain.connectors.connector import Recipient
from settlement.domain.connectors.connector_calls import (
    Authorise,
    Cancel,
    Denied,
    Done,
    PaymentReference,
    Refund,
    Settle,
)
from settlement.domain.money import MAX_MINOR_UNITS, to_major
from settlement.domain.order.shopper import Address, Shopper
from tests.contract.ppp.provider import (
    AUTHORISE,
    CANCEL,
    REFUND,
    SETTLE,
    Provider,
    answer,
    client,
    every_movement,
    good,
    move,
)

RECIPIENT = Recipient("shoes", "Shoe Seller", "CNPJ", "12345678000195", "seller", 7000, True, False, 300)

SCHEMAS = Path(__file__).parents[1] / "published" / "ppp.json"

PERSON = Shopper(
    "maria@mail.example",
    "Maria",
    "Silva",
    "cpf",
    "52998224725",
    address=Address(street="Praia de Botafogo", city="Rio"),
)


class TestWhatIsSent:
    @pytest.mark.parametrize(("provider_headers", "prefix"), [(True, "x-provider-api"), (False, "x-vtex-api")])
    def test_keys_travel_under_the_names_of_the_connector(
        self, provider: Provider, provider_headers: bool, prefix: str
    ) -> None:
        provider.respond = answer(200, good("settle"))
        client().settle(replace(provider.connector, provider_headers=provider_headers), SETTLE)
        line, headers, _ = provider.requests[0]
        assert line == "POST /ppp/payments/A41B77/settlements HTTP/1.1"
        assert {name: value for name, value in headers.items() if "-api-" in name} == {
            f"{prefix}-appkey": "key-of-the-shop",
            f"{prefix}-apptoken": "token-of-the-shop",
        }
        assert (headers["content-type"], headers["accept"]) == ("application/json", "application/json")

    @every_movement
    def test_value_is_decimal_major_units(self, provider: Provider, name: str) -> None:
        move(provider, name)
        assert provider.sent["value"] == Decimal("70.00")
        assert b'"value":70.00' in provider.requests[0][2]

    def test_cancellation_value_is_cents_for_a_connector_set_so(self, provider: Provider) -> None:
        client().cancel(replace(provider.connector, cancel_value_in_cents=True), CANCEL)
        assert b'"value":7000' in provider.requests[0][2]

    def test_card_is_sent_as_its_vault_token_only(self, provider: Provider) -> None:
        client().authorise(provider.connector, AUTHORISE)
        assert provider.sent["card"] == {
            "holder": "John Doe",
            "number": None,
            "csc": None,
            "expiration": {"month": None, "year": None},
            "numberToken": "vault-token-1",
            "bin": "444433",
        }

    def test_exchange_has_neither_card_token_nor_credentials(self, provider: Provider) -> None:
        echo = {"status": "approved", "message": "vault-token-1 key-of-the-shop token-of-the-shop"}
        provider.respond = answer(200, echo)
        outcome = client().authorise(provider.connector, AUTHORISE)
        kept = outcome.exchange.request + outcome.exchange.response
        assert not any(secret in kept for secret in ("vault-token", "-of-the-shop"))
        assert '"numberToken":"***"' in kept
        assert '"value":100.00' in kept

    def test_shopper_is_told_and_kept_nowhere(self, provider: Provider) -> None:
        provider.respond = answer(
            200, {"paymentId": "A41B77", "status": "denied", "code": "Silva", "message": f"{PERSON.email} or Maria"}
        )
        outcome = client().authorise(provider.connector, replace(AUTHORISE, shopper=PERSON))

        cart: Any = provider.sent["miniCart"]
        assert cart["buyer"] == {
            "firstName": "Maria",
            "lastName": "Silva",
            "document": "52998224725",
            "documentType": "cpf",
            "email": "maria@mail.example",
            "phone": "",
        }
        assert cart["shippingAddress"]["street"] == "Praia de Botafogo"
        assert isinstance(outcome, Denied)
        kept = repr(outcome)
        assert not [
            word for word in ("Maria", "Silva", "52998224725", "mail.example", "Botafogo", "John Doe") if word in kept
        ]
        assert '"value":100.00' in outcome.exchange.request

    def test_signature_of_the_callback_is_told_and_kept_nowhere(self, provider: Provider) -> None:
        url = "https://quita.example/callback?accountName=demo&X-VTEX-signature=5EC2E7"
        provider.respond = answer(200, {"status": "undefined", "message": url, "callbackUrl": url})
        outcome = client().authorise(provider.connector, replace(AUTHORISE, callback_url=url))

        assert provider.sent["callbackUrl"] == url
        assert "5EC2E7" not in repr(outcome)
        assert "X-VTEX-signature=***" in outcome.exchange.request

    def test_what_a_connector_says_of_its_keys_is_not_repeated(self, provider: Provider) -> None:
        provider.respond = answer(400, {"code": "denied", "message": "token-of-the-shop is not known"})
        assert "of-the-shop" not in repr(move(provider, "settle"))

    def test_exchange_is_cut_to_4000_characters(self, provider: Provider) -> None:
        provider.respond = answer(200, good("settle", message="x" * 10_000))
        outcome = move(provider, "settle")
        assert len(outcome.exchange.response) == 4_000
        assert isinstance(outcome, Done)
        assert len(outcome.message or "") == 1_000

    @pytest.mark.parametrize(
        ("request_", "route"),
        [
            (AUTHORISE, "/payments"),
            (replace(AUTHORISE, card=None), "/payments"),
            (replace(AUTHORISE, shopper=PERSON), "/payments"),
            (replace(AUTHORISE, currency="JPY"), "/payments"),
            (SETTLE, "/payments/{paymentId}/settlements"),
            (CANCEL, "/payments/{paymentId}/cancellations"),
            (REFUND, "/payments/{paymentId}/refunds"),
            (replace(SETTLE, recipients=(RECIPIENT,)), "/payments/{paymentId}/settlements"),
            (replace(REFUND, recipients=(RECIPIENT,)), "/payments/{paymentId}/refunds"),
            *(
                (replace(request, payment=PaymentReference("TX1", "A41B77", "BRL", None, None, None)), route)
                for request, route in (
                    (SETTLE, "/payments/{paymentId}/settlements"),
                    (CANCEL, "/payments/{paymentId}/cancellations"),
                    (REFUND, "/payments/{paymentId}/refunds"),
                )
            ),
        ],
    )
    def test_body_is_valid_against_the_published_schema(
        self, provider: Provider, request_: Authorise | Settle | Cancel | Refund, route: str
    ) -> None:
        caller = client()
        match request_:
            case Authorise():
                caller.authorise(provider.connector, request_)
            case Settle():
                caller.settle(provider.connector, request_)
            case Cancel():
                caller.cancel(provider.connector, request_)
            case Refund():
                caller.refund(provider.connector, request_)
        document = json.loads(SCHEMAS.read_text())
        schema = document["paths"][route]["post"]["requestBody"]["content"]["application/json"]["schema"]
        resolved = {"components": document["components"], **as_json_schema(schema)}
        jsonschema.validate(json.loads(provider.requests[0][2]), resolved)


def as_json_schema(schema: object) -> dict[str, object]:
    """Turn OpenAPI 3.0's ``nullable`` into a type of JSON Schema."""
    assert isinstance(schema, dict)
    turned = {
        key: {name: as_json_schema(member) for name, member in value.items()} if key == "properties" else value
        for key, value in schema.items()
    }
    if schema.get("nullable"):
        turned["type"] = [schema["type"], "null"]
    return turned


@given(st.integers(1, MAX_MINOR_UNITS), st.sampled_from(["BRL", "JPY", "KWD", "CLF"]))
def test_money_survives_the_wire_exactly(minor_units: int, currency: str) -> None:
    assert amount(exact_json.read(exact_json.write(to_major(minor_units, currency))), currency) == minor_units


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text() | st.decimals(allow_nan=False, allow_infinity=False),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    )
)
def test_json_survives_the_wire_exactly(value: object) -> None:
    assert exact_json.read(exact_json.write(value)) == value


def test_float_is_never_written() -> None:
    with pytest.raises(TypeError, match="float"):
        exact_json.write({"value": 0.1})
