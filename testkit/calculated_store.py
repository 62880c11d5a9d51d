"""A store of as many orders as one likes, of which it holds none: each is made of its number when it is read."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from threading import Lock

from settlement.domain.order.listing import ListedOrder, as_listed
from settlement.domain.transaction.transaction import Transaction
from settlement.use_cases.shared.ports import Commit, ListRange, Money, Page
from testkit.acquirer import FIRST_DAY
from testkit.sold_orders import commit_of, sold
from testkit.store import FakeStore

_PAGE = 50


class CalculatedStore(FakeStore):
    """Orders by their numbers, from 1; what is written is counted and forgotten."""

    def __init__(self, orders: int) -> None:
        super().__init__()
        self._orders = orders
        self.written = 0
        self._counting = Lock()

    def listed(self, account: str, wanted: ListRange, after: str | None) -> Page[ListedOrder]:
        """Return a page of the orders, all of one month."""
        if wanted.month != f"{FIRST_DAY:%Y-%m}" or wanted.gateway_only:
            return Page([])
        first = int(after or 1)
        last = min(first + _PAGE - 1, self._orders)
        found = [as_listed(_made(account, number).order) for number in range(first, last + 1)]  # type: ignore[arg-type]
        return Page(found, str(last + 1) if last < self._orders else None)

    def transactions(self, account: str, transaction_ids: Iterable[str]) -> dict[str, Transaction]:
        """Return transactions by id."""
        made = (_made(account, int(id_[1:])).transaction for id_ in transaction_ids)
        return {found.transaction_id: found for found in made if found is not None}

    def money_of(self, account: str, transaction_id: str) -> Money:
        """Return the money of a transaction."""
        made = _made(account, int(transaction_id[1:]))
        return Money(list(made.new_payments), list(made.new_settlements), list(made.new_refunds), [])

    def commit_each(self, commits: Sequence[Commit]) -> list[bool]:
        """Count the parts that are written, by whichever thread."""
        parts = sum(len(commit.payouts) for commit in commits)
        with self._counting:
            self.written += parts
        return [True] * len(commits)


def _made(account: str, number: int) -> Commit:
    return commit_of(account, sold(number))
