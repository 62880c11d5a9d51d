"""What every test may use: a shop whose books are audited in the end, Hypothesis, and counts that are told."""

import gc
import os
import sys
from collections import Counter
from collections.abc import Iterator
from functools import partial

import pytest
from _pytest.terminal import TerminalReporter
from hypothesis import HealthCheck, settings

from settlement.domain.bookkeeping.entry import entries_of
from settlement.domain.transaction.transaction import Transaction
from testkit.builders import ACCOUNT
from testkit.shop import Shop
from tests.support.audits import mismatches_of
from tests.support.journal import require_balance

settings.register_profile(
    "quick", max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True
)
settings.register_profile("long", max_examples=3000, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("long" if os.environ.get("QUITA_LONG") == "1" else "quick")

COLLECT_AFTER = 50_000
"""New objects between two runs of Python's garbage collector: at the 700 of its own, it takes 7 % of a test's time."""

gc.set_threshold(COLLECT_AFTER)


def pytest_collection_finish() -> None:
    """Keep modules and tests, which stay to the end, out of the garbage collector's way."""
    gc.collect()
    gc.freeze()


@pytest.fixture
def shop() -> Iterator[Shop]:
    """A shop with one account, on fakes; whatever a test does in it leaves books that agree."""
    shop = Shop()
    yield shop
    assert mismatches_of(shop.store) == []
    for transaction in shop.store.all_of(Transaction, ACCOUNT):
        events = shop.store.events(ACCOUNT, transaction.transaction_id, sys.maxsize, None).items
        payments = shop.store.payments(ACCOUNT, transaction.transaction_id)
        payouts = partial(shop.store.payouts, ACCOUNT, transaction.transaction_id)
        require_balance(entries_of(events, transaction.currency), payments, payouts)


COUNTED = "counted"
"""The property in which a test records what it played, by name."""


def pytest_terminal_summary(terminalreporter: TerminalReporter) -> None:
    """Print the sums of what tests counted, wherever they ran."""
    sums: Counter[str] = Counter()
    for report in terminalreporter.getreports("passed") + terminalreporter.getreports("failed"):
        for name, counts in report.user_properties:
            if name == COUNTED and report.when == "call":
                sums.update(counts)
    if sums:
        told = ", ".join(f"{number} {name}" for name, number in sums.items())
        terminalreporter.write_line(f"crash injection: {told}")
