"""Requests of a checkout to the gateway: start, payments, additional data, authorisation, notification (C§3.2)."""

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from settlement import bootstrap
from settlement.api.operations.view import operation_result
from settlement.api.payments.card_data import refuse_card_data_of_payments, refuse_card_data_of_texts
from settlement.api.payments.view import gateway_payment, payment_system_view
from settlement.api.resolver import Api, answer, no_content
from settlement.api.shared import body
from settlement.api.shared.http import Response
from settlement.api.transactions.view import transaction_view
from settlement.domain.connectors.payment_systems import payment_systems_served
from settlement.domain.errors import InvalidRequest
from settlement.logs import new_logger
from settlement.use_cases.gateway.add_data import add_data
from settlement.use_cases.gateway.request_authorisation import request_authorisation
from settlement.use_cases.gateway.request_movement import await_conclusion
from settlement.use_cases.gateway.retrieve_transaction import retrieve_books, retrieve_payments
from settlement.use_cases.gateway.send_payments import send_payments
from settlement.use_cases.gateway.start_transaction import start_transaction

logger = new_logger()
api = Api(logger)
bootstrap.dynamodb()

# Routes import the models of their bodies themselves: creating those classes is the most expensive part of a cold
# start, and a request without a body does not need them.


@logger.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Answer a REST API proxy event."""
    return api.resolve(event)


@api.serves("listPaymentSystems")
def payment_systems() -> Response:
    """Show the payment systems whose payments need not name a connector."""
    account = api.caller()
    api.list_query()
    served = payment_systems_served(bootstrap.store().connectors(account))
    return answer(200, [payment_system_view(system) for system in served])


@api.serves("startTransaction")
def start() -> Response:
    """Start a transaction."""
    from settlement.api.checkout.request import TransactionBody

    account, new = api.caller(), api.read(TransactionBody).as_transaction()
    started = start_transaction(bootstrap.ports(api.actor()), account, new, api.idempotency_key())
    found = retrieve_books(bootstrap.store(), account, started.transaction.transaction_id)
    return answer(200, transaction_view(found, ()))


@api.serves("sendPaymentsPublic")
def send_openly(transaction_id: str) -> Response:
    """Accept payments from a shopper's browser, which has no key: the transaction's id is enough (C§3.2)."""
    account = api.query_id("an")
    if account is None:
        raise InvalidRequest("an: the query must name the account")
    _send(account, transaction_id)
    return no_content(201)


@api.serves("sendPayments")
def send(transaction_id: str) -> Response:
    """Accept payments, and show all payments of the transaction."""
    account = api.caller()
    _send(account, transaction_id)
    found, payments = retrieve_payments(bootstrap.store(), account, transaction_id)
    return answer(200, [gateway_payment(held.payment, found, held.status, held.answers) for held in payments])


@api.serves("sendAdditionalData", "updateAdditionalData")
def tell(transaction_id: str) -> Response:
    """Store additional data of the transaction, such as the cart and the shopper."""
    from settlement.api.checkout.request import AdditionalDataBody

    account, parsed = api.caller(), api.read_json()
    refuse_card_data_of_texts(parsed)
    add_data(bootstrap.ports(api.actor()), account, transaction_id, body.validate(AdditionalDataBody, parsed).as_data())
    return answer(200, {})


@api.serves("requestAuthorization")
def authorise(transaction_id: str) -> Response:
    """Authorise the payments, and wait for the decision for a limited time."""
    from settlement.api.checkout.request import AuthorisationBody

    account, wanted = api.caller(), api.read(AuthorisationBody)
    if wanted.transaction_id not in (None, transaction_id):
        raise InvalidRequest(f"transactionId: {wanted.transaction_id} is not the transaction of the path")
    ports = bootstrap.ports(api.actor())
    requested = request_authorisation(
        ports, account, transaction_id, wanted.soft_descriptor, recurrent=wanted.prepare_for_recurrency
    )
    return answer(200, operation_result(await_conclusion(ports, requested, bootstrap.patience())))


@api.serves("notifyPaymentReceived")
def notify_whole(payment_id: str) -> Response:
    """Accept the merchant's notice that a payment was received."""
    from settlement.use_cases.gateway.notify_payment import Received, notify_payment

    notify_payment(bootstrap.ports(api.actor()), api.caller(), payment_id, Received())
    return answer(200, {})


@api.serves("notifyPaymentValueReceived")
def notify(payment_id: str) -> Response:
    """Accept the merchant's notice with value and date of a received payment."""
    from settlement.api.checkout.request import ReceivedBody
    from settlement.use_cases.gateway.notify_payment import notify_payment

    account, received = api.caller(), api.read(ReceivedBody).as_received()
    notify_payment(bootstrap.ports(api.actor()), account, payment_id, received)
    return answer(200, {})


@api.serves("notifyOrderPaymentReceived")
def notify_of_order(order_id: str, payment_id: str) -> Response:
    """Accept the merchant's notice that a payment of an order was received."""
    from settlement.use_cases.gateway.notify_payment import notify_payment_of_order

    notify_payment_of_order(bootstrap.ports(api.actor()), api.caller(), order_id, payment_id)
    return answer(200, {})


def _send(account: str, transaction_id: str) -> None:
    from settlement.api.checkout.request import PaymentsBody

    parsed = api.read_json()
    refuse_card_data_of_payments(parsed)
    sent = body.validate(PaymentsBody, parsed)
    currency, payments = sent.as_payments(transaction_id)
    order_group, billing_address = api.query_id("orderId"), sent.billing_address()
    send_payments(
        bootstrap.ports(api.actor()), account, transaction_id, payments, currency, order_group, billing_address
    )
