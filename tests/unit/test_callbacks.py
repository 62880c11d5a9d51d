"""Callbacks of connectors: hints that an undecided authorisation is decided, and nothing more (C§4.2)."""

from datetime import timedelta

import pytest

from settlement.domain.errors import PaymentNotFound, Unauthorised
from settlement.domain.events import EventType
from settlement.domain.ledger.ledger import Counters
from settlement.domain.transaction.operation import MAX_CALLBACKS
from settlement.domain.transaction.payment import Payment
from settlement.use_cases.connectors.receive_callback import receive_callback
from testkit.builders import ACCOUNT, a_new_payment
from testkit.shop import Placed, Shop
from testkit.workflow import steps

HOUR = timedelta(hours=1)


def two_payments(shop: Shop) -> Placed:
    """A payment of 4000, approved, and one of 6000, undecided."""
    shop.provider.script("authorise", "ok", "undefined")
    return shop.place(a_new_payment(4000, "partial"), a_new_payment(6000, "partial")).run()


def undecided(shop: Shop) -> Placed:
    """One payment that is not decided."""
    shop.provider.script("authorise", "undefined")
    return shop.place().run()


def call_back(placed: Placed, payment: Payment, signature: str | None = None, account: str = ACCOUNT) -> None:
    """Call a payment's callback, and run what comes of it."""
    signed = payment.signature if signature is None else signature
    receive_callback(placed.shop.ports, account, placed.transaction_id, payment.payment_id, signed)
    placed.run()


def asked(shop: Shop) -> int:
    """How often connectors were asked to authorise."""
    return len([call for call in shop.provider.calls if call.kind == "authorise"])


@pytest.mark.parametrize(
    ("answer", "statuses"),
    [("ok", ("ready-for-handling", "Approved")), ("denied", ("canceled", "Cancelled"))],
)
def test_callback_brings_the_decision(shop: Shop, answer: str, statuses: tuple[str, str]) -> None:
    placed = undecided(shop)
    shop.provider.usually("authorise", "denied" if answer == "denied" else "ok")

    call_back(placed, placed.payments[0])

    assert placed.status == statuses


def test_callback_before_the_connector_knows_changes_nothing(shop: Shop) -> None:
    placed = undecided(shop)
    shop.provider.script("authorise", "undefined")

    call_back(placed, placed.payments[0])
    assert placed.status == ("payment-pending", "Authorizing")
    shop.pass_time(5 * HOUR)

    assert placed.status == ("ready-for-handling", "Approved")


def test_callback_does_not_prolong_how_long_a_payment_may_stay_undecided(shop: Shop) -> None:
    """C§7.21: a new delayToCancel replaces nothing and adds no second plan."""
    shop.provider.delay_to_cancel_seconds = 3600
    shop.provider.usually("authorise", "undefined")
    placed = shop.place().run()
    shop.pass_time(HOUR / 2)
    shop.provider.delay_to_cancel_seconds = 86_400

    call_back(placed, placed.payments[0])
    shop.pass_time(HOUR / 2 + timedelta(minutes=2))

    assert placed.status == ("canceled", "Cancelled")


@pytest.mark.parametrize("signature", ["", "wrong", "é"])
def test_callback_without_the_right_signature_is_refused(shop: Shop, signature: str) -> None:
    placed = undecided(shop)
    before, calls = placed.heads, asked(shop)

    with pytest.raises(Unauthorised):
        call_back(placed, placed.payments[0], signature)

    assert (placed.heads, asked(shop)) == (before, calls)


def test_callback_with_the_signature_of_another_payment_is_refused(shop: Shop) -> None:
    placed = two_payments(shop)
    first, second = placed.payments

    with pytest.raises(Unauthorised):
        call_back(placed, second, first.signature)


def test_callback_for_another_account_finds_nothing(shop: Shop) -> None:
    placed = undecided(shop)

    with pytest.raises(PaymentNotFound):
        call_back(placed, placed.payments[0], account="other")
    with pytest.raises(PaymentNotFound):
        call_back(placed, placed.payments[0], account="")


