"""What another key makes of a movement that waits for it: done once, refused, expired, or no longer possible (R37)."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from threading import Barrier, Thread

import pytest

from settlement.domain.actor import Actor, System
from settlement.domain.errors import (
    ApprovalNotFound,
    CancelRefused,
    Forbidden,
    TooManyWaiting,
    WrongStatus,
)
from settlement.domain.events import EventType
from settlement.domain.transaction import transaction as transactions
from settlement.domain.transaction.approval import Approval, ApprovalState
from settlement.domain.transaction.leg import LegState
from settlement.use_cases.approvals.call_resolution import Resolving
from settlement.use_cases.approvals.decide_approval import approve, refuse, retrieve_approval
from settlement.use_cases.gateway.request_movement import REFUND, SETTLEMENT, Requested, request_movement
from settlement.use_cases.recovery.resolve_leg import Resolution
from settlement.use_cases.upkeep.list_work import list_work
from testkit.builders import ACCOUNT
from testkit.shop import Placed, Shop
from tests.support.approvals import (
    ANNA,
    BEA,
    DAY,
    EXPIRY,
    acting,
    approving,
    ask_cancel,
    ask_change,
    ask_movement,
    ask_resolution,
    captured_order,
    limit,
    refusing,
    state,
    stored,
    waiting,
)


@pytest.fixture
def captured(shop: Shop) -> Placed:
    """The order whose refunds need a second key."""
    return captured_order(shop)


class TestDeciding:
    """Once, and by another key."""

    def test_approved_refund_is_done_in_one_write_with_the_approval(self, captured: Placed) -> None:
        approval = ask_movement(captured, REFUND, 3000, "K1")
        before = len(captured.shop.store.commits)

        done = approve(acting(captured.shop, BEA), ACCOUNT, approval.id)

        [commit] = captured.shop.store.commits[before:]
        assert [held.state for held in commit.approvals] == [ApprovalState.EXECUTED]
        assert [held.sequence for held in commit.operations] == [done.operation]
        captured.run()
        assert captured.ledger.refunded == 3000
        [event] = captured.said(EventType.APPROVAL_DECIDED)
        assert (event.actor, event.data["state"], event.data["askedBy"]) == (BEA, "executed", ANNA.facts)
        assert {event.actor for event in captured.said(EventType.REFUND_REQUESTED)} == {BEA}

    def test_key_that_asked_cannot_approve(self, captured: Placed) -> None:
        approval = ask_movement(captured, REFUND, 3000)
        before = captured.shop.store.backup()

        with pytest.raises(Forbidden, match="anna"):
            approving(captured, approval, replace(ANNA, user="somebody else"))

        assert captured.shop.store.backup() == before

    def test_approved_twice_is_done_once(self, captured: Placed) -> None:
        approval = ask_movement(captured, REFUND, 3000)

        first, second = approving(captured, approval), approving(captured, approval, Actor("carl"))

        assert (first.operation, second.operation, second.decided_by) == (3, 3, BEA)
        assert captured.ledger.refunded == 3000

    def test_two_approvals_at_the_same_moment_do_it_once(self, captured: Placed) -> None:
        approval = ask_movement(captured, REFUND, 3000)
        captured.shop.store.interrupt(lambda: approve(acting(captured.shop, Actor("carl")), ACCOUNT, approval.id))

        second = approving(captured, approval)

        assert (second.state, second.decided_by) == (ApprovalState.EXECUTED, Actor("carl"))
        assert captured.ledger.refunded == 3000

    def test_many_threads_do_it_once(self, captured: Placed) -> None:
        approval = ask_movement(captured, REFUND, 3000)
        start, answers = Barrier(8), []

        def decide(number: int) -> None:
            start.wait()
            answers.append(approve(acting(captured.shop, Actor(f"key-{number}")), ACCOUNT, approval.id))

        threads = [Thread(target=decide, args=(number,)) for number in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        captured.run()

        assert captured.ledger.refunded == 3000
        assert len({(held.state, held.decided_by, held.operation) for held in answers}) == 1
        assert len(answers) == 8

    @pytest.mark.parametrize("by", [BEA, ANNA])
    def test_refused_request_is_never_done(self, captured: Placed, by: Actor) -> None:
        approval = ask_movement(captured, REFUND, 3000)
        before = state(captured)

        refused = refusing(captured, approval, by)

        assert (refused.state, refused.decided_by, refused.decided_because) == (
            ApprovalState.REFUSED,
            by,
            "not without a call",
        )
        assert refusing(captured, approval) == retrieve_approval(captured.shop.store, ACCOUNT, approval.id)
        with pytest.raises(WrongStatus, match="is refused"):
            approving(captured, approval)
        assert state(captured) == before

    def test_executed_request_cannot_be_refused(self, captured: Placed) -> None:
        approval = ask_movement(captured, REFUND, 3000)
        approving(captured, approval)

        with pytest.raises(WrongStatus, match="is executed"):
            refusing(captured, approval)

    @pytest.mark.parametrize("decide", [approving, refusing])
    def test_request_expires(self, captured: Placed, decide: Callable[[Placed, Approval], Approval]) -> None:
        approval = ask_movement(captured, REFUND, 3000)
        before = state(captured)
        captured.shop.clock.advance(EXPIRY)

        with pytest.raises(WrongStatus, match="is expired"):
            decide(captured, approval)
        captured.shop.sweep()

        [held] = stored(captured)
        assert (held.state, held.decided_by) == (ApprovalState.EXPIRED, Actor(system=System.TIMER))
        assert state(captured) == before
        assert list_work(captured.shop.ports, ACCOUNT, (), None, 10).items == []

    def test_last_moment_and_sweep_do_one_thing(self, captured: Placed) -> None:
        approval = ask_movement(captured, REFUND, 3000)
        captured.shop.clock.advance(EXPIRY)
        captured.shop.store.interrupt(captured.shop.sweep)

        with pytest.raises(WrongStatus, match="is expired"):
            approving(captured, approval)

        assert captured.ledger.refunded == 0

    def test_time_to_decide_is_the_accounts(self, captured: Placed) -> None:
        captured.shop.set(approval_hours=1)

        approval = ask_movement(captured, REFUND, 3000)

        assert approval.expires_at - approval.asked_at == timedelta(hours=1)

    def test_sweep_leaves_what_still_has_time(self, captured: Placed) -> None:
        approval = ask_movement(captured, REFUND, 3000)

        captured.shop.pass_time(EXPIRY - timedelta(minutes=2))

        assert approving(captured, approval).state is ApprovalState.EXECUTED

    @pytest.mark.parametrize("end", [refusing, approving])
    def test_same_request_asks_anew_after_an_end(
        self, captured: Placed, end: Callable[[Placed, Approval], Approval]
    ) -> None:
        first = ask_movement(captured, REFUND, 3000)
        end(captured, first)

        second = ask_movement(captured, REFUND, 3000)

        assert (second.id != first.id, second.state) == (True, ApprovalState.PENDING)
        assert [held.name[-4:] for held in stored(captured)] == ["0001", "0002"]

    def test_repeat_under_its_key_gets_the_operation_once_it_is_done(self, captured: Placed) -> None:
        approval = ask_movement(captured, REFUND, 3000, "K1")
        done = approving(captured, approval)

        with pytest.raises(AssertionError) as answered:
            ask_movement(captured, REFUND, 3000, "K1")

        [requested] = answered.value.args
        assert isinstance(requested, Requested)
        assert requested.operation.sequence == done.operation
        assert captured.ledger.refunded == 3000


class TestTodaysFigures:
    """When it is done, the gates decide anew."""

    def test_refund_of_what_is_refunded_meanwhile_fails_with_the_reason(self, captured: Placed) -> None:
        approval = ask_movement(captured, REFUND, 3000)
        captured.give_back("R1", 9000)
        before = state(captured)

        failed = approving(captured, approval)

        assert (failed.state, failed.code, failed.decided_by) == (ApprovalState.FAILED, "1402", BEA)
        assert "Refund requested value (30.00)" in (failed.decided_because or "")
        assert state(captured) == before
        with pytest.raises(WrongStatus, match="is failed"):
            approving(captured, approval)

    def test_cancel_of_an_order_that_is_invoiced_meanwhile_fails(self, shop: Shop) -> None:
        placed = shop.open()
        limit(shop, cancellation=0)
        approval = waiting(ask_cancel(placed))
        placed.invoice("N1", 1000)

        failed = approving(placed, approval)

        assert (failed.state, failed.code) == (ApprovalState.FAILED, CancelRefused.code)
        assert placed.order.cancelled_at is None

    def test_cancel_of_an_order_that_is_cancelled_meanwhile_does_nothing(self, shop: Shop) -> None:
        placed = shop.open()
        limit(shop, cancellation=0)
        approval = waiting(ask_cancel(placed))
        shop.set(approval_above=())
        placed.cancel()
        before = state(placed)

        failed = approving(placed, approval)

        assert (failed.state, failed.code) == (ApprovalState.FAILED, None)
        assert failed.decided_because == "what was asked for has been done without it; nothing was left to do"
        assert state(placed) == before

    def test_resolution_after_a_late_answer_fails(self, shop: Shop) -> None:
        placed = shop.open()
        shop.provider.usually("settle", "500")
        placed.invoice("N1", 7000)
        shop.pass_time(DAY)
        limit(shop, resolution=0)
        approval = waiting(ask_resolution(placed, Resolving(2, "0001", Resolution.NOT_DONE)))
        shop.set(approval_above=())
        ask_resolution(placed, Resolving(2, "0001", Resolution.DONE))

        failed = approving(placed, approval)

        assert (failed.state, placed.legs[-1].state) == (ApprovalState.FAILED, LegState.POSTED)

    def test_other_writer_between_is_no_reason_to_fail(self, captured: Placed) -> None:
        approval = ask_movement(captured, REFUND, 3000)
        captured.shop.store.interrupt(lambda: captured.give_back("R1", 1000))

        done = approving(captured, approval)

        assert (done.state, captured.ledger.refunded) == (ApprovalState.EXECUTED, 4000)

    def test_full_queue_leaves_it_waiting(self, captured: Placed, monkeypatch: pytest.MonkeyPatch) -> None:
        approval = ask_movement(captured, REFUND, 3000)
        monkeypatch.setattr(transactions, "MAX_WAITING", 0)

        with pytest.raises(TooManyWaiting):
            approving(captured, approval)

        assert [held.state for held in stored(captured)] == [ApprovalState.PENDING]
        monkeypatch.undo()
        assert approving(captured, approval).state is ApprovalState.EXECUTED


@pytest.mark.parametrize("unknown", ["", "X", "X.", ".X", "nobody.0123456789abcdef-0001", "x" * 90])
def test_unknown_approval_is_not_there(captured: Placed, unknown: str) -> None:
    ask_movement(captured, REFUND, 3000)

    with pytest.raises(ApprovalNotFound):
        retrieve_approval(captured.shop.store, ACCOUNT, unknown)


@pytest.mark.parametrize("decide", [approve, lambda ports, account, id_: refuse(ports, account, id_, "no")])
def test_approval_of_another_account_is_not_there(captured: Placed, decide: Callable[..., Approval]) -> None:
    approval = ask_movement(captured, REFUND, 3000)

    with pytest.raises(ApprovalNotFound):
        decide(acting(captured.shop, BEA), "other", approval.id)

    assert [held.state for held in stored(captured)] == [ApprovalState.PENDING]


def test_approval_is_of_no_more_than_was_asked_for(shop: Shop) -> None:
    """A discount refunds what is captured by then; 30.00 were asked for, and 50.00 would be refunded now."""
    placed = shop.open()
    limit(shop, refund=2000)
    request_movement(shop.ports, ACCOUNT, placed.transaction_id, SETTLEMENT, 8000, "S1")
    placed.run()
    asked = waiting(ask_change(placed, 5000))
    assert asked.value == 3000
    request_movement(shop.ports, ACCOUNT, placed.transaction_id, SETTLEMENT, 2000, "S2")
    placed.run()
    before = state(placed)

    decided = approving(placed, asked)

    assert (decided.state, decided.operation) == (ApprovalState.FAILED, None)
    assert (
        decided.decided_because
        == "its refund would move 5000 by now, 3000 was asked for: send the request again to ask anew"
    )
    assert state(placed) == before
    assert waiting(ask_change(placed, 5000)).value == 5000


def test_approval_of_less_than_was_asked_for_is_carried_out(shop: Shop) -> None:
    placed = shop.open()
    limit(shop, refund=2000)
    request_movement(shop.ports, ACCOUNT, placed.transaction_id, SETTLEMENT, 8000, "S1")
    placed.run()
    asked = waiting(ask_change(placed, 5000))
    request_movement(shop.ports, ACCOUNT, placed.transaction_id, REFUND, 1000, "R1")
    placed.run()

    assert approving(placed, asked).state is ApprovalState.EXECUTED
    assert placed.order.value == 5000
