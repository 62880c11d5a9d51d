"""The transaction as the gateway's routes show it (C§3.1 to C§3.5). Amounts are minor units.

Requests are what the merchant asked, actions what reached a connector; both come from the operations and their legs.
"""

import json
import uuid
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from settlement.api.payments.fields import connector_answer
from settlement.api.payments.view import oms_payment, payment_href
from settlement.api.shared.dates import action_date, gateway_date, gateway_date_or_none
from settlement.api.transactions.reconciliation import reconciliation_view
from settlement.domain.account.account import AccountSettings
from settlement.domain.audit.reconciliation import reconcile
from settlement.domain.connectors.connector import Connector, Mode
from settlement.domain.money import to_major
from settlement.domain.order.order import Line, Order
from settlement.domain.transaction.checkout import CLIENT_PROFILE, AdditionalData, read_object
from settlement.domain.transaction.fiscal_payment import FISCAL_CURRENCY, FiscalPayment, fiscal_payment
from settlement.domain.transaction.leg import Leg, LegKind, LegState
from settlement.domain.transaction.operation import Operation, OperationKind
from settlement.domain.transaction.payment import Payment
from settlement.domain.transaction.statuses import TransactionStatus, transaction_status
from settlement.domain.transaction.transaction import Transaction
from settlement.use_cases.gateway.retrieve_transaction import Books, Movements
from settlement.use_cases.shared.heads import Heads

if TYPE_CHECKING:
    from settlement.api.payments.answer import OmsTransaction
    from settlement.api.shared.answer import NamedValue
    from settlement.api.transactions.answer import (
        Action,
        Buyer,
        Capture,
        HowDone,
        OwnValues,
        Parts,
        RequestedValue,
        Reversals,
        Session,
        Settlements,
        TransactionAnswer,
    )
    from settlement.api.transactions.answer import Capabilities as CapabilitiesAnswer
    from settlement.api.transactions.answer import FiscalPayment as FiscalPaymentAnswer
    from settlement.domain.reconciliation.payout import Payout


def oms_transaction_view(heads: Heads, payments: Iterable[Payment], settings: AccountSettings) -> "OmsTransaction":
    """``GET /api/oms/pvt/orders/{orderId}/payment-transaction`` (C§3.1)."""
    order, transaction = heads.order, heads.transaction
    return {
        "status": transaction_status(order, transaction),
        "isActive": order.cancelled_at is None,
        "transactionId": transaction.transaction_id,
        "merchantName": settings.merchant_name or order.account,
        "payments": [oms_payment(payment) for payment in payments],
    }


def transaction_view(books: Books, lines: Sequence[Line], told: Sequence[AdditionalData] = ()) -> "TransactionAnswer":
    """``GET /api/pvt/transactions/{transactionId}`` (C§3.3), with the times at which its payments act by themselves,
    and whether requests, actions and ledger agree. ``told`` is its additional data.
    """
    order, transaction = books.heads.order, books.heads.transaction
    id_, ledger = transaction.transaction_id, transaction.ledger
    return {
        "id": id_,
        "transactionId": id_,
        "referenceKey": transaction.checkout.reference if transaction.checkout else order.order_group,
        **_parts(id_),
        "timeoutStatus": 0,
        "totalRefunds": ledger.refunded,
        "status": transaction_status(order, transaction),
        "value": ledger.authorised or transaction.value,
        "receiverUri": None,
        "startDate": gateway_date(transaction.created_at),
        "authorizationToken": token(id_, "authorization") if transaction.authorised_at else None,
        "authorizationDate": gateway_date_or_none(transaction.authorised_at),
        "commitmentToken": token(id_, "commitment") if transaction.finished_at else None,
        "commitmentDate": gateway_date_or_none(transaction.finished_at),
        "refundingToken": token(id_, "refunding") if ledger.refunded else None,
        "refundingDate": gateway_date_or_none(books.refunded_at),
        "cancelationToken": token(id_, "cancelation") if transaction.cancelled_at else None,
        "cancelationDate": gateway_date_or_none(transaction.cancelled_at),
        "fields": _named(_fields(order, transaction, lines) | {data.name: data.value for data in told}),
        **_session(order, transaction, told),
        **_own(books),
    }


def _parts(transaction_id: str) -> "Parts":
    path = f"/api/pvt/transactions/{transaction_id}"
    return {
        "interactions": {"href": f"{path}/interactions"},
        "settlements": {"href": f"{path}/settlements"},
        "payments": {"href": f"{path}/payments"},
        "refunds": {"href": f"{path}/refunds"},
        "cancellations": {"href": f"{path}/cancellations"},
        "capabilities": {"href": f"{path}/capabilities"},
    }


def _named(fields: Mapping[str, str]) -> "list[NamedValue]":
    return [{"name": name, "value": value} for name, value in fields.items()]


