"""Operations of more connector calls than one write holds: each step takes as many writes as it needs (A§3.8)."""

from dataclasses import replace
from datetime import timedelta

import pytest

from settlement.domain.errors import TooManyWaiting, WrongStatus
from settlement.domain.transaction.leg import LegState
from settlement.domain.transaction.operation import OperationState
from settlement.domain.transaction.transaction import MAX_WAITING
from settlement.domain.transaction.trouble import MAX_REASONS
from settlement.use_cases.recovery.retry_operation import MAX_RETRIED_AT_ONCE, retry_operation
from settlement.use_cases.shared.ports import Commit
from settlement.use_cases.workflow import plan_operation as planning_step
from testkit.builders import ACCOUNT
from testkit.provider import Step
from testkit.shop import Placed, Shop

DAY = timedelta(hours=26)
VALUE_OF_INVOICE = 100


def returned_whole(shop: Shop, calls: int, refunds: Step) -> Placed:
    """An order of as many invoices as its return takes calls, each of which goes the same way for a day."""
    placed = shop.open(value=VALUE_OF_INVOICE * calls)
    for number in range(calls):
        placed.invoice(f"N{number}", VALUE_OF_INVOICE)
    shop.provider.usually("refund", refunds)
    placed.give_back("D1", VALUE_OF_INVOICE * calls)
    shop.pass_time(DAY)
    shop.provider.usually("refund", "ok")
    assert placed.operation.state is OperationState.FAILED
    return placed


def retry(shop: Shop, placed: Placed, sequence: int) -> list[int]:
    """Retry an operation; return the operations that do it."""
    return [retried.sequence for retried in retry_operation(shop.ports, ACCOUNT, placed.transaction_id, sequence)]


def taken_over(placed: Placed, sequence: int) -> int:
    """How many legs of an operation its retries have taken over."""
    return sum(leg.operation == sequence and leg.state is LegState.REPLACED for leg in placed.legs)


@pytest.mark.parametrize(
    ("calls", "retries"),
    [
        (MAX_RETRIED_AT_ONCE - 1, [39]),
        (MAX_RETRIED_AT_ONCE, [40]),
        (MAX_RETRIED_AT_ONCE + 1, [40, 1]),
        (2 * MAX_RETRIED_AT_ONCE + 10, [40, 40, 10]),
    ],
)
@pytest.mark.parametrize("way", ["500", "400"])
def test_retry_takes_over_every_missing_leg_once(shop: Shop, calls: int, retries: list[int], way: Step) -> None:
    placed = returned_whole(shop, calls, way)
    failed = placed.operation.sequence

    retrying = retry(shop, placed, failed)
    placed.rest()

    assert [sum(leg.operation == one for leg in placed.legs) for one in retrying] == retries

    assert placed.moved("refund") == [VALUE_OF_INVOICE] * calls
    assert placed.ledger.refunded == VALUE_OF_INVOICE * calls
    assert placed.ledger.refund_in_doubt == 0
    assert not placed.payments[0].blocked
    assert {held.state for held in placed.operations} == {OperationState.DONE}
    replaced = [leg for leg in placed.legs if leg.operation == failed]
    assert [leg.state for leg in replaced] == [LegState.REPLACED] * calls


def test_retry_that_finds_no_place_for_all_leaves_the_rest_to_another_one() -> None:
    shop = Shop()
    placed = returned_whole(shop, MAX_RETRIED_AT_ONCE + 5, "400")
    failed = placed.operation.sequence
    occupy(shop, placed, MAX_WAITING - 1)

    assert len(retry(shop, placed, failed)) == 1
    assert taken_over(placed, failed) == MAX_RETRIED_AT_ONCE
    stored = shop.store.operation(ACCOUNT, placed.transaction_id, failed)
    assert stored is not None
    assert stored.state is OperationState.FAILED
    with pytest.raises(TooManyWaiting):
        retry(shop, placed, failed)

    occupy(shop, placed, MAX_WAITING - 2)
    assert len(retry(shop, placed, failed)) == 1
    assert taken_over(placed, failed) == MAX_RETRIED_AT_ONCE + 5
    with pytest.raises(WrongStatus):
        retry(shop, placed, failed)


def occupy(shop: Shop, placed: Placed, waiting: int) -> None:
    """Have the queue hold so many operations."""
    transaction = replace(placed.transaction, head=placed.transaction.tail - waiting)
    shop.store.commit(Commit(ACCOUNT, placed.order_id, placed.transaction_id, transaction=transaction))


@pytest.mark.parametrize(("calls", "state"), [(4, "done"), (5, "done"), (6, "failed")])
def test_operation_of_more_calls_than_one_takes_fails_with_both_numbers(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, calls: int, state: str
) -> None:
    monkeypatch.setattr(planning_step, "MAX_LEGS", 5)
    placed = shop.open(value=VALUE_OF_INVOICE * calls)
    for number in range(calls):
        placed.invoice(f"N{number}", VALUE_OF_INVOICE)

    placed.give_back("D1", VALUE_OF_INVOICE * calls)

    assert placed.operation.state.value == state
    assert placed.moved("refund") == ([VALUE_OF_INVOICE] * calls if state == "done" else [])
    if state == "failed":
        reason = "it needs 6 connector calls; the limit of an operation is 5 (short by 6.00 BRL)"
        assert placed.operation.failure == reason


def test_failure_of_many_legs_repeats_the_reasons_of_a_few(shop: Shop) -> None:
    placed = returned_whole(shop, MAX_REASONS + 3, "400")

    failure = placed.operation.failure

    assert failure is not None
    assert failure.count("the connector refused") == MAX_REASONS
    assert failure.endswith("; and 3 more")


def test_failure_of_as_many_legs_as_are_told_of_tells_of_all(shop: Shop) -> None:
    failure = returned_whole(shop, MAX_REASONS, "400").operation.failure

    assert failure is not None
    assert failure.count("the connector refused") == MAX_REASONS
    assert "more" not in failure


def test_doubt_of_many_legs_is_set_aside_whole(shop: Shop) -> None:
    placed = returned_whole(shop, 65, "500")

    assert {leg.state for leg in placed.legs if leg.kind.value == "refund"} == {LegState.IN_DOUBT}
    assert placed.ledger.refund_in_doubt == 65 * VALUE_OF_INVOICE
