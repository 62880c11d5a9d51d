"""Returns before the order is invoiced in full: kept and told why, or given back at once (R45 to R47, C§1.4.6)."""

from datetime import timedelta

import pytest

from settlement.api.orders.view import order_view
from settlement.api.shared.view import receipt_view
from settlement.api.timeline.view import interaction_view
from settlement.domain.account.account import ReturnsBeforeCompletion
from settlement.domain.connectors.capabilities import Capabilities, Capability
from settlement.domain.connectors.connector import Mode
from settlement.domain.errors import MoneyCannotMove, ReturnTooLarge
from settlement.domain.events import EventType
from settlement.domain.order.invoice import ABOVE_THE_REST, EARLY_RETURN, STAND_ALONE, InvoiceType
from settlement.use_cases.orders.notify_invoice import Receipt
from settlement.use_cases.orders.retrieve_order import retrieve_order
from testkit.builders import ACCOUNT, a_connector, a_new_payment
from testkit.shop import Placed, Shop
from tests.support.approvals import approving, ask_return, limit, stored, waiting
from tests.support.previewing import invoicing, preview_of

FIVE_DAYS = timedelta(days=5)


@pytest.fixture
def refunding(shop: Shop) -> Shop:
    """A shop that gives back at once."""
    shop.set(returns_before_completion=ReturnsBeforeCompletion.REFUND)
    return shop


def sold_and_returned(shop: Shop, mode: Mode) -> Placed:
    """N1 7000, then D1 2000."""
    placed = shop.open(mode=mode)
    placed.invoice("N1", 7000)
    placed.give_back("D1", 2000)
    return placed


def told(placed: Placed, number: str, value: int, type_: InvoiceType) -> tuple[Receipt, str]:
    """An invoice's answer, and what the timeline says of it."""
    receipt = placed.notify(number, value, type_=type_)
    [event] = [
        event
        for event in placed.events
        if event.type is EventType.INVOICE_NOTIFIED and event.data["invoiceNumber"] == number
    ]
    return receipt, interaction_view(event, "BRL")["Message"]


def test_146_early_return_says_that_it_refunds_nothing_and_why(shop: Shop) -> None:
    placed = shop.open()
    placed.invoice("N1", 7000)

    receipt, message = told(placed, "D1", 2000, InvoiceType.INPUT)

    assert receipt_view(receipt) | {"date": "", "receipt": ""} == {
        "date": "",
        "orderId": placed.order_id,
        "receipt": "",
        "counted": 0,
        "countedReason": EARLY_RETURN,
    }
    assert message == f"Input invoice D1 of 20.00 BRL received, 0.00 BRL counted: {EARLY_RETURN}"
    packages = order_view(retrieve_order(shop.store, ACCOUNT, placed.order_id))["packageAttachment"]["packages"]
    assert [(held["counted"], held["countedReason"]) for held in packages] == [(7000, None), (0, EARLY_RETURN)]
    assert (placed.moved("refund"), placed.order.returned) == ([], 2000)


def test_146_repeat_of_an_early_return_says_the_same_even_after_completion(shop: Shop) -> None:
    placed = shop.open()
    placed.invoice("N1", 7000)
    placed.give_back("D1", 2000)
    placed.invoice("N2", 3000)

    again = placed.notify("D1", 2000, type_=InvoiceType.INPUT)

    assert (again.counted, again.why_not_counted) == (0, EARLY_RETURN)


def test_18_sales_beyond_the_order_say_what_counts(shop: Shop) -> None:
    placed = shop.open()

    capped, message = told(placed, "N1", 10500, InvoiceType.OUTPUT)
    stand_alone = placed.notify("N2", 100, type_=InvoiceType.OUTPUT)

    assert (capped.counted, capped.why_not_counted) == (10000, ABOVE_THE_REST)
    assert message.endswith(f"100.00 BRL counted: {ABOVE_THE_REST}")
    assert (stand_alone.counted, stand_alone.why_not_counted) == (0, STAND_ALONE)


def test_r45_partial_refunds_at_once_and_goes_on(refunding: Shop) -> None:
    placed = sold_and_returned(refunding, Mode.PARTIAL)

    assert placed.moved("refund") == [2000]
    assert placed.status == ("payment-approved", "Settling")
    assert (placed.order.value, placed.order.remainder) == (10000, 3000)
    placed.invoice("N2", 3000)
    assert placed.moved("settle") == [7000, 3000]
    assert placed.status == ("invoiced", "Finished")
    assert (placed.ledger.captured, placed.ledger.refunded) == (10000, 2000)


