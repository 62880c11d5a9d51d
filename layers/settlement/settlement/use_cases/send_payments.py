"""Sending the payments of a transaction that a checkout started (contract §3.2)."""

import hashlib
from collections.abc import Sequence
from dataclasses import replace

from settlement.domain.checkout import Checkout
from settlement.domain.connector import Connector, Mode
from settlement.domain.errors import AlreadyExists, BadValue, InvalidRequest, TransactionNotFound, WrongStatus
from settlement.domain.events import EventType
from settlement.domain.money import to_major
from settlement.domain.transaction import MAX_PAYMENTS, Payment
from settlement.use_cases.aggregate import Aggregate
from settlement.use_cases.contention import decide_until_written
from settlement.use_cases.place_order import (
    NewPayment,
    connectors_of,
    new_payment,
    require_distinct,
    transaction_mode,
)
from settlement.use_cases.ports import Ports
from settlement.use_cases.retrieve_transaction import retrieve_transaction


def send_payments(
    ports: Ports,
    account: str,
    transaction_id: str,
    payments: Sequence[NewPayment],
    currency: str,
    order_group: str | None = None,
) -> None:
    """Add payments to a transaction until they reach its value.

    The payments sent last, sent again, are the same payments. Raises ``TransactionNotFound``, ``WrongStatus`` (1403)
    once its authorisation is requested, ``BadValue`` (1402) above its value, ``AlreadyExists`` and ``InvalidRequest``.
    """
    require_distinct("payment id", (payment.payment_id for payment in payments if payment.payment_id))
    decide_until_written(ports, lambda: _send(ports, account, transaction_id, payments, currency, order_group))


def require_checkout(aggregate: Aggregate) -> Checkout:
    """Return how a transaction was started; raises ``TransactionNotFound`` for one of an order that was placed."""
    checkout = aggregate.transaction.checkout
    if checkout is None:
        raise TransactionNotFound(aggregate.transaction.transaction_id)
    return checkout


def unequal_sum(value: int, paid: int, currency: str) -> BadValue:
    """The refusal of payments that do not make up a transaction's value, in the gateway's words."""
    return BadValue(
        f"Transaction value ({to_major(value, currency)}) is not equal to payments sum ({to_major(paid, currency)})"
    )


def _send(
    ports: Ports,
    account: str,
    transaction_id: str,
    payments: Sequence[NewPayment],
    currency: str,
    order_group: str | None,
) -> None:
    aggregate = retrieve_transaction(ports.store, account, transaction_id)
    checkout, transaction = require_checkout(aggregate), aggregate.transaction
    stored = ports.store.payments(account, transaction_id)
    batch = hashlib.sha256(repr((tuple(payments), currency)).encode()).hexdigest()
    if checkout.batch == batch and sum(payment.assigned for payment in stored) == transaction.value:
        return
    _require_room(aggregate, stored, payments, currency)
    _require_free_ids(ports, account, payments)
    connectors = connectors_of(ports.store, account, payments)
    added = [
        new_payment(ports, sequence, payment, connector)
        for sequence, (payment, connector) in enumerate(zip(payments, connectors, strict=True), start=len(stored))
    ]
    held = [*stored, *added]
    told = replace(checkout, batch=batch, order_group=order_group or checkout.order_group)
    order = replace(
        aggregate.order,
        currency=currency,
        order_group=told.order_group or told.reference,
        payment_names=", ".join(dict.fromkeys(payment.payment_system_name for payment in held)),
    )
    sent = replace(
        transaction,
        currency=currency,
        mode=_mode(ports, account, stored, connectors),
        checkout=told,
        projection=tuple(payment.position for payment in held),
    )
    journal = aggregate.journal(ports.now())
    journal.record(
        EventType.PAYMENTS_RECEIVED,
        value=sum(payment.assigned for payment in added),
        total=sum(payment.assigned for payment in held),
        currency=currency,
        payments={payment.payment_id: payment.assigned for payment in added},
    )
    ports.store.commit(replace(aggregate.becomes(journal, order, sent), new_payments=added))


def _require_room(
    aggregate: Aggregate, stored: Sequence[Payment], payments: Sequence[NewPayment], currency: str
) -> None:
    """Check that a transaction takes more payments, and these."""
    transaction = aggregate.transaction
    if not transaction.is_started or aggregate.order.cancelled_at is not None:
        raise WrongStatus(f"Transaction {transaction.transaction_id} takes no more payments", code="1403")
    paid = sum(payment.assigned for payment in stored) + sum(payment.value for payment in payments)
    if paid > transaction.value:
        raise unequal_sum(transaction.value, paid, currency)
    many = len(stored) + len(payments)
    if many > MAX_PAYMENTS:
        raise InvalidRequest(f"payments: a transaction has at most {MAX_PAYMENTS}; with these there are {many}")
    if stored and transaction.currency != currency:
        raise InvalidRequest(f"currencyCode {currency}: the transaction's payments are in {transaction.currency}")


def _require_free_ids(ports: Ports, account: str, payments: Sequence[NewPayment]) -> None:
    for payment in payments:
        if payment.payment_id and ports.store.transaction_of_payment(account, payment.payment_id) is not None:
            raise AlreadyExists(f"payment id {payment.payment_id} is taken by another payment")


def _mode(ports: Ports, account: str, stored: Sequence[Payment], added: Sequence[Connector]) -> Mode:
    known = {connector.name: connector for connector in added}
    for name in {payment.connector for payment in stored} - known.keys():
        connector = ports.store.connector(account, name)
        if connector is not None:
            known[name] = connector
    partial_settlement = ports.store.settings(account).partial_settlement
    return transaction_mode(list(known.values()), partial_settlement=partial_settlement)
