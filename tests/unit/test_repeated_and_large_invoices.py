"""Invoices that are repeated, above what is left, or that do not add up (R17 to R20)."""

import pytest

from settlement.domain.errors import (
    AlreadyExists,
    InvalidRequest,
    OverInvoiced,
)
from settlement.domain.events import EventType
from testkit.builders import ACCOUNT, item
from testkit.shop import Shop


def test_r17_replayed_invoice_gets_a_new_receipt_and_moves_no_money(shop: Shop) -> None:
    placed = shop.open()
    first = placed.invoice("N1", 7000)

    second = placed.invoice("N1", 7000)

    assert second.receipt != first.receipt
    assert placed.moved("settle") == placed.requests == [7000]
    stored = shop.store.invoice(ACCOUNT, placed.order_id, "N1")
    assert stored is not None
    assert (stored.receipt, stored.replays) == (second.receipt, 1)


def test_r17_replay_is_answered_before_any_gate(shop: Shop) -> None:
    placed = shop.open()
    placed.invoice("N1", 10000)
    shop.set(strict_invoices=True)

    assert placed.invoice("N1", 10000).receipt
    assert placed.status == ("invoiced", "Finished")


def test_r17_replay_that_says_something_else_is_warned_about(shop: Shop) -> None:
    placed = shop.open()
    placed.invoice("N1", 7000)

    placed.invoice("N1", 8000)

    assert placed.moved("settle") == [7000]
    [warning] = placed.said(EventType.INVOICE_REPLAY_DIFFERED)
    assert (warning.data["storedValue"], warning.data["repeatedValue"]) == (7000, 8000)


def test_r17_replay_that_says_something_else_is_refused_under_strict_invoices(shop: Shop) -> None:
    placed = shop.open()
    placed.invoice("N1", 7000)
    shop.set(strict_invoices=True)

    with pytest.raises(AlreadyExists):
        placed.invoice("N1", 8000)
    assert placed.invoice("N1", 7000)


def test_r17_number_of_a_sale_is_not_taken_for_a_return(shop: Shop) -> None:
    placed = shop.open()
    placed.invoice("N1", 10000)

    with pytest.raises(InvalidRequest):
        placed.give_back("N1", 1000)


def test_r18_invoice_above_the_remainder_settles_only_the_remainder(shop: Shop) -> None:
    placed = shop.open()
    placed.invoice("N1", 7000)

    placed.invoice("N2", 3500)
    placed.invoice("N3", 100)

    assert placed.moved("settle") == placed.requests == [7000, 3000]
    assert placed.status == ("invoiced", "Finished")
    stored = shop.store.invoices(ACCOUNT, placed.order_id)
    assert [(invoice.value, invoice.counted) for invoice in stored] == [(7000, 7000), (3500, 3000), (100, 0)]


def test_r18_invoice_above_the_remainder_is_refused_under_strict_invoices(shop: Shop) -> None:
    shop.set(strict_invoices=True)
    placed = shop.open()
    placed.invoice("N1", 7000)

    with pytest.raises(OverInvoiced):
        placed.invoice("N2", 3500)
    placed.invoice("N2", 3000)

    assert placed.status == ("invoiced", "Finished")


def test_r19_items_that_do_not_add_up_are_warned_about_and_the_value_counts(shop: Shop) -> None:
    placed = shop.open(value=9000)

    placed.invoice("N1", 7000, item("A", 5000), extra_value=2000)
    placed.invoice("N2", 2000, item("B", 1500, 2))

    first, second = placed.said(EventType.INVOICE_NOTIFIED)
    assert "itemsValue" not in first.data
    assert second.data["itemsValue"] == 3000
    assert placed.moved("settle") == [7000, 2000]
    assert placed.status == ("invoiced", "Finished")


def test_r20_thirds_of_an_order_are_invoiced_to_the_last_cent(shop: Shop) -> None:
    placed = shop.open()

    for number, value in enumerate((3334, 3333, 3333)):
        placed.invoice(f"N{number}", value)

    assert placed.moved("settle") == [3334, 3333, 3333]
    assert placed.status == ("invoiced", "Finished")
