"""Open authorised value by the days until it lapses; the audit sums it, since it reads every order (D147)."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta

from settlement.domain.transaction.payment import Authorisation, Payment
from settlement.values import dataclass

_NO_LAPSE = "no-lapse"
_UP_TO = ((1, "under-1"), (3, "1-to-3"), (7, "3-to-7"))
_LONGER = "over-7"


@dataclass(frozen=True, slots=True)
class OpenValue:
    """Open value of a currency, in minor units, of authorisations that have as many days left."""

    currency: str
    days_left: str
    value: int


def open_value(payments: Iterable[Payment], currency: str, now: datetime) -> list[OpenValue]:
    """Return the open value of each authorised payment."""
    return [
        OpenValue(currency, _days_left(payment.cancel_at, now), payment.counters.available)
        for payment in payments
        if payment.authorisation is Authorisation.APPROVED and payment.counters.available
    ]


def summed(values: Iterable[OpenValue]) -> tuple[OpenValue, ...]:
    """Return one sum for each currency and number of days."""
    sums: Counter[tuple[str, str]] = Counter()
    for held in values:
        sums[held.currency, held.days_left] += held.value
    return tuple(OpenValue(*of, value) for of, value in sorted(sums.items()))


def _days_left(lapses_at: datetime | None, now: datetime) -> str:
    if lapses_at is None:
        return _NO_LAPSE
    return next((name for days, name in _UP_TO if lapses_at - now < timedelta(days=days)), _LONGER)
