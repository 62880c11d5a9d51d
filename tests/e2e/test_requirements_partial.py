"""R1 to R10: invoices and changes of one payment in Partial mode."""

import pytest

from testkit.bodies import TWO_B, A, B
from testkit.merchant import Figures, Merchant, Moved, cancel, settle


def test_r1_partial_invoice_settles_exactly_its_value(merchant: Merchant) -> None:
    order = merchant.place()

    order.invoice("N1", 7000)

    assert order.settlements() == Moved([7000], [7000])
    assert order.action_types("settlements") == ["upon-request"]
    assert order.calls() == [settle("70.00")]
    assert order.event_types().count("SettlementRequested") == 1
    assert order.event_types().count("PaymentSettled") == 1


def test_r2_order_stays_open_after_a_partial_invoice(merchant: Merchant) -> None:
    order = merchant.place()
    assert order.figures() == Figures("handling", "Approved", open=10000)

    order.invoice("N1", 7000)

    assert order.figures() == Figures("payment-approved", "Settling", invoiced=7000, settled=7000, open=3000)
    assert order.order()["invoicedDate"] is None
    assert order.refunds() == order.cancellations() == Moved()


def test_r3_invoices_that_reach_the_value_finish_order_and_transaction(merchant: Merchant) -> None:
    order = merchant.place()

    order.invoice("N1", 7000)
    order.invoice("N2", 3000)

    assert order.figures() == Figures("invoiced", "Finished", invoiced=10000, settled=10000)
    assert order.settlements() == Moved([7000, 3000], [7000, 3000])
    assert order.calls() == [settle("70.00"), settle("30.00")]
    assert order.order()["invoicedDate"] is not None
    assert order.transaction()["commitmentDate"] is not None


def test_r4_value_is_the_changed_value_and_at_the_end_what_was_captured(merchant: Merchant) -> None:
    order = merchant.place()

    order.invoice("N1", 7000)
    assert order.figures() == Figures("payment-approved", "Settling", invoiced=7000, settled=7000, open=3000)
    order.change("C1", discount=3000)

    assert order.figures() == Figures("invoiced", "Finished", value=7000, invoiced=7000, settled=7000)


def test_r5_discount_before_settlement_lowers_what_is_settled(merchant: Merchant) -> None:
    order = merchant.place()

    order.change("C1", discount=1500)
    assert order.figures() == Figures("handling", "Approved", value=8500, open=8500)
    order.invoice("N1", 8500)

    assert order.figures() == Figures("invoiced", "Finished", value=8500, invoiced=8500, settled=8500)
    assert order.calls() == [cancel("15.00"), settle("85.00")]
    assert order.cancellations() == Moved([1500], [1500])
    assert order.settlements() == Moved([8500], [8500])
    assert order.refunds() == Moved()


def test_r6_discount_after_partial_settlement_takes_open_money_first(merchant: Merchant) -> None:
    order = merchant.place()

    order.invoice("N1", 7000)
    order.change("C1", discount=1000)
    order.invoice("N2", 2000)

    assert order.figures() == Figures("invoiced", "Finished", value=9000, invoiced=9000, settled=9000)
    assert order.calls() == [settle("70.00"), cancel("10.00"), settle("20.00")]
    assert order.cancellations() == Moved([1000], [1000])
    assert order.refunds() == Moved()


def test_r8_item_is_removed_with_its_value_once(merchant: Merchant) -> None:
    order = merchant.place()
    order.invoice("N1", 7000, items=[A])

    first = order.change("C1", discount=1500, itemsRemoved=[B])
    again = order.change("C1", discount=1500, itemsRemoved=[B])
    refused = order.register_change("C2", discount=1000, itemsRemoved=[A])
    lines = {line["id"]: line for line in order.order()["items"]}
    order.invoice("N2", 1500, items=[B])

    assert first.json == again.json
    assert (refused.status, refused.code) == (400, "SalesOrderSystem046")
    assert (lines["B"]["quantity"], lines["B"]["removedQuantity"], lines["B"]["pendingToInvoice"]) == (1, 1, 1)
    assert order.figures() == Figures("invoiced", "Finished", value=8500, invoiced=8500, settled=8500)
    assert order.calls() == [settle("70.00"), cancel("15.00"), settle("15.00")]
    assert order.event_types().count("OrderChanged") == 1


def test_r9_cancelling_the_remainder_completes_the_order(merchant: Merchant) -> None:
    order = merchant.place()

    order.invoice("N1", 7000)
    order.change("C1", discount=3000)

    assert order.figures() == Figures("invoiced", "Finished", value=7000, invoiced=7000, settled=7000)
    assert order.calls() == [settle("70.00"), cancel("30.00")]
    assert order.cancellations() == Moved([3000], [3000])
    assert order.order()["changesAttachment"]["changesData"][0]["discountValue"] == 3000


def test_r10_discount_stays_below_the_value_and_what_is_invoiced(merchant: Merchant) -> None:
    order = merchant.place()

    too_much = order.register_change("C1", discount=10000)
    order.invoice("N1", 7000)
    below_invoiced = order.register_change("C1", discount=3001)
    order.change("C1", discount=3000)
    after_completion = order.register_change("C2", discount=1)

    assert (too_much.status, too_much.code) == (400, "CHK0034")
    assert "10000" in too_much.message
    assert (below_invoiced.status, below_invoiced.code) == (400, "CHK0034")
    assert "7000" in below_invoiced.message
    assert (after_completion.status, after_completion.code) == (409, "OMS003")
    assert order.figures() == Figures("invoiced", "Finished", value=7000, invoiced=7000, settled=7000)
    assert order.event_types().count("OrderChanged") == 1


@pytest.mark.parametrize(("discount", "increment"), [(2000, 500), (1500, 0)])
def test_discount_and_increment_of_one_change_are_netted(merchant: Merchant, discount: int, increment: int) -> None:
    order = merchant.place()

    order.change("C1", discount=discount, increment=increment)

    assert order.figures() == Figures("handling", "Approved", value=8500, open=8500)
    assert order.calls() == [cancel("15.00")]


def test_same_sku_on_two_lines_is_invoiced_by_its_price(merchant: Merchant) -> None:
    order = merchant.place(
        items=[
            {"id": "A", "quantity": 1, "price": 6000, "uniqueId": "dear"},
            {"id": "A", "quantity": 2, "price": 1000, "uniqueId": "cheap"},
        ]
    )

    order.invoice("N1", 2000, items=[A | {"price": 1000, "quantity": 2}])
    order.change("C1", discount=6000, itemsRemoved=[A | {"uniqueId": "dear", "price": 6000}])

    lines = {line["uniqueId"]: line for line in order.order()["items"]}
    assert (lines["cheap"]["invoicedQuantity"], lines["cheap"]["pendingToInvoice"]) == (2, 0)
    assert (lines["dear"]["quantity"], lines["dear"]["removedQuantity"]) == (0, 1)


def test_items_beyond_the_order_are_told_and_the_value_counts(merchant: Merchant) -> None:
    order = merchant.place()

    order.invoice("N1", 7000, items=[TWO_B | {"quantity": 3}])

    notified = next(event for event in order.events() if event["Type"] == "InvoiceNotified")
    assert notified["Data"]["itemsValue"] == 4500
    assert notified["Data"]["itemsBeyondOrder"] == ["1 x B"]
    assert order.figures() == Figures("payment-approved", "Settling", invoiced=7000, settled=7000, open=3000)
