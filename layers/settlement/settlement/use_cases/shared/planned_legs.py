"""The connector calls that an operation has planned."""

from settlement.domain.transaction.leg import Leg
from settlement.domain.transaction.operation import Operation
from settlement.domain.transaction.transaction import Transaction
from settlement.use_cases.shared.ports import Store


def planned_legs(store: Store, transaction: Transaction, operation: Operation) -> list[Leg]:
    """Return the operation's planned legs, without the leftovers of a planner that died.

    It reads none if there is no plan, or one leg that the operation holds itself.
    """
    if not operation.legs:
        return []
    if operation.only_leg is not None and operation.legs == 1:
        return [operation.only_leg]
    legs = store.legs(transaction.account, transaction.transaction_id, operation.sequence)
    return [leg for leg in legs if leg.index <= operation.legs]
