"""Plays the story of one order with real HTTP calls and checks every figure."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import Any

import httpx

from local.lifecycle import require_running
from local.progress import StackError
from local.seed import APP_KEY, APP_TOKEN
from local.settings import read_settings
from settlement.domain.money import display

CURRENCY = "BRL"
PATIENCE_SECONDS = 60.0


class Mismatch(Exception):
    """A figure differs from the story."""


class Shop:
    """The story's calls to the service; each has to succeed."""

    def __init__(self, base_url: str) -> None:
        headers = {"X-VTEX-API-AppKey": APP_KEY, "X-VTEX-API-AppToken": APP_TOKEN}
        self._client = httpx.Client(base_url=base_url, headers=headers, timeout=30, trust_env=False)

    def get(self, path: str) -> Any:
        answer = self._client.get(path)
        if answer.status_code != 200:
            raise Mismatch(f"GET {path} answered {answer.status_code}: {answer.text}")
        return answer.json()

    def post(self, path: str, content: Any, expected: int = 200) -> Any:
        answer = self._client.post(path, json=content)
        if answer.status_code != expected:
            raise Mismatch(f"POST {path} answered {answer.status_code}, not {expected}: {answer.text}")
        return answer.json() if answer.content else None


class Story:
    """The story of an order, from its placing to the return of an item."""

    def __init__(self, shop: Shop) -> None:
        self._shop = shop
        self._order = ""
        self._transaction = ""
        self._payment = ""

    def play(self) -> None:
        """Play all steps; raises ``Mismatch`` at the first figure that differs."""
        self._place()
        self._invoice("N1", "Output", 7000, [{"id": "A", "price": 5000, "quantity": 1}])
        self._settles(status="payment-approved", transaction="Settling", captured=7000, open_value=3000)
        self._remove_one_b()
        self._settles(status="payment-approved", transaction="Settling", captured=7000, open_value=1500)
        self._expect("cancelled", self._sum_of("cancellations"), 1500)
        self._invoice("N2", "Output", 1500, [{"id": "B", "price": 1500, "quantity": 1}])
        self._settles(status="invoiced", transaction="Finished", captured=8500, open_value=0)
        self._invoice("D1", "Input", 1500, [{"id": "B", "price": 1500, "quantity": 1}])
        self._settles(status="invoiced", transaction="Finished", captured=8500, open_value=0, refunded=1500)
        self._expect("refunded", self._sum_of("refunds"), 1500)
        self._connector()
        self._timeline()

    def _place(self) -> None:
        placed = self._shop.post("/api/oms/pvt/orders", _ORDER, expected=201)
        self._order, self._transaction = placed["orderId"], placed["transactionId"]
        payments = self._shop.get(f"/api/pvt/transactions/{self._transaction}/payments")
        self._payment = payments[0]["id"]
        _tell(
            f"An order of {_amount(placed['value'])} is placed: A 1 x 50.00, B 2 x 15.00, shipping 20.00",
            f"order {self._order}, transaction {self._transaction}, {placed['status']}",
        )
        self._expect("order status", placed["status"], "ready-for-handling")
        self._shop.post(f"/api/oms/pvt/orders/{self._order}/start-handling", {}, expected=204)

    def _invoice(self, number: str, type_: str, value: int, items: list[dict[str, Any]]) -> None:
        kind = "A return invoice" if type_ == "Input" else "An invoice"
        _tell(f"{kind} of {_amount(value)} is notified: {number}")
        invoice = {
            "type": type_,
            "issuanceDate": "2026-03-02T14:00:00Z",
            "invoiceNumber": number,
            "invoiceValue": value,
            "items": items,
        }
        self._shop.post(f"/api/oms/pvt/orders/{self._order}/invoice", invoice)

    def _remove_one_b(self) -> None:
        _tell(f"One B is taken off the order, with a discount of {_amount(1500)}")
        change = {
            "requestId": "change-1",
            "reason": "One B is out of stock",
            "discountValue": 1500,
            "incrementValue": 0,
            "itemsRemoved": [{"id": "B", "price": 1500, "quantity": 1}],
        }
        self._shop.post(f"/api/oms/pvt/orders/{self._order}/changes", change)

    def _settles(self, *, status: str, transaction: str, captured: int, open_value: int, refunded: int = 0) -> None:
        """Wait until no operation is pending, then check the order and its transaction."""
        self._wait(lambda: self._read_transaction()["operationsWaiting"] == 0)
        order, seen = self._shop.get(f"/api/oms/pvt/orders/{self._order}"), self._read_transaction()
        _tell(
            None,
            f"order {order['status']}, value {_amount(order['value'])}, invoiced {_amount(order['invoicedValue'])}",
            f"transaction {seen['status']}: captured {_amount(seen['settledValue'])}, "
            f"open {_amount(seen['openValue'])}, cancelled {_amount(seen['cancelledValue'])}, "
            f"refunded {_amount(seen['refundedValue'])}",
        )
        self._expect("order status", order["status"], status)
        self._expect("transaction status", seen["status"], transaction)
        self._expect("captured", order["settledValue"], captured)
        self._expect("open", order["openValue"], open_value)
        self._expect("refunded", order["refundedValue"], refunded)

    def _connector(self) -> None:
        """Compare with the calls that arrived at the connector."""
        calls = self._shop.get(f"/sandbox-connector/calls?paymentId={self._payment}")
        seen = [(call["operation"], call["value"]) for call in calls]
        _tell("The calls that arrived at the connector", *(f"{operation} {value:.2f}" for operation, value in seen))
        story = [
            ("payments", 100.0),
            ("settlements", 70.0),
            ("cancellations", 15.0),
            ("settlements", 15.0),
            ("refunds", 15.0),
        ]
        self._expect("connector calls", seen, story)

    def _timeline(self) -> None:
        events = self._shop.get(f"/api/pvt/transactions/{self._transaction}/interactions")
        _tell("The timeline of the transaction")
        for event in reversed(events):
            print(f"      {event['Date'][11:23]}  {event['Source']:<17} {event['Status']:<26} {event['Message'][:110]}")
        types = [event["Type"] for event in reversed(events)]
        self._expect("first event", types[0], "OrderPlaced")
        for type_, times in (("PaymentSettled", 2), ("PaymentCancelled", 1), ("PaymentRefunded", 1)):
            self._expect(f"{type_} events", types.count(type_), times)

    def _read_transaction(self) -> Any:
        return self._shop.get(f"/api/pvt/transactions/{self._transaction}")

    def _sum_of(self, movements: str) -> int:
        found = self._shop.get(f"/api/pvt/transactions/{self._transaction}/{movements}")
        return sum(action["value"] for action in found["actions"])

    def _wait(self, is_over: Callable[[], bool]) -> None:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not is_over():
            if time.monotonic() > deadline:
                raise Mismatch(f"the transaction was not at rest after {PATIENCE_SECONDS:.0f} s")
            time.sleep(0.2)

    def _expect(self, what: str, seen: object, story: object) -> None:
        if seen != story:
            raise Mismatch(f"{what} is {seen}, the story says {story}")