def _fields(order: Order, transaction: Transaction, lines: Sequence[Line]) -> dict[str, str]:
    """The telling fields (C§3.3), as far as what is stored tells them."""
    fields = {
        "retainPartialSettlements": str(transaction.mode is Mode.HOLD),
        "processingMode": transaction.mode.value,
        "orderId": order.order_group,
        "owner": order.account,
        "channel": transaction.checkout.channel if transaction.checkout else order.account.upper(),
        "cart": _cart(order, lines),
    }
    changed_at = {
        TransactionStatus.STARTED: transaction.created_at,
        TransactionStatus.AUTHORIZING: transaction.created_at,
        TransactionStatus.APPROVED: transaction.authorised_at,
        TransactionStatus.FINISHED: transaction.finished_at,
        TransactionStatus.CANCELLED: transaction.cancelled_at,
    }.get(transaction_status(order, transaction))
    return fields if changed_at is None else fields | {"lastTransitionDate": gateway_date(changed_at)}


def _cart(order: Order, lines: Sequence[Line]) -> str:
    parts = {part.id: part.value for part in order.totals}
    items = [
        {"id": line.id, "name": line.name, "value": line.selling_price, "quantity": line.quantity} for line in lines
    ]
    cart = {"items": items, "freight": parts.get("Shipping", 0), "tax": parts.get("Tax", 0)}
    return json.dumps(cart, ensure_ascii=False, separators=(",", ":"))


def _session(order: Order, transaction: Transaction, told: Sequence[AdditionalData]) -> "Session":
    """The shopper's session, which this system does not see, and what a checkout said of purchase and shopper."""
    checkout = transaction.checkout
    return {
        "shopperInteraction": "ecommerce",
        "ipAddress": None,
        "sessionId": None,
        "macId": "",
        "vtexFingerprint": None,
        "chargeback": None,
        "whiteSignature": None,
        "owner": order.account,
        "orderId": checkout.order_group if checkout else order.order_group,
        "userAgent": "",
        "acceptHeader": "",
        "antifraudTid": None,
        "antifraudResponse": None,
        "antifraudReference": None,
        "antifraudAffiliationId": None,
        "channel": checkout.channel if checkout else order.account.upper(),
        "salesChannel": checkout.sales_channel if checkout else order.sales_channel,
        "urn": checkout.urn if checkout else None,
        "softDescriptor": checkout.soft_descriptor if checkout else None,
        "markedForRecurrence": checkout.recurrent if checkout else False,
        "buyer": _buyer(told),
    }


def _buyer(told: Sequence[AdditionalData]) -> "Buyer | None":
    """Who buys, as the first profile of the additional data has it."""
    profile = next((read_object(data.name, data.value) for data in told if data.name == CLIENT_PROFILE), None)
    if profile is None:
        return None
    return {
        "firstName": _as_text(profile.get("firstName")),
        "lastName": _as_text(profile.get("lastName")),
        "documentType": _as_text(profile.get("documentType")),
        "document": _as_text(profile.get("document")),
        "email": _as_text(profile.get("email")),
        "address": _as_text(profile.get("address")),
        "phone": _as_text(profile.get("phone")),
    }


def _as_text(value: object) -> str:
    if value is None or isinstance(value, str):
        return value or ""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _own(books: Books) -> "OwnValues":
    """What the gateway's schema has no word for: mode, ledger, queue, timers and reconciliation."""
    order, transaction = books.heads.order, books.heads.transaction
    ledger, payments = transaction.ledger, books.payments
    return {
        "processingMode": transaction.mode,
        "currencyCode": transaction.currency,
        "authorizedValue": ledger.authorised,
        "requestedValue": transaction.requested,
        "settledValue": ledger.captured,
        "cancelledValue": ledger.given_up,
        "refundedValue": ledger.refunded,
        "inDoubtValue": ledger.doubtful,
        "openValue": ledger.open,
        "writtenOffValue": ledger.written_off,
        "paidOtherwiseValue": ledger.paid_otherwise,
        "refundWrittenOffValue": ledger.refund_written_off,
        "operationsWaiting": transaction.tail - transaction.head,
        "timers": [
            {
                "paymentId": payment.payment_id,
                "autoSettleDate": gateway_date_or_none(payment.auto_settle_at),
                "authorizationExpirationDate": gateway_date_or_none(payment.cancel_at),
            }
            for payment in payments
        ],
        "reconciliation": reconciliation_view(
            reconcile(order, transaction, payments, books.deeds, books.requested_through)
        ),
    }


def settlements_view(
    movements: Movements, connectors: Mapping[str, Connector], payouts: "Mapping[str, Payout]"
) -> "Settlements":
    """``…/settlements``: one request per invoice, one action per capture (C§3.5).

    ``connectors`` are by name, ``payouts`` by the key of the capture's call.
    """
    automatic = {
        operation.sequence for operation in movements.operations if operation.kind is OperationKind.AUTO_SETTLE
    }
    withdrawn = {asked: value for op in movements.operations for asked, value in op.withdrawn_requests.items()}
    return {
        "requests": _requests(movements, {op.sequence: op.ask.request for op in movements.operations}, withdrawn),
        "actions": [
            _capture(
                movements,
                leg,
                connectors,
                "auto-settlement" if leg.operation in automatic else "upon-request",
                payouts.get(leg.key),
            )
            for leg in movements.legs
            if leg.kind is LegKind.SETTLE and leg.state is LegState.POSTED
        ],
    }


