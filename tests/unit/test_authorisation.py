"""Authorising the payments of an order, all or none: undecided, denied, abandoned, cancelled meanwhile (C§4.2)."""

from dataclasses import replace
from datetime import timedelta

import pytest

from settlement.domain.errors import WrongStatus
from settlement.domain.events import EventType
from settlement.domain.ledger.ledger import Counters
from settlement.domain.transaction.leg import LegKind
from settlement.domain.transaction.operation import OperationKind, OperationState
from settlement.domain.transaction.payment import Authorisation
from settlement.use_cases.connectors.receive_callback import receive_callback
from settlement.use_cases.orders.place_order import NewPayment, await_authorisation
from testkit.builders import ACCOUNT, a_new_payment
from testkit.shop import Shop

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def two_payments() -> tuple[NewPayment, NewPayment]:
    """A payment of 4000 and one of 6000."""
    return a_new_payment(4000, "partial"), a_new_payment(6000, "partial")


def test_approved_order_is_ready_for_handling(shop: Shop) -> None:
    placed = shop.place()
    assert placed.status == ("payment-pending", "Authorizing")

    placed.run()

    assert placed.status == ("ready-for-handling", "Approved")
    assert placed.ledger == Counters(authorised=10000)
    [payment] = placed.payments
    assert (payment.authorization_id, payment.tid) == (f"AUT-{payment.payment_id}", "TID")
    assert payment.auto_settle_at == shop.clock.time + timedelta(days=4)


def test_handling_starts_only_from_ready_for_handling(shop: Shop) -> None:
    placed = shop.place()
    with pytest.raises(WrongStatus):
        placed.start()
    placed.run()

    placed.start()

    assert placed.status == ("handling", "Approved")
    with pytest.raises(WrongStatus):
        placed.start()


def test_denied_payment_cancels_the_order(shop: Shop) -> None:
    shop.provider.script("authorise", "denied")
    placed = shop.place().run()

    assert placed.status == ("canceled", "Cancelled")
    assert placed.order.cancel_reason == "Payment denied"
    assert placed.ledger == Counters()
    assert placed.operation.state is OperationState.DONE


def test_payment_that_is_refused_is_denied(shop: Shop) -> None:
    shop.provider.script("authorise", "400")
    placed = shop.place().run()

    assert placed.status == ("canceled", "Cancelled")


def test_one_denied_payment_cancels_the_approved_one(shop: Shop) -> None:
    shop.provider.script("authorise", "ok", "denied")
    placed = shop.place(*two_payments()).run()

    assert placed.status == ("canceled", "Cancelled")
    assert placed.moved_by_payment("cancel") == [(1, 4000)]
    assert placed.ledger == Counters(authorised=4000, cancelled=4000)


def test_one_denied_payment_voids_the_undecided_one(shop: Shop) -> None:
    shop.provider.script("authorise", "undefined", "denied")
    placed = shop.place(*two_payments()).run()

    assert placed.status == ("canceled", "Cancelled")
    assert [books.state for books in shop.provider.books.values()] == ["voided", "denied"]
    assert placed.ledger == Counters()


def test_undecided_payment_is_asked_again_until_it_is_approved(shop: Shop) -> None:
    shop.provider.script("authorise", "undefined", "undefined", "ok")
    placed = shop.place().run()
    assert placed.status == ("payment-pending", "Authorizing")
    assert placed.payments[0].payment_url == "https://pay.example"

    shop.pass_time(4 * HOUR)
    assert placed.transaction.authorisation is Authorisation.PENDING
    shop.pass_time(4 * HOUR)

    assert placed.status == ("ready-for-handling", "Approved")
    assert len({call.request_id for call in shop.provider.calls}) == 1


