"""Finds the payments of lines whose orders are older than the books that were loaded: by tid, or nsu and code (D161).

A dispute or a refund comes months after its order; an index of orders by what connectors answered knows all of them.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from itertools import chain, islice

from settlement.domain.order.finding import Term, TermKind, term_of
from settlement.domain.reconciliation.books import PaymentBooks, numbers_of
from settlement.domain.reconciliation.report_line import ReportLine
from settlement.use_cases.reconciliation.load_books import ORDERS_AT_ONCE
from settlement.use_cases.shared.lots import in_lots
from settlement.use_cases.shared.ports import Store
from settlement.use_cases.shared.side_by_side import side_by_side

MAX_LOOKED_UP = 2_000
"""Most lines of a file whose orders are looked up; those of captures come last."""

MAX_OF_TERM = 20
"""Most orders of one tid or nsu that are looked at."""

AT_ONCE = 8
"""Reads of the table at once."""

LoadBooks = Callable[[Iterable[Sequence[str]]], Iterator[PaymentBooks]]
"""Yields the payments of which something was captured, of lots of transactions by their ids."""


def older_books(store: Store, account: str, load: LoadBooks, lines: Iterable[ReportLine]) -> Iterator[PaymentBooks]:
    """Yield the payments that lines, which no payment was found for, name by tid, or nsu and authorisation code."""
    wanted = list(islice(lines, MAX_LOOKED_UP))
    terms = dict.fromkeys(chain.from_iterable(map(_terms, wanted)))
    found = chain.from_iterable(side_by_side(partial(_orders_of, store, account), terms, AT_ONCE))
    orders = store.orders(account, dict.fromkeys(found))
    names = set(chain.from_iterable(map(_names_of_line, wanted)))
    for books in load(in_lots(dict.fromkeys(order.transaction_id for order in orders.values()), ORDERS_AT_ONCE)):
        if names & _names_of_payment(books):
            yield books


def _terms(line: ReportLine) -> Iterator[Term]:
    named = {TermKind.TID: line.tid, TermKind.NSU: line.nsu if line.authorization else ""}
    yield from (term for kind, text in named.items() if (term := term_of(kind, text)) is not None)


def _orders_of(store: Store, account: str, term: Term) -> Sequence[str]:
    return store.orders_found(account, term, MAX_OF_TERM).items


_Name = tuple[str, str]


def _names_of_line(line: ReportLine) -> set[_Name]:
    """Return the names by which a workspace finds the payment of a line."""
    numbers = numbers_of(line)
    return {name for name in (("T", line.tid), ("N", numbers), ("U" if not line.tid else "", numbers)) if all(name)}


def _names_of_payment(books: PaymentBooks) -> set[_Name]:
    """Return the names of a payment. One that is loaded already has none of those of a line that found none."""
    return {("T", books.tid), ("U" if books.tid else "N", numbers_of(books))}
