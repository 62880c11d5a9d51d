"""The story of each order: invoice, change, invoice, return. Amounts are minor units."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

CONNECTOR = "load"
TWO_PAYMENTS_EVERY = 4
_IDS = uuid.UUID("0b0f3f6e-7f0e-5c4e-9a53-3f1a5f3f2c11")


@dataclass(frozen=True, slots=True)
class Step:
    """One request of the story; ``path`` is appended to the order's."""

    name: str
    path: str
    body: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Planned:
    """An order to drive; its ids follow from its number, so the same seed gives the same run."""

    number: int
    run: str

    @property
    def order_id(self) -> str:
        """The order's id."""
        return f"load-{self.number:06d}-01"

    @property
    def payment_ids(self) -> list[str]:
        """The ids of its payments: every fourth order has two."""
        count = 2 if self.number % TWO_PAYMENTS_EVERY == 0 else 1
        return [uuid.uuid5(_IDS, f"{self.run}/{self.number}/{index}").hex.upper() for index in range(count)]

    @property
    def body(self) -> dict[str, Any]:
        """The order of 100.00 to place: A for 50.00, two B for 15.00, 20.00 for shipping."""
        ids = self.payment_ids
        values = [10000] if len(ids) == 1 else [4000, 6000]
        payments = [
            {"id": id_, "paymentSystem": "2", "group": "creditCard", "value": value, "connector": CONNECTOR}
            for id_, value in zip(ids, values, strict=True)
        ]
        return {
            "orderId": self.order_id,
            "items": [{"id": "A", "quantity": 1, "price": 5000}, {"id": "B", "quantity": 2, "price": 1500}],
            "totals": [{"id": "Items", "value": 8000}, {"id": "Shipping", "value": 2000}],
            "value": 10000,
            "paymentData": {"transactions": [{"payments": payments}]},
        }


def _invoice(number: str, type_: str, value: int, item: str, price: int) -> dict[str, Any]:
    return {
        "type": type_,
        "issuanceDate": "2026-03-02T14:00:00Z",
        "invoiceNumber": number,
        "invoiceValue": value,
        "items": [{"id": item, "price": price, "quantity": 1}],
    }


STEPS = (
    Step("start", "/start-handling", {}),
    Step("invoice 1", "/invoice", _invoice("N1", "Output", 7000, "A", 5000)),
    Step(
        "change",
        "/changes",
        {
            "requestId": "C1",
            "reason": "One B is out of stock",
            "discountValue": 1500,
            "incrementValue": 0,
            "itemsRemoved": [{"id": "B", "price": 1500, "quantity": 1}],
        },
    ),
    Step("invoice 2", "/invoice", _invoice("N2", "Output", 1500, "B", 1500)),
    Step("return", "/invoice", _invoice("D1", "Input", 1500, "B", 1500)),
)

ORDER_AT_REST = {
    "status": "invoiced",
    "value": 8500,
    "invoicedValue": 8500,
    "settledValue": 8500,
    "refundedValue": 1500,
    "openValue": 0,
}
TRANSACTION_AT_REST = {
    "status": "Finished",
    "authorizedValue": 10000,
    "settledValue": 8500,
    "cancelledValue": 1500,
    "refundedValue": 1500,
    "operationsWaiting": 0,
}
TOLD_ONCE = {"OrderPlaced": 1, "HandlingStarted": 1, "InvoiceNotified": 3, "OrderChanged": 1}
"""How often an event of the merchant's requests is on a timeline, however often they were sent."""
