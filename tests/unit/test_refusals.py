"""When a connector refuses for good: no money that is not owed, retries for the present, and an exit (R33 to R36)."""

from datetime import timedelta

import pytest

from settlement.domain.account.account import ExpiryPolicy
from settlement.domain.connectors.connector import Mode
from settlement.domain.errors import MoneyCannotMove, WrongStatus
from settlement.domain.ledger.ledger import Counters
from settlement.domain.transaction.leg import LegState
from settlement.domain.transaction.operation import OperationState
from settlement.use_cases.gateway.request_movement import (
    REFUND,
    SETTLEMENT,
    request_movement,
)
from settlement.use_cases.recovery.resolve_leg import Resolution
from testkit.builders import ACCOUNT, a_new_payment
from testkit.shop import Shop
from tests.support.audits import mismatches_of
from tests.support.direct_requests import DAY, MODES, request
from tests.support.operator import resolve, retry


class TestMoneyFollowsWhatIsOwed:
    """R33: after an accepted reduction its value is never captured."""

    @MODES
    def test_timer_leaves_what_a_refused_cancellation_gave_up(self, shop: Shop, mode: Mode) -> None:
        placed = shop.open(mode=mode)
        shop.provider.usually("cancel", "400")
        placed.change("C1", discount=1500)
        placed.invoice("N1", 8500)

        placed.auto_settle()

        assert placed.ledger == Counters(authorised=10000, captured=8500, withheld=1500)
        assert placed.status[0] == "invoiced"
        assert mismatches_of(shop.store) == []

    @pytest.mark.parametrize("answer", ["400", "501", "500"])
    def test_timer_before_any_invoice_captures_what_is_owed(self, shop: Shop, answer: str) -> None:
        placed = shop.open()
        shop.provider.usually("cancel", answer)  # type: ignore[arg-type]
        placed.change("C1", discount=1500)
        shop.pass_time(DAY)

        placed.auto_settle()

        assert placed.moved("settle") == ([] if placed.payments[0].blocked else [8500])
        assert placed.ledger.available == (8500 if placed.payments[0].blocked else 0)
        assert placed.order.in_error

    def test_worked_example(self, shop: Shop) -> None:
        """Of 10000 a change takes 1500, refused; N1 of 8500: invoiced, in error until that is put right."""
        placed = shop.open()
        shop.provider.script("cancel", "400")
        placed.change("C1", discount=1500)
        placed.invoice("N1", 8500)
        assert placed.status == ("invoiced", "Settling")
        assert placed.order.in_error

        retry(placed, 2)

        assert placed.ledger == Counters(authorised=10000, captured=8500, cancelled=1500)
        assert placed.status == ("invoiced", "Finished")
        assert not placed.order.in_error

    def test_timer_that_captured_first_has_the_rest_refunded(self, shop: Shop) -> None:
        placed = shop.open()
        placed.auto_settle()
        shop.provider.script("refund", "400")
        placed.change("C1", discount=1500)
        placed.invoice("N1", 8500)
        assert placed.status == ("invoiced", "Settling")

        retry(placed, 3)

        assert (placed.ledger.captured, placed.ledger.refunded) == (10000, 1500)
        assert placed.status == ("invoiced", "Finished")

    @pytest.mark.parametrize("policy", [ExpiryPolicy.SETTLE, ExpiryPolicy.CANCEL])
    def test_expiry_takes_no_more_than_is_owed(self, shop: Shop, policy: ExpiryPolicy) -> None:
        shop.set(expiry_policy=policy, auto_settle=False)
        placed = shop.open()
        shop.provider.usually("cancel", "400")
        placed.change("C1", discount=1500)
        placed.invoice("N1", 5000)

        shop.pass_time(timedelta(days=40))

        assert placed.ledger.captured <= 8500
        assert placed.ledger.withheld >= 1500

    def test_total_captures_what_is_owed_when_its_turn_comes_after_a_reduction(self, shop: Shop) -> None:
        placed = shop.open(mode=Mode.TOTAL)
        shop.provider.script("settle", "500", "500", "500")
        request_movement(shop.ports, ACCOUNT, placed.transaction_id, SETTLEMENT, 1000, None)
        placed.run()
        placed.register("C1", discount=1500)
        placed.rest()

        assert placed.ledger.captured - placed.ledger.refunded == 8500

    def test_reduction_that_cannot_be_planned_whole_withholds_what_is_open(self, shop: Shop) -> None:
        """N1 7000 is in doubt when a reduction of 5000 has its turn: 3000 are open, and must not be captured."""
        placed = shop.open()
        shop.provider.usually("settle", "500")
        request_movement(shop.ports, ACCOUNT, placed.transaction_id, SETTLEMENT, 7000, None)
        placed.run()
        placed.register("C1", discount=5000)
        shop.pass_time(DAY)
        placed.rest()
        shop.provider.usually("settle", "ok")

        placed.auto_settle()

        assert placed.ledger.captured == 0
        assert placed.ledger.given_up == 3000
        assert placed.operations[2].state is OperationState.FAILED

    def test_doubt_above_what_is_owed_is_not_asked_again(self, shop: Shop) -> None:
        placed = shop.open()
        shop.provider.usually("settle", "500")
        request_movement(shop.ports, ACCOUNT, placed.transaction_id, SETTLEMENT, 7000, None)
        placed.run()
        placed.register("C1", discount=5000)
        shop.pass_time(DAY)
        placed.rest()
        shop.provider.usually("settle", "ok")

        with pytest.raises(MoneyCannotMove, match=r"70\.00 BRL in all, and 50\.00 BRL are owed"):
            retry(placed, 2)
        resolve(placed, 2, "0001", Resolution.NOT_DONE)
        retry(placed, 2)
        retry(placed, 3)

        assert (placed.ledger.captured, placed.ledger.given_up) == (5000, 5000)
        assert not placed.order.in_error

    def test_doubt_that_turns_out_captured_is_given_back_beyond_what_is_owed(self, shop: Shop) -> None:
        placed = shop.open()
        shop.provider.script("settle", "drop")
        shop.provider.usually("settle", "500")
        request_movement(shop.ports, ACCOUNT, placed.transaction_id, SETTLEMENT, 7000, None)
        placed.run()
        placed.register("C1", discount=5000)
        shop.pass_time(DAY)
        placed.rest()
        [settled] = [leg for leg in placed.legs if leg.operation == 2]
        books = shop.provider.books[settled.payment_id]
        [name] = books.settlements

        resolve(placed, 2, "0001", Resolution.DONE, name)

        assert (placed.ledger.captured, placed.ledger.change_refunded, placed.ledger.given_up) == (7000, 2000, 3000)
        retry(placed, 3)
        assert placed.moved("refund") == [2000]
        assert not placed.order.in_error

    def test_capture_of_a_cancelled_order_that_comes_to_light_is_refunded(self, shop: Shop) -> None:
        placed = shop.open()
        shop.provider.script("settle", "drop")
        shop.provider.usually("settle", "500")
        placed.auto_settle()
        placed.cancel_only()
        shop.pass_time(DAY)
        placed.rest()
        [name] = shop.provider.books[placed.payments[0].payment_id].settlements
        assert placed.status == ("canceled", "Cancelling")

        resolve(placed, 2, "0001", Resolution.DONE, name)

        assert (placed.ledger.captured, placed.ledger.refunded) == (10000, 10000)
        assert placed.status == ("canceled", "Cancelled")

    def test_blocked_payment_withholds_a_reduction(self, shop: Shop) -> None:
        placed = shop.open()
        shop.provider.usually("settle", "500")
        placed.invoice("N1", 5000)
        shop.pass_time(DAY)
        shop.provider.usually("settle", "ok")

        placed.change("C1", discount=2000)

        assert placed.legs[-1].state is LegState.PARKED
        assert placed.ledger == Counters(authorised=10000, in_doubt=5000, withheld=2000)

    def test_denied_payment_withholds_what_the_others_do_not_give_back(self, shop: Shop) -> None:
        shop.provider.script("authorise", "ok", "denied")
        shop.provider.usually("cancel", "400")
        placed = shop.place(a_new_payment(4000, "partial"), a_new_payment(6000, "partial")).run()

        assert placed.status == ("canceled", "Cancelling")
        assert placed.order.in_error
        assert (placed.ledger.withheld, placed.ledger.available) == (4000, 0)
        shop.provider.usually("cancel", "ok")
        retry(placed, 1)
        assert placed.status == ("canceled", "Cancelled")
        assert not placed.order.in_error


