"""What hurt users of comparable systems, one test for each (C§7); accepting, planning and settling.

What is not here, nor in ``test_known_issues_of_records``:

======  ==================================================================================================
        why
======  ==================================================================================================
C§7.6   its second half, payout split, cannot be configured here; its first half is tested
C§7.20  antifraud does not exist here, so there is one delay and no second timer; the missing delay is tested
======  ==================================================================================================
"""

from datetime import timedelta

import pytest

from settlement.api.transactions.view import refunds_view, settlements_view
from settlement.connectors.ppp_outcomes import REFUND, Asked, movement_outcome
from settlement.domain.connectors.connector import Mode
from settlement.domain.connectors.connector_calls import Done, Manual, Refused, Unknown
from settlement.domain.connectors.exchange import Exchange
from settlement.domain.errors import CancelRefused, InvalidRequest, MoneyCannotMove, OverInvoiced, Refusal, WrongStatus
from settlement.domain.events import EventType
from settlement.domain.ledger.ledger import Counters
from settlement.domain.order.invoice import InvoiceType
from settlement.domain.transaction.operation import OperationState
from settlement.domain.transaction.statuses import payment_status, transaction_status
from settlement.use_cases.gateway.retrieve_transaction import retrieve_movements
from testkit.builders import ACCOUNT, a_connector, a_new_payment
from testkit.provider import Partial, Step
from testkit.shop import Placed, Shop
from tests.support.modifications import FAILS

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)

GIFT_AND_CARD = (a_new_payment(4000, "partial", "giftCard"), a_new_payment(6000, "partial"))
TWO_CARDS = (a_new_payment(4000, "total"), a_new_payment(6000, "total"))


def output(placed: Placed, number: str, value: int) -> None:
    """Notify a sale, without running anything."""
    placed.notify(number, value, type_=InvoiceType.OUTPUT)


def payment_statuses(placed: Placed) -> list[str]:
    """The status of every payment."""
    whole = transaction_status(placed.order, placed.transaction)
    return [payment_status(payment, whole).value for payment in placed.payments]


@pytest.mark.parametrize("moment", range(8))
def test_ki_1348894_invoice_that_races_a_change_never_goes_beyond_the_new_total(shop: Shop, moment: int) -> None:
    placed = shop.open()
    shop.store.interrupt(*[lambda: None] * moment, lambda: output(placed, "N1", 10000))

    try:
        placed.change("C1", discount=4000)
    except WrongStatus:
        assert placed.order.value == 10000
    placed.rest()

    if placed.order.invoices == 0:
        placed.invoice("N1", 10000)
    assert placed.order.invoiced == placed.order.value == placed.ledger.net_captured
    assert placed.status == ("invoiced", "Finished")


@pytest.mark.parametrize("value", [0, -1])
def test_ki_1349027_request_of_nothing_is_refused_and_finishes_nothing(shop: Shop, value: int) -> None:
    placed = shop.open()
    placed.invoice("N1", 7000)
    before = placed.heads

    with pytest.raises(InvalidRequest):
        placed.invoice("N2", value)

    assert placed.heads == before
    assert placed.status == ("payment-approved", "Settling")


@pytest.mark.parametrize("mode", list(Mode))
def test_ki_500245_requests_and_actions_agree_at_the_end_of_a_hard_day(shop: Shop, mode: Mode) -> None:
    placed = shop.open(mode=mode)
    shop.provider.script("settle", "500", Partial(1000), "drop", "500", Partial(10))
    placed.invoice("N1", 4000)
    placed.change("C1", discount=1500)
    placed.invoice("N2", 4500)
    placed.rest()

    shown = settlements_view(retrieve_movements(shop.store, ACCOUNT, placed.transaction_id), {}, {})
    refunded = refunds_view(retrieve_movements(shop.store, ACCOUNT, placed.transaction_id))
    asked = sum(request["value"] for request in shown["requests"])
    done = sum(action["value"] for action in shown["actions"])
    back = sum(action["value"] for action in refunded["actions"])
    assert asked == done - back == placed.order.value == 8500
    assert placed.status == ("invoiced", "Finished")


def test_ki_1319395_transaction_is_never_approved_while_a_payment_settles(shop: Shop) -> None:
    placed = shop.open(*GIFT_AND_CARD)
    seen = []
    for act in (
        lambda: placed.invoice("N1", 1000),
        lambda: placed.change("C1", discount=500),
        lambda: placed.auto_settle(2),
        lambda: placed.change("C2", discount=3000),
        lambda: placed.invoice("N2", 5500),
    ):
        act()
        seen.append((placed.status[1], payment_statuses(placed)))

    assert seen == [
        ("Settling", ["Settling", "Approved"]),
        ("Settling", ["Settling", "Approved"]),
        ("Settling", ["Settling", "Settled"]),
        ("Settled", ["Settled", "Settled"]),
        ("Finished", ["Finished", "Finished"]),
    ]


