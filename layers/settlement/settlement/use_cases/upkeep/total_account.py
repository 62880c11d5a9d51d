"""Adds up the payments of an account, of the orders and checkouts of some days (D136).

A read costs what it adds up: it goes along the list's index, oldest first, and reads heads and payments by their keys.
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from enum import StrEnum

from settlement.domain.order.listing import ListedOrder
from settlement.domain.transaction.payment import Payment
from settlement.domain.transaction.statuses import TransactionStatus, transaction_status
from settlement.domain.transaction.totals import Sums
from settlement.domain.transaction.transaction import Transaction
from settlement.use_cases.shared.ports import ListRange, Ports, Store
from settlement.values import dataclass

MAX_SPAN = timedelta(days=31)
"""Longest range of creation times that is added up."""

MAX_TRANSACTIONS = 10_000
"""Most transactions of one answer."""

AT_ONCE = 500
"""Transactions that are read together."""

PATIENCE = timedelta(seconds=8)
"""After this time no more are read: the function has 15 s."""


class GroupBy(StrEnum):
    """What sums can be divided by, beside the currency, by which they always are."""

    CONNECTOR = "connector"
    STATUS = "status"
    DAY = "day"


@dataclass(frozen=True, slots=True)
class Group:
    """What the payments of one sum have in common: the currency, the rest only if the sums are divided by it."""

    currency: str
    day: str | None = None
    connector: str | None = None
    status: TransactionStatus | None = None

    @property
    def place(self) -> tuple[str, ...]:
        """Its place among the groups of the same parts."""
        return self.currency, self.day or "", self.connector or "", self.status or ""


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A place among the transactions that are added up: orders of a month are before its checkouts."""

    month: str
    checkouts: bool
    created_at: datetime
    order_id: str


@dataclass(frozen=True, slots=True)
class Totals:
    """Sums by group, and the number of transactions that are in them; ``next`` is where to go on, None at the end."""

    groups: dict[Group, Sums]
    transactions: int
    next: Place | None


def total_account(
    ports: Ports,
    account: str,
    since: datetime,
    until: datetime,
    group_by: Collection[GroupBy],
    after: Place | None,
    limit: int,
) -> Totals:
    """Add up the payments of the transactions that were created within a range, behind a place.

    It goes to the end of the range, unless there are more than ``limit`` of them, or it takes longer than ``PATIENCE``.
    """
    began = ports.now()
    groups: dict[Group, Sums] = {}
    added = 0
    while True:
        size = min(AT_ONCE, limit - added)
        found = _listed(ports.store, account, since, min(until, began), after, size + 1)
        page, is_last = found[:size], len(found) <= size
        _add(ports.store, account, (order for _, order in page), group_by, groups)
        added += len(page)
        after = None if is_last else page[-1][0]
        if after is None or added == limit or ports.now() - began >= PATIENCE:
            in_order = sorted(groups.items(), key=lambda held: held[0].place)
            return Totals(dict(in_order), added, after)


def _add(
    store: Store,
    account: str,
    orders: Iterable[ListedOrder],
    group_by: Collection[GroupBy],
    groups: dict[Group, Sums],
) -> None:
    """Add the payments of some transactions to the sums of their groups."""
    by_transaction = {order.transaction_id: order for order in orders}
    transactions = store.transactions(account, by_transaction)
    statuses = _statuses(store, account, transactions) if GroupBy.STATUS in group_by else {}
    for transaction_id, payments in store.payments_of(account, transactions.values()).items():
        for payment in payments:
            group = _group(by_transaction[transaction_id], payment, statuses.get(transaction_id), group_by)
            groups.setdefault(group, Sums()).add(transaction_id, payment.counters)


def _group(
    order: ListedOrder, payment: Payment, status: TransactionStatus | None, group_by: Collection[GroupBy]
) -> Group:
    return Group(
        order.currency,
        day=f"{order.created_at:%Y-%m-%d}" if GroupBy.DAY in group_by else None,
        connector=payment.connector if GroupBy.CONNECTOR in group_by else None,
        status=status,
    )


def _statuses(store: Store, account: str, transactions: dict[str, Transaction]) -> dict[str, TransactionStatus]:
    """Return the status of each transaction, for which its order's head is read."""
    orders = store.orders(account, (transaction.order_id for transaction in transactions.values()))
    return {
        id_: transaction_status(orders[transaction.order_id], transaction)
        for id_, transaction in transactions.items()
        if transaction.order_id in orders
    }


def _listed(
    store: Store, account: str, since: datetime, until: datetime, after: Place | None, most: int
) -> list[tuple[Place, ListedOrder]]:
    """Return at most ``most`` transactions of a range behind a place, as the index lists them."""
    found: list[tuple[Place, ListedOrder]] = []
    for month, checkouts in _lists(since, until):
        if after is not None and (month, checkouts) < (after.month, after.checkouts):
            continue
        wanted = ListRange(month, since, until, newest_first=False, gateway_only=checkouts)
        if after is not None and (month, checkouts) == (after.month, after.checkouts):
            wanted = replace(wanted, since=max(since, after.created_at), behind=(after.created_at, after.order_id))
        if wanted.since > until:
            continue
        page = None
        while page is None or page.next is not None:
            left = most - len(found)
            if not left:
                return found
            page = store.listed(account, replace(wanted, limit=left), page.next if page is not None else None)
            found += [(Place(month, checkouts, order.created_at, order.order_id), order) for order in page.items]
    return found


def _lists(since: datetime, until: datetime) -> Iterator[tuple[str, bool]]:
    """Yield the lists that have the transactions of a range, oldest first: a month, and whether it is of checkouts."""
    month = since.replace(day=1)
    while month <= until:
        yield f"{month:%Y-%m}", False
        yield f"{month:%Y-%m}", True
        month = (month + timedelta(days=32)).replace(day=1)
