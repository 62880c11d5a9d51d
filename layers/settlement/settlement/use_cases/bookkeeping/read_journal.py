"""Reads the journal of an account: the entries of a period, in the order in which they were entered.

The journal only grows at its end, so a page that was read stays as it is, and pages of a period that is over are always
the same.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Protocol

from settlement.domain.bookkeeping.accounts import Chart, Posting
from settlement.domain.bookkeeping.entry import Entry, Lot, Place
from settlement.domain.errors import InvalidRequest
from settlement.values import dataclass

MAX_ENTRIES = 1000
"""Entries of one page."""

MAX_READ = 10_000
"""Entries that a page looks at; those that move nothing by the chart are in no page."""

CLOSING = timedelta(minutes=2)
"""How long after its end a period stays open: nobody who enters an entry takes longer from its time to its write."""

_LOTS_AT_ONCE = 50


class EntryLog(Protocol):
    """The journals of all accounts, as lots of entries that are numbered from 1 and never change."""

    def last(self, account: str) -> Lot | None: ...

    def lot(self, account: str, number: int) -> Lot | None: ...

    def lots(self, account: str, first: int, limit: int) -> list[Lot]: ...


@dataclass(frozen=True, slots=True)
class Period:
    """A period of an account's journal: the first and the last moment, and the place behind which it is read."""

    account: str
    since: datetime
    until: datetime
    after: Place | None = None


@dataclass(frozen=True, slots=True)
class Booked:
    """An entry with its place, its postings, and the time at which it was entered, by which it is dated."""

    place: Place
    at: datetime
    entry: Entry
    postings: Sequence[Posting]


@dataclass(frozen=True, slots=True)
class JournalPage:
    """Entries of a period, the place behind which the next page begins, and whether the period goes on behind them.

    ``next`` is None once nothing can follow. In a period that is ``open`` it is the place to go on from later.
    """

    entries: list[Booked]
    next: Place | None
    is_open: bool = False


def read_journal(log: EntryLog, period: Period, chart: Chart, now: datetime, limit: int = MAX_ENTRIES) -> JournalPage:
    """Return a page of a period: at most ``limit`` of the entries that move something by the chart.

    Raises ``InvalidRequest`` for a place that no page of the period has named.
    """
    found: list[Booked] = []
    place = beginning = _beginning(log, period)
    for looked_at, (lot, number, entry) in enumerate(_entries_from(log, period.account, beginning)):
        if lot.at > period.until:
            return JournalPage(found, None)
        if len(found) == limit or looked_at == MAX_READ:
            return JournalPage(found, place)
        place = Place(lot.number, number)
        if postings := chart.postings(entry):
            found.append(Booked(place, lot.at, entry, postings))
    if now - CLOSING > period.until:
        return JournalPage(found, None)
    return JournalPage(found, place, is_open=True)


def read_whole(log: EntryLog, period: Period, chart: Chart, now: datetime) -> Iterator[JournalPage]:
    """Yield all pages of a period that there are now, the last of which may be open."""
    while True:
        page = read_journal(log, period, chart, now)
        yield page
        if page.next is None or page.is_open:
            return
        period = replace(period, after=page.next)


def _beginning(log: EntryLog, period: Period) -> Place:
    """Return the place behind which the period begins, or goes on."""
    if period.after is not None:
        lot = log.lot(period.account, period.after.lot)
        if period.after.number and (lot is None or lot.at > period.until):
            raise InvalidRequest(
                f"cursor: must be what a page of the same period names; {period.after} is of no entry until its end"
            )
        if lot is None or lot.at >= period.since:
            return period.after
    return Place(_first_lot(log, period.account, period.since), 0)


def _first_lot(log: EntryLog, account: str, since: datetime) -> int:
    """Return the number of the first lot that is not before a time, by bisection; the next new one's if all are."""
    last = log.last(account)
    if last is None or last.at < since:
        return 1 if last is None else last.number + 1
    low, high = 1, last.number
    while low < high:
        middle = (low + high) // 2
        lot = log.lot(account, middle)
        if lot is None or lot.at < since:
            low = middle + 1
        else:
            high = middle
    return low


def _entries_from(log: EntryLog, account: str, place: Place) -> Iterator[tuple[Lot, int, Entry]]:
    """Yield the entries behind a place, each with its lot and its number there."""
    number = place.lot
    while lots := log.lots(account, number, _LOTS_AT_ONCE):
        for lot in lots:
            for index, entry in enumerate(lot.entries, 1):
                if Place(lot.number, index) > place:
                    yield lot, index, entry
        number = lots[-1].number + 1
