"""The part of the tour that sends fiscal documents: those that are refused, by each code, a sale, and its return."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from settlement.domain.fiscal.nfe import MAX_NFE_ITEMS
from testkit.nfe_documents import ISSUED_AT, nfe, nfe_key
from testkit.nfe_events import batch, event, registered
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
    for text in events_refused():
        service.call("POST", path, text)
    tour.place("note-cancelled")
    note = nfe(5).replace("</cStat>", "</cStat><nProt>135260000000009</nProt>")
    service.do("POST", f"{ORDERS}/note-cancelled/invoice/nfe", note)
    service.call("POST", f"{ORDERS}/note-cancelled/invoice/nfe", event(5))
    service.do("POST", f"{ORDERS}/note-cancelled/invoice/nfe", registered(event(5, protocol="135260000000009"), 5))
    tour.place("same-note")
    service.do("POST", f"{ORDERS}/same-note/invoice", {**embedded(nfe()), "invoiceNumber": "again"})
    accept = f"{ORDERS}/same-note/invoice/again/used-key/accept"
    tour.probe("POST", accept, {"reference": "NOTE-4711", "reason": "one note for both parcels"})
    service.do("POST", accept, {"reference": "NOTE-4711"})
    service.call("POST", accept, {"reference": "NOTE-4712"})
    service.call("POST", accept.replace("again", "unknown"), {"reference": "NOTE-4711"})
    service.call("POST", accept.replace("same-note", "unknown"), {"reference": "NOTE-4711"})
    tour.place("not-started", start=False)
    service.call("POST", f"{ORDERS}/not-started/invoice/nfe", nfe())
    service.do("POST", ORDERS, order_body("dollars", currency="USD"))
    service.do("POST", f"{ORDERS}/dollars/start-handling")
    service.call("POST", f"{ORDERS}/dollars/invoice/nfe", nfe())


def a_return(of: str) -> str:
    """A document that takes 10.00 of a sale back."""
    return nfe(2, "10.00", (("B", "1", "10.00"),), purpose="4", direction="0", returns=[of])


def events_refused() -> Iterator[str]:
    """Yield an event for each code of its own, and those of a sale that was returned, and of none."""
    yield event(type_="110110")
    yield batch(event(), event(2))
    yield event(1)
    yield event(9)


def documents_refused() -> Iterator[str]:
    """Yield a document for each code that needs no order to refuse it."""
    yield "no XML"
    yield "<order/>"
    yield nfe(version="3.10")
    yield nfe(key="3" * 43)
    yield nfe(key="3" * 44)
    yield nfe(3, key=WRONG_DIGIT)
    yield nfe(model="65")
    yield nfe(purpose="2")
    yield nfe(total="a lot")
    yield nfe(goods=[("A", "1", "1.00")] * (MAX_NFE_ITEMS + 1))
    yield nfe(status="302")


WRONG_DIGIT = nfe_key()[:-1] + str((int(nfe_key()[-1]) + 1) % 10)


def embedded(document: str, **told: Any) -> dict[str, Any]:
    """A sale that agrees with the document that ``nfe()`` returns, but for what is told."""
    body = {"type": "Output", "issuanceDate": ISSUED_AT, "invoiceNumber": "1", "invoiceValue": 7000}
    return body | {"embeddedInvoice": document} | told


def bodies_refused() -> Iterator[dict[str, Any]]:
    """Yield invoices that ``strict`` refuses for their documents, one for each code."""
    for document in (*documents_refused(), nfe(environment="2"), nfe(status=None)):
        yield embedded(document)
    yield embedded(nfe(key=nfe_key(issuer="11222333000181")))
    yield embedded(nfe(), invoiceKey=nfe_key(2))
    yield embedded(nfe(), invoiceNumber="2")
    yield embedded(nfe(), invoiceValue=9900)
    yield embedded(nfe(), issuanceDate="2026-07-02")
    yield embedded(nfe(goods=[("Z", "1", "70.00")]))
    yield embedded(nfe(goods=[("A", "2", "70.00")]))
    yield embedded(nfe(purpose="4", direction="0", returns=[nfe_key(9)]))
    yield embedded(a_return(nfe_key(9)), type="Input", invoiceNumber="2", invoiceValue=1000)


def later_refused() -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield what ``strict`` does not take after sale 1 of 70.00 and return 2 of 10.00, with the invoice's number."""
    for document in (*documents_refused(), nfe(environment="2"), nfe(status=None), nfe(2), nfe(total="99.00")):
        yield "1", {"embeddedInvoice": document}
    yield "1", {"embeddedInvoice": nfe(), "invoiceKey": nfe_key(2)}
    yield "1", {"invoiceKey": WRONG_DIGIT}
    yield "1", {"embeddedInvoice": nfe(key=nfe_key(issuer="11222333000181"))}
    yield "1", {"embeddedInvoice": nfe(purpose="4", direction="0", returns=[nfe_key(9)])}
    yield "1", {"embeddedInvoice": nfe().replace(ISSUED_AT, ISSUED_AT.replace("-07-01", "-07-02"))}
    yield "1", {"embeddedInvoice": nfe(goods=[("Z", "1", "70.00")])}
    yield "1", {"embeddedInvoice": nfe(goods=[("A", "2", "70.00")])}
    yield "2", {"embeddedInvoice": a_return(nfe_key(9))}
