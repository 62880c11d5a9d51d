"""What can still be done about a modification: trying it again, taking it back, cancelling the order (C§2.2)."""

from datetime import timedelta

import pytest

from settlement.domain.changes.modification import ModificationStatus
from settlement.domain.connectors.connector import Mode
from settlement.domain.ledger.ledger import Counters
from settlement.domain.order.invoice import InvoiceType
from settlement.domain.transaction.operation import OperationKind, OperationState
from testkit.shop import Shop
from tests.support.modifications import (
    FAILS,
    details,
    discount,
    found,
    history,
    items,
    modify,
    one,
    quantities,
    refused,
    retry,
    stuck_behind_a_settlement,
    take,
    take_back,
)

HOUR = timedelta(hours=1)


def test_retry_of_a_waiting_modification_tries_it_at_once(shop: Shop) -> None:
    placed = shop.open()
    shop.provider.script("cancel", *FAILS)
    taken = modify(placed, **discount(1500))
    assert placed.moved("cancel") == []

    retry(placed, taken)
    placed.run()

    assert placed.moved("cancel") == [1500]
    assert found(placed, taken).status is ModificationStatus.DONE


def test_retry_of_a_modification_behind_another_operation_changes_nothing(shop: Shop) -> None:
    placed, taken = stuck_behind_a_settlement(shop, discount(3000))
    before = placed.heads

    retry(placed, taken)

    assert placed.heads == before


def test_modification_that_waits_behind_another_operation_can_be_taken_back(shop: Shop) -> None:
    wish = {"remove": items(one("B", 2))}
    placed, taken = stuck_behind_a_settlement(shop, wish)
    assert (placed.order.value, quantities(placed)[1]) == (7000, ("B", 0, 2, 0))

    take_back(placed, taken)

    assert (placed.order.value, quantities(placed)[1]) == (10000, ("B", 2, 0, 2))
    shown = details(placed, taken)
    assert (shown["status"], shown["finished"]) == ("canceled", True)
    assert shown["cancellationData"]["reason"] == "changed my mind"
    assert "the change was cancelled: changed my mind" in shown["logs"][-1]["message"]
    assert history(placed)["requests"] == []
    placed.rest()
    placed.invoice("N2", 5000)
    assert (placed.moved("settle"), placed.moved("cancel")) == ([5000, 5000], [])
    assert placed.status == ("invoiced", "Finished")


def test_taking_back_twice_is_taking_back_once(shop: Shop) -> None:
    placed, taken = stuck_behind_a_settlement(shop, discount(3000))
    take_back(placed, taken)
    before = placed.heads

    take_back(placed, taken, "again")

    assert placed.heads == before
    assert details(placed, taken)["cancellationData"]["reason"] == "changed my mind"


def test_next_modification_is_taken_as_soon_as_one_was_taken_back(shop: Shop) -> None:
    placed, taken = stuck_behind_a_settlement(shop, discount(3000))
    take_back(placed, taken)

    modify(placed, **discount(1000))
    placed.rest()

    assert placed.order.value == 9000
    assert placed.ledger == Counters(authorised=10000, captured=5000, cancelled=1000)


def test_items_that_were_added_leave_the_order_when_they_are_taken_back(shop: Shop) -> None:
    shop.provider.headroom = 2000
    placed, taken = stuck_behind_a_settlement(shop, {"add": items(one("C", price=700))})

    take_back(placed, taken)
    placed.rest()

    assert placed.order.value == 10000
    assert quantities(placed)[2] == ("C", 0, 1, 0)
    assert placed.ledger.authorised == 10000


def test_modification_that_completes_the_order_can_be_taken_back_before_it_runs(shop: Shop) -> None:
    placed, taken = stuck_behind_a_settlement(shop, discount(5000))
    assert placed.order.invoiced_at is not None

    take_back(placed, taken)
    placed.rest()

    assert placed.order.invoiced_at is None
    assert placed.status == ("payment-approved", "Settling")
    placed.invoice("N2", 5000)
    assert placed.ledger == Counters(authorised=10000, captured=10000)
    assert placed.status == ("invoiced", "Finished")


