"""Books entries: the pair of accounts for each counter of the ledger (D172), and those of a payout (D177).

Every change of a counter is booked on two accounts, so each entry balances, and over all entries the account that
stands for a counter comes to the counter. A payout is booked in each of its currencies, which balances by itself.
"""

import re
from collections.abc import Iterable, Iterator, Mapping

from settlement.domain.bookkeeping.account_names import DEFAULT_NAMES, AccountKind, AccountName
from settlement.domain.bookkeeping.entry import Entry
from settlement.values import dataclass

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

_OF_PAYOUTS: Mapping[str, tuple[AccountKind, int]] = {
    "paid": (AccountKind.ACQUIRER, -1),
    "chargedBack": (AccountKind.CHARGEBACKS, 1),
    "fees": (AccountKind.FEES, 1),
    "received": (AccountKind.CLEARING, 1),
}
"""Which account each sum of a payout is booked on, 1 as a debit; what a currency then lacks is a conversion."""


@dataclass(frozen=True, slots=True)
class Posting:
    """``value`` minor units of a currency on an account: a debit if positive, a credit if negative."""

    account: str
    value: int
    currency: str


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
        booked: dict[tuple[str, str], int] = {}
        for kind, value, currency in self._moves(entry):
            name = _filled(self.names[kind], entry.connector, currency)
            booked[name, currency] = booked.get((name, currency), 0) + value
        return [Posting(name, value, currency) for (name, currency), value in booked.items() if value]

    def _moves(self, entry: Entry) -> Iterator[tuple[AccountKind, int, str]]:
        tables = (_PAIRS, _OF_AUTHORISATIONS) if self.authorisations else (_PAIRS,)
        for table in tables:
            for counter, change in entry.moved.items():
                if counter in table:
                    debited, credited = (_held_by(kind, entry) for kind in table[counter])
                    yield debited, change, entry.currency
                    yield credited, -change, entry.currency
        for currency, sums in (entry.paid or {}).items():
            booked = [(kind, side * sums[name]) for name, (kind, side) in _OF_PAYOUTS.items() if name in sums]
            yield from ((kind, value, currency) for kind, value in booked)
            yield AccountKind.CONVERSIONS, -sum(value for _, value in booked), currency


def _held_by(kind: AccountKind, entry: Entry) -> AccountKind:
    """Return who has the money of a kind of account: no acquirer has what the merchant received himself."""
    return AccountKind.RECEIVED if entry.offline and kind is AccountKind.ACQUIRER else kind


def chart_of(names: Iterable[AccountName], *, authorisations: bool = False) -> Chart:
    """Return the chart with some names in place of the defaults."""
    return Chart({**DEFAULT_NAMES, **{held.kind: held.name for held in names}}, authorisations)


_NOT_IN_NAMES = re.compile("[^A-Za-z0-9-]+")


def _filled(name: str, connector: str, currency: str) -> str:
    return name.replace("{connector}", as_part(connector)).replace("{currency}", currency)


def as_part(text: str) -> str:
    """Return a text as a part of an account's name: it begins with a capital or digit, and has hyphens for the rest.

    >>> as_part("acme_pay.v2"), as_part("2c2p"), as_part("ação")
    ('Acme-pay-v2', '2c2p', 'A-o')
    """
    part = _NOT_IN_NAMES.sub("-", text).strip("-") or "Unknown"
    return part[0].upper() + part[1:]