class TestRetryPlansForThePresent:
    """R34: a retry asks for what is still missing, or is 409."""

    def test_refused_capture_that_the_timer_took_meanwhile_is_no_longer_missing(self, shop: Shop) -> None:
        placed = shop.open()
        shop.provider.script("settle", "400")
        placed.invoice("N1", 7000)
        placed.auto_settle()
        placed.invoice("N2", 3000)
        assert placed.moved("settle") == [10000]
        assert placed.status == ("invoice", "Settling")

        retry(placed, 2)

        assert placed.moved("settle") == [10000]
        assert placed.status == ("invoiced", "Finished")

    def test_refused_reduction_after_the_capture_becomes_a_refund_or_nothing(self, shop: Shop) -> None:
        placed = shop.open()
        shop.provider.script("cancel", "400")
        placed.change("C1", discount=1500)
        placed.invoice("N1", 8500)

        retry(placed, 2)

        assert (placed.moved("cancel"), placed.moved("refund")) == ([1500], [])
        assert placed.status == ("invoiced", "Finished")

    def test_doubt_waits_for_a_queued_cancellation_of_the_same_value(self, shop: Shop) -> None:
        shop.provider.headroom = 1500
        placed = shop.open(a_new_payment(4000, "total"), a_new_payment(6000, "total"))
        shop.provider.usually("cancel", "500")
        placed.change("C1", discount=4000)
        shop.pass_time(DAY)
        shop.provider.usually("cancel", "ok")
        placed.change("C2", increment=1000)
        placed.cancel_only()

        with pytest.raises(WrongStatus, match="retry it once operation 4 is concluded"):
            retry(placed, 2)

        placed.run()
        retry(placed, 2)
        retry(placed, 4)
        assert sorted(placed.moved("cancel")) == [1000, 4000, 6000]
        assert placed.status == ("canceled", "Cancelled")
        assert not placed.order.in_error

    @pytest.mark.parametrize(("direct", "again"), [(10000, []), (9000, [1000]), (2000, [1500])])
    def test_refused_refund_after_a_direct_one_asks_for_what_is_left(
        self, shop: Shop, direct: int, again: list[int]
    ) -> None:
        placed = shop.open()
        placed.invoice("N1", 10000)
        shop.provider.script("refund", "400")
        placed.give_back("D1", 1500)
        request(shop, placed, REFUND, direct)

        retry(placed, 3)

        assert placed.moved("refund") == [direct, *again]
        assert not placed.order.in_error
        assert mismatches_of(shop.store) == []

    def test_two_refused_captures_are_retried_each_for_its_own_value(self, shop: Shop) -> None:
        placed = shop.open()
        shop.provider.script("settle", "400", "400")
        placed.invoice("N1", 7000)
        placed.invoice("N2", 2000)

        retry(placed, 3)
        assert placed.moved("settle") == [2000]
        retry(placed, 2)
        assert placed.moved("settle") == [2000, 7000]
        assert placed.status == ("payment-approved", "Settling")

    def test_retry_that_is_refused_again_can_be_retried_again(self, shop: Shop) -> None:
        placed = shop.open()
        shop.provider.script("settle", "400", "400")
        placed.invoice("N1", 7000)
        retry(placed, 2)
        assert placed.order.in_error

        retry(placed, 3)

        assert placed.moved("settle") == [7000]
        assert placed.status == ("payment-approved", "Settling")

    def test_waiting_operation_is_tried_at_once(self, shop: Shop) -> None:
        placed = shop.open()
        shop.provider.script("settle", "500", "500", "500")
        placed.invoice("N1", 7000)
        assert placed.operation.state is OperationState.WAITING

        retry(placed, 2)

        assert placed.moved("settle") == [7000]

    def test_queued_operation_names_the_one_before_it(self, shop: Shop) -> None:
        placed = shop.open()
        shop.provider.script("settle", "500", "500", "500")
        placed.invoice("N1", 7000)
        placed.invoice("N2", 3000)

        with pytest.raises(WrongStatus, match="waits for operation 2"):
            retry(placed, 3)

    def test_refused_capture_of_total_is_captured_once_whole(self, shop: Shop) -> None:
        placed = shop.open(mode=Mode.TOTAL)
        shop.provider.script("settle", "400")
        placed.invoice("N1", 7000)

        retry(placed, 2)

        assert placed.moved("settle") == [10000]

    def test_refused_capture_of_hold_is_captured_when_complete(self, shop: Shop) -> None:
        placed = shop.open(mode=Mode.HOLD)
        placed.invoice("N1", 7000)
        shop.provider.script("settle", "400")
        placed.invoice("N2", 3000)

        retry(placed, 3)

        assert placed.moved("settle") == [10000]
        assert placed.status == ("invoiced", "Finished")

    def test_refused_timer_is_retried_within_what_is_owed(self, shop: Shop) -> None:
        placed = shop.open()
        shop.provider.script("settle", "400")
        placed.auto_settle()
        assert placed.order.in_error
        placed.change("C1", discount=1500)

        retry(placed, 2)

        assert placed.moved("settle") == [8500]
        assert not placed.order.in_error
