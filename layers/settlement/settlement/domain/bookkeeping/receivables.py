"""What is still to come to an account by day, connector and currency: the sum of what its journal's entries changed.

Days that are long past are kept by month, so that it does not grow by the day where nobody reports. Amounts are minor
units.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

from settlement.domain.bookkeeping.entry import Lot
from settlement.values import dataclass

MONTHS_BY_DAY = 2
"""Whole months before a lot's own whose days are kept apart."""

_MONTHS = 12


@dataclass(frozen=True, slots=True, order=True)
class Receivable:
    """What is to come on a day from the acquirer behind a connector; ``count`` is the number of instalments."""

    on: date
    connector: str
    currency: str
    gross: int
    fee: int
    net: int
    count: int

    def plus(self, other: "Receivable") -> "Receivable":
        """Return its sums with those of another one added."""
        return replace(
            self, gross=self.gross + other.gross, fee=self.fee + other.fee, net=self.net + other.net,
            count=self.count + other.count,
        )  # fmt: skip

    @property
    def is_nothing(self) -> bool:
        """True if nothing is left of it."""
        return (self.gross, self.fee, self.net, self.count) == (0, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class Receivables:
    """All receivables of an account by the lots ``through`` one; days before ``by_day_since`` are in their months."""

    through: int = 0
    by_day_since: date = date.min
    rows: tuple[Receivable, ...] = ()

    def after(self, lots: Iterable[Lot]) -> "Receivables":
        """Return them after further lots, which follow without a gap."""
        lots = list(lots)
        if not lots:
            return self
        since = max(self.by_day_since, _months_before(lots[-1].at.date(), MONTHS_BY_DAY))
        sums: dict[tuple[date, str, str], Receivable] = {}
        changes = (
            Receivable(due.on, entry.connector, due.currency, due.gross, due.fee, due.net, due.count)
            for lot in lots
            for entry in lot.entries
            for due in entry.dues
        )
        for row in (*self.rows, *changes):
            key = row.on if row.on >= since else row.on.replace(day=1), row.connector, row.currency
            sums[key] = sums.get(key, Receivable(*key, 0, 0, 0, 0)).plus(row)
        kept = sorted(row for row in sums.values() if not row.is_nothing)
        return Receivables(lots[-1].number, since, tuple(kept))


def _months_before(day: date, months: int) -> date:
    """Return the first day of a month before a day's own."""
    year, month = divmod(day.year * _MONTHS + day.month - 1 - months, _MONTHS)
    return date(year, month + 1, 1)
