"""The instalments of a payment add up to its value to the cent, whatever was told of them (D122)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from settlement.domain.money import MAX_MINOR_UNITS
from settlement.domain.transaction.installments import Installments, installments_of


@pytest.mark.parametrize(
    ("value", "count", "told", "expected"),
    [
        (10000, 6, None, Installments(6, 1670, 1666)),
        (10000, 6, 1666, Installments(6, 1670, 1666)),
        (10000, 6, 1667, Installments(6, 1665, 1667)),
        (10000, 6, 1668, Installments(6, 1670, 1666)),
        (10000, 6, 1600, Installments(6, 1670, 1666)),
        (10000, 1, 10000, Installments(1, 10000, 10000)),
        (10000, 1, 15000, Installments(1, 10000, 10000)),
        (10000, 4, 2500, Installments(4, 2500, 2500)),
        (5, 6, None, Installments(6, 5, 0)),
        (5, 6, 1, Installments(6, 5, 0)),
    ],
)
def test_first_takes_the_cents_that_equal_ones_leave(
    value: int, count: int, told: int | None, expected: Installments
) -> None:
    assert installments_of(value, count, told) == expected


@given(st.integers(1, MAX_MINOR_UNITS), st.integers(1, 99), st.none() | st.integers(0, MAX_MINOR_UNITS))
def test_instalments_add_up(value: int, count: int, told: int | None) -> None:
    split = installments_of(value, count, told)

    assert split.first + (count - 1) * split.other == value
    assert split.first > 0
    assert split.other >= 0


@given(st.integers(1, MAX_MINOR_UNITS), st.integers(1, 99))
def test_usual_roundings_of_checkouts_are_kept(value: int, count: int) -> None:
    down, nearest = value // count, (2 * value + count) // (2 * count)
    for told in {down, nearest} if value >= count * count else {down}:
        assert installments_of(value, count, told).other == told
