"""When a connector is called: within its windows, with a gap between two calls, and for captures without an invoice."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from settlement.domain.connectors.capabilities import Windows
from settlement.domain.connectors.connector import AutoSettle
from settlement.domain.events import EventType
from settlement.domain.order.invoice import InvoiceType
from settlement.domain.transaction.connector_schedule import auto_settle_at
from settlement.domain.transaction.leg import LegState
from settlement.domain.transaction.operation import OperationState
from settlement.use_cases.recovery.resolve_leg import Resolution, resolve_leg
from testkit.builders import ACCOUNT, NOON, a_connector, a_new_payment
from testkit.shop import Placed, Shop

DAYS = timedelta(days=1)


def open_at(shop: Shop, **configuration: Any) -> Placed:
    """An order that is open at a connector with a configuration, and is not captured by a timer."""
    shop.set(auto_settle=False)
    shop.connect(a_connector("timed", **configuration))
    return shop.open(a_new_payment(10000, "timed"))


class TestWindows:
    def test_capture_after_its_window_fails_with_that_reason_and_without_a_call(self, shop: Shop) -> None:
        placed = open_at(shop, windows=Windows(settle=3 * DAYS))
        shop.clock.advance(4 * DAYS)

        placed.invoice("N1", 7000)

        assert placed.moved("settle") == []
        assert placed.operation.state is OperationState.FAILED
        assert "takes a settle for 3 days, which were over on 2026-03-05 at 09:00 UTC" in str(placed.operation.failure)
        assert placed.ledger.available == 10000
        assert placed.said(EventType.CONNECTOR_REFUSED)[0].data["code"] == "settle-window"

    def test_capture_on_the_last_day_is_made(self, shop: Shop) -> None:
        placed = open_at(shop, windows=Windows(settle=3 * DAYS))
        shop.clock.advance(3 * DAYS)

        placed.invoice("N1", 7000)

        assert placed.moved("settle") == [7000]

    def test_cancellation_after_its_window_is_withheld_and_left_to_a_person(self, shop: Shop) -> None:
        placed = open_at(shop, windows=Windows(cancel=1 * DAYS))
        shop.clock.advance(2 * DAYS)

        placed.change("C1", 2000)

        assert placed.moved("cancel") == []
        assert (placed.ledger.withheld, placed.ledger.available) == (2000, 8000)
        assert placed.said(EventType.MANUAL_CANCELLATION_REQUIRED)[0].data["code"] == "cancel-window"

    def test_refund_after_its_window_waits_for_a_person_who_does_it(self, shop: Shop) -> None:
        placed = open_at(shop, windows=Windows(refund=90 * DAYS))
        placed.invoice("N1", 10000)
        shop.clock.advance(91 * DAYS)

        placed.notify("D1", 1500, type_=InvoiceType.INPUT)
        placed.run()

        assert placed.moved("refund") == []
        assert placed.ledger.refunded == 0
        assert placed.said(EventType.MANUAL_REFUND_REQUIRED)[0].data["code"] == "refund-window"
        [leg] = [leg for leg in placed.legs if leg.state is LegState.MANUAL]
        resolve_leg(shop.ports, ACCOUNT, placed.transaction_id, leg.operation, leg.number, Resolution.DONE)
        assert placed.ledger.refunded == 1500

    def test_refund_window_begins_with_each_capture(self, shop: Shop) -> None:
        placed = open_at(shop, windows=Windows(refund=90 * DAYS))
        placed.invoice("N1", 7000)
        shop.clock.advance(89 * DAYS)
        placed.invoice("N2", 3000)
        shop.clock.advance(2 * DAYS)

        placed.notify("D1", 8000, type_=InvoiceType.INPUT)
        placed.run()

        assert placed.moved("refund") == [1000]
        assert [leg.value for leg in placed.legs if leg.state is LegState.MANUAL] == [7000]

    def test_call_that_may_have_happened_is_asked_for_after_the_window_too(self, shop: Shop) -> None:
        placed = open_at(shop, windows=Windows(settle=timedelta(hours=2)))
        shop.provider.script("settle", "drop", "500", "500")
        placed.notify("N1", 7000, type_=InvoiceType.OUTPUT)
        placed.run()
        assert placed.operation.state is OperationState.WAITING

        shop.clock.advance(timedelta(hours=3))
        shop.sweep()

        assert placed.ledger.captured == 7000


class TestGap:
    def test_second_call_about_a_payment_waits_until_the_gap_is_over(self, shop: Shop) -> None:
        placed = open_at(shop, minimum_gap=timedelta(minutes=10))
        shop.clock.advance(timedelta(hours=1))
        placed.invoice("N1", 7000)

        placed.notify("N2", 3000, type_=InvoiceType.OUTPUT)
        placed.run()

        operation = placed.operation
        assert placed.moved("settle") == [7000]
        assert (operation.state, operation.attempts) == (OperationState.WAITING, 0)
        assert operation.due_at == shop.clock.time + timedelta(minutes=10)
        shop.pass_time(timedelta(minutes=12))
        assert placed.moved("settle") == [7000, 3000]
        assert placed.status == ("invoiced", "Finished")

    def test_legs_of_one_payment_are_called_one_gap_apart(self, shop: Shop) -> None:
        placed = open_at(shop, minimum_gap=timedelta(minutes=10))
        for number, value in (("N1", 7000), ("N2", 3000)):
            shop.pass_time(timedelta(hours=1))
            placed.invoice(number, value)
        shop.pass_time(timedelta(hours=1))

        placed.notify("D1", 9000, type_=InvoiceType.INPUT)
        placed.run()

        assert placed.moved("refund") == [7000]
        shop.pass_time(timedelta(minutes=9))
        assert placed.moved("refund") == [7000]
        shop.pass_time(timedelta(minutes=3))
        assert placed.moved("refund") == [7000, 2000]

    def test_payments_wait_each_for_its_own_gap(self, shop: Shop) -> None:
        shop.connect(a_connector("timed", minimum_gap=timedelta(minutes=10)))
        placed = shop.open(a_new_payment(4000, "timed"), a_new_payment(6000, "timed"))
        shop.clock.advance(timedelta(hours=1))

        placed.invoice("N1", 10000)

        assert placed.moved_by_payment("settle") == [(1, 4000), (2, 6000)]

    def test_failing_call_is_repeated_no_sooner_than_the_gap(self, shop: Shop) -> None:
        placed = open_at(shop, minimum_gap=timedelta(minutes=10))
        shop.clock.advance(timedelta(hours=1))
        shop.provider.script("settle", "500")

        placed.notify("N1", 7000, type_=InvoiceType.OUTPUT)
        placed.run()

        calls = len(shop.provider.calls)
        shop.pass_time(timedelta(minutes=9))
        assert len(shop.provider.calls) == calls
        shop.pass_time(timedelta(minutes=10))
        assert placed.moved("settle") == [7000]
        assert len(shop.provider.calls) == calls + 1


class TestAutoSettle:
    @pytest.mark.parametrize(
        ("chosen", "delay", "answered", "after"),
        [
            (AutoSettle.BY_CONNECTOR, None, 60, timedelta(minutes=1)),
            (AutoSettle.BY_CONNECTOR, None, None, timedelta(days=4)),
            (AutoSettle.AFTER_AUTHORISATION, None, 60, timedelta(0)),
            (AutoSettle.AFTER_ANTIFRAUD, None, 60, timedelta(0)),
            (AutoSettle.SCHEDULED, timedelta(hours=5), 60, timedelta(hours=5)),
            (AutoSettle.DISABLED, None, 60, None),
        ],
    )
    def test_capture_without_an_invoice_comes_when_the_merchant_has_chosen(
        self, chosen: AutoSettle, delay: timedelta | None, answered: int | None, after: timedelta | None
    ) -> None:
        connector = replace(a_connector(), auto_settle=chosen, auto_settle_delay=delay)

        assert auto_settle_at(connector, answered, NOON) == (None if after is None else NOON + after)

    def test_scheduled_capture_happens(self, shop: Shop) -> None:
        shop.connect(a_connector("timed", auto_settle=AutoSettle.SCHEDULED, auto_settle_delay=timedelta(hours=5)))
        placed = shop.open(a_new_payment(10000, "timed"))

        shop.pass_time(timedelta(hours=4))
        assert placed.moved("settle") == []
        shop.pass_time(timedelta(hours=2))
        assert placed.moved("settle") == [10000]
