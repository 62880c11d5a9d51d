"""What payments do by themselves: settle without an invoice, and give notice before they lapse (C§3.7, R28)."""

import pytest

from settlement.domain.account.account import ExpiryPolicy
from settlement.domain.connectors.connector import Mode
from settlement.domain.events import EventType
from settlement.domain.order.invoice import InvoiceType
from settlement.domain.order.order import Order
from settlement.domain.transaction.operation import OperationKind
from testkit.builders import a_new_payment
from testkit.shop import Shop
from tests.support.timers import DAY, HOUR, MINUTE, action_types, kinds, lapses_after


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
