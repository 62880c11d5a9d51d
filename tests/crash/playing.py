"""Playing a story with something failing in it, and checking its end.

What comes before the failure is the same in every run of a story: it is played once, and each run goes on from the last
moment of rest before its first failure.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, partial

import pytest

from tests.crash.approved_stories import STORIES
from tests.crash.invariants import check
from tests.crash.stories import Story
from tests.support.deployment import Deployment
from tests.support.effects import Effects
from tests.support.listed import require_list
from tests.support.tables import FakeTable, Table
from tests.support.totals import require_totals
from tests.support.work import require_listed

every_story = pytest.mark.parametrize("story", STORIES, ids=lambda story: story.name)


@dataclass(frozen=True, slots=True)
class Moment:
    """A story at rest after some of its steps, with nothing failed so far."""

    steps: int
    deployment: Deployment


@dataclass(frozen=True, slots=True)
class Undisturbed:
    """A story in which nothing failed: the effects it had, and the moments at which it was at rest."""

    effects: Effects
    moments: tuple[Moment, ...]

    @property
    def end(self) -> Deployment:
        """What it came to."""
        return self.moments[-1].deployment

    def before(self, effects: Effects) -> Moment:
        """Return the last moment before anything fails."""
        first = min((point.number for point in effects.fail_at), default=len(self.effects.happened) + 1)
        return [moment for moment in self.moments if len(moment.deployment.effects.happened) < first][-1]


@cache
def undisturbed(story: Story, *, reads: bool = False) -> Undisturbed:
    """Play a story without a failure, once; with ``reads`` reading counts as an effect too."""
    effects = Effects(reads=reads)
    with pytest.MonkeyPatch.context() as patch:
        deployment = Deployment(patch, FakeTable(), effects)
        moments = [Moment(0, deployment.copy())]
        moments += [Moment(steps, deployment.copy()) for steps in story.tell(deployment)]
        check(deployment, story.end)
    return Undisturbed(effects, tuple(moments))


def play(story: Story, table: Table, effects: Effects, *, lose_executions: bool = False) -> Effects:
    """Play a story from its beginning on an empty table; as ``effects`` say something fails in it."""
    with pytest.MonkeyPatch.context() as patch:
        deployment = Deployment(patch, table, effects, lose_executions=lose_executions)
        _play_on(story, deployment, 0)
    return effects


def disturb(
    story: Story,
    effects: Effects,
    *,
    lose_executions: bool = False,
    meanwhile: Callable[[Deployment], object] | None = None,
) -> Deployment:
    """Play a story in which something fails as ``effects`` say, or others act ``meanwhile``; return what it came to."""
    moment = undisturbed(story, reads=effects.reads).before(effects)
    with pytest.MonkeyPatch.context() as patch:
        deployment = moment.deployment.resume(patch, effects, lose_executions=lose_executions)
        if meanwhile is not None:
            effects.meanwhile(partial(meanwhile, deployment))
        _play_on(story, deployment, moment.steps)
    return deployment


def _play_on(story: Story, deployment: Deployment, since: int) -> None:
    for _ in story.tell(deployment, since):
        transaction, now, feeds = deployment.transaction, deployment.clock(), deployment.table.feeds
        require_listed(deployment.store, transaction.transaction_id, now, feeds)
        require_totals(deployment.store, transaction.transaction_id, now)
        require_list(deployment.store, transaction.order_id, transaction.transaction_id, now, feeds)
    check(deployment, story.end)


def disturb_all(story: Story, runs: Sequence[Effects], *, lose_executions: bool = False) -> None:
    """Play a story once for each way to fail; tell all that ended badly."""
    require_all(runs, lambda effects: disturb(story, effects, lose_executions=lose_executions))


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
