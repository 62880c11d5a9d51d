"""Figures of an hour of an account's connector: how long invoices waited for their captures, and what failed (D162).

They are counters that only grow. Times are counted by buckets, whose bounds grow by the square root of two: what is
read of them is exact to a fifth.
"""

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

from settlement.domain.events import Event
from settlement.domain.figures import failure_of
from settlement.values import dataclass

TIME = "time"
"""The counters of captures, by the bucket of their time."""

FAILURE = "failure"
"""The counters of failures, by their kind."""

MAX_BUCKET = 60
"""The bucket of all times above 18 days."""


@dataclass(frozen=True, slots=True)
class Hour:
    """An hour of a connector of an account; ``at`` is its beginning, in UTC."""

    account: str
    connector: str
    at: datetime


@dataclass(frozen=True, slots=True)
class HourlyFigures:
    """What was counted in an hour: captures of invoices by the bucket of their time, and failures by kind."""

    connector: str
    at: datetime
    times: Mapping[int, int]
    failures: Mapping[str, int]


def counted(account: str, events: Iterable[Event]) -> dict[Hour, Counter[str]]:
    """Return by how much events raise the counters of each hour; those that name no connector raise none."""
    raised: dict[Hour, Counter[str]] = {}
    for event in events:
        if names := counters_of(event):
            hour = Hour(account, str(event.data["connector"]), beginning_of(event.at))
            raised.setdefault(hour, Counter()).update(names)
    return raised


def beginning_of(at: datetime) -> datetime:
    """Return the beginning of the hour of a time."""
    return at.replace(minute=0, second=0, microsecond=0)


def figures_of_hour(connector: str, at: datetime, counters: Mapping[str, int]) -> HourlyFigures:
    """Return the figures that counters tell; others than those of ``TIME`` and ``FAILURE`` are left out."""
    told: dict[str, dict[str, int]] = {TIME: {}, FAILURE: {}}
    for name, count in counters.items():
        kind, _, which = name.partition(".")
        if kind in told:
            told[kind][which] = count
    return HourlyFigures(connector, at, {int(bucket): count for bucket, count in told[TIME].items()}, told[FAILURE])


def counters_of(event: Event) -> list[str]:
    """Return the names of the counters that an event raises by one; none if it names no connector."""
    return list(_counters(event)) if isinstance(event.data.get("connector"), str) else []


def _counters(event: Event) -> Iterator[str]:
    waited = event.data.get("noteToCaptureMs")
    if isinstance(waited, int):
        yield f"{TIME}.{bucket_of(waited)}"
    failure = failure_of(event)
    if failure is not None:
        yield f"{FAILURE}.{failure}"


def bucket_of(milliseconds: int) -> int:
    """Return the bucket of a time: number ``n`` ends at the square root of two to the ``n``."""
    return min(MAX_BUCKET, math.ceil(2 * math.log2(milliseconds))) if milliseconds > 1 else 0


def time_within(times: Mapping[int, int], share: float) -> int | None:
    """Return the time, in milliseconds, within which a share of the captures came; None if there were none."""
    left = math.ceil(sum(times.values()) * share)
    for bucket in sorted(times):
        left -= times[bucket]
        if left <= 0:
            return round(2 ** ((bucket - 0.5) / 2))
    return None
