"""Stories in which a second key has to agree, and all stories that there are."""

from datetime import timedelta

from testkit.builders import ACCOUNT
from tests.crash import stories
from tests.crash.early_return_stories import EARLY_RETURNS
from tests.crash.hook_stories import HOOKED
from tests.crash.stories import (
    CARD,
    STARTS,
    TOTAL,
    TRANSACTION,
    Act,
    End,
    Story,
    changes,
    invoices,
    passes,
    returns,
    scripts,
    sends,
)
from tests.crash.taken_back_stories import TAKEN_BACK
from tests.support.deployment import Deployment


def limits(**above: int) -> Act:
    """Movements above a value of which need a second key."""

    def act(deployment: Deployment) -> None:
        by_kind = {kind: {"BRL": value} for kind, value in above.items()}
        body = {"approvalAbove": by_kind, "approvalHours": 1}
        assert deployment.send("PATCH", "/api/oms/pvt/account/settings", body).status == 200

    return act


def approves() -> Act:
    """A second key that agrees to all that waits for it."""

    def act(deployment: Deployment) -> None:
        for approval in deployment.store.approvals(ACCOUNT, deployment.order.transaction_id):
            path = f"/api/pvt/approvals/{approval.id}/approve"
            assert deployment.send("POST", path, app_key="second-key").status == 200

    return act


REFUNDS_DIRECTLY = sends(f"{TRANSACTION}/refunding-request", {"value": 1500})
APPROVED = (
    Story(
        "refund-approved",
        (CARD,),
        (STARTS, invoices("N1", 10000), limits(refund=1499), REFUNDS_DIRECTLY, approves()),
        End("invoiced", "Finished", (10000,), (0,), (1500,), requested=10000),
    ),
    Story(
        "refund-nobody-decides",
        (CARD,),
        (STARTS, invoices("N1", 10000), limits(refund=0), REFUNDS_DIRECTLY, passes(timedelta(hours=2))),
        End("invoiced", "Finished", (10000,), requested=10000),
    ),
    Story(
        "change-approved",
        (TOTAL,),
        (
            STARTS,
            invoices("N1", 3000),
            limits(refund=3999),
            changes("C1", 4000),
            approves(),
            invoices("N2", 3000),
        ),
        End("invoiced", "Finished", (10000,), (0,), (4000,), requested=6000),
    ),
    Story(
        "return-approved",
        (CARD,),
        (STARTS, invoices("N1", 10000), limits(refund=1499), returns("D1", 1500), approves()),
        End("invoiced", "Finished", (10000,), (0,), (1500,), requested=10000),
    ),
    Story(
        "resolution-approved",
        (CARD,),
        (
            STARTS,
            scripts("cancel", "400"),
            changes("C1", 1500),
            limits(resolution=1499),
            sends(f"{TRANSACTION}/legs/2-0001/resolve", {"resolution": "not-done"}),
            approves(),
        ),
        End("handling", "Approved", (0,), withheld=1500, failed=(2,)),
    ),
)
STORIES = (*stories.STORIES, *EARLY_RETURNS, *TAKEN_BACK, *APPROVED, *HOOKED)
