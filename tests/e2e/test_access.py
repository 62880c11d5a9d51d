"""Who may call what: keys, roles, and the wall between accounts."""

from collections.abc import Callable

import pytest

from local.seed import APP_KEY, APP_TOKEN
from testkit.api import Api
from testkit.bodies import change_body, invoice_body, order_body
from testkit.merchant import Figures, Merchant

ROUTES = [
    ("POST", "/api/oms/pvt/orders"),
    ("GET", "/api/oms/pvt/orders/{order}"),
    ("POST", "/api/oms/pvt/orders/{order}/start-handling"),
    ("POST", "/api/oms/pvt/orders/{order}/cancel"),
    ("POST", "/api/oms/pvt/orders/{order}/invoice"),
    ("POST", "/api/oms/pvt/orders/{order}/changes"),
    ("GET", "/api/oms/pvt/orders/{order}/payment-transaction"),
    ("GET", "/api/oms/pvt/account/settings"),
    ("PATCH", "/api/oms/pvt/account/settings"),
    ("GET", "/api/pvt/transactions/{transaction}"),
    ("GET", "/api/pvt/transactions/{transaction}/payments"),
    ("GET", "/api/pvt/transactions/{transaction}/payments/{payment}"),
    ("GET", "/api/pvt/transactions/{transaction}/settlements"),
    ("GET", "/api/pvt/transactions/{transaction}/refunds"),
    ("GET", "/api/pvt/transactions/{transaction}/cancellations"),
    ("GET", "/api/pvt/transactions/{transaction}/interactions"),
    ("GET", "/api/pvt/transactions/{transaction}/capabilities"),
    ("GET", "/api/pvt/transactions/{transaction}/audit"),
]
SANDBOX = [("GET", "/sandbox-connector/calls?paymentId=P"), ("POST", "/sandbox-connector/script")]
CREDENTIALS = {
    "none": {},
    "key only": {"X-VTEX-API-AppKey": APP_KEY},
    "token only": {"X-VTEX-API-AppToken": APP_TOKEN},
    "wrong token": {"X-VTEX-API-AppKey": APP_KEY, "X-VTEX-API-AppToken": APP_TOKEN.upper()},
    "wrong key": {"X-VTEX-API-AppKey": "somebody", "X-VTEX-API-AppToken": APP_TOKEN},
    "empty": {"X-VTEX-API-AppKey": "", "X-VTEX-API-AppToken": ""},
    "swapped": {"X-VTEX-API-AppKey": APP_TOKEN, "X-VTEX-API-AppToken": APP_KEY},
    "huge": {"X-VTEX-API-AppKey": "k" * 5000, "X-VTEX-API-AppToken": "t" * 5000},
}
BODIES: dict[str, object] = {
    "orders": order_body(),
    "invoice": invoice_body(),
    "changes": change_body(discount=1),
    "settings": {"strictInvoices": True},
    "script": {"paymentId": "P", "operation": "payments", "outcomes": []},
}

Account = Callable[..., Api]


def _send(api: Api, method: str, path: str) -> tuple[int, str]:
    body = BODIES.get(path.partition("?")[0].rpartition("/")[2], {})
    answer = api.post(path, body) if method == "POST" else api.patch(path, body) if method == "PATCH" else api.get(path)
    return answer.status, answer.code


@pytest.mark.parametrize(("method", "path"), ROUTES + SANDBOX)
def test_every_route_asks_for_a_key(merchant: Merchant, method: str, path: str) -> None:
    path = path.format(order="O", transaction="T", payment="P")

    answer = merchant.api.send(method, path, "{}" if method != "GET" else None, headers={})

    assert (answer.status, answer.code) == (401, "1")


@pytest.mark.parametrize("name", CREDENTIALS)
def test_wrong_credentials_are_refused(merchant: Merchant, name: str) -> None:
    order = merchant.place()

    answers = [
        merchant.api.send("GET", order.path, headers=CREDENTIALS[name]),
        merchant.api.send("POST", f"{order.path}/invoice", "{}", headers=CREDENTIALS[name]),
    ]

    assert [(answer.status, answer.code) for answer in answers] == [(401, "1")] * 2
    assert order.figures() == Figures("handling", "Approved", open=10000)


def test_health_needs_no_key(merchant: Merchant) -> None:
    answer = merchant.api.send("GET", "/health", headers={})

    assert (answer.status, answer.json) == (200, {"status": "ok"})


def test_key_without_a_role_is_refused_by_every_route(merchant: Merchant, open_account: Account) -> None:
    order = merchant.place()
    powerless = open_account("no-such-role", account="demo")
    ids = {"order": order.order_id, "transaction": order.transaction_id, "payment": order.payment_ids[0]}

    answers = {path: _send(powerless, method, path.format(**ids)) for method, path in ROUTES}

    assert answers == dict.fromkeys(answers, (403, "2"))
    assert order.figures() == Figures("handling", "Approved", open=10000)


def test_return_needs_the_role_for_refunds(merchant: Merchant, open_account: Account) -> None:
    order = merchant.place()
    seller = open_account("notify-invoice", account="demo")
    refunder = open_account("notify-refund", account="demo")
    path = f"{order.path}/invoice"

    answers = [
        refunder.post(path, invoice_body("N1", 10000)),
        seller.post(path, invoice_body("N1", 10000)),
        seller.post(path, invoice_body("D1", 100, type="Input")),
    ]
    order.come_to_rest()
    answers.append(refunder.post(path, invoice_body("D1", 100, type="Input")))
    order.come_to_rest()

    assert [answer.status for answer in answers] == [403, 200, 403, 200]
    assert order.figures() == Figures("invoiced", "Finished", invoiced=10000, settled=10000, refunded=100)


def test_account_cannot_see_or_touch_what_is_anothers(merchant: Merchant, open_account: Account) -> None:
    order = merchant.place()
    stranger = open_account()
    ids = {"order": order.order_id, "transaction": order.transaction_id, "payment": order.payment_ids[0]}
    foreign = [(method, path) for method, path in ROUTES if "{" in path]

    answers = {path: _send(stranger, method, path.format(**ids)) for method, path in foreign}

    assert answers == {path: (404, "OMS007" if "{order}" in path else "1404") for _, path in foreign}
    assert order.figures() == Figures("handling", "Approved", open=10000)
    theirs = stranger.post("/api/oms/pvt/orders", order_body(orderId=order.order_id))
    assert theirs.status == 201
    assert theirs.json["transactionId"] != order.transaction_id
