"""R27 and its kin: what happens at the same instant is serialised, and nothing is done twice or lost."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TypeVar

import pytest

from testkit.api import Answer, new_id
from testkit.bodies import Payment, order_body
from testkit.merchant import Figures, Merchant, Moved, cancel, settle

T = TypeVar("T")


def at_once(actions: Sequence[Callable[[], T]]) -> list[T]:
    """Do everything at the same instant; return the results in the order of the actions."""
    start = Barrier(len(actions))

    def act(action: Callable[[], T]) -> T:
        start.wait()
        return action()

    with ThreadPoolExecutor(len(actions)) as pool:
        return list(pool.map(act, actions))


def test_orders_in_parallel_do_not_disturb_each_other(merchant: Merchant) -> None:
    def live() -> Figures:
        order = merchant.place()
        order.invoice("N1", 7000)
        order.change("C1", discount=1000)
        order.invoice("N2", 2000)
        return order.figures()

    assert at_once([live] * 4) == [Figures("invoiced", "Finished", value=9000, invoiced=9000, settled=9000)] * 4


def test_r17_same_invoice_twenty_times_at_once_captures_once(merchant: Merchant) -> None:
    order = merchant.place()

    answers = at_once([lambda: order.notify("N1", 7000)] * 20)
    order.come_to_rest()

    assert [answer.status for answer in answers] == [200] * 20, answers
    assert order.calls() == [settle("70.00")]
    assert order.settlements() == Moved([7000], [7000])
    assert order.figures() == Figures("payment-approved", "Settling", invoiced=7000, settled=7000, open=3000)
    assert order.event_types().count("InvoiceNotified") == 1


def test_r26_same_change_ten_times_at_once_is_made_once(merchant: Merchant) -> None:
    order = merchant.place()

    answers = at_once([lambda: order.register_change("C1", discount=1500)] * 10)
    order.come_to_rest()

    assert [answer.status for answer in answers] == [200] * 10, answers
    assert len({answer.json["receipt"] for answer in answers}) == 1
    assert order.calls() == [cancel("15.00")]
    assert order.figures() == Figures("handling", "Approved", value=8500, open=8500)


def test_different_invoices_at_once_are_all_captured(merchant: Merchant) -> None:
    order = merchant.place()

    answers = at_once([lambda number=number: order.notify(f"N{number}", 1000) for number in range(10)])  # type: ignore[misc]
    order.come_to_rest()

    assert [answer.status for answer in answers] == [200] * 10, answers
    assert order.calls() == [settle("10.00")] * 10
    assert order.figures() == Figures("invoiced", "Finished", invoiced=10000, settled=10000)


def test_equal_returns_at_once_are_all_refunded_and_the_cap_holds(merchant: Merchant) -> None:
    order = merchant.place()
    order.invoice("N1", 10000)

    answers = at_once([lambda number=number: order.notify(f"D{number}", 3000, type="Input") for number in range(5)])  # type: ignore[misc]
    order.come_to_rest()

    assert sorted(answer.status for answer in answers) == [200, 200, 200, 400, 400]
    assert order.refunds() == Moved([3000] * 3, [3000] * 3)
    assert order.figures() == Figures("invoiced", "Finished", invoiced=10000, settled=10000, refunded=9000)


@pytest.mark.parametrize("attempt", range(4))
def test_r27_invoice_and_discount_at_once_are_serialised(merchant: Merchant, attempt: int) -> None:
    order = merchant.place()

    change, invoice = at_once([lambda: order.register_change("C1", discount=4000), lambda: order.notify("N1", 10000)])
    order.come_to_rest()

    assert invoice.status == 200
    if change.status == 200:
        assert order.figures() == Figures("invoiced", "Finished", value=6000, invoiced=6000, settled=6000)
    else:
        assert (change.status, change.code) == (409, "OMS003")
        assert order.figures() == Figures("invoiced", "Finished", invoiced=10000, settled=10000)


@pytest.mark.parametrize("attempt", range(3))
def test_invoice_and_cancel_at_once_are_serialised(merchant: Merchant, attempt: int) -> None:
    order = merchant.place()

    cancelling, invoice = at_once([order.request_cancel, lambda: order.notify("N1", 7000)])
    order.come_to_rest()

    if cancelling.status == 200:
        assert (invoice.status, invoice.code) == (409, "OMS003")
        assert order.figures() == Figures("canceled", "Cancelled")
    else:
        assert (cancelling.status, cancelling.code, invoice.status) == (400, "OMS012", 200)
        assert order.figures() == Figures("payment-approved", "Settling", invoiced=7000, settled=7000, open=3000)


def test_same_order_at_once_is_placed_once(merchant: Merchant) -> None:
    payment = Payment()
    body = order_body([payment], orderId=f"{new_id()}-01")

    def place() -> Answer:
        return merchant.api.post("/api/oms/pvt/orders", body)

    answers = at_once([place] * 5)

    assert [answer.status for answer in answers] == [201] * 5, answers
    assert len({answer.json["transactionId"] for answer in answers}) == 1
    events = merchant.api.read(f"/api/pvt/transactions/{answers[0].json['transactionId']}/interactions")
    assert [event["Type"] for event in events].count("OrderPlaced") == 1


def test_start_handling_at_once_happens_once(merchant: Merchant) -> None:
    order = merchant.place(start=False)

    answers = at_once([lambda: order.api.post(f"{order.path}/start-handling")] * 5)

    assert sorted(answer.status for answer in answers) == [204, 409, 409, 409, 409]
    assert order.event_types().count("HandlingStarted") == 1
