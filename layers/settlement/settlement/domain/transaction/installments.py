"""The instalments of a payment, to the cent: the first takes what equal ones leave (D122). Amounts are minor units."""

from settlement.values import dataclass


@dataclass(frozen=True, slots=True)
class Installments:
    """``first`` and ``count`` - 1 of ``other`` add up to the payment's value."""

    count: int
    first: int
    other: int


def installments_of(value: int, count: int, told: int | None = None) -> Installments:
    """Split a value: each instalment is as told if that fits the value, else equal and rounded down.

    What was told of another value, or before a raise, does not fit: the value is what is authorised.
    """
    other = told if told is not None and _fits(value, count, told) else value // count
    return Installments(count, value - (count - 1) * other, other)


def _fits(value: int, count: int, told: int) -> bool:
    """Return True if equal instalments miss the value by less than a minor unit each, and leave something to each."""
    return abs(count * told - value) < count and value > (count - 1) * told
