"""A store to rehearse on: its reads see what was committed to it, and nothing of it is ever written.

It stands for the store of one order. What it has read stays as it was read, so that one rehearsal sees one state.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from typing import Any, TypeVar, cast

from settlement.domain.ledger.settlement import Settlement
from settlement.domain.order.order import Order
from settlement.domain.transaction.leg import Leg
from settlement.domain.transaction.operation import Operation
from settlement.domain.transaction.payment import Payment
from settlement.domain.transaction.transaction import Transaction
from settlement.domain.transaction.work import as_stored
from settlement.use_cases.shared.heads import Heads
from settlement.use_cases.shared.ports import Commit, Conflict, Page, Store

T = TypeVar("T")
K = TypeVar("K")

_READ_ONCE = frozenset(
    {
        "settings",
        "connector",
        "lines",
        "shopper",
        "invoice",
        "invoices",
        "document",
        "key_claim",
        "placement",
        "change",
        "modification",
        "modifications",
        "request",
    }
)
"""Reads of what no workflow changes."""


class RehearsalStore:
    """The ``Store`` of one order, as far as its actions and their workflow need one; commits stay in ``commits``."""

    def __init__(self, store: Store, before: Heads) -> None:
        self._store = store
        self._order, self._transaction = before.order, before.transaction
        self._first_queued = before.transaction.head
        self._operations: dict[int, Operation] = {}
        self._payments: dict[str, Payment] = {}
        self._legs: dict[tuple[int, str], Leg] = {}
        self._settlements: dict[tuple[str, str], Settlement] = {}
        self._stored_operation = cache(store.operation)
        self._stored_operations = cache(store.operations)
        self._stored_payments = cache(store.payments)
        self._stored_legs = cache(store.legs)
        self._stored_settlement = cache(store.settlement)
        self._stored_settlements_after = cache(store.settlements_after)
        self.commits: list[Commit] = []

    def __getattr__(self, name: str) -> Any:
        if name not in _READ_ONCE:
            raise AttributeError(f"no rehearsal reads or writes {name}")
        read = cache(getattr(self._store, name))
        setattr(self, name, read)
        return read

    def as_store(self) -> Store:
        """Return it as the port that it stands for."""
        return cast("Store", self)

    @property
    def heads(self) -> Heads:
        """Both heads after all commits."""
        return Heads(self._order, self._transaction)

    def order(self, account: str, order_id: str) -> Order | None:
        """Return the order head."""
        return self._order if order_id == self._order.order_id else None

    def transaction(self, account: str, transaction_id: str) -> Transaction | None:
        """Return the transaction head."""
        return self._transaction if transaction_id == self._transaction.transaction_id else None

    def operation(self, account: str, transaction_id: str, sequence: int) -> Operation | None:
        """Return one operation."""
        return self._operations.get(sequence) or self._stored_operation(account, transaction_id, sequence)

    def operations(self, account: str, transaction_id: str, since: int = 1) -> list[Operation]:
        """Return the operations from sequence ``since`` on."""
        stored = self._stored_operations(account, transaction_id, min(since, self._first_queued))
        found = {held.sequence: held for held in stored} | self._operations
        return [found[sequence] for sequence in sorted(found) if sequence >= since]

    def payment(self, account: str, transaction_id: str, payment_id: str) -> Payment | None:
        """Return one payment."""
        return next((held for held in self.payments(account, transaction_id) if held.payment_id == payment_id), None)

    def payments(self, account: str, transaction_id: str) -> list[Payment]:
        """Return the payments by sequence."""
        return [self._payments.get(held.payment_id, held) for held in self._stored_payments(account, transaction_id)]

    def leg(self, account: str, transaction_id: str, operation: int, number: str) -> Leg | None:
        """Return one leg."""
        legs = self.legs(account, transaction_id, operation)
        return next((leg for leg in legs if leg.number == number), None)

    def legs(self, account: str, transaction_id: str, operation: int | None = None) -> list[Leg]:
        """Return the legs of one operation, or all, in the order in which they were planned."""
        stored = {(leg.operation, leg.number): leg for leg in self._stored_legs(account, transaction_id, operation)}
        alone = {(held.sequence, leg.number): leg for held in self._operations.values() if (leg := held.only_leg)}
        rehearsed = alone | self._legs
        return _in_order(stored | {key: leg for key, leg in rehearsed.items() if operation in (None, key[0])})

    def settlement(self, account: str, transaction_id: str, payment_id: str, number: str) -> Settlement | None:
        """Return one settlement."""
        rehearsed = self._settlements.get((payment_id, number))
        return rehearsed or self._stored_settlement(account, transaction_id, payment_id, number)

    def settlements_after(
        self, account: str, transaction_id: str, payment_id: str, number: str | None, page_size: int
    ) -> Page[Settlement]:
        """Return a page of a payment's settlements, oldest first; the last page has the rehearsed ones too."""
        page = self._stored_settlements_after(account, transaction_id, payment_id, number, page_size)
        stored = {(payment_id, held.number): held for held in page.items}
        rehearsed = {
            key: held
            for key, held in self._settlements.items()
            if key in stored or (page.next is None and key[0] == payment_id and key[1] > (number or ""))
        }
        return Page(_in_order(stored | rehearsed), page.next)

    def commit(self, commit: Commit) -> None:
        """Keep the commit, and show it to all later reads; raise ``Conflict`` for an invoice whose number is taken."""
        if any(self.invoice(commit.account, commit.order_id, new.number) is not None for new in commit.invoices):
            raise Conflict
        if commit.order is not None:
            self._order = replace(commit.order, version=commit.order.version + 1)
        if commit.transaction is not None:
            self._transaction = replace(commit.transaction, version=commit.transaction.version + 1)
        placed = commit.placed()
        for operation in placed.operations:
            self._operations[operation.sequence] = as_stored(operation)
        for leg in (*placed.new_legs, *(changed.after for changed in placed.legs)):
            self._legs[leg.operation, leg.number] = leg
        for payment in commit.payments:
            self._payments[payment.after.payment_id] = payment.after
        for settlement in (*commit.new_settlements, *(changed.after for changed in commit.settlements)):
            self._settlements[settlement.payment_id, settlement.number] = settlement
        self.commits.append(commit)


def _in_order(found: Mapping[K, T]) -> list[T]:
    keys: Sequence[Any] = list(found)
    return [found[key] for key in sorted(keys)]
