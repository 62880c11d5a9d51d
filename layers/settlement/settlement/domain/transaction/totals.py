"""Sums over the payments of many transactions: how much of each counter, and of how many payments.

Amounts are minor units. Of what is authorised, each part is captured, cancelled, withheld, written off, paid otherwise
or open; refunded is a part of captured.
"""

from dataclasses import dataclass, field, fields

from settlement.domain.ledger.ledger import Counters


@dataclass(slots=True)
class Sum:
    """The value of one counter over several payments, and the number of those that have any."""

    value: int = 0
    count: int = 0

    def add(self, value: int) -> None:
        """Add one payment's value."""
        self.value += value
        self.count += value > 0


@dataclass(slots=True)
class Sums:
    """The sums of payments in one currency; ``in_doubt`` is of captures, cancellations and refunds."""

    authorised: Sum = field(default_factory=Sum)
    captured: Sum = field(default_factory=Sum)
    cancelled: Sum = field(default_factory=Sum)
    withheld: Sum = field(default_factory=Sum)
    written_off: Sum = field(default_factory=Sum)
    paid_otherwise: Sum = field(default_factory=Sum)
    open: Sum = field(default_factory=Sum)
    refunded: Sum = field(default_factory=Sum)
    in_doubt: Sum = field(default_factory=Sum)
    payments: int = 0
    transactions: set[str] = field(default_factory=set)

    def add(self, transaction_id: str, counters: Counters) -> None:
        """Add one payment of a transaction."""
        self.payments += 1
        self.transactions.add(transaction_id)
        for name in FIGURES:
            held: Sum = getattr(self, name)
            held.add(counters.doubtful if name == "in_doubt" else getattr(counters, name))


FIGURES = tuple(held.name for held in fields(Sums) if held.default_factory is Sum)
"""The names of the sums."""
