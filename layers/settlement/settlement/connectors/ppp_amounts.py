"""Amounts as connectors write them: decimal major units, with the noise of binary floats or as text (C§9.23, D80).

What is within a ten-thousandth of a minor unit of a whole one is that amount. Whatever else has more decimals than
its currency would have to be rounded, and is none.
"""

import re
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import floor

from settlement.connectors.ppp_fields import described
from settlement.domain.money import MAX_DIGITS, display, minor_digits

NOISE = Fraction(1, 10_000)
"""Of a minor unit: what software that computes with binary floats leaves behind."""

MAX_WRITTEN_DIGITS = 1_000
"""A binary float written out in full has at most 767; more would only cost time."""

_NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]{1,4})?")
_NEXT_TO_NOTHING = -30
"""The exponent of ten below which a number is zero to any currency."""


@dataclass(frozen=True, slots=True)
class Amount:
    """An amount in minor units; ``remark`` says what was written when it is not exactly that, None otherwise."""

    minor_units: int
    remark: str | None = None


def amount(value: object, currency: str) -> int | None:
    """Read decimal major units as minor units; None for what is no amount."""
    try:
        return read_amount(value, currency).minor_units
    except ValueError:
        return None


def ceiling(value: object, currency: str) -> int | None:
    """Read an amount that nothing may exceed as minor units; None for what is no amount."""
    try:
        return read_ceiling(value, currency).minor_units
    except ValueError:
        return None


def read_amount(value: object, currency: str) -> Amount:
    """Read decimal major units as minor units; raises ``ValueError``, saying what stands there instead."""
    exact = _minor_units(value, currency)
    nearest = round(exact)
    if abs(exact - nearest) > NOISE:
        raise ValueError(f"{described(value)}, which has more decimals than {currency}")
    return _amount(value, exact, nearest, currency)


def read_ceiling(value: object, currency: str) -> Amount:
    """Read an amount that nothing may exceed: as ``read_amount``, but what has more decimals is rounded down."""
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
