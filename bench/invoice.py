"""The cost of one partial invoice: time over HTTP, DynamoDB requests and capacity, workflow transitions, cold starts.

Times are measured over HTTP on the running local stack. Requests and capacity are counted in this process, which runs
the same use cases on the stack's table with the sandbox connector; DynamoDB reports the consumption.
"""

from __future__ import annotations

import statistics
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import uuid4

import httpx

from bench.meter import Meter
from local.deployment import client
from local.lifecycle import require_running
from local.seed import ACCOUNT, APP_KEY, APP_TOKEN
from local.settings import read_settings
from operations.running_stack import Facts
from settlement.connectors.ppp import PaymentProviderClient
from settlement.domain.connectors.connector import Credentials
from settlement.domain.order.invoice import InvoiceType
from settlement.storage.dynamodb import DynamoDBStore
from settlement.use_cases.orders.notify_invoice import Notification, notify_invoice
from settlement.use_cases.shared.ports import Ports
from settlement.use_cases.workflow.attempt_operation import AttemptTask, attempt_operation
from testkit.loading import FUNCTIONS, init_cost

WARM_INVOICES = 20
TRANSITIONS = 4
"""Start, Attempt, its choice, Done."""


class Shop:
    """The service over HTTP."""

    def __init__(self, base_url: str) -> None:
        headers = {"X-VTEX-API-AppKey": APP_KEY, "X-VTEX-API-AppToken": APP_TOKEN}
        self.http = httpx.Client(base_url=base_url, headers=headers, timeout=60, trust_env=False)

    def open_order(self, value: int) -> tuple[str, str]:
        """Place an order and start handling it; return its id and its transaction's id."""
        payment = {"paymentSystem": "2", "group": "creditCard", "value": value, "connector": "sandbox"}
        order = {
            "items": [{"id": "A", "quantity": 1, "price": value}],
            "totals": [{"id": "Items", "value": value}],
            "value": value,
            "paymentData": {"transactions": [{"payments": [payment]}]},
        }
        placed = self.http.post("/api/oms/pvt/orders", json=order).raise_for_status().json()
        self.http.post(f"/api/oms/pvt/orders/{placed['orderId']}/start-handling").raise_for_status()
        return placed["orderId"], placed["transactionId"]

    def invoice(self, order_id: str, number: str, value: int) -> float:
        """Notify an invoice; return the duration in seconds."""
        body = {
            "type": "Output",
            "issuanceDate": "2026-03-02T14:00:00Z",
            "invoiceNumber": number,
            "invoiceValue": value,
            "items": [{"id": "A", "price": value, "quantity": 1}],
        }
        started = time.perf_counter()
        self.http.post(f"/api/oms/pvt/orders/{order_id}/invoice", json=body).raise_for_status()
        return time.perf_counter() - started

    def until_captured(self, transaction_id: str, value: int) -> float:
        """Wait until the capture is posted; return the duration in seconds."""
        started = time.perf_counter()
        path = f"/api/pvt/transactions/{transaction_id}"
        while self.http.get(path).raise_for_status().json()["settledValue"] < value:
            time.sleep(0.02)
        return time.perf_counter() - started


def main() -> int:
    """Run the benchmark and print every figure."""
    facts = require_running(read_settings())
    _print_times(Shop(facts.base_url))
    _print_consumption(facts, Shop(facts.base_url))
    _print_cold_starts()
    return 0


def _print_times(shop: Shop) -> None:
    order_id, transaction_id = shop.open_order(100 * WARM_INVOICES + 100)
    first = shop.invoice(order_id, "FIRST", 100)
    captured = [first + shop.until_captured(transaction_id, 100)]
    warm = []
    for number in range(1, WARM_INVOICES + 1):
        warm.append(shop.invoice(order_id, f"N{number}", 100))
        captured.append(warm[-1] + shop.until_captured(transaction_id, 100 + 100 * number))
    print("POST invoice over HTTP on the local stack")
    print(f"  first                    {first * 1000:7.0f} ms  (cold if no invoice was notified since the start)")
    usual, highest = statistics.median(warm), max(warm)
    print(f"  warm, median of {WARM_INVOICES}       {usual * 1000:7.0f} ms, highest {highest * 1000:.0f} ms")
    median, highest = statistics.median(captured[1:]), max(captured[1:])
    print(f"  invoice to captured      {median * 1000:7.0f} ms, highest {highest * 1000:.0f} ms")


def _print_consumption(facts: Facts, shop: Shop) -> None:
    """Run one invoice in this process; the stack's own workflow finds the operation claimed and skips it."""
    dynamodb = client("dynamodb", facts.aws_port)
    meter = Meter(dynamodb)
    ports = Ports(DynamoDBStore(dynamodb, facts.table_name), lambda: datetime.now(UTC), lambda: uuid4().hex.upper())
    connector = PaymentProviderClient(20, lambda _: Credentials("sandbox-key", "sandbox-token"), allow_loopback=True)
    order_id, transaction_id = shop.open_order(10000)
    notification = Notification(InvoiceType.OUTPUT, "N1", 7000, "2026-03-02T14:00:00Z")
    with meter.measure() as http_part:
        notify_invoice(ports, ACCOUNT, order_id, notification)
    now = ports.now()
    with meter.measure() as settlement_part:
        attempt_operation(ports, connector, AttemptTask(ACCOUNT, transaction_id, 2, "bench", now), facts.base_url)
    print("DynamoDB for one partial invoice on one payment")
    print(f"  HTTP part                {http_part}")
    print(f"  settlement part          {settlement_part}")
    print(f"  state transitions        {TRANSITIONS}")


def _print_cold_starts() -> None:
    print("Loading each function, CPU with byte-code, against boto3 with a DynamoDB client in the same run")
    with TemporaryDirectory() as byte_code:
        for name in FUNCTIONS:
            print(f"  {name:<24} {init_cost(name, Path(byte_code)):.2f} x")


if __name__ == "__main__":
    sys.exit(main())
