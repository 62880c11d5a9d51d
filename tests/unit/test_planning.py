"""The planner: movements add up to what is asked, stay within what payments hold, and come in the mode's order.

Rules: C§3.6, C§8.3, C§8.4, R11 to R15, R21, R23, R28.
"""

from dataclasses import replace

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from settlement.domain.connectors.capabilities import Capabilities, Capability
from settlement.domain.connectors.connector import Mode
from settlement.domain.ledger.ledger import Counters, Movement, MovementKind, total
from settlement.domain.planning.drafting import Infeasible, Policy, Position, RefundPriority
from settlement.domain.planning.planning import Ask, plan, project
from testkit.builders import a_position

GROUPS = ("creditCard", "debitCard", "giftCard", "promissory", "instantPayment")
KINDS = MovementKind
LOWEST, CARD = RefundPriority.LOWEST_SETTLED, RefundPriority.CARD_FIRST


@st.composite
def positions(draw: st.DrawFn, *, partial_refund: bool = True, cents: int = 200) -> tuple[Position, ...]:
    """One to four payments with any ledger that balances."""
    held = []
    for sequence in range(draw(st.integers(1, 4))):
        assigned = draw(st.integers(1, cents))
        raised = draw(st.integers(0, 20))
        rest = authorised = assigned + raised
        parts = {}
        for name in ("captured", "cancelled", "withheld", "in_doubt", "cancel_in_doubt"):
            parts[name] = draw(st.integers(0, rest))
            rest -= parts[name]
        refunded = draw(st.integers(0, parts["captured"]))
        counters = Counters(
            authorised=authorised,
            refunded=refunded,
            change_refunded=draw(st.integers(0, refunded)),
            refund_in_doubt=draw(st.integers(0, parts["captured"] - refunded)),
            **parts,
        )
        held.append(
            Position(
                f"P{sequence + 1}",
                sequence,
                assigned,
                draw(st.sampled_from(GROUPS)),
                counters,
                draw(st.none() | st.integers(assigned, assigned + 60)),
                Capabilities(refund=Capability.MULTIPLE if partial_refund else draw(st.sampled_from(Capability))),
            )
        )
    return tuple(held)


NO_LIMIT = 10**12
"""More than any order owes: what the payments hold is the limit."""

policies = st.builds(
    Policy, mode=st.sampled_from(Mode), refund_priority=st.sampled_from(RefundPriority), owed=st.just(NO_LIMIT)
)
asks = st.builds(
    Ask,
    reduction=st.just(0) | st.integers(1, 150),
    increase=st.just(0) | st.integers(1, 30),
    request=st.just(0) | st.integers(1, 150),
    requested_through=st.integers(0, 800),
    completes=st.booleans(),
    refund=st.just(0) | st.integers(1, 100),
)


def moved(movements: tuple[Movement, ...], *kinds: MovementKind, of_change: bool | None = None) -> int:
    """What movements of some kinds add up to; a cancellation of withheld value counts once."""
    return sum(
        movement.value - movement.from_withheld
        for movement in movements
        if movement.kind in kinds and of_change in (None, movement.of_change)
    )


@given(asks, positions(partial_refund=False), policies)
def test_movements_are_positive_and_balance(ask: Ask, held: tuple[Position, ...], policy: Policy) -> None:
    try:
        movements = plan(ask, held, policy)
    except Infeasible:
        return

    assert all(movement.value > 0 for movement in movements)
    after = project(held, movements)
    assert [position.payment_id for position in after] == [position.payment_id for position in held]


@given(asks, positions(), policies)
def test_movements_add_up_to_what_is_asked(ask: Ask, held: tuple[Position, ...], policy: Policy) -> None:
    try:
        movements = plan(ask, held, policy)
    except Infeasible:
        return

    assert moved(movements, KINDS.RAISE) == ask.increase
    given_up = moved(movements, KINDS.CANCEL, KINDS.WITHHOLD)
    assert given_up + moved(movements, KINDS.REFUND, of_change=True) == ask.reduction
    assert moved(movements, KINDS.REFUND, of_change=False) == ask.refund


