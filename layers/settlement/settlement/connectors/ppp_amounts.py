"""Reads amounts of connectors: decimal major units, also with the noise of binary floats or as text (C§9.23, D80).

A value within a ten-thousandth of a minor unit of a whole amount is that amount. Any other value with more decimals
than its currency would have to be rounded, and is not an amount.
"""

import re
from decimal import Decimal
from fractions import Fraction
from math import floor

from settlement.connectors.ppp_fields import described
from settlement.domain.money import MAX_DIGITS, display, minor_digits
from settlement.values import dataclass

NOISE = Fraction(1, 10_000)
"""Largest error of binary floats that is ignored, as a fraction of a minor unit."""

MAX_WRITTEN_DIGITS = 1_000
"""Most digits that are read; a binary float written out in full has at most 767."""

_NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]{1,4})?")
_NEXT_TO_NOTHING = -30
"""The exponent of ten below which a number is zero in any currency."""


@dataclass(frozen=True, slots=True)
class Amount:
    """An amount in minor units; ``remark`` quotes the written value if it differs, else it is None."""

    minor_units: int
    remark: str | None = None


def amount(value: object, currency: str) -> int | None:
    """Convert decimal major units to minor units; None if the value is not an amount."""
    try:
        return read_amount(value, currency).minor_units
    except ValueError:
        return None


def ceiling(value: object, currency: str) -> int | None:
    """Convert an upper limit to minor units, rounded down; None if the value is not an amount."""
    try:
        return read_ceiling(value, currency).minor_units
    except ValueError:
        return None


def read_amount(value: object, currency: str) -> Amount:
    """Convert decimal major units to minor units; raises ``ValueError``, which describes the value."""
    exact = _minor_units(value, currency)
    nearest = round(exact)
    if abs(exact - nearest) > NOISE:
        raise ValueError(f"{described(value)}, which has more decimals than {currency}")
    return _amount(value, exact, nearest, currency)


def read_ceiling(value: object, currency: str) -> Amount:
    """Convert an upper limit like ``read_amount``, but round further decimals down."""
    exact = _minor_units(value, currency)
    nearest = round(exact)
    return _amount(value, exact, nearest if abs(exact - nearest) <= NOISE else floor(exact), currency)


def _amount(value: object, exact: Fraction, minor_units: int, currency: str) -> Amount:
    if exact == minor_units and not isinstance(value, str):
        return Amount(minor_units)
    return Amount(minor_units, f"{described(value)}, taken as {display(minor_units, currency)}")


def _minor_units(value: object, currency: str) -> Fraction:
    major = _decimal(value)
    if len(major.as_tuple().digits) > MAX_WRITTEN_DIGITS or (major and major.adjusted() > MAX_DIGITS):
        raise ValueError(f"{described(value)}, which is too long for an amount")
    if not major or major.adjusted() < _NEXT_TO_NOTHING:
        return Fraction(0)
    minor_units_of_one: int = 10 ** minor_digits(currency)
    return Fraction(major) * minor_units_of_one


def _decimal(value: object) -> Decimal:
    if isinstance(value, str):
        if not _NUMBER.fullmatch(value.strip()):
            raise ValueError(f"{described(value)}, which is not just the digits of a number")
        return Decimal(value.strip())
    if isinstance(value, bool) or not isinstance(value, int | Decimal) or not Decimal(value).is_finite():
        raise ValueError(f"{described(value)}, not a number")
    return Decimal(value)
