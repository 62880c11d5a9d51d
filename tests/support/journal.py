"""A journal in memory, and what has to hold of the entries of a store's orders."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial

from settlement.domain.bookkeeping.account_names import AccountKind
from settlement.domain.bookkeeping.accounts import Chart
from settlement.domain.bookkeeping.entry import Entry, Lot, entries_of
from settlement.domain.bookkeeping.receivables import Receivables
from settlement.domain.reconciliation.paid_sums import paid_sums
from settlement.domain.reconciliation.payout import PayoutPart
from settlement.domain.transaction.payment import Payment
from settlement.storage.entry_log import NOTHING_COUNTED
from settlement.use_cases.shared.ports import Commit

KINDS = Chart({kind: kind.value for kind in AccountKind}, authorisations=True)
"""A chart whose accounts are named by their kinds."""


@dataclass
class FakeEntryLog:
    """The lots of all accounts."""

    held: dict[str, list[Lot]] = field(default_factory=dict)
    counted: Counter[tuple[str, str]] = field(default_factory=Counter)

    def copy(self) -> "FakeEntryLog":
        """Return a log that holds the same, to go on with by itself."""
        return FakeEntryLog({account: list(lots) for account, lots in self.held.items()}, Counter(self.counted))

    def enter(
        self,
        account: str,
        entries: Sequence[Entry],
        now: Callable[[], datetime],
        counters: Mapping[str, Iterable[str]] = NOTHING_COUNTED,
    ) -> None:
        """Enter what is not there yet; note what it counts."""
        lots = self.held.setdefault(account, [])
        known = {entry.event for entry in self.entries(account)}
        if new := [entry for entry in entries if entry.event not in known]:
            self.counted.update((e.connector, name) for e in new for name in counters.get(e.event, ()))
            times = [lots[-1].at] if lots else []
            lots.append(Lot(len(lots) + 1, max([now(), *times, *(entry.at for entry in new)]), new))

    def last(self, account: str) -> Lot | None:
        """Return the newest lot."""
        lots = self.held.get(account)
        return lots[-1] if lots else None

    def lot(self, account: str, number: int) -> Lot | None:
        """Return a lot by its number."""
        return next(iter(self.lots(account, number, 1)), None)

    def lots(self, account: str, first: int, limit: int) -> list[Lot]:
        """Return lots from a number on."""
        return self.held.get(account, [])[max(0, first - 1) :][:limit]

    def receivables(self, account: str) -> Receivables:
        """Nothing is kept: a reader adds all lots."""
        return Receivables()

    def entries(self, account: str) -> list[Entry]:
        """Return all entries."""
        return [entry for lot in self.held.get(account, []) for entry in lot.entries]


@dataclass
class JournalOfCommits(FakeEntryLog):
    """A log that enters the commits of a store before each read, as the relay would: each a lot, at its own time."""

    commits: Sequence[Commit] = ()
    _entered: int = 0

    def last(self, account: str) -> Lot | None:
        """Return the newest lot."""
        self._catch_up()
        return super().last(account)

    def lots(self, account: str, first: int, limit: int) -> list[Lot]:
        """Return lots from a number on."""
        self._catch_up()
        return super().lots(account, first, limit)

    def _catch_up(self) -> None:
        fresh = self.commits[self._entered :]
        self._entered = len(self.commits)
        for commit in fresh:
            entries = list(entries_of(commit.events, commit.currency))
            if entries:
                self.enter(commit.account, entries, partial(getattr, entries[-1], "at"))


def require_balance(
    entries: Iterable[Entry], payments: Iterable[Payment], payouts: Callable[[str], Iterable[PayoutPart]]
) -> None:
    """Fail if an entry does not balance, or if an account's sums are not those of the ledgers and what reports told.

    ``payouts`` returns what reports told of a payment.
    """
    booked: dict[str, Counter[tuple[str, str]]] = {}
    currencies: dict[str, str] = {}
    for entry in entries:
        assert entry.operation is not None or not entry.moved, entry
        currencies[entry.payment_id] = entry.currency
        sums: Counter[str] = Counter()
        for posting in KINDS.postings(entry):
            sums[posting.currency] += posting.value
            booked.setdefault(entry.payment_id, Counter())[posting.account, posting.currency] += posting.value
        assert not any(sums.values()), entry
    for payment in payments:
        found = booked.pop(payment.payment_id, Counter())
        currency = currencies.get(payment.payment_id, "")
        expected = Counter({(kind.value, currency): value for kind, value in _balances(payment).items()})
        for paid_in, paid in paid_sums(payouts(payment.payment_id)).items():
            for kind, value in _of_payouts(Counter(paid)).items():
                expected[kind.value, paid_in] += value
        assert _without_zeros(found) == _without_zeros(expected), payment
    assert booked == {}


def _without_zeros(sums: Counter[tuple[str, str]]) -> dict[tuple[str, str], int]:
    return {account: value for account, value in sums.items() if value}


def _of_payouts(paid: Counter[str]) -> dict[AccountKind, int]:
    """What was paid out for a payment adds to its accounts."""
    kept = paid["chargedBack"] + paid["fees"]
    return {
        AccountKind.ACQUIRER: -paid["paid"],
        AccountKind.CHARGEBACKS: paid["chargedBack"],
        AccountKind.FEES: paid["fees"],
        AccountKind.CLEARING: paid["received"],
        AccountKind.CONVERSIONS: paid["paid"] - kept - paid["received"],
    }


def _balances(payment: Payment) -> dict[AccountKind, int]:
    """What the accounts of a payment have to come to."""
    held = payment.counters
    money = AccountKind.RECEIVED if payment.offline else AccountKind.ACQUIRER
    used = held.captured + held.written_off + held.paid_otherwise
    return {
        money: held.captured - held.refunded - held.refund_in_doubt,
        AccountKind.CUSTOMERS: held.refunded + held.refund_written_off - used,
        AccountKind.OPEN: held.available,
        AccountKind.AUTHORISED: -held.authorised,
        AccountKind.USED: used,
        AccountKind.CANCELLED: held.cancelled,
        AccountKind.WITHHELD: held.withheld,
        AccountKind.CAPTURES_IN_DOUBT: held.in_doubt,
        AccountKind.CANCELLATIONS_IN_DOUBT: held.cancel_in_doubt,
        AccountKind.REFUNDS_IN_DOUBT: held.refund_in_doubt,
        AccountKind.WRITTEN_OFF: held.written_off,
        AccountKind.PAID_OTHERWISE: held.paid_otherwise,
        AccountKind.REFUNDS_WRITTEN_OFF: -held.refund_written_off,
    }
