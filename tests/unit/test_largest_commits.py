"""The largest commit of every kind fits one transaction of 100 writes, on orders as large as they may be."""

from datetime import timedelta

import pytest

from settlement.domain.changes.modification import ModificationRequest, ModifiedItem
from settlement.domain.order.invoice import InvoiceType
from settlement.domain.order.order import MAX_LINES, OrderTotal
from settlement.domain.transaction.operation import OperationState
from settlement.domain.transaction.payment import MAX_PAYMENTS
from settlement.storage.writing import writes
from settlement.use_cases.orders.modify_order import modify_order
from settlement.use_cases.orders.place_order import NewLine
from settlement.use_cases.recovery.retry_operation import MAX_RETRIED_AT_ONCE, retry_operation
from testkit.builders import ACCOUNT, a_new_payment, item
from testkit.shop import Placed, Shop

MAX_WRITES = 100
PRICE = 400
VALUE = MAX_LINES * PRICE


def largest(shop: Shop) -> int:
    """The most writes of one commit so far."""
    return max(len(writes("table", commit)[1]) for commit in shop.store.commits)


def open_largest(shop: Shop, mode: str) -> Placed:
    """A started order with as many lines and payments as one may have."""
    share = VALUE // MAX_PAYMENTS
    placed = shop.open(
        *(a_new_payment(share, mode) for _ in range(MAX_PAYMENTS)),
        value=VALUE,
        lines=tuple(NewLine(f"A{number}", "Shoe", 1, PRICE, PRICE) for number in range(MAX_LINES)),
        totals=(OrderTotal("Items", VALUE),),
    )
    assert len(placed.payments) == MAX_PAYMENTS
    return placed


@pytest.mark.parametrize("mode", ["partial", "total", "hold"])
def test_placing_changing_invoicing_and_returning_every_line_fits(shop: Shop, mode: str) -> None:
    placed = open_largest(shop, mode)
    placing = largest(shop)
    every_line = [item(f"A{number}", PRICE) for number in range(MAX_LINES)]

    placed.invoice("N1", VALUE // 2)
    placed.invoice("N2", VALUE // 2, *every_line)
    placed.notify("D1", VALUE, *every_line, type_=InvoiceType.INPUT)
    placed.rest()

    assert placing == 95
    assert largest(shop) <= MAX_WRITES
    assert placed.ledger.refunded == VALUE


@pytest.mark.parametrize("mode", ["partial", "total", "hold"])
def test_taking_something_of_every_line_fits(shop: Shop, mode: str) -> None:
    registered, modified = open_largest(shop, mode), open_largest(shop, mode)
    removed = tuple(item(f"A{number}", PRICE) for number in range(MAX_LINES - 1))
    gone = tuple(ModifiedItem(f"A{number}", 1) for number in range(MAX_LINES - 1))
    wanted = ModificationRequest("sold out", gone, (), 0, 0, 0, compensates_shipping=False)

    registered.change("C1", discount=VALUE - PRICE, items_removed=removed)
    modify_order(shop.ports, ACCOUNT, modified.order_id, wanted, "{}")
    modified.run()

    assert largest(shop) <= MAX_WRITES
    assert registered.order.value == modified.order.value == PRICE


@pytest.mark.parametrize("mode", ["partial", "total", "hold"])
def test_cancelling_every_payment_fits(shop: Shop, mode: str) -> None:
    placed = open_largest(shop, mode)

    placed.cancel()

    assert largest(shop) <= MAX_WRITES
    assert placed.status == ("canceled", "Cancelled")


def test_setting_aside_and_retrying_as_many_calls_as_one_retry_takes_on_every_payment_fits(shop: Shop) -> None:
    placed = open_largest(shop, "partial")
    for number in range(MAX_RETRIED_AT_ONCE):
        placed.invoice(f"N{number}", VALUE // MAX_RETRIED_AT_ONCE)
    shop.provider.usually("refund", "500")
    placed.give_back("D1", VALUE)
    shop.pass_time(timedelta(hours=26))
    assert placed.operation.state is OperationState.FAILED
    assert all(payment.blocked for payment in placed.payments)
    before = largest(shop)

    retry_operation(shop.ports, ACCOUNT, placed.transaction_id, placed.operation.sequence)
    retrying = len(writes("table", shop.store.commits[-1])[1])

    assert before <= MAX_WRITES
    assert 2 * MAX_RETRIED_AT_ONCE + MAX_PAYMENTS < retrying <= MAX_WRITES
