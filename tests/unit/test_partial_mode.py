"""The worked examples in Partial mode, one card of 10000 unless said (R1 to R10, R14, R17 to R21, R23, R26, R28)."""

import pytest

from settlement.domain.errors import (
    ChangeRefused,
    ItemAlreadyInvoiced,
    ItemNotFound,
    MoneyCannotMove,
    WrongStatus,
)
from settlement.domain.events import EventType
from settlement.domain.ledger.ledger import Counters
from settlement.domain.order.invoice import InvoiceType
from testkit.builders import ACCOUNT, a_new_payment, item
from testkit.shop import Shop


def test_r1_partial_invoice_settles_its_value_once(shop: Shop) -> None:
    placed = shop.open()

    placed.invoice("N1", 7000)

    assert placed.requests == [7000]
    assert placed.moved("settle") == [7000]
    assert placed.ledger == Counters(authorised=10000, captured=7000)
    assert placed.ledger.open == 3000


def test_r2_after_a_partial_invoice_the_order_stays_open(shop: Shop) -> None:
    placed = shop.open()

    placed.notify("N1", 7000, type_=InvoiceType.OUTPUT)
    assert placed.status == ("invoice", "Settling")

    placed.run()
    assert placed.status == ("payment-approved", "Settling")
    assert placed.order.remainder == 3000


def test_r3_completing_invoice_finishes_the_transaction_once_the_connector_confirms(shop: Shop) -> None:
    placed = shop.open()
    placed.invoice("N1", 7000)

    placed.notify("N2", 3000, type_=InvoiceType.OUTPUT)
    assert placed.status == ("invoice", "Settling")
    placed.run()

    assert placed.status == ("invoiced", "Finished")
    assert placed.requests == placed.moved("settle") == [7000, 3000]
    assert placed.transaction.finished_at == shop.clock.time


def test_r4_value_is_the_changed_value_and_ends_equal_to_invoiced_and_captured(shop: Shop) -> None:
    placed = shop.open()
    placed.invoice("N1", 7000)
    assert (placed.order.value, placed.order.invoiced, placed.ledger.captured, placed.ledger.open) == (
        10000,
        7000,
        7000,
        3000,
    )

    placed.change("C1", discount=3000)

    assert (placed.order.value, placed.order.invoiced, placed.ledger.net_captured) == (7000, 7000, 7000)


def test_r5_discount_before_settlement_cancels_and_never_refunds(shop: Shop) -> None:
    placed = shop.open()

    placed.change("C1", discount=1500)
    assert placed.order.value == 8500
    placed.invoice("N1", 8500)

    assert (placed.moved("cancel"), placed.moved("settle"), placed.moved("refund")) == ([1500], [8500], [])
    assert placed.status == ("invoiced", "Finished")


def test_r6_discount_after_partial_settlement_cancels_open_value_first(shop: Shop) -> None:
    placed = shop.open()
    placed.invoice("N1", 7000)

    placed.change("C1", discount=1000)
    placed.invoice("N2", 2000)

    assert placed.ledger == Counters(authorised=10000, captured=9000, cancelled=1000)
    assert placed.status == ("invoiced", "Finished")


def test_r7_discount_on_captured_money_is_refunded(shop: Shop) -> None:
    placed = shop.open()
    placed.auto_settle()

    placed.change("C1", discount=1500)
    placed.invoice("N1", 8500)

    assert (placed.moved("settle"), placed.moved("refund")) == ([10000], [1500])
    assert placed.ledger.net_captured == 8500
    assert placed.status == ("invoiced", "Finished")


def test_r7b_discount_after_invoice_and_timer_is_refunded(shop: Shop) -> None:
    placed = shop.open()
    placed.invoice("N1", 7000)
    placed.auto_settle()

    placed.change("C1", discount=1000)
    placed.invoice("N2", 2000)

    assert (placed.moved("settle"), placed.moved("refund")) == ([7000, 3000], [1000])
    assert placed.requests == [7000, 2000]
    assert placed.status == ("invoiced", "Finished")


def test_r8_item_is_removed_with_its_value_after_invoices_that_left_it_out(shop: Shop) -> None:
    placed = shop.open()
    placed.invoice("N1", 7000, item("A", 5000))

    placed.change("C1", discount=1500, items_removed=(item("B", 1500),))
    first = placed.change("C1", discount=1500, items_removed=(item("B", 1500),))
    placed.invoice("N2", 1500, item("B", 1500))

    assert first.receipt == "receipt-C1"
    assert placed.order.value == 8500
    assert (placed.moved("cancel"), placed.moved("settle")) == ([1500], [7000, 1500])
    lines = shop.store.lines(ACCOUNT, placed.order_id)
    assert [(line.quantity, line.invoiced, line.removed) for line in lines] == [(1, 1, 0), (1, 1, 1)]


