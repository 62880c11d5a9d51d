"""The two heads, order and transaction: loaded together and replaced by one commit, with the decision's events."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import TypeVar

from settlement.domain.errors import Busy, OrderNotFound, StaleVersion, TransactionNotFound
from settlement.domain.events import EventType, Journal, Json
from settlement.domain.order.order import Order
from settlement.domain.transaction.statuses import OrderStatus, order_status, transaction_status
from settlement.domain.transaction.transaction import Transaction
from settlement.use_cases.shared.ports import Commit, Conflict, Store
from settlement.values import dataclass

T = TypeVar("T")

_READS = 8

WRITER = "transaction"
"""Writer of the events whose numbers the transaction head counts."""


@dataclass(frozen=True, slots=True)
class Heads:
    """The two heads that every decision reads and replaces."""

    order: Order
    transaction: Transaction

    def __post_init__(self) -> None:
        """Raise ``Conflict`` for heads of different commits: together they are a state that never existed."""
        if self.transaction.order_version != self.order.version:
            raise Conflict

    @property
    def version(self) -> int:
        """The version of both: every commit that replaces a head raises it."""
        return self.transaction.version

    def require_version(self, expected: int | None) -> None:
        """Raise ``StaleVersion`` if these heads are not of the expected version; None expects none.

        The commit that replaces them is conditional on this version, so a writer who comes between makes the decision
        run again, and this check find the change.
        """
        if expected is not None and self.version != expected:
            raise StaleVersion(expected, self.version)

    def journal(self, at: datetime) -> Journal:
        """Open a journal for this order's events."""
        return Journal(
            writer=WRITER,
            written=self.transaction.events,
            order_id=self.order.order_id,
            transaction_id=self.transaction.transaction_id,
            at=at,
        )

    @property
    def status_since(self) -> datetime | None:
        """Since when the order has its status; None if no version has stored it."""
        return self.transaction.status_since or self.order.listed_since

    def becomes(
        self, journal: Journal, order: Order, transaction: Transaction, *, attempt_failed: bool = False
    ) -> Commit:
        """Return the commit that replaces both heads; add the changes of statuses to the journal.

        Lists show a status that is stored on the order head; the commit updates it. ``attempt_failed`` says that the
        operation at the head is to wait for another attempt.
        """
        is_queued_behind = transaction.tail > self.transaction.tail and not self.transaction.is_idle
        order = listed(order, transaction, is_lasting=attempt_failed or is_queued_behind)
        if order_status(order, transaction) is not order_status(self.order, self.transaction):
            transaction = replace(transaction, status_since=journal.at)
        record_status_changes(journal, self, Heads(order, transaction))
        writes_order = order != self.order
        if not journal.events:
            journal.record(EventType.BOOKS_UPDATED)
        return Commit(
            account=order.account,
            order_id=order.order_id,
            transaction_id=transaction.transaction_id,
            currency=transaction.currency,
            order=order if writes_order else None,
            order_before=self.order,
            transaction_before=self.transaction,
            transaction=replace(
                transaction,
                events=journal.written,
                invoiced=order.invoiced,
                order_version=order.version + 1 if writes_order else order.version,
            ),
            events=journal.events,
        )


def listed(order: Order, transaction: Transaction, *, is_lasting: bool) -> Order:
    """Return the order with the attributes that lists show; unlisted orders stay unchanged.

    The status ``invoice`` is listed if it is ``is_lasting``, or a settlement has failed. Otherwise an attempt at the
    settlement is under way, and lists show the status before until it ends (D39).
    """
    if order.gateway_only:
        return order
    status = order_status(order, transaction)
    is_passing = status is OrderStatus.INVOICE and not is_lasting and not transaction.unsettled
    return replace(
        order,
        listed_status=order.listed_status if is_passing else status.value,
        authorised_at=transaction.authorised_at,
        in_error=transaction.needs_a_person,
    )


def record_status_changes(journal: Journal, before: Heads | None, after: Heads) -> None:
    """Record the statuses that a decision changes; ``before`` is None for a new order.

    The event of an order's status holds the time since which the order had the previous one.
    """
    for type_, derive in (
        (EventType.ORDER_STATUS_CHANGED, order_status),
        (EventType.TRANSACTION_STATUS_CHANGED, transaction_status),
    ):
        if after.order.gateway_only and type_ is EventType.ORDER_STATUS_CHANGED:
            continue
        old = derive(before.order, before.transaction).value if before else None
        new = derive(after.order, after.transaction).value
        if new == old:
            continue
        facts: dict[str, Json] = {"from": old, "to": new}
        if type_ is EventType.ORDER_STATUS_CHANGED:
            since = before.status_since if before else None
            facts["since"] = since.isoformat() if since else None
        journal.record(type_, **facts)
    was_in_error = before is not None and before.transaction.needs_a_person
    if after.transaction.needs_a_person != was_in_error:
        journal.record(EventType.ORDER_ERROR_CHANGED, workflowIsInError=after.transaction.needs_a_person)


def load(store: Store, account: str, order_id: str) -> Heads:
    """Return an order and its transaction in the state of one commit.

    Raises ``OrderNotFound``, and ``Busy`` if other writers keep changing them between the two reads.
    """

    def read() -> Heads:
        order = store.order(account, order_id)
        if order is None or order.gateway_only:
            raise OrderNotFound(order_id)
        return Heads(order, of_order(store, order))

    return until_consistent(read)


def load_by_transaction(store: Store, account: str, transaction_id: str) -> Heads:
    """Return a transaction and its order in the state of one commit; raises ``TransactionNotFound`` and ``Busy``."""

    def read() -> Heads:
        transaction = store.transaction(account, transaction_id)
        if transaction is None:
            raise TransactionNotFound(transaction_id)
        order = store.order(account, transaction.order_id)
        if order is None:
            raise LookupError(f"transaction {transaction_id} has no order {transaction.order_id}")
        return Heads(order, transaction)

    return until_consistent(read)


def until_consistent(read: Callable[[], T]) -> T:
    """Repeat a read of several items that a writer disturbed; raises ``Busy`` after 8 tries."""
    for _ in range(_READS):
        try:
            return read()
        except Conflict:
            continue
    raise Busy("Other requests keep changing this order; send the same request again")


def of_order(store: Store, order: Order) -> Transaction:
    """Return the transaction of an order, which exists because both are written at once."""
    transaction = store.transaction(order.account, order.transaction_id)
    if transaction is None:
        raise LookupError(f"order {order.order_id} has no transaction {order.transaction_id}")
    return transaction
