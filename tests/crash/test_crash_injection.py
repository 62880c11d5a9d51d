"""The process killed before and after every effect of every story, and everything restarted as AWS does (§7).

Where it can die is found by playing the story once. ``QUITA_LONG=1`` kills it at every two of these points, and at
all of them on the real store, which is some hundred times slower on its emulation.
"""

import os
import random
from collections.abc import Callable, Iterable, Sequence
from itertools import combinations

import pytest

from tests.crash.invariants import check
from tests.crash.stories import STORIES, Story
from tests.support.deployment import Deployment
from tests.support.effects import Effects, Point
from tests.support.tables import FakeTable, Table

LONG = os.environ.get("QUITA_LONG") == "1"
PAIRS = 10_000 if LONG else 12
"""How many pairs of points of a story are tried, at most."""
REAL = [story for story in STORIES if LONG or story.name in ("settle-in-part", "cancel-open")]
REAL_POINTS = 10_000 if LONG else 1
"""On the real store: which stories, and at how many points of each the process dies, at most."""

Tell = Callable[..., None]

pytestmark = pytest.mark.filterwarnings("ignore:No application metrics")

every_story = pytest.mark.parametrize("story", STORIES, ids=lambda story: story.name)
what_dies = pytest.mark.parametrize("lose_executions", [False, True], ids=["task", "execution"])


def play(story: Story, table: Table, kill_at: Iterable[Point] = (), *, lose_executions: bool = False) -> Effects:
    """Play a story, kill the process at some points, and check its end."""
    effects = Effects(kill_at)
    with pytest.MonkeyPatch.context() as patch:
        deployment = Deployment(patch, table, effects, lose_executions=lose_executions)
        story.tell(deployment)
        check(deployment, story.end)
    return effects


def play_all(
    story: Story, deaths: Sequence[Sequence[Point]], *, lose_executions: bool, table: Callable[[], Table] = FakeTable
) -> None:
    """Play a story once for each way to die; tell all that ended badly."""
    failures = []
    for points in deaths:
        try:
            effects = play(story, table(), points, lose_executions=lose_executions)
            assert effects.crashes, "nothing died"
        except AssertionError as error:
            failures.append(f"{points}: {str(error)[:500]}")
    assert not failures, "\n".join(failures)


@what_dies
@every_story
def test_process_dies_once(story: Story, lose_executions: bool, tell_count: Tell) -> None:
    points = play(story, FakeTable()).points

    play_all(story, [[point] for point in points], lose_executions=lose_executions)

    tell_count(points=0 if lose_executions else len(points), runs=len(points) + 1)


@what_dies
@every_story
def test_process_dies_twice(story: Story, lose_executions: bool, tell_count: Tell) -> None:
    pairs = list(combinations(play(story, FakeTable()).points, 2))
    chosen = random.Random(story.name).sample(pairs, min(PAIRS, len(pairs)))

    play_all(story, chosen, lose_executions=lose_executions)

    tell_count(points=0, runs=len(chosen) + 1)


@what_dies
@pytest.mark.parametrize("story", REAL, ids=lambda story: story.name)
def test_process_dies_on_the_real_store(
    story: Story, lose_executions: bool, tell_count: Tell, make_table: Callable[[], Table]
) -> None:
    points = play(story, make_table()).points
    chosen = random.Random(f"{story.name} {lose_executions}").sample(points, min(REAL_POINTS, len(points)))

    play_all(story, [[point] for point in chosen], lose_executions=lose_executions, table=make_table)

    tell_count(points=0, runs=len(chosen) + 1)
