"""Authorisations that lapse: the warning, and what the account's policy does (C§3.7, R28)."""

from datetime import timedelta

import pytest

from settlement.domain.account.account import ExpiryPolicy
from settlement.domain.connectors.connector import Mode
from settlement.domain.errors import MoneyCannotMove
from settlement.domain.events import EventType
from settlement.domain.ledger.ledger import Counters
from settlement.domain.order.invoice import InvoiceType
from settlement.domain.transaction.operation import OperationKind, OperationState
from testkit.builders import a_new_payment
from testkit.shop import Shop
from tests.support.timers import DAY, HOUR, MINUTE, action_types, kinds, lapses_after


def test_fully_settled_order_is_not_warned_about(shop: Shop) -> None:
    lapses_after(shop, 7 * DAY)
    placed = shop.open()
    placed.invoice("N1", 10000)

    shop.pass_time(366 * DAY)

    assert placed.said(EventType.AUTHORISATION_EXPIRING) == []
    assert shop.store.next_due() is None


@pytest.mark.parametrize(("delay", "before"), [(7 * DAY, 0.7 * DAY), (30 * DAY, DAY), (HOUR, 6 * MINUTE)])
def test_account_is_warned_a_day_or_a_tenth_of_the_time_before(shop: Shop, delay: timedelta, before: timedelta) -> None:
    lapses_after(shop, delay)
    placed = shop.open()

    shop.pass_time(delay - before - MINUTE)
    assert placed.said(EventType.AUTHORISATION_EXPIRING) == []
    shop.pass_time(3 * MINUTE)

    [event] = placed.said(EventType.AUTHORISATION_EXPIRING)
    [payment] = placed.payments
    assert payment.cancel_at is not None
    assert event.data == {"value": 10000, "expiresAt": payment.cancel_at.isoformat(), "policy": "warn"}
    assert event.payment_id == payment.payment_id
    assert (kinds(placed), placed.ledger.open) == ([], 10000)


def test_authorisation_holds_a_week_unless_its_connector_is_set_otherwise(shop: Shop) -> None:
    shop.set(auto_settle=False)
    placed = shop.open()

    [payment] = placed.payments
    assert payment.authorised_at is not None
    assert payment.cancel_at == payment.authorised_at + 7 * DAY


def test_authorisation_that_does_not_lapse_is_never_warned_about(shop: Shop) -> None:
    lapses_after(shop, timedelta(0), ExpiryPolicy.CANCEL)
    placed = shop.open()

    shop.pass_time(364 * DAY)

    assert (placed.payments[0].cancel_at, placed.said(EventType.AUTHORISATION_EXPIRING)) == (None, [])
    assert placed.ledger.open == 10000


def test_time_to_decide_is_over_once_the_payment_is_approved(shop: Shop) -> None:
    lapses_after(shop, 7 * DAY, ExpiryPolicy.CANCEL)
    shop.provider.delay_to_cancel_seconds = 600
    shop.provider.script("authorise", "undefined")
    placed = shop.place().run()
    shop.pass_time(6 * MINUTE)
    placed.start()
    placed.invoice("N1", 3000)

    shop.pass_time(6 * DAY)

    [payment] = placed.payments
    assert payment.authorised_at is not None
    assert payment.cancel_at == payment.authorised_at + 7 * DAY
    assert placed.ledger == Counters(authorised=10000, captured=3000)


def test_warning_comes_once_and_the_order_can_still_be_invoiced(shop: Shop) -> None:
    lapses_after(shop, 7 * DAY)
    placed = shop.open()

    shop.pass_time(8 * DAY)
    placed.invoice("N1", 10000)

    assert len(placed.said(EventType.AUTHORISATION_EXPIRING)) == 1
    assert placed.status == ("invoiced", "Finished")


def test_policy_settle_captures_what_is_open_before_it_lapses(shop: Shop) -> None:
    lapses_after(shop, 7 * DAY, ExpiryPolicy.SETTLE)
    placed = shop.open()
    placed.invoice("N1", 7000)

    shop.pass_time(7 * DAY)
    placed.invoice("N2", 3000)

    [event] = placed.said(EventType.AUTHORISATION_EXPIRING)
    assert (event.data["value"], event.data["policy"]) == (3000, "settle")
    assert action_types(placed) == [("upon-request", 7000), ("auto-settlement", 3000)]
    assert placed.status == ("invoiced", "Finished")


def test_policy_cancel_gives_up_what_is_open_before_it_lapses(shop: Shop) -> None:
    lapses_after(shop, 7 * DAY, ExpiryPolicy.CANCEL)
    placed = shop.open()

    shop.pass_time(7 * DAY)

    assert kinds(placed) == [OperationKind.EXPIRE]
    assert placed.moved("cancel") == [10000]
    assert placed.operation.state is OperationState.DONE


@pytest.mark.parametrize("mode", list(Mode))
def test_nothing_can_be_invoiced_on_money_that_was_given_up(shop: Shop, mode: Mode) -> None:
    """Else the order would be invoiced, shipped and never paid."""
    lapses_after(shop, 7 * DAY, ExpiryPolicy.CANCEL)
    placed = shop.open(mode=mode)
    shop.pass_time(7 * DAY)

    with pytest.raises(MoneyCannotMove, match="3000 of 3000 is missing") as refusal:
        placed.invoice("N1", 3000)

    assert refusal.value.published_code == "1402"
    assert placed.order.invoiced == 0
    placed.cancel()
    assert placed.status == ("canceled", "Cancelled")
    assert placed.moved("cancel") == [10000]


@pytest.mark.parametrize("mode", [Mode.PARTIAL, Mode.HOLD])
def test_remainder_that_was_given_up_is_not_refunded_when_a_change_closes_the_order(shop: Shop, mode: Mode) -> None:
    """What was invoiced stays paid: the customer keeps the goods of N1. Hold settles what it retains for them."""
    lapses_after(shop, 7 * DAY, ExpiryPolicy.CANCEL)
    placed = shop.open(mode=mode)
    placed.invoice("N1", 7000)
    shop.pass_time(7 * DAY)
    assert (placed.ledger.captured, placed.ledger.open) == (7000, 0)

    placed.change("C1", discount=3000)

    assert (placed.moved("settle"), placed.moved("refund")) == ([7000], [])
    assert placed.order.value == placed.order.invoiced == placed.ledger.net_captured == 7000
    assert placed.status == ("invoiced", "Finished")


def test_change_beyond_what_was_given_up_is_refunded(shop: Shop) -> None:
    lapses_after(shop, 7 * DAY, ExpiryPolicy.CANCEL)
    placed = shop.open(a_new_payment(4000, "partial"), a_new_payment(6000, "partial"))
    placed.auto_settle(1)
    placed.notify("N1", 1000, type_=InvoiceType.OUTPUT)
    placed.run()
    shop.pass_time(7 * DAY)
    assert placed.ledger == Counters(authorised=10000, captured=4000, cancelled=6000)

    placed.change("C1", discount=7000)
    placed.invoice("N2", 2000)

    assert placed.moved("refund") == [1000]
    assert placed.status == ("invoiced", "Finished")
    assert placed.order.value == placed.ledger.net_captured == 3000
