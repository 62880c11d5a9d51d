"""Create payment tells all that order and payment say; what is personal stays out of the timeline (C§4.2)."""

import json
from dataclasses import replace
from decimal import Decimal
from typing import Any

import jsonschema
import pytest

from settlement.domain.connectors.connector import CartItem, Recipient
from settlement.domain.connectors.connector_calls import Denied
from settlement.domain.order.shopper import Address, Shopper
from tests.contract.ppp.provider import (
    AUTHORISE,
    CANCEL,
    REFUND,
    SETTLE,
    Provider,
    answer,
    client,
    good,
)
from tests.contract.ppp.test_ppp_client_requests import SCHEMAS, as_json_schema

COMPANY = Shopper(
    email="buyer@firm.example",
    first_name="Maria",
    document="52998224725",
    document_type="cpf",
    address=Address(street="Praia de Botafogo", number="300", city="Rio"),
    billing_address=Address(street="Rua do Ouvidor", number="4440", city="Niteroi", receiver_name="Ines Prado"),
    user_profile_id="c1245228-1c68",
    is_corporate=True,
    corporate_name="Velas e Mastros",
    trade_name="Mastro Forte",
    corporate_document="11222333000181",
    ip_address="203.0.113.7",
    device_fingerprint="75076388",
)
SELLER = Recipient("shoes", "Shoe Seller", "CNPJ", "12345678000195", "seller", 7000, True, False, 300)
SHOP = Recipient("shop", "The Shop", "CNPJ", "11444777000161", "marketplace", 3000)
FULL = replace(
    AUTHORISE,
    shopper=COMPANY,
    installments=6,
    installment_value=1666,
    first_installment_value=1670,
    interest_rate="1.99",
    total_cart_value=10000,
    custom_code="store-card",
    order_url="https://admin.shop.example/orders/7",
    return_url="https://shop.example/back?to={messageCode}",
    items=(CartItem("A", "Shoe", 5000, 1, "Normal", "9", "1", "0.05", 250),),
    recipients=(SELLER, SHOP),
)


def sent(provider: Provider) -> dict[str, Any]:
    """Authorise the full request; return its body as it arrived."""
    provider.respond = answer(200, {"status": "approved"})
    client().authorise(provider.connector, FULL)
    return dict(provider.sent)


def test_payment_tells_its_instalments_to_the_cent(provider: Provider) -> None:
    body = sent(provider)

    assert (body["installments"], body["installmentsInterestRate"]) == (6, Decimal("1.99"))
    assert (body["installmentsValue"], body["firstInstallmentValue"]) == (Decimal("16.66"), Decimal("16.70"))
    assert body["firstInstallmentValue"] + 5 * body["installmentsValue"] == body["value"]


def test_equal_instalments_need_no_first_one(provider: Provider) -> None:
    provider.respond = answer(200, {"status": "approved"})
    equal = replace(FULL, installments=2, installment_value=5000, first_installment_value=5000, interest_rate=None)
    client().authorise(provider.connector, equal)

    assert provider.sent["installmentsValue"] == Decimal("50.00")
    assert not {"firstInstallmentValue", "installmentsInterestRate"} & provider.sent.keys()


def test_addresses_and_session_are_told(provider: Provider) -> None:
    body = sent(provider)

    assert body["returnUrl"] == "https://shop.example/back?to={messageCode}"
    assert body["url"] == "https://admin.shop.example/orders/7"
    assert (body["ipAddress"], body["deviceFingerprint"]) == ("203.0.113.7", "75076388")
    assert (body["paymentMethodCustomCode"], body["totalCartValue"]) == ("store-card", Decimal("100.00"))


def test_cart_tells_buyer_both_addresses_and_items(provider: Provider) -> None:
    cart = sent(provider)["miniCart"]

    assert {name: cart["buyer"][name] for name in ("id", "isCorporate", "corporateName", "tradeName")} == {
        "id": "c1245228-1c68",
        "isCorporate": True,
        "corporateName": "Velas e Mastros",
        "tradeName": "Mastro Forte",
    }
    assert cart["buyer"]["corporateDocument"] == "11222333000181"
    assert (cart["shippingAddress"]["street"], cart["billingAddress"]["street"]) == (
        "Praia de Botafogo",
        "Rua do Ouvidor",
    )
    assert cart["items"] == [
        {
            "id": "A",
            "name": "Shoe",
            "price": Decimal("50.00"),
            "quantity": 1,
            "discount": 0,
            "deliveryType": "Normal",
            "categoryId": "9",
            "sellerId": "1",
            "taxRate": Decimal("0.05"),
            "taxValue": Decimal("2.50"),
        }
    ]


