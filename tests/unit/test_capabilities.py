"""What a connector does in parts: no plan asks for more than it does, and none makes the money wrong (C§7.28)."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from settlement.domain.connectors.capabilities import Capabilities, Capability
from settlement.domain.connectors.connector import Mode
from settlement.domain.ledger.ledger import Counters, Movement, MovementKind, total
from settlement.domain.planning.drafting import Infeasible, Policy, Position, RefundPriority
from settlement.domain.planning.planning import Ask, plan, project
from testkit.builders import a_position

NONE, SINGLE, MULTIPLE = Capability
KINDS = MovementKind

capabilities = st.builds(Capabilities, *[st.sampled_from(Capability)] * 3)
NO_LIMIT = 10**12
"""More than any order owes: what the payments hold is the limit."""

policies = st.builds(
    Policy, mode=st.sampled_from(Mode), refund_priority=st.sampled_from(RefundPriority), owed=st.just(NO_LIMIT)
)


@st.composite
def payments(draw: st.DrawFn) -> tuple[Position, ...]:
    """One to three payments that nothing has happened to yet."""
    return tuple(
        Position(
            f"P{sequence + 1}",
            sequence,
            value,
            "creditCard",
            Counters(authorised=value),
            draw(st.none() | st.integers(value, value + 40)),
            draw(capabilities),
        )
        for sequence, value in enumerate(draw(st.lists(st.integers(1, 60), min_size=1, max_size=3)))
    )


REDUCTIONS = st.builds(lambda value: Ask(reduction=value), st.integers(1, 9))
ASKS = st.one_of(
    REDUCTIONS,
    REDUCTIONS,
    st.builds(lambda value: Ask(increase=value), st.integers(1, 30)),
    st.builds(lambda value: Ask(request=value), st.integers(1, 60)),
    st.builds(lambda value: Ask(refund=value), st.integers(1, 60)),
    st.just(Ask(cancel_all=True)),
    st.builds(lambda number: Ask(auto_settle=(f"P{number}",)), st.integers(1, 3)),
    st.builds(lambda number: Ask(expire=(f"P{number}",)), st.integers(1, 3)),
)


class Story:
    """What was planned so far, as acceptance would have it: requests never exceed what is payable."""

    def __init__(self, held: tuple[Position, ...], policy: Policy) -> None:
        self.held, self.policy = held, policy
        self.payable = sum(position.counters.authorised for position in held)
        self.requested = 0

    def take(self, ask: Ask) -> tuple[Movement, ...]:
        """Plan one more thing; raises ``Infeasible``."""
        request = min(ask.request, self.payable - self.requested)
        through = min(self.requested + request, self.payable + ask.increase - ask.reduction)
        ask = replace(ask, request=request, requested_through=through, completes=through == self.payable)
        movements = plan(ask, self.held, self.policy)
        self.held = project(self.held, movements)
        self.payable += ask.increase - ask.reduction
        self.requested = through
        return movements


@settings(max_examples=400)
@given(payments(), policies, st.lists(ASKS, min_size=2, max_size=8))
def test_no_story_asks_a_connector_for_more_than_it_does(
    held: tuple[Position, ...], policy: Policy, asks: list[Ask]
) -> None:
    story = Story(held, policy)
    told: dict[tuple[str, MovementKind], int] = {}
    for ask in asks:
        if ask.reduction >= story.payable:
            continue
        before = {position.payment_id: position for position in story.held}
        try:
            movements = story.take(ask)
        except Infeasible:
            continue
        for movement in movements:
            position = before[movement.payment_id]
            _require_able(position, movement, told)
            before[movement.payment_id] = position.after(movement)


def _require_able(position: Position, movement: Movement, told: dict[tuple[str, MovementKind], int]) -> None:
    """What the table of capabilities says, in other words than the code's."""
    able, held, value = position.capabilities, position.counters, movement.value
    earlier = told.get((position.payment_id, movement.kind), 0)
    match movement.kind:
        case KINDS.SETTLE:
            assert able.settle is MULTIPLE or not earlier
            assert able.settle is not NONE or value == held.authorised - held.cancelled
        case KINDS.CANCEL:
            whole = value == held.authorised
            assert able.cancel is not NONE or whole
            assert able.cancel is not SINGLE or whole or not earlier
        case KINDS.REFUND:
            all_that_is_left = value == held.refundable
            assert able.refund is not NONE or all_that_is_left
            assert able.refund is not SINGLE or all_that_is_left or not earlier
        case _:
            return
    told[position.payment_id, movement.kind] = earlier + 1


