"""An attempt of one call is one task and two writes; of several, its legs are handed out (A§3.5, D116)."""

from dataclasses import replace
from datetime import timedelta

import pytest

from settlement.domain.connectors.connector import Mode
from settlement.domain.events import EventType
from settlement.domain.order.invoice import InvoiceType
from settlement.domain.transaction.leg import LegState
from settlement.domain.transaction.operation import OperationState
from settlement.domain.transaction.retries import LEASE, NO_CALL_AFTER
from settlement.use_cases.shared.ports import Commit
from settlement.use_cases.workflow.attempt_operation import Attempted, AttemptOutcome, AttemptTask, attempt_operation
from settlement.use_cases.workflow.execute_leg import ConnectorUnresolved
from testkit.builders import ACCOUNT, a_connector, a_new_payment
from testkit.provider import Kind, Partial
from testkit.shop import Placed, Shop

DONE = Attempted(AttemptOutcome.DONE)


def attempt(placed: Placed, *, execution: str = "one", age: timedelta = timedelta(0)) -> Attempted:
    """Attempt the operation at the head of the queue, in an execution of that age."""
    shop = placed.shop
    task = AttemptTask(ACCOUNT, placed.transaction_id, placed.transaction.head, execution, shop.clock.time - age)
    return attempt_operation(shop.ports, shop.provider, task, "https://gateway.example")


def notified(shop: Shop, *values: int) -> Placed:
    """An order of 100.00 with invoices whose settlements have not been attempted."""
    placed = shop.open()
    for number, value in enumerate(values, start=1):
        placed.notify(f"N{number}", value, type_=InvoiceType.OUTPUT)
    return placed


def writes_of(shop: Shop, placed: Placed) -> list[Commit]:
    """Attempt, and return what it wrote."""
    before = len(shop.store.commits)
    assert attempt(placed) == DONE
    return shop.store.commits[before:]


def test_one_call_takes_two_writes_and_readies_the_next_operation(shop: Shop) -> None:
    placed = notified(shop, 7000, 3000)

    claim, ending = writes_of(shop, placed)

    assert [leg.value for leg in claim.new_legs] == [7000]
    assert [changed.after.state for changed in ending.legs] == [LegState.POSTED]
    assert [operation.state for operation in ending.operations] == [OperationState.DONE, OperationState.READY]
    assert [event.type for event in ending.events] == [
        EventType.OPERATION_PLANNED,
        EventType.PAYMENT_SETTLED,
        EventType.OPERATION_READY,
    ]
    assert placed.transaction.ledger == placed.ledger
    assert placed.ledger.captured == 7000


@pytest.mark.parametrize("writers", [1, 2])
def test_answer_is_posted_apart_if_anything_was_written_during_the_call(shop: Shop, writers: int) -> None:
    placed = notified(shop, 5000)
    others = [lambda number=number: placed.notify(f"M{number}", 1000, type_=InvoiceType.OUTPUT) for number in (1, 2)]
    shop.store.interrupt(lambda: None, *others[:writers])

    written = writes_of(shop, placed)

    assert placed.moved("settle") == [5000]
    assert len([commit for commit in written if commit.legs]) == 1
    assert placed.operations[1].state is OperationState.DONE
    assert placed.transaction.ledger == placed.ledger
    assert placed.run().ledger.captured == 5000 + 1000 * writers


def test_unresolved_call_is_repeated_by_the_next_run_under_the_same_id(shop: Shop) -> None:
    placed = notified(shop, 7000)
    shop.provider.script("settle", "drop")

    with pytest.raises(ConnectorUnresolved):
        attempt(placed)
    assert placed.legs[-1].state is LegState.UNKNOWN

    assert attempt(placed) == DONE
    assert placed.moved("settle") == [7000]
    assert len({call.request_id for call in shop.provider.calls if call.kind == "settle"}) == 1
    assert placed.operation.attempts == 1


def test_rival_execution_is_skipped_while_the_claim_lasts(shop: Shop) -> None:
    placed = notified(shop, 7000)
    shop.provider.script("settle", "500")
    with pytest.raises(ConnectorUnresolved):
        attempt(placed)

    assert attempt(placed, execution="another") == Attempted(AttemptOutcome.SKIP)
    assert placed.moved("settle") == []


@pytest.mark.parametrize("kind", ["settle", "refund"])
def test_answer_that_another_worker_has_posted_meanwhile_changes_nothing(shop: Shop, kind: Kind) -> None:
    placed = notified(shop, 10000)
    if kind == "refund":
        placed.run()
        placed.notify("D1", 10000, type_=InvoiceType.INPUT)

    def another_worker_does_it() -> None:
        shop.clock.advance(LEASE + timedelta(seconds=1))
        assert attempt(placed, execution="another") == DONE

    shop.provider.delay(another_worker_does_it)
    assert attempt(placed) == Attempted(AttemptOutcome.SKIP)

    assert placed.moved(kind) == [10000]
    assert (placed.ledger.captured, placed.ledger.refunded) == (10000, 10000 if kind == "refund" else 0)


def test_several_calls_are_handed_out_and_none_is_made(shop: Shop) -> None:
    placed = shop.open(a_new_payment(4000, "partial"), a_new_payment(6000, "partial"))
    placed.notify("N1", 10000, type_=InvoiceType.OUTPUT)

    assert attempt(placed) == Attempted(AttemptOutcome.EXECUTE, ("0001", "0002"))
    assert placed.moved("settle") == []


def test_remainder_is_planned_by_another_round(shop: Shop) -> None:
    placed = notified(shop, 7000)
    shop.provider.script("settle", Partial(5000))

    assert attempt(placed) == Attempted(AttemptOutcome.MORE)
    assert placed.operation.state is OperationState.READY
    assert len(attempt(placed).legs) == 1
    shop.pass_time(timedelta(minutes=10))
    assert placed.moved("settle") == [5000, 2000]


def test_old_execution_makes_no_call(shop: Shop) -> None:
    placed = notified(shop, 7000)

    assert attempt(placed, age=NO_CALL_AFTER + timedelta(seconds=1)) == Attempted(AttemptOutcome.WAITING)
    assert placed.moved("settle") == []
    assert placed.operation.state is OperationState.WAITING


def test_operation_without_a_call_is_concluded(shop: Shop) -> None:
    placed = shop.open(mode=Mode.TOTAL)
    placed.register("C1", 1000)

    assert attempt(placed) == DONE
    assert placed.ledger.withheld == 1000


def test_call_within_the_minimum_gap_waits_for_its_time(shop: Shop) -> None:
    shop.connect(replace(a_connector("partial"), minimum_gap=timedelta(minutes=10)))
    placed = shop.open()
    shop.pass_time(timedelta(minutes=11))
    placed.invoice("N1", 4000)
    placed.notify("N2", 3000, type_=InvoiceType.OUTPUT)

    assert attempt(placed) == Attempted(AttemptOutcome.WAITING)
    assert placed.moved("settle") == [4000]
    shop.pass_time(timedelta(minutes=11))
    assert placed.moved("settle") == [4000, 3000]


def test_failure_is_told(shop: Shop) -> None:
    placed = notified(shop, 7000)
    shop.provider.script("settle", "400")

    attempted = attempt(placed)

    assert attempted.outcome is AttemptOutcome.DONE
    assert attempted.failure is not None
    assert placed.operation.state is OperationState.FAILED
