"""A client library of the published interfaces, as it comes from the package index: only its host is another one."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from vtex import VTEX, VTEXConfig, VTEXResponseError
from vtex._utils import join_url

from testkit.api import Api, new_id
from testkit.bodies import invoice_body, order_body
from testkit.merchant import until
from tests.e2e.conftest import Account

OMS, GATEWAY = "vtexcommercestable", "vtexpayments"


@pytest.fixture
def api(open_account: Account) -> Api:
    """The service, for an account of its own."""
    return open_account()


@pytest.fixture
def client(api: Api, monkeypatch: pytest.MonkeyPatch) -> VTEX:
    """The library, for the same account."""
    monkeypatch.setattr("vtex._api.base.join_url", lambda _host, path: join_url(api.base_url, path))
    key, token = api.headers.values()
    configured = {"account_name": "any", "app_key": key, "app_token": token, "retry_attempts": 0}
    return VTEX(VTEXConfig.model_validate(configured))


@pytest.fixture
def send(client: VTEX) -> Callable[..., Any]:
    """Send what the library has no method for, and return the answer's JSON with its keys as they came."""

    def call(method: Any, path: str, body: object = None, environment: str = OMS) -> Any:
        answer: Any = client.custom.request(method, path, environment=environment, json=body)
        return answer.response.json() if answer.response.text else None

    return call


def test_order_is_placed_invoiced_and_read_with_the_library(client: VTEX, send: Callable[..., Any]) -> None:
    order_id = f"{new_id()[:20]}-01"
    send("POST", "/api/oms/pvt/orders", order_body(orderId=order_id))
    send("POST", f"/api/oms/pvt/orders/{order_id}/start-handling")
    client.orders.set_feed_config(["payment-approved", "invoiced"])
    for number, value in (("N1", 7000), ("N2", 3000)):
        send("POST", f"/api/oms/pvt/orders/{order_id}/invoice", invoice_body(number, value))
    until(lambda: client.orders.get_order(order_id).data["status"] == "invoiced", "the order is invoiced")

    order = client.orders.get_order(order_id).data
    transaction_id = order["payment_data"]["transactions"][0]["transaction_id"]
    gateway = client.payments_gateway
    assert order["invoiced_value"] == 10000
    assert client.orders.get_order_changes(order_id).data == {"requests": [], "actions": []}
    assert gateway.get_transaction(transaction_id).data["status"] == "Finished"
    settlements = gateway.get_transaction_settlements(transaction_id).data
    assert [action["value"] for action in settlements["actions"]] == [7000, 3000]
    assert gateway.get_transaction_refunds(transaction_id).data["actions"] == []
    assert gateway.get_transaction_cancellations(transaction_id).data["actions"] == []
    assert gateway.get_transaction_capabilities(transaction_id).data["maximum_value"] == 100.0
    assert gateway.list_transaction_interactions(transaction_id).items[0]["status"] == "Transaction Finished"
    payments = gateway.list_transaction_payments(transaction_id).items
    assert gateway.get_transaction_payment(transaction_id, payments[0]["id"]).data["status"] == "Finished"

    def states() -> list[str]:
        updates = client.orders.list_feed_orders().items
        if updates:
            client.orders.commit_feed_orders([update["handle"] for update in updates])
        return [update["state"] for update in updates]

    until(lambda: "invoiced" in states(), "the feed tells of it")
    client.orders.delete_feed_config()


def test_orders_are_listed_with_the_library(client: VTEX, send: Callable[..., Any]) -> None:
    order_id, other = (f"{new_id()[:20]}-01" for _ in range(2))
    for id_ in (order_id, other):
        send("POST", "/api/oms/pvt/orders", order_body(orderId=id_))
    now = datetime.now(UTC)

    def listed(**asked: Any) -> set[str]:
        return {order["order_id"] for order in client.orders.list_orders(**asked).items}

    until(lambda: listed() == {order_id, other}, "both orders are listed")
    assert listed(query=order_id) == listed(search=order_id) == {order_id}
    ever = {"creation_date_from": datetime(2000, 1, 1, tzinfo=UTC), "creation_date_to": now + timedelta(days=1)}
    assert listed(**ever) == {order_id, other}
    assert listed(**ever | {"creation_date_to": now - timedelta(days=1)}) == set()
    page = client.orders.list_orders(page_size=1)
    assert (page.pagination.total, page.pagination.next_page) == (2, 2)


