"""How connectors identify a payment, and which personal data their answers must not repeat."""

from settlement.domain.connectors.connector_calls import PaymentReference
from settlement.domain.privacy.person import facts_of
from settlement.domain.transaction.payment import Payment
from settlement.domain.transaction.transaction import Transaction
from settlement.use_cases.shared.ports import Ports


def payment_reference(ports: Ports, transaction: Transaction, payment: Payment) -> PaymentReference:
    """Return the reference of a payment; reads the order's shopper, whose data the authorisation sent."""
    holder = payment.card.holder if payment.card is not None else None
    return PaymentReference(
        transaction.transaction_id,
        payment.payment_id,
        transaction.currency,
        payment.authorization_id,
        payment.tid,
        payment.nsu,
        payment.connector_metadata or (),
        facts_of(ports.store.shopper(transaction.account, transaction.order_id), holder),
    )
