"""Taking in an order: once, whole, and only if its sums add up (A§3.12)."""

from dataclasses import replace

import pytest

from settlement.domain.connectors.capabilities import Capability
from settlement.domain.errors import AlreadyExists, InvalidRequest, OrderNotFound
from settlement.domain.order.order import OrderTotal
from settlement.use_cases.orders.place_order import NewLine
from testkit.builders import ACCOUNT, ORDER_ID, TRANSACTION_ID, a_connector, a_new_order, a_new_payment
from testkit.shop import Placed, Shop

NEW = a_new_order(a_new_payment(10000, "partial"), order_id=ORDER_ID)


def test_order_is_taken_in_with_its_lines_payments_and_first_operation(shop: Shop) -> None:
    placed = shop.place_again(NEW)

    assert (placed.order.value, placed.order.placed_value, placed.order.order_group) == (10000, 10000, "1172452900788")
    assert [line.id for line in shop.store.lines(ACCOUNT, ORDER_ID)] == ["A", "B"]
    assert [payment.assigned for payment in placed.payments] == [10000]
    assert placed.operation.kind.value == "authorise"
    assert placed.status == ("payment-pending", "Authorizing")


def test_same_order_again_is_the_same_order(shop: Shop) -> None:
    first = shop.place_again(NEW)

    assert shop.place_again(NEW) == first
    shop.relay()
    assert [call.kind for call in shop.provider.calls] == ["authorise"]


def test_other_order_under_a_taken_id_is_refused(shop: Shop) -> None:
    shop.place_again(NEW)

    with pytest.raises(AlreadyExists):
        shop.place_again(a_new_order(a_new_payment(10001, "partial"), order_id=ORDER_ID))


def test_two_requests_for_one_order_make_one(shop: Shop) -> None:
    shop.store.interrupt(lambda: shop.place_again(NEW))

    placed = shop.place_again(NEW)
    shop.relay()

    assert placed.status == ("ready-for-handling", "Approved")
    assert len(shop.provider.calls) == 1


@pytest.mark.parametrize("name", ["transaction_id", "payment_id"])
def test_id_that_another_order_has_is_refused(shop: Shop, name: str) -> None:
    payment = a_new_payment(10000, "partial", payment_id="B" * 32)
    shop.place_again(a_new_order(payment, transaction_id=TRANSACTION_ID, order_id=ORDER_ID))
    if name == "transaction_id":
        other = a_new_order(a_new_payment(10000, "partial"), transaction_id=TRANSACTION_ID)
    else:
        other = a_new_order(payment)

    with pytest.raises(AlreadyExists):
        shop.place_again(other)


@pytest.mark.parametrize(
    "new",
    [
        a_new_order(a_new_payment(9999, "partial")),
        a_new_order(a_new_payment(10**12, "partial")),
        a_new_order(a_new_payment(10000, "partial"), totals=(OrderTotal("Items", 9999),)),
        a_new_order(a_new_payment(10000, "unknown")),
        a_new_order(a_new_payment(5000, "partial", payment_id="B"), a_new_payment(5000, "partial", payment_id="B")),
        a_new_order(
            a_new_payment(10000, "partial"),
            lines=(NewLine("A", "A", 1, 1, 1, "same"), NewLine("B", "B", 1, 1, 1, "same")),
        ),
    ],
    ids=["paid too little", "too much money", "totals differ", "unknown connector", "payment twice", "line twice"],
)
def test_order_that_does_not_add_up_is_refused(shop: Shop, new: object) -> None:
    assert isinstance(new, type(NEW))
    with pytest.raises(InvalidRequest):
        shop.place_again(replace(new, order_id=ORDER_ID))

    assert shop.store.order(ACCOUNT, ORDER_ID) is None


def test_unknown_order_takes_nothing(shop: Shop) -> None:
    nothing = Placed(shop, "unknown", TRANSACTION_ID)

    for act in (
        lambda: nothing.invoice("N1", 1),
        lambda: nothing.change("C1", 1),
        lambda: nothing.cancel(),
        lambda: nothing.start(),
    ):
        with pytest.raises(OrderNotFound):
            act()


def test_capabilities_are_kept_with_the_payment(shop: Shop) -> None:
    shop.connect(a_connector("plain", partial_refund=False))
    placed = shop.open(a_new_payment(10000, "plain"))

    shop.connect(a_connector("plain", partial_refund=True))

    assert placed.payments[0].capabilities.refund is Capability.NONE
