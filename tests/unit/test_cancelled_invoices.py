"""A sale invoice is taken back: the worked examples of R38, and what they leave behind."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from settlement.api.transactions.view import settlements_view
from settlement.domain.connectors.connector import Mode
from settlement.domain.errors import (
    AlreadyExists,
    InvoiceCancelRefused,
    InvoiceNotFound,
    MoneyCannotMove,
    Refusal,
    StaleVersion,
    WrongStatus,
)
from settlement.domain.events import EventType
from settlement.domain.order.fiscal_record import FiscalRecord
from settlement.domain.order.invoice import InvoiceType
from settlement.domain.order.order import LineMention
from settlement.use_cases.gateway.retrieve_transaction import retrieve_movements
from settlement.use_cases.orders.cancel_invoice import InvoiceCancelRequest, cancel_invoice
from testkit.builders import ACCOUNT, a_new_payment
from testkit.shop import Placed, Shop
from tests.support.books import reconciled
from tests.support.taken_back import figures, invoiced


@pytest.fixture
def shop() -> Shop:
    shop = Shop()
    shop.clock.tick = timedelta(microseconds=1)
    return shop


@pytest.mark.parametrize(
    ("mode", "sales", "cancelled", "expected", "status"),
    [
        (Mode.PARTIAL, (7000,), ("N1",), (0, 0, 7000, 7000, 3000), ("handling", "Settling")),
        (Mode.PARTIAL, (7000, 3000), ("N1",), (3000, 3000, 10000, 7000, 0), ("payment-approved", "Settled")),
        (Mode.PARTIAL, (7000, 3000), ("N2", "N1"), (0, 0, 10000, 10000, 0), ("handling", "Settled")),
        (Mode.TOTAL, (7000,), ("N1",), (0, 0, 10000, 7000, 0), ("handling", "Settled")),
        (Mode.TOTAL, (7000, 3000), ("N2",), (7000, 7000, 10000, 3000, 0), ("payment-approved", "Settled")),
        (Mode.HOLD, (7000,), ("N1",), (0, 0, 0, 0, 10000), ("handling", "Approved")),
        (Mode.HOLD, (7000, 3000), ("N1",), (3000, 3000, 10000, 7000, 0), ("payment-approved", "Settled")),
    ],
)
def test_what_was_paid_for_the_invoice_is_refunded_and_the_order_open_again(
    shop: Shop,
    mode: Mode,
    sales: tuple[int, ...],
    cancelled: tuple[str, ...],
    expected: tuple[int, ...],
    status: tuple[str, str],
) -> None:
    placed = invoiced(shop, *sales, mode=mode)

    for number in cancelled:
        placed.cancel_invoice(number)

    assert figures(placed) == expected
    assert placed.status == status
    assert placed.order.value == 10000
    assert placed.order.invoiced_at is placed.transaction.finished_at is None
    assert reconciled(placed).is_consistent


@pytest.mark.parametrize("mode", [Mode.PARTIAL, Mode.TOTAL, Mode.HOLD])
def test_order_goes_on_with_what_its_payments_hold(shop: Shop, mode: Mode) -> None:
    placed = invoiced(shop, 7000, 3000, mode=mode)
    placed.cancel_invoice("N1")

    with pytest.raises(MoneyCannotMove, match="refunded with a cancelled invoice: 7000 of 7000 is missing"):
        placed.invoice("N3", 7000)
    placed.change("C1", 7000)

    assert figures(placed) == (3000, 3000, 10000, 7000, 0)
    assert placed.status == ("invoiced", "Finished")
    assert reconciled(placed).is_consistent


@pytest.mark.parametrize("mode", [Mode.PARTIAL, Mode.TOTAL])
def test_what_is_not_captured_yet_stays_open_for_the_next_invoice(shop: Shop, mode: Mode) -> None:
    placed = shop.open(mode=mode)
    placed.notify("N1", 7000, type_=InvoiceType.OUTPUT)

    placed.cancel_invoice("N1")

    assert figures(placed) == (0, 0, 0, 0, 10000)
    placed.invoice("N2", 10000)
    assert figures(placed) == (10000, 10000, 10000, 0, 0)
    assert placed.status == ("invoiced", "Finished")


def test_hold_does_not_capture_what_a_cancellation_behind_it_opens_again(shop: Shop) -> None:
    placed = invoiced(shop, 7000, mode=Mode.HOLD)
    placed.notify("N2", 3000, type_=InvoiceType.OUTPUT)

    placed.cancel_invoice("N1")

    assert figures(placed) == (3000, 3000, 0, 0, 10000)
    placed.invoice("N3", 7000)
    assert figures(placed) == (10000, 10000, 10000, 0, 0)


def test_capture_under_way_is_refunded_behind_it(shop: Shop) -> None:
    placed = shop.open()
    shop.provider.delay(lambda: placed.cancel_invoice_only("N1") and None)

    placed.invoice("N1", 7000)

    assert figures(placed) == (0, 0, 7000, 7000, 3000)
    assert placed.moved("settle") == [7000]
    assert placed.moved("refund") == [7000]


def test_capture_of_a_timer_counts_as_paid_for_the_invoice(shop: Shop) -> None:
    placed = shop.open()
    placed.auto_settle()
    placed.invoice("N1", 7000)

    placed.cancel_invoice("N1")

    assert figures(placed) == (0, 0, 10000, 7000, 0)
    placed.invoice("N2", 3000)
    assert placed.moved("settle") == [10000]


def test_refund_takes_the_payment_of_which_less_was_captured(shop: Shop) -> None:
    placed = shop.open(a_new_payment(4000, "partial", "giftCard"), a_new_payment(6000, "partial"))
    placed.invoice("N1", 7000)
    placed.invoice("N2", 3000)

    placed.cancel_invoice("N2")

    assert placed.moved_by_payment("refund") == [(1, 3000)]
    placed.cancel_invoice("N1")
    assert placed.moved_by_payment("refund") == [(1, 3000), (1, 1000), (2, 3000), (2, 3000)]
    assert figures(placed) == (0, 0, 10000, 10000, 0)


@pytest.mark.parametrize(("number", "refunded"), [("N2", 3500), ("N1", 7000)])
def test_interest_goes_with_the_invoice_that_asked_for_it(shop: Shop, number: str, refunded: int) -> None:
    placed = shop.open(a_new_payment(10500, "partial"), value=10000)
    placed.invoice("N1", 7000)
    placed.invoice("N2", 3000)

    placed.cancel_invoice(number)

    assert placed.moved("refund") == [refunded]
    assert placed.transaction.requested == 10500 - refunded
    assert reconciled(placed).is_consistent


def test_order_without_a_standing_sale_can_be_cancelled(shop: Shop) -> None:
    placed = invoiced(shop, 7000)
    with pytest.raises(Refusal):
        placed.cancel()
    placed.cancel_invoice("N1")

    placed.cancel()

    assert placed.status == ("canceled", "Cancelled")
    assert figures(placed) == (0, 0, 7000, 7000, 0)


def test_units_of_the_invoice_are_to_be_invoiced_again(shop: Shop) -> None:
    placed = shop.open()
    first, second = placed.shop.store.lines(ACCOUNT, placed.order_id)[:2]
    placed.invoice("N1", 7000, LineMention(first.id, first.price, 1))
    placed.invoice("N2", 1500, LineMention(second.id, second.price, 1), LineMention(first.id, first.price, 1))
    quantities = [line.invoiced for line in placed.shop.store.lines(ACCOUNT, placed.order_id)]

    placed.cancel_invoice("N1")
    after = [line.invoiced for line in placed.shop.store.lines(ACCOUNT, placed.order_id)]

    assert (quantities[:2], after[:2]) == ([1, 1], [1, 1]), "what did not fit before is that of N2 now"
    placed.cancel_invoice("N2")
    assert [line.invoiced for line in placed.shop.store.lines(ACCOUNT, placed.order_id)][:2] == [0, 0]
    figures(placed)


def test_number_and_history_stay_and_the_number_is_not_taken_again(shop: Shop) -> None:
    placed = invoiced(shop, 7000)
    placed.cancel_invoice("N1", reason="wrong shopper")

    [invoice] = shop.store.invoices(ACCOUNT, placed.order_id)
    assert (invoice.number, invoice.value, invoice.counted, invoice.stands) == ("N1", 7000, 7000, False)
    assert invoice.cancellation is not None
    assert (invoice.cancellation.reason, invoice.cancellation.withdrawn) == ("wrong shopper", 7000)
    with pytest.raises(AlreadyExists, match="needs another number"):
        placed.invoice("N1", 7000)
    [said] = placed.said(EventType.INVOICE_CANCELLED)
    assert said.data["reason"] == "wrong shopper"


def test_repeat_gets_the_first_receipt_and_refunds_nothing(shop: Shop) -> None:
    placed = invoiced(shop, 7000)

    first = placed.cancel_invoice("N1", "K1", "wrong shopper")
    again = placed.cancel_invoice("N1", "K1", "another reason")

    assert (again.receipt, again.date) == (first.receipt, first.date)
    assert again.stands == {"reason": "wrong shopper"}
    assert placed.moved("refund") == [7000]


Act = Callable[[Placed], object]


@pytest.mark.parametrize(
    ("before", "act", "refusal", "says"),
    [
        (None, lambda p: p.cancel_invoice("N9"), InvoiceNotFound, "N9"),
        (lambda p: p.give_back("D1", 100), lambda p: p.cancel_invoice("D1"), InvoiceCancelRefused, "type Input"),
        (lambda p: p.cancel_invoice("N1", "K1"), lambda p: p.cancel_invoice("N1", "K2"), InvoiceCancelRefused, "K1"),
        (lambda p: p.cancel_invoice("N1", "K1"), lambda p: p.cancel_invoice("N2", "K1"), AlreadyExists, "N1"),
        (lambda p: p.give_back("D1", 3001), lambda p: p.cancel_invoice("N1"), InvoiceCancelRefused, "only 3000"),
    ],
)
def test_it_is_refused_with_its_reason_and_nothing_is_written(
    shop: Shop, before: Act | None, act: Act, refusal: type[Refusal], says: str
) -> None:
    placed = invoiced(shop, 7000, 3000)
    if before is not None:
        before(placed)
    written = len(shop.store.commits)

    with pytest.raises(refusal, match=says):
        act(placed)

    assert len(shop.store.commits) == written


def test_it_is_refused_while_units_of_it_are_returned(shop: Shop) -> None:
    placed = shop.open()
    first = placed.shop.store.lines(ACCOUNT, placed.order_id)[0]
    item = LineMention(first.id, first.price, 1)
    placed.invoice("N1", 5000, item)
    placed.invoice("N2", 5000)
    placed.notify("D1", 1000, item, type_=InvoiceType.INPUT)
    placed.run()

    with pytest.raises(InvoiceCancelRefused, match=f"1 of item {first.id} are returned"):
        placed.cancel_invoice("N1")
    placed.cancel_invoice("N2")


def test_it_is_refused_on_another_version_and_on_a_cancelled_order(shop: Shop) -> None:
    placed = invoiced(shop, 7000)
    with pytest.raises(StaleVersion):
        cancel_invoice(shop.ports, ACCOUNT, placed.order_id, InvoiceCancelRequest("N1", "mistake", "K1"), 1)
    placed.invoice("N2", 1000)
    placed.cancel_invoice("N1")
    placed.cancel_invoice("N2")
    placed.cancel()
    with pytest.raises(WrongStatus, match="is canceled"):
        placed.cancel_invoice("N1", "another")


def test_it_is_refused_while_the_document_of_a_return_names_it(shop: Shop) -> None:
    placed = shop.open()
    placed.invoice("N1", 5000, key="35")
    placed.invoice("N2", 5000, key="36")
    placed.give_back("D1", 1000)
    before = shop.store.invoice(ACCOUNT, placed.order_id, "D1")
    assert before is not None
    named = replace(before, fiscal=FiscalRecord(references=("35",)))
    shop.store.things[next(key for key, thing in shop.store.things.items() if thing == before)] = named

    with pytest.raises(InvoiceCancelRefused, match="return D1 rests on invoice N1"):
        placed.cancel_invoice("N1")
    placed.cancel_invoice("N2")


@pytest.mark.parametrize(
    ("mode", "discount", "refunded", "left"),
    [
        (Mode.PARTIAL, 3000, [7000, 500], (0, 0, 7500, 7500, 0)),
        (Mode.TOTAL, 3000, [3000, 7500], (0, 0, 10500, 10500, 0)),
        (Mode.HOLD, 3000, [7500], (0, 0, 7500, 7500, 0)),
    ],
)
def test_interest_that_a_change_asked_for_goes_with_the_invoice_that_it_completed(
    shop: Shop, mode: Mode, discount: int, refunded: list[int], left: tuple[int, ...]
) -> None:
    placed = shop.open(a_new_payment(10500, mode.value), value=10000)
    placed.invoice("N1", 7000)
    placed.change("C1", discount)
    assert placed.transaction.requested == 7500

    placed.cancel_invoice("N1")

    assert (figures(placed), placed.moved("refund")) == (left, refunded)
    assert placed.status == ("handling", "Settled")
    [invoice] = shop.store.invoices(ACCOUNT, placed.order_id)
    assert invoice.cancellation is not None
    assert invoice.cancellation.withdrawn == 7500
    assert reconciled(placed).is_consistent
    shown = settlements_view(retrieve_movements(shop.store, ACCOUNT, placed.transaction_id), {}, {})
    assert [(entry["value"], entry["withdrawnValue"]) for entry in shown["requests"]] == [(7000, 7000), (500, 500)]


def test_sale_beside_the_cancelled_one_keeps_its_request_and_the_next_completion_asks_for_the_interest(
    shop: Shop,
) -> None:
    placed = shop.open(a_new_payment(10500, "hold"), value=10000)
    placed.invoice("N1", 4000)
    placed.notify("N2", 3000, type_=InvoiceType.OUTPUT)
    placed.register("C1", 3000)

    placed.cancel_invoice("N1")

    assert figures(placed) == (3000, 3000, 0, 0, 7500)
    placed.change("C2", 4000)
    assert figures(placed) == (3000, 3500, 3500, 0, 0)
    assert placed.status == ("invoiced", "Finished")
    placed.cancel_invoice("N2")
    assert figures(placed) == (0, 0, 3500, 3500, 0)
    assert reconciled(placed).is_consistent


def test_interest_of_a_change_whose_capture_failed_is_asked_for_no_more(shop: Shop) -> None:
    placed = shop.open(a_new_payment(10500, "partial"), value=10000)
    placed.invoice("N1", 7000)
    shop.provider.script("settle", "400")
    placed.change("C1", 3000)
    assert placed.order.in_error

    placed.cancel_invoice("N1")

    assert figures(placed) == (0, 0, 7000, 7000, 500)
    assert not placed.order.in_error
    assert reconciled(placed).is_consistent


def test_stand_alone_invoice_leaves_the_change_s_request_alone(shop: Shop) -> None:
    placed = shop.open(a_new_payment(10500, "partial"), value=10000)
    placed.invoice("N1", 7000)
    placed.change("C1", 3000)
    placed.invoice("N2", 100)

    placed.cancel_invoice("N2")

    assert figures(placed) == (7000, 7500, 7500, 0, 0)
    assert placed.status == ("invoiced", "Finished")
