"""The hands of a report in this process: threads, which wait for the table at once."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from itertools import chain
from typing import TypeVar

from settlement.domain.reconciliation.books import PaymentBooks
from settlement.use_cases.reconciliation.keep_findings import PAYMENTS_AT_ONCE, Finding, Repeated, keep_lot
from settlement.use_cases.reconciliation.load_books import books_of, captured
from settlement.use_cases.shared.lots import in_lots
from settlement.use_cases.shared.ports import Ports
from settlement.use_cases.shared.side_by_side import side_by_side
from settlement.values import dataclass

T = TypeVar("T")
U = TypeVar("U")

_LOTS_AT_ONCE = 2


@dataclass(frozen=True, slots=True)
class Threads:
    """Hands that make so many reads and writes ``at_once``."""

    ports: Ports
    account: str
    at_once: int = 1

    def books(self, lots: Iterable[Sequence[str]]) -> Iterator[PaymentBooks]:
        """Yield the payments of which something was captured, of transactions by their ids."""
        at_once = min(self.at_once, _LOTS_AT_ONCE)
        transactions = chain.from_iterable(
            side_by_side(partial(captured, self.ports.store, self.account), lots, at_once)
        )
        work = partial(books_of, self.ports.store, self.account)
        return chain.from_iterable(side_by_side(work, transactions, self.at_once))

    def each(self, work: Callable[[T], U], things: Iterable[T]) -> Iterator[U]:
        """Yield what ``work`` makes of each thing, one after the other: threads of a process share its core."""
        return map(work, things)

    def keep(self, findings: Iterable[Finding]) -> Iterator[Repeated]:
        """Write findings; yield for each what other reports have told of its payment since it was found."""
        work = partial(keep_lot, self.ports, self.account)
        return chain.from_iterable(side_by_side(work, in_lots(findings, PAYMENTS_AT_ONCE), self.at_once))
