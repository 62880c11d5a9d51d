"""What a transaction shows is read from its heads and payments, whatever the number of its invoices."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest

from settlement.api.payments.view import gateway_payment
from settlement.api.transactions.view import transaction_view
from settlement.domain.transaction.payment import Payment
from settlement.use_cases.gateway.retrieve_transaction import retrieve_books, retrieve_payments
from settlement.use_cases.recovery.retry_operation import retry_operation
from testkit.builders import ACCOUNT
from testkit.shop import Placed, Shop
from tests.support.audits import mismatches_of

READS = ("order", "transaction", "payments", "operations", "operation", "legs", "leg", "refunds", "lines")


def shown(placed: Placed) -> tuple[Any, Any]:
    """The transaction and its payments as the gateway shows them."""
    store = placed.shop.store
    books = retrieve_books(store, ACCOUNT, placed.transaction_id)
    transaction, payments = retrieve_payments(store, ACCOUNT, placed.transaction_id)
    return (
        transaction_view(books, store.lines(ACCOUNT, placed.order_id)),
        [gateway_payment(held.payment, transaction, held.status, held.answers) for held in payments],
    )


@contextmanager
def counted_items(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """Count the items that each read returns."""
    counts: list[int] = []

    def counting(read: Callable[..., Any]) -> Callable[..., Any]:
        def counted(*args: Any, **named: Any) -> Any:
            found = read(*args, **named)
            counts.append(len(found) if isinstance(found, list) else 1)
            return found

        return counted

    with monkeypatch.context() as patch:
        for name in READS:
            patch.setattr(shop.store, name, counting(getattr(shop.store, name)))
        yield counts


def items_read(placed: Placed, read: Callable[[Placed], object], monkeypatch: pytest.MonkeyPatch) -> int:
    """The items that a view reads."""
    with counted_items(placed.shop, monkeypatch) as counts:
        read(placed)
    return sum(counts)


def invoiced(count: int, returns: int = 0) -> Placed:
    """An order with settled invoices and refunded returns."""
    placed = Shop().open(value=100 * count)
    for number in range(count):
        placed.invoice(f"N{number}", 100)
    for number in range(returns):
        placed.give_back(f"D{number}", 10)
    return placed


def test_views_read_as_many_items_with_fifty_invoices_as_with_three(monkeypatch: pytest.MonkeyPatch) -> None:
    few, many = invoiced(3), invoiced(50)

    for read in (
        lambda placed: retrieve_books(placed.shop.store, ACCOUNT, placed.transaction_id),
        lambda placed: retrieve_payments(placed.shop.store, ACCOUNT, placed.transaction_id),
    ):
        assert items_read(many, read, monkeypatch) == items_read(few, read, monkeypatch) <= 7


def test_only_its_refunds_lengthen_the_reading_of_a_payment(monkeypatch: pytest.MonkeyPatch) -> None:
    def read(placed: Placed) -> object:
        return retrieve_payments(placed.shop.store, ACCOUNT, placed.transaction_id)

    some, more = (items_read(invoiced(10, returns), read, monkeypatch) for returns in (1, 6))

    assert more == some + 5


def without_sums(placed: Placed) -> None:
    """Leave what an earlier version would have left: heads and payments without what their views read."""
    store = placed.shop.store
    store.corrupt(placed.transaction, replace(placed.transaction, deeds=None))
    for payment in placed.payments:
        old: Payment = replace(payment, last_settlement=None, last_refund=None, refunded_at=None)
        store.corrupt(payment, old)


def test_transaction_of_an_earlier_version_is_shown_the_same_and_goes_on() -> None:
    placed = invoiced(4, returns=2)
    placed.shop.provider.script("refund", "501")
    placed.give_back("LAST", 10)
    before = shown(placed)

    without_sums(placed)

    assert shown(placed) == before
    placed.give_back("MORE", 10)
    assert placed.transaction.deeds is None
    assert mismatches_of(placed.shop.store) == []
    [payment] = shown(placed)[1]
    assert payment["refundedValue"] == 30


def test_answer_before_is_shown_again_once_an_operator_has_retried_the_newest(shop: Shop) -> None:
    placed = shop.open()
    placed.invoice("N1", 4000)
    shop.provider.script("settle", "400")
    placed.invoice("N2", 3000)

    retry_operation(shop.ports, ACCOUNT, placed.transaction_id, 3)

    [payment] = shown(placed)[1]
    told = {field["name"]: field["value"] for field in payment["fields"]}
    assert '"value":40.0' in told["settlementConnectorResponse"]
    placed.run()
    [payment] = shown(placed)[1]
    told = {field["name"]: field["value"] for field in payment["fields"]}
    assert '"value":30.0' in told["settlementConnectorResponse"]
