"""Request bodies with sensible defaults; a test names only what it is about. Values are minor units."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from testkit.api import new_id

A = {"id": "A", "price": 5000, "quantity": 1}
B = {"id": "B", "price": 1500, "quantity": 1}
TWO_B = B | {"quantity": 2}


@dataclass(frozen=True, slots=True)
class Payment:
    """How a part of an order is paid; the id is known beforehand, so that its connector can be scripted."""

    value: int = 10000
    connector: str = "sandbox"
    group: str = "creditCard"
    token: str | None = None
    id: str = field(default_factory=new_id)

    @property
    def body(self) -> dict[str, Any]:
        """The payment as the route takes it."""
        body: dict[str, Any] = {
            "id": self.id,
            "paymentSystem": "2",
            "paymentSystemName": "Visa",
            "group": self.group,
            "value": self.value,
            "connector": self.connector,
        }
        return body | {"card": {"token": self.token}} if self.token else body


def order_body(payments: Sequence[Payment] = (), value: int = 10000, **changes: Any) -> dict[str, Any]:
    """The base order of the requirements, A 1 x 5000, B 2 x 1500, shipping 2000, or one of another value."""
    shipping = 2000 if value > 2000 else 0
    sock = 1500 if value - shipping >= 3000 else 0
    paid_by = payments or (Payment(value),)
    body: dict[str, Any] = {
        "items": [
            {"id": "A", "name": "Shoe", "quantity": 1, "price": value - shipping - 2 * sock},
            {"id": "B", "name": "Sock", "quantity": 2, "price": sock},
        ],
        "totals": [{"id": "Items", "value": value - shipping}, {"id": "Shipping", "value": shipping}],
        "value": value,
        "paymentData": {"transactions": [{"payments": [payment.body for payment in paid_by]}]},
    }
    return body | changes


def invoice_body(number: str = "N1", value: object = 7000, **changes: Any) -> dict[str, Any]:
    """A sale invoice."""
    body: dict[str, Any] = {
        "type": "Output",
        "issuanceDate": "2026-03-02T14:00:00Z",
        "invoiceNumber": number,
        "invoiceValue": value,
        "items": [],
    }
    return body | changes


def change_body(request_id: str = "C1", discount: object = 0, increment: object = 0, **changes: Any) -> dict[str, Any]:
    """An order change."""
    body: dict[str, Any] = {
        "requestId": request_id,
        "reason": "The customer asked for it",
        "discountValue": discount,
        "incrementValue": increment,
    }
    return body | changes
