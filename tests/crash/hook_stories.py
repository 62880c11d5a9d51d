"""Stories of a hook that does not take an update until it is mended."""

from settlement.domain.account.feed import Hook
from settlement.domain.transaction.listed_work import WorkKind
from testkit.builders import ACCOUNT
from tests.crash.stories import CARD, STARTS, Act, End, Story, invoices
from tests.support.deployment import Deployment

BROKEN, DESK = Hook("erp", "https://erp.example", statuses=("invoiced",), work_items=True), "https://desk.example"


def hooks(*broken: str) -> Act:
    """One hook for what is invoiced, and one that is told of work only."""

    def act(deployment: Deployment) -> None:
        for hook in (BROKEN, Hook("desk", DESK, statuses=("canceled",), work_items=True)):
            deployment.table.feeds.replace_hook(ACCOUNT, None, hook)
        deployment.hooks.broken = set(broken)

    return act


def resends() -> Act:
    """A person who has the hooks mended, and sends again what they did not take."""

    def act(deployment: Deployment) -> None:
        deployment.hooks.broken = set()
        for item in deployment.store.work(ACCOUNT, deployment.clock(), None, 100).items:
            assert item.work.kind is WorkKind.UNDELIVERED_HOOK
            path = f"/api/orders/hook/deliveries/{item.work.delivery}/resend"
            assert deployment.send("POST", path, app_key=BROKEN.app_key).json["delivered"]

    return act


def is_told(*states: str) -> Act:
    """The desk's hook was told of the broken one, which was told of nothing that is its own fault."""

    def act(deployment: Deployment) -> None:
        feeds = deployment.table.feeds
        told, own = (
            [held.update for held in feeds.deliveries(ACCOUNT, app_key, 100, None).items[::-1]]
            for app_key in ("desk", BROKEN.app_key)
        )
        about_hooks = [update.state for update in told if update.hook_at_fault == BROKEN.app_key]
        assert list(dict.fromkeys(about_hooks)) == list(states), about_hooks
        assert not [update for update in own if update.hook_at_fault is not None]

    return act


HOOKED = (
    Story(
        "hook-mended",
        (CARD,),
        (
            STARTS,
            invoices("N1", 10000),
            is_told("WorkItemOpened"),
            resends(),
            is_told("WorkItemOpened", "WorkItemClosed"),
        ),
        End("invoiced", "Finished", (10000,), requested=10000),
        before=hooks(BROKEN.url),
    ),
    Story(
        "hooks-all-broken",
        (CARD,),
        (STARTS, invoices("N1", 10000)),
        End("invoiced", "Finished", (10000,), requested=10000),
        before=hooks(BROKEN.url, DESK),
    ),
)
