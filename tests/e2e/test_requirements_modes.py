"""R7 and R11 to R13: Total, Hold, mixed connectors, and the flag that is snapshotted."""

from collections.abc import Callable
from typing import Any

from testkit.bodies import Payment
from testkit.merchant import Figures, Merchant, Moved, PlacedOrder, cancel, refund, settle, until

Sweep = Callable[[], Any]


def _let_the_timer_settle(merchant: Merchant, sweep: Sweep, *, invoiced: int) -> PlacedOrder:
    """Place an order that settles by itself after a second, invoice a part before, and let the timer fire."""
    payment = Payment()
    merchant.script("payments", {"delayToAutoSettle": 1}, payment=payment.id)
    order = merchant.place(payment)
    if invoiced:
        order.invoice("N1", invoiced)

    def is_settled() -> bool:
        sweep()
        return bool(order.transaction()["settledValue"] == 10000)

    until(is_settled, "the timer has not settled")
    order.come_to_rest()
    return order


def test_r7_discount_on_money_the_timer_captured_is_refunded(merchant: Merchant, sweep: Sweep) -> None:
    order = _let_the_timer_settle(merchant, sweep, invoiced=0)

    order.change("C1", discount=1500)
    assert order.figures() == Figures("handling", "Settled", value=8500, settled=10000, refunded=1500)
    order.invoice("N1", 8500)

    assert order.figures() == Figures("invoiced", "Finished", value=8500, invoiced=8500, settled=10000, refunded=1500)
    assert order.calls() == [settle("100.00"), refund("15.00")]
    assert order.settlements() == Moved([8500], [10000])
    assert order.refunds() == Moved([1500], [1500])
    assert order.action_types("refunds") == ["online"]


def test_r7b_discount_after_the_timer_captured_the_rest_is_refunded(merchant: Merchant, sweep: Sweep) -> None:
    order = _let_the_timer_settle(merchant, sweep, invoiced=7000)

    order.change("C1", discount=1000)
    order.invoice("N2", 2000)

    assert order.figures() == Figures("invoiced", "Finished", value=9000, invoiced=9000, settled=10000, refunded=1000)
    assert order.calls() == [settle("70.00"), settle("30.00"), refund("10.00")]
    assert order.settlements() == Moved([7000, 2000], [7000, 3000])
    assert order.refunds() == Moved([1000], [1000])


def test_r28_timer_settles_what_is_open_without_a_request(merchant: Merchant, sweep: Sweep) -> None:
    order = _let_the_timer_settle(merchant, sweep, invoiced=7000)

    assert order.figures() == Figures("payment-approved", "Settled", invoiced=7000, settled=10000)
    assert order.settlements() == Moved([7000], [7000, 3000])
    assert order.action_types("settlements") == ["upon-request", "auto-settlement"]
    sweep()
    order.invoice("N2", 3000)

    assert order.figures() == Figures("invoiced", "Finished", invoiced=10000, settled=10000)
    assert order.calls() == [settle("70.00"), settle("30.00")]
    assert order.settlements() == Moved([7000, 3000], [7000, 3000])


def test_order_cancelled_after_the_timer_captured_is_refunded_whole(merchant: Merchant, sweep: Sweep) -> None:
    order = _let_the_timer_settle(merchant, sweep, invoiced=0)

    order.cancel()

    assert order.figures() == Figures("canceled", "Cancelled", settled=10000, refunded=10000)
    assert order.calls() == [settle("100.00"), refund("100.00")]


def test_r11_total_settles_all_at_the_first_invoice(merchant: Merchant) -> None:
    order = merchant.place(Payment(connector="sandbox-total"))

    order.invoice("N1", 7000)
    assert order.figures() == Figures("payment-approved", "Settled", invoiced=7000, settled=10000)
    order.invoice("N2", 3000)

    assert order.figures() == Figures("invoiced", "Finished", invoiced=10000, settled=10000)
    assert order.calls() == [settle("100.00")]
    assert order.settlements() == Moved([7000, 3000], [10000])


def test_r11_legacy_connector_settles_all_at_the_first_invoice(merchant: Merchant) -> None:
    order = merchant.place(Payment(connector="sandbox-legacy"))

    order.invoice("N1", 7000)
    order.invoice("N2", 3000)

    assert order.figures() == Figures("invoiced", "Finished", invoiced=10000, settled=10000)
    assert order.calls() == [settle("100.00")]


def test_r11b_total_refunds_a_discount_after_the_whole_was_settled(merchant: Merchant) -> None:
    order = merchant.place(Payment(connector="sandbox-total"))

    order.invoice("N1", 3000)
    order.change("C1", discount=4000)
    order.invoice("N2", 3000)

    assert order.figures() == Figures("invoiced", "Finished", value=6000, invoiced=6000, settled=10000, refunded=4000)
    assert order.calls() == [settle("100.00"), refund("40.00")]
    assert order.refunds() == Moved([4000], [4000])


