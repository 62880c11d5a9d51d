"""Publishes events again, as the table has them: what an outage longer than the stream's 24 hours has lost.

python -m local.republish --account ACCOUNT (--order ORDER | --all) [--since TIME] [--until TIME] [--stack STACK]

Times are ISO 8601, UTC. Each event has the id it always had, so those who take it twice can tell. The exit code is 2
when there was nothing to publish.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from local.commands import account_of, counted, nothing, run
from local.orders import account_names, order_ids
from local.progress import StackError, say
from local.stacks import Stack, the_stack
from settlement.domain.events import Event
from settlement.storage.bus import publish
from settlement.storage.dynamodb import DynamoDBStore
from settlement.storage.outbox import entry_of_event

AROUND = timedelta(minutes=5)
"""Added on both sides of a time that the stream tells: its clock is not the one that events are written by."""

_EVENTS_AT_ONCE = 1000
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
        """Publish an order's public events of a time, oldest first; return how many.

        Raises StackError for an order that is not there, and when the bus refuses one.
        """
        order = self._store.order(account, order_id)
        if order is None:
            raise StackError(f"Account {account} has no order {order_id}.")
        events = [held for held in self._events(account, order.transaction_id) if since <= held.at <= until]
        entries = [entry for event in reversed(events) if (entry := entry_of_event(account, event)) is not None]
        left = publish(self._stack.client("events"), self._stack.outputs["EventBusName"], entries)
        if left:
            raise StackError(f"The bus refuses event {left[0].detail['id']}; the events before it are published.")
        return len(entries)

    def publish_account(self, account: str, since: datetime, until: datetime) -> int:
        """Publish the events of a time of all orders of an account; return how many."""
        orders = counted(order_ids(self._store, account), "orders")
        return sum(self.publish_order(account, order_id, since, until) for order_id in orders)

    def _events(self, account: str, transaction_id: str) -> Iterator[Event]:
        after = None
        while True:
            page = self._store.events(account, transaction_id, _EVENTS_AT_ONCE, after)
            yield from page.items
            after = page.next
            if after is None:
                return


def main() -> int:
    """Print how many events were published."""
    parser = argparse.ArgumentParser(prog="local.republish", description=__doc__)
    which = parser.add_mutually_exclusive_group(required=True)
    which.add_argument("--order", help="the order's id")
    which.add_argument("--all", action="store_true", help="every order of the account")
    parser.add_argument("--account", help="the local stack's unless told; needed with --stack")
    parser.add_argument("--since", type=_time, default=_EVER[0])
    parser.add_argument("--until", type=_time, default=_EVER[1])
    parser.add_argument("--stack", help="a deployed stack; the credentials are those of the environment")
    parser.add_argument("--region")
    arguments = parser.parse_args()
    return run(lambda: _republish(arguments))


def _republish(arguments: argparse.Namespace) -> int:
    account = account_of(arguments.account, arguments.stack)
    if arguments.since > arguments.until:
        raise StackError(f"--since {arguments.since.isoformat()} is after --until {arguments.until.isoformat()}.")
    stack = the_stack(arguments.stack, arguments.region)
    return republish(stack, account, arguments.order, arguments.since, arguments.until)


def republish(stack: Stack, account: str, order_id: str | None, since: datetime, until: datetime) -> int:
    """Publish the events of an order, or of all of an account without one; return the exit code."""
    republisher = Republisher(stack)
    if order_id is None:
        many = republisher.publish_account(account, since, until)
    else:
        many = republisher.publish_order(account, order_id, since, until)
    if not many:
        of = f"Account {account}" if order_id is None else f"Order {order_id}"
        return nothing(f"{of} has no public events of that time: nothing was published.")
    say(f"{many} events published")
    return 0


def _time(text: str) -> datetime:
    try:
        time = datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no ISO 8601 time, such as 2026-03-02T14:00:00Z") from None
    return time if time.tzinfo is not None else time.replace(tzinfo=UTC)


if __name__ == "__main__":
    sys.exit(main())
