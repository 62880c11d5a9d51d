"""Finds orders of a table by the list's index, and accounts by their audits, without a scan."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from operations.stacks import Stack
from settlement.domain.order.listing import ListedOrder
from settlement.storage.dynamodb import DynamoDBStore
from settlement.use_cases.shared.listing import listed_orders, whole_month

MONTHS = 120
"""How far back orders are searched, by their creation."""


def order_ids(store: DynamoDBStore, account: str) -> Iterator[str]:
    """Yield every order of an account, and every gateway-only transaction, newest month first."""
    return (order.order_id for order in orders_of(store, account))


def orders_of(store: DynamoDBStore, account: str) -> Iterator[ListedOrder]:
    """Yield what lists show of every order of an account, and of every gateway-only transaction, newest month first."""
    month = datetime.now(UTC).replace(day=1)
    for _ in range(MONTHS):
        for gateway_only in (False, True):
            yield from listed_orders(store, account, whole_month(f"{month:%Y-%m}", gateway_only=gateway_only))
        month = (month - timedelta(days=1)).replace(day=1)


def account_names(stack: Stack) -> list[str]:
    """Return the accounts with an audit; the sweep starts an account's within days of its first order."""
    store = DynamoDBStore(stack.client("dynamodb"), stack.outputs["TableName"])
    return [walk.account for walk in store.due_audits(datetime.max.replace(tzinfo=UTC))]
