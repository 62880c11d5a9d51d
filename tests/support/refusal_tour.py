"""A second tour of the API: what is refused because of what an order, its payments or its account have become."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from settlement.domain.connectors.connector import Mode
from testkit.builders import ACCOUNT, a_connector
from testkit.nfe_documents import ISSUED_AT, nfe, nfe_key
from tests.support.fiscal_tour import WRONG_DIGIT, a_return, bodies_refused, later_refused
from tests.support.service import Heard, Service
from tests.support.tour import ORDERS, TRANSACTIONS, Tour
from tests.support.tour_bodies import STARTED, change_body, invoice_body, order_body, sent_payment

DOCUMENT = "/api/orders/pvt/document"
SETTINGS = "/api/oms/pvt/account/settings"
CHANGES = "/api/order-system/orders/{}/changes"
LIMITS = "settlement.domain.transaction.transaction"


def _items(*items: dict[str, Any]) -> dict[str, Any]:
    return {"items": list(items)}


WISHES: tuple[dict[str, Any], ...] = (
    {},
    {"reason": " ", "manualDiscountValue": 1},
    {"add": _items({"id": "", "quantity": 1, "price": 1})},
    {"add": _items({"id": "A", "quantity": 0})},
    {"manualDiscountValue": 10000},
    {"manualDiscountValue": -1},
    {"manualIncrementValue": 1},
    {"remove": _items({"id": "C", "quantity": 1})},
    {"remove": _items({"id": "B", "quantity": 3})},
)
"""Modifications that no order takes."""


class RefusalTour:
    """Visits the refusals, order by order."""

    def __init__(self, service: Service) -> None:
        self.service, self.shop, self.tour = service, service.shop, Tour(service)

    def walk(self) -> list[Heard]:
        """Return every answer; what can be previewed is previewed first."""
        self.service.previews = True
        self._invoices()
        self._documents()
        self._strict_documents()
        self._changes()
        self._modifications()
        self._taking_back()
        self._twins()
        self._money()
        self._lapsed()
        self._checkout()
        self._limits()
        self._credentials()
        self.service.previews = False
        return self.service.heard

    def _ask(self, method: str, path: str, body: object = None, **more: Any) -> Heard:
        return self.service.call(method, path, body, **more)

    def _invoice(self, order_id: str, number: str, value: int, type_: str = "Output") -> None:
        """Notify an invoice, the same by the document's route, and a sale of that value by a fiscal document."""
        self._ask("POST", f"{ORDERS}/{order_id}/invoice", invoice_body(number, value, type_, items=[]))
        document = {"type": type_, "issuedDate": "2026-03-02", "invoiceNumber": number, "invoiceValue": value}
        self._ask("POST", f"{DOCUMENT}/{order_id}/invoices", document)
        if type_ == "Output":
            fiscal = nfe(100 + int(number[1:]), f"{value // 100}.{value % 100:02d}")
            self._ask("POST", f"{ORDERS}/{order_id}/invoice/nfe", fiscal)

    def _invoices(self) -> None:
        self.tour.place("strict")
        self.service.do("PATCH", SETTINGS, {"strictInvoices": True})
        self._invoice("strict", "N0", 10001)
        self.service.do("POST", f"{ORDERS}/strict/invoice", invoice_body("N1", 7000, items=[]))
        self._invoice("strict", "N1", 6000)
        self._strict_items()
        self.service.do("PATCH", SETTINGS, {"strictInvoices": False})
        self._invoice("strict", "R1", 7001, "Input")
        self._ask("POST", f"{DOCUMENT}/strict/cancel", {})
        for method, end in (("PATCH", ""), ("PUT", "/tracking")):
            body = {"trackingNumber": "T1", "courier": "Post"}
            self._ask(method, f"{ORDERS}/nobody/invoice/N1{end}", body)
        self._ask("POST", f"{ORDERS}/nobody/payments/none/payment-notification")

    def _strict_items(self) -> None:
        """An item that is not the order's, one of which less is left, and one that costs more than its line."""
        for at, (id_, quantity, price) in enumerate((("C", 1, 1500), ("B", 3, 500), ("B", 1, 1501))):
            item = {"id": id_, "price": price, "quantity": quantity}
            value = price * quantity
            self._ask("POST", f"{ORDERS}/strict/invoice", invoice_body("N9", value, items=[item]))
            index = {"itemIndex": 7 if id_ == "C" else 1, "price": value, "quantity": quantity}
            told = {"type": "Output", "issuedDate": "2026-03-02", "invoiceNumber": "N9", "invoiceValue": value}
            self._ask("POST", f"{DOCUMENT}/strict/invoices", told | {"items": [index]})
            reais = f"{value // 100}.{value % 100:02d}"
            self._ask("POST", f"{ORDERS}/strict/invoice/nfe", nfe(900 + at, reais, [(id_, str(quantity), reais)]))

    def _documents(self) -> None:
        """A number that is taken by another value, and a return of what was returned before."""
        self.tour.place("by-document")
        path = f"{ORDERS}/by-document/invoice/nfe"
        self.service.do("PATCH", SETTINGS, {"strictInvoices": True})
        self.service.do("POST", path, nfe(41, "70.00"))
        self._ask("POST", path, nfe(41, "60.00"))
        self.service.do("PATCH", SETTINGS, {"strictInvoices": False})
        self.service.do("POST", f"{ORDERS}/by-document/invoice", invoice_body("R1", 6500, "Input", items=[]))
        self._ask("POST", path, a_return(nfe_key(41)))

    def _strict_documents(self) -> None:
        """Documents and keys that the setting ``strict`` refuses, with the invoice and after it."""
        self.tour.place("checked")
        path = f"{ORDERS}/checked/invoice"
        self.service.do("POST", path, invoice_body("N1", 1000, items=[]))
        self.service.do("PATCH", SETTINGS, {"fiscalDocuments": "strict"})
        self._used_key(path)
        for body in bodies_refused():
            self._ask("POST", path, body)
        for key in ("N-1", WRONG_DIGIT, nfe_key(model="65")):
            document = {"type": "Output", "issuedDate": "2026-07-01", "invoiceNumber": "1", "invoiceValue": 7000}
            self._ask("POST", f"{DOCUMENT}/checked/invoices", document | {"invoiceKey": key})
        self._ask("POST", f"{path}/nfe", nfe(status=None))
        self._ask("POST", f"{path}/nfe", nfe(key=nfe_key(issuer="11222333000181")))
        self._ask("POST", f"{path}/nfe", nfe(goods=[("Z", "1", "70.00")]))
        self._ask("POST", f"{path}/nfe", nfe(goods=[("A", "2", "70.00")]))
        sale: dict[str, Any] = {"issuanceDate": ISSUED_AT, "items": []}
        self.service.do("POST", path, invoice_body("1", 7000, **sale))
        self.service.do("POST", path, invoice_body("2", 1000, "Input", **sale))
        for number, told in later_refused():
            for method, end in (("PATCH", ""), ("PUT", "/tracking")):
                self._ask(method, f"{path}/{number}{end}", told)
        self.service.do("PATCH", SETTINGS, {"fiscalDocuments": "warn"})

    def _used_key(self, path: str) -> None:
        """The key of an invoice of another order, in every way that it can come."""
        used = nfe(77, "20.00", [("A", "1", "20.00")])
        self.tour.place("owner")
        self.service.do("POST", f"{ORDERS}/owner/invoice/nfe", used)
        self._ask("POST", f"{path}/nfe", used)
        self._ask("POST", path, invoice_body("N2", 2000, items=[], invoiceKey=nfe_key(77)))
        document = {"type": "Output", "issuedDate": "2026-07-01", "invoiceNumber": "N2", "invoiceValue": 2000}
        self._ask("POST", f"{DOCUMENT}/checked/invoices", document | {"invoiceKey": nfe_key(77)})
        for method, end in (("PATCH", ""), ("PUT", "/tracking")):
            self._ask(method, f"{path}/N1{end}", {"invoiceKey": nfe_key(77)})

    def _changes(self) -> None:
        placed = self.tour.place("changed")
        changes, item = f"{ORDERS}/changed/changes", {"id": "B", "price": 1500, "quantity": 1}
        for more in (
            {"itemsRemoved": [item | {"id": ""}]},
            {"itemsRemoved": [item | {"quantity": 0}]},
            {"itemsRemoved": [item | {"id": "C"}]},
            {"discountValue": 10000, "itemsRemoved": []},
            {"discountValue": -1},
            {"reason": " "},
            {"discountValue": 0, "itemsRemoved": []},
            {"discountValue": 0, "incrementValue": 1, "itemsRemoved": []},
        ):
            self._ask("POST", changes, change_body("C1", 1500) | more)
        self.service.do("POST", f"{ORDERS}/changed/invoice", invoice_body("N1", 5000))
        self._ask(
            "POST", changes, change_body("C2", 5000) | {"itemsRemoved": [{"id": "A", "price": 5000, "quantity": 1}]}
        )
        with self._limit("settlement.domain.order.order.MAX_CHANGES"):
            self._ask("POST", changes, change_body("C3", 1500))
        self.service.do("POST", changes, change_body("C4", 1500))
        for method, end in (("PATCH", ""), ("POST", "/preview")):
            self._ask(method, f"{CHANGES.format('changed')}{end}", {"reason": "less", "manualDiscountValue": 1})
        assert placed.order.value == 8500

    def _modify(self, order_id: str, **wish: Any) -> None:
        """Ask for a modification, and for its preview."""
        body = {"reason": "wish"} | wish
        for method, end in (("PATCH", ""), ("POST", "/preview")):
            self._ask(method, f"{CHANGES.format(order_id)}{end}", body)

    def _modifications(self) -> None:
        self.tour.place("wished")
        for wish in WISHES:
            self._modify("wished", **wish)
        with self._limit("settlement.domain.changes.modification.MAX_MODIFICATIONS"):
            self._modify("wished", manualDiscountValue=1)
        self.service.do("POST", f"{ORDERS}/wished/invoice", invoice_body("N1", 5000))
        self._modify("wished", remove=_items({"id": "A", "quantity": 1}))
        self.shop.provider.usually("cancel", "500")
        self.service.do("PATCH", CHANGES.format("wished"), {"reason": "less", "manualDiscountValue": 100})
        self._modify("wished", manualDiscountValue=1)
        self._ask("POST", f"{ORDERS}/wished/changes", change_body("C1", 1500))
        self.shop.provider.usually("cancel", "ok")
        self.tour.place("given-up", start=False)
        self.service.do("POST", f"{ORDERS}/given-up/cancel", {})
        self._modify("given-up", manualDiscountValue=1)

    def _taking_back(self) -> None:
        for end in ("", "/retry", "/cancel"):
            body = {"reason": "no"} if end == "/cancel" else None
            self._ask("POST" if end else "GET", f"{CHANGES.format('nobody')}/none{end}", body)
        for order_id, then in (("asked", None), ("invoiced-since", "invoice")):
            self.tour.place(order_id)
            wait = self._wait_behind_an_invoice(order_id)
            self._ask("POST", f"{wait}/retry")
            if then:
                item = {"id": "C", "quantity": 1, "price": 1, "description": "Cap"}
                self._ask("POST", f"{ORDERS}/{order_id}/invoice", invoice_body("N2", 100, items=[item]))
                self._ask("POST", f"{wait}/cancel", {"reason": "no"})
            self.shop.provider.usually("settle", "ok")
        self.tour.place("tried")
        self.shop.provider.usually("cancel", "500")
        less = {"reason": "less", "manualDiscountValue": 100}
        tried = self.service.do("PATCH", CHANGES.format("tried"), less)["requestId"]
        self._ask("POST", f"{CHANGES.format('tried')}/{tried}/cancel", {"reason": "no"})
        self._ask("POST", f"{ORDERS}/tried/cancel", {})
        self._ask("POST", f"{CHANGES.format('tried')}/{tried}/cancel", {"reason": "no"})
        self.shop.provider.usually("cancel", "ok")

    def _wait_behind_an_invoice(self, order_id: str) -> str:
        self.shop.provider.usually("settle", "500")
        self.service.do("POST", f"{ORDERS}/{order_id}/invoice", invoice_body("N1", 1000))
        wish = {"reason": "more", "add": _items({"id": "C", "quantity": 1, "price": 1}), "manualDiscountValue": 500}
        taken = self.service.do("PATCH", CHANGES.format(order_id), wish)["requestId"]
        return f"{CHANGES.format(order_id)}/{taken}"

    def _twins(self) -> None:
        body = order_body("twins")
        body["items"] = [{"id": "A", "quantity": 1, "price": 4000}, {"id": "A", "quantity": 1, "price": 4000}]
        self.service.do("POST", ORDERS, body)
        self.service.do("POST", f"{ORDERS}/twins/start-handling")
        self._modify("twins", remove=_items({"id": "A", "quantity": 1}))

    def _money(self) -> None:
        """What a connector without partial refunds rules out, and what the gateway is asked too much of."""
        self.shop.connect(a_connector("plain", Mode.TOTAL, partial_refund=False))
        placed = self.tour.place("plain", connector="plain")
        self.service.do("POST", f"{ORDERS}/plain/invoice", invoice_body("N1", 3000))
        self._ask("POST", f"{ORDERS}/plain/changes", change_body("C1", 4000) | {"itemsRemoved": []})
        self._modify("plain", manualDiscountValue=4000)
        self._invoice("plain", "R1", 1000, "Input")
        self.tour.place("plain-document", connector="plain")
        for document in (nfe(1, "100.00"), a_return(nfe_key(1))):
            self._ask("POST", f"{ORDERS}/plain-document/invoice/nfe", document)
        transaction = f"{TRANSACTIONS}/{placed.transaction_id}"
        for part in ("settlement", "refunding", "cancellation"):
            for value in (100, 10**11):
                self._ask("POST", f"{transaction}/{part}-request", {"value": value})

    def _lapsed(self) -> None:
        """An authorisation that was cancelled before it lapsed."""
        self.service.do("PATCH", SETTINGS, {"expiryPolicy": "cancel", "autoSettle": False})
        self.shop.connect(a_connector("partial", authorisation_holds=timedelta(days=7)))
        placed = self.tour.place("lapsed")
        self.shop.pass_time(timedelta(days=7))
        self._invoice("lapsed", "N1", 3000)
        self._ask("POST", f"{TRANSACTIONS}/{placed.transaction_id}/settlement-request", {"value": 100})
        self.service.do("PATCH", SETTINGS, {"expiryPolicy": "warn", "autoSettle": True})

    def _checkout(self) -> None:
        self.shop.connect(a_connector("partial", payment_systems=("*",)))
        self._ask("POST", TRANSACTIONS, STARTED | {"value": 0})
        started = self.service.do("POST", TRANSACTIONS, STARTED)["transactionId"]
        transaction, openly = f"{TRANSACTIONS}/{started}", f"/api/payments/transactions/{started}/payments"
        for part in ("settlement", "refunding", "cancellation"):
            self._ask("POST", f"{transaction}/{part}-request", {"value": 1})
        public = {"query": {"an": ACCOUNT}}
        for path, more in ((f"{transaction}/payments", {}), (openly, public)):
            self._ask("POST", path, [sent_payment(10001, 2)], **more)
        self.service.do("POST", f"{transaction}/payments", [sent_payment(10000, 17) | {"id": "P1"}])
        for path, more in ((f"{transaction}/payments", {}), (openly, public)):
            self._ask("POST", path, [sent_payment(9000, 2) | {"id": "P1"}], **more)
        self.shop.provider.usually("authorise", "undefined")
        wanted = {"softDescriptor": "STORE", "prepareForRecurrency": False}
        self.service.do("POST", f"{transaction}/authorization-request", wanted)
        self._ask("POST", "/api/payments/pvt/payments/P1/payment-notification", {"valuePaid": 99})
        self.shop.provider.usually("authorise", "denied")
        self.shop.pass_time(timedelta(hours=5))
        self.shop.provider.usually("authorise", "ok")
        given_up = f"{TRANSACTIONS}/{self.service.do('POST', TRANSACTIONS, STARTED)['transactionId']}"
        self.service.do("POST", f"{given_up}/cancellation-request", {"value": 10000})
        self._ask("POST", f"{given_up}/authorization-request", wanted)

    def _limits(self) -> None:
        """A queue, a transaction and a timeline that are full."""
        placed = self.tour.place("full")
        self.service.do("POST", f"{ORDERS}/full/invoice", invoice_body("N1", 1000))
        transaction = f"{TRANSACTIONS}/{placed.transaction_id}"
        self.shop.provider.script("settle", "400")
        self.service.do("POST", f"{transaction}/settlement-request", {"value": 100})
        self.tour.place("refused")
        self.shop.provider.script("cancel", "400")
        less = {"reason": "less", "manualDiscountValue": 100}
        refused = self.service.do("PATCH", CHANGES.format("refused"), less)["requestId"]
        with self._limit(f"{LIMITS}.MAX_WAITING"), self._limit(f"{LIMITS}.MAX_TIMELINE"):
            self._invoice("full", "N2", 1000)
            self._ask("POST", f"{ORDERS}/full/changes", change_body("C1", 1500))
            self._modify("full", manualDiscountValue=100)
            for method, end in (("PATCH", ""), ("PUT", "/tracking")):
                self._ask(method, f"{ORDERS}/full/invoice/N1{end}", {"trackingNumber": "T1", "courier": "Post"})
        with self._limit(f"{LIMITS}.MAX_OPERATIONS"):
            for part in ("settlement", "refunding", "cancellation"):
                self._ask("POST", f"{transaction}/{part}-request", {"value": 1})
            self._ask("POST", f"{transaction}/operations/{placed.operation.sequence}/retry")
            self._ask("POST", f"{CHANGES.format('refused')}/{refused}/retry")

    def _credentials(self) -> None:
        self.service.vault.full = True
        configuration = self._ask("GET", "/api/pvt/affiliations").json[0]["configuration"]
        told = [part for part in configuration if part["value"] != "***" and part["name"] != "credentialsSetAt"]
        secrets = [{"name": "appKey", "value": "key"}, {"name": "appToken", "value": "token"}]
        kept = [part for part in told if part["name"] not in ("appKey", "appToken")]
        body = {
            "implementation": "Vtex.PaymentGateway.Connectors.PaymentProvider.PaymentProviderConnector",
            "name": "another",
            "isdelivered": True,
            "configuration": [*kept, *secrets],
        }
        self._ask("POST", "/api/pvt/affiliations", body)
        self.service.vault.full = False

    @contextmanager
    def _limit(self, name: str) -> Iterator[None]:
        """A limit that is reached already."""
        with self.service.patch.context() as patch:
            patch.setattr(name, 0)
            yield
