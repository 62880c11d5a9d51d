"""Work side by side comes out in its order, and takes no more things than it works on."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from settlement.use_cases.shared.side_by_side import AHEAD, side_by_side


def counted(taken: list[int], most: int = 1000) -> Iterator[int]:
    for number in range(most):
        taken.append(number)
        yield number


@pytest.mark.parametrize("at_once", [1, 4])
def test_results_come_in_the_order_of_the_things(at_once: int) -> None:
    assert list(side_by_side(lambda number: number * 2, range(100), at_once)) == list(range(0, 200, 2))


@pytest.mark.parametrize(("at_once", "most"), [(1, 1), (4, 4 * AHEAD)])
def test_no_more_things_are_taken_than_are_worked_on(at_once: int, most: int) -> None:
    taken: list[int] = []

    results = side_by_side(lambda number: number, counted(taken), at_once)

    assert next(results) == 0
    assert len(taken) == most


def test_as_many_are_worked_on_as_is_told() -> None:
    """Each waits for the others, so with fewer threads none would end."""
    together = threading.Barrier(3)

    assert sorted(side_by_side(lambda number: together.wait(10), range(3), 3)) == [0, 1, 2]


@pytest.mark.parametrize("at_once", [1, 4])
def test_what_the_work_raises_is_raised_at_its_place(at_once: int) -> None:
    results = side_by_side(lambda number: 10 // (3 - number), range(5), at_once)

    assert [next(results) for _ in range(3)] == [3, 5, 10]
    with pytest.raises(ZeroDivisionError):
        next(results)