def test_signatures_are_of_one_payment_each_and_fit_the_protocol(shop: Shop) -> None:
    placed = two_payments(shop)

    signatures = [payment.signature for payment in placed.payments]

    assert len(set(signatures)) == 2
    assert all(0 < len(signature) <= 32 for signature in signatures)


def test_decided_order_is_not_asked_about_again(shop: Shop) -> None:
    placed = shop.open()
    placed.invoice("N1", 7000)
    before, calls = placed.heads, asked(shop)
    shop.provider.usually("authorise", "denied")

    call_back(placed, placed.payments[0])

    assert (placed.heads, asked(shop)) == (before, calls)


def test_callback_of_the_undecided_payment_leaves_the_decided_one_alone(shop: Shop) -> None:
    placed = two_payments(shop)
    first, second = placed.payments

    call_back(placed, second)

    assert placed.status == ("ready-for-handling", "Approved")
    assert placed.payments[0] == first
    assert [call.payment_id for call in shop.provider.calls].count(first.payment_id) == 1
    assert len(placed.said(EventType.PAYMENT_AUTHORISED)) == 2


def test_signature_of_a_decided_payment_is_good_for_nothing_while_another_is_undecided(shop: Shop) -> None:
    placed = two_payments(shop)
    first, second = placed.payments
    before = shop.store.backup()

    call_back(placed, first)

    assert shop.store.backup() == before
    asked_about = [call.payment_id for call in shop.provider.calls]
    assert (asked_about.count(first.payment_id), asked_about.count(second.payment_id)) == (1, 1)
    assert placed.status == ("payment-pending", "Authorizing")


def test_callback_replayed_without_end_stops_having_an_effect(shop: Shop) -> None:
    placed = undecided(shop)
    shop.provider.usually("authorise", "undefined")
    for _ in range(MAX_CALLBACKS):
        call_back(placed, placed.payments[0])
    before, times = shop.store.backup(), asked(shop)

    for _ in range(3):
        call_back(placed, placed.payments[0])

    assert (shop.store.backup(), asked(shop)) == (before, times)
    shop.provider.usually("authorise", "ok")
    shop.pass_time(5 * HOUR)
    assert placed.status == ("ready-for-handling", "Approved")


def test_denial_by_callback_cancels_the_payment_that_was_approved(shop: Shop) -> None:
    placed = two_payments(shop)
    shop.provider.script("authorise", "denied")

    call_back(placed, placed.payments[1])

    assert placed.status == ("canceled", "Cancelled")
    assert placed.ledger == Counters(authorised=4000, cancelled=4000)


def test_callback_of_a_cancelled_order_revives_nothing(shop: Shop) -> None:
    placed = undecided(shop)
    placed.cancel()

    call_back(placed, placed.payments[0])

    assert placed.status == ("canceled", "Cancelled")
    assert [books.state for books in shop.provider.books.values()] == ["voided"]


@pytest.mark.parametrize("step", range(4))
def test_callback_that_comes_while_its_payment_is_being_asked_about_is_not_lost(shop: Shop, step: int) -> None:
    """A connector may answer ``undefined`` and call back before that answer is written down."""
    shop.provider.script("authorise", "undefined")
    placed = shop.place()
    [ready] = shop.ready()
    execution = steps(shop.ports, shop.provider, ACCOUNT, *ready)
    for _ in range(step):
        next(execution, None)
    [payment] = placed.payments

    receive_callback(shop.ports, ACCOUNT, placed.transaction_id, payment.payment_id, payment.signature)
    shop.relay()
    for _ in execution:
        pass
    shop.relay()

    assert placed.status == ("ready-for-handling", "Approved")


def test_old_callback_does_not_make_later_inquiries_hurry(shop: Shop) -> None:
    shop.provider.usually("authorise", "undefined")
    placed = undecided(shop)
    call_back(placed, placed.payments[0])
    calls = asked(shop)

    shop.pass_time(4 * HOUR + timedelta(minutes=1))
    placed.run()

    assert asked(shop) == calls + 1
