"""An operator who looks at every page of the console, to see what it does with the table."""

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode, urlsplit

from local.seed import APP_KEY, APP_TOKEN
from settlement.domain.account.feed import delivery_id
from testkit.nfe_documents import nfe_key
from tests.support.lambda_context import Context

Handler = Callable[[dict[str, Any], Context], Any]


def look_around(handler: Handler, order_id: str, transaction_id: str) -> list[int]:
    """Fail to sign in, sign in, read every page, sign out; return the statuses of the answers."""
    visitor = _Visitor(handler)
    visitor.send("/console/sign-in", app_key=APP_KEY, token="wrong", user="Maria")
    visitor.send("/console/sign-in", app_key=APP_KEY, token=APP_TOKEN, user="Maria")
    for path in (
        "today",
        "settings",
        "keys",
        "orders",
        f"orders?q={order_id}",
        "orders?attention=1",
        f"orders/{order_id}",
        f"transactions/{transaction_id}",
        "payouts",
        "payouts/no-such-report",
        f"deliveries/{delivery_id('nobody', 'nothing')}",
    ):
        visitor.read(f"/console/{path}")
    invoice = {"number": "looked-at", "date": "2026-03-02", "amount": "1.00", "key": nfe_key(9), "step": "preview"}
    visitor.send(f"/console/orders/{order_id}/do/invoice", **invoice)
    visitor.send("/console/payouts", format="csv", file_name="march.csv", sha256="a" * 64)
    visitor.send("/console/keys/nobody/switch", enabled="no")
    visitor.send("/console/keys", name="made-here", role="view-order")
    visitor.send("/console/sign-out")
    return visitor.statuses


class _Visitor:
    def __init__(self, handler: Handler) -> None:
        self._handler = handler
        self._cookies: dict[str, str] = {}
        self._token = ""
        self.statuses: list[int] = []
        self.read("/console/sign-in")

    def read(self, path: str) -> None:
        self._answer("GET", path, None)

    def send(self, path: str, **fields: str) -> None:
        self._answer("POST", path, urlencode({"form_token": self._token, **fields}))

    def _answer(self, method: str, path: str, body: str | None) -> None:
        parts = urlsplit(path)
        query = dict(pair.split("=", 1) for pair in parts.query.split("&") if pair)
        event = {
            "httpMethod": method,
            "path": parts.path,
            "headers": {"cookie": "; ".join(f"{name}={value}" for name, value in self._cookies.items())},
            "queryStringParameters": query or None,
            "multiValueQueryStringParameters": {name: [value] for name, value in query.items()} or None,
            "body": body,
            "isBase64Encoded": False,
            "requestContext": {"path": parts.path, "requestId": "1"},
        }
        answer = self._handler(event, Context())
        self.statuses.append(answer["statusCode"])
        for cookie in answer["multiValueHeaders"].get("Set-Cookie", []):
            name, _, value = cookie.partition(";")[0].partition("=")
            self._cookies[name] = value
        if found := re.search(r'name="form_token" value="([^"]+)"', answer["body"] or ""):
            self._token = found[1]
