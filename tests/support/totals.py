"""A recount of an account's totals over everything stored, from the payments' own counters."""

from collections import Counter
from datetime import datetime

from settlement.domain.actor import Actor, System
from settlement.domain.transaction.totals import FIGURES
from settlement.use_cases.shared.ports import Ports, Store
from settlement.use_cases.upkeep.total_account import MAX_SPAN, GroupBy, total_account
from testkit.builders import ACCOUNT

_OF_A_COUNTER = ("authorised", "captured", "cancelled", "withheld", "written_off", "paid_otherwise", "refunded")


def require_totals(store: Store, transaction_id: str, now: datetime) -> None:
    """Fail if the account's totals are not what the payments of its one transaction hold."""
    ports, transaction = (
        Ports(store, lambda: now, lambda: "", Actor(system=System.AUDIT)),
        store.transaction(ACCOUNT, transaction_id),
    )
    assert transaction is not None
    since = transaction.created_at
    found = total_account(ports, ACCOUNT, since, since + MAX_SPAN, tuple(GroupBy), None, 10)

    payments = store.payments(ACCOUNT, transaction_id)
    values: Counter[tuple[str, str]] = Counter()
    counts: Counter[tuple[str, str]] = Counter()
    for payment in payments:
        held = payment.counters
        figures = {name: getattr(held, name) for name in _OF_A_COUNTER}
        figures["in_doubt"] = held.in_doubt + held.cancel_in_doubt + held.refund_in_doubt
        given_up = held.cancelled + held.withheld + held.written_off + held.paid_otherwise
        figures["open"] = held.authorised - held.captured - given_up
        for name, value in figures.items():
            values[payment.connector, name] += value
            counts[payment.connector, name] += value > 0
    assert sorted(group.connector or "" for group in found.groups) == sorted({held.connector for held in payments})
    assert found.transactions == 1
    for group, sums in found.groups.items():
        for name in FIGURES:
            told = getattr(sums, name)
            where = group.connector or "", name
            assert (told.value, told.count) == (values[where], counts[where]), where
