"""Money as integers of minor units, and its exact conversion to decimal major units at the edge.

Inside the service every amount is an ``int`` of minor units (cents for BRL); decimals exist only in the Payment
Provider Protocol (C§0, R29). A value with more decimals than its currency is refused, never rounded.
"""

from collections.abc import Sequence
from decimal import Decimal

from settlement.domain.currencies import IN_USE, WITHDRAWN
from settlement.domain.errors import InvalidRequest

_WITHDRAWN = {code: digits for digits, codes in WITHDRAWN.items() for code in codes.split()}
_IN_USE = {code: digits for digits, codes in IN_USE.items() for code in codes.split()}
_DIGITS_OF = {**_WITHDRAWN, **_IN_USE}

MAX_DIGITS = 12
"""Most digits of an amount (C§8.7); a double holds far longer integers exactly."""

MAX_MINOR_UNITS = 10**MAX_DIGITS - 1


def currencies_in_use() -> list[str]:
    """Return the ISO 4217 currency codes in use, in order."""
    return sorted(_IN_USE)


def is_currency(code: str) -> bool:
    """Return True if ``code`` is an ISO 4217 currency code in use."""
    return code in _IN_USE


def is_withdrawn(code: str) -> bool:
    """Return True if ``code`` is a former currency code; stored orders in it go on."""
    return code in _WITHDRAWN


def require_in_use(field: str, code: str) -> None:
    """Raise ``InvalidRequest`` if a currency is withdrawn: new orders and payments cannot use it."""
    if is_withdrawn(code):
        raise InvalidRequest(f"{field} {code}: ISO 4217 has withdrawn this currency; nothing new is taken in it")


def minor_digits(currency: str) -> int:
    """Return the decimals of a current or former currency (ISO 4217: BRL 2, JPY 0, KWD 3); raises ``KeyError``."""
    return _DIGITS_OF[currency]


def to_major(minor_units: int, currency: str) -> Decimal:
    """Convert minor units to exact decimal major units: 6999 BRL is ``Decimal("69.99")`` (R29).

    >>> to_major(6999, "BRL"), to_major(7000, "JPY")
    (Decimal('69.99'), Decimal('7000'))
    """
    return Decimal(minor_units).scaleb(-minor_digits(currency))


def display(minor_units: int, currency: str) -> str:
    """Format an amount for people: ``100.00 BRL``."""
    return f"{to_major(minor_units, currency):.{minor_digits(currency)}f} {currency}"


def split_by_weight(total: int, weights: Sequence[int]) -> list[int]:
    """Split ``total`` by ``weights`` with the method of the largest remainder; the parts add up to it (R20).

    Parts are in minor units and in the order of the weights; equal remainders go to the earlier part. Raises
    ``ValueError`` unless at least one weight is positive and none is negative.

    A discount of 10.00 over three lines:

    >>> split_by_weight(1000, [5000, 3000, 3000])
    [454, 273, 273]
    """
    whole = sum(weights)
    if whole <= 0 or any(weight < 0 for weight in weights):
        raise ValueError("weights must not be negative, and one must be positive")
    floors = [total * weight // whole for weight in weights]
    by_remainder = sorted(range(len(weights)), key=lambda i: (-(total * weights[i] % whole), i))
    for index in by_remainder[: total - sum(floors)]:
        floors[index] += 1
    return floors
