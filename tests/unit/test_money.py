"""Money is exact both ways, and no cent is lost by splitting it (R20, R29)."""

from dataclasses import replace
from decimal import Decimal
from itertools import product
from string import ascii_uppercase

import pytest
from hypothesis import given
from hypothesis import strategies as st

from settlement.api.orders.view import order_view
from settlement.connectors.ppp_amounts import read_amount
from settlement.domain.errors import InvalidRequest
from settlement.domain.money import (
    MAX_MINOR_UNITS,
    display,
    is_currency,
    minor_digits,
    require_in_use,
    split_by_weight,
    to_major,
)
from settlement.domain.transaction.checkout import Checkout
from settlement.use_cases.gateway.send_payments import send_payments
from settlement.use_cases.gateway.start_transaction import NewTransaction, start_transaction
from settlement.use_cases.orders import place_order
from settlement.use_cases.orders.place_order import NewPayment
from settlement.use_cases.orders.retrieve_order import retrieve_order
from testkit.builders import ACCOUNT, a_new_order, a_new_payment
from testkit.shop import Shop
from tools.currencies import TARGET, published, renewed

currencies = st.sampled_from([("JPY", 0), ("BRL", 2), ("KWD", 3), ("CLF", 4)])
amounts = st.integers(0, MAX_MINOR_UNITS)


def read(major_units: Decimal, currency: str) -> int:
    """Return minor units as the service reads them."""
    return read_amount(major_units, currency).minor_units


@given(amounts, currencies)
def test_minor_units_survive_the_way_there_and_back(amount: int, currency: tuple[str, int]) -> None:
    code, digits = currency

    major = to_major(amount, code)

    assert read(major, code) == amount
    assert major * 10**digits == amount


@given(amounts, currencies)
def test_major_units_read_as_text_survive_too(amount: int, currency: tuple[str, int]) -> None:
    code, digits = currency
    whole, part = divmod(amount, 10**digits)
    text = f"{whole}.{part:0{digits}d}" if digits else str(whole)

    assert read(Decimal(text), code) == amount
    assert read(Decimal(text + ".0" if not digits else text + "000"), code) == amount
    assert display(amount, code) == f"{text} {code}"


@given(amounts, currencies, st.integers(1, 9))
def test_value_with_too_many_decimals_is_refused_not_rounded(
    amount: int, currency: tuple[str, int], extra: int
) -> None:
    code, digits = currency
    value = to_major(amount, code) + Decimal(extra).scaleb(-digits - 1)

    with pytest.raises(ValueError, match="more decimals"):
        read(value, code)


@pytest.mark.parametrize(("cents", "major"), [(6999, "69.99"), (29, "0.29"), (10, "0.1"), (7000, "70"), (614, "6.140")])
def test_r29_examples(cents: int, major: str) -> None:
    assert read(Decimal(major), "BRL") == cents
    assert to_major(cents, "BRL") == Decimal(major)


@pytest.mark.parametrize("value", ["NaN", "Infinity", "-Infinity", "sNaN", "1E+1000000", "1E+13"])
def test_what_is_no_amount_is_refused(value: str) -> None:
    with pytest.raises(ValueError, match=r"not a number|too long for an amount"):
        read(Decimal(value), "BRL")


def test_value_with_endless_decimals_is_read_at_once() -> None:
    assert read(Decimal("1E-5000"), "BRL") == 0


def test_currencies_are_those_of_iso_4217() -> None:
    assert is_currency("BRL")
    assert not is_currency("brl")
    assert not is_currency("XXX")
    with pytest.raises(KeyError):
        to_major(1, "XXX")


def test_table_is_what_the_package_publishes() -> None:
    assert renewed() == TARGET.read_text()
    assert {code: minor_digits(code) for code in all_codes() if is_currency(code)} == published()


def all_codes() -> list[str]:
    """Every code that could be one."""
    return ["".join(letters) for letters in product(ascii_uppercase, repeat=3)]


