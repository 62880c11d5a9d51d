"""What is left to invoice, to the cent and by line, so that the last invoice closes the order (R20, C§7.14)."""

from dataclasses import replace
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from settlement.domain.order.left_to_invoice import LeftToInvoice, LineLeft, left_to_invoice
from settlement.domain.order.order import Line, LineMention, Order, OrderTotal
from testkit.builders import ACCOUNT, a_line, an_order, item
from testkit.shop import Placed, Shop
from tests.support.modifications import items, lines_of, modify, one


def order_of(lines: list[Line], discount: int = 0, shipping: int = 0) -> Order:
    """An order of these lines."""
    goods = sum(line.quantity * line.selling_price for line in lines)
    totals = (OrderTotal("Items", goods), OrderTotal("Discounts", -discount), OrderTotal("Shipping", shipping))
    value = goods - discount + shipping
    return an_order(value=value, placed_value=value, totals=totals)


def left_of(placed: Placed, invoices: int = 1) -> LeftToInvoice:
    """What the route answers."""
    return left_to_invoice(placed.order, placed.shop.store.lines(ACCOUNT, placed.order_id), invoices)


def by_line(left: LeftToInvoice) -> list[tuple[str, int, int]]:
    """SKU, quantity and value of every line."""
    return [(part.line.id, part.line.pending, part.value) for part in left.lines]


def mentions(parts: tuple[LineLeft, ...]) -> list[LineMention]:
    """The items of an invoice that invoices all of it, as the helper says."""
    return [
        item(part.line.id, price.value, price.quantity, unique_id=part.line.unique_id)
        for part in parts
        for price in part.unit_prices
    ]


def test_r20_discount_that_quantity_does_not_divide_is_spread_over_the_units() -> None:
    """4 x 17 - 3 = 65: units of 17, 16, 16, 16, not 4 x 16 = 64."""
    lines = [a_line(quantity=4, price=17)]

    left = left_to_invoice(order_of(lines, discount=3), lines, 1)

    assert [(price.value, price.quantity) for price in left.lines[0].unit_prices] == [(17, 1), (16, 3)]
    assert (left.value, left.lines[0].value, left.extra_value) == (65, 65, 0)


def test_r20_freight_is_what_is_left_beyond_the_lines() -> None:
    lines = [a_line(quantity=4, price=17)]

    left = left_to_invoice(order_of(lines, discount=3, shipping=1000), lines, 3)

    assert (left.value, left.lines[0].value, left.extra_value) == (1065, 65, 1000)
    assert left.per_invoice == (355, 355, 355)


@pytest.mark.parametrize(
    ("value", "invoices", "parts"), [(10000, 3, (3334, 3333, 3333)), (1000, 3, (334, 333, 333)), (2, 3, (1, 1, 0))]
)
def test_r20_equal_invoices_lose_no_cent(value: int, invoices: int, parts: tuple[int, ...]) -> None:
    assert left_to_invoice(an_order(value=value), [], invoices).per_invoice == parts


def test_r20_unit_that_is_invoiced_takes_no_cent_from_the_freight() -> None:
    """The line is worth 65 from the first unit, 17, to the last, 16, whatever freight is to be invoiced too."""
    line = a_line(quantity=4, price=17)
    order = order_of([line], discount=3, shipping=1000)

    left = left_to_invoice(replace(order, invoiced=17), [replace(line, invoiced=1)], 1)

    assert (left.lines[0].value, left.extra_value) == (48, 1000)
    assert [(price.value, price.quantity) for price in left.lines[0].unit_prices] == [(16, 3)]


def test_selling_prices_that_hold_the_discount_are_not_lowered_again() -> None:
    line = a_line(quantity=2, price=1000, selling_price=900)
    totals = (OrderTotal("Items", 2000), OrderTotal("Discounts", -200))
    order = an_order(value=1800, placed_value=1800, totals=totals)

    left = left_to_invoice(order, [line], 1)

    assert (left.lines[0].value, left.extra_value) == (1800, 0)


def test_same_sku_on_two_lines_is_left_by_line(shop: Shop) -> None:
    shop.provider.headroom = 9000
    placed = shop.open()
    modify(placed, add=items(one("B", 2, price=1000)))
    cheap = lines_of(placed)[2]

    placed.invoice("N1", 1500, item("B", 1500))
    placed.invoice("N2", 1000, item("B", 0, unique_id=cheap.unique_id))

    assert by_line(left_of(placed)) == [("A", 1, 5000), ("B", 1, 1500), ("B", 1, 1000)]
    assert left_of(placed).extra_value == 2000


