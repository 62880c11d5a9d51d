"""Amounts as software writes them: what is one, whatever the decimals of its currency, and what would be rounded."""

import math
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from settlement.connectors import exact_json
from settlement.connectors.ppp_amounts import NOISE, amount, read_amount, read_ceiling
from settlement.domain.money import display, minor_digits, to_major

CURRENCIES = ("JPY", "BRL", "KWD", "CLF")
currencies = st.sampled_from(CURRENCIES)


@pytest.mark.parametrize(
    ("written", "currency", "minor_units"),
    [
        ("69.99999999999999", "BRL", 7000),
        ("70.00000000000001", "BRL", 7000),
        ("0.30000000000000004", "BRL", 30),
        ("15.000000000000002", "BRL", 1500),
        ("70.000001", "BRL", 7000),
        ("69.999999", "BRL", 7000),
        ("7000.0000000000001", "JPY", 7000),
        ("6999.9999", "JPY", 7000),
        ("69.99999999999999", "KWD", 70000),
        ("0.30000000000000004", "KWD", 300),
        ("0.0003000000000000001", "CLF", 3),
        ("70.00000001", "CLF", 700000),
        ("7E+1", "BRL", 7000),
        ("7000", "JPY", 7000),
    ],
)
def test_what_is_within_the_noise_is_the_amount(written: str, currency: str, minor_units: int) -> None:
    assert amount(Decimal(written), currency) == minor_units
    assert amount(written, currency) == minor_units


@pytest.mark.parametrize(
    ("written", "currency"),
    [
        ("70.005", "BRL"),
        ("70.0000011", "BRL"),
        ("69.9999989", "BRL"),
        ("7000.5", "JPY"),
        ("7000.01", "JPY"),
        ("70.0005", "KWD"),
        ("70.00005", "CLF"),
    ],
)
def test_what_would_have_to_be_rounded_is_none_and_says_its_digits(written: str, currency: str) -> None:
    with pytest.raises(ValueError, match=f"^{written}, which has more decimals than {currency}$"):
        read_amount(Decimal(written), currency)


@given(st.integers(1, 10**8), currencies, st.integers(-3, 3))
def test_noise_of_a_binary_float_never_changes_an_amount(minor_units: int, currency: str, steps: int) -> None:
    value = minor_units / 10 ** minor_digits(currency)
    for _ in range(abs(steps)):
        value = math.nextafter(value, math.inf if steps > 0 else -math.inf)

    read = read_amount(exact_json.read(repr(value)), currency)
    in_full = read_amount(Decimal(value), currency)

    assert read.minor_units == in_full.minor_units == minor_units
    is_exact = Decimal(repr(value)) == to_major(minor_units, currency)
    assert read.remark == (None if is_exact else f"{Decimal(repr(value))}, taken as {display(minor_units, currency)}")


@given(st.decimals(0, 10**8, allow_nan=False, allow_infinity=False, places=9), currencies)
def test_ceiling_is_never_above_what_was_written_but_for_noise(value: Decimal, currency: str) -> None:
    most = read_ceiling(value, currency).minor_units
    exact = Fraction(value) * 10 ** minor_digits(currency)

    assert exact - 1 < most <= exact + NOISE
