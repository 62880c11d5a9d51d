"""What is expected of an acquirer: for each capture its instalments, with values and days (D159).

The cents that equal instalments leave are on the instalment on which the acquirer has them. Amounts are minor units.
"""

from datetime import date, timedelta
from enum import StrEnum

from settlement.domain.reconciliation.bank_days import moved_to_bank_day
from settlement.values import dataclass

DAYS_OF_CREDIT = 30
"""Days from a sale on credit to its first instalment, and from one instalment to the next."""

DAYS_OF_OTHERS = 1
"""Days from any other sale to its payout."""

_ON_CREDIT = frozenset({"creditCard"})


class CentsOn(StrEnum):
    """The instalment on which an acquirer has the cents that equal ones leave."""

    FIRST = "first"
    LAST = "last"


@dataclass(frozen=True, slots=True)
class ExpectedPart:
    """An instalment that is to come: ``number`` of ``of``, its value, its day."""

    number: int
    of: int
    value: int
    on: date


def part_value(value: int, number: int, of: int, cents_on: CentsOn) -> int:
    """Return the value of one instalment.

    >>> [part_value(10000, number, 3, CentsOn.FIRST) for number in (1, 2, 3)]
    [3334, 3333, 3333]
    """
    equal = value // of
    with_cents = 1 if cents_on is CentsOn.FIRST else of
    return equal + (value - equal * of if number == with_cents else 0)


def expected_parts(
    value: int, installments: int, sold_on: date, group: str, cents_on: CentsOn = CentsOn.FIRST
) -> tuple[ExpectedPart, ...]:
    """Return the instalments of a capture by the custom of the market, until a report tells their days.

    A sale on credit is paid 30 days after it, and each further instalment 30 days later; other means are paid on the
    next day. All days are moved to bank days.
    """
    of = max(installments, 1)
    step = DAYS_OF_CREDIT if group in _ON_CREDIT else DAYS_OF_OTHERS
    return tuple(
        ExpectedPart(
            number,
            of,
            part_value(value, number, of, cents_on),
            moved_to_bank_day(sold_on + timedelta(days=step * number)),
        )
        for number in range(1, of + 1)
    )
