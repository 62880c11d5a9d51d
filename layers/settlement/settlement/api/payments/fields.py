"""The ``fields`` of a payment that tell how it was processed (C§3.4); only what is stored, nothing made up.

Connector answers are JSON text with decimals, as the gateway writes them; ``refund`` is in minor units.
"""

import json
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from settlement.api.shared.dates import action_date
from settlement.domain.money import to_major
from settlement.domain.transaction.leg import Leg, LegKind, LegState
from settlement.domain.transaction.payment import Authorisation, Payment

if TYPE_CHECKING:
    from settlement.api.shared.answer import NamedValue

PAYMENT_PROVIDER_CONNECTOR = "Vtex.PaymentGateway.Connectors.PaymentProvider.PaymentProviderConnector"
"""The value of the field ``connector`` by which clients tell a PPP connector from a legacy one (C§3.4)."""

_ANSWERED = frozenset({LegState.POSTED, LegState.REFUSED, LegState.MANUAL})
_PARTIAL_REFUND, _CLOSING_REFUND = 1, 0
_NEVER = datetime.max.replace(tzinfo=UTC)


def payment_fields(payment: Payment, currency: str, legs: Iterable[Leg]) -> "list[NamedValue]":
    """Return the fields of a payment, from itself and its connector calls in any order."""
    mine = sorted((leg for leg in legs if leg.payment_id == payment.payment_id), key=_when)
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
    for name, kind, key in (
        ("settlementConnectorResponse", LegKind.SETTLE, "settleId"),
        ("refundingConnectorResponse", LegKind.REFUND, "refundId"),
    ):
        if answered := [leg for leg in mine if leg.kind is kind and leg.state in _ANSWERED]:
            fields[name] = _movement_response(answered[-1], key, currency)
    if refunds := list(_refunds(mine)):
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


def _movement_response(leg: Leg, key: str, currency: str) -> str:
    """The last answer to a settlement or refund; its value is decimal, for display, and zero if nothing was done."""
    return _text(
        {
            key: leg.reference,
            "value": float(to_major(leg.posted_value, currency)),
            "requestId": leg.request_id,
            "paymentId": leg.payment_id,
            "code": leg.code,
            "message": leg.message,
        }
    )


def _refunds(legs: Iterable[Leg]) -> Iterator[dict[str, Any]]:
    """Every refund that was done, oldest first; the one that leaves nothing captured is closing."""
    left = 0
    for leg in legs:
        if leg.state is not LegState.POSTED or leg.kind not in (LegKind.SETTLE, LegKind.REFUND):
            continue
        left += leg.posted_value if leg.kind is LegKind.SETTLE else -leg.posted_value
        if leg.kind is LegKind.REFUND and leg.concluded_at is not None:
            yield {
                "Id": leg.request_id,
                "Token": leg.reference,
                "RefundDate": action_date(leg.concluded_at),
                "ValueAsInt": leg.posted_value,
                "RefundType": _PARTIAL_REFUND if left else _CLOSING_REFUND,
            }


def _when(leg: Leg) -> tuple[datetime, int, str]:
    """Orders legs by the time of their answer, those without one last."""
    return (leg.concluded_at or _NEVER, leg.operation, leg.number)


def _text(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
