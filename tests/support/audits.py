"""The audit of everything in a fake store."""

from settlement.domain.audit.records import Mismatch
from settlement.domain.order.order import Order
from settlement.use_cases.upkeep.audit_order import audit_order
from testkit.store import FakeStore


def mismatches_of(store: FakeStore) -> list[Mismatch]:
    """Return what an audit of every order finds."""
    return [
        mismatch
        for order in store.every(Order)
        for mismatch in audit_order(store, order.account, order.order_id).mismatches
    ]
