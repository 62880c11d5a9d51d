"""The memory that a process needs to write journals of so many entries: ``-m tests.support.long_journal N …``."""

import resource
import sys
from collections.abc import Sequence
from datetime import timedelta

from settlement.api.journal.formats import JournalFormat, text_of
from settlement.domain.bookkeeping.accounts import chart_of
from settlement.domain.bookkeeping.entry import Entry, Lot
from settlement.use_cases.bookkeeping.read_journal import Period, read_whole
from testkit.builders import ACCOUNT, NOON
from tests.support.journal import FakeEntryLog

A_LOT = 100
_LINES_OF_TWO = 5
"""Lines of a capture and its payout."""


class LongLog(FakeEntryLog):
    """Lots of captures and of their payouts, made as they are read."""

    def __init__(self, many: int) -> None:
        super().__init__()
        self._many = many // A_LOT

    def last(self, account: str) -> Lot | None:
        """Return the newest lot."""
        return self._made(self._many)

    def lots(self, account: str, first: int, limit: int) -> list[Lot]:
        """Return lots from a number on."""
        return [self._made(number) for number in range(first, min(first + limit, self._many + 1))]

    def _made(self, number: int) -> Lot:
        at = NOON + timedelta(seconds=number)
        return Lot(number, at, [(_payout if index % 2 else _capture)(f"E{number}-{index}") for index in range(A_LOT)])


def _capture(event: str) -> Entry:
    return Entry(event, "PaymentSettled", NOON, "O", "T", "P", "acme", "BRL", {"captured": 100}, "N1", 2, "S")


def _payout(event: str) -> Entry:
    paid = {"BRL": {"paid": 100, "fees": 3, "received": 97}}
    return Entry(event, "CapturePaid", NOON, "O", "T", "P", "acme", "BRL", {}, "N1", 2, "S", "R", paid)


def main(numbers: Sequence[str]) -> None:
    """Print for each number how many entries were written, and the kilobytes that the process has needed at most."""
    for number in map(int, numbers):
        period, later, lines = Period(ACCOUNT, NOON, NOON + timedelta(days=9)), NOON + timedelta(days=10), 0
        for page in read_whole(LongLog(number), period, chart_of([]), later):
            lines += text_of(JournalFormat.CSV, page.entries, is_first=False).count("\r\n")
        print(lines * 2 // _LINES_OF_TWO, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)


if __name__ == "__main__":
    main(sys.argv[1:])
