"""What hurt users of comparable systems, one test for each (C§7); what is computed, kept and shown."""

from datetime import timedelta
from decimal import Decimal

import pytest
from pydantic import ValidationError

from settlement.api.invoices.request import InvoiceBody
from settlement.connectors.ppp_amounts import read_amount
from settlement.connectors.ppp_outcomes import SETTLEMENT, Asked, movement_outcome
from settlement.domain.connectors.connector_calls import Done
from settlement.domain.connectors.exchange import Exchange
from settlement.domain.errors import ItemAlreadyInvoiced, ReturnTooLarge
from settlement.domain.events import EventType
from settlement.domain.money import to_major
from settlement.domain.order.invoice import InvoiceType
from settlement.domain.order.left_to_invoice import left_to_invoice
from settlement.domain.order.order import LineMention, OrderTotal
from settlement.domain.transaction.leg import LegState
from settlement.use_cases.orders.place_order import NewLine
from settlement.use_cases.orders.retrieve_order import retrieve_order
from settlement.use_cases.workflow.execute_leg import LegTask, execute_leg
from testkit.builders import ACCOUNT, a_new_payment, item
from testkit.shop import Placed, Shop
from testkit.workflow import CALLBACK_BASE
from tests.support.modifications import FAILS, items, modify, one, quantities

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def twice_the_same_sku(shop: Shop) -> Placed:
    """A at 6000 and, on a line of its own, two A at 1000; freight 2000."""
    lines = (
        NewLine("A", "Shoe", 1, 6000, 6000, unique_id="dear"),
        NewLine("A", "Shoe", 2, 1000, 1000, unique_id="cheap"),
    )
    return shop.open(lines=lines)


def returned(placed: Placed, number: str, value: int, *goods: LineMention) -> None:
    """Notify a return that names its goods, and run its workflow."""
    placed.notify(number, value, *goods, type_=InvoiceType.INPUT)
    placed.run()


def test_ki_698005_amounts_are_exact_where_floats_are_not() -> None:
    assert (to_major(4599, "BRL"), read_amount(Decimal("45.99"), "BRL").minor_units) == (Decimal("45.99"), 4599)
    assert 0.29 * 100 != 29
    assert read_amount(Decimal("0.29"), "BRL").minor_units == 29
    with pytest.raises(ValueError, match="more decimals"):
        read_amount(Decimal("45.989"), "BRL")


def test_ki_698005_split_over_payments_loses_no_cent(shop: Shop) -> None:
    placed = shop.open(*[a_new_payment(3333, "partial")] * 2, a_new_payment(3334, "partial"))

    for number, value in enumerate((4599, 1, 5400)):
        placed.invoice(f"N{number}", value)

    assert sum(placed.moved("settle")) == 10000
    assert placed.status == ("invoiced", "Finished")


def test_ki_605517_order_with_a_discount_its_quantity_does_not_divide_can_be_closed(shop: Shop) -> None:
    totals = (OrderTotal("Items", 68), OrderTotal("Discounts", -3))
    placed = shop.open(value=65, lines=(NewLine("A", "Clip", 4, 17, 17),), totals=totals)

    for number in range(4):
        left = left_to_invoice(placed.order, shop.store.lines(ACCOUNT, placed.order_id), 1)
        price = left.lines[0].unit_prices[0].value
        placed.invoice(f"N{number}", price, item("A", price))

    assert placed.moved("settle") == [17, 16, 16, 16]
    assert placed.status == ("invoiced", "Finished")


def test_ki_1008459_same_sku_at_two_prices_is_invoiced_on_the_line_of_its_price(shop: Shop) -> None:
    placed = twice_the_same_sku(shop)

    placed.invoice("N1", 2000, item("A", 1000, 2))

    assert quantities(placed) == [("A", 1, 0, 1), ("A", 2, 0, 0)]


def test_ki_1219914_same_sku_is_removed_from_the_line_that_is_named(shop: Shop) -> None:
    placed = twice_the_same_sku(shop)
    placed.invoice("N1", 6000, item("A", 6000, unique_id="dear"))

    with pytest.raises(ItemAlreadyInvoiced):
        placed.change("C1", discount=1000, items_removed=(item("A", 6000, unique_id="dear"),))
    placed.change("C1", discount=1000, items_removed=(item("A", 1000, unique_id="cheap"),))

    assert quantities(placed) == [("A", 1, 0, 0), ("A", 1, 1, 1)]


def test_ki_1198829_return_of_a_sku_on_two_lines_is_refunded_and_booked_by_line(shop: Shop) -> None:
    placed = twice_the_same_sku(shop)
    placed.invoice("N1", 10000, item("A", 6000), item("A", 1000, 2))

    returned(placed, "D1", 1000, item("A", 1000))
    returned(placed, "D2", 6000, item("A", 6000, unique_id="dear"))

    assert placed.moved("refund") == [1000, 6000]
    assert [line.returned for line in shop.store.lines(ACCOUNT, placed.order_id)] == [1, 1]


def test_ki_930491_return_takes_nothing_from_what_can_be_sold(shop: Shop) -> None:
    placed = shop.open()
    placed.invoice("N1", 7000)

    placed.give_back("D1", 7000)
    placed.invoice("N2", 3000)

    assert placed.status == ("invoiced", "Finished")
    assert placed.moved("settle") == [7000, 3000]


def test_ki_1351358_refund_of_a_change_does_not_use_up_what_can_be_returned(shop: Shop) -> None:
    placed = shop.open()
    placed.auto_settle()
    placed.change("C1", discount=4000)
    placed.invoice("N1", 6000)

    placed.give_back("D1", 6000)

    assert placed.moved("refund") == [4000, 6000]
    with pytest.raises(ReturnTooLarge):
        placed.give_back("D2", 1)


