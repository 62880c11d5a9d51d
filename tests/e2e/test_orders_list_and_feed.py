"""Orders are listed and found, log lines reach the timeline, and status changes reach feeds and hooks."""

import json
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest

from testkit.api import Api, new_id
from testkit.merchant import Merchant, PlacedOrder, until

FEED, HOOK, ORDERS = "/api/orders/feed", "/api/orders/hook/config", "/api/oms/pvt/orders"
PATH_OF_AN_ORDER = ["payment-pending", "ready-for-handling", "handling", "invoice", "payment-approved"]
Account = Callable[..., Api]


class Integrator(ThreadingHTTPServer):
    """An integrator's address: records what is posted, and answers as it is told."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.status = 200
        self.received: list[tuple[dict[str, str], Any]] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/hook"

    def updates_of(self, order: PlacedOrder) -> list[dict[str, Any]]:
        """The notifications about an order, each once, in the order they happened."""
        about = [body for _, body in self.received if body.get("OrderId") == order.order_id]
        return sorted({body["CurrentChange"]: body for body in about}.values(), key=lambda body: body["CurrentChange"])


class _Handler(BaseHTTPRequestHandler):
    server: Integrator

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.received.append((dict(self.headers.items()), body))
        self.send_response(self.server.status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


@pytest.fixture
def integrator() -> Iterator[Integrator]:
    server = Integrator()
    Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def shop(open_account: Account) -> Merchant:
    """A merchant of an account of its own."""
    return Merchant(open_account())


def listed(shop: Merchant, **query: str) -> list[str]:
    """The ids of a list."""
    return [order["orderId"] for order in shop.api.read(ORDERS, **query)["list"]]


def wait_until_listed(shop: Merchant, status: str, orders: list[PlacedOrder]) -> None:
    """Wait for the list, which follows the orders."""
    wanted = [order.order_id for order in reversed(orders)]
    until(lambda: listed(shop, f_status=status) == wanted, f"{wanted} are not listed as {status}")


def updates(api: Api, order: PlacedOrder) -> list[dict[str, Any]]:
    """Read and commit the feed until it is empty; return the updates of an order."""
    read: list[dict[str, Any]] = []
    while page := api.read(FEED, maxlot="10"):
        answer = api.post(FEED, {"handles": [update["handle"] for update in page]})
        assert answer.status == 200, answer
        read += page
    return [update for update in read if update["orderId"] == order.order_id]


def test_orders_are_listed_by_status_newest_first(shop: Merchant) -> None:
    first, second, third = shop.place(start=False), shop.place(), shop.place()
    third.invoice("N1", 7000)
    second.invoice("N1", 10000)

    wait_until_listed(shop, "payment-approved", [third])
    wait_until_listed(shop, "invoiced", [second])
    wait_until_listed(shop, "ready-for-handling", [first])
    wait_until_listed(shop, "payment-approved,invoiced,ready-for-handling", [first, second, third])
    assert listed(shop, per_page="2", page="2") == [first.order_id]
    assert listed(shop, orderBy="creationDate,asc")[0] == first.order_id
    whole = shop.api.read(ORDERS)
    assert whole["paging"] == {"total": 3, "pages": 1, "currentPage": 1, "perPage": 15, "isPartial": False}
    assert whole["stats"]["stats"]["totalValue"]["Sum"] == 30000
    assert whole["list"][0] | {"totalItems": 3, "paymentNames": "Visa", "totalValue": 10000} == whole["list"][0]
    for order in whole["list"]:
        assert order["status"] == shop.api.read(f"{ORDERS}/{order['orderId']}")["status"]


def test_order_is_found_by_any_of_its_ids(shop: Merchant) -> None:
    order, _ = shop.place(), shop.place()
    group = shop.api.read(order.path)["orderGroup"]

    for text in (order.order_id, group, order.transaction_id, order.payment_ids[0]):
        assert listed(shop, q=text) == [order.order_id]
    assert listed(shop, searchField=order.order_id) == listed(shop, q=order.order_id, searchField="orderId")
    assert [found["orderId"] for found in shop.api.read(f"{ORDERS}/order-group/{group}")] == [order.order_id]
    assert shop.api.get(f"{ORDERS}/order-group/{new_id()}").code == "OMS007"


def test_list_is_of_the_caller_alone_and_for_those_who_may(shop: Merchant, open_account: Account) -> None:
    order = shop.place()
    wait_until_listed(shop, "handling", [order])

    other = open_account()
    assert other.read(ORDERS)["list"] == other.read(ORDERS, q=order.order_id)["list"] == []
    assert open_account("place-order").get(ORDERS).status == 403
    assert shop.api.get(ORDERS, f_creationDate="yesterday").code == "OMS001"


def test_dates_narrow_the_list(shop: Merchant) -> None:
    order = shop.place()
    wait_until_listed(shop, "handling", [order])

    created = shop.api.read(order.path)["creationDate"][:23]
    assert listed(shop, f_creationDate=f"creationDate:[{created}Z TO *]") == [order.order_id]
    assert listed(shop, f_creationDate=f"creationDate:[* TO {created}Z]") == []


def test_log_line_is_on_the_timeline(shop: Merchant) -> None:
    order = shop.place()

    answer = shop.api.post(f"{order.path}/interactions", {"source": "Postman", "message": "Add {interactions}"})

    assert (answer.status, answer.text) == (200, "{}")
    line = shop.api.read(f"{order.transaction_path}/interactions")[0]
    assert (line["Source"], line["Message"], line["Type"]) == ("Postman", "Add {interactions}", "InteractionAdded")
    assert shop.api.post(f"{order.path}/interactions", {"source": "Postman"}).status == 400


def test_twin_routes_start_and_cancel(shop: Merchant) -> None:
    order = shop.place(start=False)
    twin = f"/api/orders/pvt/document/{order.order_id}"

    assert shop.api.post(f"{twin}/actions/start-handling").status == 204
    cancelled = shop.api.post(f"{twin}/cancel", {"reason": "Unexpected stock shortage"})

    assert (cancelled.status, set(cancelled.json)) == (200, {"date", "orderId", "receipt"})
    assert order.order()["status"] == "canceled"
    order.come_to_rest()


def test_feed_tells_every_status_in_order_until_committed(shop: Merchant) -> None:
    api = shop.api
    assert api.get(FEED).code == api.get(f"{FEED}/config").code == "OMS014"
    queue = {"visibilityTimeoutInSeconds": 2, "MessageRetentionPeriodInSeconds": 345600}
    assert api.post(f"{FEED}/config", {"filter": {"type": "FromWorkflow"}, "queue": queue}).status == 200

    order = shop.place()
    order.invoice("N1", 7000)
    until(lambda: api.read(f"{FEED}/config")["quantity"] == len(PATH_OF_AN_ORDER), "the feed is not complete")

    (first,) = api.read(FEED, maxlot="1")
    assert (first["state"], first["lastState"], first["domain"]) == ("payment-pending", "", "Marketplace")
    assert api.read(FEED, maxlot="10") == [], "later updates wait for the hidden one"
    again: list[Any] = []

    def comes_again() -> bool:
        again[:] = api.read(FEED, maxlot="1")
        return bool(again)

    until(comes_again, "the update does not come again")
    assert again[0]["eventId"] == first["eventId"]
    assert api.post(FEED, {"handles": [first["handle"]]}).status == 200
    rest = updates(api, order)
    assert [update["state"] for update in rest] == PATH_OF_AN_ORDER[1:]
    assert [update["lastState"] for update in rest] == PATH_OF_AN_ORDER[:-1]
    assert [update["lastChange"] for update in rest[1:]] == [update["currentChange"] for update in rest[:-1]]
    assert api.read(f"{FEED}/config")["quantity"] == 0


def test_feed_filters_and_belongs_to_its_key(shop: Merchant, open_account: Account) -> None:
    account = shop.api.read(shop.place().path)["hostname"]
    erp, crm = open_account("order-feed", account=account), open_account("order-feed", account=account)
    for api, status in ((erp, ["handling"]), (crm, ["handling", "invoiced"])):
        assert api.post(f"{FEED}/config", {"filter": {"type": "FromWorkflow", "status": status}}).status == 200

    order = shop.place()
    order.invoice("N1", 10000)
    until(lambda: crm.read(f"{FEED}/config")["quantity"] == 2, "the feed is not complete")

    assert [update["state"] for update in updates(erp, order)] == ["handling"]
    assert [update["state"] for update in updates(crm, order)] == ["handling", "invoiced"]
    assert erp.send("DELETE", f"{FEED}/config").status == 200
    assert erp.get(FEED).status == 404
    assert open_account("view-order").get(FEED).status == 403


def test_hook_is_pinged_and_then_told_of_every_change(shop: Merchant, integrator: Integrator) -> None:
    hook = {"url": integrator.url, "headers": {"key": "secret of the shop"}}
    assert shop.api.post(HOOK, {"filter": {"type": "FromWorkflow"}, "hook": hook}).status == 200
    assert [body for _, body in integrator.received] == [{"hookConfig": "ping"}]
    assert shop.api.read(HOOK)["hook"] == hook

    order = shop.place()
    order.invoice("N1", 7000)
    until(lambda: len(integrator.updates_of(order)) == len(PATH_OF_AN_ORDER), "the hook was not told of everything")

    told = integrator.updates_of(order)
    assert [update["State"] for update in told] == PATH_OF_AN_ORDER
    assert told[-1]["Origin"]["Account"] == shop.api.read(order.path)["hostname"]
    assert all(headers["key"] == "secret of the shop" for headers, _ in integrator.received)
    assert shop.api.send("DELETE", HOOK).status == 200
    assert shop.api.get(HOOK).code == "OMS014"


def test_work_reaches_the_feed_and_the_hook_that_ask_for_it(shop: Merchant, integrator: Integrator) -> None:
    wanted = {"type": "FromWorkflow", "status": ["canceled"], "workItems": True}
    assert shop.api.post(f"{FEED}/config", {"filter": wanted}).status == 200
    assert shop.api.post(HOOK, {"filter": wanted, "hook": {"url": integrator.url}}).status == 200
    order = shop.place()
    order.invoice("N1", 10000)
    shop.script("refunds", "501", payment=order.payment_ids[0])

    order.give_back("D1", 1500)

    [listed] = shop.api.read("/api/pvt/work-items")["items"]
    until(lambda: shop.api.read(f"{FEED}/config")["quantity"] == 1, "the feed has no work")
    [update] = shop.api.read(FEED, maxlot="10")
    assert (update["domain"], update["state"], update["orderId"]) == ("Work", "WorkItemOpened", order.order_id)
    assert (update["workItem"]["id"], update["workItem"]["value"]) == (listed["id"], 1500)
    until(lambda: bool(integrator.updates_of(order)), "the hook was not told of work")
    [told] = integrator.updates_of(order)
    assert (told["State"], told["WorkItem"]) == ("WorkItemOpened", update["workItem"])


def test_hook_that_does_not_answer_or_leads_inside_is_refused(shop: Merchant, integrator: Integrator) -> None:
    integrator.status = 500
    for url in (integrator.url, "http://erp.example/hook", "https://169.254.169.254/latest", "https://10.0.0.1/"):
        assert shop.api.post(HOOK, {"hook": {"url": url}}).code == "OMS001"
    assert shop.api.get(HOOK).status == 404
