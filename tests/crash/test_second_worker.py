"""Another process at work between any two calls of one.

Requests, tasks and batches come twice, executions have rivals, sweeps come by. A point here lies also between two
reads: what a process reads before another writes and what it reads after do not belong together. In the end as much is
told as without the other.
"""

import random
from collections import Counter
from collections.abc import Callable
from datetime import timedelta

import pytest

from settlement.domain.account.account import AccountSettings, ExpiryPolicy
from settlement.domain.connectors.connector import Mode
from settlement.domain.events import EventType
from testkit.builders import ACCOUNT, a_connector
from testkit.configuring import save_connector, save_settings
from tests.crash.conftest import LONG, Tell
from tests.crash.hook_stories import HOOKED
from tests.crash.invariants import EVERY_EVENT
from tests.crash.playing import disturb, require_all, undisturbed
from tests.crash.stories import CARD, FIVE_DAYS, STARTS, STORIES, Act, End, Story, invoices, passes
from tests.support.deployment import Deployment
from tests.support.effects import Effects, When

POINTS = 10_000 if LONG else 30
"""At how many points of each story another process acts, at most."""

Told = Counter[EventType]
ATTEMPTS = frozenset({EventType.CONNECTOR_CALL_UNRESOLVED, EventType.OPERATION_WAITING})
"""What is told of each attempt: two processes may make more of them than one."""

Worker = Callable[[Deployment], None]

pytestmark = pytest.mark.filterwarnings("ignore:No application metrics")


def expires(policy: ExpiryPolicy) -> Act:
    """Authorisations of five days, and what the account wants when they end."""

    def act(deployment: Deployment) -> None:
        for mode in Mode:
            connector = a_connector(mode.value, mode, authorisation_holds=FIVE_DAYS)
            save_connector(deployment.table.store, ACCOUNT, connector)
        settings = AccountSettings(auto_settle=False, expiry_policy=policy)
        save_settings(deployment.table.store, ACCOUNT, settings)

    return act


def expiring(policy: ExpiryPolicy, *acts: Act, end: End) -> Story:
    """A story in which the authorisation comes near its end."""
    acts = (STARTS, invoices("N1", 7000), passes(timedelta(days=4, hours=12)), *acts)
    return Story(f"expires-{policy.value}", (CARD,), acts, end, before=expires(policy))


EXPIRING = (
    expiring(
        ExpiryPolicy.WARN,
        invoices("N2", 3000),
        end=End("invoiced", "Finished", (10000,), requested=10000),
    ),
    expiring(ExpiryPolicy.SETTLE, end=End("payment-approved", "Settled", (10000,), requested=7000)),
)
WORKERS: dict[str, Worker] = {
    "the same twice": Deployment.repeat,
    "a rival execution": Deployment.rival,
    "a sweep": Deployment.look_for_due_work,
}
CASES = [
    pytest.param(story, worker, id=f"{story.name}-{name}")
    for story in (*STORIES, *EXPIRING, *HOOKED)
    for name, worker in WORKERS.items()
    if (story.name, name) != ("reduce-by-modification", "the same twice")
]
"""A modification has no id of the caller's: sent twice it is two."""


def told_by(deployment: Deployment) -> Told:
    """Return how often what was told of an order."""
    events = deployment.store.events(ACCOUNT, deployment.order.transaction_id, EVERY_EVENT, None).items
    return Counter(event.type for event in events if event.type not in ATTEMPTS)


@pytest.mark.parametrize(("story", "worker"), CASES)
def test_another_process_changes_nothing_that_is_told(story: Story, worker: Worker, tell_count: Tell) -> None:
    alone = undisturbed(story, reads=True)
    told = told_by(alone.end)
    points = [point for point in alone.effects.points if point.when is When.BEFORE]
    chosen = random.Random(story.name).sample(points, min(POINTS, len(points)))

    def require_as_much(effects: Effects) -> None:
        others = told_by(disturb(story, effects, meanwhile=worker))
        assert others == told, f"{others - told} more, {told - others} less"

    require_all([Effects([point], reads=True) for point in chosen], require_as_much)

    tell_count(interruptions=len(chosen), runs=len(chosen))
