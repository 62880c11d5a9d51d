"""Bank days are those of ANBIMA's calendar: the national holidays, Carnival and Corpus Christi, as others know them."""

from __future__ import annotations

from datetime import date, timedelta

import holidays

from settlement.domain.reconciliation.bank_days import is_bank_day, moved_to_bank_day

FIRST_YEAR, LAST_YEAR = 2003, 2078
BANKS_ARE_OPEN = ("Ash Wednesday", "Public Servant's Day", "Christmas Eve", "New Year's Eve")
"""What the package holidays lists as optional for others than banks."""


def test_every_day_is_as_the_package_holidays_has_it() -> None:
    """The same days were held once against the list of ANBIMA in bizdays 1.0.19, which needs pandas."""
    listed = holidays.country_holidays(
        "BR", years=range(FIRST_YEAR, LAST_YEAR + 1), categories=("public", "optional"), language="en_US"
    )
    closed = {day for day, name in listed.items() if name not in BANKS_ARE_OPEN}
    day, differing = date(FIRST_YEAR, 1, 1), []
    while day.year <= LAST_YEAR:
        if is_bank_day(day) != (day.weekday() < 5 and day not in closed):
            differing.append(day)
        day += timedelta(days=1)

    assert differing == []


def test_day_without_banks_moves_forward() -> None:
    assert moved_to_bank_day(date(2026, 2, 14)) == date(2026, 2, 18)
    assert moved_to_bank_day(date(2026, 2, 18)) == date(2026, 2, 18)