@given(asks.map(lambda ask: replace(ask, refund=0)), positions(), policies)
def test_settlement_is_what_the_mode_says(ask: Ask, held: tuple[Position, ...], policy: Policy) -> None:
    try:
        movements = plan(ask, held, policy)
    except Infeasible:
        return

    settled = moved(movements, KINDS.SETTLE)
    left = total(position.counters for position in project(held, movements)).available
    match policy.mode:
        case Mode.TOTAL:
            assert (left == 0) if ask.request else (settled == 0)
        case Mode.HOLD:
            assert (left == 0) if ask.completes else (settled == 0)
        case Mode.PARTIAL:
            before = project(held, [movement for movement in movements if movement.kind is not KINDS.SETTLE])
            books = total(position.counters for position in before)
            missing = ask.requested_through - books.captured - books.in_doubt + books.change_refunded
            assert settled == max(0, min(ask.request, missing))


@given(st.integers(1, 900), positions(), policies)
def test_reduction_is_possible_as_long_as_open_and_refundable_value_cover_it(
    value: int, held: tuple[Position, ...], policy: Policy
) -> None:
    books = total(position.counters for position in held)
    ask = Ask(reduction=value)

    if value > books.available + books.refundable:
        with pytest.raises(Infeasible) as infeasible:
            plan(ask, held, policy)
        assert infeasible.value.shortfall == value - books.available - books.refundable
    else:
        movements = plan(ask, held, policy)
        assert moved(movements, KINDS.REFUND) == max(0, value - books.available)


@given(st.integers(1, 900), positions(), policies)
def test_return_is_possible_as_long_as_refundable_value_covers_it(
    value: int, held: tuple[Position, ...], policy: Policy
) -> None:
    refundable = total(position.counters for position in held).refundable

    if value > refundable:
        with pytest.raises(Infeasible):
            plan(Ask(refund=value), held, policy)
    else:
        assert moved(plan(Ask(refund=value), held, policy), KINDS.REFUND) == value


@given(st.integers(1, 900), positions(), st.sampled_from([KINDS.SETTLE, KINDS.CANCEL]))
def test_lowest_assigned_payment_is_drained_before_the_next(
    value: int, held: tuple[Position, ...], kind: MovementKind
) -> None:
    books = total(position.counters for position in held)
    assume(books.available)
    value = 1 + value % books.available
    covered = books.net_captured + books.in_doubt
    settle = Ask(request=value, requested_through=covered + value)
    ask = settle if kind is KINDS.SETTLE else Ask(reduction=value)

    movements = plan(ask, held, Policy(Mode.PARTIAL, LOWEST, NO_LIMIT))

    order = sorted(held, key=lambda position: (position.assigned, position.sequence))
    left = value
    expected = []
    for position in order:
        part = min(left, position.counters.available)
        expected += [(position.payment_id, part)] if part else []
        left -= part
    assert [(movement.payment_id, movement.value) for movement in movements] == expected


@given(st.integers(1, 900), positions(), st.sampled_from(RefundPriority))
def test_refund_drains_payments_in_the_order_of_the_priority(
    value: int, held: tuple[Position, ...], priority: RefundPriority
) -> None:
    refundable = total(position.counters for position in held).refundable
    assume(refundable)
    value = 1 + value % refundable

    movements = plan(Ask(refund=value), held, Policy(Mode.PARTIAL, priority, NO_LIMIT))

    cards = ("creditCard", "debitCard") if priority is CARD else GROUPS
    order = sorted(held, key=lambda held: (held.group not in cards, held.counters.captured, held.sequence))
    drained = [position.payment_id for position in order if position.counters.refundable]
    touched = [movement.payment_id for movement in movements]
    assert touched == drained[: len(touched)]
    by_id = {position.payment_id: position for position in held}
    assert all(movement.value == by_id[movement.payment_id].counters.refundable for movement in movements[:-1])


