"""What is refunded by hand, in doubt or by a direct request is given back: nothing refunds it again (R38, R25)."""

from datetime import timedelta

import pytest

from settlement.domain.connectors.connector import Mode
from settlement.domain.errors import MoneyCannotMove
from settlement.domain.events import EventType
from settlement.domain.order.invoice import InvoiceType
from settlement.use_cases.gateway.request_movement import REFUND, request_movement
from settlement.use_cases.recovery.resolve_leg import confirm_leg
from testkit.builders import ACCOUNT, a_new_payment
from testkit.shop import Placed, Shop
from tests.support import operator
from tests.support.audits import mismatches_of
from tests.support.books import reconciled, require_events_fold
from tests.support.taken_back import figures, invoiced


@pytest.fixture
def shop() -> Shop:
    shop = Shop()
    shop.clock.tick = timedelta(microseconds=1)
    return shop


def refund_directly(placed: Placed, value: int) -> None:
    request_movement(placed.shop.ports, ACCOUNT, placed.transaction_id, REFUND, value, None)
    placed.run()


def confirm(placed: Placed, sequence: int) -> None:
    """A person has done what the connector left to one."""
    confirm_leg(placed.shop.ports, ACCOUNT, placed.transaction_id, sequence, "0001", "by bank", "Ana")


def test_discount_takes_off_what_a_correction_gave_back_and_not_what_a_person_refunds(shop: Shop) -> None:
    placed = shop.open(a_new_payment(2300, "hold"), a_new_payment(6000, "hold"), value=8300)
    placed.auto_settle()
    shop.provider.script("refund", "501")
    placed.change("C1", 400)
    by_hand = placed.operation.sequence
    placed.invoice("N8", 7900)
    placed.invoice("N9", 6900, replaces="N8")

    placed.change("C2", 1000)

    assert placed.moved("refund") == [1000]
    confirm(placed, by_hand)
    assert figures(placed) == (6900, 6900, 8300, 1400, 0)
    assert placed.status == ("invoiced", "Finished")
    assert reconciled(placed).is_consistent


def test_sale_is_not_paid_with_what_a_person_gives_back(shop: Shop) -> None:
    placed = invoiced(shop, 7000)
    shop.provider.script("refund", "501")
    placed.cancel_invoice("N1")
    by_hand = placed.operation.sequence

    with pytest.raises(MoneyCannotMove, match="5000 of 8000 is missing"):
        placed.invoice("N2", 8000)
    placed.invoice("N3", 3000)

    assert placed.moved("settle") == [7000, 3000]
    confirm(placed, by_hand)
    assert figures(placed) == (3000, 3000, 10000, 7000, 0)
    assert reconciled(placed).is_consistent


def test_refund_by_hand_that_is_written_off_was_given_back_by_nobody(shop: Shop) -> None:
    placed = invoiced(shop, 7000)
    shop.provider.script("refund", "501")
    placed.cancel_invoice("N1")
    by_hand = placed.operation.sequence
    placed.invoice("N2", 3000)

    operator.write_off(placed, by_hand)

    assert (placed.ledger.refund_by_hand, placed.ledger.refund_written_off, placed.ledger.paid) == (0, 7000, 3000)
    assert not placed.order.in_error
    require_events_fold(placed)
    assert mismatches_of(shop.store) == []
    assert reconciled(placed).is_consistent


def test_return_that_a_person_refunds_leaves_a_direct_refund_the_rest_alone(shop: Shop) -> None:
    placed = invoiced(shop, 10000)
    shop.provider.script("refund", "501")
    placed.give_back("D1", 1500)
    by_hand = placed.operation.sequence

    with pytest.raises(Exception, match=r"less than or equal to the settled amount \(85"):
        refund_directly(placed, 10000)
    refund_directly(placed, 8500)
    confirm(placed, by_hand)

    assert figures(placed) == (10000, 10000, 10000, 10000, 0)


def test_order_that_is_cancelled_refunds_what_no_person_does(shop: Shop) -> None:
    placed = shop.open()
    placed.auto_settle()
    shop.provider.script("refund", "501")
    placed.change("C1", 1000)
    by_hand = placed.operation.sequence

    placed.cancel()

    assert placed.moved("refund") == [9000]
    confirm(placed, by_hand)
    assert placed.status == ("canceled", "Cancelled")
    assert figures(placed) == (0, 0, 10000, 10000, 0)


