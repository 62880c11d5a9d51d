"""Audits orders straight from a table: of the running local stack, or of a stack in the cloud.

python -m local.audit (--order ORDER | --all) [--account ACCOUNT] [--stack STACK [--region REGION]]

Without --stack it is the local one, and its account unless told. It reads only. The exit code is 0 when every book
agrees, 2 when one does not, or when there was no order to audit.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator

from local.commands import account_of, counted, nothing, run
from local.orders import order_ids
from local.progress import StackError, say
from local.stacks import Stack, the_stack
from settlement.storage.dynamodb import DynamoDBStore
from settlement.use_cases.audit_order import Audited, audit_order

MISMATCH = 2


def main() -> int:
    """Print what was audited and every mismatch."""
    parser = argparse.ArgumentParser(prog="local.audit", description=__doc__)
    which = parser.add_mutually_exclusive_group(required=True)
    which.add_argument("--order", help="the order's id")
    which.add_argument("--all", action="store_true", help="every order of the account")
    parser.add_argument("--account", help="the local stack's unless told; needed with --stack")
    parser.add_argument("--stack", help="a deployed stack; the credentials are those of the environment")
    parser.add_argument("--region")
    arguments = parser.parse_args()
    return run(lambda: _audit(arguments))


def _audit(arguments: argparse.Namespace) -> int:
    account = account_of(arguments.account, arguments.stack)
    return audit(_store(the_stack(arguments.stack, arguments.region)), account, arguments.order)


def audit(store: DynamoDBStore, account: str, order_id: str | None) -> int:
    """Audit an order of an account, or all without one; raises StackError for an order that is not there."""
    if order_id is None:
        found = counted(order_ids(store, account), "orders")
        return report((audit_order(store, account, order) for order in found), account)
    audited = audit_order(store, account, order_id)
    if audited.transaction_id is None:
        raise StackError(f"Account {account} has no order {order_id}.")
    return report(iter([audited]), account)


def report(audits: Iterator[Audited], account: str) -> int:
    """Print every audit that found something, then the sum of all; return the exit code."""
    orders = wrong = 0
    for audited in audits:
        orders += 1
        if not audited.mismatches:
            continue
        wrong += 1
        say(f"order {audited.order_id}, transaction {audited.transaction_id}")
        for mismatch in audited.mismatches:
            say(f"  {mismatch.where}: {mismatch.what}: {mismatch.found}, the others say {mismatch.expected}")
    if not orders:
        return nothing(f"Account {account} has no orders: nothing was audited.")
    say(f"{orders} orders audited, {wrong} with books that disagree")
    return MISMATCH if wrong else 0


def _store(stack: Stack) -> DynamoDBStore:
    return DynamoDBStore(stack.client("dynamodb"), stack.outputs["TableName"])


if __name__ == "__main__":
    sys.exit(main())
