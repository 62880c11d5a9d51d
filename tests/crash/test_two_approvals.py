"""Two keys that approve the same within each other, at every call of one of them: it is done once (R37)."""

from functools import partial

import pytest

from settlement.domain.transaction.approval import Approval, ApprovalState
from settlement.use_cases.upkeep.audit_order import audit_order
from testkit.bodies import invoice_body, order_body
from testkit.builders import ACCOUNT, ORDER_ID
from tests.crash.approved_stories import REFUNDS_DIRECTLY, limits
from tests.crash.stories import CARD, ORDER, STARTS, invoices
from tests.support.deployment import Answered, Deployment
from tests.support.effects import Effects
from tests.support.tables import FakeTable
from tests.support.work import require_listed

pytestmark = pytest.mark.filterwarnings("ignore:No application metrics")

ENDS = {
    "approve": {ApprovalState.EXECUTED},
    "refuse": {ApprovalState.EXECUTED, ApprovalState.REFUSED},
    "refunded meanwhile": {ApprovalState.EXECUTED, ApprovalState.FAILED},
}
"""What becomes of it, by what another does in between: at some moments the one, at others the other."""


def _asked(patch: pytest.MonkeyPatch) -> Deployment:
    """Return a service with a captured order and a refund of 15.00 that waits for a second key."""
    deployment = Deployment(patch, FakeTable(), Effects(reads=True))
    deployment.send("POST", "/api/oms/pvt/orders", order_body([CARD], orderId=ORDER_ID))
    for act in (STARTS, invoices("N1", 10000), limits(refund=1000), REFUNDS_DIRECTLY):
        deployment.rest()
        act(deployment)
    return deployment.copy()


def _decide(deployment: Deployment, verb: str, app_key: str) -> Answered:
    [approval] = deployment.store.approvals(ACCOUNT, deployment.order.transaction_id)
    return deployment.send("POST", f"/api/pvt/approvals/{approval.id}/{verb}", {"reason": "no"}, app_key)


def _meanwhile(deployment: Deployment, other: str) -> None:
    if other == "refunded meanwhile":
        limits()(deployment)
        returned = invoice_body("D1", 9000, type="Input")
        assert deployment.send("POST", f"{ORDER}/invoice", returned).status in (200, 409)
    else:
        assert _decide(deployment, other, "third-key").status in (200, 409)


def _held(deployment: Deployment) -> Approval:
    [approval] = deployment.store.approvals(ACCOUNT, deployment.order.transaction_id)
    return approval


def _check(deployment: Deployment, answered: Answered, other: str) -> None:
    deployment.rest()
    books, held = deployment.provider.books[CARD.id], _held(deployment)
    returned = deployment.order.returned
    assert (returned == 9000) is (other == "refunded meanwhile" and held.state is ApprovalState.FAILED)
    assert books.refunded == returned + (1500 if held.state is ApprovalState.EXECUTED else 0)
    assert held.state is not ApprovalState.PENDING
    assert answered.status == 409 if held.state is ApprovalState.REFUSED else answered.json["state"] == held.state
    assert audit_order(deployment.store, ACCOUNT, ORDER_ID).mismatches == ()
    require_listed(deployment.store, deployment.order.transaction_id, deployment.clock())


@pytest.mark.parametrize("other", ENDS)
def test_what_is_approved_within_another_decision_is_done_once_or_not_at_all(other: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        asked = _asked(patch)
        measured = asked.resume(patch, Effects(reads=True))
        before = len(measured.effects.happened)
        assert _decide(measured, "approve", "second-key").status == 200
        within = [point for point in measured.effects.points if point.number > before]
        assert len(within) > 6
        seen = set()
        for point in within:
            deployment = asked.resume(patch, Effects([point], reads=True))
            deployment.effects.meanwhile(partial(_meanwhile, deployment, other))
            answered = _decide(deployment, "approve", "second-key")
            assert deployment.effects.failures, point
            _check(deployment, answered, other)
            seen.add(_held(deployment).state)
    assert seen == ENDS[other]
