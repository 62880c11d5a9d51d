"""The ports of settlement reports: what is kept of the files themselves, and who works on their payments."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from settlement.domain.reconciliation.bank_lines import Arrival, PayoutName
    from settlement.domain.reconciliation.books import PaymentBooks
    from settlement.domain.reconciliation.kept_line import KeptLine, LinesPage
    from settlement.domain.reconciliation.outcomes import Outcome
    from settlement.domain.reconciliation.report import Report
    from settlement.use_cases.reconciliation.keep_findings import Finding, Repeated
    from settlement.use_cases.shared.ports import Page

T = TypeVar("T")
U = TypeVar("U")


class Reports(Protocol):
    """Stored settlement reports."""

    def report(self, account: str, report_id: str) -> Report | None: ...
    def report_of_serial(self, account: str, serial: str) -> str | None:
        """Return the id of the report that has a sequence."""
        ...

    def save_report(self, account: str, report: Report) -> Report:
        """Write a report over the version that was read (0: new), with its sequence; return it as it is now.

        Raises ``Conflict`` if another writer was first, or another report has the sequence.
        """
        ...

    def reports(self, account: str, after: str | None, limit: int) -> Page[Report]:
        """Return reports, those that were named last first; the list lags behind the writes."""
        ...

    def arrivals(self, account: str, payouts: Iterable[PayoutName]) -> list[Arrival]:
        """Return what statements told of payouts to have come; it lags behind the writes."""
        ...

    def keep_arrival(self, account: str, arrival: Arrival) -> None:
        """Write that a payout has come; raises ``Conflict`` if another statement has told it."""
        ...

    def drop_arrival(self, account: str, arrival: Arrival) -> None:
        """Remove what a statement told, unless another one tells it now."""
        ...


class KeptLines(Protocol):
    """The lines of reports with their outcomes, each run of a report apart from the others."""

    def keep(self, account: str, report_id: str, run: str, outcome: Outcome, lines: Iterable[KeptLine]) -> None:
        """Keep the lines of an outcome in place of those of before; none are kept if there are none."""
        ...

    def page(
        self, account: str, report_id: str, run: str, outcome: Outcome, offset: int, limit: int
    ) -> LinesPage | None:
        """Return at most ``limit`` lines from a place on, 0 or the ``following`` of a page; None if none are kept.

        Raises ``InvalidRequest`` for any other place.
        """
        ...


class Hands(Protocol):
    """Who reads the payments of one account for a report, matches them, and writes what it told of them: many at once.

    All yield in the order of what they are given.
    """

    def books(self, lots: Iterable[Sequence[str]]) -> Iterator[PaymentBooks]:
        """Yield the payments of which something was captured, of lots of transactions by their ids."""
        ...

    def each(self, work: Callable[[T], U], things: Iterable[T]) -> Iterator[U]:
        """Yield what ``work``, which can go to another process, makes of each thing, with no look at the account."""
        ...

    def keep(self, findings: Iterable[Finding]) -> Iterator[Repeated]:
        """Write findings; yield for each what other reports have told of its payment since it was found."""
        ...