def test_r45_total_refunds_of_all_that_is_captured(refunding: Shop) -> None:
    placed = sold_and_returned(refunding, Mode.TOTAL)

    assert (placed.moved("settle"), placed.moved("refund")) == ([10000], [2000])
    placed.invoice("N2", 3000)
    assert placed.moved("settle") == [10000]
    assert placed.status == ("invoiced", "Finished")


def test_r45_several_payments_give_back_as_in_any_refund(refunding: Shop) -> None:
    placed = refunding.open(a_new_payment(4000, "partial", "giftCard"), a_new_payment(6000, "partial"))
    placed.invoice("N1", 7000)

    placed.give_back("D1", 5000)

    assert placed.moved_by_payment("refund") == [(2, 3000), (1, 2000)]


def test_r45_value_that_a_timer_captured_covers_the_last_invoice(refunding: Shop) -> None:
    placed = refunding.open()
    placed.invoice("N1", 7000)
    refunding.pass_time(FIVE_DAYS)

    placed.give_back("D1", 2000)
    placed.invoice("N2", 3000)

    assert (placed.moved("settle"), placed.moved("refund")) == ([7000, 3000], [2000])
    assert placed.status == ("invoiced", "Finished")


def test_r45_discount_after_an_early_return_takes_open_value(refunding: Shop) -> None:
    placed = sold_and_returned(refunding, Mode.PARTIAL)

    placed.change("C1", discount=3000)

    assert (placed.moved("cancel"), placed.moved("refund")) == ([3000], [2000])
    assert placed.status == ("invoiced", "Finished")
    assert (placed.ledger.captured, placed.ledger.refunded) == (7000, 2000)


def test_r45_return_waits_for_the_capture_it_depends_on(refunding: Shop) -> None:
    placed = refunding.open()
    refunding.provider.script("settle", "500", "500", "500")
    placed.invoice("N1", 7000)

    placed.give_back("D1", 2000)

    assert placed.moved("refund") == []
    placed.rest()
    assert (placed.moved("settle"), placed.moved("refund")) == ([7000], [2000])


def test_r45_setting_holds_from_then_on(shop: Shop) -> None:
    placed = shop.open()
    placed.invoice("N1", 7000)
    placed.give_back("D1", 2000)

    shop.set(returns_before_completion=ReturnsBeforeCompletion.REFUND)
    receipt = placed.notify("D2", 1000, type_=InvoiceType.INPUT)
    placed.rest()

    assert (receipt.counted, receipt.why_not_counted) == (1000, None)
    assert placed.moved("refund") == [1000]
    with pytest.raises(ReturnTooLarge, match="1000 refunded, 2000 returned before the order was invoiced in full"):
        placed.give_back("D3", 4001)


def test_r46_hold_takes_it_off_what_will_be_captured(refunding: Shop) -> None:
    placed = sold_and_returned(refunding, Mode.HOLD)

    assert (placed.moved("settle"), placed.moved("refund"), placed.ledger.withheld) == ([], [], 2000)
    placed.invoice("N2", 3000)
    assert placed.moved("settle") == [8000]
    assert placed.status == ("invoiced", "Finished")
    placed.give_back("D2", 1000)
    assert placed.moved("refund") == [1000]
    with pytest.raises(ReturnTooLarge, match="1000 refunded, 2000 taken off before it was captured"):
        placed.give_back("D3", 7001)


def test_r46_hold_refunds_what_a_timer_has_captured(refunding: Shop) -> None:
    placed = refunding.open(mode=Mode.HOLD)
    placed.invoice("N1", 7000)
    refunding.pass_time(FIVE_DAYS)

    placed.give_back("D1", 2000)
    placed.invoice("N2", 3000)

    assert (placed.moved("settle"), placed.moved("refund")) == ([10000], [2000])
    assert placed.status == ("invoiced", "Finished")


