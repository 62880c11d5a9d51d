"""The order's own gates, and the lines that invoices and changes mean (R8, R10, R16, R18, C§2.3)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from settlement.domain.errors import (
    CancelRefused,
    ChangeRefused,
    InvalidRequest,
    ItemAlreadyInvoiced,
    ItemNotFound,
    OverInvoiced,
    ReturnTooLarge,
    WrongStatus,
)
from settlement.domain.order.order import (
    MAX_CHANGES,
    MAX_INVOICES,
    Line,
    LineMention,
    invoice_lines,
    remove_from_lines,
)
from settlement.domain.transaction.request_ids import request_id
from settlement.use_cases.orders.order_ids import new_order_id, order_group
from testkit.builders import NOON, a_line, an_order, item

values = st.integers(1, 20000)


@given(values, st.integers(0, 10000))
def test_r18_what_counts_never_exceeds_the_remainder(value: int, invoiced: int) -> None:
    counted = an_order(invoiced=invoiced).require_output_invoice(value, strict=False)

    assert 0 <= counted <= 10000 - invoiced
    assert counted in (value, 10000 - invoiced)


@given(values, st.integers(0, 10000))
def test_r18_strict_invoices_refuse_exactly_what_would_be_cut(value: int, invoiced: int) -> None:
    order = an_order(invoiced=invoiced)

    if value > order.remainder:
        with pytest.raises(OverInvoiced):
            order.require_output_invoice(value, strict=True)
    else:
        assert order.require_output_invoice(value, strict=True) == value


@given(values, st.integers(0, 10000), st.integers(0, 10000))
def test_r16_returns_never_exceed_what_was_invoiced(value: int, invoiced: int, returned: int) -> None:
    order = an_order(invoiced=invoiced, returned=min(returned, invoiced))

    if value > order.invoiced - order.returned:
        with pytest.raises(ReturnTooLarge):
            order.require_input_invoice(value)
    else:
        order.require_input_invoice(value)


@given(st.integers(-20000, 20000), st.integers(0, 9999))
def test_r10_change_leaves_more_than_nothing_and_at_least_what_is_invoiced(net: int, invoiced: int) -> None:
    order = an_order(invoiced=invoiced)
    allowed = order.value + net > 0 and order.value + net >= invoiced

    if allowed:
        order.require_change(net)
    else:
        with pytest.raises(ChangeRefused):
            order.require_change(net)


@pytest.mark.parametrize("value", [0, -1])
def test_r31_invoice_of_nothing_is_refused(value: int) -> None:
    with pytest.raises(InvalidRequest):
        an_order().require_output_invoice(value, strict=False)
    with pytest.raises(InvalidRequest):
        an_order(invoiced=10000).require_input_invoice(value)


def test_thousandth_invoice_is_the_last() -> None:
    an_order(invoices=MAX_INVOICES - 1).require_output_invoice(1, strict=False)
    with pytest.raises(InvalidRequest):
        an_order(invoices=MAX_INVOICES).require_output_invoice(1, strict=False)
    with pytest.raises(InvalidRequest):
        an_order(invoices=MAX_INVOICES, invoiced=10000).require_input_invoice(1)


def test_r26_fiftieth_change_is_the_last() -> None:
    an_order(changes=MAX_CHANGES - 1).require_change(-1)
    with pytest.raises(ChangeRefused):
        an_order(changes=MAX_CHANGES).require_change(-1)


@pytest.mark.parametrize(
    "order", [an_order(started_at=None), an_order(cancelled_at=NOON)], ids=["not-started", "cancelled"]
)
def test_invoice_and_change_need_a_started_order_that_is_not_cancelled(order: object) -> None:
    assert isinstance(order, type(an_order()))
    with pytest.raises(WrongStatus):
        order.require_output_invoice(1, strict=False)
    with pytest.raises(WrongStatus):
        order.require_input_invoice(1)
    with pytest.raises(WrongStatus):
        order.require_change(-1)


def test_r10_invoiced_order_takes_no_change() -> None:
    with pytest.raises(WrongStatus):
        an_order(invoiced=10000).require_change(1)


def test_r22_order_with_an_invoice_is_not_cancelled() -> None:
    an_order().require_cancel()
    with pytest.raises(CancelRefused):
        an_order(invoiced=1).require_cancel()


DEAR, CHEAP = a_line(0, "A", 2, 5000), a_line(1, "A", 3, 4000)


def booked(lines: list[Line]) -> dict[int, int]:
    """Invoiced quantity by line index."""
    return {line.index: line.invoiced for line in lines}


def test_same_sku_on_two_lines_is_matched_by_price() -> None:
    changed, unplaced = invoice_lines([DEAR, CHEAP], [item("A", 4000, 2)])

    assert (booked(changed), unplaced) == ({1: 2}, [])


def test_same_sku_overflows_to_the_other_line_when_its_price_has_no_room() -> None:
    changed, unplaced = invoice_lines([DEAR, CHEAP], [item("A", 5000, 3)])

    assert (booked(changed), unplaced) == ({0: 2, 1: 1}, [])


def test_line_id_or_index_is_stronger_than_price() -> None:
    by_index, _ = invoice_lines([DEAR, CHEAP], [item("A", 4000, index=0)])
    by_id, _ = invoice_lines([DEAR, CHEAP], [item("A", 4000, unique_id=DEAR.unique_id)])

    assert booked(by_index) == booked(by_id) == {0: 1}


def test_selling_price_matches_as_well() -> None:
    sold = a_line(1, "A", 1, 5000, selling_price=4500)

    changed, _ = invoice_lines([a_line(0, "A", 1, 5000), sold], [item("A", 4500)])

    assert booked(changed) == {1: 1}


def test_two_mentions_of_one_sku_fill_the_lines_one_after_the_other() -> None:
    changed, unplaced = invoice_lines([DEAR, CHEAP], [item("A", 5000, 2), item("A", 5000, 2)])

    assert (booked(changed), unplaced) == ({0: 2, 1: 2}, [])


def test_items_beyond_the_order_are_reported_and_not_refused() -> None:
    changed, unplaced = invoice_lines([DEAR], [item("A", 5000, 3), item("Z", 1)])

    assert booked(changed) == {0: 2}
    assert unplaced == [item("A", 5000, 1), item("Z", 1)]


def test_removal_never_takes_what_is_invoiced() -> None:
    lines = [a_line(0, "A", 2, 5000, invoiced=2), a_line(1, "A", 3, 4000, invoiced=1)]

    [changed] = remove_from_lines(lines, [item("A", 5000, 2)])

    assert (changed.index, changed.quantity, changed.removed) == (1, 1, 2)
    with pytest.raises(ItemAlreadyInvoiced):
        remove_from_lines(lines, [item("A", 5000, 3)])


def test_removal_of_more_than_the_order_has_is_refused() -> None:
    with pytest.raises(ChangeRefused) as refusal:
        remove_from_lines([DEAR, CHEAP], [item("A", 5000, 6)])
    assert refusal.value.published_code == "CHK0023"
    with pytest.raises(ItemNotFound):
        remove_from_lines([DEAR], [item("B", 1)])


@st.composite
def orders_and_mentions(draw: st.DrawFn) -> tuple[list[Line], list[LineMention]]:
    """Lines with repeated SKUs and prices, and mentions of them."""
    skus, prices = st.sampled_from("AB"), st.sampled_from([100, 200])
    lines = []
    for index in range(draw(st.integers(1, 4))):
        quantity = draw(st.integers(1, 5))
        invoiced = draw(st.integers(0, quantity))
        lines.append(a_line(index, draw(skus), quantity, draw(prices), invoiced=invoiced))
    mentions = draw(st.lists(st.builds(item, skus, prices, st.integers(1, 6)), max_size=4))
    return lines, mentions


@given(orders_and_mentions())
def test_booking_loses_no_quantity_and_overfills_no_line(scene: tuple[list[Line], list[LineMention]]) -> None:
    lines, mentions = scene

    changed, unplaced = invoice_lines(lines, mentions)

    after = {line.index: line for line in lines} | {line.index: line for line in changed}
    assert all(0 <= line.invoiced <= line.quantity for line in after.values())
    newly_booked = sum(line.invoiced for line in after.values()) - sum(line.invoiced for line in lines)
    assert newly_booked == sum(m.quantity for m in mentions) - sum(m.quantity for m in unplaced)
    for mention in unplaced:
        assert all(line.pending == 0 for line in after.values() if line.id == mention.id)


@given(orders_and_mentions())
def test_removal_is_whole_or_refused(scene: tuple[list[Line], list[LineMention]]) -> None:
    lines, mentions = scene
    try:
        changed = remove_from_lines(lines, mentions)
    except (ChangeRefused, ItemNotFound, ItemAlreadyInvoiced):
        return

    after = {line.index: line for line in lines} | {line.index: line for line in changed}
    assert all(line.invoiced <= line.quantity for line in after.values())
    removed = sum(line.removed for line in after.values())
    assert removed == sum(mention.quantity for mention in mentions)
    assert removed == sum(line.quantity for line in lines) - sum(line.quantity for line in after.values())


parts = st.tuples(*[st.text(st.characters(codec="ascii", exclude_categories=["C"]), max_size=4)] * 5)


@given(st.lists(parts, max_size=20, unique=True))
def test_different_calls_have_different_request_ids(calls: list[tuple[str, str, str, str, str]]) -> None:
    assert len({request_id(*call) for call in calls}) == len(calls)


def test_same_call_always_has_the_same_request_id() -> None:
    assert request_id("a", "o", "invoice/N1", "P", "settle//0001") == request_id(
        "a", "o", "invoice/N1", "P", "settle//0001"
    )


@pytest.mark.parametrize(
    ("order_id", "group"),
    [("1172452900788-01", "1172452900788"), ("v1-2", "v1-2"), ("ABC", "ABC"), ("-01", "-01"), ("a-b-02", "a-b")],
)
def test_order_group_is_the_id_without_the_seller(order_id: str, group: str) -> None:
    assert order_group(order_id) == group


def test_new_order_ids_have_the_usual_form() -> None:
    ids = {new_order_id() for _ in range(100)}

    assert len(ids) == 100
    assert all(len(id_) == 16 and id_[:13].isdigit() and id_.endswith("-01") for id_ in ids)
