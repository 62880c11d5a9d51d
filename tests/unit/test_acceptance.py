"""Accepting an operation: it is queued, and the projection and running totals move with it (C§8.6, C§8.14)."""

import pytest

from settlement.domain.connectors.connector import Mode
from settlement.domain.errors import MoneyCannotMove, TooManyWaiting
from settlement.domain.planning.drafting import RefundPriority
from settlement.domain.planning.planning import Ask
from settlement.domain.transaction.acceptance import accept
from settlement.domain.transaction.operation import OperationKind, OperationState
from settlement.domain.transaction.transaction import MAX_WAITING, Transaction
from testkit.builders import NOON, a_position, a_transaction

LOWEST = RefundPriority.LOWEST_SETTLED


def projected(*positions: object, **changes: object) -> Transaction:
    """A transaction with a projection."""
    return a_transaction(projection=positions or (a_position(),), **changes)


def test_request_moves_the_projection_and_the_sum_of_requests() -> None:
    accepted = accept(projected(), OperationKind.SETTLE, Ask(request=7000), LOWEST, "invoice/N1", NOON)

    assert accepted.transaction.requested == 7000
    assert accepted.operation.ask.requested_through == 7000
    assert accepted.transaction.projection[0].counters.captured == 7000
    assert accepted.transaction.payable == 10000


def test_reduction_and_increase_move_what_is_payable() -> None:
    reduced = accept(projected(), OperationKind.REDUCE, Ask(reduction=1500), LOWEST, "change/C1", NOON)
    raised = accept(
        projected(a_position(max_value=12000)), OperationKind.RAISE, Ask(increase=1500), LOWEST, "change/C1", NOON
    )

    assert (reduced.transaction.payable, reduced.operation.giving_up) == (8500, 1500)
    assert raised.transaction.payable == 11500


def test_cancellation_of_what_was_withheld_is_counted_once() -> None:
    held = projected(a_position(withheld=2000), mode=Mode.TOTAL)

    accepted = accept(held, OperationKind.CANCEL, Ask(cancel_all=True), LOWEST, "cancel", NOON)

    assert accepted.operation.giving_up == 8000


def test_first_operation_is_ready_and_the_next_is_queued() -> None:
    first = accept(projected(), OperationKind.SETTLE, Ask(request=1000), LOWEST, "invoice/N1", NOON)
    second = accept(first.transaction, OperationKind.SETTLE, Ask(request=1000), LOWEST, "invoice/N2", NOON)

    assert (first.operation.state, first.operation.sequence) == (OperationState.READY, 1)
    assert (second.operation.state, second.operation.sequence) == (OperationState.QUEUED, 2)
    assert first.operation.due_at is not None
    assert second.operation.due_at is None
    assert second.transaction.last_settling == 2
    assert second.operation.ask.requested_through == 2000


def test_return_is_not_what_the_orders_settlement_waits_for() -> None:
    held = projected(a_position(captured=10000))

    accepted = accept(held, OperationKind.REFUND, Ask(refund=1500), LOWEST, "invoice/D1", NOON)

    assert accepted.operation.settling is False
    assert accepted.transaction.last_settling == 0
    assert accepted.operation.refunding == 1500


@pytest.mark.parametrize(
    ("ask", "code"),
    [(Ask(increase=1), "CHK00342"), (Ask(refund=1), "CHK0054"), (Ask(reduction=10001), "CHK0096")],
)
def test_what_the_payments_cannot_do_is_refused_with_its_code(ask: Ask, code: str) -> None:
    transaction = projected()

    with pytest.raises(MoneyCannotMove) as refusal:
        accept(transaction, OperationKind.REDUCE, ask, LOWEST, "change/C1", NOON)

    assert refusal.value.published_code == code


def test_queue_has_a_limit() -> None:
    full = projected(head=1, tail=1 + MAX_WAITING)

    with pytest.raises(TooManyWaiting):
        accept(full, OperationKind.SETTLE, Ask(request=1), LOWEST, "invoice/N1", NOON)
