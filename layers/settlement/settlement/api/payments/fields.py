"""The ``fields`` of a payment that tell how it was processed (C§3.4); only what is stored, nothing made up.

Connector answers are JSON text with decimals, as the gateway writes them; ``refund`` is in minor units.
"""

import json
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from settlement.api.shared.dates import action_date
from settlement.domain.ledger.refund_made import RefundMade
from settlement.domain.money import to_major
from settlement.domain.transaction.answers import Answer, Answers
from settlement.domain.transaction.leg import Leg
from settlement.domain.transaction.payment import Authorisation, Payment

if TYPE_CHECKING:
    from settlement.api.shared.answer import NamedValue

PAYMENT_PROVIDER_CONNECTOR = "Vtex.PaymentGateway.Connectors.PaymentProvider.PaymentProviderConnector"
"""The value of the field ``connector`` by which clients tell a PPP connector from a legacy one (C§3.4)."""

_PARTIAL_REFUND, _CLOSING_REFUND = 1, 0


def payment_fields(payment: Payment, currency: str, answers: Answers) -> "list[NamedValue]":
    """Return the fields of a payment, from itself and what its connector answered."""
    fields = {
        "originalPaymentSystem": payment.payment_system,
        "paymentMethod": payment.payment_system_name,
        "currencyCode": currency,
        "affiliationId": payment.connector,
        "connector": PAYMENT_PROVIDER_CONNECTOR if payment.is_ppp else payment.connector,
        **_of_the_card(payment),
        **_of_the_authorisation(payment),
    }
    if payment.auto_settle_at is not None:
        fields["waitingForAutoSettle"] = f"{payment.auto_settle_at:%m/%d/%Y %H:%M:%S} P UTC"
    for name, newest, key in (
        ("settlementConnectorResponse", answers.settlement, "settleId"),
        ("refundingConnectorResponse", answers.refund, "refundId"),
    ):
        if newest is not None:
            fields[name] = _movement_response(payment, newest, key, currency)
    if refunds := list(_refunds(answers.refunds)):
        fields["refund"] = _text(refunds)
    return [{"name": name, "value": value} for name, value in fields.items()]


def connector_answer(payment: Payment, leg: Leg) -> str:
    """What the connector said to one call, as JSON text, in the four keys of the gateway's actions (C§3.5)."""
    return _text(
        {
            "Tid": payment.tid,
            "ReturnCode": leg.code,
            "Message": leg.message,
            "authId": payment.authorization_id,
        }
    )


def _of_the_card(payment: Payment) -> dict[str, str]:
    card = payment.card
    if card is None:
        return {}
    shown = {"cardHolder": card.holder, "firstDigits": card.first_digits, "lastDigits": card.last_digits}
    return {name: value for name, value in shown.items() if value is not None}


def _of_the_authorisation(payment: Payment) -> dict[str, str]:
    fields = {} if payment.tid is None else {"tid": payment.tid}
    if payment.authorisation is Authorisation.PENDING:
        return fields
    response = {
        "paymentId": payment.payment_id,
        "status": payment.authorisation.value,
        "authorizationId": payment.authorization_id,
        "tid": payment.tid,
        "nsu": payment.nsu,
        "acquirer": payment.acquirer,
        "code": payment.return_code,
        "message": payment.return_message,
    }
    return fields | {"authorizationConnectorResponse": _text(response)}


def _movement_response(payment: Payment, newest: Answer, key: str, currency: str) -> str:
    """The last answer to a settlement or refund; its value is decimal, for display, and zero if nothing was done."""
    return _text(
        {
            key: newest.reference,
            "value": float(to_major(newest.value, currency)),
            "requestId": newest.request_id,
            "paymentId": payment.payment_id,
            "code": newest.code,
            "message": newest.message,
        }
    )


def _refunds(refunds: Iterable[RefundMade]) -> Iterator[dict[str, Any]]:
    """Every refund that was done, oldest first; the one that leaves nothing captured is closing."""
    refunded = 0
    for refund in refunds:
        refunded += refund.value
        yield {
            "Id": refund.request_id,
            "Token": refund.reference,
            "RefundDate": action_date(refund.refunded_at),
            "ValueAsInt": refund.value,
            "RefundType": _PARTIAL_REFUND if refunded < refund.captured else _CLOSING_REFUND,
        }


def _text(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