@pytest.mark.parametrize("was_done", [True, False])
def test_refund_in_doubt_is_not_made_again_from_another_payment(shop: Shop, was_done: bool) -> None:
    placed = shop.open(a_new_payment(4000, "partial"), a_new_payment(6000, "partial"))
    placed.auto_settle()
    shop.provider.usually("refund", "drop" if was_done else "500")
    placed.register("C1", 1000)
    placed.rest()
    shop.provider.usually("refund", "ok")
    [in_doubt] = [leg for leg in placed.legs if leg.is_in_doubt]
    placed.invoice("N1", 9000)
    placed.cancel_invoice("N1")
    assert (placed.ledger.refund_in_doubt, placed.ledger.paid, placed.ledger.refundable) == (1000, 3000, 3000)

    operator.retry(placed, in_doubt.operation)
    operator.retry(placed, placed.operations[5].sequence)

    assert sorted(placed.moved_by_payment("refund")) == [(1, 1000), (1, 3000), (2, 6000)]
    assert figures(placed) == (0, 0, 10000, 10000, 0)
    assert not placed.order.in_error


@pytest.mark.parametrize(
    ("sales", "direct", "refunded", "left"),
    [
        ((7000,), 7000, [7000], (0, 0, 7000, 7000, 3000)),
        ((7000,), 2000, [2000, 5000], (0, 0, 7000, 7000, 3000)),
        ((7000, 3000), 2000, [2000, 5000], (3000, 3000, 10000, 7000, 0)),
        ((7000, 3000), 8000, [7000, 1000], (3000, 3000, 10000, 8000, 0)),
    ],
)
def test_direct_refund_before_counts_as_refunded_for_the_cancelled_invoice(
    shop: Shop, sales: tuple[int, ...], direct: int, refunded: list[int], left: tuple[int, ...]
) -> None:
    placed = invoiced(shop, *sales)
    refund_directly(placed, direct)

    placed.cancel_invoice("N1")

    assert placed.moved("refund") == refunded
    assert figures(placed) == left
    assert placed.ledger.paid == sum(sales[1:])
    assert [event.data["value"] for event in placed.said(EventType.REFUND_COUNTED)] == [min(direct, 7000)]
    require_events_fold(placed)
    assert reconciled(placed).is_consistent


def test_direct_refund_counts_once_and_a_return_never(shop: Shop) -> None:
    placed = invoiced(shop, 4000, 3000, 3000)
    placed.give_back("D1", 1000)
    refund_directly(placed, 5000)

    placed.cancel_invoice("N1")
    placed.cancel_invoice("N2")

    assert sum(placed.moved("refund")) == 8000
    assert figures(placed) == (3000, 3000, 10000, 8000, 0)
    assert placed.ledger.paid == 3000
    assert reconciled(placed).is_consistent


def test_direct_refund_that_waits_before_the_cancellation_counts_too(shop: Shop) -> None:
    placed = invoiced(shop, 7000)
    request_movement(shop.ports, ACCOUNT, placed.transaction_id, REFUND, 7000, None)

    placed.cancel_invoice("N1")

    assert placed.moved("refund") == [7000]
    assert figures(placed) == (0, 0, 7000, 7000, 3000)


def test_direct_refund_left_to_a_person_counts_and_written_off_it_is_kept(shop: Shop) -> None:
    placed = invoiced(shop, 7000)
    shop.provider.script("refund", "501")
    refund_directly(placed, 7000)
    by_hand = placed.operation.sequence
    placed.cancel_invoice("N1")
    assert placed.moved("refund") == []
    assert placed.ledger.paid == 0

    operator.write_off(placed, by_hand)

    assert (placed.ledger.paid, placed.ledger.refund_written_off, placed.ledger.change_written_off) == (0, 7000, 7000)
    require_events_fold(placed)
    assert mismatches_of(shop.store) == []
    placed.invoice("N2", 3000)
    assert placed.moved("settle") == [7000, 3000]


def test_correction_counts_a_direct_refund_of_the_difference(shop: Shop) -> None:
    placed = invoiced(shop, 7000)
    refund_directly(placed, 1000)

    placed.invoice("N2", 6000, replaces="N1")

    assert placed.moved("refund") == [1000]
    assert figures(placed) == (6000, 6000, 7000, 1000, 3000)
    assert placed.ledger.paid == 6000


def test_hold_and_total_count_a_direct_refund_after_a_timer(shop: Shop) -> None:
    for mode in (Mode.HOLD, Mode.TOTAL):
        placed = shop.open(mode=mode)
        placed.auto_settle()
        placed.notify("N1", 7000, type_=InvoiceType.OUTPUT)
        placed.run()
        refund_directly(placed, 4000)

        placed.cancel_invoice("N1")

        assert placed.moved("refund") == [4000, 3000]
        assert figures(placed) == (0, 0, 10000, 7000, 0)
        assert reconciled(placed).is_consistent
