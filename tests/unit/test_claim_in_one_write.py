"""The claim of an operation with one call is a write of one item; the call's answer tells of its plan (D150)."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from settlement.domain.events import Event, EventType, Journal, operation_writer
from settlement.domain.order.invoice import InvoiceType
from settlement.domain.transaction.leg import Leg, LegState
from settlement.domain.transaction.operation import Operation, OperationState
from settlement.domain.transaction.retries import LEASE
from settlement.use_cases.shared.ports import Commit
from settlement.use_cases.workflow.attempt_operation import Attempted, AttemptOutcome, AttemptTask, attempt_operation
from settlement.use_cases.workflow.conclude_operation import ConcludeOutcome, conclude_operation
from settlement.use_cases.workflow.plan_operation import claim_operation, record_plan
from testkit.builders import ACCOUNT
from testkit.guarded_things import place_of
from testkit.provider import Partial, Step
from testkit.shop import Placed, Shop

DONE = Attempted(AttemptOutcome.DONE)
SKIP = Attempted(AttemptOutcome.SKIP)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def placed(shop: Shop) -> Placed:
    """An order of 100.00 with an invoice whose settlement is ready."""
    placed = shop.open()
    placed.notify("N1", 7000, type_=InvoiceType.OUTPUT)
    return placed


def claim(placed: Placed, execution: str = "one") -> None:
    """Claim the operation, and die before its call."""
    assert claim_operation(placed.shop.ports, ACCOUNT, placed.transaction_id, 2, execution) is not None


def attempt(placed: Placed, execution: str = "one") -> Attempted:
    """Attempt the operation."""
    shop = placed.shop
    task = AttemptTask(ACCOUNT, placed.transaction_id, 2, execution, shop.clock.time)
    return attempt_operation(shop.ports, shop.provider, task, "https://gateway.example")


def as_earlier_version_claimed(placed: Placed) -> None:
    """Store the claim as it was stored when each leg was an item, and each plan had an event (D116)."""
    store, operation = placed.shop.store, placed.operation
    leg = operation.only_leg
    assert leg is not None
    journal = Journal(
        writer=operation_writer(2),
        written=0,
        order_id=placed.order_id,
        transaction_id=placed.transaction_id,
        at=placed.shop.clock.time,
    )
    record_plan(journal, operation)
    [event] = journal.events
    where = (ACCOUNT, placed.transaction_id)
    store.things[Operation, *where, 2] = replace(operation, only_leg=None, events=1)
    store.things[Leg, *where, 2, leg.number] = replace(leg, alone=False)
    store.things[Event, *where, f"{place_of(event)} {place_of(event)}"] = event


def plans_told(placed: Placed) -> int:
    """How often the plan of the settlement was told; a second claim that lists it as retried tells it again (D141)."""
    return len([event for event in placed.said(EventType.OPERATION_PLANNED) if event.data["operation"] == 2])


def test_claim_stores_the_call_and_its_id_and_tells_nothing_yet(placed: Placed) -> None:
    before = len(placed.shop.store.commits)

    claim(placed)

    [commit] = placed.shop.store.commits[before:]
    [leg] = placed.legs[1:]
    assert [held.sequence for held in commit.operations] == [2]
    assert (list(commit.events), list(commit.payments), list(commit.legs)) == ([], [], [])
    assert (leg.state, leg.value, leg.attempts, placed.operation.only_leg) == (LegState.PLANNED, 7000, 0, leg)
    assert plans_told(placed) == 0


def test_plan_is_told_with_the_answer_and_names_the_time_of_the_claim(placed: Placed) -> None:
    """Others may have written in between; a timeline whose times go back would tell their events out of order."""
    claim(placed)
    claimed_at = placed.shop.clock.time
    placed.shop.clock.advance(MINUTE)
    placed.notify("N2", 1000, type_=InvoiceType.OUTPUT)
    placed.shop.clock.advance(MINUTE)

    assert attempt(placed) == DONE

    [event] = [event for event in placed.said(EventType.OPERATION_PLANNED) if event.data["operation"] == 2]
    assert (event.number, event.data["calls"], event.data["plannedAt"]) == (1, 1, claimed_at.isoformat())
    written = placed.shop.store.events(ACCOUNT, placed.transaction_id, 1000, None).items[::-1]
    assert [held.at for held in written] == sorted(held.at for held in written)
    assert placed.legs[-1].alone


@pytest.mark.parametrize("earlier", [False, True])
def test_rival_is_refused_while_the_claim_lasts_and_then_makes_the_same_call(placed: Placed, earlier: bool) -> None:
    claim(placed)
    if earlier:
        as_earlier_version_claimed(placed)
    planned = placed.legs[-1].request_id
    assert attempt(placed, "another") == SKIP

    placed.shop.clock.advance(LEASE + MINUTE)
    placed.shop.sweep()

    assert placed.moved("settle") == [7000]
    assert [call.request_id for call in placed.shop.provider.calls if call.kind == "settle"] == [planned]
    assert (placed.operation.state, plans_told(placed)) == (OperationState.DONE, 1 + earlier)


@pytest.mark.parametrize("earlier", [False, True])
@pytest.mark.parametrize("step", ["ok", "500", "drop", "400", Partial(5000)])
def test_process_that_died_behind_the_claim_is_gone_on_from(placed: Placed, step: Step, earlier: bool) -> None:
    claim(placed)
    if earlier:
        as_earlier_version_claimed(placed)
    placed.shop.provider.script("settle", step)

    placed.shop.clock.advance(LEASE + MINUTE)
    placed.shop.sweep()
    placed.rest()

    assert sum(placed.moved("settle")) == placed.ledger.captured == (0 if step == "400" else 7000)
    assert plans_told(placed) == 1 + earlier


@pytest.mark.parametrize("earlier", [False, True])
def test_conclude_without_a_call_leaves_it_to_the_next_attempt(placed: Placed, earlier: bool) -> None:
    claim(placed)
    if earlier:
        as_earlier_version_claimed(placed)
    shop = placed.shop
    started_at = shop.clock.time - timedelta(hours=1)

    ended = conclude_operation(shop.ports, ACCOUNT, placed.transaction_id, 2, "one", started_at)

    assert (ended.outcome, placed.operation.state) == (ConcludeOutcome.WAITING, OperationState.WAITING)
    placed.rest()
    assert (placed.moved("settle"), plans_told(placed)) == ([7000], 1)


@pytest.mark.parametrize("earlier", [False, True])
def test_call_that_was_never_made_in_a_day_is_parked(placed: Placed, earlier: bool) -> None:
    claim(placed)
    if earlier:
        as_earlier_version_claimed(placed)
    shop = placed.shop
    shop.clock.advance(timedelta(hours=25))
    started_at = shop.clock.time - timedelta(hours=1)

    conclude_operation(shop.ports, ACCOUNT, placed.transaction_id, 2, "one", started_at)

    assert (placed.operation.state, placed.operation.only_leg) == (OperationState.FAILED, None)
    assert [(leg.state, leg.alone) for leg in placed.legs[1:]] == [(LegState.PARKED, False)]
    assert plans_told(placed) == 1


@pytest.mark.parametrize("rivals", [1, 2])
def test_answers_of_two_workers_are_one(placed: Placed, rivals: int) -> None:
    """The second worker's execution begins while the first waits for its answer."""

    def others_do_it() -> None:
        for number in range(rivals):
            placed.shop.clock.advance(LEASE + MINUTE)
            attempt(placed, f"rival {number}")

    placed.shop.provider.delay(others_do_it)
    attempt(placed)

    assert placed.moved("settle") == [7000]
    assert placed.ledger.captured == placed.transaction.ledger.captured == 7000
    assert (placed.operation.state, plans_told(placed)) == (OperationState.DONE, 1)