@pytest.mark.parametrize(("delay", "interval"), [(HOUR, timedelta(minutes=5)), (5 * HOUR, HOUR), (DAY, 4 * HOUR)])
def test_undecided_payment_is_asked_as_often_as_its_patience_says(
    shop: Shop, delay: timedelta, interval: timedelta
) -> None:
    shop.provider.delay_to_cancel_seconds = int(delay.total_seconds())
    shop.provider.usually("authorise", "undefined")
    placed = shop.place().run()
    calls = len(shop.provider.calls)

    shop.pass_time(interval - timedelta(minutes=1))
    assert len(shop.provider.calls) == calls
    shop.pass_time(timedelta(minutes=1))

    assert len(shop.provider.calls) == calls + 1
    assert placed.transaction.authorisation is Authorisation.PENDING


@pytest.mark.parametrize("delay", [timedelta(minutes=15), 5 * HOUR, 7 * DAY])
def test_undecided_payment_is_abandoned_after_its_delay_to_cancel(shop: Shop, delay: timedelta) -> None:
    shop.provider.delay_to_cancel_seconds = int(delay.total_seconds())
    shop.provider.usually("authorise", "undefined")
    placed = shop.place().run()

    shop.pass_time(delay - timedelta(minutes=2))
    assert placed.status == ("payment-pending", "Authorizing")
    shop.pass_time(timedelta(minutes=4))

    assert placed.status == ("canceled", "Cancelled")
    assert [books.state for books in shop.provider.books.values()] == ["voided"]
    assert placed.order.cancel_reason == "the authorisation was not decided in time"


def test_without_a_delay_an_undecided_payment_has_seven_days(shop: Shop) -> None:
    shop.provider.usually("authorise", "undefined")
    placed = shop.place().run()

    shop.pass_time(7 * DAY - HOUR)
    assert placed.status == ("payment-pending", "Authorizing")
    shop.pass_time(HOUR + timedelta(minutes=2))

    assert placed.status == ("canceled", "Cancelled")


def test_abandoned_order_cancels_the_payment_that_was_approved(shop: Shop) -> None:
    shop.provider.delay_to_cancel_seconds = 3600
    shop.provider.script("authorise", "ok")
    shop.provider.usually("authorise", "undefined")
    placed = shop.place(*two_payments()).run()

    shop.pass_time(2 * HOUR)

    assert placed.status == ("canceled", "Cancelled")
    assert sorted(books.state for books in shop.provider.books.values()) == ["approved", "voided"]
    assert placed.ledger == Counters(authorised=4000, cancelled=4000)


def test_later_delay_to_cancel_does_not_prolong_the_first(shop: Shop) -> None:
    """C§7.21: one schedule per payment."""
    shop.provider.delay_to_cancel_seconds = 3600
    shop.provider.usually("authorise", "undefined")
    placed = shop.place().run()
    shop.provider.delay_to_cancel_seconds = 7200

    shop.pass_time(HOUR + timedelta(minutes=2))

    assert placed.status == ("canceled", "Cancelled")


def test_authorisation_without_an_answer_for_a_day_is_given_up(shop: Shop) -> None:
    shop.provider.usually("authorise", "500")
    placed = shop.place().run()
    assert placed.status == ("payment-pending", "Authorizing")

    shop.pass_time(DAY + HOUR)

    assert placed.status == ("canceled", "Cancelled")
    assert placed.transaction.is_idle


def test_lost_approval_is_found_by_asking_again(shop: Shop) -> None:
    shop.provider.script("authorise", "drop")
    placed = shop.place().run()

    assert placed.status == ("ready-for-handling", "Approved")
    assert len(placed.said(EventType.PAYMENT_AUTHORISED)) == 1


def test_cancel_while_the_authorisation_is_undecided_voids_it(shop: Shop) -> None:
    shop.provider.usually("authorise", "undefined")
    placed = shop.place().run()

    placed.cancel_only()
    assert placed.status == ("canceled", "Cancelling")
    placed.run()

    assert placed.status == ("canceled", "Cancelled")
    assert [books.state for books in shop.provider.books.values()] == ["voided"]
    assert [held.state for held in placed.operations] == [OperationState.DONE, OperationState.DONE]


