"""What a connector tells of a payment is kept with it: the newest answer that names a part counts (C§4.2)."""

from dataclasses import replace
from datetime import timedelta

from settlement.domain.connectors.connector import VaultedCard
from settlement.domain.connectors.payment_answer import PaymentAnswer, PaymentApp
from settlement.domain.order.shopper import Shopper
from settlement.domain.transaction.payment import Payment
from settlement.use_cases.orders.erase_shopper import erase_shopper
from testkit.builders import ACCOUNT, ORDER_ID, a_new_order, a_new_payment
from testkit.shop import Placed, Shop

SLIP = PaymentAnswer(
    authorization_id="AUT-1",
    tid="TID",
    nsu="NSU-1",
    acquirer="TestPay",
    payment_url="https://pay.example/slip/1",
    payment_app=PaymentApp("shop.pix", "00020126"),
    identification_number="23790",
    delay_after_antifraud_seconds=1800,
)
HOURS = timedelta(hours=4)


def undecided(shop: Shop) -> Placed:
    """An order of Maria's whose connector waits for her money."""
    shop.provider.usually("authorise", "undefined")
    shop.provider.tells = SLIP
    payment = a_new_payment(10000, "partial", card=VaultedCard("vault", "M SILVA", "444433", "1111"))
    placed = shop.place_again(a_new_order(payment, order_id=ORDER_ID, shopper=Shopper(email="maria@mail.example")))
    placed.run()
    return placed


def told(payment: Payment) -> PaymentAnswer:
    """What the payment has of answers."""
    return PaymentAnswer(**{name: getattr(payment, name) for name in PaymentAnswer.__slots__})


def test_undecided_payment_has_everything_that_was_told(shop: Shop) -> None:
    assert told(undecided(shop).payments[0]) == SLIP


def test_newer_answer_replaces_what_it_names_and_leaves_the_rest(shop: Shop) -> None:
    placed = undecided(shop)
    shop.provider.tells = PaymentAnswer(nsu="NSU-2", identification_number="23791")
    shop.pass_time(HOURS)
    assert told(placed.payments[0]) == replace(SLIP, nsu="NSU-2", identification_number="23791")

    shop.provider.usually("authorise", "ok")
    shop.provider.tells = PaymentAnswer(acquirer="Other", authorization_id="AUT-2")
    shop.pass_time(HOURS)

    assert placed.status == ("ready-for-handling", "Approved")
    kept = told(placed.payments[0])
    assert (kept.acquirer, kept.authorization_id) == ("Other", "AUT-2")
    assert (kept.identification_number, kept.payment_url) == ("23791", SLIP.payment_url)


def test_denied_payment_keeps_what_was_told(shop: Shop) -> None:
    shop.provider.tells = PaymentAnswer(tid="TID-1", acquirer="TestPay")
    shop.provider.script("authorise", "denied")
    placed = shop.place().run()

    [payment] = placed.payments
    assert (payment.tid, payment.acquirer, payment.return_code) == ("TID-1", "TestPay", "51")


def test_erased_payment_has_no_way_to_pay_and_gets_none_again(shop: Shop) -> None:
    placed = undecided(shop)
    erase_shopper(shop.ports, ACCOUNT, ORDER_ID)
    shop.pass_time(HOURS)
    shop.provider.usually("authorise", "ok")
    shop.provider.tells = replace(SLIP, nsu="NSU-3", redirect_url="https://pay.example/old")
    shop.pass_time(HOURS)

    assert placed.status == ("ready-for-handling", "Approved")
    assert told(placed.payments[0]) == replace(SLIP, nsu="NSU-3", payment_url=None, payment_app=None)
    shop.store.commits.clear()
    assert "pay.example" not in repr(shop.store.backup())


def test_answer_that_was_under_way_during_an_erasure_brings_nothing_back(shop: Shop) -> None:
    shop.provider.usually("authorise", "undefined")
    order = a_new_order(a_new_payment(10000, "partial"), order_id=ORDER_ID, shopper=Shopper(email="maria@mail.example"))
    placed = shop.place_again(order)
    shop.provider.tells = SLIP
    shop.provider.delay(lambda: erase_shopper(shop.ports, ACCOUNT, ORDER_ID))
    placed.run()
    shop.pass_time(HOURS)

    assert placed.payments[0].nsu == "NSU-1"
    assert (placed.payments[0].payment_url, placed.payments[0].payment_app) == (None, None)


def test_way_to_pay_is_in_no_event(shop: Shop) -> None:
    placed = undecided(shop)

    assert not [part for part in ("pay.example/slip", "00020126") if part in repr(placed.events)]