def test_modification_whose_money_is_on_its_way_is_not_taken_back(shop: Shop) -> None:
    placed = shop.open()
    shop.provider.script("cancel", *FAILS)
    taken = modify(placed, **discount(1500))

    assert refused(lambda: take_back(placed, taken)) == ("SalesOrderSystem014", 409)
    assert placed.order.value == 8500


def test_modification_on_which_an_invoice_counts_is_not_taken_back(shop: Shop) -> None:
    """The order would be worth less than its invoices."""
    shop.provider.headroom = 2000
    placed, taken = stuck_behind_a_settlement(shop, {"manualIncrementValue": 1500})
    placed.notify("N2", 5500, type_=InvoiceType.OUTPUT)

    assert refused(lambda: take_back(placed, taken)) == ("SalesOrderSystem046", 409)

    placed.rest()
    placed.invoice("N3", 1000)
    assert placed.moved("settle") == [5000, 5500, 1000]
    assert placed.status == ("invoiced", "Finished")


def test_modification_is_not_taken_back_to_the_very_value_that_is_invoiced(shop: Shop) -> None:
    """Nothing would be left to complete the order, and Hold would retain its requests for ever."""
    shop.provider.headroom = 2000
    placed, taken = stuck_behind_a_settlement(shop, {"manualIncrementValue": 1500})
    placed.notify("N2", 5000, type_=InvoiceType.OUTPUT)

    assert refused(lambda: take_back(placed, taken)) == ("SalesOrderSystem046", 409)


def test_modification_that_let_an_invoice_complete_the_order_is_not_taken_back(shop: Shop) -> None:
    placed, taken = stuck_behind_a_settlement(shop, discount(3000))
    placed.notify("N2", 2000, type_=InvoiceType.OUTPUT)

    assert refused(lambda: take_back(placed, taken)) == ("SalesOrderSystem046", 409)

    placed.rest()
    assert placed.status == ("invoiced", "Finished")


def test_completing_modification_after_which_goods_came_back_is_not_taken_back(shop: Shop) -> None:
    placed, taken = stuck_behind_a_settlement(shop, discount(5000))
    placed.notify("D1", 1000, type_=InvoiceType.INPUT)

    assert refused(lambda: take_back(placed, taken)) == ("SalesOrderSystem046", 409)

    placed.rest()
    assert placed.ledger == Counters(authorised=10000, captured=5000, cancelled=5000, refunded=1000)


def test_modification_of_a_cancelled_order_is_not_taken_back(shop: Shop) -> None:
    shop.provider.delay_to_auto_settle_seconds = 60
    placed = shop.open()
    shop.provider.script("settle", *FAILS)
    shop.pass_time(timedelta(minutes=2))
    taken = take(placed, **discount(3000)).modification.request_id
    placed.cancel_only()

    assert refused(lambda: take_back(placed, taken)) == ("SalesOrderSystem008", 409)

    placed.rest()
    assert placed.status == ("canceled", "Cancelled")
    assert placed.ledger.net_captured - placed.ledger.refunded + placed.ledger.change_refunded == 0


@pytest.mark.parametrize("mode", list(Mode))
def test_order_can_be_cancelled_while_a_modification_is_on_its_way(shop: Shop, mode: Mode) -> None:
    placed = shop.open(mode=mode)
    take(placed, **discount(3000))

    placed.cancel()

    assert placed.status == ("canceled", "Cancelled")
    assert placed.moved("settle") == []
    assert sum(placed.moved("cancel")) == placed.ledger.cancelled == 10000
    assert [held.kind for held in placed.operations[1:]] == [OperationKind.REDUCE, OperationKind.CANCEL]
    assert all(held.state is OperationState.DONE for held in placed.operations)


def test_race_between_taking_back_and_the_workflow_is_decided_by_the_first_write(shop: Shop) -> None:
    placed = shop.open()
    taken = take(placed, **discount(1500)).modification.request_id
    shop.store.interrupt(placed.run)

    assert refused(lambda: take_back(placed, taken)) == ("SalesOrderSystem016", 409)

    assert placed.order.value == 8500
    assert placed.moved("cancel") == [1500]


def test_race_between_two_modifications_takes_one(shop: Shop) -> None:
    placed = shop.open()
    shop.store.interrupt(lambda: take(placed, **discount(1500)))

    assert refused(lambda: take(placed, **discount(1500))) == ("SalesOrderSystem014", 409)

    assert placed.order.value == 8500
