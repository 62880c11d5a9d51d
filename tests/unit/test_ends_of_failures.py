"""Every failure has an end that an operator can choose (R36)."""

from dataclasses import replace

import pytest

from settlement.domain.connectors.connector import Mode
from settlement.domain.errors import WrongStatus
from settlement.domain.events import EventType
from settlement.domain.ledger.ledger import Counters
from settlement.domain.transaction.leg import LegState
from settlement.domain.transaction.operation import OperationState
from settlement.use_cases.gateway.request_movement import (
    CANCELLATION,
)
from settlement.use_cases.recovery.resolve_leg import Resolution
from testkit.provider import Partial
from testkit.shop import Shop
from tests.support.audits import mismatches_of
from tests.support.direct_requests import DAY, request
from tests.support.operator import pay_otherwise, resolve, retry, write_off


class TestEveryFailureHasAnExit:
    """R36."""

    def test_capture_that_never_will_be_is_written_off_and_the_order_closes(self, shop: Shop) -> None:
        placed = shop.open()
        shop.provider.usually("settle", "400")
        placed.invoice("N1", 10000)
        retry(placed, 2)
        assert placed.status == ("invoice", "Settling")

        ended = write_off(placed, 3)

        assert ended.booked == 10000
        assert placed.ledger == Counters(authorised=10000, written_off=10000)
        assert (placed.transaction.requested, placed.transaction.payable) == (0, 0)
        assert placed.status == ("invoiced", "Finished")
        assert not placed.order.in_error
        [event] = placed.said(EventType.OPERATION_ENDED)
        assert (event.data["reason"], event.data["saidBy"]) == ("authorisation expired", "finance")
        assert mismatches_of(shop.store) == []

    def test_missing_cent_is_written_off(self, shop: Shop) -> None:
        placed = shop.open()
        shop.provider.script("settle", Partial(6999), "400")
        placed.invoice("N1", 7000)
        assert placed.status == ("invoice", "Settling")

        write_off(placed, 2)
        placed.invoice("N2", 3000)

        assert placed.moved("settle") == [6999, 3000]
        assert placed.ledger.written_off == 1
        assert placed.status == ("invoiced", "Finished")

    def test_capture_paid_by_other_means_closes_the_order(self, shop: Shop) -> None:
        placed = shop.open()
        shop.provider.usually("settle", "400")
        placed.invoice("N1", 10000)

        pay_otherwise(placed, 2)

        assert placed.ledger == Counters(authorised=10000, paid_otherwise=10000)
        assert placed.transaction.requested == 10000
        assert placed.status == ("invoiced", "Finished")

    def test_write_off_leaves_the_rest_of_the_order_to_be_captured(self, shop: Shop) -> None:
        placed = shop.open(mode=Mode.TOTAL)
        shop.provider.script("settle", "400")
        placed.invoice("N1", 7000)

        write_off(placed, 2)
        placed.invoice("N2", 3000)

        assert placed.moved("settle") == [3000]
        assert placed.status == ("invoiced", "Finished")

    def test_refused_call_is_resolved_as_done_with_its_reference(self, shop: Shop) -> None:
        placed = shop.open()
        shop.provider.script("settle", "400")
        placed.invoice("N1", 7000)

        resolve(placed, 2, "0001", Resolution.DONE, "SET-BY-PHONE")

        assert placed.ledger.captured == 7000
        assert placed.legs[-1].reference == "SET-BY-PHONE"
        assert placed.status == ("payment-approved", "Settling")

    def test_resolution_that_the_ledger_has_no_room_for_is_refused(self, shop: Shop) -> None:
        placed = shop.open()
        shop.provider.script("settle", "400")
        placed.invoice("N1", 7000)
        placed.auto_settle()

        with pytest.raises(WrongStatus, match="has not that much left"):
            resolve(placed, 2, "0001", Resolution.DONE)

    @pytest.mark.parametrize(("resolution", "captured"), [(Resolution.DONE, 7000), (Resolution.NOT_DONE, 0)])
    def test_unknown_call_can_be_resolved_while_it_waits(
        self, shop: Shop, resolution: Resolution, captured: int
    ) -> None:
        placed = shop.open()
        shop.provider.usually("settle", "500")
        placed.invoice("N1", 7000)
        assert placed.legs[-1].state is LegState.UNKNOWN

        resolve(placed, 2, "0001", resolution)

        assert placed.ledger.captured == captured
        assert placed.operation.is_concluded
        assert placed.order.in_error is (not captured)

    def test_doubt_has_to_be_resolved_before_it_is_written_off(self, shop: Shop) -> None:
        placed = shop.open()
        shop.provider.usually("settle", "500")
        placed.invoice("N1", 7000)
        shop.pass_time(DAY)

        with pytest.raises(WrongStatus, match="The outcome of call 2-0001 is unknown"):
            write_off(placed, 2)
        resolve(placed, 2, "0001", Resolution.NOT_DONE)
        write_off(placed, 2)

        assert placed.ledger == Counters(authorised=10000, written_off=7000)
        assert not placed.payments[0].blocked

    def test_refund_left_to_a_person_is_written_off(self, shop: Shop) -> None:
        placed = shop.open()
        placed.invoice("N1", 10000)
        shop.provider.script("refund", "501")
        placed.give_back("D1", 1500)
        assert placed.operation.state is OperationState.MANUAL

        write_off(placed, 3)

        assert placed.ledger.refund_written_off == 1500
        assert placed.status == ("invoiced", "Finished")

    def test_nothing_is_written_off_of_what_is_done(self, shop: Shop) -> None:
        placed = shop.open()
        placed.invoice("N1", 7000)

        for ending in (write_off, pay_otherwise):
            with pytest.raises(WrongStatus, match="is done"):
                ending(placed, 2)

    def test_timer_whose_capture_is_refused_is_ended_without_a_booking(self, shop: Shop) -> None:
        placed = shop.open()
        shop.provider.script("settle", "400")
        placed.auto_settle()

        assert write_off(placed, 2).booked == 0
        placed.invoice("N1", 10000)

        assert placed.status == ("invoiced", "Finished")

    def test_write_off_while_the_next_operation_runs_takes_nothing_from_it(self, shop: Shop) -> None:
        placed = shop.open()
        shop.provider.script("settle", "400", "500", "500", "500")
        placed.invoice("N1", 7000)
        placed.auto_settle()
        assert placed.operation.state is OperationState.WAITING

        assert write_off(placed, 2).booked == 0
        placed.rest()

        assert placed.moved("settle") == [10000]
        assert mismatches_of(shop.store) == []

    def test_cent_that_the_connector_does_not_have_is_told_and_not_asked_for_all_day(self, shop: Shop) -> None:
        placed = shop.open()
        shop.provider.script("settle", Partial(6900), "500", "500", "500")
        placed.invoice("N1", 6999)
        placed.run()

        assert placed.operation.state is OperationState.FAILED
        assert placed.order.in_error
        resolve(placed, 2, "0001.1", Resolution.NOT_DONE)
        write_off(placed, 2)
        assert placed.status == ("payment-approved", "Settling")

    def test_direct_cancellation_that_is_refused_is_withheld(self, shop: Shop) -> None:
        placed = shop.open()
        shop.provider.script("cancel", "400")
        request(shop, placed, CANCELLATION, 2000)

        assert placed.ledger == Counters(authorised=10000, withheld=2000)
        write_off(placed, 2)
        assert not placed.order.in_error


def test_failure_of_before_failures_were_counted_can_be_put_right(shop: Shop) -> None:
    placed = shop.open()
    shop.provider.script("settle", "400")
    placed.invoice("N1", 7000)
    shop.store.corrupt(placed.transaction, replace(placed.transaction, troubled=0))
    assert placed.transaction.is_in_error

    retry(placed, 2)

    assert (placed.transaction.troubled, placed.transaction.unsettled) == (0, 0)
    assert not placed.transaction.is_in_error
