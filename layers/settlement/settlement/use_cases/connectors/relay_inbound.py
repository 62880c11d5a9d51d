"""Relays a request of the shopper's payment app to the connector, which answers it (C§4.6)."""

from settlement.domain.connectors.connector_calls import ConnectorClient, Inbound, InboundOutcome, Relayed
from settlement.domain.errors import ConnectorFailed, PaymentNotFound
from settlement.domain.events import EventType
from settlement.domain.transaction.payment import Payment
from settlement.use_cases.connectors.receive_callback import signed_payment
from settlement.use_cases.shared.contention import decide_until_written
from settlement.use_cases.shared.heads import load_by_transaction
from settlement.use_cases.shared.payment_reference import payment_reference
from settlement.use_cases.shared.ports import Ports


def relay_inbound(
    ports: Ports,
    client: ConnectorClient,
    account: str,
    transaction_id: str,
    payment_id: str,
    signature: str,
    action: str,
    body: str,
) -> Relayed:
    """Return the connector's answer. The exchange is recorded on the timeline and moves no money.

    Raises ``PaymentNotFound``, ``Unauthorised`` if the signature is not the payment's, and ``ConnectorFailed`` if the
    connector refuses or gives no usable answer.
    """
    payment = signed_payment(ports, account, transaction_id, payment_id, signature)
    connector = ports.store.connector(account, payment.connector)
    transaction = ports.store.transaction(account, transaction_id)
    if connector is None or transaction is None:
        raise PaymentNotFound(payment_id)
    reference = payment_reference(ports, transaction, payment)
    request = Inbound(reference, ports.new_id(), body)
    outcome = client.inbound(connector, action, request)
    decide_until_written(ports, lambda: _record(ports, account, transaction_id, payment, action, request, outcome))
    if not isinstance(outcome, Relayed):
        raise ConnectorFailed(f"Connector {connector.name} did not answer the inbound request {action}")
    return outcome


def _record(
    ports: Ports,
    account: str,
    transaction_id: str,
    payment: Payment,
    action: str,
    request: Inbound,
    outcome: InboundOutcome,
) -> None:
    heads = load_by_transaction(ports.store, account, transaction_id)
    journal = heads.journal(ports.now())
    exchange = outcome.exchange
    journal.record(
        EventType.INBOUND_RELAYED,
        payment.payment_id,
        action=action,
        requestId=request.request_id,
        answered=isinstance(outcome, Relayed),
        request=exchange.request,
        status=exchange.status,
        response=exchange.response,
        durationMs=exchange.duration_ms,
    )
    ports.commit(heads.becomes(journal, heads.order, heads.transaction))