def refunds_view(movements: Movements) -> "Reversals":
    """``…/refunds``: change refunds and returns; what a person has to do is ``email-notification`` (C§3.2, R25)."""
    return _reversals(movements, LegKind.REFUND, {op.sequence: op.refunding for op in movements.operations})


def cancellations_view(movements: Movements) -> "Reversals":
    """``…/cancellations``: gateway-only ones appear in the requests, not in the actions (C§8.17)."""
    return _reversals(movements, LegKind.CANCEL, {op.sequence: op.giving_up for op in movements.operations})


def capabilities_view(heads: Heads) -> "CapabilitiesAnswer":
    """``…/capabilities``: by how much the value may change, in major units (C§3.2)."""
    ledger = heads.transaction.ledger
    ceilings = [position.max_value or position.counters.authorised for position in heads.transaction.projection]
    return {
        "isValueChangeable": sum(ceilings) > ledger.authorised,
        "minimumValue": _major(1, heads.transaction.currency),
        "maximumValue": _major(sum(ceilings), heads.transaction.currency),
    }


def _major(minor_units: int, currency: str) -> float:
    """An amount for display; no money is computed from it."""
    return float(to_major(minor_units, currency))


def _requests(
    movements: Movements, values: Mapping[int, int], withdrawn: Mapping[int, int] | None = None
) -> "list[RequestedValue]":
    """One entry for each operation that asks for something; ``withdrawn`` is what others took back of it."""
    transaction_id = movements.heads.transaction.transaction_id
    asked = _with_retries(movements.operations, values)
    requests: list[RequestedValue] = []
    for operation in movements.operations:
        if not asked.get(operation.sequence):
            continue
        request: RequestedValue = {
            "id": token(transaction_id, f"operation/{operation.sequence}"),
            "date": gateway_date(operation.accepted_at),
            "value": asked[operation.sequence],
            "origin": operation.origin,
        }
        if withdrawn and operation.sequence in withdrawn:
            request["withdrawnValue"] = withdrawn[operation.sequence]
        requests.append(request)
    return requests


def _with_retries(operations: Sequence[Operation], values: Mapping[int, int]) -> dict[int, int]:
    """Return what each request asks: its own value, and what its retries took over from it."""
    first = {operation.sequence: operation.sequence for operation in operations}
    asked: dict[int, int] = {}
    for operation in operations:
        if operation.retry_of is not None:
            first[operation.sequence] = first[operation.retry_of]
        request = first[operation.sequence]
        asked[request] = asked.get(request, 0) + values[operation.sequence]
    return asked


def _reversals(movements: Movements, kind: LegKind, values: Mapping[int, int]) -> "Reversals":
    """What was asked, what reached a connector, and the sum of what it left to a person; that is not done yet (R25)."""
    legs = [leg for leg in movements.legs if leg.kind is kind and leg.state in (LegState.POSTED, LegState.MANUAL)]
    return {
        "requests": _requests(movements, values),
        "actions": [
            _action(movements, leg, "online" if leg.state is LegState.POSTED else "email-notification") for leg in legs
        ],
        "pendingManualValue": sum(leg.value for leg in legs if leg.state is LegState.MANUAL),
    }


def _capture(
    movements: Movements, leg: Leg, connectors: Mapping[str, Connector], how: "HowDone", payout: "Payout | None"
) -> "Capture":
    from settlement.api.reports.view import payout_view

    payment = movements.payments[leg.payment_id]
    is_fiscal = movements.heads.transaction.currency == FISCAL_CURRENCY
    said = fiscal_payment(payment, leg.posted_value, connectors.get(payment.connector)) if is_fiscal else None
    return {
        **_action(movements, leg, how),
        "fiscalPayment": None if said is None else _fiscal_payment(said),
        "payout": None if payout is None else payout_view(payout),
    }


def _fiscal_payment(said: FiscalPayment) -> "FiscalPaymentAnswer":
    return {
        "tPag": said.means,
        "xPag": said.description,
        "vPag": f"{to_major(said.value, FISCAL_CURRENCY):.2f}",
        "card": {
            "tpIntegra": "1",
            "CNPJ": said.institution,
            "tBand": said.brand,
            "cAut": said.authorization,
        }
        if said.is_integrated
        else None,
    }


def _action(movements: Movements, leg: Leg, how: "HowDone") -> "Action":
    transaction_id = movements.heads.transaction.transaction_id
    payment = movements.payments[leg.payment_id]
    return {
        "paymentId": leg.payment_id,
        "payment": {"href": payment_href(transaction_id, leg.payment_id)},
        "date": action_date(leg.concluded_at or movements.heads.transaction.created_at),
        "type": how,
        "value": leg.posted_value if leg.state is LegState.POSTED else leg.value,
        "connectorResponse": connector_answer(payment, leg),
        "reference": leg.reference,
        "requestId": leg.request_id,
    }


def token(transaction_id: str, what: str) -> str:
    """A stable id in the gateway's form, 32 upper-case hex digits."""
    return uuid.uuid5(uuid.NAMESPACE_URL, f"{transaction_id}/{what}").hex.upper()
