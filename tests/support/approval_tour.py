"""The part of the tour where movements above a limit wait for a second key."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from settlement.domain.transaction.leg import LegState
from testkit.nfe_documents import nfe, nfe_key
from tests.support.fiscal_tour import a_return
from tests.support.tour_bodies import change_body, invoice_body

if TYPE_CHECKING:
    from testkit.shop import Placed
    from tests.support.tour import Tour

ORDERS = "/api/oms/pvt/orders"
SETTINGS = "/api/oms/pvt/account/settings"
EVERYTHING = {kind: {"BRL": 0} for kind in ("refund", "cancellation", "resolution")}
ASKING = "asking-key"


def walk_approvals(tour: Tour) -> None:
    """Ask for one of each kind, and have them decided."""
    captured, doubtful, words = tour.place("to-approve"), _in_doubt(tour), list(_words(tour))
    tour.place("invoiced")
    tour.service.do("POST", f"{ORDERS}/invoiced/invoice", invoice_body("N1", 4000))
    tour.service.do("POST", f"{_of(captured)}/settlement-request", {"value": 6000})
    for name in ("cancelled-order", "cancelled-document", "to-modify"):
        tour.place(name)
    returns = _returns(tour)
    tour.service.do("PATCH", SETTINGS, {"approvalAbove": EVERYTHING, "approvalHours": 24})
    refund, cancel = (_ask(tour, f"{_of(captured)}/{part}-request", {"value": 1000}) for part in _PARTS)
    _ask(tour, f"{ORDERS}/to-approve/changes", change_body("A1", 5000))
    _ask(tour, f"{ORDERS}/cancelled-order/cancel", {"reason": "sold out"})
    _ask(tour, "/api/orders/pvt/document/cancelled-document/cancel", {"reason": "sold out"})
    _ask(tour, f"{ORDERS}/invoiced/invoice/N1/cancel", {"requestId": "K1", "reason": "wrong address"})
    _ask(tour, doubtful, {"resolution": "not-done", "reason": "the back office has no such call"})
    for path, body in (*words, *returns):
        _ask(tour, path, body)
    _modify(tour)
    tour.service.do("GET", "/api/pvt/work-items", query={"kind": "approval"})
    _decide(tour, refund, cancel)
    tour.service.do("PATCH", SETTINGS, {"approvalAbove": {}})


_PARTS = ("refunding", "cancellation")


def _of(placed: Placed) -> str:
    return f"/api/pvt/transactions/{placed.transaction_id}"


def _modify(tour: Tour) -> None:
    """Ask for a modification, look at it, and take it back."""
    path, call = "/api/order-system/orders/to-modify/changes", tour.service.call
    asked = call("PATCH", path, {"reason": "broken", "manualDiscountValue": 1000}, app_key=ASKING).json
    assert (asked["approval"]["state"], call("GET", f"{path}/{asked['requestId']}").status) == ("pending", 200)
    call("POST", f"{path}/{asked['requestId']}/cancel", {"reason": "found it"})


def _ask(tour: Tour, path: str, body: Any) -> str:
    """Ask, and return the path of the approval."""
    heard = tour.service.call("POST", path, body, app_key=ASKING)
    assert (heard.status, heard.json["state"]) == (202, "pending"), heard
    return f"/api/pvt/approvals/{heard.json['id']}"


def _returns(tour: Tour) -> list[tuple[str, Any]]:
    """Return the paths and bodies of returns of an order that is sold, by each route."""
    tour.place("to-return")
    path = f"{ORDERS}/to-return/invoice"
    tour.service.do("POST", f"{path}/nfe", nfe(1, "100.00"))
    by_index = {"type": "Input", "issuedDate": "2026-03-02", "invoiceNumber": "D2", "invoiceValue": 1000}
    return [
        (path, invoice_body("D1", 1000, "Input")),
        ("/api/orders/pvt/document/to-return/invoices", by_index),
        (f"{path}/nfe", a_return(nfe_key(1))),
    ]


def _words(tour: Tour) -> Iterator[tuple[str, Any]]:
    """Yield what a person says of operations and of a call: the paths and bodies."""
    placed, word = tour.place("to-end"), {"reason": "The authorisation has expired", "actor": "finance"}
    tour.service.do("POST", f"{_of(placed)}/settlement-request", {"value": 5000})
    for ending, body in (("write-off", word), ("paid-otherwise", word | {"reference": "TRF-7"})):
        tour.shop.provider.script("settle", "400")
        tour.service.do("POST", f"{_of(placed)}/settlement-request", {"value": 100})
        yield f"{_of(placed)}/operations/{placed.operation.sequence}/{ending}", body
    tour.shop.provider.script("refund", "501")
    tour.service.do("POST", f"{_of(placed)}/refunding-request", {"value": 100})
    leg = next(leg for leg in placed.legs if leg.state is LegState.MANUAL)
    said = {"reference": "BO-77", "actor": "finance"}
    yield f"{_of(placed)}/legs/{leg.operation}-{leg.number}/confirm", said


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
