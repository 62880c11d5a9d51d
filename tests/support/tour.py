"""A tour of the API: every route, with every answer that its function can give."""

from datetime import timedelta
from typing import Any

from settlement.domain.transaction.leg import LegKind, LegState
from testkit.builders import ACCOUNT, a_connector
from testkit.shop import Placed
from tests.support.affiliations import affiliation_body
from tests.support.approval_tour import walk_approvals
from tests.support.fiscal_tour import walk_fiscal_documents
from tests.support.invoice_cancel_tour import walk_cancelled_invoices
from tests.support.report_tour import walk_reports
from tests.support.service import Heard, Service, elsewhere, route_of
from tests.support.tour_bodies import (
    AUTHORISE,
    DELIVERY,
    PERSON,
    RESOLVED,
    SLIP,
    STARTED,
    SWAP,
    TOLD,
    TOO_LARGE,
    TRACKING,
    change_body,
    embedded_document,
    invoice_body,
    order_body,
    sent_payment,
)
from tests.support.tour_updates import visit_feed_and_hook

ORDERS = "/api/oms/pvt/orders"
DOCUMENT = "/api/orders/pvt/document"
TRANSACTIONS = "/api/pvt/transactions"
_MARCH = {"from": "2026-03-01", "to": "2026-03-31"}


