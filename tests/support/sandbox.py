"""Calls the sandbox connector as its route does."""

import json
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from types import ModuleType
from typing import Any

from settlement.connectors import exact_json
from tests.support.lambda_context import Context

FUNCTION = Path(__file__).parents[2] / "functions" / "sandbox_connector"

TABLE = "sandbox-test"


@dataclass(frozen=True)
class Answer:
    status: int
    body: Any
    headers: dict[str, str]


@dataclass(frozen=True)
class Sandbox:
    """The function as the API calls it."""

    app: ModuleType

    def call(
        self,
        method: str,
        path: str,
        body: object = None,
        query: dict[str, str] | None = None,
        headers: dict[str, str] | None = None,
    ) -> Answer:
        text = body if isinstance(body, str) or body is None else exact_json.write(body)
        event = {
            "httpMethod": method,
            "path": f"/sandbox-connector/{path}",
            "resource": "/{proxy+}",
            "headers": headers or {},
            "multiValueHeaders": {},
            "queryStringParameters": query,
            "body": text,
            "isBase64Encoded": False,
            "requestContext": {"requestId": "1", "authorizer": {"account": "demo"}, "stage": "v1"},
        }
        result = self.app.handler(event, Context())
        headers = {name: values[0] for name, values in result["multiValueHeaders"].items()}
        answered = json.loads(result["body"], parse_float=Decimal) if result["body"] else None
        return Answer(result["statusCode"], answered, headers)

    def create(self, token: str | None = None, **changes: object) -> Answer:
        card = {"card": {"numberToken": token}} if token else {}
        body = {"paymentId": "P1", "value": Decimal("100.00"), "currency": "BRL", **card, **changes}
        return self.call("POST", "sandbox/payments", body)

    def move(self, operation: str, request_id: str, value: str | None, **more: object) -> Answer:
        amount = {} if value is None else {"value": Decimal(value)}
        return self.call(
            "POST",
            f"sandbox/payments/P1/{operation}",
            {"paymentId": "P1", "requestId": request_id, **amount, **more},
        )

    def settle(self, request_id: str, value: str) -> Answer:
        return self.move("settlements", request_id, value)

    def cancel(self, request_id: str, value: str | None) -> Answer:
        return self.move("cancellations", request_id, value)

    def refund(self, request_id: str, settle_id: str, value: str) -> Answer:
        return self.move("refunds", request_id, value, settleId=settle_id)

    def script(self, operation: str, *outcomes: object, payment_id: str = "P1") -> Answer:
        body = {"paymentId": payment_id, "operation": operation, "outcomes": list(outcomes)}
        return self.call("POST", "script", body)

    def calls(self) -> list[dict[str, Any]]:
        listed = self.call("GET", "calls", query={"paymentId": "P1"})
        assert listed.status == 200
        assert isinstance(listed.body, list)
        return listed.body