@given(positions(partial_refund=False), st.integers(1, 900))
def test_payment_without_partial_refund_is_refunded_whole_or_not_at_all(held: tuple[Position, ...], value: int) -> None:
    try:
        movements = plan(Ask(refund=value), held, Policy(Mode.PARTIAL, LOWEST, NO_LIMIT))
    except Infeasible:
        return

    by_id = {position.payment_id: position for position in held}
    for movement in movements:
        position = by_id[movement.payment_id]
        part = movement.value < position.counters.refundable
        assert not part or position.capabilities.refund is not Capability.NONE


@given(positions(), policies)
def test_cancel_all_leaves_nothing_open_and_nothing_captured(held: tuple[Position, ...], policy: Policy) -> None:
    movements = plan(Ask(cancel_all=True), held, policy)

    after = total(position.counters for position in project(held, movements))
    assert (after.available, after.refundable) == (0, 0)
    assert moved(movements, KINDS.SETTLE) == 0


@given(positions(), policies)
def test_timer_settles_what_is_open_on_its_payment_alone(held: tuple[Position, ...], policy: Policy) -> None:
    target = held[-1].payment_id

    movements = plan(Ask(auto_settle=(target,)), held, policy)

    available = held[-1].counters.available
    assert [(m.kind, m.payment_id, m.value) for m in movements] == (
        [(KINDS.SETTLE, target, available)] if available else []
    )


@given(asks, positions(), policies)
def test_connector_of_total_and_hold_is_told_only_of_whole_cancellations(
    ask: Ask, held: tuple[Position, ...], policy: Policy
) -> None:
    assume(policy.mode is not Mode.PARTIAL)
    try:
        movements = plan(ask, held, policy)
    except Infeasible:
        return

    authorised = {position.payment_id: position.counters.authorised for position in project(held, movements)}
    for movement in movements:
        if movement.kind is KINDS.CANCEL:
            assert movement.value == movement.from_withheld == authorised[movement.payment_id]


@given(st.lists(asks, max_size=6), positions(), policies)
def test_plan_on_the_projection_is_the_plan_on_the_ledger_when_nothing_goes_wrong(
    queue: list[Ask], held: tuple[Position, ...], policy: Policy
) -> None:
    projection, accepted = held, []
    for ask in queue:
        try:
            movements = plan(ask, projection, policy)
        except Infeasible:
            continue
        projection = project(projection, movements)
        accepted.append((ask, movements))

    ledger = held
    for ask, promised in accepted:
        movements = plan(ask, ledger, policy)
        assert movements == promised
        for movement in movements:
            ledger = project(ledger, [movement])

    assert ledger == projection


def facts(movements: tuple[Movement, ...]) -> list[tuple[str, str, int]]:
    """Movements as short tuples."""
    return [(movement.kind.value, movement.payment_id, movement.value) for movement in movements]


PARTIAL, TOTAL, HOLD = (Policy(mode, LOWEST, NO_LIMIT) for mode in (Mode.PARTIAL, Mode.TOTAL, Mode.HOLD))
TWO = (a_position("P1", 4000), a_position("P2", 6000, 1))


def test_r14_partial_request_is_drawn_from_the_lowest_assigned_first() -> None:
    assert facts(plan(Ask(request=7000, requested_through=7000), TWO, PARTIAL)) == [
        ("settle", "P1", 4000),
        ("settle", "P2", 3000),
    ]


def test_r14_equal_payments_are_drawn_on_in_their_sequence() -> None:
    equal = (a_position("P2", 5000, 1), a_position("P1", 5000, 0))

    assert facts(plan(Ask(request=6000, requested_through=6000), equal, PARTIAL)) == [
        ("settle", "P1", 5000),
        ("settle", "P2", 1000),
    ]


def test_r11_total_settles_everything_on_the_first_request() -> None:
    assert facts(plan(Ask(request=1, requested_through=1), TWO, TOTAL)) == [
        ("settle", "P1", 4000),
        ("settle", "P2", 6000),
    ]


