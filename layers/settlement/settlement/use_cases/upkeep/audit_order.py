"""Audits one order: reads all of its items and compares figures that different writers wrote."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import TypeVar

from settlement.domain.audit.audit import audit
from settlement.domain.audit.records import Mismatch, Records
from settlement.domain.errors import TransactionNotFound
from settlement.domain.events import Event
from settlement.domain.ledger.ledger import LedgerImbalance
from settlement.domain.ledger.refund_made import RefundMade
from settlement.domain.ledger.settlement import Settlement
from settlement.domain.order.order import Order
from settlement.domain.transaction.payment import Payment
from settlement.domain.transaction.transaction import Transaction
from settlement.use_cases.shared.event_pages import all_events
from settlement.use_cases.shared.ports import Store
from settlement.values import dataclass

READINGS = 3
"""A mismatch counts if this many readings in a row show it; a single one can fall between two writes."""

_UNREADABLE = (ValueError, LookupError, TypeError, LedgerImbalance)

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Audited:
    """The audit's result for one order; ``transaction_id`` is None if the order's head has none.

    ``events`` are those of the last reading, oldest first, None if they were unreadable; ``payments`` are its payments
    in ``currency``, none if anything was unreadable.
    """

    account: str
    order_id: str
    transaction_id: str | None
    mismatches: tuple[Mismatch, ...]
    events: tuple[Event, ...] | None = None
    payments: Sequence[Payment] = ()
    currency: str = ""


class _Unreadable(Exception):
    """An item cannot be read, or is missing."""

    def __init__(self, mismatch: Mismatch) -> None:
        super().__init__(mismatch.what)
        self.mismatch = mismatch


def audit_order(store: Store, account: str, order_id: str, transaction_id: str | None = None) -> Audited:
    """Compare all stored figures of an order; parallel writers cause no mismatch.

    It only reads. An unreadable item is a mismatch. ``transaction_id`` is used if the order's head has none.
    """
    audited = _audit(store, account, order_id, transaction_id)
    for _ in range(READINGS - 1):
        if not audited.mismatches:
            break
        again = _audit(store, account, order_id, transaction_id)
        lasting = tuple(mismatch for mismatch in again.mismatches if mismatch in audited.mismatches)
        audited = replace(again, mismatches=lasting)
    return audited


def audit_transaction(store: Store, account: str, transaction_id: str) -> Audited:
    """Audit the order of a transaction; raises ``TransactionNotFound``."""
    try:
        with _reading("transaction head"):
            transaction = store.transaction(account, transaction_id)
    except _Unreadable as unreadable:
        return Audited(account, "", transaction_id, (unreadable.mismatch,))
    if transaction is None:
        raise TransactionNotFound(transaction_id)
    return audit_order(store, account, transaction.order_id, transaction_id)


def _audit(store: Store, account: str, order_id: str, transaction_id: str | None) -> Audited:
    events: tuple[Event, ...] | None = None
    payments: Sequence[Payment] = ()
    currency = ""
    try:
        if transaction_id is not None:
            events = _events(store, account, transaction_id)
        order = _order(store, account, order_id)
        if events is None or order.transaction_id != transaction_id:
            events, transaction_id = _events(store, account, order.transaction_id), order.transaction_id
        records = _read(store, order, _transaction(store, order), events)
        with _reading("figures"):
            mismatches = audit(records)
        payments, currency = records.payments, records.transaction.currency
    except _Unreadable as unreadable:
        mismatches = (unreadable.mismatch,)
    return Audited(account, order_id, transaction_id, mismatches, events, payments, currency)


def _order(store: Store, account: str, order_id: str) -> Order:
    with _reading("order head"):
        order = store.order(account, order_id)
    if order is None:
        raise _Unreadable(Mismatch("item", "order head", "an order", None))
    return order


def _transaction(store: Store, order: Order) -> Transaction:
    with _reading("transaction head"):
        transaction = store.transaction(order.account, order.transaction_id)
    if transaction is None:
        raise _Unreadable(Mismatch("item", "transaction head", f"transaction {order.transaction_id}", None))
    return transaction


def _events(store: Store, account: str, transaction_id: str) -> tuple[Event, ...]:
    with _reading("events"):
        found = list(all_events(store, account, transaction_id))
    return tuple(reversed(found))


def _read(store: Store, order: Order, transaction: Transaction, events: tuple[Event, ...]) -> Records:
    account, order_id, transaction_id = order.account, order.order_id, order.transaction_id
    invoices = _listed("invoices", lambda: store.invoices(account, order_id))
    with _reading("payments and payouts"):
        payments, payouts = store.payments_and_payouts(account, transaction_id)
    return Records(
        order=order,
        lines=_listed("lines", lambda: store.lines(account, order_id)),
        invoices=invoices,
        documents=frozenset(
            invoice.number for invoice in invoices if store.document(account, order_id, invoice.number) is not None
        ),
        changes=_listed("changes", lambda: store.changes(account, order_id)),
        modifications=_listed("modifications", lambda: store.modifications(account, order_id)),
        transaction=transaction,
        payments=payments,
        payouts=payouts,
        operations=_listed("operations", lambda: store.operations(account, transaction_id)),
        legs=_listed("legs", lambda: store.legs(account, transaction_id)),
        approvals=_listed("approvals", lambda: store.approvals(account, transaction_id)),
        settlements=_listed("captures", lambda: _captures(store, transaction, payments)),
        refunds=_listed("refunds", lambda: _refunds(store, transaction, payments)),
        events=events,
        owners={payment.payment_id: store.transaction_of_payment(account, payment.payment_id) for payment in payments},
        group=store.orders_of_group(account, order.order_group),
    )


def _captures(store: Store, transaction: Transaction, payments: Sequence[Payment]) -> list[Settlement]:
    return [
        settlement
        for payment in payments
        for settlement in store.settlements(transaction.account, transaction.transaction_id, payment.payment_id)
    ]


def _refunds(store: Store, transaction: Transaction, payments: Sequence[Payment]) -> list[RefundMade]:
    return [
        refund
        for payment in payments
        for refund in store.refunds(transaction.account, transaction.transaction_id, payment.payment_id)
    ]


def _listed(what: str, read: Callable[[], list[T]]) -> list[T]:
    with _reading(what):
        return read()


@contextmanager
def _reading(what: str) -> Iterator[None]:
    """Raise ``_Unreadable`` if an item cannot be read."""
    try:
        yield
    except _UNREADABLE as error:
        raise _Unreadable(Mismatch("item that cannot be read", what, "a sound item", str(error)[:300])) from error
