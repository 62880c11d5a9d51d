"""A movement above its limit is done once, when another key agrees, or never (R37)."""

import pytest

from settlement.domain.errors import (
    AlreadyExists,
    BadValue,
    StaleVersion,
)
from settlement.domain.events import EventType
from settlement.domain.transaction.approval import ApprovalState
from settlement.domain.transaction.leg import LegState
from settlement.domain.transaction.listed_work import WorkKind
from settlement.use_cases.approvals.act_or_ask import act_or_ask
from settlement.use_cases.approvals.call_resolution import Resolving
from settlement.use_cases.approvals.order_cancellation import asking_cancel
from settlement.use_cases.gateway.request_movement import CANCELLATION, REFUND, DirectRequest
from settlement.use_cases.orders.notify_invoice import Receipt
from settlement.use_cases.recovery.resolve_leg import Resolution
from settlement.use_cases.upkeep.diagnose_order import diagnose_order
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
    state,
    stored,
    waiting,
)
from tests.support.work import require_listed


@pytest.fixture
def captured(shop: Shop) -> Placed:
    """The order whose refunds need a second key."""
    return captured_order(shop)


class TestAsking:
    """Above the limit nothing is done yet."""

    def test_refund_above_the_limit_waits_and_changes_nothing_else(self, captured: Placed) -> None:
        before = state(captured)

        approval = ask_movement(captured, REFUND, 2001)

        assert state(captured) == before
        assert (approval.state, approval.value, approval.asked_by) == (ApprovalState.PENDING, 2001, ANNA)
        assert approval.expires_at == approval.asked_at + EXPIRY
        [event] = captured.said(EventType.APPROVAL_REQUESTED)
        assert (event.actor, event.data["value"], event.data["reason"]) == (ANNA, 2001, "goodwill")

    @pytest.mark.parametrize("movement", [REFUND, CANCELLATION])
    def test_movement_at_the_limit_is_done_at_once(self, shop: Shop, movement: DirectRequest) -> None:
        placed = shop.open()
        placed.invoice("N1", 5000)
        limit(shop, refund=2000, cancellation=2000)

        with pytest.raises(AssertionError):
            ask_movement(placed, movement, 2000)
        placed.run()

        assert (placed.ledger.refunded, placed.ledger.cancelled) == ((2000, 0) if movement is REFUND else (0, 2000))
        assert stored(placed) == []

    def test_limit_of_another_currency_or_kind_limits_nothing(self, shop: Shop) -> None:
        placed = shop.open()
        limit(shop, refund=0)

        assert isinstance(ask_cancel(placed), Receipt)

    @pytest.mark.parametrize("value", [10001, 20000])
    def test_what_is_not_possible_is_refused_at_once(self, captured: Placed, value: int) -> None:
        before = captured.shop.store.backup()

        with pytest.raises(BadValue):
            ask_movement(captured, REFUND, value)

        assert captured.shop.store.backup() == before

    def test_repeat_gets_the_same_pending_approval(self, captured: Placed) -> None:
        first = ask_movement(captured, REFUND, 3000)

        assert ask_movement(captured, REFUND, 3000).id == first.id
        assert len(stored(captured)) == 1
        assert len(captured.said(EventType.APPROVAL_REQUESTED)) == 1

    def test_other_value_or_other_key_that_asks_is_another_request(self, captured: Placed) -> None:
        first = ask_movement(captured, REFUND, 3000)

        assert (
            len({first.id, ask_movement(captured, REFUND, 3001).id, ask_movement(captured, REFUND, 3000, by=BEA).id})
            == 3
        )

    def test_idempotency_key_makes_a_repeat_whoever_sends_it(self, captured: Placed) -> None:
        first = ask_movement(captured, REFUND, 3000, "K1")

        assert ask_movement(captured, REFUND, 3000, "K1", by=BEA).id == first.id
        assert ask_movement(captured, REFUND, 3000, "K2").id != first.id
        with pytest.raises(AlreadyExists, match="K1"):
            ask_movement(captured, REFUND, 3001, "K1")

    def test_two_at_once_ask_once(self, captured: Placed) -> None:
        captured.shop.store.interrupt(lambda: ask_movement(captured, REFUND, 3000, "K1"))

        approval = ask_movement(captured, REFUND, 3000, "K1")

        assert [held.id for held in stored(captured)] == [approval.id]

    def test_stale_version_is_refused_before_it_waits(self, captured: Placed) -> None:
        placed = captured.shop.open()
        stale = placed.heads.version - 1

        with pytest.raises(StaleVersion):
            act_or_ask(acting(captured.shop, ANNA), ACCOUNT, asking_cancel(ACCOUNT, placed.order_id, None), stale)

        assert stored(placed) == []

    def test_work_list_and_diagnosis_show_it_until_it_is_decided(self, captured: Placed) -> None:
        approval = ask_movement(captured, REFUND, 3000)
        store, now = captured.shop.store, captured.shop.clock.time

        [item] = list_work(captured.shop.ports, ACCOUNT, (), None, 10).items
        assert (item.work.kind, item.work.value, item.work.approval) == (WorkKind.APPROVAL, 3000, approval.id)
        assert item.work.due_at == approval.expires_at
        [work] = diagnose_order(captured.shop.ports, ACCOUNT, captured.order_id).diagnosis.work
        assert work == item.work
        require_listed(store, captured.transaction_id, now)

        approving(captured, approval)

        assert list_work(captured.shop.ports, ACCOUNT, (), None, 10).items == []
        require_listed(store, captured.transaction_id, now)


