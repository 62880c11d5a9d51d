"""What an operator can do about a failed operation: retry what is missing, or say what became of it (C§8.18)."""

from datetime import timedelta

import pytest

from settlement.domain.errors import InvalidRequest, OperationNotFound, WrongStatus
from settlement.domain.ledger.ledger import Counters
from settlement.domain.transaction.leg import LegState
from settlement.domain.transaction.operation import OperationState
from settlement.use_cases.recovery.resolve_leg import Resolution, resolve_leg
from settlement.use_cases.recovery.retry_operation import retry_operation
from testkit.builders import ACCOUNT
from testkit.shop import Placed, Shop

DAY = timedelta(hours=26)


def retry(shop: Shop, placed: Placed, sequence: int) -> None:
    retry_operation(shop.ports, ACCOUNT, placed.transaction_id, sequence)
    shop.relay()


def resolve(shop: Shop, placed: Placed, resolution: Resolution, operation: int, number: str = "0001") -> None:
    resolve_leg(shop.ports, ACCOUNT, placed.transaction_id, operation, number, resolution)
    shop.relay()


def doubtful(shop: Shop) -> Placed:
    """An order whose first invoice of 70.00 nobody knows the settlement of."""
    placed = shop.open()
    shop.provider.usually("settle", "500")
    placed.invoice("N1", 7000)
    shop.pass_time(DAY)
    shop.provider.usually("settle", "ok")
    assert placed.operation.state is OperationState.FAILED
    return placed


def test_refused_settlement_is_retried_under_a_new_request_id(shop: Shop) -> None:
    placed = shop.open()
    shop.provider.script("settle", "400")
    placed.invoice("N1", 7000)
    assert placed.status == ("invoice", "Settling")

    retry(shop, placed, 2)

    assert placed.moved("settle") == [7000]
    assert placed.status == ("payment-approved", "Settling")
    assert len({call.request_id for call in shop.provider.calls if call.kind == "settle"}) == 2
    assert placed.requests == [7000]


def test_doubtful_settlement_is_retried_under_its_own_request_id(shop: Shop) -> None:
    placed = doubtful(shop)
    assert placed.ledger == Counters(authorised=10000, in_doubt=7000)

    retry(shop, placed, 2)

    assert len({call.request_id for call in shop.provider.calls if call.kind == "settle"}) == 1
    assert placed.ledger == Counters(authorised=10000, captured=7000)
    assert placed.transaction.ledger == placed.ledger
    assert placed.status == ("payment-approved", "Settling")
    assert not placed.payments[0].blocked


def test_retry_that_finds_it_done_posts_it_once(shop: Shop) -> None:
    placed = shop.open()
    shop.provider.script("settle", "drop")
    shop.provider.usually("settle", "500")
    placed.invoice("N1", 7000)
    shop.pass_time(DAY)
    shop.provider.usually("settle", "ok")

    retry(shop, placed, 2)

    assert placed.moved("settle") == [7000]
    assert placed.ledger == Counters(authorised=10000, captured=7000)


def test_retry_that_is_refused_releases_the_doubt(shop: Shop) -> None:
    placed = doubtful(shop)
    shop.provider.script("settle", "400")

    retry(shop, placed, 2)

    assert placed.ledger == Counters(authorised=10000)
    assert placed.status == ("invoice", "Settling")
    assert placed.transaction.unsettled == 1


def test_retry_that_fails_again_counts_its_doubt_once(shop: Shop) -> None:
    placed = doubtful(shop)
    shop.provider.usually("settle", "500")

    retry(shop, placed, 2)
    shop.pass_time(DAY)

    assert placed.ledger == Counters(authorised=10000, in_doubt=7000)
    assert placed.operation.state is OperationState.FAILED


def test_later_invoice_waits_for_the_blocked_payment_and_the_order_completes_after_both_retries(shop: Shop) -> None:
    placed = doubtful(shop)
    placed.invoice("N2", 3000)
    assert placed.operation.state is OperationState.FAILED
    assert placed.legs[-1].state is LegState.PARKED
    assert placed.status[0] == "invoice"

    retry(shop, placed, 2)
    retry(shop, placed, 3)

    assert placed.ledger == Counters(authorised=10000, captured=10000)
    assert placed.status == ("invoiced", "Finished")


def test_doubt_that_a_person_resolves_as_done_is_posted_without_a_call(shop: Shop) -> None:
    placed = doubtful(shop)
    calls = len(shop.provider.calls)

    resolve(shop, placed, Resolution.DONE, 2)

    assert len(shop.provider.calls) == calls
    assert placed.ledger == Counters(authorised=10000, captured=7000)
    assert placed.transaction.ledger == placed.ledger
    assert placed.status == ("payment-approved", "Settling")
    assert not placed.payments[0].blocked


def test_resolution_is_one_write(shop: Shop) -> None:
    placed = doubtful(shop)
    writes = len(shop.store.commits)

    resolve_leg(shop.ports, ACCOUNT, placed.transaction_id, 2, "0001", Resolution.DONE)

    assert len(shop.store.commits) == writes + 1


def test_doubt_that_a_person_resolves_as_not_done_is_released_and_can_be_retried(shop: Shop) -> None:
    placed = doubtful(shop)

    resolve(shop, placed, Resolution.NOT_DONE, 2)
    assert placed.ledger == Counters(authorised=10000)
    retry(shop, placed, 2)

    assert placed.ledger == Counters(authorised=10000, captured=7000)
    assert placed.status == ("payment-approved", "Settling")


def test_refund_done_by_hand_counts_once_a_person_says_so(shop: Shop) -> None:
    placed = shop.open()
    placed.invoice("N1", 10000)
    shop.provider.script("refund", "501")
    placed.give_back("D1", 1500)
    assert placed.ledger.refunded == 0

    resolve(shop, placed, Resolution.DONE, placed.operation.sequence)

    assert placed.ledger.refunded == 1500
    assert placed.transaction.ledger.refunded == 1500
    assert placed.legs[-1].state is LegState.POSTED


def test_cancellation_done_by_hand_moves_from_withheld_to_cancelled(shop: Shop) -> None:
    placed = shop.open()
    shop.provider.script("cancel", "501")
    placed.change("c1", discount=1500)
    assert placed.ledger == Counters(authorised=10000, withheld=1500)

    resolve(shop, placed, Resolution.DONE, placed.operation.sequence)

    assert placed.ledger == Counters(authorised=10000, cancelled=1500)


def test_only_failed_operations_are_retried_and_only_open_questions_resolved(shop: Shop) -> None:
    placed = shop.open()
    placed.invoice("N1", 7000)

    with pytest.raises(WrongStatus):
        retry(shop, placed, 2)
    with pytest.raises(OperationNotFound):
        retry(shop, placed, 99)
    with pytest.raises(WrongStatus):
        resolve(shop, placed, Resolution.DONE, 2)
    with pytest.raises(OperationNotFound):
        resolve(shop, placed, Resolution.DONE, 2, "0009")


def test_manual_leg_cannot_be_said_not_to_be_done(shop: Shop) -> None:
    placed = shop.open()
    placed.invoice("N1", 10000)
    shop.provider.script("refund", "501")
    placed.give_back("D1", 1500)

    with pytest.raises(InvalidRequest):
        resolve(shop, placed, Resolution.NOT_DONE, placed.operation.sequence)