def test_r8_invoiced_item_is_not_removed(shop: Shop) -> None:
    placed = shop.open()
    placed.invoice("N1", 7000, item("A", 5000))

    with pytest.raises(ItemAlreadyInvoiced) as refusal:
        placed.change("C1", discount=5000 - 2000, items_removed=(item("A", 5000),))

    assert refusal.value.published_code == "SalesOrderSystem046"
    assert (placed.order.value, placed.order.changes, placed.moved("cancel")) == (10000, 0, [])


def test_r8_item_that_is_not_in_the_order_is_not_removed(shop: Shop) -> None:
    placed = shop.open()

    with pytest.raises(ItemNotFound):
        placed.change("C1", discount=10, items_removed=(item("Z", 10),))


def test_r9_discount_equal_to_the_remainder_completes_the_order(shop: Shop) -> None:
    placed = shop.open()
    placed.invoice("N1", 7000)

    placed.change("C1", discount=3000)

    assert placed.moved("cancel") == [3000]
    assert placed.status == ("invoiced", "Finished")
    assert placed.ledger.captured == 7000
    assert placed.order.invoiced_at == shop.clock.time


def test_r10_discount_of_the_whole_value_is_refused(shop: Shop) -> None:
    placed = shop.open()

    with pytest.raises(ChangeRefused):
        placed.change("C1", discount=10000)

    placed.change("C1", discount=9999)
    assert placed.order.value == 1


def test_r10_discount_below_what_is_invoiced_is_refused(shop: Shop) -> None:
    placed = shop.open()
    placed.invoice("N1", 7000)

    with pytest.raises(ChangeRefused):
        placed.change("C1", discount=3001)
    placed.change("C1", discount=3000)
    with pytest.raises(WrongStatus):
        placed.change("C2", discount=1)

    assert placed.order.value == 7000


def test_r21_completing_invoice_settles_the_interest_too(shop: Shop) -> None:
    placed = shop.open(a_new_payment(10500, "partial"))

    placed.invoice("N1", 7000)
    placed.invoice("N2", 3000)

    assert placed.requests == placed.moved("settle") == [7000, 3500]
    assert placed.status == ("invoiced", "Finished")


def test_r21_completing_change_settles_the_interest(shop: Shop) -> None:
    placed = shop.open(a_new_payment(10500, "partial"))
    placed.invoice("N1", 7000)

    placed.change("C1", discount=3000)

    assert (placed.moved("cancel"), placed.moved("settle")) == ([3000], [7000, 500])
    assert placed.requests == [7000, 500]
    assert placed.status == ("invoiced", "Finished")


def test_r21_refund_of_a_change_does_not_leave_interest_behind(shop: Shop) -> None:
    placed = shop.open(a_new_payment(10500, "partial"))
    placed.invoice("N1", 7000)
    placed.auto_settle()

    placed.change("C1", discount=1000)
    placed.invoice("N2", 2000)

    assert placed.moved("refund") == [1000]
    assert placed.requests == [7000, 2500]
    assert placed.status == ("invoiced", "Finished")


def test_r28_timer_settles_what_is_open_without_a_request(shop: Shop) -> None:
    placed = shop.open()
    placed.invoice("N1", 7000)

    placed.auto_settle()

    assert placed.moved("settle") == [7000, 3000]
    assert placed.requests == [7000]
    assert placed.status == ("payment-approved", "Settled")


def test_r28_invoice_of_what_the_timer_settled_calls_no_connector(shop: Shop) -> None:
    placed = shop.open()
    placed.invoice("N1", 7000)
    placed.auto_settle()

    placed.invoice("N2", 3000)

    assert placed.moved("settle") == [7000, 3000]
    assert placed.requests == [7000, 3000]
    assert placed.status == ("invoiced", "Finished")


def test_r28_timer_settles_only_its_own_payment(shop: Shop) -> None:
    placed = shop.open(a_new_payment(4000, "partial"), a_new_payment(6000, "partial"))

    placed.auto_settle(2)
    assert placed.moved_by_payment("settle") == [(2, 6000)]

    placed.invoice("N1", 7000)
    placed.invoice("N2", 3000)
    assert placed.moved_by_payment("settle") == [(2, 6000), (1, 1000), (1, 3000)]
    assert placed.status == ("invoiced", "Finished")


