"""The bodies of the Payment Provider Protocol's requests (contract §4.2 to §4.6).

Amounts are exact decimals of major units. A field the protocol requires and the service does not know (a
shopper's personal data, a device's fingerprint) is an empty string, or null where the schema has it
nullable; an optional one is left out. A card is known by its vault token: its number and code are always
null.
"""

from settlement.domain.connector import Authorise, Cancel, Inbound, Refund, Settle, VaultedCard
from settlement.domain.money import to_major

Body = dict[str, object]

_NO_BUYER: Body = {
    "firstName": "",
    "lastName": "",
    "document": None,
    "documentType": None,
    "email": "",
    "phone": "",
}
_NO_ADDRESS: Body = dict.fromkeys(
    ("country", "street", "number", "complement", "neighborhood", "postalCode", "city", "state"), ""
)


def authorise_body(request: Authorise) -> Body:
    """Build the body of create payment (§4.2)."""
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
    }
    if request.card is not None:
        body["card"] = _card(request.card)
    return body


def settle_body(request: Settle) -> Body:
    """Build the body of a settlement (§4.3)."""
    payment = request.payment
    return {
        "transactionId": payment.transaction_id,
        "requestId": request.request_id,
        "paymentId": payment.payment_id,
        "value": to_major(request.value, payment.currency),
        "authorizationId": payment.authorization_id or "",
        **_known(tid=payment.tid, nsu=payment.nsu),
    }


def cancel_body(request: Cancel, value_in_cents: bool) -> Body:
    """Build the body of a cancellation (§4.4), its value in minor units for a connector set so (§8.5)."""
    payment = request.payment
    return {
        "paymentId": payment.payment_id,
        "requestId": request.request_id,
        "authorizationId": payment.authorization_id or "",
        "transactionId": payment.transaction_id,
        "value": request.value if value_in_cents else to_major(request.value, payment.currency),
        **_known(tid=payment.tid, nsu=payment.nsu),
    }


def refund_body(request: Refund) -> Body:
    """Build the body of a refund of one settlement (§4.5)."""
    payment = request.payment
    return {
        "requestId": request.request_id,
        "settleId": request.settle_id,
        "paymentId": payment.payment_id,
        "tid": payment.tid or "",
        "value": to_major(request.value, payment.currency),
        "transactionId": payment.transaction_id,
        **_known(authorizationId=payment.authorization_id, nsu=payment.nsu),
    }


def inbound_body(request: Inbound) -> Body:
    """Build the body of an inbound request (§4.6)."""
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


def card_tokens(body: Body) -> tuple[str, ...]:
    """Return the vault tokens a body carries, which may be shown nowhere."""
    card = body.get("card")
    return (str(card["numberToken"]),) if isinstance(card, dict) else ()


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


def _mini_cart(request: Authorise) -> Body:
    return {
        "shippingValue": to_major(request.shipping_value, request.currency),
        "taxValue": to_major(request.tax_value, request.currency),
        "buyer": _NO_BUYER,
        "shippingAddress": _NO_ADDRESS,
        "billingAddress": _NO_ADDRESS,
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
