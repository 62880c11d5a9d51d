"""What happens when a connector fails: retries, partial answers, doubt, work by hand (R24, R25, C§8.18)."""

from datetime import timedelta

import pytest

from settlement.domain.connectors.connector import Mode
from settlement.domain.events import EventType
from settlement.domain.ledger.ledger import Counters
from settlement.domain.order.invoice import InvoiceType
from settlement.domain.transaction.leg import LegKind, LegState
from settlement.domain.transaction.operation import OperationState
from settlement.use_cases.workflow.execute_leg import ConnectorUnresolved, LegTask, execute_leg
from settlement.use_cases.workflow.plan_operation import plan_operation
from testkit.builders import ACCOUNT, a_new_payment
from testkit.provider import Partial
from testkit.shop import Shop
from tests.support.failures import HOUR, give_up


def test_r24_failing_settlement_is_repeated_under_the_same_request_id(shop: Shop) -> None:
    placed = shop.open()
    shop.provider.script("settle", "500", "500")

    placed.invoice("N1", 7000)

    calls = [call for call in shop.provider.calls if call.kind == "settle"]
    assert [call.answer for call in calls] == ["unknown", "unknown", "done"]
    assert len({call.request_id for call in calls}) == 1
    assert placed.ledger.captured == 7000


def test_r24_answer_that_got_lost_is_asked_for_again_and_posted_once(shop: Shop) -> None:
    placed = shop.open()
    shop.provider.script("settle", "drop")

    placed.invoice("N1", 7000)

    assert placed.moved("settle") == [7000]
    assert placed.ledger.captured == 7000
    assert len(placed.said(EventType.PAYMENT_SETTLED)) == 1


def test_r24_order_shows_invoice_while_its_settlement_waits(shop: Shop) -> None:
    placed = shop.open()
    shop.provider.script("settle", "500", "500", "500")

    placed.invoice("N1", 10000)

    assert placed.operation.state is OperationState.WAITING
    assert placed.status == ("invoice", "Settling")
    assert shop.store.invoice(ACCOUNT, placed.order_id, "N1") is not None
    shop.pass_time(HOUR)
    assert placed.status == ("invoiced", "Finished")


def test_r24_partial_answer_has_the_rest_requested_under_a_new_id(shop: Shop) -> None:
    placed = shop.open()
    shop.provider.script("settle", Partial(5000))

    placed.invoice("N1", 7000)

    assert placed.moved("settle") == [5000, 2000]
    assert len({call.request_id for call in shop.provider.calls if call.kind == "settle"}) == 2
    assert placed.requests == [7000]
    assert placed.status == ("payment-approved", "Settling")


def test_r24_after_five_remainders_the_operation_waits(shop: Shop) -> None:
    placed = shop.open()
    shop.provider.script("settle", *[Partial(100)] * 6)

    placed.invoice("N1", 7000)

    assert placed.moved("settle") == [100] * 6
    assert not placed.transaction.is_idle
    shop.pass_time(HOUR)
    assert placed.moved("settle") == [100] * 6 + [6400]
    assert placed.operation.state is OperationState.DONE


def test_connector_that_gives_a_cent_at_a_time_is_given_up_after_a_day(shop: Shop) -> None:
    placed = shop.open()
    shop.provider.usually("settle", Partial(1))

    placed.invoice("N1", 7000)
    give_up(shop)

    assert placed.operation.state is OperationState.FAILED
    assert placed.ledger.captured == sum(placed.moved("settle"))
    assert placed.ledger.in_doubt == 0


def test_retries_follow_the_schedule_and_end_within_24_hours(shop: Shop) -> None:
    """1 min, 5 min, 15 min, 1 h, then every 4 h; three calls in each attempt, one request id in all (R24, C§4.3)."""
    placed = shop.open()
    start = shop.clock.time
    shop.provider.usually("settle", "500")
    times: list[timedelta] = []

    placed.invoice("N1", 7000)
    calls = 0
    while True:
        made = len([call for call in shop.provider.calls if call.kind == "settle"])
        if made > calls:
            assert made == calls + 3
            times.append(shop.clock.time - start)
            calls = made
        due = shop.store.next_due()
        if placed.operation.is_concluded or due is None:
            break
        shop.clock.advance_to(due)
        shop.sweep()

    minutes = [time / timedelta(minutes=1) for time in times]
    assert minutes == [0, 1, 6, 21, 81, 321, 561, 801, 1041, 1281, 1440]
    assert len({call.request_id for call in shop.provider.calls if call.kind == "settle"}) == 1


def test_settlement_that_fails_for_a_day_is_in_doubt_and_blocks_its_payment(shop: Shop) -> None:
    placed = shop.open()
    shop.provider.usually("settle", "500")

    placed.invoice("N1", 7000)
    give_up(shop)

    assert placed.operation.state is OperationState.FAILED
    assert placed.ledger == Counters(authorised=10000, in_doubt=7000)
    assert [payment.blocked for payment in placed.payments] == [True]
    assert [leg.state for leg in placed.legs if leg.kind is LegKind.SETTLE] == [LegState.IN_DOUBT]
    assert len(placed.said(EventType.OPERATION_FAILED)) == 1
    assert placed.status == ("invoice", "Settling")
    assert placed.order.invoiced == 7000


