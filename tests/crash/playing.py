"""Playing a story with something failing in it, and checking its end."""

from collections.abc import Callable, Sequence
from functools import partial

import pytest

from tests.crash.invariants import check
from tests.crash.stories import STORIES, Story
from tests.support.deployment import Deployment
from tests.support.effects import Effects
from tests.support.tables import FakeTable, Table

every_story = pytest.mark.parametrize("story", STORIES, ids=lambda story: story.name)


def play(
    story: Story,
    table: Table,
    effects: Effects,
    *,
    lose_executions: bool = False,
    meanwhile: Callable[[Deployment], object] | None = None,
) -> Effects:
    """Play a story on an empty table; as ``effects`` say something fails in it, or others act ``meanwhile``."""
    with pytest.MonkeyPatch.context() as patch:
        deployment = Deployment(patch, table, effects, lose_executions=lose_executions)
        if meanwhile is not None:
            effects.meanwhile(partial(meanwhile, deployment))
        story.tell(deployment)
        check(deployment, story.end)
    return effects


def play_all(
    story: Story, runs: Sequence[Effects], *, lose_executions: bool = False, table: Callable[[], Table] = FakeTable
) -> None:
    """Play a story once for each way to fail; tell all that ended badly."""
    require_all(runs, lambda effects: play(story, table(), effects, lose_executions=lose_executions))


def require_all(runs: Sequence[Effects], play_one: Callable[[Effects], object]) -> None:
    """Play one run after the other, each of which has to reach its points; tell all that ended badly."""
    bad = []
    for effects in runs:
        try:
            play_one(effects)
            assert effects.failures, "nothing failed"
        except AssertionError as error:
            bad.append(f"{effects.fail_at}: {str(error)[:500]}")
    assert not bad, "\n".join(bad)