def test_line_that_was_added_does_not_share_the_discount_of_the_order() -> None:
    lines = [a_line(0, "A", 1, 5000), a_line(1, "B", 2, 1500)]
    order = order_of(lines, discount=800)
    added = a_line(2, "C", 1, 1000)

    left = left_to_invoice(replace(order, value=order.value + 1000), [*lines, added], 1)

    assert by_line(left) == [("A", 1, 4500), ("B", 2, 2700), ("C", 1, 1000)]


def test_removed_units_are_not_offered() -> None:
    line = a_line(quantity=1, price=1500, removed=1)
    order = replace(order_of([replace(line, quantity=2)]), value=1500)

    assert by_line(left_to_invoice(order, [line], 1)) == [("A", 1, 1500)]
    gone = replace(line, quantity=0, removed=2)
    assert left_to_invoice(replace(order, value=0), [gone], 1).lines == ()


def test_units_invoiced_in_full_are_not_offered() -> None:
    line = a_line(quantity=2, price=1500, invoiced=2)

    assert left_to_invoice(an_order(invoiced=3000), [line], 1).lines == ()


def test_lines_are_never_worth_more_than_what_is_left() -> None:
    """A registered change lowered the value without naming items."""
    lines = [a_line(0, "A", 1, 5000), a_line(1, "B", 2, 1500)]

    left = left_to_invoice(an_order(value=4000), lines, 1)

    assert by_line(left) == [("A", 1, 2500), ("B", 2, 1500)]
    assert (left.value, left.extra_value) == (4000, 0)


def test_free_items_are_left_at_nothing() -> None:
    lines = [a_line(quantity=3, price=0)]

    left = left_to_invoice(order_of(lines, shipping=100), lines, 1)

    assert (left.lines[0].value, left.extra_value) == (0, 100)
    assert [(price.value, price.quantity) for price in left.lines[0].unit_prices] == [(0, 3)]


def test_nothing_is_left_of_an_invoiced_order(shop: Shop) -> None:
    placed = shop.open()
    placed.invoice("N1", 10000, item("A", 5000), item("B", 1500, 2))

    left = left_of(placed, 2)

    assert (left.value, left.lines, left.extra_value, left.per_invoice) == (0, (), 0, (0, 0))


def test_no_line_is_left_of_an_order_that_was_invoiced_without_naming_its_items(shop: Shop) -> None:
    placed = shop.open()
    placed.invoice("N1", 10000)

    assert left_of(placed).lines == ()


def test_invoice_as_the_helper_says_closes_the_order(shop: Shop) -> None:
    placed = shop.open()
    placed.invoice("N1", 6500, item("A", 5000), item("B", 1500))
    placed.change("C1", discount=333)
    left = left_of(placed)

    placed.invoice("N2", left.value, *mentions(left.lines), extra_value=left.extra_value)

    assert placed.status == ("invoiced", "Finished")
    assert "itemsValue" not in placed.events[-1].data
    assert [line.pending for line in lines_of(placed)] == [0, 0]


class Bought(NamedTuple):
    """A line to be: quantity and price."""

    quantity: int
    price: int


@given(
    bought=st.lists(st.builds(Bought, st.integers(1, 6), st.integers(0, 60)), min_size=1, max_size=4),
    share=st.integers(0, 100),
    shipping=st.sampled_from([0, 1, 100]),
    data=st.data(),
)
def test_units_invoiced_one_by_one_bring_what_the_helper_said_at_first(
    bought: list[Bought], share: int, shipping: int, data: st.DataObject
) -> None:
    """Whatever the discount and in whatever order: each line its value, the freight what is left at the end."""
    lines = [a_line(index, f"SKU{index % 2}", *one_line) for index, one_line in enumerate(bought)]
    goods = sum(line.quantity * line.selling_price for line in lines)
    order = order_of(lines, discount=goods * share // 100, shipping=shipping + 1)
    expected = {part.line.unique_id: part.value for part in left_to_invoice(order, lines, 1).lines}
    brought = dict.fromkeys(expected, 0)

    while (left := left_to_invoice(order, lines, 1)).lines:
        assert sum(part.value for part in left.lines) + left.extra_value == left.value == order.remainder
        part = data.draw(st.sampled_from(left.lines))
        price = part.unit_prices[0].value
        brought[part.line.unique_id] += price
        order = replace(order, invoiced=order.invoiced + price)
        lines = [replace(line, invoiced=line.invoiced + (line == part.line)) for line in lines]

    assert brought == expected
    assert order.remainder == shipping + 1