def test_operations_behind_a_failed_one_go_on_with_the_other_payments(shop: Shop) -> None:
    placed = shop.open(a_new_payment(4000, "partial"), a_new_payment(6000, "partial"))
    shop.provider.usually("settle", "500")
    placed.invoice("N1", 4000)
    give_up(shop)
    shop.provider.usually("settle", "ok")

    placed.invoice("N2", 6000)

    assert placed.moved_by_payment("settle") == [(2, 6000)]
    assert [payment.blocked for payment in placed.payments] == [True, False]
    assert placed.operation.state is OperationState.DONE


def test_share_of_a_blocked_payment_is_parked_and_the_rest_is_executed(shop: Shop) -> None:
    placed = shop.open(a_new_payment(4000, "partial"), a_new_payment(6000, "partial"))
    shop.provider.usually("settle", "500")
    placed.invoice("N1", 1000)
    give_up(shop)
    shop.provider.usually("settle", "ok")

    placed.invoice("N2", 9000)

    assert placed.moved_by_payment("settle") == [(2, 6000)]
    assert [leg.state for leg in placed.legs if leg.operation == placed.operation.sequence] == [
        LegState.PARKED,
        LegState.POSTED,
    ]
    assert placed.operation.state is OperationState.FAILED
    assert placed.transaction.is_idle


def test_queue_moves_on_after_a_failure(shop: Shop) -> None:
    placed = shop.open()
    shop.provider.usually("settle", "500")
    placed.invoice("N1", 7000)
    placed.change("C1", discount=1000)
    assert placed.transaction.tail - placed.transaction.head == 2

    give_up(shop)

    assert placed.transaction.is_idle
    assert placed.operation.is_concluded


def test_refused_settlement_fails_at_once_and_releases_its_value(shop: Shop) -> None:
    placed = shop.open()
    shop.provider.script("settle", "400")

    placed.invoice("N1", 7000)

    assert placed.operation.state is OperationState.FAILED
    assert placed.ledger == Counters(authorised=10000)
    assert [payment.blocked for payment in placed.payments] == [False]
    assert len(placed.said(EventType.CONNECTOR_REFUSED)) == 1
    assert placed.status == ("invoice", "Settling")


def test_infeasible_plan_fails_at_once_and_the_queue_moves_on(shop: Shop) -> None:
    placed = shop.open()
    shop.provider.script("settle", "400")
    placed.notify("N1", 10000, type_=InvoiceType.OUTPUT)
    placed.notify("D1", 1500, type_=InvoiceType.INPUT)

    placed.run()

    assert [held.state for held in placed.operations[1:]] == [OperationState.FAILED, OperationState.FAILED]
    assert "short by 15.00 BRL" in (placed.operation.failure or "")
    assert placed.order.value == 10000
    assert placed.transaction.is_idle


def test_r25_refund_by_hand_is_not_counted_as_refunded(shop: Shop) -> None:
    placed = shop.open()
    placed.invoice("N1", 10000)
    shop.provider.script("refund", "501")

    placed.give_back("D1", 1500)

    assert placed.ledger.refunded == 0
    assert [leg.state for leg in placed.legs if leg.kind is LegKind.REFUND] == [LegState.MANUAL]
    [event] = placed.said(EventType.MANUAL_REFUND_REQUIRED)
    assert event.data["value"] == 1500
    assert placed.operation.state is OperationState.MANUAL
    assert placed.status == ("invoiced", "Settling")
    assert placed.transaction.is_in_error


def test_r25_failing_refund_is_repeated_until_it_succeeds(shop: Shop) -> None:
    placed = shop.open()
    placed.invoice("N1", 10000)
    shop.provider.script("refund", "500", "500", "500", "500", "500")

    placed.give_back("D1", 1500)
    shop.pass_time(HOUR)

    assert placed.moved("refund") == [1500]
    assert placed.ledger.refunded == 1500


def test_r25_partial_refund_answer_has_the_rest_requested_on_the_same_settlement(shop: Shop) -> None:
    placed = shop.open()
    placed.invoice("N1", 10000)
    shop.provider.script("refund", Partial(1000))

    placed.give_back("D1", 1500)

    assert placed.moved("refund") == [1000, 500]
    [settlement] = shop.store.settlements(ACCOUNT, placed.transaction_id, placed.payments[0].payment_id)
    assert settlement.refunded == 1500


def test_cancellation_by_hand_can_never_be_captured(shop: Shop) -> None:
    placed = shop.open()
    shop.provider.script("cancel", "501")

    placed.change("C1", discount=1500)
    placed.invoice("N1", 8500)

    assert placed.moved("settle") == [8500]
    assert placed.ledger == Counters(authorised=10000, captured=8500, withheld=1500)
    assert len(placed.said(EventType.MANUAL_CANCELLATION_REQUIRED)) == 1
    assert placed.status == ("invoiced", "Settling")
    assert placed.transaction.is_in_error


