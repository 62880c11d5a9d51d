"""A merchant tells that it has received a payment outside of its connector (C§3.1, C§3.2)."""

from decimal import Decimal

import pytest

from settlement.domain.errors import BadValue, OrderNotFound, PaymentNotFound, WrongStatus
from settlement.domain.events import EventType
from settlement.domain.transaction.leg import LegKind, LegState
from settlement.domain.transaction.operation import MAX_CALLBACKS
from settlement.domain.transaction.payment import Authorisation
from settlement.use_cases.connectors.receive_callback import receive_callback
from settlement.use_cases.gateway.notify_payment import Received, notify_payment, notify_payment_of_order
from testkit.builders import ACCOUNT, a_new_payment
from testkit.shop import Placed, Shop

SLIP = "bankInvoice"


def undecided(shop: Shop, group: str = SLIP) -> Placed:
    """An order whose one payment its connector has not decided."""
    shop.provider.usually("authorise", "undefined")
    return shop.place(a_new_payment(10000, "partial", group)).run()


def notify(placed: Placed, value: str | None = None) -> None:
    """Tell that the payment was received, and run what that starts."""
    payment = placed.payments[0].payment_id
    notify_payment(placed.shop.ports, ACCOUNT, payment, Received(Decimal(value) if value else None, "01/01/2025"))
    placed.run()


@pytest.mark.parametrize("value", [None, "100", "100.00"])
def test_slip_that_was_paid_is_authorised(shop: Shop, value: str | None) -> None:
    placed = undecided(shop)
    notify(placed, value)

    assert placed.status == ("ready-for-handling", "Approved")
    assert placed.ledger.authorised == 10000
    assert placed.payments[0].cancel_at is None
    told = placed.said(EventType.PAYMENT_NOTIFIED)
    assert [(event.data["value"], event.data["paidOn"]) for event in told] == [(10000, "01/01/2025")]


def test_money_of_a_paid_slip_is_booked_without_its_connector(shop: Shop) -> None:
    placed = undecided(shop)
    notify(placed)
    placed.start()
    placed.invoice("N1", 7000)
    placed.invoice("N2", 3000)
    placed.give_back("D1", 1500)

    assert placed.status == ("invoiced", "Settling")
    assert placed.transaction.is_in_error
    assert (placed.ledger.captured, placed.ledger.refunded) == (10000, 0)
    assert {call.kind for call in shop.provider.calls} == {"authorise"}
    by_hand = [leg for leg in placed.legs if leg.state is LegState.MANUAL]
    assert [(leg.kind, leg.value) for leg in by_hand] == [(LegKind.REFUND, 1500)]


def test_discount_on_a_paid_slip_is_given_back_by_hand(shop: Shop) -> None:
    placed = undecided(shop)
    notify(placed)
    placed.start()
    placed.change("C1", discount=1000)
    placed.invoice("N1", 9000)

    assert placed.status == ("invoiced", "Settling")
    assert placed.transaction.is_in_error
    assert (placed.ledger.captured, placed.ledger.withheld) == (9000, 1000)
    assert len(placed.said(EventType.MANUAL_CANCELLATION_REQUIRED)) == 1


def test_connector_that_decides_is_believed(shop: Shop) -> None:
    placed = undecided(shop)
    shop.provider.usually("authorise", "ok")
    notify(placed)
    placed.start()
    placed.invoice("N1", 10000)

    assert not placed.payments[0].offline
    assert placed.moved("settle") == [10000]


def test_word_about_a_card_only_has_its_connector_asked_again(shop: Shop) -> None:
    placed = undecided(shop, "creditCard")
    asked = len(shop.provider.calls)
    notify(placed)

    assert placed.payments[0].authorisation is Authorisation.PENDING
    assert len(shop.provider.calls) == asked + 1


def test_word_about_a_card_without_end_has_no_effect(shop: Shop) -> None:
    placed = undecided(shop, "creditCard")
    for _ in range(MAX_CALLBACKS):
        notify(placed)
    before, asked = shop.store.backup(), len(shop.provider.calls)
    assert len(placed.said(EventType.PAYMENT_NOTIFIED)) == MAX_CALLBACKS

    notify(placed)

    assert (shop.store.backup(), len(shop.provider.calls)) == (before, asked)


def test_word_that_a_slip_was_paid_counts_however_often_its_connector_was_asked_before(shop: Shop) -> None:
    placed = undecided(shop)
    payment = placed.payments[0]
    for _ in range(MAX_CALLBACKS):
        receive_callback(shop.ports, ACCOUNT, placed.transaction_id, payment.payment_id, payment.signature)
        placed.run()

    notify(placed)

    assert placed.status == ("ready-for-handling", "Approved")


def test_word_that_comes_twice_counts_once(shop: Shop) -> None:
    placed = undecided(shop)
    for _ in range(3):
        notify(placed)
    assert placed.ledger.authorised == 10000
    assert len(placed.said(EventType.PAYMENT_AUTHORISED)) == 1


def test_other_value_is_refused(shop: Shop) -> None:
    placed = undecided(shop)
    with pytest.raises(BadValue, match=r"valuePaid \(50.1\) should be equal to the payment's value \(100.00\)"):
        notify(placed, "50.1")
    assert placed.payments[0].paid_at is None


def test_denied_payment_stays_denied(shop: Shop) -> None:
    shop.provider.usually("authorise", "denied")
    placed = shop.place(a_new_payment(10000, "partial", SLIP)).run()
    with pytest.raises(WrongStatus):
        notify(placed)


def test_payment_is_looked_for_in_its_order(shop: Shop) -> None:
    placed, other = undecided(shop), undecided(shop)
    payment = placed.payments[0].payment_id
    with pytest.raises(PaymentNotFound):
        notify_payment_of_order(shop.ports, ACCOUNT, other.order_id, payment)
    with pytest.raises(PaymentNotFound):
        notify_payment(shop.ports, ACCOUNT, "nothing", Received())
    with pytest.raises(OrderNotFound):
        notify_payment_of_order(shop.ports, ACCOUNT, "nothing", payment)
    notify_payment_of_order(shop.ports, ACCOUNT, placed.order_id, payment)
    placed.run()
    assert placed.payments[0].authorisation is Authorisation.APPROVED