class Tour:
    """Visits every route; ``probe`` asks each one also for what it refuses whatever the state."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self.shop = service.shop

    def walk(self) -> list[Heard]:
        """Return every answer; what can be previewed is previewed first."""
        self.service.previews = True
        self._account()
        self._placing()
        self._invoicing()
        walk_fiscal_documents(self)
        walk_cancelled_invoices(self)
        self._changing()
        self._modifying()
        self._reading()
        self._listing()
        visit_feed_and_hook(self)
        self._operating()
        walk_approvals(self)
        self._checking_out()
        self._calling_back()
        self._configuring()
        self._queue_at_its_limit()
        self._timeline_at_its_limit()
        self.service.previews = False
        return self.service.heard

    def probe(self, method: str, path: str, body: object = None, **more: Any) -> Any:
        """Ask without the role, for what does not exist, with bodies that are none, under contention; then rightly."""
        call, route = self.service.call, route_of(method, path)
        if route.roles:
            call(method, path, body, roles="none", **more)
            call(method, path, body, **more | {"headers": {**more.get("headers", {}), "X-Quita-User": "x" * 101}})
        if 404 in route.refusals and "{" in route.path:
            call(method, elsewhere(route.path, path), body, **more)
        if 400 in route.refusals and route.body is not None:
            call(method, path, raw="{", **more)
        if 400 in route.refusals and route.method == "get":
            call(method, path, query={"unknown": "1"})
        if 413 in route.refusals:
            call(method, path, raw=TOO_LARGE, **more)
        if 412 in route.refusals:
            for version in ('"0"', "0"):
                call(method, path, body, **more | {"headers": {**more.get("headers", {}), "If-Match": version}})
        if 503 in route.refusals:
            self.service.contended = True
            call(method, path, body, **more)
            self.service.contended = False
        return self.service.do(method, path, body, **more)

    def place(self, order_id: str, *, start: bool = True, connector: str = "partial") -> Placed:
        """Place an order, and start it."""
        body = order_body(order_id)
        body["paymentData"]["transactions"][0]["payments"][0]["connector"] = connector
        transaction_id = self.service.do("POST", ORDERS, body)["transactionId"]
        if start:
            self.service.do("POST", f"{ORDERS}/{order_id}/start-handling")
        return Placed(self.shop, order_id, transaction_id)

    def _account(self) -> None:
        self.probe("GET", "/health")
        self.probe("GET", "/openapi.json")
        self.probe("GET", "/api/oms/pvt/account/settings")
        self.probe("PATCH", "/api/oms/pvt/account/settings", {"merchantName": "Store"})
        settings = "/api/order-system/orders/changes/settings"
        self.probe("PUT", settings, self.probe("GET", settings))
        self.service.patch.setenv("HEALTH_ACCOUNT", "nobody")
        self.service.call("GET", "/health")

    def _placing(self) -> None:
        self.probe("POST", ORDERS, order_body("first"))
        self.service.call("POST", ORDERS, order_body("first", currency="USD"))
        order = f"{ORDERS}/first"
        self.service.call("POST", f"{order}/invoice", invoice_body("N1", 7000))
        self.service.call("POST", "/api/orders/pvt/document/first/invoices", embedded_document("N1"))
        self.service.call("POST", f"{order}/changes", change_body("C1", 1500))
        for path in ("", "/preview"):
            method = "POST" if path else "PATCH"
            self.service.call(method, f"/api/order-system/orders/first/changes{path}", SWAP)
        self.probe("POST", f"{order}/start-handling")
        self.service.call("POST", f"{order}/start-handling")
        self.place("to-cancel", start=False)
        self.probe("POST", f"{ORDERS}/to-cancel/cancel", {"reason": "sold out"})
        self.place("document", start=False)
        self.probe("POST", f"{DOCUMENT}/document/actions/start-handling")
        self.service.call("POST", f"{DOCUMENT}/document/actions/start-handling")
        self.service.call("POST", f"{DOCUMENT}/first/cancel", raw="[]")
        self.probe("POST", f"{DOCUMENT}/document/cancel", {"reason": "sold out"})
        self.service.do("GET", f"{ORDERS}/to-cancel")
        self.service.do("GET", f"{DOCUMENT}/to-cancel")
        self.place("erased", start=False)
        self.service.do("GET", f"{ORDERS}/erased")
        self.probe("DELETE", f"{ORDERS}/erased/shopper")
        erased = self.place("erased-by-transaction", start=False)
        self.probe("DELETE", f"/api/pvt/transactions/{erased.transaction_id}/shopper")
        self.service.do("GET", f"{ORDERS}/erased")
        nameless = {name: part for name, part in order_body("nobody").items() if name not in PERSON}
        self.service.do("POST", ORDERS, nameless)
        self.service.do("GET", f"{ORDERS}/nobody")

    def _invoicing(self) -> None:
        order, document = f"{ORDERS}/first", "/api/orders/pvt/document/first/invoices"
        self.probe("POST", f"{order}/invoice", invoice_body("N1", "5000", embeddedInvoice="<xml/>", volumes=1))
        self.service.call("POST", f"{order}/cancel")
        self.probe("PATCH", f"{order}/invoice/N1", TRACKING)
        self.probe("PUT", f"{order}/invoice/N1/tracking", DELIVERY)
        self.probe("POST", f"{order}/changes", change_body("C1", 1500))
        self.probe("POST", document, embedded_document("N2"))
        self.service.do("POST", f"{order}/invoice", invoice_body("D1", 1000, "Input"))
        self.service.do("POST", f"{order}/invoice", invoice_body("N3", 100))
        self.service.call("PATCH", f"{order}/invoice/N3", TRACKING)
        self.service.call("PUT", f"{order}/invoice/N3/tracking", DELIVERY | {"isDelivered": True})

    def _changing(self) -> None:
        self.place("changed")
        order = f"{ORDERS}/changed"
        self.service.do("POST", f"{order}/changes", change_body("C1", 500))
        document = f"{DOCUMENT}/changed"
        self.probe("GET", document)
        self.service.do("GET", document, query={"reason": "delivery failed"})
        self.service.call("GET", document, query={"why": "x"})
        self.probe("GET", f"{document}/change-summary")
        self.probe("GET", f"{order}/left-to-invoice", query={"invoices": "3"})
        self.service.call("GET", f"{order}/left-to-invoice", query={"invoices": "0"})

    def _modifying(self) -> None:
        self.place("modified")
        changes = "/api/order-system/orders/modified/changes"
        self.probe("POST", f"{changes}/preview", SWAP)
        done = self.probe("PATCH", changes, SWAP)["requestId"]
        self.service.call("POST", f"{changes}/{done}/retry")
        self.service.call("POST", f"{changes}/{done}/cancel", {"reason": "no"})
        self.service.do("GET", f"{changes}/{done}")
        self.service.do("GET", changes)
        self.shop.provider.usually("cancel", "500")
        waiting = self.service.do("PATCH", changes, {"reason": "less", "manualDiscountValue": 100})["requestId"]
        self.probe("POST", f"{changes}/{waiting}/retry")
        self.place("taken-back")
        changes = "/api/order-system/orders/taken-back/changes"
        self.service.do("PATCH", changes, {"reason": "one", "remove": {"items": [{"id": "B", "quantity": 1}]}})
        self.probe("GET", changes)
        self.shop.provider.usually("cancel", "ok")
        self._take_back()

    def _take_back(self) -> None:
        """Two modifications cannot be in progress, but one can wait for an invoice's settlement before it."""
        placed = self.place("waiting")
        changes = "/api/order-system/orders/waiting/changes"
        self.shop.provider.usually("settle", "500")
        self.service.do("POST", f"{ORDERS}/waiting/invoice", invoice_body("N1", 1000))
        added = {"add": {"items": [{"id": "A", "quantity": 1, "price": 1}]}, "manualDiscountValue": 500}
        taken = self.service.do("PATCH", changes, {"reason": "more", **added})["requestId"]
        self.probe("POST", f"{changes}/{taken}/cancel", {"reason": "changed my mind"})
        self.probe("GET", f"{changes}/{taken}")
        self.shop.provider.usually("settle", "ok")
        placed.rest()

    def _reading(self) -> None:
        for order_id in ("first", "changed", "to-cancel", "modified"):
            self.probe("GET", f"{ORDERS}/{order_id}")
            shown = self.probe("GET", f"{ORDERS}/{order_id}/payment-transaction")
            transaction = f"/api/pvt/transactions/{shown['transactionId']}"
            self.probe("GET", transaction)
            for part in ("payments", "settlements", "refunds", "cancellations", "capabilities", "operations", "audit"):
                self.probe("GET", f"{transaction}/{part}")
            self.probe("GET", f"{transaction}/payments/{shown['payments'][0]['id']}")
            self.probe("GET", f"{transaction}/interactions", query={"limit": "3"})
            self.service.call("GET", f"{transaction}/interactions", query={"limit": "0"})

    def _listing(self) -> None:
        search = "/api/orders/extendsearch/orders"
        self.probe(
            "POST", search, {"f_hasOutputInvoice": True, "per_page": 2, "page": 1, "orderBy": "creationDate,desc"}
        )
        self.service.call("POST", search, {"f_unknown": "1"})
        for query in (
            {"per_page": "2"},
            {"f_attention": "failed-refund"},
            {"q": "maria.silva@mail.example"},
            {"q": "first", "searchField": "orderId"},
        ):
            self.probe("GET", ORDERS, query=query)
        self.service.call("GET", ORDERS, query={"page": "0"})
        self.probe("GET", f"{ORDERS}/order-group/{self.service.do('GET', f'{ORDERS}/first')['orderGroup']}")
        self.probe("POST", f"{ORDERS}/first/interactions", {"source": "ERP", "message": "packed"})

    def _operating(self) -> None:
        placed = self.place("operated")
        transaction = f"/api/pvt/transactions/{placed.transaction_id}"
        for part in ("settlement", "refunding", "cancellation"):
            self.probe("POST", f"{transaction}/{part}-request", {"value": 100}, headers={"Idempotency-Key": part})
            self.service.call(
                "POST", f"{transaction}/{part}-request", {"value": 200}, headers={"Idempotency-Key": part}
            )
        self.shop.provider.usually("settle", "drop")
        self.service.do("POST", f"{transaction}/settlement-request", {"value": 1000})
        self.shop.pass_time(timedelta(hours=30))
        self.shop.provider.usually("settle", "ok")
        failed = next(leg for leg in placed.legs if leg.state is LegState.IN_DOUBT)
        settled = next(leg for leg in placed.legs if leg.kind is LegKind.SETTLE and leg.state is LegState.POSTED)
        self.service.do("GET", transaction)
        self.service.call("POST", f"{transaction}/operations/1/retry")
        self.service.call("POST", f"{transaction}/legs/{settled.operation}-{settled.number}/resolve", RESOLVED)
        self.probe("POST", f"{transaction}/legs/{failed.operation}-{failed.number}/resolve", RESOLVED)
        self.probe("POST", f"{transaction}/operations/{failed.operation}/retry")
        self._ending(placed, transaction)
        self._by_hand(placed, transaction)
        self.service.do("GET", f"{transaction}/operations")

    def _by_hand(self, placed: Placed, transaction: str) -> None:
        """What its connector leaves to a person is work, until that person has done it."""
        self.shop.provider.script("refund", "501")
        self.service.do("POST", f"{transaction}/refunding-request", {"value": 100})
        [item] = self.probe("GET", "/api/pvt/work-items", query={"kind": "manual-refund"})["items"]
        self.probe("GET", "/api/pvt/totals", query=_MARCH | {"groupBy": "connector,status,day"})
        self.probe("GET", "/api/pvt/journal", query=_MARCH | {"authorisations": "true", "limit": "5"})
        walk_reports(self, placed)
        for name in ("work-items/summary", "receivables", "settlement-reports"):
            self.probe("GET", f"/api/pvt/{name}")
        self.probe("GET", f"{transaction}/settlements")
        self.probe("GET", f"{ORDERS}/operated/diagnosis")
        leg = next(leg for leg in placed.legs if leg.state is LegState.MANUAL)
        assert item["legId"] == f"{leg.operation}-{leg.number}"
        confirm = f"{transaction}/legs/{item['legId']}/confirm"
        self.probe("POST", confirm, {"reference": "BO-77", "actor": "finance"})
        self.service.call("POST", confirm, {"reference": "BO-77", "actor": "finance"})
        self._accept()

    def _accept(self) -> None:
        """A chargeback is work until a person has dealt with it, by one reference."""
        [item] = self.service.do("GET", "/api/pvt/work-items", query={"kind": "chargeback"})["items"]
        accept = next(action["href"] for action in item["actions"] if action["name"] == "accept")
        self.probe("POST", accept, {"reference": "CLAIM-4711", "reason": "the acquirer pays it with the next batch"})
        self.service.do("POST", accept, {"reference": "CLAIM-4711"})
        self.service.call("POST", accept, {"reference": "CLAIM-4712"})

    def _ending(self, placed: Placed, transaction: str) -> None:
        """What its connector refuses is written off, or paid by other means."""
        word = {"reason": "The authorisation has expired", "actor": "finance"}
        for ending, body in (("write-off", word), ("paid-otherwise", word | {"reference": "TRF-7"})):
            self.shop.provider.script("settle", "400")
            self.service.do("POST", f"{transaction}/settlement-request", {"value": 100})
            self.probe("POST", f"{transaction}/operations/{placed.operation.sequence}/{ending}", body)
            self.service.call("POST", f"{transaction}/operations/{placed.operation.sequence}/{ending}", body)

    def _checking_out(self) -> None:
        """A checkout that drives the gateway by itself."""
        self.shop.connect(a_connector("partial", payment_systems=("*",)))
        key = {"Idempotency-Key": "checkout"}
        self.probe("GET", "/api/pvt/payment-systems")
        started = self.probe("POST", TRANSACTIONS, STARTED, headers=key)["transactionId"]
        self.service.call("POST", TRANSACTIONS, STARTED | {"value": 1}, headers=key)
        transaction = f"{TRANSACTIONS}/{started}"
        openly = f"/api/payments/transactions/{started}/payments"
        self.service.call("POST", f"{transaction}/authorization-request", AUTHORISE)
        self.probe("POST", openly, [sent_payment(4000, 17)], query={"an": ACCOUNT, "orderId": "1248716513905"})
        self.service.call("POST", f"{transaction}/authorization-request", AUTHORISE)
        self.probe("POST", f"{transaction}/payments", [sent_payment(6000, 2)])
        for method in ("POST", "PATCH"):
            self.probe(method, f"{transaction}/additional-data", TOLD)
        self.service.do("GET", transaction)
        self.service.do("GET", f"{transaction}/payments")
        self.shop.provider.usually("authorise", "undefined")
        self.probe("POST", f"{transaction}/authorization-request", AUTHORISE)
        self.service.call("POST", openly, [sent_payment(1, 17)], query={"an": ACCOUNT})
        self.service.call("POST", f"{transaction}/payments", [sent_payment(1, 17)])
        note, card = (payment["id"] for payment in self.service.do("GET", f"{transaction}/payments"))
        paid = "/api/payments/pvt/payments/{}/payment-notification"
        self.probe("GET", paid.format(note))
        self.probe("POST", paid.format(card), {"paymentDate": "01/01/2025", "valuePaid": 60})
        self.shop.provider.usually("authorise", "ok")
        self.shop.pass_time(timedelta(hours=5))
        self.service.do("GET", f"{transaction}/payments")
        self.service.do("POST", f"{transaction}/settlement-request", {"value": 10000})
        self.service.do("GET", transaction)
        denied = self._denied()
        for method in ("GET", "POST"):
            self.service.call(method, paid.format(denied), {"valuePaid": 100} if method == "POST" else None)

    def _denied(self) -> str:
        """A placed order whose payment was refused; return the payment."""
        self.shop.provider.usually("authorise", "undefined")
        placed = self.place("slip", start=False)
        payment = placed.payments[0].payment_id
        path = f"{ORDERS}/slip/payments/{payment}/payment-notification"
        self.probe("POST", path)
        self.shop.provider.usually("authorise", "denied")
        placed.rest()
        self.service.call("POST", path)
        self.shop.provider.usually("authorise", "ok")
        return payment

    def _configuring(self) -> None:
        body = affiliation_body(mode="partial", settleCapability="multiple", refundWindowDays=180)
        created = self.probe("POST", "/api/pvt/affiliations", body)
        self.service.call("POST", "/api/pvt/affiliations", body)
        self.probe("GET", "/api/pvt/affiliations")
        affiliation = f"/api/pvt/affiliations/{created['id']}"
        self.probe("GET", affiliation)
        self.probe("PUT", affiliation, body)
        self.service.vault.full = True
        self.service.call("PUT", affiliation, body)
        self.service.vault.full = False
        self.probe("GET", f"{affiliation}/manifest")
        self.service.probe.silent = True
        self.service.call("GET", f"{affiliation}/manifest")
        self.probe("DELETE", affiliation)

    def _calling_back(self) -> None:
        self.shop.provider.usually("authorise", "undefined")
        self.shop.provider.tells = SLIP
        placed = self.place("undecided", start=False)
        self.shop.provider.tells = None
        self.service.do("GET", f"{ORDERS}/undecided")
        self.service.do("GET", f"{ORDERS}/undecided/payment-transaction")
        transaction = f"/api/pvt/transactions/{placed.transaction_id}"
        self.service.do("GET", f"{transaction}/payments")
        self.service.do("GET", transaction)
        for part in ("settlement", "refunding", "cancellation"):
            self.service.call("POST", f"{transaction}/{part}-request", {"value": 1})
        payment = placed.payments[0]
        base = f"/api/pvt/payment-provider/transactions/{placed.transaction_id}/payments/{payment.payment_id}"
        query = {"accountName": ACCOUNT, "X-VTEX-signature": payment.signature}
        for part in ("callback", "notification", "retry"):
            self.service.call("POST", f"{base}/{part}", query=query | {"X-VTEX-signature": "wrong"})
            self.probe("POST", f"{base}/{part}", query=query)
        inbound = f"{base}/inbound-request"
        self.service.call("POST", f"{inbound}/redirect", query=query | {"X-VTEX-signature": "wrong"})
        self.service.call("POST", f"{inbound}/redirect", raw="\ud800", query=query)
        self.service.call("POST", f"{inbound}/silent", {"step": 1}, query=query)
        self.service.call("POST", f"{inbound.replace(payment.payment_id, 'nothing')}/redirect", query=query)
        self.probe("POST", f"{inbound}/redirect", {"step": "3ds"}, query=query)
        self.shop.provider.usually("authorise", "ok")
        placed.rest()

    def _queue_at_its_limit(self) -> None:
        self.shop.connect(a_connector("partial", partial_refund=False))
        placed = self.place("crowded")
        transaction = f"/api/pvt/transactions/{placed.transaction_id}"
        self.shop.provider.usually("cancel", "500")
        self.service.previews = False
        for _ in range(99):
            self.service.call("POST", f"{transaction}/cancellation-request", {"value": 1})
        self.service.previews = True
        for _ in range(2):
            self.service.call("POST", f"{transaction}/cancellation-request", {"value": 1})
        self.service.call("POST", f"{ORDERS}/crowded/cancel")
        self.service.call("POST", f"{DOCUMENT}/crowded/cancel")

    def _timeline_at_its_limit(self) -> None:
        placed = self.place("talked-about")
        with self.service.patch.context() as patch:
            patch.setattr("settlement.domain.transaction.transaction.MAX_TIMELINE", 0)
            self.service.call("POST", f"{ORDERS}/talked-about/interactions", {"source": "ERP", "message": "packed"})
            for method in ("POST", "PATCH"):
                self.service.call(method, f"{TRANSACTIONS}/{placed.transaction_id}/additional-data", TOLD)