def test_r12_hold_settles_nothing_until_requests_complete() -> None:
    assert plan(Ask(request=7000, requested_through=7000), TWO, HOLD) == ()
    assert len(plan(Ask(request=3000, requested_through=10000, completes=True), TWO, HOLD)) == 2


def test_r12_completing_reduction_settles_what_hold_retains() -> None:
    held = (a_position(),)

    assert facts(plan(Ask(reduction=3000, requested_through=7000, completes=True), held, HOLD)) == [
        ("withhold", "P1", 3000),
        ("settle", "P1", 7000),
    ]


def test_r13_reduction_in_total_is_withheld_and_in_partial_cancelled() -> None:
    assert facts(plan(Ask(reduction=2000), (a_position(),), TOTAL)) == [("withhold", "P1", 2000)]
    assert facts(plan(Ask(reduction=2000), (a_position(),), PARTIAL)) == [("cancel", "P1", 2000)]


def test_reduction_to_the_last_unit_is_one_cancel_of_the_whole_payment() -> None:
    held = (a_position("P1", 10000, withheld=2000),)

    [withhold, cancel] = plan(Ask(cancel_all=True), held, TOTAL)

    assert (withhold.kind, withhold.value) == (KINDS.WITHHOLD, 8000)
    assert (cancel.kind, cancel.value, cancel.from_withheld) == (KINDS.CANCEL, 10000, 10000)


def test_r15_lowest_settled_then_card_first() -> None:
    gift = a_position("G", 3000, 0, group="giftCard", captured=3000)
    card = a_position("C", 7000, 1, captured=7000)

    assert facts(plan(Ask(refund=5000), (gift, card), PARTIAL)) == [("refund", "G", 3000), ("refund", "C", 2000)]
    assert facts(plan(Ask(refund=5000), (gift, card), replace(PARTIAL, refund_priority=CARD))) == [
        ("refund", "C", 5000)
    ]


def test_r15_card_first_takes_another_payment_when_the_card_has_nothing_settled() -> None:
    gift = a_position("G", 3000, 0, group="giftCard", captured=3000)
    card = a_position("C", 7000, 1)

    assert facts(plan(Ask(refund=1000), (gift, card), replace(PARTIAL, refund_priority=CARD))) == [
        ("refund", "G", 1000)
    ]


def test_r21_completing_request_includes_interest() -> None:
    held = (a_position("P1", 10500, captured=7000),)

    assert facts(plan(Ask(request=3500, requested_through=10500, completes=True), held, PARTIAL)) == [
        ("settle", "P1", 3500)
    ]


def test_r23_increase_raises_up_to_max_value() -> None:
    held = (a_position(max_value=12000),)

    assert facts(plan(Ask(increase=2000), held, PARTIAL)) == [("raise", "P1", 2000)]
    with pytest.raises(Infeasible) as infeasible:
        plan(Ask(increase=2500), held, PARTIAL)
    assert infeasible.value.shortfall == 500


def test_r28_request_counts_what_the_timer_captured() -> None:
    held = (a_position(captured=10000),)

    assert plan(Ask(request=3000, requested_through=10000), held, PARTIAL) == ()


def test_r7_value_that_a_change_refunded_can_be_requested_again_only_up_to_the_new_total() -> None:
    held = (a_position(captured=10000, refunded=1500, change_refunded=1500),)

    assert plan(Ask(request=8500, requested_through=8500), held, PARTIAL) == ()


def test_value_in_doubt_is_neither_captured_nor_cancelled_again() -> None:
    held = (a_position(in_doubt=7000),)

    assert facts(plan(Ask(request=3000, requested_through=10000), held, PARTIAL)) == [("settle", "P1", 3000)]
    with pytest.raises(Infeasible):
        plan(Ask(reduction=3001), held, PARTIAL)


def test_r6_reduction_takes_open_money_of_every_payment_before_it_refunds() -> None:
    held = (a_position("P1", 4000, captured=4000), a_position("P2", 6000, 1, captured=3000))

    assert facts(plan(Ask(reduction=3500), held, PARTIAL)) == [("cancel", "P2", 3000), ("refund", "P2", 500)]
