"""Brings what is to come of captures of earlier versions into the journal (D188).

An event of an earlier version does not tell what it changes of what is to come. So a payment with such events gets an
entry of its own, which moves nothing: by how much all that is to come of it differs from what its events tell. Later
events change both alike, so the entry is the same whenever it is made.
"""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Protocol

from settlement.domain.bookkeeping.entry import Entry, Lot, entries_of
from settlement.domain.events import Event
from settlement.domain.reconciliation.due import Due, changed_dues
from settlement.domain.reconciliation.payout_dues import dues_of_payment
from settlement.domain.transaction.transaction import Transaction
from settlement.use_cases.reconciliation.load_books import books_of_money
from settlement.use_cases.shared.contention import until_first
from settlement.use_cases.shared.event_pages import all_events
from settlement.use_cases.shared.ports import Conflict, Money, Store
from settlement.values import dataclass

OPENED = "ReceivablesOpened"
"""The type of such an entry, which no event has."""

_BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
_LOTS_AT_ONCE = 50


class OpeningLog(Protocol):
    """The journals of all accounts, as lots that are numbered from 1."""

    def lots(self, account: str, first: int, limit: int) -> list[Lot]: ...


@dataclass(frozen=True, slots=True)
class Opened:
    """The openings that the journal has, by the names of their entries, and the time of its last lot.

    No later lot is older than ``at``, whatever the clock of its writer, so an entry of that time is found in them.
    """

    names: frozenset[str]
    at: datetime


def opened_before(log: OpeningLog, account: str) -> Opened:
    """Return the openings of the whole journal."""
    names, at, number = set[str](), _BEGINNING, 1
    while lots := log.lots(account, number, _LOTS_AT_ONCE):
        names.update(entry.event for lot in lots for entry in lot.entries if entry.type == OPENED)
        at, number = lots[-1].at, lots[-1].number + 1
    return Opened(frozenset(names), at)


def openings_of(
    store: Store, account: str, transaction_id: str, opened: Opened, pause: Callable[[float], None]
) -> list[Entry]:
    """Return the opening, if there is none yet, of each payment whose events do not tell all that is to come of it.

    If anything is written meanwhile, it is read again after a pause in seconds; raises ``Busy`` if that goes on.
    """
    transaction = store.transaction(account, transaction_id)
    if transaction is None or not transaction.ledger.captured:
        return []

    def read() -> tuple[list[Event], Money]:
        before = list(all_events(store, account, transaction_id))
        money = store.money_of(account, transaction_id)
        if list(all_events(store, account, transaction_id)) != before:
            raise Conflict
        return before, money

    events, money = until_first(pause, read)
    found = _openings(transaction, events, money, opened.at)
    return [entry for entry in found if entry.event not in opened.names]


def _openings(transaction: Transaction, events: list[Event], money: Money, at: datetime) -> Iterator[Entry]:
    told: dict[str, list[Due]] = {}
    for entry in entries_of(events, transaction.currency):
        told.setdefault(entry.payment_id, []).extend(entry.dues)
    for books, parts in books_of_money(transaction, money):
        if lacking := changed_dues(told.get(books.payment_id, ()), dues_of_payment(books, parts)):
            yield Entry(
                event=f"{transaction.transaction_id}/{books.payment_id}/receivables",
                type=OPENED,
                at=at,
                order_id=books.order_id,
                transaction_id=transaction.transaction_id,
                payment_id=books.payment_id,
                connector=books.connector,
                currency=transaction.currency,
                moved={},
                told_dues=lacking,
            )
