"""A preview says what an action would do, and writes nothing; the workflow then does just that."""

from datetime import timedelta

import pytest

from settlement.domain.connectors.capabilities import Capabilities, Capability, Windows
from settlement.domain.connectors.connector import Mode
from settlement.domain.errors import OrderNotFound, OverInvoiced, WrongStatus
from settlement.domain.order.invoice import InvoiceType
from settlement.use_cases.gateway.request_movement import REFUND, request_movement
from settlement.use_cases.previews.preview_action import preview_action
from settlement.use_cases.shared.heads import load
from settlement.use_cases.shared.ports import Ports
from testkit.builders import ACCOUNT, a_connector, item
from testkit.shop import Placed, Shop
from tests.support.previewing import cancelling_invoice, codes, invoicing, planned, preview_of


@pytest.fixture
def shop() -> Shop:
    return Shop()


@pytest.fixture
def placed(shop: Shop) -> Placed:
    return shop.open()


def test_preview_of_a_partial_invoice_settles_its_value(placed: Placed) -> None:
    [payment] = placed.payments

    preview = preview_of(placed, invoicing(placed, "N1", 7000))

    assert planned(preview) == [(payment.payment_id, "settle", 7000, None)]
    assert preview.connectors == {payment.payment_id: "partial"}
    assert preview.before == placed.heads
    assert (preview.after.order.value, preview.after.order.invoiced) == (10000, 7000)
    assert codes(preview) == []


def test_status_is_the_one_once_the_plan_is_carried_out(placed: Placed) -> None:
    preview = preview_of(placed, invoicing(placed, "N1", 10000))
    placed.invoice("N1", 10000)

    assert preview.after.order.listed_status == placed.order.listed_status == "invoiced"


def test_return_names_the_settlement_that_it_refunds(placed: Placed) -> None:
    placed.invoice("N1", 10000)
    [payment] = placed.payments
    [settlement] = placed.shop.store.settlements(ACCOUNT, placed.transaction_id, payment.payment_id)

    preview = preview_of(placed, invoicing(placed, "D1", 1500, type_=InvoiceType.INPUT))

    assert planned(preview) == [(payment.payment_id, "refund", 1500, settlement.settle_id)]


def test_return_of_what_waits_to_be_settled_cannot_name_its_settlement_yet(placed: Placed) -> None:
    placed.notify("N1", 10000, type_=InvoiceType.OUTPUT)
    [payment] = placed.payments

    preview = preview_of(placed, invoicing(placed, "D1", 1500, type_=InvoiceType.INPUT))

    assert planned(preview) == [(payment.payment_id, "refund", 1500, None)]
    assert codes(preview) == ["operations-before"]


def test_return_before_the_order_is_invoiced_moves_no_money(placed: Placed) -> None:
    placed.invoice("N1", 5000)

    preview = preview_of(placed, invoicing(placed, "D1", 1500, type_=InvoiceType.INPUT))

    assert (planned(preview), codes(preview)) == ([], ["no-money-moves"])


def test_invoice_above_what_is_left_is_warned_of(placed: Placed) -> None:
    preview = preview_of(placed, invoicing(placed, "N1", 12000))

    assert [move[2] for move in planned(preview)] == [10000]
    assert codes(preview) == ["above-left-to-invoice"]
    assert "120.00 BRL" in preview.warnings[0].message
    assert "100.00 BRL" in preview.warnings[0].message


def test_items_beyond_the_order_and_prices_that_do_not_add_up_are_warned_of(placed: Placed) -> None:
    preview = preview_of(placed, invoicing(placed, "N1", 5000, item("A", 2000, 3)))

    assert codes(preview) == ["items-beyond-order", "item-prices-differ"]
    assert "2 x A" in preview.warnings[0].message


def test_repeat_moves_no_money(placed: Placed) -> None:
    placed.invoice("N1", 5000)

    preview = preview_of(placed, invoicing(placed, "N1", 5000))

    assert (planned(preview), codes(preview)) == ([], ["already-taken"])


def test_preview_is_refused_as_the_action_is(placed: Placed) -> None:
    placed.shop.set(strict_invoices=True)
    with pytest.raises(OverInvoiced):
        preview_of(placed, invoicing(placed, "N1", 10001))

    placed.cancel()
    with pytest.raises(WrongStatus):
        preview_of(placed, invoicing(placed, "N1", 100))

    def find_nothing(ports: Ports) -> object:
        raise AssertionError

    with pytest.raises(OrderNotFound):
        preview_action(placed.shop.ports, lambda store: load(store, ACCOUNT, "nothing"), find_nothing)


def test_total_mode_settles_the_whole_and_hold_mode_nothing_until_the_last_invoice(shop: Shop) -> None:
    total, hold = shop.open(mode=Mode.TOTAL), shop.open(mode=Mode.HOLD)

    assert [move[1:3] for move in planned(preview_of(total, invoicing(total, "N1", 7000)))] == [("settle", 10000)]
    assert planned(preview_of(hold, invoicing(hold, "N1", 7000))) == []
    hold.invoice("N1", 7000)
    assert [move[1:3] for move in planned(preview_of(hold, invoicing(hold, "N2", 3000)))] == [("settle", 10000)]


