"""R14, R15, R21 and R23: several payments, interest, and payments that are raised."""

from testkit.bodies import Payment
from testkit.merchant import Figures, Merchant, Moved, cancel, refund, settle


def test_r14_lowest_assigned_payment_is_settled_first(merchant: Merchant) -> None:
    order = merchant.place(Payment(4000), Payment(6000))

    order.invoice("N1", 7000)
    assert sorted(order.calls(), key=lambda call: call.payment) == [settle("40.00", 1), settle("30.00", 2)]
    order.invoice("N2", 3000)

    assert order.figures() == Figures("invoiced", "Finished", invoiced=10000, settled=10000)
    assert order.calls()[2:] == [settle("30.00", 2)]
    assert order.settlements() == Moved([7000, 3000], [4000, 3000, 3000])


def test_r14_total_settles_every_payment_at_the_first_invoice(merchant: Merchant) -> None:
    order = merchant.place(Payment(4000, "sandbox-total"), Payment(6000, "sandbox-total"))

    order.invoice("N1", 7000)
    order.invoice("N2", 3000)

    assert order.figures() == Figures("invoiced", "Finished", invoiced=10000, settled=10000)
    assert sorted(order.calls(), key=lambda call: call.payment) == [settle("40.00", 1), settle("60.00", 2)]
    assert order.settlements() == Moved([7000, 3000], [4000, 6000])


def test_r14_lowest_assigned_payment_is_cancelled_first(merchant: Merchant) -> None:
    order = merchant.place(Payment(4000), Payment(6000))

    order.change("C1", discount=1500)
    order.invoice("N1", 8500)

    assert order.figures() == Figures("invoiced", "Finished", value=8500, invoiced=8500, settled=8500)
    calls = order.calls()
    assert calls[0] == cancel("15.00", 1)
    assert sorted(calls[1:], key=lambda call: call.payment) == [settle("25.00", 1), settle("60.00", 2)]


def test_r15_lowest_settled_payment_is_refunded_first(merchant: Merchant) -> None:
    order = merchant.place(Payment(3000, group="giftCard"), Payment(7000))
    order.invoice("N1", 10000)

    order.give_back("D1", 5000)

    assert order.figures() == Figures("invoiced", "Finished", invoiced=10000, settled=10000, refunded=5000)
    assert sorted(order.calls()[2:], key=lambda call: call.payment) == [refund("30.00", 1), refund("20.00", 2)]
    assert order.refunds() == Moved([5000], [3000, 2000])


def test_r15_card_is_refunded_first_when_the_account_says_so(other_merchant: Merchant) -> None:
    assert other_merchant.set(refundPriority="card-first")["refundPriority"] == "card-first"
    order = other_merchant.place(Payment(3000, group="giftCard"), Payment(7000))
    order.invoice("N1", 10000)

    order.give_back("D1", 5000)
    assert order.calls()[2:] == [refund("50.00", 2)]
    order.give_back("D2", 3000)

    assert sorted(order.calls()[3:], key=lambda call: -call.payment) == [refund("20.00", 2), refund("10.00", 1)]
    assert order.figures() == Figures("invoiced", "Finished", invoiced=10000, settled=10000, refunded=8000)
    assert order.refunds() == Moved([5000, 3000], [5000, 2000, 1000])


def test_r15_setting_holds_for_every_refund_planned_after_it(other_merchant: Merchant) -> None:
    order = other_merchant.place(Payment(3000, group="giftCard"), Payment(7000))
    order.invoice("N1", 10000)

    other_merchant.set(refundPriority="card-first")
    order.give_back("D1", 1000)
    other_merchant.set(refundPriority="lowest-settled")
    order.give_back("D2", 1000)

    assert order.calls()[2:] == [refund("10.00", 2), refund("10.00", 1)]


def test_refund_names_every_settlement_it_is_taken_from_oldest_first(merchant: Merchant) -> None:
    order = merchant.place()
    order.invoice("N1", 7000)
    order.invoice("N2", 3000)

    order.give_back("D1", 8000)

    settled = [call for call in order.recorded_calls() if call["operation"] == "settlements"]
    refunded = {call["settleId"]: call["value"] for call in order.recorded_calls() if call["operation"] == "refunds"}
    assert refunded == {settled[0]["answer"]["body"]["settleId"]: 70, settled[1]["answer"]["body"]["settleId"]: 10}
    assert order.refunds() == Moved([8000], [7000, 1000])


def test_r21_completing_invoice_settles_the_interest_too(merchant: Merchant) -> None:
    order = merchant.place(Payment(10500), value=10000)
    assert order.figures() == Figures("handling", "Approved", open=10500)

    order.invoice("N1", 7000)
    order.invoice("N2", 3000)

    assert order.figures() == Figures("invoiced", "Finished", invoiced=10000, settled=10500)
    assert order.calls() == [settle("70.00"), settle("35.00")]
    assert order.settlements() == Moved([7000, 3500], [7000, 3500])


def test_r23_increment_within_max_value_is_settled_with_its_invoice(merchant: Merchant) -> None:
    payment = Payment()
    merchant.script("payments", {"maxValue": 120.00}, payment=payment.id)
    order = merchant.place(payment)

    order.change("C1", increment=1500)
    assert order.figures() == Figures("handling", "Approved", value=11500, open=11500)
    assert order.calls() == []
    order.invoice("N1", 11500)

    assert order.figures() == Figures("invoiced", "Finished", value=11500, invoiced=11500, settled=11500)
    assert order.calls() == [settle("115.00")]
    assert order.transaction()["value"] == 11500


def test_r23_increment_above_max_value_is_refused(merchant: Merchant) -> None:
    payment = Payment()
    merchant.script("payments", {"maxValue": 120.00}, payment=payment.id)
    order = merchant.place(payment)

    refused = order.register_change("C1", increment=2500)
    order.change("C1", increment=2000)
    nothing_left = order.register_change("C2", increment=1)

    assert (refused.status, refused.code) == (409, "CHK00342")
    assert "500 of 2500" in refused.message
    assert (nothing_left.status, nothing_left.code) == (409, "CHK00342")
    assert order.figures() == Figures("handling", "Approved", value=12000, open=12000)


def test_r23_payment_without_max_value_cannot_be_raised(merchant: Merchant) -> None:
    order = merchant.place()

    refused = order.register_change("C1", increment=1)

    assert (refused.status, refused.code) == (409, "CHK00342")
    assert order.figures() == Figures("handling", "Approved", open=10000)
