"""The charts of the last day: how long invoices waited for their captures, and what failed, hour by hour (D162).

Shapes are in units of their drawings, times in milliseconds. The figures stand beside the charts, and in a table.
"""

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from settlement.domain.hourly_figures import HourlyFigures, time_within
from settlement.values import dataclass

HOURS = 24
HALF, MOST = 0.5, 0.9
"""The shares of captures whose times are drawn: half of them, and nine in ten."""

WIDTH, HEIGHT, LEFT, FOOT = 480, 132, 40, 18
"""The drawing of times, and the room for its labels at the left and at the foot."""

_SHORTEST, _LONGEST_AT_LEAST = 50, 10_000
_LINES = (100, 1_000, 10_000, 60_000, 600_000, 3_600_000, 36_000_000)
"""Times at which there is a line, as far as there is room."""

ROW_WIDTH, ROW_HEIGHT = 240, 24
"""The drawing of one connector's failures."""


@dataclass(frozen=True, slots=True)
class Column:
    """One hour: what was counted, and where it is drawn; ``half`` and ``most`` are None without a capture."""

    at: datetime
    captures: int
    failures: int
    half: int | None
    most: int | None
    x: int
    width: int
    half_y: int
    most_y: int


@dataclass(frozen=True, slots=True)
class TimeChart:
    """The times of a day; ``lines`` are heights with the times that they stand for."""

    columns: list[Column]
    lines: list[tuple[int, int]]
    captures: int
    half: int | None
    most: int | None


@dataclass(frozen=True, slots=True)
class FailureRow:
    """The failures of one connector: by kind, and its columns as ``x``, ``y``, ``width`` and ``height``."""

    connector: str
    kinds: list[tuple[str, int]]
    captures: int
    columns: list[tuple[int, int, int, int]]

    @property
    def count(self) -> int:
        """All of them."""
        return sum(count for _, count in self.kinds)


def beginning(now: datetime) -> datetime:
    """Return the beginning of the first hour that is drawn; the last one is that of ``now``."""
    return now.replace(minute=0, second=0, microsecond=0) - timedelta(hours=HOURS - 1)


def time_chart(figures: Sequence[HourlyFigures], now: datetime) -> TimeChart:
    """Return the chart of the times from invoice to capture."""
    times = [_times(one for one in figures if one.at == at) for at in _hours(now)]
    failures = [sum(sum(one.failures.values()) for one in figures if one.at == at) for at in _hours(now)]
    longest = max([_LONGEST_AT_LEAST, *(time_within(each, MOST) or 0 for each in times)])

    def height(time: int | None) -> int:
        room = HEIGHT - FOOT - 6
        share = math.log(max(time or 0, _SHORTEST) / _SHORTEST) / math.log(longest * 1.2 / _SHORTEST)
        return HEIGHT - FOOT - max(2, round(room * share))

    step = (WIDTH - LEFT) / HOURS
    columns = []
    for number, at in enumerate(_hours(now)):
        half, most = (time_within(times[number], share) for share in (HALF, MOST))
        x, captures = round(LEFT + number * step) + 2, times[number].total()
        width = round(step) - 4
        columns.append(Column(at, captures, failures[number], half, most, x, width, height(half), height(most)))
    whole = _times(figures)
    lines = [(height(time), time) for time in _LINES if time <= longest]
    return TimeChart(columns, lines, whole.total(), time_within(whole, HALF), time_within(whole, MOST))


def failure_rows(figures: Sequence[HourlyFigures], now: datetime) -> list[FailureRow]:
    """Return the failures of each connector that had any, most first; all rows are to one scale."""
    by_hour: dict[str, list[int]] = {}
    kinds: dict[str, Counter[str]] = {}
    captures: Counter[str] = Counter()
    hours = _hours(now)
    for one in figures:
        captures[one.connector] += sum(one.times.values())
        if one.failures:
            counts = by_hour.setdefault(one.connector, [0] * HOURS)
            counts[hours.index(one.at)] += sum(one.failures.values())
            kinds.setdefault(one.connector, Counter()).update(one.failures)
    highest = max((count for counts in by_hour.values() for count in counts), default=1)
    rows = [
        FailureRow(connector, kinds[connector].most_common(), captures[connector], _row(counts, highest))
        for connector, counts in by_hour.items()
    ]
    return sorted(rows, key=lambda row: (-row.count, row.connector))


def _row(counts: Sequence[int], highest: int) -> list[tuple[int, int, int, int]]:
    step = ROW_WIDTH // HOURS
    heights = [max(3, round(ROW_HEIGHT * count / highest)) if count else 0 for count in counts]
    return [
        (number * step + 1, ROW_HEIGHT - height, step - 2, height) for number, height in enumerate(heights) if height
    ]


def _hours(now: datetime) -> list[datetime]:
    return [beginning(now) + timedelta(hours=number) for number in range(HOURS)]


def _times(figures: Iterable[HourlyFigures]) -> Counter[int]:
    found: Counter[int] = Counter()
    for one in figures:
        found.update(one.times)
    return found
