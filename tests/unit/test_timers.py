"""What payments do by themselves: settle without an invoice, and give notice before they lapse (C§3.7, R28)."""

from datetime import timedelta

import pytest

from settlement.api.transaction_view import settlements_view
from settlement.domain.account.account import ExpiryPolicy
from settlement.domain.connectors.connector import Mode
from settlement.domain.errors import MoneyCannotMove
from settlement.domain.events import EventType
from settlement.domain.ledger.ledger import Counters
from settlement.domain.order.invoice import InvoiceType
from settlement.domain.order.order import Order
from settlement.domain.transaction.operation import OperationKind, OperationState
from settlement.use_cases.gateway.retrieve_transaction import retrieve_movements
from testkit.builders import ACCOUNT, a_connector, a_new_payment
from testkit.shop import Placed, Shop

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def lapses_after(shop: Shop, delay: timedelta, policy: ExpiryPolicy = ExpiryPolicy.WARN) -> None:
    """Let authorisations lapse after a while, and have no timer settle them before."""
    for mode in Mode:
        shop.connect(a_connector(mode.value, mode, authorisation_holds=delay))
    shop.provider.delay_to_auto_settle_seconds = 365 * 86_400
    shop.set(expiry_policy=policy)


def kinds(placed: Placed) -> list[OperationKind]:
    """The kinds of the operations, without the authorisation."""
    return [held.kind for held in placed.operations[1:]]


def action_types(placed: Placed) -> list[tuple[str, int]]:
    """Types and values of the settlement actions."""
    shown = settlements_view(retrieve_movements(placed.shop.store, ACCOUNT, placed.transaction_id))
    return [(action["type"], action["value"]) for action in shown["actions"]]


def test_without_a_delay_a_payment_settles_by_itself_after_four_days(shop: Shop) -> None:
    placed = shop.open()

    shop.pass_time(4 * DAY - MINUTE)
    assert placed.moved("settle") == []
    shop.pass_time(2 * MINUTE)

    assert placed.moved("settle") == [10000]
    assert placed.status == ("handling", "Settled")


def test_delay_counts_from_the_authorisation_and_not_from_the_order(shop: Shop) -> None:
    shop.provider.delay_to_auto_settle_seconds = 3600
    shop.provider.script("authorise", "undefined")
    placed = shop.place().run()

    shop.pass_time(4 * HOUR)
    assert placed.status == ("ready-for-handling", "Approved")
    [payment] = placed.payments
    assert payment.authorised_at is not None
    assert payment.auto_settle_at == payment.authorised_at + HOUR
    assert payment.authorised_at > placed.order.created_at
    assert placed.moved("settle") == []
    shop.pass_time(HOUR + 2 * MINUTE)

    assert placed.moved("settle") == [10000]


@pytest.mark.parametrize("started", [True, False])
def test_timer_needs_neither_handling_nor_an_invoice(shop: Shop, started: bool) -> None:
    shop.provider.delay_to_auto_settle_seconds = 0
    placed = shop.open() if started else shop.place().run()

    shop.pass_time(2 * MINUTE)

    assert placed.moved("settle") == [10000]
    assert placed.status[0] == ("handling" if started else "ready-for-handling")


def test_r28_timer_asks_for_nothing_and_counts_for_later_invoices(shop: Shop) -> None:
    shop.provider.delay_to_auto_settle_seconds = 3600
    placed = shop.open()
    placed.invoice("N1", 7000)

    shop.pass_time(2 * HOUR)
    assert placed.requests == [7000]
    assert placed.status == ("payment-approved", "Settled")
    placed.invoice("N2", 3000)

    assert placed.requests == [7000, 3000]
    assert action_types(placed) == [("upon-request", 7000), ("auto-settlement", 3000)]
    assert placed.status == ("invoiced", "Finished")


def test_r28_timer_settles_what_changes_left(shop: Shop) -> None:
    shop.provider.delay_to_auto_settle_seconds = 3600
    placed = shop.open()
    placed.change("C1", discount=1500)

    shop.pass_time(2 * HOUR)
    placed.invoice("N1", 8500)

    assert action_types(placed) == [("auto-settlement", 8500)]
    assert placed.status == ("invoiced", "Finished")


@pytest.mark.parametrize("mode", list(Mode))
def test_r28_timer_is_the_same_in_every_mode(shop: Shop, mode: Mode) -> None:
    shop.provider.delay_to_auto_settle_seconds = 3600
    placed = shop.open(mode=mode)

    shop.pass_time(2 * HOUR)
    placed.invoice("N1", 7000)
    placed.change("C1", discount=1000)
    placed.invoice("N2", 2000)

    assert (placed.moved("settle"), placed.moved("refund")) == ([10000], [1000])
    assert placed.requests == [7000, 2000]
    assert placed.status == ("invoiced", "Finished")


def test_timer_that_is_overtaken_by_an_invoice_settles_nothing(shop: Shop) -> None:
    shop.provider.delay_to_auto_settle_seconds = 3600
    placed = shop.open()
    placed.invoice("N1", 10000)

    shop.pass_time(2 * HOUR)

    assert placed.moved("settle") == [10000]
    assert kinds(placed) == [OperationKind.SETTLE]
    assert placed.payments[0].auto_settle_at is None


def test_timer_that_fires_while_an_invoice_waits_is_queued_behind_it(shop: Shop) -> None:
    shop.provider.delay_to_auto_settle_seconds = 300
    placed = shop.open()
    shop.provider.script("settle", "500", "500", "500", "500", "500", "500")
    placed.invoice("N1", 7000)

    shop.pass_time(HOUR)

    assert placed.moved("settle") == [7000, 3000]
    assert kinds(placed) == [OperationKind.SETTLE, OperationKind.AUTO_SETTLE]


