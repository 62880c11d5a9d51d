"""The kit's payments: realistic, complete, and each with new ids."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import uuid4

from conformance.capabilities import Setup
from settlement.connectors.ppp_fields import Fields
from settlement.connectors.ppp_requests import authorise_body, with_settings
from settlement.domain.connectors.connector import CartItem
from settlement.domain.connectors.connector_calls import Authorise
from settlement.domain.money import to_major

_BUYER: Fields = {
    "id": "c1245228-1c68-11e6-94ac-0afa86a846a5",
    "firstName": "John",
    "lastName": "Doe",
    "document": "01234567890",
    "documentType": "cpf",
    "corporateName": None,
    "tradeName": None,
    "corporateDocument": None,
    "isCorporate": False,
    "email": "john.doe@example.com",
    "phone": "+5521999999999",
    "createdDate": "2020-02-18T18:17:45",
}
_ADDRESS: Fields = {
    "country": "BRA",
    "street": "Praia de Botafogo St.",
    "number": "300",
    "complement": "3rd Floor",
    "neighborhood": "Botafogo",
    "postalCode": "22250040",
    "city": "Rio de Janeiro",
    "state": "RJ",
}


@dataclass(frozen=True, slots=True)
class Draft:
    """A payment to create; ``value`` in minor units."""

    transaction_id: str
    payment_id: str
    value: int
    callback_url: str
    body: Fields


def new_id() -> str:
    """Return an id in the gateway's form: 32 upper-case hexadecimal digits."""
    return uuid4().hex.upper()


def draft(setup: Setup, method: str, card: str | None, value: int, ids: tuple[str, str], callback_url: str) -> Draft:
    """Build a payment of ``value`` minor units by a method; ``card`` is a card number or a vault token."""
    transaction_id, payment_id = ids
    request = Authorise(
        transaction_id=transaction_id,
        payment_id=payment_id,
        order_id=f"{payment_id[:13]}-01",
        order_group=payment_id[:13],
        merchant_name="conformance",
        payment_method=method,
        value=value,
        reference_value=value,
        currency=setup.currency,
        installments=1,
        card=None,
        items=(CartItem("1", "Conformance test", value, 1),),
        shipping_value=0,
        tax_value=0,
        callback_url=callback_url,
    )
    body = with_settings(authorise_body(request), setup.settings)
    cart = body["miniCart"]
    assert isinstance(cart, dict)
    body |= {
        "installmentsInterestRate": 0,
        "installmentsValue": to_major(value, setup.currency),
        "deviceFingerprint": "75076388",
        "ipAddress": "192.0.2.1",
        "miniCart": cart | {"buyer": _BUYER, "shippingAddress": _ADDRESS, "billingAddress": _ADDRESS},
        "url": "https://shop.example/orders",
        "returnUrl": "https://shop.example/checkout",
        "sandBoxMode": True,
    }
    if card is not None:
        body["card"] = _card(card)
    told_first = ("paymentId", "transactionId", "paymentMethod", "value", "currency", "card")
    ordered = {name: body[name] for name in told_first if name in body} | body
    return Draft(transaction_id, payment_id, value, callback_url, ordered)


def _card(card: str) -> Fields:
    """Build a card: digits are a number, any other text is a vault token."""
    if card.isdecimal():
        expiration = {"month": "12", "year": "2030"}
        return {"holder": "John Doe", "number": card, "csc": "123", "bin": card[:6], "expiration": expiration}
    nothing = {"month": None, "year": None}
    return {"holder": "John Doe", "number": None, "csc": None, "numberToken": card, "expiration": nothing}