def test_gateway_is_driven_with_the_library(client: VTEX, send: Callable[..., Any]) -> None:
    started = send(
        "POST",
        "/api/pvt/transactions",
        {"value": 10000, "referenceId": "1234567", "channel": "store", "salesChannel": "1"},
        GATEWAY,
    )
    transaction = f"/api/pvt/transactions/{started['id']}"
    payment = {
        "paymentSystem": 2,
        "installments": 1,
        "currencyCode": "BRL",
        "value": 10000,
        "installmentsInterestRate": 0,
        "installmentsValue": 10000,
        "referenceValue": 10000,
        "fields": {"accountId": "vault-token"},
        "transaction": {"id": started["id"], "merchantName": "store"},
    }
    cart = {"items": [{"id": "A", "name": "Shoe", "value": 10000, "quantity": 1}], "freight": 0, "tax": 0}
    send("POST", f"{transaction}/payments", [payment], GATEWAY)
    send("POST", f"{transaction}/additional-data", [{"name": "cart", "value": json.dumps(cart)}], GATEWAY)
    asked = {"transactionId": started["id"], "softDescriptor": "STORE", "prepareForRecurrency": False}
    assert send("POST", f"{transaction}/authorization-request", asked, GATEWAY)["status"] == 8
    send("POST", f"{transaction}/settlement-request", {"value": 7000}, GATEWAY)
    send("POST", f"{transaction}/cancellation-request", {"value": 3000}, GATEWAY)

    def shown() -> Any:
        return client.payments_gateway.get_transaction(started["id"]).data

    until(lambda: shown()["status"] == "Finished", "requests and captures agree")
    assert (shown()["settled_value"], shown()["cancelled_value"]) == (7000, 3000)
    assert shown()["reconciliation"]["is_consistent"]
    assert "Visa" in {system["name"] for system in client.payments_gateway.list_payment_systems().items}


def test_refusal_reaches_the_library_with_its_code(client: VTEX) -> None:
    with pytest.raises(VTEXResponseError) as refusal:
        client.orders.get_order("nothing-01")

    assert refusal.value.status_code == 404
    assert refusal.value.data["error"]["code"] == "OMS007"


def test_wrong_token_is_told_to_the_library(client: VTEX) -> None:
    with pytest.raises(VTEXResponseError) as refusal:
        client.orders.get_order("nothing-01", app_token="wrong")

    assert refusal.value.status_code == 401


def test_shoppers_browser_sends_payments_without_a_key(api: Api) -> None:
    body = {"value": 500, "referenceId": "1234567", "channel": "store", "salesChannel": "1"}
    started = api.post("/api/pvt/transactions", body).json
    openly = f"/api/payments/transactions/{started['id']}/payments"
    payment = {"paymentSystem": 2, "value": 500, "installments": 1, "fields": {"accountId": "vault-token"}}
    browser = Api(api.base_url, "", "")

    def send(account: str) -> int:
        query = {"an": account, "orderId": "1248716513905"}
        return browser.send("POST", openly, json.dumps([payment]), headers={}, query=query).status

    assert (send("somebody-else"), send(started["owner"])) == (404, 201)
    asked = browser.send("POST", f"/api/pvt/transactions/{started['id']}/authorization-request", "{}", headers={})
    assert asked.status == 401
    shown = api.read(f"/api/pvt/transactions/{started['id']}")
    assert (shown["orderId"], shown["status"]) == ("1248716513905", "Started")
