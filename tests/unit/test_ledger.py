"""The ledger balances after any sequence of movements, and refuses every movement that would break it (C§5.4)."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from settlement.domain.ledger.ledger import Counters, LedgerImbalance, Movement, MovementKind, total

values = st.integers(-10, 300)
movements = st.builds(
    Movement,
    kind=st.sampled_from(MovementKind),
    payment_id=st.just("P1"),
    value=values,
    from_withheld=st.integers(0, 200),
    from_doubt=st.integers(0, 200),
    of_change=st.booleans(),
)


@given(st.lists(movements, max_size=30))
def test_any_sequence_of_movements_balances_or_is_refused(sequence: list[Movement]) -> None:
    counters = Counters(authorised=1000)
    for movement in sequence:
        with suppress(LedgerImbalance):
            counters = counters.after(movement)

    held = [getattr(counters, name) for name in counters.__slots__]
    assert min(held) >= 0
    assert counters.captured + counters.given_up + counters.in_doubt + counters.cancel_in_doubt <= counters.authorised
    assert counters.refunded + counters.refund_in_doubt <= counters.captured
    assert counters.change_refunded <= counters.refunded
    assert counters.open == counters.available + counters.in_doubt + counters.cancel_in_doubt


@given(st.lists(movements, max_size=30))
def test_money_never_appears_nor_vanishes(sequence: list[Movement]) -> None:
    """What is authorised only ever grows by raises, what is captured by settlements, and neither ever falls."""
    counters, raised, settled, refunded = Counters(authorised=1000), 1000, 0, 0
    for movement in sequence:
        try:
            counters = counters.after(movement)
        except LedgerImbalance:
            continue
        raised += movement.value * (movement.kind is MovementKind.RAISE)
        settled += movement.value * (movement.kind is MovementKind.SETTLE)
        refunded += movement.value * (movement.kind is MovementKind.REFUND)

    assert (counters.authorised, counters.captured, counters.refunded) == (raised, settled, refunded)


HELD = Counters(
    authorised=10000,
    captured=5000,
    withheld=1000,
    in_doubt=300,
    cancel_in_doubt=200,
    refunded=1000,
    refund_in_doubt=200,
)


@pytest.mark.parametrize(
    "movement",
    [
        Movement(MovementKind.SETTLE, "P1", 3501),
        Movement(MovementKind.CANCEL, "P1", 3501),
        Movement(MovementKind.WITHHOLD, "P1", 3501),
        Movement(MovementKind.DOUBT_SETTLE, "P1", 3501),
        Movement(MovementKind.DOUBT_CANCEL, "P1", 3501),
        Movement(MovementKind.REFUND, "P1", 3801),
        Movement(MovementKind.DOUBT_REFUND, "P1", 3801),
        Movement(MovementKind.SETTLE, "P1", 600, from_doubt=301),
        Movement(MovementKind.CANCEL, "P1", 600, from_doubt=201),
        Movement(MovementKind.CANCEL, "P1", 1001, from_withheld=1001),
        Movement(MovementKind.CANCEL, "P1", 100, from_withheld=101),
        Movement(MovementKind.REFUND, "P1", 300, from_doubt=201),
        Movement(MovementKind.SETTLE, "P1", 0),
        Movement(MovementKind.RAISE, "P1", -1),
    ],
    ids=lambda movement: f"{movement.kind}-{movement.value}",
)
def test_movement_beyond_its_limit_is_refused(movement: Movement) -> None:
    with pytest.raises(LedgerImbalance):
        HELD.after(movement)


@pytest.mark.parametrize(
    ("movement", "after"),
    [
        (Movement(MovementKind.SETTLE, "P1", 3500), {"captured": 8500}),
        (Movement(MovementKind.SETTLE, "P1", 300, from_doubt=300), {"captured": 5300, "in_doubt": 0}),
        (Movement(MovementKind.CANCEL, "P1", 4500, from_withheld=1000), {"cancelled": 4500, "withheld": 0}),
        (Movement(MovementKind.CANCEL, "P1", 200, from_doubt=200), {"cancelled": 200, "cancel_in_doubt": 0}),
        (Movement(MovementKind.WITHHOLD, "P1", 3500), {"withheld": 4500}),
        (Movement(MovementKind.RAISE, "P1", 1), {"authorised": 10001}),
        (Movement(MovementKind.DOUBT_SETTLE, "P1", 1), {"in_doubt": 301}),
        (Movement(MovementKind.DOUBT_CANCEL, "P1", 1), {"cancel_in_doubt": 201}),
        (Movement(MovementKind.REFUND, "P1", 3800), {"refunded": 4800}),
        (Movement(MovementKind.REFUND, "P1", 1, of_change=True), {"refunded": 1001, "change_refunded": 1}),
        (Movement(MovementKind.REFUND, "P1", 200, from_doubt=200), {"refunded": 1200, "refund_in_doubt": 0}),
        (Movement(MovementKind.DOUBT_REFUND, "P1", 1), {"refund_in_doubt": 201}),
    ],
)
def test_movement_changes_its_counters_and_no_other(movement: Movement, after: dict[str, int]) -> None:
    moved = HELD.after(movement)

    changed = {name for name in HELD.__slots__ if getattr(moved, name) != getattr(HELD, name)}
    assert {name: getattr(moved, name) for name in changed} == after


def test_total_adds_up_every_counter() -> None:
    one, other = Counters(9, 3, 1, 1, 1, 1, 1, 1, 1), Counters(9, 3, 1, 1, 1, 1, 1, 1, 1)

    assert total([one, other, Counters()]) == Counters(18, 6, 2, 2, 2, 2, 2, 2, 2)


@pytest.mark.parametrize("name", Counters.__slots__)
def test_counter_below_zero_is_refused(name: str) -> None:
    with pytest.raises(LedgerImbalance):
        Counters(**{"authorised": 10, "captured": 5, "refunded": 2, "change_refunded": 1} | {name: -1})
