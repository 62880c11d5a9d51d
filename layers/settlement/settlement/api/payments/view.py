"""A payment as the OMS and the gateway show it (C§3.1, C§3.4). Amounts are minor units."""

from typing import TYPE_CHECKING, cast

from settlement.api.payments.fields import payment_fields
from settlement.api.shared.dates import gateway_date_or_none
from settlement.domain.connectors.payment_answer import PaymentApp
from settlement.domain.connectors.payment_systems import CUSTOM_GROUP, PaymentSystem
from settlement.domain.transaction.answers import Answers
from settlement.domain.transaction.installments import installments_of
from settlement.domain.transaction.payment import Payment
from settlement.domain.transaction.statuses import TransactionStatus, payment_status
from settlement.domain.transaction.transaction import Transaction

if TYPE_CHECKING:
    from settlement.api.payments.answer import (
        AnsweredParts,
        ConnectorResponses,
        FourKeys,
        GatewayConnectorResponses,
        InstallmentValues,
        OmsPayment,
        PaymentAnswer,
        PaymentAppAnswer,
        PaymentSystemAnswer,
    )
    from settlement.api.shared.answer import LedgerValues


def _four_keys(payment: Payment) -> "FourKeys":
    """What the connector said of the payment, in the OMS's four keys, and what it named by the protocol's names."""
    return {
        "Tid": payment.tid or "",
        "ReturnCode": payment.return_code,
        "Message": payment.return_message,
        "authId": payment.authorization_id or "",
        **_answered_parts(payment),
    }


def _answered_parts(payment: Payment) -> "AnsweredParts":
    parts: AnsweredParts = {}
    for key, name in _PARTS.items():
        if (value := getattr(payment, name)) is not None:
            parts[key] = value  # type: ignore[literal-required]
    if payment.payment_app is not None:
        parts["paymentAppData"] = _payment_app(payment.payment_app)
    if payment.delay_after_antifraud_seconds is not None:
        parts["delayToAutoSettleAfterAntifraud"] = str(payment.delay_after_antifraud_seconds)
    return parts


def _payment_app(app: PaymentApp) -> "PaymentAppAnswer":
    shown: PaymentAppAnswer = {}
    if app.name is not None:
        shown["appName"] = app.name
    if app.payload is not None:
        shown["payload"] = app.payload
    return shown


_PARTS = {
    "authorizationId": "authorization_id",
    "tid": "tid",
    "acquirer": "acquirer",
    "code": "return_code",
    "message": "return_message",
    "paymentUrl": "payment_url",
    "redirectUrl": "redirect_url",
    "identificationNumber": "identification_number",
    "identificationNumberFormatted": "identification_number_formatted",
    "barCodeImageType": "bar_code_image_type",
    "barCodeImageNumber": "bar_code_image_number",
    "bankIssueInvoiceId": "bank_issue_invoice_id",
    "delayToAutoSettle": "delay_to_auto_settle_seconds",
    "maxValue": "max_value",
}
"""What answers named, by the protocol's name and the payment's."""


def connector_responses(payment: Payment) -> "ConnectorResponses":
    """What the connector said of the payment, for the OMS."""
    four_keys = _four_keys(payment)
    return cast("ConnectorResponses", four_keys if payment.nsu is None else {**four_keys, "nsu": payment.nsu})


def oms_payment(payment: Payment) -> "OmsPayment":
    """A payment on the order and in ``payment-transaction``: every documented key, many of them null or empty."""
    card = payment.card
    return {
        "id": payment.payment_id,
        "paymentSystem": payment.payment_system,
        "paymentSystemName": payment.payment_system_name,
        "value": payment.counters.authorised or payment.assigned,
        "installments": payment.installments,
        "referenceValue": payment.reference_value or payment.assigned,
        "cardHolder": card.holder if card else None,
        "cardNumber": None,
        "firstDigits": (card.first_digits if card else None) or "",
        "lastDigits": (card.last_digits if card else None) or "",
        "cvv2": None,
        "expireMonth": None,
        "expireYear": None,
        "url": payment.shopper_url,
        "giftCardId": None,
        "giftCardName": None,
        "giftCardCaption": None,
        "redemptionCode": None,
        "group": payment.group,
        "tid": payment.tid or "",
        "dueDate": None,
        "bankIssuedInvoiceIdentificationNumber": payment.identification_number,
        "bankIssuedInvoiceIdentificationNumberFormatted": payment.identification_number_formatted,
        "bankIssuedInvoiceBarCodeNumber": payment.bar_code_image_number,
        "bankIssuedInvoiceBarCodeType": payment.bar_code_image_type,
        "connectorResponses": connector_responses(payment),
    }


