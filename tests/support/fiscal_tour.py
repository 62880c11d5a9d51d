"""The part of the tour that sends fiscal documents: those that are refused, by each code, a sale, and its return."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from settlement.domain.fiscal.nfe import MAX_NFE_ITEMS
from testkit.nfe_documents import nfe, nfe_key
from tests.support.tour_bodies import order_body

if TYPE_CHECKING:
    from tests.support.tour import Tour

ORDERS = "/api/oms/pvt/orders"


def walk_fiscal_documents(tour: Tour) -> None:
    """Send documents to orders of their own."""
    service = tour.service
    tour.place("fiscal")
    path = f"{ORDERS}/fiscal/invoice/nfe"
    for document in documents_refused():
        service.call("POST", path, document)
    service.patch.setenv("SANDBOX", "false")
    service.call("POST", path, nfe(environment="2"))
    service.patch.setenv("SANDBOX", "true")
    tour.probe("POST", path, nfe(1, "100.00"))
    service.call("POST", path, a_return(nfe_key(9)))
    service.do("POST", path, a_return(nfe_key(1)))
    tour.place("not-started", start=False)
    service.call("POST", f"{ORDERS}/not-started/invoice/nfe", nfe())
    service.do("POST", ORDERS, order_body("dollars", currency="USD"))
    service.do("POST", f"{ORDERS}/dollars/start-handling")
    service.call("POST", f"{ORDERS}/dollars/invoice/nfe", nfe())


def a_return(of: str) -> str:
    """A document that takes 10.00 of a sale back."""
    return nfe(2, "10.00", (("B", "1", "10.00"),), purpose="4", direction="0", returns=[of])


def documents_refused() -> Iterator[str]:
    """Yield a document for each code that needs no order to refuse it."""
    yield "no XML"
    yield "<order/>"
    yield nfe(version="3.10")
    yield nfe(key="3" * 44)
    yield nfe(model="65")
    yield nfe(purpose="2")
    yield nfe(total="a lot")
    yield nfe(goods=[("A", "1", "1.00")] * (MAX_NFE_ITEMS + 1))
    yield nfe(status="302")