def test_cancellation_by_hand_of_withheld_value_counts_once(shop: Shop) -> None:
    placed = shop.open(a_new_payment(2000, "total"), a_new_payment(8000, "total"))
    shop.provider.script("cancel", "501")

    placed.change("C1", discount=2000)

    assert placed.ledger == Counters(authorised=10000, withheld=2000)


def test_r33_value_of_a_refused_cancellation_is_withheld(shop: Shop) -> None:
    placed = shop.open()
    shop.provider.script("cancel", "400")

    placed.change("C1", discount=1500)

    assert placed.ledger == Counters(authorised=10000, withheld=1500)
    assert placed.operation.state is OperationState.FAILED
    assert placed.order.value == 8500


def test_cancellation_that_fails_for_a_day_is_in_doubt(shop: Shop) -> None:
    placed = shop.open()
    shop.provider.usually("cancel", "500")

    placed.change("C1", discount=1500)
    give_up(shop)

    assert placed.ledger == Counters(authorised=10000, cancel_in_doubt=1500)
    assert placed.ledger.available == 8500


def test_refund_that_fails_for_a_day_is_in_doubt_on_payment_and_settlement(shop: Shop) -> None:
    placed = shop.open()
    placed.invoice("N1", 10000)
    shop.provider.usually("refund", "500")

    placed.give_back("D1", 1500)
    give_up(shop)

    assert placed.ledger == Counters(authorised=10000, captured=10000, refund_in_doubt=1500)
    [settlement] = shop.store.settlements(ACCOUNT, placed.transaction_id, placed.payments[0].payment_id)
    assert settlement.refundable == 8500


def test_process_that_dies_after_the_answer_is_made_good_by_the_sweep(shop: Shop) -> None:
    placed = shop.open()
    placed.notify("N1", 7000, type_=InvoiceType.OUTPUT)
    shop.ready()
    sequence = placed.operation.sequence
    planned = plan_operation(shop.ports, ACCOUNT, placed.transaction_id, sequence, "dies")
    shop.provider.script("settle", "drop")
    call = LegTask(ACCOUNT, placed.transaction_id, sequence, planned.legs[0], shop.clock.time)
    with pytest.raises(ConnectorUnresolved):
        execute_leg(shop.ports, shop.provider, call, "https://gateway.example")

    shop.pass_time(timedelta(minutes=5))
    assert placed.ledger.captured == 0, "the lease lasts"
    shop.pass_time(timedelta(minutes=5))

    assert placed.moved("settle") == [7000]
    assert placed.ledger.captured == 7000
    assert placed.transaction.is_idle


def test_event_that_got_lost_only_delays(shop: Shop) -> None:
    placed = shop.open()
    placed.notify("N1", 7000, type_=InvoiceType.OUTPUT)
    shop.ready()

    shop.pass_time(timedelta(minutes=3))

    assert placed.ledger.captured == 7000


def test_two_executions_of_one_operation_capture_once(shop: Shop) -> None:
    placed = shop.open()
    placed.notify("N1", 7000, type_=InvoiceType.OUTPUT)
    sequence = placed.operation.sequence
    shop.ready()
    planned = plan_operation(shop.ports, ACCOUNT, placed.transaction_id, sequence, "first")

    assert placed.run_once(sequence) == "skip"
    again = plan_operation(shop.ports, ACCOUNT, placed.transaction_id, sequence, "first")
    assert again == planned

    call = LegTask(ACCOUNT, placed.transaction_id, sequence, planned.legs[0], shop.clock.time)
    for _ in range(2):
        execute_leg(shop.ports, shop.provider, call, "https://gateway.example")
    shop.pass_time(timedelta(minutes=10))

    assert placed.moved("settle") == [7000]
    assert placed.ledger.captured == 7000
    assert placed.run_once(sequence) == "skip"


def test_execution_that_is_too_old_starts_no_call(shop: Shop) -> None:
    placed = shop.open()
    placed.notify("N1", 7000, type_=InvoiceType.OUTPUT)
    sequence = placed.operation.sequence
    planned = plan_operation(shop.ports, ACCOUNT, placed.transaction_id, sequence, "slow")
    call = LegTask(ACCOUNT, placed.transaction_id, sequence, planned.legs[0], shop.clock.time)

    shop.clock.advance(timedelta(seconds=201))

    assert execute_leg(shop.ports, shop.provider, call, "https://gateway.example") == "deferred"
    assert placed.moved("settle") == []


def test_hold_keeps_a_failed_settlement_apart_from_what_is_retained(shop: Shop) -> None:
    placed = shop.open(mode=Mode.HOLD)
    placed.invoice("N1", 7000)
    shop.provider.script("settle", "400")

    placed.invoice("N2", 3000)

    assert placed.operation.state is OperationState.FAILED
    assert placed.status == ("invoice", "Settling")
    assert placed.ledger == Counters(authorised=10000)
