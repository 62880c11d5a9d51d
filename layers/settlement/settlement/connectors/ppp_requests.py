"""The bodies of the Payment Provider Protocol's requests (C§4.2 to C§4.6).

Amounts are exact decimals of major units. A required field with an unknown value (a device's fingerprint, an unnamed
shopper) is an empty string, or null if the schema allows it; an optional one is left out. A card is sent by its vault
token; its number and code are always null.
"""

from collections.abc import Collection, Sequence
from decimal import Decimal

from settlement.connectors.ppp_cart import mini_cart
from settlement.domain.connectors.connector import Recipient, VaultedCard
from settlement.domain.connectors.connector_calls import (
    Authorise,
    Cancel,
    Inbound,
    PaymentReference,
    Refund,
    Settle,
)
from settlement.domain.money import to_major
from settlement.domain.order.shopper import Shopper
from settlement.domain.privacy.masking import MASK

Body = dict[str, object]
Settings = Sequence[tuple[str, str]]
"""Custom fields by name and value, passwords among them."""

_PERSONAL = frozenset(
    {"buyer", "shippingAddress", "billingAddress", "holder", "ipAddress", "deviceFingerprint", "recipients"}
)


def with_settings(body: Body, settings: Settings) -> Body:
    """Add the merchant's custom fields, which go with every call that moves money or asks for its authorisation."""
    return body | {"merchantSettings": _pairs(settings)} if settings else body


def with_trial(body: Body, *, is_trial: bool) -> Body:
    """Tell whether it is a trial that moves no money; the schema has one name for it, other calls have the other."""
    return body | {"sandboxMode": is_trial, "sandBoxMode": is_trial}


def _pairs(named: Settings) -> list[Body]:
    return [{"name": name, "value": value} for name, value in named]


def _metadata(payment: PaymentReference) -> Body:
    return {"connectorMetadata": _pairs(payment.metadata)} if payment.metadata else {}


def authorise_body(request: Authorise) -> Body:
    """Build the body of create payment (C§4.2)."""
    currency, shopper = request.currency, request.shopper or Shopper()
    body: Body = {
        "reference": request.order_id,
        "orderId": request.order_group,
        "shopperInteraction": "ecommerce",
        "transactionId": request.transaction_id,
        "paymentId": request.payment_id,
        "paymentMethod": request.payment_method,
        "paymentMethodCustomCode": request.custom_code,
        "merchantName": request.merchant_name,
        "value": to_major(request.value, currency),
        "referenceValue": to_major(request.reference_value, currency),
        "currency": currency,
        "installments": request.installments,
        **_installments(request),
        "deviceFingerprint": shopper.device_fingerprint or "",
        "miniCart": mini_cart(request),
        "url": request.order_url or "",
        "callbackUrl": request.callback_url,
        "returnUrl": request.return_url or "",
        # The protocol's schema has one name, its examples the other.
        **_known(inboundRequestUrl=request.inbound_url, inboundRequestsUrl=request.inbound_url),
    }
    if request.card is not None:
        body["card"] = _card(request.card)
    if shopper.ip_address is not None:
        body["ipAddress"] = shopper.ip_address
    if request.total_cart_value is not None:
        body["totalCartValue"] = to_major(request.total_cart_value, currency)
    return body | _recipients(request.recipients, currency)


def _installments(request: Authorise) -> Body:
    """Tell the value of an instalment, and that of the first if it takes other cents (D122)."""
    told: Body = {} if request.interest_rate is None else {"installmentsInterestRate": Decimal(request.interest_rate)}
    if request.installment_value is not None:
        told["installmentsValue"] = to_major(request.installment_value, request.currency)
    if request.first_installment_value not in (None, request.installment_value):
        told["firstInstallmentValue"] = to_major(request.first_installment_value or 0, request.currency)
    return told


def _recipients(recipients: Sequence[Recipient], currency: str) -> Body:
    return {"recipients": [_recipient(recipient, currency) for recipient in recipients]} if recipients else {}


def _recipient(recipient: Recipient, currency: str) -> Body:
    told: Body = {
        "id": recipient.id,
        "name": recipient.name,
        "documentType": recipient.document_type,
        "document": recipient.document,
        "role": recipient.role,
        "amount": to_major(recipient.amount, currency),
    }
    if recipient.charge_processing_fee is not None:
        told["chargeProcessingFee"] = recipient.charge_processing_fee
    if recipient.chargeback_liable is not None:
        told["chargebackLiable"] = recipient.chargeback_liable
    if recipient.commission_amount is not None:
        # The schema spells it with one m for create payment and refunds, with two for settlements.
        told |= dict.fromkeys(("comissionAmount", "commissionAmount"), to_major(recipient.commission_amount, currency))
    return told


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
        **_recipients(request.recipients, payment.currency),
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
        **_recipients(request.recipients, payment.currency),
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
