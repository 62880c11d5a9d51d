"""AWS away at every call of every story, for one call: taken or not, throttled, or lost to another writer (A§7).

HTTP clients are told 503 with ``Retry-After`` and send the same request again; tasks, relay and sweep are repeated.
"""

import random
from collections.abc import Iterable

import pytest

from settlement.use_cases.shared.ports import Conflict, Unavailable
from tests.crash.conftest import LONG, Tell
from tests.crash.playing import disturb_all, every_story, undisturbed
from tests.crash.stories import Story
from tests.support.effects import Effects, Point, When

POINTS = 10_000 if LONG else 12
"""At how many points of each story a call fails, at most."""
CONNECTOR = frozenset({"authorise", "settle", "cancel", "refund"})
"""Its failures are the provider's, and other tests'."""

pytestmark = pytest.mark.filterwarnings("ignore:No application metrics")


def sample(story: Story, points: Iterable[Point]) -> list[Point]:
    """Choose as many points as there is time for, the same each time."""
    known = list(points)
    return random.Random(story.name).sample(known, min(POINTS, len(known)))


@every_story
@pytest.mark.parametrize("when", list(When))
def test_call_of_aws_that_is_not_answered(story: Story, when: When, tell_count: Tell) -> None:
    effects = undisturbed(story, reads=True).effects
    calls = [Point(at, when) for at, name in enumerate(effects.happened, start=1) if name not in CONNECTOR]
    chosen = sample(story, calls)

    disturb_all(story, [Effects([point], Unavailable, reads=True) for point in chosen])

    tell_count(outages=len(chosen), runs=len(chosen))


@every_story
def test_write_that_meets_another_transaction(story: Story, tell_count: Tell) -> None:
    effects = undisturbed(story).effects
    writes = [Point(at, When.BEFORE) for at, name in enumerate(effects.happened, start=1) if name == "commit"]
    chosen = sample(story, writes)

    disturb_all(story, [Effects([point], Conflict) for point in chosen])

    tell_count(outages=len(chosen), runs=len(chosen))
