"""Audits orders straight from a table: of the running local stack, or of a stack in the cloud.

python -m local.audit (--order ORDER | --all) [--account ACCOUNT] [--stack STACK [--region REGION]]

Without --stack it is the local one. It reads only. The exit code is 0 when every book agrees, 2 when one does not.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from local.progress import StackError, say
from local.seed import ACCOUNT
from local.stacks import Stack, the_stack
from settlement.storage.dynamodb import DynamoDBStore
from settlement.use_cases.audit_order import Audited, audit_order
from settlement.use_cases.ports import ListRange

MONTHS = 120
"""How far back --all looks, by the creation of the orders."""

MISMATCH = 2


def main() -> int:
    """Print what was audited and every mismatch."""
    parser = argparse.ArgumentParser(prog="local.audit", description=__doc__)
    which = parser.add_mutually_exclusive_group(required=True)
    which.add_argument("--order", help="the order's id")
    which.add_argument("--all", action="store_true", help="every order of the account")
    parser.add_argument("--account", default=ACCOUNT)
    parser.add_argument("--stack", help="a deployed stack; the credentials are those of the environment")
    parser.add_argument("--region")
    arguments = parser.parse_args()
    try:
        store = _store(the_stack(arguments.stack, arguments.region))
    except StackError as error:
        print(f"\n{error}", file=sys.stderr)
        return 1
    orders = _orders(store, arguments.account) if arguments.all else iter([arguments.order])
    return report(audit_order(store, arguments.account, order_id) for order_id in orders)


def report(audits: Iterator[Audited]) -> int:
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
    say(f"{orders} orders audited, {wrong} with books that disagree")
    return MISMATCH if wrong else 0


def _store(stack: Stack) -> DynamoDBStore:
    return DynamoDBStore(stack.client("dynamodb"), stack.outputs["TableName"])


def _orders(store: DynamoDBStore, account: str) -> Iterator[str]:
    """Every order of an account, newest month first."""
    month = datetime.now(UTC).replace(day=1)
    for _ in range(MONTHS):
        for gateway_only in (False, True):
            yield from _of_month(store, account, f"{month:%Y-%m}", gateway_only=gateway_only)
        month = (month - timedelta(days=1)).replace(day=1)


def _of_month(store: DynamoDBStore, account: str, month: str, *, gateway_only: bool) -> Iterator[str]:
    ends = (datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC))
    within, after = ListRange(month, *ends, gateway_only=gateway_only), None
    while True:
        page = store.listed(account, within, after)
        yield from (order.order_id for order in page.items)
        after = page.next
        if after is None:
            break


if __name__ == "__main__":
    sys.exit(main())
