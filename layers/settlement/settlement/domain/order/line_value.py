"""The value of a line's units (C§9.24): exact, in minor units, rounded once for the whole line.

A multiplier is the quantity of the measurement unit in one unit of the line (a package of 0.375 kg). It is an integer
of millionths, so no amount passes through a binary float.
"""

from collections.abc import Iterable

from settlement.values import dataclass

ONE = 1_000_000
"""The multiplier 1: millionths."""


@dataclass(frozen=True, slots=True)
class UnitPrice:
    """A price of some units of a line, in minor units; it includes the multiplier."""

    value: int
    quantity: int


def times(price: int, multiplier: int, quantity: int) -> int:
    """Return price x multiplier x quantity, rounded half up once; all three are at least 0.

    Three packages of 0.375 kg at 9.99 a kilogram:

    >>> times(999, 375_000, 3)
    1124
    """
    return (price * multiplier * quantity * 2 + ONE) // (2 * ONE)


def unit_prices(value: int, quantity: int) -> tuple[UnitPrice, ...]:
    """Split a value into prices of ``quantity`` units that add up to it, dearest first.

    >>> unit_prices(1000, 3)
    (UnitPrice(value=334, quantity=1), UnitPrice(value=333, quantity=2))
    """
    if quantity == 0:
        return ()
    low, more = divmod(value, quantity)
    prices = (UnitPrice(low + 1, more), UnitPrice(low, quantity - more))
    return tuple(price for price in prices if price.quantity)


def total_of(prices: Iterable[UnitPrice]) -> int:
    """Return the sum of the prices over their units."""
    return sum(price.value * price.quantity for price in prices)


def first_units(prices: Iterable[UnitPrice], quantity: int) -> tuple[UnitPrice, ...]:
    """Return the prices of the first ``quantity`` units."""
    taken = []
    for price in prices:
        units = min(price.quantity, quantity)
        quantity -= units
        if units:
            taken.append(UnitPrice(price.value, units))
    return tuple(taken)


def units_after(prices: Iterable[UnitPrice], quantity: int) -> tuple[UnitPrice, ...]:
    """Return the prices of all units after the first ``quantity``."""
    left = []
    for price in prices:
        gone = min(price.quantity, quantity)
        quantity -= gone
        if price.quantity > gone:
            left.append(UnitPrice(price.value, price.quantity - gone))
    return tuple(left)


def written(multiplier: int | None) -> str:
    """Format a multiplier as a decimal number: 375,000 millionths are ``0.375``."""
    whole, fraction = divmod(multiplier or 0, ONE)
    return f"{whole}.{fraction:06d}".rstrip("0").rstrip(".")