class TestWhatCounts:
    """Each kind of movement has its limit."""

    def test_cancelling_an_order_counts_what_it_cancels(self, shop: Shop) -> None:
        placed = shop.open()
        limit(shop, cancellation=9999)

        approval = waiting(ask_cancel(placed))

        assert (approval.kind.value, approval.value, placed.order.cancelled_at) == ("cancellation", 10000, None)
        done = approving(placed, approval)
        assert (done.state, placed.ledger.cancelled, placed.status) == (
            ApprovalState.EXECUTED,
            10000,
            ("canceled", "Cancelled"),
        )
        assert (placed.order.cancel_reason, placed.order.cancelled_by) == ("sold out", BEA)

    def test_cancelling_an_order_counts_what_it_refunds(self, shop: Shop) -> None:
        placed = shop.open()
        placed.auto_settle()
        assert placed.ledger.captured == 10000
        limit(shop, refund=9999)

        approval = waiting(ask_cancel(placed))

        assert (approval.kind.value, approval.value) == ("refund", 10000)
        approving(placed, approval)
        assert placed.ledger.refunded == 10000

    def test_change_counts_what_it_cancels(self, shop: Shop) -> None:
        placed = shop.open()
        placed.invoice("N1", 5000)
        limit(shop, cancellation=2999)

        approval = waiting(ask_change(placed, 3000))

        assert (approval.kind.value, approval.value, placed.order.value) == ("cancellation", 3000, 10000)
        approving(placed, approval)
        assert (placed.order.value, placed.ledger.cancelled) == (7000, 3000)
        assert isinstance(ask_change(placed, 1000, "C2"), Receipt)

    def test_change_counts_what_it_refunds(self, shop: Shop) -> None:
        limit(shop, refund=0)
        refunding = shop.open()
        refunding.auto_settle()
        approval = waiting(ask_change(refunding, 1500))

        assert (approval.kind.value, approval.value) == ("refund", 1500)
        assert (refunding.order.value, refunding.order.changes) == (10000, 0)
        approving(refunding, approval)
        assert (refunding.order.value, refunding.ledger.refunded, refunding.order.changes) == (8500, 1500, 1)
        again = ask_change(refunding, 1500)
        assert isinstance(again, Receipt)
        assert again.receipt == "receipt-C1"

    @pytest.mark.parametrize("resolution", list(Resolution))
    def test_resolution_counts_the_whole_call(self, shop: Shop, resolution: Resolution) -> None:
        placed = shop.open()
        shop.provider.usually("settle", "500")
        placed.invoice("N1", 7000)
        shop.pass_time(DAY)
        limit(shop, resolution=6999)
        said = Resolving(2, "0001", resolution, None, "seen")

        approval = waiting(ask_resolution(placed, said))

        assert (approval.kind.value, approval.value, placed.legs[-1].state) == ("resolution", 7000, LegState.IN_DOUBT)
        approving(placed, approval)
        expected = LegState.POSTED if resolution is Resolution.DONE else LegState.REFUSED
        leg = placed.legs[-1]
        assert (leg.state, leg.resolved_by, leg.message) == (expected, BEA, "seen")

    def test_resolution_at_the_limit_needs_nobody(self, shop: Shop) -> None:
        placed = shop.open()
        shop.provider.usually("settle", "500")
        placed.invoice("N1", 7000)
        shop.pass_time(DAY)
        limit(shop, resolution=7000)

        assert ask_resolution(placed, Resolving(2, "0001", Resolution.NOT_DONE)) is None

        assert placed.legs[-1].state is LegState.REFUSED

    def test_direct_cancellation_waits_and_is_done(self, shop: Shop) -> None:
        placed = shop.open()
        limit(shop, cancellation=2000)

        approving(placed, ask_movement(placed, CANCELLATION, 2500, "K1"))

        assert placed.ledger.cancelled == 2500
        assert placed.operation.reason == "goodwill"

    def test_action_that_came_to_move_more_meanwhile_waits(self, shop: Shop) -> None:
        """It was previewed as a cancellation of open value; before it is taken, the value is captured."""
        placed = shop.open()
        limit(shop, refund=0)
        shop.store.interrupt(placed.auto_settle)

        approval = waiting(ask_change(placed, 1500))

        assert (approval.value, placed.order.changes) == (1500, 0)