def test_cancel_while_one_of_two_is_undecided_cancels_the_other(shop: Shop) -> None:
    shop.provider.script("authorise", "ok")
    shop.provider.usually("authorise", "undefined")
    placed = shop.place(*two_payments()).run()

    placed.cancel()

    assert placed.status == ("canceled", "Cancelled")
    assert placed.ledger == Counters(authorised=4000, cancelled=4000)


def test_cancel_before_the_authorisation_has_run_charges_nothing(shop: Shop) -> None:
    placed = shop.place()

    placed.cancel()

    assert placed.status == ("canceled", "Cancelled")
    assert placed.ledger.open == 0
    assert all(books.state in ("voided", "denied") for books in shop.provider.books.values())


def test_auto_settlement_delay_comes_from_the_connector(shop: Shop) -> None:
    shop.provider.delay_to_auto_settle_seconds = 3600
    placed = shop.open()

    shop.pass_time(2 * HOUR)

    assert placed.moved("settle") == [10000]
    assert [held.kind for held in placed.operations] == [OperationKind.AUTHORISE, OperationKind.AUTO_SETTLE]
    assert placed.payments[0].auto_settle_at is None


def test_auto_settlement_waits_until_every_payment_is_authorised(shop: Shop) -> None:
    shop.provider.delay_to_auto_settle_seconds = 0
    shop.provider.script("authorise", "ok", "undefined")
    placed = shop.place(*two_payments()).run()

    shop.pass_time(HOUR)
    assert placed.moved("settle") == []
    shop.pass_time(5 * HOUR)

    assert sorted(placed.moved("settle")) == [4000, 6000]


def test_auto_settlement_of_a_cancelled_order_does_nothing(shop: Shop) -> None:
    shop.provider.delay_to_auto_settle_seconds = 3600
    placed = shop.open()
    placed.cancel()

    shop.pass_time(2 * HOUR)

    assert placed.moved("settle") == []
    assert placed.payments[0].auto_settle_at is None


def test_callback_has_an_undecided_payment_asked_again_at_once(shop: Shop) -> None:
    shop.provider.script("authorise", "undefined")
    placed = shop.place().run()
    [payment] = placed.payments

    receive_callback(shop.ports, ACCOUNT, placed.transaction_id, payment.payment_id, payment.signature)
    placed.run()

    assert placed.status == ("ready-for-handling", "Approved")


def test_waiting_for_the_authorisation_ends_when_it_is_decided(shop: Shop) -> None:
    placed = shop.place()
    ports = shop.ports
    pauses: list[float] = []

    def pause(seconds: float) -> None:
        pauses.append(seconds)
        shop.clock.advance(timedelta(seconds=seconds))
        if len(pauses) == 3:
            placed.run()

    waiting = replace(ports, pause=pause)
    decided = await_authorisation(waiting, placed.heads, timedelta(seconds=8))

    assert decided.authorisation is Authorisation.APPROVED
    assert len(pauses) == 3


def test_waiting_for_the_authorisation_ends_when_patience_is_over(shop: Shop) -> None:
    placed = shop.place()
    waiting = replace(shop.ports, pause=lambda seconds: shop.clock.advance(timedelta(seconds=seconds)))

    undecided = await_authorisation(waiting, placed.heads, timedelta(seconds=8))

    assert undecided.authorisation is Authorisation.PENDING
    assert shop.clock.time - placed.order.created_at >= timedelta(seconds=8)


def test_void_is_asked_under_a_request_id_of_its_own(shop: Shop) -> None:
    shop.provider.usually("authorise", "undefined")
    placed = shop.place().run()
    placed.cancel()

    kinds = {leg.kind: leg.request_id for leg in placed.legs}
    assert kinds.keys() == {LegKind.AUTHORISE, LegKind.VOID}
    assert len(set(kinds.values())) == 2
