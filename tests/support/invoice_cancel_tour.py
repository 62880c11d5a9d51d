"""The part of the tour that takes sale invoices back: those that are, and those that are not, by each code."""

from __future__ import annotations

from typing import TYPE_CHECKING

from settlement.domain.connectors.connector import Mode
from testkit.builders import a_connector
from tests.support.tour_bodies import invoice_body

if TYPE_CHECKING:
    from tests.support.tour import Tour

ORDERS = "/api/oms/pvt/orders"


def walk_cancelled_invoices(tour: Tour) -> None:
    """Cancel invoices of orders of their own."""
    service, order = tour.service, f"{ORDERS}/invoice-canceled"
    tour.place("invoice-canceled")
    for number, value in (("N1", 4000), ("N2", 3000), ("N3", 3000)):
        service.do("POST", f"{order}/invoice", invoice_body(number, value))
    tour.probe("POST", f"{order}/invoice/N1/cancel", {"requestId": "K1", "reason": "wrong address"})
    service.do("POST", f"{order}/invoice/N1/cancel", {"requestId": "K1", "reason": "wrong address"})
    service.call("POST", f"{order}/invoice/N2/cancel", {"requestId": "K1", "reason": "wrong address"})
    service.call("POST", f"{order}/invoice/N1/cancel", {"requestId": "K2", "reason": "wrong address"})
    service.call("POST", f"{order}/invoice/N9/cancel", {"requestId": "K2", "reason": "wrong address"})
    service.do("POST", f"{order}/invoice", invoice_body("D1", 3000, "Input"))
    service.call("POST", f"{order}/invoice/D1/cancel", {"requestId": "K2", "reason": "wrong address"})
    service.call("POST", f"{ORDERS}/nothing/invoice/N2/cancel", {"requestId": "K2", "reason": "wrong address"})
    with service.patch.context() as patch:
        patch.setattr("settlement.domain.transaction.transaction.MAX_WAITING", 0)
        service.call("POST", f"{order}/invoice/N3/cancel", {"requestId": "K2", "reason": "wrong address"})
    service.do("GET", order)
    _refunded_only_whole(tour)
    _canceled(tour)


def _refunded_only_whole(tour: Tour) -> None:
    service, order = tour.service, f"{ORDERS}/refunded-whole"
    tour.shop.connect(a_connector("whole", Mode.PARTIAL, partial_refund=False))
    tour.place("refunded-whole", connector="whole")
    for number, value in (("N1", 4000), ("N2", 3000)):
        service.do("POST", f"{order}/invoice", invoice_body(number, value))
    service.call("POST", f"{order}/invoice/N2/cancel", {"requestId": "K1", "reason": "wrong address"})


def _canceled(tour: Tour) -> None:
    service, order = tour.service, f"{ORDERS}/invoices-canceled"
    tour.place("invoices-canceled")
    for number in ("N1", "N2"):
        service.do("POST", f"{order}/invoice", invoice_body(number, 1000))
        service.do("POST", f"{order}/invoice/{number}/cancel", {"requestId": f"K-{number}", "reason": "wrong address"})
    service.do("POST", f"{order}/cancel", {"reason": "sold out"})
    service.call("POST", f"{order}/invoice/N1/cancel", {"requestId": "K3", "reason": "wrong address"})
