"""Tells what is still to come to an account: by day, connector and currency, and apart what should have come.

It adds the journal's newest lots to the sum that is kept of those before, so it reads no order (D180).
"""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date, datetime
from typing import Protocol

from settlement.domain.bookkeeping.entry import Lot
from settlement.domain.bookkeeping.receivables import Receivable, Receivables
from settlement.domain.reconciliation.bank_days import day_of
from settlement.values import dataclass

MAX_RECEIVABLES = 1000
"""Days, each of a connector and a currency, on one page."""

LOTS_AT_ONCE = 50


class ReceivableLog(Protocol):
    """The journals of all accounts, and of each the receivables that were last kept."""

    def receivables(self, account: str) -> Receivables: ...

    def lots(self, account: str, first: int, limit: int) -> list[Lot]: ...


@dataclass(frozen=True, slots=True)
class ReceivablesPage:
    """A page of ``days``; ``next`` is the last of them if more follow.

    ``sums`` are those of all pages by currency, ``overdue`` by connector and currency, each with its first day. Their
    other parts have no day of their own.
    """

    days: tuple[Receivable, ...]
    sums: tuple[Receivable, ...]
    overdue: tuple[Receivable, ...]
    next: Receivable | None = None


def current_receivables(log: ReceivableLog, account: str) -> Receivables:
    """Return all receivables of an account, by every lot that there is."""
    found = log.receivables(account)
    while lots := log.lots(account, found.through + 1, LOTS_AT_ONCE):
        found = found.after(lots)
    return found


def list_receivables(
    log: ReceivableLog, account: str, until: date | None, now: datetime, after: tuple[date, str, str] | None, limit: int
) -> ReceivablesPage:
    """Return what is to come until a day, which is in it, behind a place; without a day all of it.

    A day is over for a currency as soon as it is over for its acquirers, in Brasília for BRL, else by UTC.
    """
    rows = current_receivables(log, account).rows
    coming = [row for row in rows if row.on >= day_of(now, row.currency) and (until is None or row.on <= until)]
    page = [row for row in coming if after is None or (row.on, row.connector, row.currency) > after]
    return ReceivablesPage(
        tuple(page[:limit]),
        _added(coming, lambda row: ("", row.currency)),
        _added((row for row in rows if row.on < day_of(now, row.currency)), lambda row: (row.connector, row.currency)),
        page[limit - 1] if len(page) > limit else None,
    )


def _added(rows: Iterable[Receivable], key_of: Callable[[Receivable], tuple[str, str]]) -> tuple[Receivable, ...]:
    """Return rows added up by connector and currency, each with its first day."""
    sums: dict[tuple[str, str], Receivable] = {}
    for row in rows:
        key = key_of(row)
        sums[key] = sums[key].plus(row) if key in sums else replace(row, connector=key[0])
    return tuple(sums[key] for key in sorted(sums) if not sums[key].is_nothing)