def gateway_payment(
    payment: Payment, transaction: Transaction, status: TransactionStatus, answers: Answers
) -> "PaymentAnswer":
    """A payment of the gateway, with its ledger and the telling fields, which its connector's ``answers`` are for."""
    responses: GatewayConnectorResponses = {**_four_keys(payment), "nsu": payment.nsu or ""}
    value = payment.counters.authorised or payment.assigned
    return {
        "id": payment.payment_id,
        "paymentSystem": _as_number(payment.payment_system),
        "paymentSystemName": payment.payment_system_name,
        "merchantName": None,
        "group": payment.group,
        "userProfileId": None,
        "isCustom": False,
        "allowInstallments": True,
        "requiresAuthentication": False,
        "allowIssuer": True,
        "allowNotification": False,
        "isAvailable": True,
        "description": None,
        "authorizationDate": gateway_date_or_none(payment.authorised_at),
        "self": {"href": payment_href(transaction.transaction_id, payment.payment_id)},
        "tid": payment.tid,
        "nsu": payment.nsu,
        "returnCode": payment.return_code,
        "returnMessage": payment.return_message,
        "status": payment_status(payment, status),
        "connector": payment.connector,
        "ConnectorResponses": responses,
        "connectorResponse": responses,
        "ShowConnectorResponses": True,
        "value": value,
        "referenceValue": payment.reference_value or payment.assigned,
        **_installments(payment, value),
        "currencyCode": transaction.currency,
        "provider": None,
        "isBillingAddressDifferent": None,
        "isRegexValid": None,
        "isLuhnValid": None,
        "fields": payment_fields(payment, transaction.currency, answers),
        "sheets": None,
        "originalPaymentId": None,
        **_ledger(payment),
        "isBlocked": payment.blocked,
        "autoSettleDate": gateway_date_or_none(payment.auto_settle_at),
        "authorizationExpirationDate": gateway_date_or_none(payment.cancel_at),
    }


def _installments(payment: Payment, value: int) -> "InstallmentValues":
    installments = installments_of(value, payment.installments, payment.installment_value)
    return {
        "installments": installments.count,
        "installmentsInterestRate": float(payment.interest_rate or 0),
        "installmentsValue": installments.other,
        "firstInstallmentValue": installments.first,
    }


def _as_number(payment_system: str) -> int:
    """The gateway's number of a payment system, 0 for one that has none."""
    return int(payment_system) if payment_system.isdigit() else 0


def payment_system_view(system: PaymentSystem) -> "PaymentSystemAnswer":
    """A payment system as the gateway lists it."""
    return {
        "id": _as_number(system.id),
        "stringId": system.id,
        "name": system.name,
        "description": None,
        "groupName": system.group,
        "isCustom": system.group == CUSTOM_GROUP,
        "requiresAuthentication": False,
        "implementation": None,
        "dueDate": None,
    }


def payment_href(transaction_id: str, payment_id: str) -> str:
    """The path of a payment."""
    return f"/api/pvt/transactions/{transaction_id}/payments/{payment_id}"


def _ledger(payment: Payment) -> "LedgerValues":
    """The payment's counters."""
    counters = payment.counters
    return {
        "authorizedValue": counters.authorised,
        "settledValue": counters.captured,
        "cancelledValue": counters.given_up,
        "refundedValue": counters.refunded,
        "inDoubtValue": counters.doubtful,
        "openValue": counters.open,
        "writtenOffValue": counters.written_off,
        "paidOtherwiseValue": counters.paid_otherwise,
        "refundWrittenOffValue": counters.refund_written_off,
    }
