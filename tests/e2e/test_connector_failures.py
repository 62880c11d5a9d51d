"""R24 and R25: a connector that fails, answers in part, drops the connection, hangs, or leaves it to a person."""

from collections.abc import Callable

import pytest

from testkit.bodies import Payment
from testkit.merchant import Figures, Merchant, Moved, PlacedOrder, cancel, refund, settle

Resume = Callable[[PlacedOrder], None]


def _requests(order: PlacedOrder, operation: str) -> list[tuple[str, int | None]]:
    """Request id and status of every call of an operation, repeats included."""
    return [
        (call["requestId"], call["answer"]["status"])
        for call in order.recorded_calls()
        if call["operation"] == operation
    ]


def test_r24_failed_settlement_is_repeated_under_its_request_id(merchant: Merchant) -> None:
    order = merchant.place()
    merchant.script("settlements", "500", "500", payment=order.payment_ids[0])

    order.invoice("N1", 7000)

    requests = _requests(order, "settlements")
    assert [status for _, status in requests] == [500, 500, 200]
    assert len({request_id for request_id, _ in requests}) == 1
    assert order.figures() == Figures("payment-approved", "Settling", invoiced=7000, settled=7000, open=3000)
    assert order.settlements() == Moved([7000], [7000])
    assert order.event_types().count("ConnectorCallUnresolved") == 2


def test_r24_order_waits_in_invoice_until_the_connector_answers(merchant: Merchant, resume: Resume) -> None:
    order = merchant.place()
    merchant.script("settlements", *["500"] * 3, payment=order.payment_ids[0])

    assert order.notify("N1", 10000).status == 200
    order.wait_for_event("OperationWaiting")
    assert order.figures() == Figures("invoice", "Settling", invoiced=10000, open=10000)
    assert order.order()["invoicedDate"] is not None
    assert order.settlements() == Moved([10000], [])
    resume(order)
    order.come_to_rest()

    assert order.figures() == Figures("invoiced", "Finished", invoiced=10000, settled=10000)
    assert len({request_id for request_id, _ in _requests(order, "settlements")}) == 1
    assert order.settlements() == Moved([10000], [10000])


def test_r24_what_waits_behind_a_failure_is_taken_and_done_after_it(merchant: Merchant, resume: Resume) -> None:
    order = merchant.place()
    merchant.script("settlements", *["500"] * 3, payment=order.payment_ids[0])
    order.notify("N1", 7000)
    order.wait_for_event("OperationWaiting")

    assert order.register_change("C1", discount=1000).status == 200
    assert order.notify("N2", 2000).status == 200
    assert order.calls() == [settle("70.00")]
    resume(order)
    order.come_to_rest()

    assert order.calls() == [settle("70.00"), cancel("10.00"), settle("20.00")]
    assert order.figures() == Figures("invoiced", "Finished", value=9000, invoiced=9000, settled=9000)


def test_r24_remainder_of_a_partial_answer_is_asked_for_under_a_new_request_id(merchant: Merchant) -> None:
    order = merchant.place()
    merchant.script("settlements", "partial:5000", payment=order.payment_ids[0])

    order.invoice("N1", 7000)

    assert order.calls() == [settle("70.00"), settle("20.00")]
    assert order.settlements() == Moved([7000], [5000, 2000])
    assert order.figures() == Figures("payment-approved", "Settling", invoiced=7000, settled=7000, open=3000)
    order.invoice("N2", 3000)
    order.give_back("D1", 6000)
    assert sorted(order.calls()[3:], key=lambda call: call.value) == [refund("10.00"), refund("50.00")]


@pytest.mark.parametrize(
    ("written", "shown"), [(69.99999999999999, "69.99999999999999"), ("70.00", 'the text "70.00"')]
)
def test_amount_as_software_writes_it_is_taken_at_once_and_told(
    merchant: Merchant, written: object, shown: str
) -> None:
    order = merchant.place()
    merchant.script("settlements", {"value": written}, payment=order.payment_ids[0])

    order.invoice("N1", 7000)

    assert order.calls() == [settle("70.00")]
    assert order.figures() == Figures("payment-approved", "Settling", invoiced=7000, settled=7000, open=3000)
    [line] = [event for event in order.events() if event["Type"] == "AnswerRemarked"]
    assert f"value is {shown}, taken as 70.00 BRL" in line["Message"]