def test_timer_fires_once_however_often_the_sweep_runs(shop: Shop) -> None:
    shop.provider.delay_to_auto_settle_seconds = 60
    placed = shop.open()
    shop.provider.script("settle", "500", "500", "500")
    shop.clock.advance(2 * MINUTE)

    for _ in range(3):
        shop.sweep()
    shop.pass_time(HOUR)

    assert kinds(placed) == [OperationKind.AUTO_SETTLE]
    assert placed.moved("settle") == [10000]


def test_two_sweeps_at_once_fire_a_timer_once(shop: Shop) -> None:
    shop.provider.delay_to_auto_settle_seconds = 60
    placed = shop.open()
    shop.clock.advance(2 * MINUTE)
    shop.store.interrupt(shop.sweep)

    shop.sweep()
    shop.relay()

    assert kinds(placed) == [OperationKind.AUTO_SETTLE]


def test_account_without_auto_settlement_settles_only_upon_request(shop: Shop) -> None:
    shop.set(auto_settle=False)
    shop.provider.delay_to_auto_settle_seconds = 3600
    placed = shop.open()

    shop.pass_time(30 * DAY)
    placed.invoice("N1", 7000)

    assert action_types(placed) == [("upon-request", 7000)]


def test_each_payment_has_a_timer_of_its_own(shop: Shop) -> None:
    shop.provider.delay_to_auto_settle_seconds = 3600
    shop.provider.script("authorise", "ok", "undefined")
    placed = shop.place(a_new_payment(4000, "partial"), a_new_payment(6000, "partial")).run()

    shop.pass_time(4 * HOUR)
    assert placed.status == ("ready-for-handling", "Approved")
    shop.pass_time(MINUTE)
    assert placed.moved_by_payment("settle") == [(1, 4000)]
    shop.pass_time(HOUR)

    assert placed.moved_by_payment("settle") == [(1, 4000), (2, 6000)]


def test_timer_waits_while_another_payment_is_undecided_and_settles_nothing_if_it_is_denied(shop: Shop) -> None:
    shop.provider.delay_to_auto_settle_seconds = 60
    shop.provider.script("authorise", "ok", "undefined", "undefined", "denied")
    placed = shop.place(a_new_payment(4000, "partial"), a_new_payment(6000, "partial")).run()

    shop.pass_time(5 * HOUR)
    assert (placed.status, placed.moved("settle")) == (("payment-pending", "Authorizing"), [])
    shop.pass_time(5 * HOUR)

    assert placed.status == ("canceled", "Cancelled")
    assert (placed.moved("settle"), placed.moved_by_payment("cancel")) == ([], [(1, 4000)])
    shop.pass_time(7 * DAY)
    assert placed.said(EventType.AUTHORISATION_EXPIRING) == []
    assert shop.store.next_due() is None


def test_cancelled_order_leaves_no_timer_behind(shop: Shop) -> None:
    lapses_after(shop, 7 * DAY, ExpiryPolicy.SETTLE)
    placed = shop.open()
    placed.cancel()

    shop.pass_time(366 * DAY)

    assert (placed.moved("settle"), kinds(placed)) == ([], [OperationKind.CANCEL])
    assert placed.said(EventType.AUTHORISATION_EXPIRING) == []
    assert shop.store.next_due() is None


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


def test_settling_comes_before_expiring_when_both_are_due(shop: Shop) -> None:
    lapses_after(shop, 7 * DAY, ExpiryPolicy.CANCEL)
    shop.provider.delay_to_auto_settle_seconds = 86_400
    placed = shop.open()

    shop.clock.advance(8 * DAY)
    shop.sweep()
    shop.relay()

    assert (placed.moved("settle"), placed.moved("cancel")) == ([10000], [])


def test_timer_of_a_busy_transaction_is_put_off_and_holds_up_no_other(shop: Shop) -> None:
    shop.provider.delay_to_auto_settle_seconds = 3600
    busy, other = shop.open(), shop.open()
    shop.provider.usually("settle", "500")
    for number in range(100):
        busy.notify(f"N{number}", 10, type_=InvoiceType.OUTPUT)
    shop.relay()
    shop.clock.advance(2 * HOUR)

    shop.sweep()

    assert kinds(other) == [OperationKind.AUTO_SETTLE]
    assert busy.payments[0].auto_settle_at is not None
    shop.provider.usually("settle", "ok")
    shop.relay()
    shop.pass_time(HOUR)
    assert sum(busy.moved("settle")) == sum(other.moved("settle")) == 10000


def test_broken_order_is_told_and_keeps_no_other_timer_from_its_turn(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    orders = [shop.open() for _ in range(3)]
    read = shop.store.order

    def order(account: str, order_id: str) -> Order | None:
        if order_id == orders[1].order_id:
            raise LookupError("the item cannot be read")
        return read(account, order_id)

    for placed in orders:
        shop.store.hasten(placed.payments[0].payment_id, shop.clock.time)
    with monkeypatch.context() as broken:
        broken.setattr(shop.store, "order", order)
        with pytest.raises(ExceptionGroup) as raised:
            shop.sweep()
    shop.relay()

    assert [type(fault) for fault in raised.value.exceptions] == [LookupError]
    assert [placed.ledger.captured for placed in orders] == [10000, 0, 10000]
    shop.sweep()
    shop.relay()
    assert orders[1].ledger.captured == 10000
