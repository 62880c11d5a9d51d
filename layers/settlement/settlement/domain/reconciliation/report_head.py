"""The head of a settlement report: who wrote it, of which period, and what it holds of that period."""

from dataclasses import replace
from datetime import date, timedelta
from enum import StrEnum

from settlement.domain.reconciliation.expected import CentsOn
from settlement.values import dataclass

PIX_GROUP = "instantPayment"
"""The group of payments by Pix."""


class Holds(StrEnum):
    """What a report has of its period: what was captured and refunded in it, or what was paid out in it."""

    SALES = "sales"
    PAYOUTS = "payouts"


@dataclass(frozen=True, slots=True)
class ReportHead:
    """What a file says of itself; ``sequence`` is unique among the files of its ``sender``, empty without one.

    A file of sales that tells no period has that of its lines, from the first day to the last one; if its days are not
    whole, it does not have all of these two. With ``of_pix`` True it holds Pix alone, with False all but Pix, which the
    acquirer has in files of their own.
    """

    format: str
    sender: str = ""
    sequence: str = ""
    since: date | None = None
    until: date | None = None
    holds: Holds = Holds.SALES
    cents_on: CentsOn = CentsOn.FIRST
    days_are_whole: bool = True
    of_pix: bool | None = None

    @property
    def serial(self) -> str:
        """The name under which a file can come once; empty if it has no sequence."""
        return f"{self.format}/{self.sender}/{self.sequence}" if self.sequence else ""

    def is_about(self, group: str) -> bool:
        """Return True if the file can hold payments of a group, such as ``creditCard``."""
        return self.of_pix is None or self.of_pix is (group == PIX_GROUP)

    def with_period(self, first: date | None, last: date | None) -> "ReportHead":
        """Return the head with a period, where it told none: that of its sales; one of payouts has none then."""
        if first is None or last is None or self.since is not None or self.holds is Holds.PAYOUTS:
            return self
        return replace(self, since=first, until=last)

    @property
    def whole_days(self) -> tuple[date, date] | None:
        """The first and the last day of which the file has everything; None if there is none."""
        if self.since is None or self.until is None:
            return None
        aside = timedelta(days=0 if self.days_are_whole else 1)
        first, last = self.since + aside, self.until - aside
        return (first, last) if first <= last else None