def test_r11c_discount_is_refused_without_partial_refund(merchant: Merchant) -> None:
    order = merchant.place(Payment(connector="sandbox-no-refund"))
    order.invoice("N1", 3000)

    refused = order.register_change("C1", discount=4000)

    assert (refused.status, refused.code) == (409, "CHK0096")
    assert order.figures() == Figures("payment-approved", "Settled", invoiced=3000, settled=10000)
    assert order.calls() == [settle("100.00")]
    assert order.refunds() == order.cancellations() == Moved()
    assert "OrderChanged" not in order.event_types()


def test_r11d_total_settles_what_a_discount_left(merchant: Merchant) -> None:
    order = merchant.place(Payment(connector="sandbox-total"))

    order.change("C1", discount=2000)
    order.invoice("N1", 8000)

    assert order.figures() == Figures("invoiced", "Finished", value=8000, invoiced=8000, settled=8000)
    assert order.calls() == [settle("80.00")]
    assert order.cancellations() == Moved([2000], [])


def test_r12_hold_settles_once_when_requests_reach_the_total(merchant: Merchant) -> None:
    order = merchant.place(Payment(connector="sandbox-hold"))

    order.invoice("N1", 7000)
    assert order.figures() == Figures("payment-approved", "Settling", invoiced=7000, open=10000)
    assert order.settlements() == Moved([7000], [])
    order.invoice("N2", 3000)

    assert order.figures() == Figures("invoiced", "Finished", invoiced=10000, settled=10000)
    assert order.calls() == [settle("100.00")]
    assert order.settlements() == Moved([7000, 3000], [10000])


def test_r12_hold_settles_what_a_discount_left(merchant: Merchant) -> None:
    order = merchant.place(Payment(connector="sandbox-hold"))

    order.change("C1", discount=2000)
    order.invoice("N1", 8000)

    assert order.figures() == Figures("invoiced", "Finished", value=8000, invoiced=8000, settled=8000)
    assert order.calls() == [settle("80.00")]


def test_r12_hold_completes_on_a_change(merchant: Merchant) -> None:
    order = merchant.place(Payment(connector="sandbox-hold"))

    order.invoice("N1", 7000)
    order.change("C1", discount=3000)

    assert order.figures() == Figures("invoiced", "Finished", value=7000, invoiced=7000, settled=7000)
    assert order.calls() == [settle("70.00")]
    assert order.cancellations() == Moved([3000], [])


def test_r13_mixed_modes_run_in_total(merchant: Merchant) -> None:
    order = merchant.place(Payment(6000), Payment(4000, "sandbox-hold", "giftCard"))

    order.invoice("N1", 7000)

    assert order.transaction()["processingMode"] == "total"
    assert sorted(order.calls(), key=lambda call: call.payment) == [settle("60.00", 1), settle("40.00", 2)]
    assert order.figures() == Figures("payment-approved", "Settled", invoiced=7000, settled=10000)


def test_r13_flag_is_snapshotted_when_the_order_is_placed(other_merchant: Merchant) -> None:
    before = other_merchant.place()
    assert other_merchant.set(partialSettlement=False)["partialSettlement"] is False
    after = other_merchant.place()

    before.invoice("N1", 7000)
    after.invoice("N1", 7000)

    assert (before.transaction()["processingMode"], after.transaction()["processingMode"]) == ("partial", "total")
    assert (before.calls(), after.calls()) == ([settle("70.00")], [settle("100.00")])


def test_r13_mode_is_shown_on_the_transaction(merchant: Merchant) -> None:
    modes = {}
    for connector in ("sandbox", "sandbox-total", "sandbox-hold", "sandbox-legacy", "sandbox-no-refund"):
        transaction = merchant.place(Payment(connector=connector), start=False).transaction()
        fields = {field["name"]: field["value"] for field in transaction["fields"]}
        modes[connector] = (transaction["processingMode"], fields["retainPartialSettlements"])

    assert modes == {
        "sandbox": ("partial", "False"),
        "sandbox-total": ("total", "False"),
        "sandbox-hold": ("hold", "True"),
        "sandbox-legacy": ("total", "False"),
        "sandbox-no-refund": ("total", "False"),
    }


def test_total_tells_the_connector_of_a_payment_cancelled_whole(merchant: Merchant) -> None:
    order = merchant.place(Payment(4000, "sandbox-total"), Payment(6000, "sandbox-total"))

    order.change("C1", discount=1000)
    assert order.calls() == []
    order.change("C2", discount=3000)
    order.invoice("N1", 6000)

    assert order.figures() == Figures("invoiced", "Finished", value=6000, invoiced=6000, settled=6000)
    assert order.calls() == [cancel("40.00", 1), settle("60.00", 2)]
    assert order.cancellations() == Moved([1000, 3000], [4000])