def test_recipients_are_told_in_the_words_of_the_schema(provider: Provider) -> None:
    seller, shop = sent(provider)["recipients"]

    assert seller == {
        "id": "shoes",
        "name": "Shoe Seller",
        "documentType": "CNPJ",
        "document": "12345678000195",
        "role": "seller",
        "chargeProcessingFee": True,
        "chargebackLiable": False,
        "amount": Decimal("70.00"),
        "comissionAmount": Decimal("3.00"),
        "commissionAmount": Decimal("3.00"),
    }
    assert shop.keys() == {"id", "name", "documentType", "document", "role", "amount"}


def test_recipients_are_told_with_captures_and_refunds(provider: Provider) -> None:
    recipients = sent(provider)["recipients"]
    provider.respond = answer(200, good("settle"))

    settled = client().settle(provider.connector, replace(SETTLE, recipients=(SELLER, SHOP)))
    assert provider.sent["recipients"] == recipients
    client().refund(provider.connector, replace(REFUND, recipients=(SELLER, SHOP)))
    assert provider.sent["recipients"] == recipients
    client().settle(provider.connector, SETTLE)
    assert "recipients" not in provider.sent
    assert '"recipients":"***"' in settled.exchange.request


def test_what_nobody_said_is_left_out_or_empty(provider: Provider) -> None:
    provider.respond = answer(200, {"status": "approved"})
    client().authorise(provider.connector, AUTHORISE)

    assert {name: provider.sent[name] for name in ("returnUrl", "url", "deviceFingerprint")} == {
        "returnUrl": "",
        "url": "",
        "deviceFingerprint": "",
    }
    assert provider.sent["paymentMethodCustomCode"] is None
    assert not {"ipAddress", "recipients", "totalCartValue", "installmentsValue"} & provider.sent.keys()


def test_full_body_is_valid_against_the_published_schema(provider: Provider) -> None:
    body = json.loads(json.dumps(sent(provider), default=float))
    document = json.loads(SCHEMAS.read_text())
    schema = document["paths"]["/payments"]["post"]["requestBody"]["content"]["application/json"]["schema"]
    jsonschema.validate(body, {"components": document["components"], **as_json_schema(schema)})


def test_person_and_recipients_are_in_no_timeline(provider: Provider) -> None:
    echo = "203.0.113.7 75076388 Velas e Mastros, MASTRO FORTE 11.222.333/0001-81 Rua do Ouvidor Ines"
    provider.respond = answer(200, {"status": "denied", "message": f"{echo} c1245228-1c68"})

    outcome = client().authorise(provider.connector, FULL)

    assert isinstance(outcome, Denied)
    told = ("203.0.113", "75076388", "Velas", "MASTRO", "11222333", "11.222", "Ouvidor", "Ines", "c1245228", "Seller")
    assert [fact for fact in told if fact in repr(outcome)] == []
    assert '"recipients":"***"' in outcome.exchange.request
    assert '"returnUrl":"https://shop.example/back?to={messageCode}"' in outcome.exchange.request


@pytest.mark.parametrize("is_trial", [True, False])
def test_every_call_about_money_tells_whether_it_is_a_trial(provider: Provider, is_trial: bool) -> None:
    connector, caller = replace(provider.connector, sandbox_mode=is_trial), client()
    provider.respond = answer(200, good("settle"))
    caller.authorise(connector, AUTHORISE)
    caller.settle(connector, SETTLE)
    caller.cancel(connector, CANCEL)
    caller.refund(connector, REFUND)

    bodies = [json.loads(body) for _, _, body in provider.requests]
    assert [(body["sandboxMode"], body["sandBoxMode"]) for body in bodies] == [(is_trial, is_trial)] * 4
