"""Answers that come after their operation was concluded (A§3.7)."""

from collections.abc import Callable

import pytest

from settlement.domain.ledger.ledger import Counters
from settlement.domain.order.invoice import InvoiceType
from settlement.domain.transaction.leg import LegState
from settlement.domain.transaction.operation import OperationState
from settlement.use_cases.recovery.retry_operation import retry_operation
from settlement.use_cases.workflow.attempt_operation import AttemptOutcome, AttemptTask, attempt_operation
from settlement.use_cases.workflow.execute_leg import LegTask, execute_leg
from settlement.use_cases.workflow.plan_operation import plan_operation
from testkit.builders import ACCOUNT, a_new_payment
from testkit.provider import Kind, Partial
from testkit.shop import Placed, Shop
from tests.support.failures import give_up

Answer = Callable[[Placed, Kind], None]


def _answer_in_an_attempt(placed: Placed) -> None:
    shop, sequence = placed.shop, placed.operation.sequence
    task = AttemptTask(ACCOUNT, placed.transaction_id, sequence, "slow", shop.clock.time)
    assert attempt_operation(shop.ports, shop.provider, task, "https://gateway.example").outcome is AttemptOutcome.SKIP


def _answer_in_a_step(placed: Placed) -> None:
    shop, sequence = placed.shop, placed.operation.sequence
    planned = plan_operation(shop.ports, ACCOUNT, placed.transaction_id, sequence, "slow")
    call = LegTask(ACCOUNT, placed.transaction_id, sequence, planned.legs[-1], shop.clock.time)
    execute_leg(shop.ports, shop.provider, call, "https://gateway.example")


@pytest.fixture(params=[_answer_in_an_attempt, _answer_in_a_step], ids=["attempt", "step"])
def late_answer(request: pytest.FixtureRequest, shop: Shop) -> Answer:
    """Have the open leg of the newest operation called, and its answer arrive only after everything was given up."""

    def answer(placed: Placed, kind: Kind) -> None:
        shop.clock.advance_to(placed.operation.due_at or shop.clock.time)
        shop.provider.usually(kind, "ok")

        def a_day_passes() -> None:
            shop.provider.usually(kind, "500")
            give_up(shop)

        shop.provider.delay(a_day_passes)
        request.param(placed)
        shop.provider.usually(kind, "ok")

    return answer


def test_late_positive_answer_resolves_the_doubt(shop: Shop, late_answer: Answer) -> None:
    placed = shop.open()
    shop.provider.script("settle", "500", "500", "500")
    placed.invoice("N1", 7000)

    late_answer(placed, "settle")

    assert placed.moved("settle") == [7000]
    assert placed.ledger == Counters(authorised=10000, captured=7000)
    assert placed.legs[-1].state is LegState.POSTED
    assert placed.transaction.ledger == placed.ledger
    assert placed.operation.state is OperationState.DONE
    assert [payment.blocked for payment in placed.payments] == [False]
    assert placed.status == ("payment-approved", "Settling")
    placed.invoice("N2", 3000)
    assert placed.status == ("invoiced", "Finished")


def test_late_positive_answer_and_what_follows_from_it_are_one_write(shop: Shop, late_answer: Answer) -> None:
    placed = shop.open()
    shop.provider.script("settle", "500", "500", "500")
    placed.invoice("N1", 7000)

    late_answer(placed, "settle")

    *_, posting = [held for held in shop.store.commits if any(leg.after.state is LegState.POSTED for leg in held.legs)]
    assert posting.transaction is not None
    assert [held.state for held in posting.operations] == [OperationState.DONE]


def test_late_answer_in_part_leaves_the_rest_to_an_operator(shop: Shop, late_answer: Answer) -> None:
    placed = shop.open()
    shop.provider.script("settle", "500", "500", "500", Partial(5000))
    placed.invoice("N1", 7000)

    late_answer(placed, "settle")

    assert placed.ledger == Counters(authorised=10000, captured=5000, in_doubt=2000)
    assert placed.operation.state is OperationState.FAILED
    assert placed.legs[-1].state is LegState.PARKED
    retry_operation(shop.ports, ACCOUNT, placed.transaction_id, placed.operation.sequence)
    placed.run()
    assert placed.moved("settle") == [5000, 2000]
    assert placed.ledger == Counters(authorised=10000, captured=7000)
    assert placed.status == ("payment-approved", "Settling")


def test_late_positive_answer_of_a_refund_resolves_the_doubt(shop: Shop, late_answer: Answer) -> None:
    placed = shop.open()
    placed.invoice("N1", 10000)
    shop.provider.script("refund", "500", "500", "500")
    placed.give_back("D1", 1500)

    late_answer(placed, "refund")

    assert placed.ledger == Counters(authorised=10000, captured=10000, refunded=1500)
    [settlement] = shop.store.settlements(ACCOUNT, placed.transaction_id, placed.payments[0].payment_id)
    assert (settlement.refunded, settlement.refund_in_doubt) == (1500, 0)


def test_late_positive_answer_of_a_cancellation_of_withheld_value_resolves_the_doubt(
    shop: Shop, late_answer: Answer
) -> None:
    placed = shop.open(a_new_payment(2000, "total"), a_new_payment(8000, "total"))
    shop.provider.script("cancel", "500", "500", "500")
    placed.change("C1", discount=2000)

    late_answer(placed, "cancel")

    assert placed.ledger == Counters(authorised=10000, cancelled=2000)


def test_late_negative_answer_changes_nothing(shop: Shop) -> None:
    placed = shop.open()
    placed.notify("N1", 7000, type_=InvoiceType.OUTPUT)
    sequence = placed.operation.sequence
    shop.ready()
    planned = plan_operation(shop.ports, ACCOUNT, placed.transaction_id, sequence, "slow")
    call = LegTask(ACCOUNT, placed.transaction_id, sequence, planned.legs[0], shop.clock.time)
    shop.provider.script("settle", "500")

    def another_worker_posts() -> None:
        execute_leg(shop.ports, shop.provider, call, "https://gateway.example")

    shop.provider.delay(another_worker_posts)
    assert execute_leg(shop.ports, shop.provider, call, "https://gateway.example") == "posted"
    assert placed.ledger.captured == 7000