def test_ki_1317866_cancelling_a_partly_settled_order_gives_back_what_is_captured(shop: Shop) -> None:
    placed = shop.open(*GIFT_AND_CARD)
    placed.auto_settle(1)

    placed.cancel()

    assert (placed.moved_by_payment("refund"), placed.moved_by_payment("cancel")) == ([(1, 4000)], [(2, 6000)])
    assert placed.status == ("canceled", "Cancelled")
    assert payment_statuses(placed) == ["Cancelled", "Cancelled"]


def test_ki_1295769_capture_cancel_refund_and_capture_the_rest(shop: Shop) -> None:
    placed = shop.open(*GIFT_AND_CARD)

    placed.invoice("N1", 3000)
    placed.change("C1", discount=500)
    placed.auto_settle(1)
    placed.auto_settle(2)
    placed.change("C2", discount=700)
    placed.invoice("N2", 5800)

    assert (sum(placed.moved("settle")), placed.moved("cancel"), placed.moved("refund")) == (9500, [500], [700])
    assert placed.order.value == placed.ledger.net_captured == 8800
    assert placed.status == ("invoiced", "Finished")


def test_ki_1436981_second_settlement_in_total_mode_finds_nothing_left_and_finishes(shop: Shop) -> None:
    placed = shop.open(*TWO_CARDS)

    placed.invoice("N1", 7000)
    placed.invoice("N2", 3000)

    assert placed.moved_by_payment("settle") == [(1, 4000), (2, 6000)]
    assert placed.operation.state is OperationState.DONE
    assert placed.status == ("invoiced", "Finished")


def test_ki_1201336_retry_asks_each_payment_only_for_what_it_misses(shop: Shop) -> None:
    placed = shop.open(*GIFT_AND_CARD)
    shop.provider.script("settle", *FAILS, "ok")

    placed.invoice("N1", 10000)
    assert placed.moved_by_payment("settle") == [(2, 6000)]
    placed.rest()

    assert placed.moved_by_payment("settle") == [(2, 6000), (1, 4000)]
    card = placed.payments[1].payment_id
    assert [call.value for call in shop.provider.calls if call.kind == "settle" and call.payment_id == card] == [6000]
    assert placed.status == ("invoiced", "Finished")


def test_ki_1118560_second_refund_of_equal_amount_is_not_a_duplicate(shop: Shop) -> None:
    placed = shop.open()
    placed.invoice("N1", 10000)

    placed.give_back("D1", 1500)
    placed.give_back("D2", 1500)

    assert placed.moved("refund") == [1500, 1500]
    assert len({call.request_id for call in shop.provider.calls if call.kind == "refund"}) == 2


def test_ki_1118560_second_cancellation_of_equal_amount_is_not_a_duplicate(shop: Shop) -> None:
    placed = shop.open()

    placed.change("C1", discount=1500)
    placed.change("C2", discount=1500)

    assert (placed.moved("cancel"), placed.order.value) == ([1500, 1500], 7000)


@pytest.mark.parametrize(
    ("status", "body", "outcome"),
    [
        (200, b'{"refundId": null, "value": 0, "code": "refund-manually"}', Manual),
        (200, b'{"refundId": "R1", "value": 15, "code": "refund-manually"}', Unknown),
        (200, b'{"refundId": null, "value": 15}', Unknown),
        (200, b'{"refundId": "R1", "value": 0}', Unknown),
        (200, b'{"refundId": "R1", "value": 15}', Done),
        (500, b'{"refundId": null, "value": 0, "code": "refund-manually"}', Manual),
        (500, b'{"refundId": "R1", "value": 15, "code": "refund-manually"}', Unknown),
        (500, b'{"refundId": null, "value": 0, "code": "fault"}', Unknown),
        (501, b'{"refundId": null, "value": 0, "code": "refund-manually"}', Manual),
        (501, b'{"refundId": "R1", "value": 15}', Unknown),
        (400, b'{"refundId": null, "code": "no"}', Refused),
    ],
)
def test_ki_615050_odd_answer_to_a_refund_has_exactly_one_meaning(status: int, body: bytes, outcome: type) -> None:
    asked = Asked(REFUND, "P1", "request-1", 1500, "BRL")

    assert isinstance(movement_outcome(asked, status, body, Exchange("", status, "", 0)), outcome)


def test_ki_615050_refund_left_to_a_person_is_not_sent_again(shop: Shop) -> None:
    placed = shop.open()
    placed.invoice("N1", 10000)
    shop.provider.script("refund", "501")

    placed.give_back("D1", 1500)
    shop.pass_time(2 * DAY)

    assert placed.moved("refund") == []
    assert len([call for call in shop.provider.calls if call.kind == "refund"]) == 1
    assert len(placed.said(EventType.MANUAL_REFUND_REQUIRED)) == 1
    assert placed.ledger.refunded == 0


