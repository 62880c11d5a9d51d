"""Routes, ids and pages that do not exist, and orders that are not ready."""

import json

import pytest

from testkit.bodies import change_body, invoice_body
from testkit.merchant import Merchant
from tests.e2e.stage import LONG, ORDERS, Stage, everything, require_refused


@pytest.mark.parametrize(
    ("method", "path", "code"),
    [
        ("GET", "", "OMS007"),
        ("POST", "/start-handling", "OMS007"),
        ("POST", "/cancel", "OMS007"),
        ("POST", "/invoice", "OMS007"),
        ("POST", "/changes", "OMS007"),
        ("GET", "/payment-transaction", "OMS007"),
    ],
)
@pytest.mark.parametrize("order_id", ["no-such-order", "x" * 3000, "0", "%C3%A7%C3%A3o"])
def test_unknown_order_is_not_found(merchant: Merchant, method: str, path: str, code: str, order_id: str) -> None:
    bodies = {"/invoice": invoice_body(), "/changes": change_body(discount=1)}
    content = json.dumps(bodies.get(path, {})) if method == "POST" else None

    answer = merchant.api.send(method, f"{ORDERS}/{order_id}{path}", content)

    assert (answer.status, answer.code) == (404, code), answer


@pytest.mark.parametrize(
    "part",
    ["", "/payments", "/payments/P", "/settlements", "/refunds", "/cancellations", "/interactions", "/capabilities"],
)
@pytest.mark.parametrize("transaction_id", ["0" * 32, "x" * 3000])
def test_unknown_transaction_is_not_found(merchant: Merchant, part: str, transaction_id: str) -> None:
    answer = merchant.api.get(f"/api/pvt/transactions/{transaction_id}{part}")

    assert (answer.status, answer.code) == (404, "1404"), answer


@pytest.mark.parametrize("payment_id", ["0" * 32, "x" * 3000])
def test_unknown_payment_is_not_found(stage: Stage, payment_id: str) -> None:
    order = stage.orders["started"]

    answer = order.api.get(f"{order.transaction_path}/payments/{payment_id}")

    assert (answer.status, answer.code) == (404, "1404"), answer


@pytest.mark.parametrize("query", ["accountName=demo", "accountName=demo&X-VTEX-signature=%C3%A7",
                                   "X-VTEX-signature=" + LONG, "accountName=" + LONG, ""])  # fmt: skip
def test_callback_with_a_wrong_signature_is_refused(stage: Stage, query: str) -> None:
    order = stage.orders["started"]
    path = f"/api/pvt/payment-provider/{order.transaction_path[9:]}/payments/{order.payment_ids[0]}/callback?{query}"

    answer = order.api.send("POST", path, "{}", headers={})

    assert (answer.status, answer.code) in {(401, "1"), (404, "1404")}, answer


@pytest.mark.parametrize(
    "query",
    ["limit=0", "limit=1001", "limit=x", "limit=-1", "limit=", "limit=1.5", "limit=%D9%A3", "limit=" + "9" * 300,
     "after=x", "after=", "after=%00", "after=TXN", "after=" + LONG],
)  # fmt: skip
def test_page_that_is_none_is_refused(stage: Stage, query: str) -> None:
    order = stage.orders["started"]

    require_refused(order.api.get(f"{order.transaction_path}/interactions?{query}"), query.partition("=")[0])


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/"),
        ("GET", "/nowhere"),
        ("DELETE", f"{ORDERS}/O"),
        ("PUT", f"{ORDERS}/O/invoice"),
        ("GET", f"{ORDERS}/O/invoice"),
        ("GET", f"{ORDERS}/O/changes"),
        ("PATCH", f"{ORDERS}/O/changes"),
        ("POST", f"{ORDERS}/O/nowhere"),
        ("POST", "/health"),
        ("POST", "/api/pvt/transactions/T"),
        ("POST", "/api/pvt/transactions/T/settlements"),
        ("GET", "/api/pvt/transactions/T/nowhere"),
        ("GET", "/api/oms/pvt/orders/a/b/c/d"),
        ("GET", "/../../etc/passwd"),
    ],
)
def test_unknown_route_or_method_is_not_found(merchant: Merchant, method: str, path: str) -> None:
    answer = merchant.api.send(method, path, None if method == "GET" else "{}")

    assert answer.status == 404, answer
    assert answer.code


def test_order_that_was_not_started_takes_no_invoice_and_no_change(merchant: Merchant) -> None:
    order = merchant.place(start=False)
    before = everything(order)

    answers = [
        order.notify("N1", 7000),
        order.notify("D1", 7000, type="Input"),
        order.register_change("C1", discount=100),
    ]

    for answer in answers:
        require_refused(answer, status=409, code="OMS003")
    assert "start-handling" in answers[0].message
    assert everything(order) == before


def test_refused_number_and_request_id_can_be_used_again(merchant: Merchant) -> None:
    order = merchant.place()
    assert order.notify("N1", 0).status == 400
    assert order.register_change("C1", discount=10000).status == 400

    order.invoice("N1", 7000)
    order.change("C1", discount=1000)

    assert order.order()["value"] == 9000


@pytest.mark.parametrize(
    "body",
    [
        {}, {"paymentId": "*"}, {"paymentId": "*", "operation": "payments"},
        {"paymentId": "P", "operation": "voids", "outcomes": []},
        {"paymentId": "P", "operation": "payments", "outcomes": ["explode"]},
        {"paymentId": "P", "operation": "payments", "outcomes": ["partial:5000"]},
        {"paymentId": "P", "operation": "settlements", "outcomes": ["partial:0"]},
        {"paymentId": "P", "operation": "settlements", "outcomes": "500"},
        {"paymentId": "P", "operation": "settlements", "outcomes": ["500"] * 101},
        {"paymentId": "x" * 3000, "operation": "settlements", "outcomes": ["500"]},
        {"paymentId": 1, "operation": "settlements", "outcomes": ["500"]}, [], "x", None,
    ],
)  # fmt: skip
def test_script_that_is_none_is_refused(merchant: Merchant, body: object) -> None:
    answer = merchant.api.post("/sandbox-connector/script", body)

    assert (answer.status, answer.code) == (400, "invalid-script"), answer


def test_calls_of_no_payment_are_refused_and_of_an_unknown_one_none(merchant: Merchant) -> None:
    assert merchant.api.get("/sandbox-connector/calls").status == 400
    assert merchant.api.read("/sandbox-connector/calls", paymentId="nobody") == []
    assert merchant.api.read("/sandbox-connector/calls", paymentId=LONG) == []