@given(payments(), policies, st.lists(ASKS, max_size=8))
def test_no_capability_makes_the_money_wrong(held: tuple[Position, ...], policy: Policy, asks: list[Ask]) -> None:
    story = Story(held, policy)
    for ask in asks:
        if ask.reduction >= story.payable:
            continue
        before = total(position.counters for position in story.held)
        try:
            movements = story.take(ask)
        except Infeasible:
            assert total(position.counters for position in story.held) == before
            continue
        after = total(position.counters for position in story.held)
        assert after.authorised - before.authorised == ask.increase
        if ask.reduction:
            given_up = after.given_up - before.given_up
            assert given_up + after.change_refunded - before.change_refunded == ask.reduction
        if ask.refund:
            assert sum(m.value for m in movements if not m.of_change) == ask.refund
        if ask.request and policy.mode is Mode.PARTIAL:
            assert after.net_captured >= min(story.requested, story.payable)


@given(payments(), policies, st.lists(ASKS, max_size=5))
def test_a_whole_order_can_always_be_cancelled(held: tuple[Position, ...], policy: Policy, asks: list[Ask]) -> None:
    story = Story(held, policy)
    for ask in asks:
        if ask.reduction < story.payable:
            try:
                story.take(ask)
            except Infeasible:
                continue

    after = project(story.held, plan(Ask(cancel_all=True), story.held, policy))

    counters = total(position.counters for position in after)
    assert (counters.available, counters.refundable) == (0, 0)


def facts(movements: tuple[Movement, ...]) -> list[tuple[str, str, int]]:
    return [(movement.kind.value, movement.payment_id, movement.value) for movement in movements]


PARTIAL, TOTAL, HOLD = (
    Policy(mode, RefundPriority.LOWEST_SETTLED, NO_LIMIT) for mode in (Mode.PARTIAL, Mode.TOTAL, Mode.HOLD)
)


def able(settle: Capability = MULTIPLE, cancel: Capability = MULTIPLE, refund: Capability = MULTIPLE) -> Capabilities:
    return Capabilities(settle, cancel, refund)