@pytest.mark.parametrize("code", ["XCG", "XAD", "SLE", "ZWG", "EUR"])
def test_new_currencies_are_in_use(code: str) -> None:
    assert is_currency(code)
    require_in_use("currency", code)


@pytest.mark.parametrize("code", ["BGN", "ANG", "CUC", "SLL", "ZWL"])
def test_withdrawn_currency_is_refused_in_words_and_still_shown(code: str) -> None:
    assert not is_currency(code)
    assert display(12345, code) == f"123.45 {code}"
    assert read(Decimal("123.45"), code) == 12345
    with pytest.raises(InvalidRequest, match=f"currency {code}: ISO 4217 has withdrawn this currency"):
        require_in_use("currency", code)


def test_stored_order_of_a_withdrawn_currency_goes_on(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    new = a_new_order(a_new_payment(10000, "partial"), order_id="old-01", currency="BGN")
    with monkeypatch.context() as before_it_was_withdrawn:
        before_it_was_withdrawn.setattr(place_order, "require_in_use", lambda field, code: None)
        placed = shop.place_again(new)
    placed.run()
    placed.start()

    assert shop.place_again(new).transaction_id == placed.transaction_id
    placed.invoice("N1", 10000)
    placed.give_back("R1", 1500)

    assert order_view(retrieve_order(shop.store, ACCOUNT, "old-01"))["storePreferencesData"]["currencyCode"] == "BGN"
    assert (placed.moved("settle"), placed.moved("refund")) == ([10000], [1500])
    with pytest.raises(InvalidRequest, match="withdrawn"):
        shop.place_again(replace(new, order_id="new-01"))


def test_payments_of_a_withdrawn_currency_are_refused(shop: Shop) -> None:
    started = start_transaction(shop.ports, ACCOUNT, NewTransaction(100, Checkout("p", "store", "1")), None)
    sent = [NewPayment("partial", "2", "Visa", "creditCard", 100, 1)]
    with pytest.raises(InvalidRequest, match="currencyCode BGN"):
        send_payments(shop.ports, ACCOUNT, started.transaction.transaction_id, sent, "BGN")


weights = st.lists(st.integers(0, 10**9), min_size=1, max_size=20).filter(any)


@given(st.integers(0, MAX_MINOR_UNITS), weights)
def test_r20_parts_add_up_and_are_within_a_cent_of_their_share(total: int, shares: list[int]) -> None:
    parts = split_by_weight(total, shares)

    assert sum(parts) == total
    assert len(parts) == len(shares)
    whole = sum(shares)
    for part, share in zip(parts, shares, strict=True):
        assert total * share // whole <= part <= -(-total * share // whole)


@given(st.integers(0, MAX_MINOR_UNITS), weights)
def test_r20_larger_remainders_are_served_first(total: int, shares: list[int]) -> None:
    parts = split_by_weight(total, shares)

    whole = sum(shares)
    rounded_up = [i for i, part in enumerate(parts) if part > total * shares[i] // whole]
    rounded_down = [i for i in range(len(parts)) if i not in rounded_up]
    if rounded_up and rounded_down:
        least = min(total * shares[i] % whole for i in rounded_up)
        assert all(total * shares[i] % whole <= least for i in rounded_down)


@pytest.mark.parametrize(
    ("total", "shares", "parts"),
    [
        (65, [1, 1, 1, 1], [17, 16, 16, 16]),
        (1000, [1, 1, 1], [334, 333, 333]),
        (10000, [1, 1, 1], [3334, 3333, 3333]),
        (1, [0, 1], [0, 1]),
        (0, [1, 2], [0, 0]),
    ],
)
def test_r20_examples(total: int, shares: list[int], parts: list[int]) -> None:
    assert split_by_weight(total, shares) == parts


@pytest.mark.parametrize("shares", [[], [0], [0, 0], [1, -1], [2, -1]])
def test_split_needs_a_positive_weight_and_no_negative_one(shares: list[int]) -> None:
    with pytest.raises(ValueError, match="weights"):
        split_by_weight(100, shares)
