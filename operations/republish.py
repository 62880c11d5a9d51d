"""Publishes stored events again, which an outage longer than the stream's 24 hours has lost.

Each event keeps its id, so consumers recognise repeats. What the journal lacks of them is entered, too.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from operations.orders import account_names, order_ids
from operations.output import CommandError, Output
from operations.stacks import Stack, bus_of, entry_log_of
from settlement.domain.bookkeeping.entry import entries_of, is_booked
from settlement.domain.events import Event
from settlement.storage.dynamodb import DynamoDBStore
from settlement.storage.outbox import entry_of_event
from settlement.use_cases.shared.event_pages import all_events

AROUND = timedelta(minutes=5)
"""Added on both sides of a time of the stream, because its clock differs from the events'."""

_EVER = (datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC))


class Republisher:
    """Reads events from a stack's table and puts them on its bus."""

    def __init__(self, stack: Stack) -> None:
        self._stack = stack
        self._store = DynamoDBStore(stack.client("dynamodb"), stack.outputs["TableName"])

    def publish_time(self, first: datetime, last: datetime) -> int:
        """Publish the events of every account from a little before ``first`` to a little after ``last``."""
        since, until = first - AROUND, last + AROUND
        return sum(
            self.publish_order(account, order_id, since, until)
            for account in account_names(self._stack)
            for order_id in order_ids(self._store, account)
        )

    def publish_order(self, account: str, order_id: str, since: datetime, until: datetime) -> int:
        """Publish an order's public events of a time span, oldest first; return their number. Enter its movements.

        Raises ``CommandError`` if the order does not exist, or if the bus refuses an event.
        """
        order = self._store.order(account, order_id)
        if order is None:
            raise CommandError(f"Account {account} has no order {order_id}.")
        events = [held for held in all_events(self._store, account, order.transaction_id) if since <= held.at <= until]
        self._enter(account, order.transaction_id, events[::-1])
        entries = [entry for event in reversed(events) if (entry := entry_of_event(account, event)) is not None]
        left = bus_of(self._stack).publish(entries)
        if left:
            raise CommandError(f"The bus refuses event {left[0].detail['id']}; the events before it are published.")
        return len(entries)

    def publish_account(self, account: str, since: datetime, until: datetime, output: Output) -> int:
        """Publish the events of a time span of all orders of an account; return their number."""
        orders = output.counted(order_ids(self._store, account), "orders")
        return sum(self.publish_order(account, order_id, since, until) for order_id in orders)

    def _enter(self, account: str, transaction_id: str, events: Sequence[Event]) -> None:
        """Enter movements that the journal lacks; events of earlier versions do not tell their connectors."""
        transaction = self._store.transaction(account, transaction_id)
        if transaction is not None and any(map(is_booked, events)):
            payments = self._store.payments(account, transaction_id)
            connectors = {payment.payment_id: payment.connector for payment in payments}
            entries = list(entries_of(events, transaction.currency, connectors))
            entry_log_of(self._stack).enter(account, entries, lambda: datetime.now(UTC))


def republish(
    stack: Stack, account: str, order_id: str | None, ends: tuple[datetime | None, datetime | None], output: Output
) -> int:
    """Publish the events of one order, or of all of an account; return the exit code.

    ``ends`` are the first and the last time of the events, None without limit. Raises ``CommandError`` if the order
    does not exist, or if the time span ends before it begins.
    """
    since, until = ends[0] or _EVER[0], ends[1] or _EVER[1]
    if since > until:
        raise CommandError(f"--since {since.isoformat()} is after --until {until.isoformat()}.")
    republisher = Republisher(stack)
    if order_id is None:
        many = republisher.publish_account(account, since, until, output)
    else:
        many = republisher.publish_order(account, order_id, since, until)
    if not many:
        of = f"Account {account}" if order_id is None else f"Order {order_id}"
        return output.nothing(f"{of} has no public events of that time: nothing was published.", published=0)
    output.say(f"{many} events published")
    return output.end(published=many)