def test_ki_1154224_refunds_at_almost_the_same_time_are_all_sent(shop: Shop) -> None:
    placed = shop.open()
    placed.invoice("N1", 10000)
    shop.provider.script("refund", *FAILS)

    for number in range(4):
        placed.notify(f"D{number}", 1000, type_=InvoiceType.INPUT)
    shop.store.interrupt(lambda: placed.notify("D9", 500, type_=InvoiceType.INPUT))
    placed.notify("D8", 500, type_=InvoiceType.INPUT)
    placed.rest()

    assert sorted(placed.moved("refund")) == [500, 500, 1000, 1000, 1000, 1000]
    assert placed.ledger.refunded == 5000


def test_ki_1099618_refund_outlives_the_process_that_should_have_sent_it(shop: Shop) -> None:
    placed = shop.open()
    placed.invoice("N1", 10000)
    placed.notify("D1", 1500, type_=InvoiceType.INPUT)
    shop.ready()

    shop.pass_time(HOUR)

    assert placed.moved("refund") == [1500]


@pytest.mark.parametrize("mode", list(Mode))
def test_ki_464837_gift_card_of_three_methods_is_counted_once(shop: Shop, mode: Mode) -> None:
    groups = ((1000, "giftCard"), (4000, "creditCard"), (5000, "debitCard"))
    placed = shop.open(*[a_new_payment(value, mode.value, group) for value, group in groups])

    placed.invoice("N1", 2500)
    placed.change("C1", discount=1200)
    placed.invoice("N2", 6300)
    placed.give_back("D1", 8800)

    by_payment = [payment.counters for payment in placed.payments]
    assert sum(counters.net_captured for counters in by_payment) == placed.order.value == 8800
    assert all(counters.refunded == counters.captured for counters in by_payment)
    assert placed.status == ("invoiced", "Finished")


@pytest.mark.parametrize(
    ("steps", "statuses"),
    [
        (["500", "500", "500"], ("invoice", "Settling")),
        (["400"], ("invoice", "Approved")),
    ],
)
def test_ki_376646_order_is_not_invoiced_while_its_capture_fails(
    shop: Shop, steps: list[Step], statuses: tuple[str, str]
) -> None:
    placed = shop.open()
    shop.provider.script("settle", *steps)

    placed.invoice("N1", 10000)

    assert placed.status[0] == statuses[0]
    assert placed.ledger == Counters(authorised=10000)
    assert (placed.operation.state is OperationState.FAILED) == (steps == ["400"])


def test_ki_1417330_cancel_that_races_the_authorisation_charges_nothing(shop: Shop) -> None:
    placed = shop.place()
    shop.store.interrupt(lambda: None, lambda: placed.cancel_only())

    placed.run()
    placed.rest()

    assert placed.status == ("canceled", "Cancelled")
    assert placed.ledger.open == placed.ledger.captured == 0


def test_ki_1400005_cancel_that_races_an_invoice_lets_one_of_both_win(shop: Shop) -> None:
    first, second = shop.open(), shop.open()
    shop.store.interrupt(lambda: output(first, "N1", 7000))
    with pytest.raises(CancelRefused):
        first.cancel()
    shop.store.interrupt(lambda: second.cancel_only())
    with pytest.raises(WrongStatus):
        second.invoice("N1", 7000)
    shop.relay()

    assert (first.status, second.status) == (("payment-approved", "Settling"), ("canceled", "Cancelled"))
    assert (first.moved("cancel"), second.moved("settle")) == ([], [])


def test_ki_955489_change_is_registered_with_its_money_or_not_at_all(shop: Shop) -> None:
    placed = shop.open()
    placed.register("C1", discount=1500)
    shop.ready()
    assert (placed.order.value, placed.operation.state) == (8500, OperationState.READY)

    shop.pass_time(HOUR)
    assert placed.moved("cancel") == [1500]

    with pytest.raises(Refusal):
        placed.change("C2", discount=8500)
    assert (placed.order.changes, len(placed.operations)) == (1, 2)


def test_connectors_that_cannot_refund_a_part_are_found_out_before_anything_is_promised(shop: Shop) -> None:
    """Capabilities are configured, and asked before a request is taken."""
    shop.connect(a_connector("plain", partial_refund=False))
    placed = shop.open(a_new_payment(10000, "plain"))
    placed.auto_settle()

    with pytest.raises(MoneyCannotMove):
        placed.change("C1", discount=1500)

    assert placed.order.value == 10000


def test_ki_1348894_strict_account_refuses_the_invoice_that_comes_too_late(shop: Shop) -> None:
    shop.set(strict_invoices=True)
    placed = shop.open()
    shop.store.interrupt(lambda: placed.register("C1", discount=4000))

    with pytest.raises(OverInvoiced):
        placed.invoice("N1", 10000)

    placed.run()
    assert (placed.order.value, placed.order.invoiced, placed.moved("settle")) == (6000, 0, [])
