"""Figures of an hour: times by buckets, from which shares are read, and failures by kind (D162)."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from settlement.domain.events import Event, EventType
from settlement.domain.hourly_figures import Hour, bucket_of, counted, figures_of_hour, time_within
from testkit.builders import ACCOUNT, NOON, ORDER_ID, TRANSACTION_ID, a_new_payment
from testkit.shop import Shop


def an_event(type_: EventType = EventType.PAYMENT_SETTLED, at: datetime = NOON, **data: Any) -> Event:
    return Event(type_, at, "leg", 1, ORDER_ID, TRANSACTION_ID, "P1", {"connector": "acme"} | data)


@given(st.integers(1, 30 * 24 * 3_600_000))
def test_time_is_read_back_to_a_fifth(milliseconds: int) -> None:
    found = time_within({bucket_of(milliseconds): 1}, 0.5)

    assert found is not None
    is_short, is_long = milliseconds < 10, bucket_of(milliseconds) == 60
    assert is_short or is_long or abs(found - milliseconds) <= milliseconds / 5


def test_share_of_times_is_that_within_which_so_many_came() -> None:
    times = {bucket_of(100): 8, bucket_of(1000): 1, bucket_of(60_000): 1}

    assert [time_within(times, share) for share in (0.5, 0.9, 1)] == [108, 861, 55_109]
    assert time_within({}, 0.5) is None


@pytest.mark.parametrize(
    ("event", "counters"),
    [
        (an_event(noteToCaptureMs=0), {"time.0": 1}),
        (an_event(noteToCaptureMs=1000), {"time.20": 1}),
        (an_event(), {}),
        (an_event(EventType.CONNECTOR_REFUSED, status=400), {"failure.refused": 1}),
        (an_event(EventType.CONNECTOR_REFUSED, status=None), {}),
        (an_event(EventType.CONNECTOR_CALL_UNRESOLVED, status=None), {"failure.no-answer": 1}),
        (an_event(EventType.CONNECTOR_CALL_UNRESOLVED, status=503), {"failure.server-error": 1}),
        (an_event(connector=None, noteToCaptureMs=1000), {}),
    ],
)
def test_event_raises_what_it_tells(event: Event, counters: dict[str, int]) -> None:
    raised = counted(ACCOUNT, [event, event])

    assert raised == ({Hour(ACCOUNT, "acme", NOON): dict.fromkeys(counters, 2)} if counters else {})


def test_each_hour_is_counted_by_itself() -> None:
    late = NOON + timedelta(minutes=59, seconds=59)
    raised = counted(ACCOUNT, [an_event(noteToCaptureMs=10, at=at) for at in (NOON, late, late + timedelta(seconds=1))])

    assert {hour.at: counters.total() for hour, counters in raised.items()} == {NOON: 2, NOON + timedelta(hours=1): 1}


def test_counters_are_read_as_figures_and_others_left_out() -> None:
    figures = figures_of_hour("acme", NOON, {"time.20": 3, "failure.refused": 1, "expiresAt": 1, "later.x": 2})

    assert (figures.times, figures.failures) == ({20: 3}, {"refused": 1})


def test_calls_tell_the_connector_they_went_to(shop: Shop) -> None:
    placed = shop.open(a_new_payment(10000, "partial"))
    shop.provider.script("settle", "500", "400")
    placed.invoice("N1", 7000)

    [captured] = shop.store.hourly_figures(ACCOUNT, shop.clock())

    assert captured.connector == "partial"
    assert sum(captured.failures.values()) >= 1
