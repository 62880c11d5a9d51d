"""When an operation is tried again (C§4.2, C§4.3)."""

from datetime import timedelta

import pytest

from settlement.domain.transaction.retries import GIVE_UP_AFTER, LEASE, NO_CALL_AFTER, next_attempt, next_inquiry
from testkit.builders import NOON


def test_attempts_come_after_1_5_15_and_60_minutes_then_every_4_hours() -> None:
    delays = [next_attempt(attempts, NOON) - NOON for attempts in range(1, 8)]

    assert [delay / timedelta(minutes=1) for delay in delays] == [1, 5, 15, 60, 240, 240, 240]


def test_schedule_fills_a_day() -> None:
    time, attempts = NOON, 1
    while time < NOON + GIVE_UP_AFTER:
        time = next_attempt(attempts, time)
        attempts += 1

    assert attempts == 11


@pytest.mark.parametrize(
    ("patience", "minutes"),
    [
        (timedelta(minutes=5), 5),
        (timedelta(hours=1), 5),
        (timedelta(hours=1, seconds=1), 60),
        (timedelta(hours=23, minutes=59), 60),
        (timedelta(hours=24), 240),
        (timedelta(days=7), 240),
    ],
)
def test_undecided_authorisation_is_asked_as_often_as_its_patience_says(patience: timedelta, minutes: int) -> None:
    assert next_inquiry(patience, NOON) - NOON == timedelta(minutes=minutes)


def test_no_execution_outlives_its_lease() -> None:
    longest_execution = timedelta(seconds=290)

    assert NO_CALL_AFTER < longest_execution < LEASE
