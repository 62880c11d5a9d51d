"""Lists what lapses in an account within a time, soonest first. A read costs the page, not the account (D156)."""

from datetime import datetime, timedelta

from settlement.domain.transaction.payment import Payment
from settlement.domain.transaction.transaction import Transaction
from settlement.use_cases.shared.ports import Page, Ports
from settlement.values import dataclass

SOON = timedelta(days=7)
"""What lapses within this time is listed."""


@dataclass(frozen=True, slots=True)
class Lapsing:
    """A payment whose open value lapses at a time, and its transaction."""

    transaction: Transaction
    payment: Payment
    at: datetime

    @property
    def value(self) -> int:
        """What is lost then, in minor units of the transaction's currency."""
        return self.payment.counters.available or self.payment.assigned


def list_lapses(ports: Ports, account: str, after: str | None, limit: int) -> Page[Lapsing]:
    """Return a page of what lapses within seven days, behind a place in the list.

    The list names payments; their values are those of the payments themselves. One that the list still has though it
    lapses no more is left out, so a page can be shorter than ``limit``.
    """
    store, now = ports.store, ports.now()
    page = store.lapses(account, now, now + SOON, after, limit)
    transactions = store.transactions(account, dict.fromkeys(lapse.transaction_id for lapse in page.items))
    payments = {
        payment.payment_id: payment
        for held in store.payments_of(account, transactions.values()).values()
        for payment in held
    }
    found = [
        Lapsing(transactions[lapse.transaction_id], payment, lapse.at)
        for lapse in page.items
        if (payment := payments.get(lapse.payment_id)) is not None and payment.lapses_at == lapse.at
    ]
    return Page(found, page.next)
