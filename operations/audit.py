"""Audits orders in the table of any stack. It only reads."""

from __future__ import annotations

from collections.abc import Iterable

from operations.orders import order_ids
from operations.output import FOUND, CommandError, Output
from settlement.storage.dynamodb import DynamoDBStore
from settlement.use_cases.upkeep.audit_order import Audited, audit_order


def audit(store: DynamoDBStore, account: str, order_id: str | None, output: Output) -> int:
    """Audit one order of an account, or all if ``order_id`` is None; return the exit code.

    Raises ``CommandError`` if the order does not exist.
    """
    if order_id is None:
        found = output.counted(order_ids(store, account), "orders")
        return _report((audit_order(store, account, order) for order in found), account, output)
    audited = audit_order(store, account, order_id)
    if audited.transaction_id is None:
        raise CommandError(f"Account {account} has no order {order_id}.")
    return _report([audited], account, output)


def _report(audits: Iterable[Audited], account: str, output: Output) -> int:
    """Print every audit with mismatches, then the totals."""
    orders, wrong = 0, []
    for audited in audits:
        orders += 1
        if not audited.mismatches:
            continue
        wrong.append(audited)
        output.say(f"order {audited.order_id}, transaction {audited.transaction_id}")
        for mismatch in audited.mismatches:
            output.say(f"  {mismatch.where}: {mismatch.what}: found {mismatch.found}, expected {mismatch.expected}")
    if not orders:
        return output.nothing(f"Account {account} has no orders: nothing was audited.", account=account, audited=0)
    output.say(f"{orders} orders audited, {len(wrong)} with mismatches")
    mismatches = [
        {"order": audited.order_id, "transaction": audited.transaction_id, "where": held.where, "what": held.what,
         "found": held.found, "expected": held.expected}
        for audited in wrong for held in audited.mismatches
    ]  # fmt: skip
    return output.end(FOUND if wrong else 0, account=account, audited=orders, mismatches=mismatches)
