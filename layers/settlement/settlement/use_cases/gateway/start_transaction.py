"""Starts a gateway-only transaction, which has no order of the OMS (C§3.2)."""

from dataclasses import replace

from settlement.domain.connectors.connector import Mode
from settlement.domain.errors import AlreadyExists
from settlement.domain.events import EventType
from settlement.domain.identity import identity, is_same
from settlement.domain.order.order import Order
from settlement.domain.transaction.checkout import Checkout
from settlement.domain.transaction.deeds import Deeds
from settlement.domain.transaction.transaction import Transaction
from settlement.use_cases.shared.contention import decide_until_written
from settlement.use_cases.shared.heads import Heads, load_by_transaction, record_status_changes
from settlement.use_cases.shared.ports import Commit, Ports
from settlement.values import dataclass

DEFAULT_CURRENCY = "BRL"
"""Currency of a transaction until its payments name one."""


@dataclass(frozen=True, slots=True)
class NewTransaction:
    """A transaction to start; ``value`` in minor units."""

    value: int
    checkout: Checkout


def start_transaction(ports: Ports, account: str, new: NewTransaction, key: str | None) -> Heads:
    """Start a transaction, which then waits for its payments; with an idempotency ``key``, only once.

    Raises ``AlreadyExists`` if the key was used for a different transaction.
    """
    return decide_until_written(ports, lambda: _start(ports, account, new, key))


def _start(ports: Ports, account: str, new: NewTransaction, key: str | None) -> Heads:
    if key is not None and (id_ := ports.store.started(account, key)) is not None:
        started = load_by_transaction(ports.store, account, id_)
        if not is_same(started.order.request_hash, new):
            raise AlreadyExists(f"Idempotency-Key {key} was used for another transaction")
        return started
    transaction_id, now = ports.new_id(), ports.now()
    order = Order(
        account=account,
        order_id=transaction_id,
        order_group=new.checkout.reference,
        transaction_id=transaction_id,
        currency=DEFAULT_CURRENCY,
        value=new.value,
        placed_value=new.value,
        totals=(),
        request_hash=identity(new),
        created_at=now,
        gateway_only=True,
    )
    transaction = Transaction(
        account=account,
        transaction_id=transaction_id,
        order_id=order.order_id,
        currency=order.currency,
        mode=Mode.TOTAL,
        value=new.value,
        payable=new.value,
        created_at=now,
        checkout=new.checkout,
        deeds=Deeds(),
    )
    started = Heads(order, transaction)
    journal = started.journal(now)
    journal.record(EventType.TRANSACTION_STARTED, value=new.value, reference=new.checkout.reference)
    record_status_changes(journal, None, started)
    transaction = replace(transaction, events=journal.written)
    ports.commit(
        Commit(
            account,
            order.order_id,
            transaction_id,
            order.currency,
            order=order,
            transaction=replace(transaction, order_version=1),
            start_key=key,
            events=journal.events,
        )
    )
    return Heads(order, transaction)
