"""Returns and the order in which payments give back (R15, R16, R25)."""

import pytest

from settlement.domain.errors import MoneyCannotMove, ReturnTooLarge
from settlement.domain.order.invoice import InvoiceType
from settlement.domain.planning.drafting import RefundPriority
from testkit.builders import ACCOUNT, a_connector, a_new_payment
from testkit.shop import Placed, Shop
from tests.support import operator


def gift_and_card(shop: Shop) -> Placed:
    """A gift card of 3000 and a card of 7000, both settled."""
    placed = shop.open(a_new_payment(3000, "partial", "giftCard"), a_new_payment(7000, "partial"))
    placed.invoice("N1", 10000)
    return placed


def test_r15_lowest_settled_payment_gives_back_first(shop: Shop) -> None:
    placed = gift_and_card(shop)

    placed.give_back("D1", 5000)

    assert placed.moved_by_payment("refund") == [(1, 3000), (2, 2000)]


def test_r15_card_gives_back_first_when_the_account_says_so(shop: Shop) -> None:
    shop.refund_first(RefundPriority.CARD_FIRST)
    placed = gift_and_card(shop)

    placed.give_back("D1", 5000)
    placed.give_back("D2", 3000)

    assert placed.moved_by_payment("refund") == [(2, 5000), (2, 2000), (1, 1000)]


def test_r15_new_priority_holds_for_every_refund_planned_after_it(shop: Shop) -> None:
    placed = gift_and_card(shop)
    placed.give_back("D1", 1000)

    shop.refund_first(RefundPriority.CARD_FIRST)
    placed.give_back("D2", 1000)

    assert placed.moved_by_payment("refund") == [(1, 1000), (2, 1000)]


def test_r15_refund_names_the_oldest_settlement_first_and_never_more_than_it_holds(shop: Shop) -> None:
    placed = shop.open()
    placed.invoice("N1", 3000)
    placed.invoice("N2", 7000)

    placed.give_back("D1", 2000)
    placed.give_back("D2", 2000)

    assert placed.moved("refund") == [2000, 1000, 1000]
    held = shop.store.settlements(ACCOUNT, placed.transaction_id, placed.payments[0].payment_id)
    assert [(settlement.value, settlement.refunded) for settlement in held] == [(3000, 3000), (7000, 1000)]


def test_r16_return_on_an_invoiced_order_is_refunded(shop: Shop) -> None:
    placed = shop.open()
    placed.invoice("N1", 7000)
    placed.give_back("D0", 500)
    assert placed.moved("refund") == []
    placed.invoice("N2", 3000)

    placed.give_back("D1", 1500)
    placed.give_back("D2", 1500)

    assert placed.moved("refund") == [1500, 1500]
    assert placed.status == ("invoiced", "Finished")
    with pytest.raises(ReturnTooLarge):
        placed.give_back("D3", 7000)
    placed.give_back("D3", 6500)
    assert placed.ledger.refunded == 9500


def test_r16_return_before_completion_does_not_reduce_what_can_be_invoiced(shop: Shop) -> None:
    placed = shop.open()
    placed.invoice("N1", 7000)

    placed.give_back("D0", 7000)
    placed.invoice("N2", 3000)

    assert placed.moved("settle") == [7000, 3000]
    assert placed.order.returned == 7000


def test_r16_return_waits_for_the_settlement_it_depends_on(shop: Shop) -> None:
    placed = shop.open()
    shop.provider.script("settle", "500", "500", "500")
    placed.invoice("N1", 10000)

    placed.give_back("D1", 1500)
    assert (placed.moved("settle"), placed.moved("refund")) == ([], [])
    shop.clock.advance_to(placed.operations[1].due_at or shop.clock.time)
    shop.sweep()
    placed.run()

    assert (placed.moved("settle"), placed.moved("refund")) == ([10000], [1500])


def test_r16_return_without_any_sale_is_refused(shop: Shop) -> None:
    placed = shop.open()

    with pytest.raises(ReturnTooLarge):
        placed.give_back("D1", 1)


def test_r16_stand_alone_invoice_gives_no_right_to_a_return(shop: Shop) -> None:
    placed = shop.open()
    placed.invoice("N1", 10500)
    placed.invoice("N2", 100)

    with pytest.raises(ReturnTooLarge):
        placed.give_back("D1", 10001)


def test_return_of_a_part_is_refused_when_no_settled_payment_takes_it(shop: Shop) -> None:
    shop.connect(a_connector("plain", partial_refund=False))
    placed = shop.open(a_new_payment(10000, "plain"))
    placed.invoice("N1", 10000)

    with pytest.raises(MoneyCannotMove):
        placed.give_back("D1", 1500)
    placed.give_back("D1", 10000)

    assert placed.moved("refund") == [10000]


def test_return_refunds_two_hundred_settlements_of_one_payment(shop: Shop) -> None:
    placed = shop.open()
    for number in range(200):
        placed.invoice(f"N{number}", 50)

    placed.give_back("D1", 10000)

    assert placed.moved("refund") == [50] * 200
    assert placed.ledger.refundable == 0


def test_return_that_cannot_be_refunded_whole_yet_is_missing_whole_and_its_retry_refunds_it(shop: Shop) -> None:
    placed = shop.open(a_new_payment(4000, "partial"), a_new_payment(6000, "partial"))
    shop.provider.script("settle", "ok", "400")
    placed.notify("N1", 10000, type_=InvoiceType.OUTPUT)
    placed.notify("D1", 8000, type_=InvoiceType.INPUT)
    placed.run()
    assert (placed.operation.missing, placed.moved("refund")) == (8000, [])

    operator.retry(placed, 2)
    operator.retry(placed, 3)

    assert sum(placed.moved("refund")) == 8000
    assert placed.ledger.refunded == 8000
    assert placed.status == ("invoiced", "Finished")
