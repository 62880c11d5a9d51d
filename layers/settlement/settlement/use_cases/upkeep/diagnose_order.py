"""Diagnoses one order for a person (R35); it only reads."""

from dataclasses import dataclass

from settlement.domain.transaction.diagnosis import Diagnosis, diagnose
from settlement.use_cases.shared.heads import Heads, load, until_consistent
from settlement.use_cases.shared.ports import Conflict, Ports


@dataclass(frozen=True, slots=True)
class Diagnosed:
    """An order with its diagnosis."""

    heads: Heads
    diagnosis: Diagnosis


def diagnose_order(ports: Ports, account: str, order_id: str) -> Diagnosed:
    """Return why an order is where it is; raises ``OrderNotFound``, and ``Busy`` if it never stands still."""

    def read() -> Diagnosed:
        store, heads = ports.store, load(ports.store, account, order_id)
        transaction_id = heads.transaction.transaction_id
        diagnosis = diagnose(
            heads.order,
            heads.transaction,
            store.operations(account, transaction_id),
            store.legs(account, transaction_id),
            store.payments(account, transaction_id),
            ports.now(),
        )
        after = store.transaction(account, transaction_id)
        if after is None or after.version != heads.transaction.version:
            raise Conflict
        return Diagnosed(heads, diagnosis)

    return until_consistent(read)
