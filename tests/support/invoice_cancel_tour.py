"""The part of the tour that takes sale invoices back: those that are, and those that are not, by each code."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from settlement.domain.connectors.connector import Mode
from testkit.builders import a_connector
from tests.support.tour_bodies import invoice_body

if TYPE_CHECKING:
    from tests.support.tour import Tour

ORDERS = "/api/oms/pvt/orders"
DOCUMENT = "/api/orders/pvt/document"


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
    for path, corrects in ((f"{order}/invoice", invoice_body), (f"{DOCUMENT}/invoice-canceled/invoices", _by_index)):
        for replaced in ("N9", "D1"):
            service.call("POST", path, corrects("N5", 2000) | {"replaces": replaced})
    service.do("POST", f"{order}/invoice", invoice_body("N4", 2000, replaces="N2"))
    service.do("POST", f"{DOCUMENT}/invoice-canceled/invoices", _by_index("N5", 1500) | {"replaces": "N4"})
    service.do("GET", order)
    _refunded_only_whole(tour)
    _canceled(tour)


def _by_index(number: str, value: int) -> dict[str, Any]:
    return {"type": "Output", "issuedDate": "2026-03-02", "invoiceNumber": number, "invoiceValue": value}


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
