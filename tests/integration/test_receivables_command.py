"""``quita receivables``: captures of an earlier version are among what is to come, once, on a table of its (D188)."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from operations import receivables as receivables_command
from operations.command_line import main
from operations.output import STOPPED
from operations.stacks import Stack, entry_log_of
from settlement.domain.bookkeeping.accounts import Chart, chart_of
from settlement.domain.bookkeeping.entry import entries_of
from settlement.domain.bookkeeping.receivables import Receivable
from settlement.domain.events import Event
from settlement.domain.reconciliation.payout_dues import dues_of_payment
from settlement.storage.dynamodb import DynamoDBStore
from settlement.use_cases.bookkeeping.list_receivables import current_receivables
from settlement.use_cases.bookkeeping.read_journal import Period, read_whole
from settlement.use_cases.reconciliation.load_books import books_of_money
from settlement.use_cases.reconciliation.open_receivables import opened_before, openings_of
from settlement.use_cases.shared.ports import Commit
from testkit.builders import ACCOUNT, NOON, a_new_payment
from testkit.shop import Placed, Shop
from tests.support.command_stack import TABLE, command_stack
from tests.support.earlier_layout import writes_of_earlier_version
from tests.support.reports import FakeReports, ReportFile, take

Show = pytest.CaptureFixture[str]
HEAD = "kind,gross,fee,currency,reference,installment,installments,expectedOn,paidOn"
NEW_FACTS = frozenset({"paymentGroup", "installments", "dues", "connector"})
"""What events told only from the version with receivables on; ``connector`` is of the one with a journal."""

ALL = ("receivables", "--all", "--account", ACCOUNT)


@pytest.fixture
def stack(monkeypatch: pytest.MonkeyPatch) -> Iterator[Stack]:
    monkeypatch.setattr(receivables_command, "_now", lambda: NOON)  # days that are long past are kept by month
    with command_stack(monkeypatch) as stack:
        yield stack


@pytest.fixture
def store(stack: Stack) -> DynamoDBStore:
    return DynamoDBStore(stack.client("dynamodb"), TABLE)


def earlier(commit: Commit) -> Commit:
    """Return a commit whose events tell nothing of what is to come."""
    return replace(commit, events=[_earlier(event) for event in commit.events])


def _earlier(event: Event) -> Event:
    return replace(event, data={name: told for name, told in event.data.items() if name not in NEW_FACTS})


def write_as_earlier_version(stack: Stack, commits: Sequence[Commit], *, journal: bool = True) -> None:
    """Write commits as an earlier version did; its relay has entered them, or did not keep a journal yet."""
    for commit in map(earlier, commits):
        stack.client("dynamodb").transact_write_items(TransactItems=list(writes_of_earlier_version(TABLE, commit)))
        if journal:
            enter(stack, commit)


def write(store: DynamoDBStore, stack: Stack, commits: Sequence[Commit]) -> None:
    """Write commits as this version does."""
    for commit in commits:
        store.commit(commit)
        enter(stack, commit)


def enter(stack: Stack, commit: Commit) -> None:
    """Enter the movements of a commit, as the relay does."""
    if entries := list(entries_of(commit.events, commit.currency, {})):
        entry_log_of(stack).enter(ACCOUNT, entries, lambda: entries[-1].at)


def report(shop: Shop, *rows: str) -> None:
    take(shop, FakeReports(), ReportFile("\n".join((HEAD, *rows, "")).encode()))


def capture_of(placed: Placed) -> str:
    payment = placed.payments[0].payment_id
    return placed.shop.store.settlements(ACCOUNT, placed.transaction_id, payment)[-1].settle_id


def to_come(stack: Stack) -> Counter[tuple[str, str, str, str]]:
    """What the journal says is to come: by day, connector, currency and name of the sum."""
    return _summed(current_receivables(entry_log_of(stack), ACCOUNT).rows)


def of_captures(store: DynamoDBStore, orders: Sequence[Placed]) -> Counter[tuple[str, str, str, str]]:
    """The instalments of all captures that are not paid, less the refunds, as they are stored."""
    rows = []
    for placed in orders:
        transaction = store.transaction(ACCOUNT, placed.transaction_id)
        assert transaction is not None
        for books, parts in books_of_money(transaction, store.money_of(ACCOUNT, placed.transaction_id)):
            rows += [
                Receivable(due.on, books.connector, due.currency, due.gross, due.fee, due.net, due.count)
                for due in dues_of_payment(books, parts)
            ]
    return _summed(rows)


def _summed(rows: Sequence[Receivable]) -> Counter[tuple[str, str, str, str]]:
    found: Counter[tuple[str, str, str, str]] = Counter()
    for row in rows:
        for name in ("gross", "fee", "net", "count"):
            found[row.on.isoformat(), row.connector, row.currency, name] += getattr(row, name)
    return Counter({key: value for key, value in found.items() if value})


def pages(stack: Stack) -> list[Any]:
    """Every page of the journal."""
    chart: Chart = chart_of([])
    period = Period(ACCOUNT, NOON.replace(year=2000), NOON.replace(year=2199))
    return [page.entries for page in read_whole(entry_log_of(stack), period, chart, NOON)]


def sold(shop: Shop) -> list[Placed]:
    """Orders with captures in one to three parts and instalments, one with a refund, one in yen."""
    plain, parted = shop.open(), shop.open(a_new_payment(10000, "partial", installments=3))
    plain.invoice("N1", 10000)
    parted.invoice("N1", 4000)
    parted.invoice("N2", 6000)
    returned = shop.open(a_new_payment(10000, "total", "debitCard"))
    returned.invoice("N1", 10000)
    returned.give_back("R1", 2500)
    yen = shop.open(a_new_payment(901, "partial", installments=2), value=901, currency="JPY")
    yen.invoice("N1", 901)
    return [plain, parted, returned, yen]


@pytest.mark.parametrize("journal", [True, False])
def test_what_is_to_come_of_an_earlier_versions_captures_is_entered_once(
    stack: Stack, store: DynamoDBStore, capsys: Show, *, journal: bool
) -> None:
    shop = Shop()
    orders = sold(shop)
    write_as_earlier_version(stack, shop.store.commits, journal=journal)
    before = pages(stack)
    assert to_come(stack) == Counter()

    assert main([*ALL]) == 0
    assert "4 payments entered" in capsys.readouterr().out

    entered = to_come(stack)
    assert entered == of_captures(store, orders)
    assert sum(value for (_, _, currency, name), value in entered.items() if (currency, name) == ("BRL", "gross")) == (
        10000 + 10000 + 10000 - 2500
    )
    assert pages(stack) == before
    lots = entry_log_of(stack).lots(ACCOUNT, 1, 999)

    assert main([*ALL, "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"entered": 0}
    assert entry_log_of(stack).lots(ACCOUNT, 1, 999) == lots


def test_captures_that_a_report_told_before_and_after_the_upgrade_are_right(stack: Stack, store: DynamoDBStore) -> None:
    """One was paid by a report of the earlier version, one is announced by this version before the command."""
    shop = Shop()
    plain, parted, *_ = orders = sold(shop)
    report(shop, f"capture,100.00,2.50,BRL,{capture_of(plain)},,,,2026-04-01")
    upgrade = len(shop.store.commits)
    report(shop, f"capture,20.00,0.50,BRL,{capture_of(parted)},1,3,2026-04-09,")
    told = len(shop.store.commits)
    shop.clock.advance(timedelta(days=2))  # so that the journal goes on behind the entries, by the clock as well
    report(shop, f"capture,20.00,0.50,BRL,{capture_of(parted)},1,3,,2026-04-09")
    orders.append(shop.open())
    orders[-1].invoice("N1", 7000)
    write_as_earlier_version(stack, shop.store.commits[:upgrade])
    write(store, stack, shop.store.commits[upgrade:told])

    main([*ALL])
    assert to_come(stack) == of_captures(store, orders[:4])
    assert ("2026-04-09", "partial", "BRL", "fee") in to_come(stack)

    write(store, stack, shop.store.commits[told:])
    assert to_come(stack) == of_captures(store, orders)
    main([*ALL])
    assert to_come(stack) == of_captures(store, orders)


def test_captures_of_this_version_need_no_entry(stack: Stack, store: DynamoDBStore, capsys: Show) -> None:
    shop = Shop()
    orders = sold(shop)
    report(shop, f"capture,100.00,2.50,BRL,{capture_of(orders[0])},,,2026-04-03,")
    write(store, stack, shop.store.commits)

    assert main([*ALL]) == 0
    assert "0 payments entered" in capsys.readouterr().out
    assert to_come(stack) == of_captures(store, orders)


def test_one_order_is_entered_alone(stack: Stack, store: DynamoDBStore, capsys: Show) -> None:
    shop = Shop()
    orders = sold(shop)
    write_as_earlier_version(stack, shop.store.commits)

    assert main(["receivables", "--order", orders[1].order_id, "--account", ACCOUNT]) == 0
    assert to_come(stack) == of_captures(store, orders[1:2])
    assert main(["receivables", "--order", "nobodys", "--account", ACCOUNT]) == STOPPED
    assert f"Account {ACCOUNT} has no order nobodys" in capsys.readouterr().err


def test_two_commands_at_once_enter_a_payment_once(stack: Stack, store: DynamoDBStore) -> None:
    """The second one has read the journal before the first one wrote, and its clock is behind."""
    shop = Shop()
    [placed, *_] = sold(shop)
    write_as_earlier_version(stack, shop.store.commits)
    log = entry_log_of(stack)
    opened = opened_before(log, ACCOUNT)
    [mine] = openings_of(store, ACCOUNT, placed.transaction_id, opened, lambda seconds: None)

    main(["receivables", "--order", placed.order_id, "--account", ACCOUNT])

    assert log.enter(ACCOUNT, [mine], lambda: NOON.replace(year=2020)) == 0
    assert to_come(stack) == of_captures(store, [placed])


def test_what_changes_while_it_is_read_is_read_again(stack: Stack, store: DynamoDBStore) -> None:
    """A report tells of the capture between the events and the money."""
    shop = Shop()
    [placed, *_] = sold(shop)
    first = len(shop.store.commits)
    report(shop, f"capture,100.00,2.50,BRL,{capture_of(placed)},,,2026-04-03,")
    write_as_earlier_version(stack, shop.store.commits[:first])
    money_of, late = store.money_of, list(shop.store.commits[first:])

    class Racing(DynamoDBStore):
        def money_of(self, account: str, transaction_id: str) -> Any:
            found = money_of(account, transaction_id)
            while late:
                write(store, stack, [late.pop()])
            return found

    racing = Racing(stack.client("dynamodb"), TABLE)
    log = entry_log_of(stack)
    paused: list[float] = []
    found = openings_of(racing, ACCOUNT, placed.transaction_id, opened_before(log, ACCOUNT), paused.append)
    log.enter(ACCOUNT, found, lambda: NOON)

    assert len(paused) == 1
    assert to_come(stack) == of_captures(store, [placed])
    assert min(due.on for entry in found for due in entry.dues) == date(2026, 4, 1)