def test_r14_lowest_assigned_payment_settles_first(shop: Shop) -> None:
    placed = shop.open(a_new_payment(6000, "partial"), a_new_payment(4000, "partial"))

    placed.invoice("N1", 7000)
    placed.invoice("N2", 3000)

    assert placed.moved_by_payment("settle") == [(2, 4000), (1, 3000), (1, 3000)]


def test_r14_lowest_assigned_payment_is_cancelled_first(shop: Shop) -> None:
    placed = shop.open(a_new_payment(4000, "partial"), a_new_payment(6000, "partial"))

    placed.change("C1", discount=1500)
    placed.invoice("N1", 8500)

    assert placed.moved_by_payment("cancel") == [(1, 1500)]
    assert placed.moved_by_payment("settle") == [(1, 2500), (2, 6000)]


def test_r23_increment_within_max_value_is_settled_only_with_an_invoice(shop: Shop) -> None:
    shop.provider.headroom = 2000
    placed = shop.open()

    placed.change("C1", increment=1500)
    assert placed.order.value == 11500
    assert placed.moved("settle") == []
    placed.invoice("N1", 11500)

    assert placed.moved("settle") == [11500]
    assert placed.status == ("invoiced", "Finished")


def test_r23_increment_above_max_value_is_refused(shop: Shop) -> None:
    shop.provider.headroom = 2000
    placed = shop.open()

    with pytest.raises(MoneyCannotMove) as refusal:
        placed.change("C1", increment=2500)

    assert refusal.value.published_code == "CHK00342"
    assert placed.order.value == 10000


def test_r23_increment_without_max_value_is_refused(shop: Shop) -> None:
    placed = shop.open()

    with pytest.raises(MoneyCannotMove):
        placed.change("C1", increment=1)


def test_r23_increment_on_a_method_that_cannot_be_raised_is_refused(shop: Shop) -> None:
    shop.provider.headroom = 2000
    placed = shop.open(a_new_payment(10000, "partial", "giftCard"))

    with pytest.raises(MoneyCannotMove):
        placed.change("C1", increment=1)


def test_discount_and_increment_of_one_change_are_netted(shop: Shop) -> None:
    placed = shop.open()

    placed.change("C1", discount=2000, increment=500)

    assert placed.order.value == 8500
    assert placed.moved("cancel") == [1500]


def test_r26_change_takes_effect_once(shop: Shop) -> None:
    placed = shop.open()
    placed.change("C1", discount=1000)

    again = placed.change("C1", discount=2000)

    assert again.receipt == "receipt-C1"
    assert (placed.order.value, placed.moved("cancel")) == (9000, [1000])


def test_r26_fifty_first_change_is_refused(shop: Shop) -> None:
    placed = shop.open()
    for number in range(50):
        placed.change(f"C{number}", discount=1)

    with pytest.raises(ChangeRefused):
        placed.change("C50", discount=1)

    assert placed.order.value == 9950


def test_r30_every_step_is_an_event_and_their_deltas_are_the_ledger(shop: Shop) -> None:
    placed = shop.open()
    placed.invoice("N1", 7000)
    placed.change("C1", discount=1000)
    placed.invoice("N2", 2000)

    types = [event.type for event in placed.events]
    assert types.count(EventType.PAYMENT_SETTLED) == 2
    assert types.count(EventType.PAYMENT_CANCELLED) == 1
    assert types.count(EventType.SETTLEMENT_REQUESTED) == 2
    statuses = [event.data["to"] for event in placed.said(EventType.ORDER_STATUS_CHANGED)]
    assert statuses == [
        "payment-pending",
        "ready-for-handling",
        "handling",
        "invoice",
        "payment-approved",
        "invoice",
        "invoiced",
    ]
    settled = placed.said(EventType.PAYMENT_SETTLED)[0].data
    assert {"requestId", "request", "response", "status", "settleId"} <= settled.keys()


def test_r4_first_approval_is_not_overwritten_by_later_invoices(shop: Shop) -> None:
    placed = shop.open()
    approved_at = placed.transaction.authorised_at
    shop.clock.advance_to(shop.clock.time.replace(hour=20))

    placed.invoice("N1", 7000)

    assert approved_at is not None
    assert placed.transaction.authorised_at == approved_at