def test_ki_1380918_replayed_return_does_not_use_up_what_can_be_returned(shop: Shop) -> None:
    placed = shop.open()
    placed.invoice("N1", 10000)

    for _ in range(3):
        placed.give_back("D1", 5000)
    placed.give_back("D2", 5000)

    assert placed.moved("refund") == [5000, 5000]


def test_ki_1409506_return_is_measured_by_what_was_accepted_not_by_what_was_refunded_so_far(shop: Shop) -> None:
    placed = shop.open()
    placed.invoice("N1", 10000)
    shop.provider.script("refund", *FAILS)

    placed.give_back("D1", 6000)
    assert placed.moved("refund") == []
    with pytest.raises(ReturnTooLarge):
        placed.give_back("D2", 6000)
    placed.rest()

    assert placed.moved("refund") == [6000]


def test_ki_1130035_order_paid_with_interest_finishes(shop: Shop) -> None:
    placed = shop.open(a_new_payment(10500, "partial"))

    placed.invoice("N1", 7000)
    placed.invoice("N2", 3000)

    assert (placed.requests, placed.moved("settle")) == ([7000, 3500], [7000, 3500])
    assert placed.status == ("invoiced", "Finished")


def test_ki_376077_return_above_what_was_invoiced_is_refused_with_the_limit(shop: Shop) -> None:
    placed = shop.open(a_new_payment(10500, "partial"))
    placed.invoice("N1", 10000)

    with pytest.raises(ReturnTooLarge, match="Unable to using the restitution Refund more than 10000"):
        placed.give_back("D1", 10001)

    placed.give_back("D1", 10000)
    assert placed.moved("refund") == [10000]


@pytest.mark.parametrize("number", ["A/1", "A 1", "#1", "", " ", "A\n1", "NÂ1", "x" * 101, "..%2F", None, 7.5, -7])
def test_ki_631970_odd_invoice_number_is_refused_at_the_door(number: object) -> None:
    body = {"type": "Output", "issuanceDate": "2026-03-02", "invoiceValue": 100, "items": []}

    with pytest.raises(ValidationError):
        InvoiceBody.model_validate(body | {"invoiceNumber": number})


@pytest.mark.parametrize("number", ["000123", "NF-1.2_b", " 42 "])
def test_ki_953285_usual_invoice_number_is_taken_and_trimmed(number: str) -> None:
    body = {"type": "Output", "issuanceDate": "2026-03-02", "invoiceValue": 100, "items": [], "invoiceNumber": number}

    assert InvoiceBody.model_validate(body).invoice_number == number.strip()


def test_ki_1053010_missing_delay_means_four_days_and_is_known_beforehand(shop: Shop) -> None:
    shop.provider.delay_to_auto_settle_seconds = None
    placed = shop.open()
    [payment] = placed.payments

    assert payment.auto_settle_at == shop.clock.time + 4 * DAY


def test_ki_1338614_new_delay_to_cancel_starts_no_second_plan(shop: Shop) -> None:
    shop.provider.delay_to_cancel_seconds = 86_400
    shop.provider.usually("authorise", "undefined")
    placed = shop.place().run()
    shop.provider.delay_to_cancel_seconds = 600

    shop.pass_time(DAY - HOUR)
    assert placed.status == ("payment-pending", "Authorizing")
    shop.provider.usually("authorise", "ok")
    shop.pass_time(2 * HOUR)

    assert placed.status == ("ready-for-handling", "Approved")


@pytest.mark.parametrize("status", [200, 400, 409, 500])
def test_ki_760458_settlement_that_is_already_done_is_done(status: int) -> None:
    asked = Asked(SETTLEMENT, "P1", "request-1", 7000, "BRL")
    body = b'{"settleId": null, "value": 0, "code": "already-settled"}'

    outcome = movement_outcome(asked, status, body, Exchange("", status, "", 0))

    assert isinstance(outcome, Done)
    assert outcome.value == 7000


def test_ki_760458_leg_that_is_posted_is_not_asked_for_again(shop: Shop) -> None:
    placed = shop.open()
    placed.invoice("N1", 7000)
    [leg] = placed.legs[1:]
    call = LegTask(ACCOUNT, placed.transaction_id, leg.operation, leg.number, shop.clock.time)
    ledger, calls = placed.ledger, len(shop.provider.calls)

    state = execute_leg(shop.ports, shop.provider, call, CALLBACK_BASE)

    assert (state, placed.ledger, len(shop.provider.calls)) == (LegState.POSTED.value, ledger, calls)


def test_partial_invoice_leaves_the_date_of_the_first_approval(shop: Shop) -> None:
    """Revenue was billed twice."""
    placed = shop.open()
    approved_at = placed.transaction.authorised_at

    shop.pass_time(HOUR)
    placed.invoice("N1", 7000)
    shop.pass_time(HOUR)
    placed.invoice("N2", 3000)

    assert placed.transaction.authorised_at == approved_at
    assert len(placed.said(EventType.PAYMENT_AUTHORISED)) == 1


def test_ki_784171_removed_items_are_offered_neither_for_invoices_nor_for_returns(shop: Shop) -> None:
    placed = shop.open()
    modify(placed, remove=items(one("B")))
    assert quantities(placed)[1] == ("B", 1, 1, 1)

    placed.invoice("N1", 8500, item("A", 5000), item("B", 1500, 2))

    [notified] = placed.said(EventType.INVOICE_NOTIFIED)
    assert notified.data["itemsBeyondOrder"] == ["1 x B"]
    returned(placed, "D1", 3000, item("B", 1500, 2))
    [_, socks] = retrieve_order(shop.store, ACCOUNT, placed.order_id).lines
    assert (socks.quantity, socks.invoiced, socks.returned) == (1, 1, 1)