class TestSettle:
    def test_single_captures_what_a_discount_has_left_once(self) -> None:
        """R11d on a connector with one capture: a discount of 2000, then N1 8000."""
        held: tuple[Position, ...] = (a_position(capabilities=able(SINGLE, NONE)),)
        reduced = plan(Ask(reduction=2000), held, TOTAL)
        held = project(held, reduced)

        assert facts(reduced) == [("withhold", "P1", 2000)]
        assert facts(plan(Ask(request=8000, requested_through=8000), held, TOTAL)) == [("settle", "P1", 8000)]

    def test_none_has_the_connector_cancel_a_discount_so_that_all_that_is_left_can_be_captured(self) -> None:
        held = (a_position(capabilities=able(NONE)),)
        reduced = plan(Ask(reduction=2000), held, TOTAL)

        assert facts(reduced) == [("cancel", "P1", 2000)]
        rest = plan(Ask(request=8000, requested_through=8000), project(held, reduced), TOTAL)
        assert facts(rest) == [("settle", "P1", 8000)]

    def test_none_without_partial_cancellation_takes_no_discount_before_the_capture_and_refunds_after(self) -> None:
        held = (a_position(capabilities=able(NONE, NONE)),)

        with pytest.raises(Infeasible):
            plan(Ask(reduction=2000), held, TOTAL)
        captured = project(held, plan(Ask(request=1, requested_through=1), held, TOTAL))
        assert facts(plan(Ask(reduction=2000), captured, TOTAL)) == [("refund", "P1", 2000)]

    def test_discount_goes_to_another_payment_that_can_take_it(self) -> None:
        whole = a_position("P1", 4000, capabilities=able(NONE, NONE))
        parts = a_position("P2", 6000, 1)

        assert facts(plan(Ask(reduction=1000), (whole, parts), HOLD)) == [("withhold", "P2", 1000)]

    @pytest.mark.parametrize("settle", [NONE, SINGLE])
    def test_payment_is_not_raised_after_its_only_capture(self, settle: Capability) -> None:
        held = (a_position(captured=10000, max_value=12000, capabilities=able(settle)),)

        with pytest.raises(Infeasible):
            plan(Ask(increase=1000), held, TOTAL)

    def test_what_may_have_been_captured_counts_as_the_only_capture(self) -> None:
        held = (a_position(in_doubt=7000, capabilities=able(SINGLE)),)

        with pytest.raises(Infeasible):
            plan(Ask(request=3000, requested_through=10000), held, TOTAL)

    def test_expiring_payment_of_hold_that_is_captured_whole_brings_the_rest_with_what_was_invoiced(self) -> None:
        held = (a_position(capabilities=able(NONE)),)

        assert facts(plan(Ask(expire=("P1",), requested_through=7000), held, HOLD)) == [("settle", "P1", 10000)]


class TestCancel:
    def test_single_tells_the_first_part_and_withholds_the_next(self) -> None:
        held = (a_position(capabilities=able(cancel=SINGLE)),)
        first = plan(Ask(reduction=2000), held, PARTIAL)
        second = plan(Ask(reduction=1000), project(held, first), PARTIAL)

        assert facts(first) == [("cancel", "P1", 2000)]
        assert facts(second) == [("withhold", "P1", 1000)]

    def test_none_withholds_parts_and_cancels_a_whole_payment_in_one_call(self) -> None:
        held = (a_position(capabilities=able(cancel=NONE)),)
        part = plan(Ask(reduction=2000), held, PARTIAL)

        assert facts(part) == [("withhold", "P1", 2000)]
        assert facts(plan(Ask(cancel_all=True), project(held, part), PARTIAL)) == [
            ("withhold", "P1", 8000),
            ("cancel", "P1", 10000),
        ]

    def test_none_is_told_nothing_of_a_rest_that_stays_after_a_capture(self) -> None:
        held = (a_position(captured=7000, capabilities=able(cancel=NONE)),)

        assert facts(plan(Ask(reduction=3000, requested_through=7000), held, PARTIAL)) == [("withhold", "P1", 3000)]


class TestRefund:
    def test_single_refunds_a_part_once_and_then_all_that_is_left(self) -> None:
        held: tuple[Position, ...] = (a_position(captured=10000, capabilities=able(refund=SINGLE)),)
        first = plan(Ask(refund=1500), held, PARTIAL)
        held = project(held, first)

        assert facts(first) == [("refund", "P1", 1500)]
        with pytest.raises(Infeasible):
            plan(Ask(refund=1500), held, PARTIAL)
        assert facts(plan(Ask(refund=8500), held, PARTIAL)) == [("refund", "P1", 8500)]

    def test_none_refunds_all_or_nothing_of_a_payment(self) -> None:
        held = (a_position(captured=10000, capabilities=able(refund=NONE)),)

        with pytest.raises(Infeasible):
            plan(Ask(refund=9999), held, PARTIAL)
        assert facts(plan(Ask(refund=10000), held, PARTIAL)) == [("refund", "P1", 10000)]