@pytest.mark.parametrize("step", ["ok", "500", "400"])
def test_answer_is_posted_whoever_wrote_the_operation_meanwhile(placed: Placed, step: Step) -> None:
    shop = placed.shop

    def touch() -> None:
        operation = placed.operation
        shop.store.commit(Commit(ACCOUNT, placed.order_id, placed.transaction_id, operations=[operation]))

    shop.provider.script("settle", step)
    shop.provider.delay(touch)
    placed.run()
    placed.rest()

    assert sum(placed.moved("settle")) == placed.ledger.captured == (0 if step == "400" else 7000)
    assert plans_told(placed) == 1


Story = Callable[[Placed], object]
STORIES: dict[str, Story] = {
    "invoice": lambda placed: placed.invoice("N2", 3000),
    "refund": lambda placed: placed.give_back("D1", 1000),
    "discount": lambda placed: placed.change("C1", discount=1000),
}


@pytest.mark.parametrize("step", ["ok", "500", "drop", "501", "400", Partial(500)])
@pytest.mark.parametrize("story", STORIES)
def test_books_agree_whatever_a_single_call_comes_to(placed: Placed, story: str, step: Step) -> None:
    """The fixture audits them; of legs only those that are done or untried are with their operations."""
    placed.run()
    if story == "refund":
        placed.invoice("N2", 3000)
    for kind in ("settle", "cancel", "refund"):
        placed.shop.provider.script(kind, step)

    STORIES[story](placed)
    placed.rest()

    held = [operation.only_leg for operation in placed.operations if operation.only_leg is not None]
    assert {leg.state for leg in held} == {LegState.POSTED}
    assert all(leg.alone == (leg in held) for leg in placed.legs)
