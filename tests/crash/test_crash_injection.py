"""The process killed before and after every effect of every story, and everything restarted as AWS does (A§7).

Where it can die is found by playing the story once. ``QUITA_LONG=1`` kills it at far more pairs of points, and
plays more on the real store, which is some hundred times slower on its emulation.
"""

import random
from collections.abc import Callable
from itertools import combinations

import pytest

from tests.crash.approved_stories import STORIES
from tests.crash.conftest import LONG, Tell
from tests.crash.playing import disturb_all, every_story, play, require_all, undisturbed
from tests.crash.stories import Story
from tests.support.effects import Effects
from tests.support.tables import Table

PAIRS = 2_000 if LONG else 8
"""How many pairs of points of a story are tried, at most."""
REAL = [story for story in STORIES if LONG or story.name in ("settle-in-part", "cancel-open")]
REAL_POINTS = 12 if LONG else 1
"""On the real store: which stories, and at how many points of each the process dies, at most."""

pytestmark = pytest.mark.filterwarnings("ignore:No application metrics")

what_dies = pytest.mark.parametrize("lose_executions", [False, True], ids=["task", "execution"])


def test_points_lie_between_effects_of_every_kind() -> None:
    happened = {name for story in STORIES for name in undisturbed(story).effects.happened}

    assert happened >= {"commit", "put_events", "start_execution", "authorise", "settle", "cancel", "refund"}


@what_dies
@every_story
def test_process_dies_once(story: Story, lose_executions: bool, tell_count: Tell) -> None:
    points = undisturbed(story).effects.points

    disturb_all(story, [Effects([point]) for point in points], lose_executions=lose_executions)

    tell_count(points=0 if lose_executions else len(points), runs=len(points))


@what_dies
@every_story
def test_process_dies_twice(story: Story, lose_executions: bool, tell_count: Tell) -> None:
    pairs = list(combinations(undisturbed(story).effects.points, 2))
    chosen = random.Random(story.name).sample(pairs, min(PAIRS, len(pairs)))

    disturb_all(story, [Effects(pair) for pair in chosen], lose_executions=lose_executions)

    tell_count(points=0, runs=len(chosen))


@what_dies
@pytest.mark.parametrize("story", REAL, ids=lambda story: story.name)
def test_process_dies_on_the_real_store(
    story: Story, lose_executions: bool, tell_count: Tell, make_table: Callable[[], Table]
) -> None:
    points = play(story, make_table(), Effects()).points
    chosen = random.Random(f"{story.name} {lose_executions}").sample(points, min(REAL_POINTS, len(points)))

    def die(effects: Effects) -> None:
        play(story, make_table(), effects, lose_executions=lose_executions)

    require_all([Effects([point]) for point in chosen], die)

    tell_count(points=0, runs=len(chosen) + 1)
