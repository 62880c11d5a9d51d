"""The due-work sweep: what is due is started, whatever became of the event that should have (§3.5, R28)."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

from settlement.domain.acceptance import accept, record_acceptance
from settlement.domain.errors import Refusal
from settlement.domain.planning import Ask, Policy
from settlement.domain.transaction import Authorisation, OperationKind
from settlement.use_cases.aggregate import Aggregate
from settlement.use_cases.contention import decide_until_written
from settlement.use_cases.ports import Changed, DueOperation, DuePayment, Ports


@dataclass(frozen=True, slots=True)
class Swept:
    """What one sweep did."""

    operations_started: int
    auto_settlements: int
    put_off: int


def sweep_due_work(ports: Ports, start: Callable[[DueOperation], None]) -> Swept:
    """Start every operation that is due, and queue the auto-settlements whose time has come.

    What one transaction refuses now stays due for the next sweep and keeps no other from its turn.
    """
    operations, payments = ports.store.due(ports.now())
    for operation in operations:
        start(operation)
    queued = put_off = 0
    for payment in payments:
        try:
            queued += decide_until_written(ports, partial(_auto_settle, ports, payment))
        except Refusal:
            put_off += 1
    return Swept(len(operations), queued, put_off)


def _auto_settle(ports: Ports, due: DuePayment) -> bool:
    """Queue the settlement of what is open on a payment; its timer fires once, and waits for the authorisation."""
    payment = ports.store.payment(due.account, due.transaction_id, due.payment_id)
    transaction = ports.store.transaction(due.account, due.transaction_id)
    if payment is None or transaction is None or payment.auto_settle_at is None:
        return False
    order = ports.store.order(due.account, transaction.order_id)
    if order is None or transaction.authorisation is Authorisation.PENDING:
        return False
    now = ports.now()
    before = Aggregate(order, transaction)
    journal = before.journal(now)
    operations = []
    position = next(held for held in transaction.projection if held.payment_id == due.payment_id)
    if order.cancelled_at is None and position.counters.available > 0:
        policy = Policy(transaction.mode, ports.store.settings(due.account).refund_priority)
        ask = Ask(auto_settle=(due.payment_id,))
        accepted = accept(transaction, OperationKind.AUTO_SETTLE, ask, policy, f"auto-settle/{due.payment_id}", now)
        transaction = accepted.transaction
        operations = [accepted.operation]
        record_acceptance(journal, accepted.operation)
    commit = before.becomes(journal, order, transaction)
    fired = Changed(payment, replace(payment, auto_settle_at=None))
    ports.store.commit(replace(commit, operations=operations, payments=[fired]))
    return bool(operations)
