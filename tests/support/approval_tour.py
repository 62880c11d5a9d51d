"""The part of the tour where movements above a limit wait for a second key."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from settlement.domain.transaction.leg import LegState
from tests.support.tour_bodies import change_body

if TYPE_CHECKING:
    from testkit.shop import Placed
    from tests.support.tour import Tour

ORDERS = "/api/oms/pvt/orders"
SETTINGS = "/api/oms/pvt/account/settings"
EVERYTHING = {kind: {"BRL": 0} for kind in ("refund", "cancellation", "resolution")}
ASKING = "asking-key"


def walk_approvals(tour: Tour) -> None:
    """Ask for one of each kind, and have them decided."""
    captured, doubtful = tour.place("to-approve"), _in_doubt(tour)
    tour.service.do("POST", f"{_of(captured)}/settlement-request", {"value": 6000})
    for name in ("cancelled-order", "cancelled-document"):
        tour.place(name)
    tour.service.do("PATCH", SETTINGS, {"approvalAbove": EVERYTHING, "approvalHours": 24})
    refund, cancel = (_ask(tour, f"{_of(captured)}/{part}-request", {"value": 1000}) for part in _PARTS)
    _ask(tour, f"{ORDERS}/to-approve/changes", change_body("A1", 5000))
    _ask(tour, f"{ORDERS}/cancelled-order/cancel", {"reason": "sold out"})
    _ask(tour, "/api/orders/pvt/document/cancelled-document/cancel", {"reason": "sold out"})
    _ask(tour, doubtful, {"resolution": "not-done", "reason": "the back office has no such call"})
    tour.service.do("GET", "/api/pvt/work-items", query={"kind": "approval"})
    _decide(tour, refund, cancel)
    tour.service.do("PATCH", SETTINGS, {"approvalAbove": {}})


_PARTS = ("refunding", "cancellation")


def _of(placed: Placed) -> str:
    return f"/api/pvt/transactions/{placed.transaction_id}"


def _ask(tour: Tour, path: str, body: dict[str, Any]) -> str:
    """Ask, and return the path of the approval."""
    heard = tour.service.call("POST", path, body, app_key=ASKING)
    assert heard.status == 202, heard
    return f"/api/pvt/approvals/{heard.json['id']}"


def _in_doubt(tour: Tour) -> str:
    """Return the path that resolves a capture in doubt."""
    placed = tour.place("doubtful")
    tour.shop.provider.usually("settle", "drop")
    tour.service.do("POST", f"{_of(placed)}/settlement-request", {"value": 1000})
    tour.shop.pass_time(timedelta(hours=30))
    tour.shop.provider.usually("settle", "ok")
    leg = next(leg for leg in placed.legs if leg.state is LegState.IN_DOUBT)
    return f"{_of(placed)}/legs/{leg.operation}-{leg.number}/resolve"


def _decide(tour: Tour, refund: str, cancel: str) -> None:
    call, reason = tour.service.call, {"reason": "not without a call"}
    tour.probe("GET", refund)
    with tour.service.patch.context() as patch:
        patch.setattr("settlement.domain.transaction.transaction.MAX_WAITING", 0)
        call("POST", f"{refund}/approve")
    tour.probe("POST", f"{refund}/approve")
    call("POST", f"{refund}/approve", app_key=ASKING)
    call("POST", f"{refund}/refuse", reason)
    tour.probe("POST", f"{cancel}/refuse", reason)
    call("POST", f"{cancel}/approve")
