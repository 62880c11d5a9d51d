"""Bank days of Brazil by the calendar that ANBIMA publishes: no week-ends, no national bank holidays.

Banks are closed on the national holidays of the laws 662/1949, 6.802/1980, 10.607/2002 and 14.759/2023, and on Carnival
Monday and Tuesday, Good Friday and Corpus Christi (resolution CMN 4.880/2020).
"""

from datetime import UTC, date, datetime, timedelta, timezone
from functools import cache

_FIXED = ((1, 1), (4, 21), (5, 1), (9, 7), (10, 12), (11, 2), (11, 15), (12, 25))
_BLACK_CONSCIOUSNESS = (11, 20)
_BLACK_CONSCIOUSNESS_SINCE = 2024
_FROM_EASTER = (-48, -47, -2, 60)
"""Days from Easter Sunday: Carnival Monday and Tuesday, Good Friday, Corpus Christi."""

_SATURDAY = 5

BRASILIA = timezone(timedelta(hours=-3))
"""The time of Brazil's acquirers, without summer time since 2019."""


def is_bank_day(day: date) -> bool:
    """Return True if banks are open."""
    return day.weekday() < _SATURDAY and day not in _holidays(day.year)


def moved_to_bank_day(day: date) -> date:
    """Return the day itself if banks are open, else the next one on which they are.

    >>> moved_to_bank_day(date(2026, 4, 5))
    datetime.date(2026, 4, 6)
    """
    while not is_bank_day(day):
        day += timedelta(days=1)
    return day


def day_of(at: datetime, currency: str) -> date:
    """Return the day of a moment by the clock of an acquirer: in Brasília for BRL, else by UTC."""
    return at.astimezone(BRASILIA if currency == "BRL" else UTC).date()


@cache
def _holidays(year: int) -> frozenset[date]:
    fixed = _FIXED if year < _BLACK_CONSCIOUSNESS_SINCE else (*_FIXED, _BLACK_CONSCIOUSNESS)
    easter = _easter(year)
    return frozenset(
        [date(year, month, day) for month, day in fixed] + [easter + timedelta(days=days) for days in _FROM_EASTER]
    )


def _easter(year: int) -> date:
    """Return Easter Sunday of the Gregorian calendar, by the algorithm of Meeus, Jones and Butcher."""
    century, of_century = divmod(year, 100)
    moon = (19 * (year % 19) + century - century // 4 - (century - (century + 8) // 25 + 1) // 3 + 15) % 30
    week = (32 + 2 * (century % 4) + 2 * (of_century // 4) - moon - of_century % 4) % 7
    late = (year % 19 + 11 * moon + 22 * week) // 451
    month, day = divmod(moon + week - 7 * late + 114, 31)
    return date(year, month, day + 1)
