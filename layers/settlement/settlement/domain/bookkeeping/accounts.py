"""Books entries: the pair of accounts for each counter of the ledger (D172).

Every change of a counter is booked on two accounts, so each entry balances, and over all entries the account that
stands for a counter comes to the counter.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from settlement.domain.bookkeeping.account_names import DEFAULT_NAMES, AccountKind, AccountName
from settlement.domain.bookkeeping.entry import Entry

Pair = tuple[AccountKind, AccountKind]

_PAIRS: Mapping[str, Pair] = {
    "captured": (AccountKind.ACQUIRER, AccountKind.CUSTOMERS),
    "cancelled": (AccountKind.CANCELLED, AccountKind.OPEN),
    "withheld": (AccountKind.WITHHELD, AccountKind.OPEN),
    "in_doubt": (AccountKind.CAPTURES_IN_DOUBT, AccountKind.OPEN),
    "cancel_in_doubt": (AccountKind.CANCELLATIONS_IN_DOUBT, AccountKind.OPEN),
    "refunded": (AccountKind.CUSTOMERS, AccountKind.ACQUIRER),
    "refund_in_doubt": (AccountKind.REFUNDS_IN_DOUBT, AccountKind.ACQUIRER),
    "written_off": (AccountKind.WRITTEN_OFF, AccountKind.CUSTOMERS),
    "paid_otherwise": (AccountKind.PAID_OTHERWISE, AccountKind.CUSTOMERS),
    "refund_written_off": (AccountKind.CUSTOMERS, AccountKind.REFUNDS_WRITTEN_OFF),
}
"""Which account is debited, and which credited, when a counter grows. Parts of another counter move nothing."""

_OF_AUTHORISATIONS: Mapping[str, Pair] = {
    "authorised": (AccountKind.OPEN, AccountKind.AUTHORISED),
    "captured": (AccountKind.USED, AccountKind.OPEN),
    "written_off": (AccountKind.USED, AccountKind.OPEN),
    "paid_otherwise": (AccountKind.USED, AccountKind.OPEN),
}
"""The same, for those who want authorisations too; with them, what is open comes to what can still be captured."""


@dataclass(frozen=True, slots=True)
class Posting:
    """``value`` minor units on an account: a debit if positive, a credit if negative."""

    account: str
    value: int


@dataclass(frozen=True, slots=True)
class Chart:
    """The chart of accounts: the names of all kinds, and whether authorisations are booked."""

    names: Mapping[AccountKind, str]
    authorisations: bool = False

    def postings(self, entry: Entry) -> list[Posting]:
        """Return the postings of an entry, one for an account, which add up to 0; none if it moves nothing here.

        >>> chart = chart_of([])
        >>> from datetime import datetime
        >>> capture = Entry("E", "PaymentSettled", datetime.min, "O", "T", "P", "sandbox", "BRL", {"captured": 7000})
        >>> [(held.account, held.value) for held in chart.postings(capture)]
        [('Assets:Acquirer:Sandbox', 7000), ('Assets:Customers', -7000)]
        """
        sums: dict[AccountKind, int] = {}
        for kind, value in self._moves(entry):
            sums[kind] = sums.get(kind, 0) + value
        booked: dict[str, int] = {}
        for kind, value in sums.items():
            name = _filled(self.names[kind], entry)
            booked[name] = booked.get(name, 0) + value
        return [Posting(name, value) for name, value in booked.items() if value]

    def _moves(self, entry: Entry) -> Iterator[tuple[AccountKind, int]]:
        tables = (_PAIRS, _OF_AUTHORISATIONS) if self.authorisations else (_PAIRS,)
        for table in tables:
            for counter, change in entry.moved.items():
                if counter in table:
                    debited, credited = table[counter]
                    yield debited, change
                    yield credited, -change


def chart_of(names: Iterable[AccountName], *, authorisations: bool = False) -> Chart:
    """Return the chart with some names in place of the defaults."""
    return Chart({**DEFAULT_NAMES, **{held.kind: held.name for held in names}}, authorisations)


_NOT_IN_NAMES = re.compile("[^A-Za-z0-9-]+")


def _filled(name: str, entry: Entry) -> str:
    return name.replace("{connector}", as_part(entry.connector)).replace("{currency}", entry.currency)


def as_part(text: str) -> str:
    """Return a text as a part of an account's name: it begins with a capital or digit, and has hyphens for the rest.

    >>> as_part("acme_pay.v2"), as_part("2c2p"), as_part("ação")
    ('Acme-pay-v2', '2c2p', 'A-o')
    """
    part = _NOT_IN_NAMES.sub("-", text).strip("-") or "Unknown"
    return part[0].upper() + part[1:]
