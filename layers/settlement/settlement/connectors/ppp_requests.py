"""The bodies of the Payment Provider Protocol's requests (C§4.2 to C§4.6).

Amounts are exact decimals of major units. A required field with an unknown value (a device's fingerprint, an unnamed
shopper) is an empty string, or null if the schema allows it; an optional one is left out. A card is sent by its vault
token; its number and code are always null.
"""

from collections.abc import Collection, Sequence

from settlement.domain.connectors.connector import VaultedCard
from settlement.domain.connectors.connector_calls import (
    Authorise,
    Cancel,
    Inbound,
    PaymentReference,
    Refund,
    Settle,
)
from settlement.domain.money import to_major
from settlement.domain.order.shopper import Address, Shopper
from settlement.domain.privacy.masking import MASK

Body = dict[str, object]
Settings = Sequence[tuple[str, str]]
"""Custom fields by name and value, passwords among them."""

_ADDRESS = {
    "country": "country",
    "street": "street",
    "number": "number",
    "complement": "complement",
    "neighborhood": "neighborhood",
    "postalCode": "postal_code",
    "city": "city",
    "state": "state",
}
_PERSONAL = frozenset({"buyer", "shippingAddress", "billingAddress", "holder"})


def with_settings(body: Body, settings: Settings) -> Body:
    """Add the merchant's custom fields, which go with every call that moves money or asks for its authorisation."""
    return body | {"merchantSettings": _pairs(settings)} if settings else body


def _pairs(named: Settings) -> list[Body]:
    return [{"name": name, "value": value} for name, value in named]


def _metadata(payment: PaymentReference) -> Body:
    return {"connectorMetadata": _pairs(payment.metadata)} if payment.metadata else {}


def authorise_body(request: Authorise) -> Body:
    """Build the body of create payment (C§4.2)."""
    currency = request.currency
    body: Body = {
        "reference": request.order_id,
        "orderId": request.order_group,
        "shopperInteraction": "ecommerce",
        "transactionId": request.transaction_id,
        "paymentId": request.payment_id,
        "paymentMethod": request.payment_method,
        "paymentMethodCustomCode": None,
        "merchantName": request.merchant_name,
        "value": to_major(request.value, currency),
        "referenceValue": to_major(request.reference_value, currency),
        "currency": currency,
        "installments": request.installments,
        "deviceFingerprint": "",
        "miniCart": _mini_cart(request),
        "url": "",
        "callbackUrl": request.callback_url,
        "returnUrl": "",
        # The protocol's schema has one name, its examples the other.
        **_known(inboundRequestUrl=request.inbound_url, inboundRequestsUrl=request.inbound_url),
    }
    if request.card is not None:
        body["card"] = _card(request.card)
    return body


def settle_body(request: Settle) -> Body:
    """Build the body of a settlement (C§4.3)."""
    payment = request.payment
    return {
        "transactionId": payment.transaction_id,
        "requestId": request.request_id,
        "paymentId": payment.payment_id,
        "value": to_major(request.value, payment.currency),
        "authorizationId": payment.authorization_id or "",
        **_known(tid=payment.tid, nsu=payment.nsu),
        **_metadata(payment),
    }


def cancel_body(request: Cancel, value_in_cents: bool) -> Body:
    """Build the body of a cancellation (C§4.4); the connector's configuration can ask for minor units (C§8.5)."""
    payment = request.payment
    return {
        "paymentId": payment.payment_id,
        "requestId": request.request_id,
        "authorizationId": payment.authorization_id or "",
        "transactionId": payment.transaction_id,
        "value": request.value if value_in_cents else to_major(request.value, payment.currency),
        **_known(tid=payment.tid, nsu=payment.nsu),
        **_metadata(payment),
    }


def refund_body(request: Refund) -> Body:
    """Build the body of a refund of one settlement (C§4.5)."""
    payment = request.payment
    return {
        "requestId": request.request_id,
        "settleId": request.settle_id,
        "paymentId": payment.payment_id,
        "tid": payment.tid or "",
        "value": to_major(request.value, payment.currency),
        "transactionId": payment.transaction_id,
        **_known(authorizationId=payment.authorization_id, nsu=payment.nsu),
        **_metadata(payment),
    }


def inbound_body(request: Inbound) -> Body:
    """Build the body of an inbound request (C§4.6)."""
    payment = request.payment
    return {
        "requestId": request.request_id,
        "transactionId": payment.transaction_id,
        "paymentId": payment.payment_id,
        "authorizationId": payment.authorization_id or "",
        "tid": payment.tid or "",
        "nsu": payment.nsu or "",
        "requestData": {"body": request.body},
    }


def secrets(body: Body) -> tuple[str, ...]:
    """Return the secrets of a body: the vault token and the callback's signature."""
    card = body.get("card")
    tokens = (str(card["numberToken"]),) if isinstance(card, dict) else ()
    return (*tokens, str(body.get("callbackUrl", "")).partition("X-VTEX-signature=")[2])


def with_masked_passwords(body: Body, passwords: Collection[str]) -> Body:
    """Return the body with the values of the custom fields that are ``passwords`` masked, however short they are."""
    settings = body.get("merchantSettings")
    if not isinstance(settings, list):
        return body
    masked = [field | {"value": MASK} if field["name"] in passwords else field for field in settings]
    return body | {"merchantSettings": masked}


def without_person(body: Body) -> Body:
    """Return the body with all data of the shopper masked."""
    return {name: _mask(inner) if name in _PERSONAL else _inside(inner) for name, inner in body.items()}


def _inside(value: object) -> object:
    return without_person(value) if isinstance(value, dict) else value


def _mask(value: object) -> object:
    if isinstance(value, dict):
        return {name: _mask(inner) for name, inner in value.items()}
    return MASK if value else value


def _known(**fields: str | None) -> Body:
    return {name: value for name, value in fields.items() if value is not None}


def _card(card: VaultedCard) -> Body:
    return {
        "holder": card.holder,
        "number": None,
        "csc": None,
        "expiration": {"month": None, "year": None},
        "numberToken": card.token,
        **_known(bin=card.first_digits),
    }


def _buyer(shopper: Shopper) -> Body:
    return {
        "firstName": shopper.first_name or "",
        "lastName": shopper.last_name or "",
        "document": shopper.document,
        "documentType": shopper.document_type,
        "email": shopper.email or "",
        "phone": shopper.phone or "",
    }


def _address(address: Address | None) -> Body:
    return {key: getattr(address, name, None) or "" for key, name in _ADDRESS.items()}


def _mini_cart(request: Authorise) -> Body:
    return {
        "shippingValue": to_major(request.shipping_value, request.currency),
        "taxValue": to_major(request.tax_value, request.currency),
        "buyer": _buyer(request.shopper or Shopper()),
        "shippingAddress": _address(request.shopper.address if request.shopper else None),
        "billingAddress": _address(None),
        "items": [
            {
                "id": item.id,
                "name": item.name,
                "price": to_major(item.price, request.currency),
                "quantity": item.quantity,
                "discount": 0,
            }
            for item in request.items
        ],
    }
