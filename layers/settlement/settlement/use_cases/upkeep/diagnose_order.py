"""Diagnoses one order for a person (R35); it only reads."""

from settlement.domain.transaction.diagnosis import Diagnosis, diagnose
from settlement.domain.transaction.leg import Leg
from settlement.domain.transaction.operation import Operation
from settlement.domain.transaction.transaction import Transaction
from settlement.use_cases.shared.heads import Heads, load, until_consistent
from settlement.use_cases.shared.ports import Conflict, Ports, Store
from settlement.values import dataclass


@dataclass(frozen=True, slots=True)
class Diagnosed:
    """An order with its diagnosis."""

    heads: Heads
    diagnosis: Diagnosis


def diagnose_order(ports: Ports, account: str, order_id: str) -> Diagnosed:
    """Return why an order is where it is; raises ``OrderNotFound``, and ``Busy`` if it never stands still.

    Of an order that is not in error it reads the operations of the queue only: those behind it ask for nothing.
    """

    def read() -> Diagnosed:
        store, heads = ports.store, load(ports.store, account, order_id)
        transaction_id = heads.transaction.transaction_id
        operations, legs = _in_question(store, heads.transaction)
        payments, payouts = store.payments_and_payouts(account, transaction_id)
        diagnosis = diagnose(
            heads.order,
            heads.transaction,
            operations,
            legs,
            payments,
            payouts,
            store.approvals(account, transaction_id),
            store.invoices_in_question(account, order_id, transaction_id) if heads.order.invoices else [],
            ports.now(),
        )
        after = store.transaction(account, transaction_id)
        if after is None or after.version != heads.transaction.version:
            raise Conflict
        return Diagnosed(heads, diagnosis)

    return until_consistent(read)


def _in_question(store: Store, transaction: Transaction) -> tuple[list[Operation], list[Leg]]:
    """Return the operations and calls that can ask for a person: all of them, or those of the queue."""
    account, transaction_id = transaction.account, transaction.transaction_id
    if transaction.is_in_error:
        return store.operations(account, transaction_id), store.legs(account, transaction_id)
    if transaction.is_idle:
        return [], []
    return (
        store.operations(account, transaction_id, since=transaction.head),
        store.legs(account, transaction_id, transaction.head),
    )