def main() -> int:
    """Play the story; exit code 0 if every figure is right."""
    try:
        Story(Shop(require_running(read_settings()).base_url)).play()
    except (Mismatch, StackError, httpx.HTTPError) as problem:
        print(f"\nThe demo failed: {problem}", file=sys.stderr)
        return 1
    print("\nEvery figure is right.")
    return 0


_ORDER: dict[str, Any] = {
    "items": [
        {"id": "A", "name": "A", "quantity": 1, "price": 5000},
        {"id": "B", "name": "B", "quantity": 2, "price": 1500},
    ],
    "totals": [{"id": "Items", "value": 8000}, {"id": "Shipping", "value": 2000}],
    "value": 10000,
    "currency": CURRENCY,
    "paymentData": {
        "transactions": [
            {
                "payments": [
                    {
                        "paymentSystem": "2",
                        "paymentSystemName": "Visa",
                        "group": "creditCard",
                        "value": 10000,
                        "installments": 1,
                        "connector": "sandbox",
                        "card": {"token": "sandbox-approved", "firstDigits": "444433", "lastDigits": "1111"},
                    }
                ]
            }
        ]
    },
}


def _amount(minor_units: int) -> str:
    return display(minor_units, CURRENCY)


def _tell(headline: str | None, *details: str) -> None:
    if headline is not None:
        print(f"\n  * {headline}")
    for detail in details:
        print(f"      {detail}")


if __name__ == "__main__":
    sys.exit(main())