@pytest.mark.parametrize("outcome", ["drop", "hang"])
def test_settlement_without_an_answer_captures_once(merchant: Merchant, outcome: str) -> None:
    order = merchant.place()
    merchant.script("settlements", outcome, payment=order.payment_ids[0])

    order.invoice("N1", 7000)

    requests = _requests(order, "settlements")
    assert len(requests) >= 2
    assert len({request_id for request_id, _ in requests}) == 1
    assert order.figures() == Figures("payment-approved", "Settling", invoiced=7000, settled=7000, open=3000)
    assert order.settlements() == Moved([7000], [7000])


@pytest.mark.parametrize("outcome", ["drop", "500"])
def test_cancellation_without_an_answer_cancels_once(merchant: Merchant, outcome: str) -> None:
    order = merchant.place()
    merchant.script("cancellations", outcome, payment=order.payment_ids[0])

    order.change("C1", discount=1500)

    assert len(_requests(order, "cancellations")) >= 2
    assert order.calls() == [cancel("15.00")]
    assert order.cancellations() == Moved([1500], [1500])
    assert order.figures() == Figures("handling", "Approved", value=8500, open=8500)


@pytest.mark.parametrize("outcomes", [["drop"], ["500", "500"]])
def test_r25_refund_without_an_answer_is_repeated_and_given_once(merchant: Merchant, outcomes: list[str]) -> None:
    order = merchant.place()
    order.invoice("N1", 10000)
    merchant.script("refunds", *outcomes, payment=order.payment_ids[0])

    order.give_back("D1", 1500)

    assert order.calls() == [settle("100.00"), refund("15.00")]
    assert order.refunds() == Moved([1500], [1500])
    assert order.figures() == Figures("invoiced", "Finished", invoiced=10000, settled=10000, refunded=1500)


def test_r25_refund_by_hand_is_told_and_not_counted(merchant: Merchant) -> None:
    order = merchant.place()
    order.invoice("N1", 10000)
    merchant.script("refunds", "501", payment=order.payment_ids[0])

    order.give_back("D1", 1500)

    assert _requests(order, "refunds")[0][1] == 501
    assert len(_requests(order, "refunds")) == 1
    assert order.refunds() == Moved([1500], [1500])
    assert order.action_types("refunds") == ["email-notification"]
    assert order.figures() == Figures("invoiced", "Settling", invoiced=10000, settled=10000, refunded=0)
    assert order.order()["workflowIsInError"] is True
    assert order.transaction()["totalRefunds"] == 0
    assert order.event_types().count("ManualRefundRequired") == 1


def test_r25_partial_refund_is_completed_under_a_new_request_id(merchant: Merchant) -> None:
    order = merchant.place()
    order.invoice("N1", 10000)
    merchant.script("refunds", "partial:500", payment=order.payment_ids[0])

    order.give_back("D1", 1500)

    assert order.refunds() == Moved([1500], [500, 1000])
    assert order.figures() == Figures("invoiced", "Finished", invoiced=10000, settled=10000, refunded=1500)


def test_cancellation_by_hand_is_given_up_and_never_captured(merchant: Merchant) -> None:
    order = merchant.place()
    merchant.script("cancellations", "501", payment=order.payment_ids[0])

    order.change("C1", discount=1500)
    order.invoice("N1", 8500)

    assert order.action_types("cancellations") == ["email-notification"]
    assert order.figures() == Figures("invoiced", "Settling", value=8500, invoiced=8500, settled=8500)
    assert order.order()["workflowIsInError"] is True
    assert order.event_types().count("ManualCancellationRequired") == 1


def test_refused_settlement_fails_and_says_so(merchant: Merchant) -> None:
    order = merchant.place()
    merchant.script("settlements", "400", payment=order.payment_ids[0])

    order.invoice("N1", 7000)

    assert order.settlements() == Moved([7000], [])
    assert order.figures() == Figures("invoice", "Settling", invoiced=7000, open=10000)
    assert order.order()["workflowIsInError"] is True
    failed = next(event for event in order.events() if event["Type"] == "OperationFailed")
    assert "refused" in failed["Data"]["reason"]


def test_one_failing_payment_does_not_make_the_other_pay_twice(merchant: Merchant, resume: Resume) -> None:
    order = merchant.place(Payment(4000, group="giftCard"), Payment(6000))
    merchant.script("settlements", *["500"] * 3, payment=order.payment_ids[0])

    order.notify("N1", 10000)
    order.wait_for_event("OperationWaiting")
    assert order.order()["settledValue"] == 6000
    resume(order)
    order.come_to_rest()

    assert sorted(order.calls(), key=lambda call: call.payment) == [settle("40.00", 1), settle("60.00", 2)]
    assert order.figures() == Figures("invoiced", "Finished", invoiced=10000, settled=10000)
