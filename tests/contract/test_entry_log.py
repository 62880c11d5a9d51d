"""The journal on the table: lots one behind the other, written once, whoever writes and however often."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from bench.meter import Meter, size_of
from settlement.domain.bookkeeping.accounts import chart_of
from settlement.domain.bookkeeping.entry import Entry, Lot
from settlement.domain.bookkeeping.receivables import Receivables
from settlement.storage import keys
from settlement.storage.entry_log import KEEP_EVERY, MAX_ENTRIES, EntryLog
from settlement.use_cases.bookkeeping.list_receivables import current_receivables
from settlement.use_cases.bookkeeping.read_journal import Period, read_journal, read_whole
from settlement.use_cases.shared.ports import Unavailable
from testkit.builders import ACCOUNT, NOON
from testkit.clock import Clock

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


KILOBYTE = 1024


def an_entry(number: int, at: datetime = NOON, order_id: str = "O") -> Entry:
    """A capture; its event has a number."""
    return Entry(
        f"E{number}", "PaymentSettled", at, order_id, "T", "P", "acme", "BRL", {"captured": number + 1}, "N1", 2, "S"
    )


@pytest.fixture(params=["client", "own_client"])
def log(request: pytest.FixtureRequest, table: str) -> EntryLog:
    """An empty journal, by boto3 and by the client of our own."""
    return EntryLog(request.getfixturevalue(request.param), table)


@pytest.fixture
def clock() -> Clock:
    return Clock(NOON)


def events_of(lots: list[Lot]) -> list[list[str]]:
    """The entries of lots, by their events."""
    return [[entry.event for entry in lot.entries] for lot in lots]


def test_entries_are_read_as_they_were_entered(log: EntryLog, clock: Clock) -> None:
    entries = [an_entry(1), an_entry(2)]

    assert log.enter(ACCOUNT, entries, clock) == 2

    assert log.lots(ACCOUNT, 1, 10) == [Lot(1, NOON, entries)]
    assert (log.last(ACCOUNT), log.lot(ACCOUNT, 1), log.lot(ACCOUNT, 2)) == (*log.lots(ACCOUNT, 1, 10) * 2, None)
    assert log.last("other") is None


def test_entry_that_comes_again_is_entered_once(log: EntryLog, clock: Clock) -> None:
    log.enter(ACCOUNT, [an_entry(1), an_entry(2)], clock)
    clock.advance(MINUTE)
    for number in range(3, 20):
        log.enter(ACCOUNT, [an_entry(number, clock())], clock)
        clock.advance(MINUTE)

    assert log.enter(ACCOUNT, [an_entry(2), an_entry(20, clock()), an_entry(1)], clock) == 1
    assert log.enter(ACCOUNT, [an_entry(1)], clock) == 0

    found = [event for lot in events_of(log.lots(ACCOUNT, 1, 100)) for event in lot]
    assert found == [f"E{number}" for number in range(1, 21)]


def test_late_event_is_entered_at_the_end_and_dated_by_it(log: EntryLog, clock: Clock) -> None:
    log.enter(ACCOUNT, [an_entry(1)], clock)
    clock.advance(MINUTE)
    log.enter(ACCOUNT, [an_entry(2, clock())], clock)

    log.enter(ACCOUNT, [an_entry(3, NOON - timedelta(days=40))], clock)

    assert [(lot.number, lot.at) for lot in log.lots(ACCOUNT, 1, 10)] == [(1, NOON), (2, clock()), (3, clock())]


def test_wrong_clock_neither_takes_time_back_nor_enters_twice(log: EntryLog, clock: Clock) -> None:
    ahead = NOON + timedelta(minutes=4)
    log.enter(ACCOUNT, [an_entry(1, ahead)], clock)
    log.enter(ACCOUNT, [an_entry(2)], lambda: NOON - MINUTE)
    log.enter(ACCOUNT, [an_entry(1, ahead)], clock)

    assert [(lot.at, [entry.event for entry in lot.entries]) for lot in log.lots(ACCOUNT, 1, 10)] == [
        (ahead, ["E1"]),
        (ahead, ["E2"]),
    ]


class Interrupted:
    """A client before whose next writes others write."""

    def __init__(self, client: Any, others: list[Callable[[], object]]) -> None:
        self._client = client
        self._others = others

    def __getattr__(self, name: str) -> Any:
        if name == "put_item" and self._others:
            self._others.pop(0)()
        return getattr(self._client, name)


def test_two_writers_at_once_make_two_lots_and_the_same_entry_one(client: Any, table: str, clock: Clock) -> None:
    plain = EntryLog(client, table)
    others = [
        lambda: plain.enter(ACCOUNT, [an_entry(1)], clock),
        lambda: plain.enter(ACCOUNT, [an_entry(2)], clock),
    ]

    EntryLog(Interrupted(client, others), table).enter(ACCOUNT, [an_entry(2), an_entry(3)], clock)  # type: ignore[arg-type]

    assert events_of(plain.lots(ACCOUNT, 1, 10)) == [["E1"], ["E2"], ["E3"]]


def test_writer_that_always_loses_says_so(client: Any, table: str, clock: Clock) -> None:
    plain = EntryLog(client, table)
    others = [lambda number=number: plain.enter(ACCOUNT, [an_entry(number)], clock) for number in range(2, 50)]

    with pytest.raises(Unavailable, match="others were faster 30 times"):
        EntryLog(Interrupted(client, others), table).enter(ACCOUNT, [an_entry(1)], clock)  # type: ignore[arg-type]


def test_write_whose_answer_was_lost_is_not_repeated(client: Any, table: str, clock: Clock) -> None:
    class Cut:
        def __getattr__(self, name: str) -> Any:
            return getattr(client, name)

        def put_item(self, **request: Any) -> Any:
            client.put_item(**request)
            return client.put_item(**request)

    EntryLog(Cut(), table).enter(ACCOUNT, [an_entry(1)], clock)  # type: ignore[arg-type]

    assert events_of(EntryLog(client, table).lots(ACCOUNT, 1, 10)) == [["E1"]]


def test_many_entries_are_several_lots(log: EntryLog, clock: Clock) -> None:
    assert log.enter(ACCOUNT, [an_entry(number) for number in range(2 * MAX_ENTRIES + 1)], clock) == 2 * MAX_ENTRIES + 1

    assert [len(lot.entries) for lot in log.lots(ACCOUNT, 1, 10)] == [MAX_ENTRIES, MAX_ENTRIES, 1]


def test_capture_costs_one_write_unit_and_a_batch_less_for_each(log: EntryLog, clock: Clock, table: str) -> None:
    for bucket in range(30):  # captures of the same hour by then: all times from a millisecond to half a minute
        log.enter(ACCOUNT, [an_entry(100 + bucket)], clock, {f"E{100 + bucket}": [f"time.{bucket}"]})
    log.enter(ACCOUNT, [an_entry(1, order_id="2897126344025-01")], clock, {"E1": ["time.18"]})
    log.enter(ACCOUNT, [an_entry(number, order_id=f"{number}897126344025-01") for number in range(2, 12)], clock)

    *_, one, ten = log._client.query(**log._range(keys.journal_partition(ACCOUNT), keys.LOTS))["Items"]

    assert size_of(one) < 700
    assert size_of(ten) < KILOBYTE


def hours_of(log: EntryLog, since: datetime = NOON) -> list[tuple[datetime, dict[str, dict[str, int]]]]:
    """The counters of each hour, newest first."""
    found = log.last_of_each_hour(ACCOUNT, since)
    return [(lot.at, {name: dict(counters) for name, counters in lot.counted.items()}) for lot in found]


def test_lot_counts_up_to_itself_and_leads_to_the_hours_before(log: EntryLog, clock: Clock) -> None:
    for number in range(3):
        log.enter(ACCOUNT, [an_entry(number, clock())], clock, {f"E{number}": ["time.18"]})
        clock.advance(MINUTE)
    log.enter(ACCOUNT, [an_entry(3, clock())], clock)
    clock.advance(3 * HOUR)
    both = {"E4": ["time.18", "failure.refused"], "E5": ["time.2"]}
    log.enter(ACCOUNT, [an_entry(4, clock()), an_entry(5, clock())], clock, both)
    late = clock()

    assert hours_of(log) == [
        (late, {"acme": {"time.18": 1, "failure.refused": 1, "time.2": 1}}),
        (NOON + 3 * MINUTE, {"acme": {"time.18": 3}}),
    ]
    assert hours_of(log, late) == hours_of(log)[:1]
    assert hours_of(log, late + HOUR) == []


def test_entry_that_comes_again_is_counted_once(client: Any, table: str, clock: Clock) -> None:
    log = EntryLog(client, table)
    others = [lambda: log.enter(ACCOUNT, [an_entry(1), an_entry(2)], clock, {"E1": ["time.1"], "E2": ["time.2"]})]
    counters = {"E2": ["time.2"], "E3": ["time.3"]}

    raced = EntryLog(Interrupted(client, others), table)  # type: ignore[arg-type]
    raced.enter(ACCOUNT, [an_entry(2), an_entry(3)], clock, counters)
    raced.enter(ACCOUNT, [an_entry(2), an_entry(3)], clock, counters)

    assert hours_of(log) == [(NOON, {"acme": {"time.1": 1, "time.2": 1, "time.3": 1}})]


def test_lots_of_an_earlier_version_count_nothing_and_end_the_hours(client: Any, table: str, clock: Clock) -> None:
    log = EntryLog(client, table)
    log.enter(ACCOUNT, [an_entry(1)], clock)
    clock.advance(HOUR)
    log.enter(ACCOUNT, [an_entry(2, clock())], clock, {"E2": ["time.2"]})
    key = {"PK": {"S": keys.journal_partition(ACCOUNT)}, "SK": {"S": keys.lot(1)}}
    assert set(client.get_item(TableName=table, Key=key)["Item"]) == {"PK", "SK", "number", "at", "packed"}

    assert hours_of(log, NOON - DAY) == [(clock(), {"acme": {"time.2": 1}}), (NOON, {})]


@pytest.mark.parametrize("minutes", [0, 1, 7, 19, 20, 30])
def test_period_begins_at_the_first_lot_within_it(log: EntryLog, clock: Clock, minutes: int) -> None:
    for number in range(20):
        log.enter(ACCOUNT, [an_entry(number, clock())], clock)
        clock.advance(MINUTE)
    since = NOON + minutes * MINUTE

    page = read_journal(log, Period(ACCOUNT, since, since + 3 * MINUTE), chart_of([]), clock() + timedelta(days=1))

    assert [held.entry.event for held in page.entries] == [f"E{n}" for n in range(minutes, min(minutes + 4, 20))]
    assert page.next is None


def test_pages_of_any_size_are_the_period(log: EntryLog, clock: Clock) -> None:
    for lot in range(6):
        log.enter(ACCOUNT, [an_entry(10 * lot + number, clock()) for number in range(lot)], clock)
        clock.advance(MINUTE)
    period, now = Period(ACCOUNT, NOON, clock()), clock() + timedelta(days=1)
    [whole] = read_whole(log, period, chart_of([]), now)
    assert len(whole.entries) == 15

    for size in (1, 2, 7, 14, 15, 16):
        found, after = [], None
        while True:
            page = read_journal(log, Period(ACCOUNT, period.since, period.until, after), chart_of([]), now, size)
            found += page.entries
            if page.next is None:
                break
            assert len(page.entries) == size
            after = page.next
        assert found == whole.entries


def test_receivables_are_kept_every_fifty_lots_and_read_with_those_behind(
    log: EntryLog, clock: Clock, table: str, client: Any
) -> None:
    def enter(number: int) -> None:
        capture = replace(an_entry(number, clock()), group="creditCard", installments=2)
        log.enter(ACCOUNT, [capture], clock)

    assert log.receivables(ACCOUNT) == Receivables()
    for number in range(1, KEEP_EVERY):
        enter(number)
    assert log.receivables(ACCOUNT) == Receivables()
    enter(KEEP_EVERY)
    kept = log.receivables(ACCOUNT)
    clock.advance(timedelta(days=100))
    for number in range(KEEP_EVERY + 1, 2 * KEEP_EVERY + 4):
        enter(number)

    lots = [lot for first in (1, 51, 101) for lot in log.lots(ACCOUNT, first, 50)]
    assert (kept.through, log.receivables(ACCOUNT).through) == (KEEP_EVERY, 2 * KEEP_EVERY)
    assert kept == Receivables().after(lots[:KEEP_EVERY])
    assert sum(row.gross for row in kept.rows) == sum(number + 1 for number in range(1, KEEP_EVERY + 1))
    meter = Meter(client)
    with meter.measure() as read:
        found = current_receivables(EntryLog(client, table), ACCOUNT)
    assert found.through == 2 * KEEP_EVERY + 3
    assert sum(row.gross for row in found.rows) == sum(number + 1 for number in range(1, 2 * KEEP_EVERY + 4))
    assert dict(read.requests) == {"GetItem": 1, "Query": 2}
    assert read.read_units <= 4


def test_receivables_that_another_writer_kept_stay(client: Any, table: str, clock: Clock) -> None:
    log = EntryLog(client, table)
    for number in range(1, KEEP_EVERY):
        log.enter(ACCOUNT, [replace(an_entry(number), group="pix", installments=1)], clock)

    class Later(EntryLog):
        def lots(self, account: str, first: int, limit: int) -> list[Lot]:
            """Read, while another writer keeps the receivables."""
            found = super().lots(account, first, limit)
            EntryLog(client, table)._keep_receivables(account, KEEP_EVERY)
            return found

    Later(client, table).enter(ACCOUNT, [replace(an_entry(KEEP_EVERY), group="pix", installments=1)], clock)

    assert log.receivables(ACCOUNT) == Receivables().after(log.lots(ACCOUNT, 1, KEEP_EVERY))
