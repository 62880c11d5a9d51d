"""A merchant's notice that it received a payment outside of the connector (C§3.1, C§3.2, D32)."""

from dataclasses import replace
from decimal import Decimal

from settlement.domain.connectors.payment_systems import OFFLINE_GROUPS
from settlement.domain.errors import BadValue, PaymentNotFound, WrongStatus
from settlement.domain.events import EventType
from settlement.domain.money import to_major
from settlement.domain.transaction.acceptance import record_ready
from settlement.domain.transaction.payment import Authorisation
from settlement.use_cases.shared.contention import decide_until_written
from settlement.use_cases.shared.heads import load, load_by_transaction
from settlement.use_cases.shared.ports import Changed, Ports
from settlement.use_cases.workflow.queue import operation_at
from settlement.values import dataclass


@dataclass(frozen=True, slots=True)
class Received:
    """Value in major units, and date; None means the whole value, and today."""

    value: Decimal | None = None
    paid_on: str | None = None


def notify_payment(ports: Ports, account: str, payment_id: str, received: Received) -> None:
    """Mark an undecided payment as paid, and ask its connector at once.

    Only payment methods outside of a connector count as paid. For any other method the notice only makes the connector
    be asked again, like a callback, and has no effect before the first call. A decided payment stays unchanged. Raises
    ``PaymentNotFound``, ``BadValue`` (1402) unless the value is the payment's, and ``WrongStatus`` (1403) if the
    payment was denied or cancelled.
    """
    transaction_id = ports.store.transaction_of_payment(account, payment_id)
    if transaction_id is None:
        raise PaymentNotFound(payment_id)
    decide_until_written(ports, lambda: _notify(ports, account, transaction_id, payment_id, received))


def notify_payment_of_order(ports: Ports, account: str, order_id: str, payment_id: str) -> None:
    """Do the same for a payment of an order; raises ``OrderNotFound``, and ``PaymentNotFound`` if it has none such."""
    transaction_id = load(ports.store, account, order_id).transaction.transaction_id
    if ports.store.transaction_of_payment(account, payment_id) != transaction_id:
        raise PaymentNotFound(payment_id)
    notify_payment(ports, account, payment_id, Received())


def _notify(ports: Ports, account: str, transaction_id: str, payment_id: str, received: Received) -> None:
    heads = load_by_transaction(ports.store, account, transaction_id)
    transaction = heads.transaction
    payment = ports.store.payment(account, transaction_id, payment_id)
    if payment is None:
        raise PaymentNotFound(payment_id)
    assigned = to_major(payment.assigned, transaction.currency)
    if received.value is not None and received.value != assigned:
        raise BadValue(f"valuePaid ({received.value}) should be equal to the payment's value ({assigned})")
    if payment.authorisation is Authorisation.DENIED or heads.order.cancelled_at is not None:
        raise WrongStatus(f"Payment {payment_id} was denied or cancelled", code="1403")
    if payment.authorisation is Authorisation.APPROVED or payment.paid_at is not None:
        return
    now = ports.now()
    paid = replace(payment, paid_at=now) if payment.group in OFFLINE_GROUPS else payment
    operation = None if transaction.is_started else operation_at(ports.store, transaction, transaction.head)
    if paid.paid_at is None and (operation is None or not operation.takes_news):
        return
    journal = heads.journal(now)
    journal.record(
        EventType.PAYMENT_NOTIFIED,
        payment_id,
        value=payment.assigned,
        paidOn=received.paid_on or now.date().isoformat(),
        counts=paid.paid_at is not None,
    )
    operations = []
    if operation is not None:
        record_ready(journal, operation)
        operations = [operation.hears_of_news()]
    commit = heads.becomes(journal, heads.order, transaction)
    ports.commit(replace(commit, operations=operations, payments=[Changed(payment, paid)]))