def test_authorisation_about_to_lapse_is_warned_of(shop: Shop) -> None:
    shop.connect(a_connector("partial", authorisation_holds=timedelta(days=5)))
    placed = shop.open()
    assert codes(preview_of(placed, invoicing(placed, "N1", 5000))) == []

    placed.at(shop.clock.time + timedelta(days=4, hours=13))

    [warning] = preview_of(placed, invoicing(placed, "N1", 5000)).warnings
    assert warning.code.value == "authorisation-lapses"
    assert placed.payments[0].payment_id in warning.message


@pytest.mark.parametrize(("refund", "second"), [(Capability.MULTIPLE, []), (Capability.SINGLE, ["capability-used-up"])])
def test_capability_that_is_used_up_is_warned_of(shop: Shop, refund: Capability, second: list[str]) -> None:
    shop.connect(a_connector("partial", capabilities=Capabilities(refund=refund)))
    placed = shop.open()
    placed.invoice("N1", 10000)

    preview = preview_of(placed, invoicing(placed, "D1", 1500, type_=InvoiceType.INPUT))

    assert [move[1:3] for move in planned(preview)] == [("refund", 1500)]
    assert codes(preview) == second
    assert [text for text in (held.message for held in preview.warnings) if "85.00 BRL stay captured" not in text] == []


def test_blocked_payment_is_warned_of(placed: Placed) -> None:
    placed.shop.provider.usually("settle", "drop")
    placed.notify("N1", 5000, type_=InvoiceType.OUTPUT)
    placed.rest()
    placed.shop.provider.usually("settle", "ok")

    preview = preview_of(placed, invoicing(placed, "N2", 1000))

    assert (planned(preview), codes(preview)) == ([], ["payment-blocked"])
    assert preview.after.order.listed_status == "invoice"


def test_refund_after_its_window_is_left_to_a_person_and_is_no_call(shop: Shop) -> None:
    shop.connect(a_connector("partial", windows=Windows(refund=timedelta(days=180))))
    placed = shop.open()
    placed.invoice("N1", 10000)
    placed.at(shop.clock.time + timedelta(days=181))

    preview = preview_of(placed, invoicing(placed, "D1", 1500, type_=InvoiceType.INPUT))

    assert (planned(preview), codes(preview)) == ([], ["manual-work"])
    assert "15.00 BRL" in preview.warnings[0].message


def test_refund_that_its_connector_left_to_a_person_is_expected_again(placed: Placed) -> None:
    placed.invoice("N1", 10000)
    placed.shop.provider.script("refund", "501")
    placed.give_back("D1", 1000)

    preview = preview_of(placed, invoicing(placed, "D2", 500, type_=InvoiceType.INPUT))

    assert [move[1:3] for move in planned(preview)] == [("refund", 500)]
    assert codes(preview) == ["manual-work"]


def test_queue_before_it_is_assumed_to_succeed(placed: Placed) -> None:
    placed.notify("N1", 4000, type_=InvoiceType.OUTPUT)
    placed.register("C1", discount=1000)

    preview = preview_of(placed, invoicing(placed, "N2", 5000))

    assert [move[1:3] for move in planned(preview)] == [("settle", 5000)]
    assert (preview.after.order.listed_status, codes(preview)) == ("invoiced", ["operations-before"])


def test_other_writer_between_two_reads_makes_it_look_again(placed: Placed) -> None:
    looked: list[int] = []

    def act(ports: Ports) -> object:
        if not looked:
            placed.invoice("N1", 4000)
        looked.append(1)
        return invoicing(placed, "N2", 8000)(ports)

    preview = preview_action(placed.shop.ports, lambda store: load(store, ACCOUNT, placed.order_id), act)

    assert len(looked) == 2
    assert ([move[2] for move in planned(preview)], codes(preview)) == ([6000], ["above-left-to-invoice"])
    assert preview.before == placed.heads


def test_preview_of_a_cancellation_warns_of_what_no_later_invoice_can_ask_for(shop: Shop) -> None:
    placed = shop.open()
    placed.invoice("N1", 7000)

    preview = preview_of(placed, cancelling_invoice(placed, "N1"))

    [warning] = [held for held in preview.warnings if held.code == "not-covered"]
    assert warning.message.startswith("100.00 BRL are to be invoiced then, and the payments hold 30.00 BRL for that")
    assert codes(preview_of(placed, invoicing(placed, "N2", 7000, replaces="N1"))) == []
    assert "not-covered" in codes(preview_of(placed, invoicing(placed, "N2", 6000, replaces="N1")))


def test_preview_of_the_cancellation_of_what_is_not_captured_warns_of_nothing(shop: Shop) -> None:
    placed = shop.open(mode=Mode.HOLD)
    placed.invoice("N1", 7000)

    assert "not-covered" not in codes(preview_of(placed, cancelling_invoice(placed, "N1")))


def test_preview_of_a_cancellation_says_what_direct_requests_have_refunded_before(shop: Shop) -> None:
    placed = shop.open()
    placed.invoice("N1", 7000)
    request_movement(shop.ports, ACCOUNT, placed.transaction_id, REFUND, 2000, None)
    placed.run()

    preview = preview_of(placed, cancelling_invoice(placed, "N1"))

    assert [(kind, value) for _, kind, value, _ in planned(preview)] == [("refund", 5000)]
    [warning] = [held for held in preview.warnings if held.code == "refunded-before"]
    assert warning.message == "20.00 BRL that direct requests refunded count as refunded for the invoice"
