"""Enters into the journal what is to come of captures of earlier versions, so that the receivables have it.

A payment gets one entry at most, which moves nothing: no page of the journal changes.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime

from operations.orders import orders_of
from operations.output import CommandError, Output
from operations.stacks import Stack, entry_log_of
from settlement.domain.bookkeeping.entry import Entry
from settlement.domain.errors import Busy
from settlement.storage.dynamodb import DynamoDBStore
from settlement.storage.entry_log import MAX_ENTRIES
from settlement.use_cases.reconciliation.open_receivables import opened_before, openings_of


def open_receivables(stack: Stack, account: str, order_id: str | None, output: Output) -> int:
    """Enter what the receivables lack of one order, or of all of an account; return the exit code.

    The whole journal is read first; what another command enters meanwhile is recognised. Raises ``CommandError`` if the
    order does not exist, or if others keep changing it.
    """
    store, log = DynamoDBStore(stack.client("dynamodb"), stack.outputs["TableName"]), entry_log_of(stack)
    opened = opened_before(log, account)
    waiting: list[Entry] = []
    entered = 0
    for transaction_id in _transactions(store, account, order_id, output):
        try:
            waiting += openings_of(store, account, transaction_id, opened, time.sleep)
        except Busy as error:
            raise CommandError(f"Transaction {transaction_id}: {error}") from error
        if len(waiting) >= MAX_ENTRIES:
            entered += log.enter(account, waiting, _now)
            waiting = []
    entered += log.enter(account, waiting, _now)
    output.say(f"{entered} payments entered; what is to come is whole")
    return output.end(entered=entered)


def _transactions(store: DynamoDBStore, account: str, order_id: str | None, output: Output) -> Iterator[str]:
    if order_id is None:
        yield from (order.transaction_id for order in output.counted(orders_of(store, account), "orders"))
        return
    order = store.order(account, order_id)
    if order is None:
        raise CommandError(f"Account {account} has no order {order_id}.")
    yield order.transaction_id


def _now() -> datetime:
    return datetime.now(UTC)