def test_r46_hold_takes_off_what_is_retained_and_refunds_the_rest(refunding: Shop) -> None:
    placed = refunding.open(a_new_payment(4000, "hold", "giftCard"), a_new_payment(6000, "hold"))
    placed.invoice("N1", 7000)
    placed.auto_settle(1)
    assert placed.moved("settle") == [4000]

    placed.give_back("D1", 5000)

    assert (placed.ledger.withheld, placed.moved("refund")) == (3000, [2000])
    placed.invoice("N2", 3000)
    assert placed.moved("settle") == [4000, 3000]
    assert placed.status == ("invoiced", "Finished")
    assert placed.ledger.captured - placed.ledger.refunded == 5000


def test_r46_all_that_was_sold_can_come_back_from_hold(refunding: Shop) -> None:
    placed = refunding.open(mode=Mode.HOLD)
    placed.invoice("N1", 9999)

    placed.give_back("D1", 9999)
    placed.invoice("N2", 1)

    assert placed.moved("settle") == [1]
    assert placed.status == ("invoiced", "Finished")


def test_r47_part_is_refused_and_the_whole_is_taken_where_only_that_is_refunded(refunding: Shop) -> None:
    refunding.connect(a_connector("plain", partial_refund=False))
    placed = refunding.open(a_new_payment(10000, "plain"))
    placed.invoice("N1", 7000)
    written = len(refunding.store.commits)

    with pytest.raises(MoneyCannotMove) as refused:
        placed.give_back("D1", 2000)

    assert (refused.value.published_code, len(refunding.store.commits)) == ("CHK0054", written)
    placed.give_back("D1", 7000)
    assert placed.moved("refund") == [7000]


def test_r47_part_of_a_payment_that_is_captured_only_whole_is_refused(refunding: Shop) -> None:
    only_whole = Capabilities(settle=Capability.NONE, cancel=Capability.NONE, refund=Capability.MULTIPLE)
    refunding.connect(a_connector("whole", Mode.HOLD, capabilities=only_whole))
    placed = refunding.open(a_new_payment(10000, "whole"))
    placed.invoice("N1", 7000)

    with pytest.raises(MoneyCannotMove, match="cannot be taken off what is still to be settled") as refused:
        placed.give_back("D1", 2000)

    assert refused.value.published_code == "CHK0054"


def test_r47_return_above_the_sales_is_refused(refunding: Shop) -> None:
    placed = refunding.open()
    placed.invoice("N1", 7000)

    with pytest.raises(ReturnTooLarge):
        placed.give_back("D1", 7001)


@pytest.mark.parametrize(("mode", "calls"), [(Mode.PARTIAL, [("refund", 2000)]), (Mode.HOLD, [("withhold", 2000)])])
def test_r45_preview_shows_it_and_writes_nothing(refunding: Shop, mode: Mode, calls: list[tuple[str, int]]) -> None:
    placed = refunding.open(mode=mode)
    placed.invoice("N1", 7000)

    shown = preview_of(placed, invoicing(placed, "D1", 2000, type_=InvoiceType.INPUT))

    assert [(move.operation.value, move.value) for move in shown.money_plan] == calls


def test_r47_early_return_above_a_limit_waits_for_its_second_key(refunding: Shop) -> None:
    placed = refunding.open()
    placed.invoice("N1", 7000)
    limit(refunding, refund=2000)

    approval = waiting(ask_return(placed, 2001))

    assert (placed.order.returned, placed.moved("refund")) == (0, [])
    approving(placed, approval)
    assert (placed.order.returned, placed.moved("refund")) == (2001, [2001])


def test_r47_what_hold_gives_up_is_limited_as_a_cancellation(refunding: Shop) -> None:
    placed = refunding.open(mode=Mode.HOLD)
    placed.invoice("N1", 7000)
    limit(refunding, refund=0, cancellation=2000)

    approval = waiting(ask_return(placed, 2001))

    assert (approval.kind.value, approval.value) == ("cancellation", 2001)
    approving(placed, approval)
    assert placed.ledger.withheld == 2001


def test_r47_return_approved_as_a_cancellation_never_becomes_a_refund(refunding: Shop) -> None:
    placed = refunding.open(mode=Mode.HOLD)
    placed.invoice("N1", 7000)
    limit(refunding, refund=0, cancellation=0)
    approval = waiting(ask_return(placed, 2000))
    placed.invoice("N2", 3000)

    done = approving(placed, approval)

    assert (done.state.value, placed.moved("settle"), placed.moved("refund")) == ("failed", [10000], [])
    assert [held.state.value for held in stored(placed)] == ["failed"]
