"""The cost of one partial invoice: time over HTTP, DynamoDB capacity, CPU, workflow transitions, cold starts.

Times are measured over HTTP on the running local stack. Capacity and CPU are measured in this process, which runs the
same use cases on a table of its own.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx

from bench.cold_starts import measure_cold_starts
from bench.figures import Figures
from bench.list_prices import functions_of, invoice_of, measure_price
from bench.own_table import measure_consumption, measure_cpu
from bench.reads import measure_list, measure_transaction
from bench.units import measure_units
from local.deployment import client
from local.lifecycle import require_running
from local.progress import StackError
from local.seed import APP_KEY, APP_TOKEN
from local.settings import read_settings

WARM_INVOICES = 20
CLIENTS = 8
INVOICES_OF_A_CLIENT = 5
THROUGHPUT_ROUNDS = 3


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
        path = f"/api/oms/pvt/orders/{placed['orderId']}"
        while self.http.get(path).raise_for_status().json()["status"] != "ready-for-handling":
            time.sleep(0.02)
        self.http.post(f"{path}/start-handling").raise_for_status()
        return placed["orderId"], placed["transactionId"]

    def invoice(self, order_id: str, number: str, value: int) -> float:
        """Notify an invoice, again while a stack with too much to do fails; return the duration in seconds."""
        body = {
            "type": "Output",
            "issuanceDate": "2026-03-02T14:00:00Z",
            "invoiceNumber": number,
            "invoiceValue": value,
            "items": [{"id": "A", "price": value, "quantity": 1}],
        }
        started = time.perf_counter()
        path = f"/api/oms/pvt/orders/{order_id}/invoice"
        while (answer := self.http.post(path, json=body)).is_server_error:
            time.sleep(0.1)
        answer.raise_for_status()
        return time.perf_counter() - started

    def until_captured(self, transaction_id: str, value: int, pause: float = 0.02) -> float:
        """Look, with pauses, until the capture is posted; return the duration in seconds."""
        started = time.perf_counter()
        while self._settled(transaction_id) < value:
            time.sleep(pause)
        return time.perf_counter() - started

    def _settled(self, transaction_id: str) -> int:
        """Return the settled value; 0 while a stack with too much to do fails."""
        answer = self.http.get(f"/api/pvt/transactions/{transaction_id}")
        return 0 if answer.is_server_error else int(answer.raise_for_status().json()["settledValue"])


def main() -> int:
    """Run the benchmark, print every figure, and write them to the file of ``--json``."""
    parser = argparse.ArgumentParser(prog="bench.invoice", description=__doc__)
    parser.add_argument("--json", type=Path, metavar="FILE", help="write every figure with its unit")
    parser.add_argument("--over-http", action="store_true", help="only what a client sees: times and throughput")
    parser.add_argument(
        "--beside",
        metavar="URL",
        help="the address of another build's running stack, whose throughput to measure too",
    )
    given = parser.parse_args()
    figures = Figures()
    try:
        facts = require_running(read_settings())
        _measure_times(Shop(facts.base_url), figures)
        _measure_throughput(facts.base_url, given.beside, figures)
        if not given.over_http:
            consumed = measure_consumption(facts, figures)
            measure_units(
                client("dynamodb", facts.aws_port).describe_table(TableName=facts.table_name)["Table"], figures
            )
            measure_price(invoice_of(functions_of(facts), consumed, *measure_cpu(facts, figures)), figures)
            measure_transaction(facts, figures)
            measure_list(facts, figures)
            measure_cold_starts(facts, figures)
    except StackError as error:
        print(f"\n{error}", file=sys.stderr)
        return 1
    if given.json is not None:
        figures.write(given.json)
    return 0


def _measure_times(shop: Shop, figures: Figures) -> None:
    order_id, transaction_id = shop.open_order(100 * WARM_INVOICES + 100)
    first = shop.invoice(order_id, "FIRST", 100)
    shop.until_captured(transaction_id, 100)
    warm, captured = [], []
    for number in range(1, WARM_INVOICES + 1):
        warm.append(shop.invoice(order_id, f"N{number}", 100))
        captured.append(warm[-1] + shop.until_captured(transaction_id, 100 + 100 * number))
    figures.heading(f"POST invoice over HTTP on the local stack, one client, {WARM_INVOICES} invoices")
    figures.add("post_invoice_first_ms", "the first; cold if none was notified since the start", first * 1000, "ms")
    figures.add("post_invoice_ms", "warm, median", statistics.median(warm) * 1000, "ms")
    figures.add("post_invoice_highest_ms", "warm, highest", max(warm) * 1000, "ms")
    figures.add(
        "post_to_captured_ms", "from the invoice to the capture, median", statistics.median(captured) * 1000, "ms"
    )
    figures.add("post_to_captured_highest_ms", "from the invoice to the capture, highest", max(captured) * 1000, "ms")


def _measure_throughput(base_url: str, beside: str | None, figures: Figures) -> None:
    """Let clients notify invoices one after the other, each on its own order, until all are captured.

    Two stacks are measured in turn, round by round. The first round does not count: processes start for as many
    requests at once.
    """
    stacks = [base_url] if beside is None else [base_url, beside]
    rounds = [[_throughput(stack) for stack in stacks] for _ in range(1 + THROUGHPUT_ROUNDS)][1:]
    figures.heading(
        f"{CLIENTS} clients, {INVOICES_OF_A_CLIENT} invoices each, until the last is captured; median of "
        f"{THROUGHPUT_ROUNDS} rounds"
    )
    own, *others = (statistics.median(rates) for rates in zip(*rounds, strict=True))
    figures.add("invoices_per_second", "invoices a second", own, "1/s")
    for other in others:
        ratio = statistics.median(mine / theirs for mine, theirs in rounds)
        figures.add("invoices_per_second_beside", "of the other stack, in turn with it", other, "1/s")
        figures.add("invoices_per_second_over_beside", "this one ÷ the other, median of the rounds", ratio)


def _throughput(base_url: str) -> float:
    """Return how many invoices a second are captured."""
    shops = [Shop(base_url) for _ in range(CLIENTS)]
    orders = [shop.open_order(100 * INVOICES_OF_A_CLIENT + 100) for shop in shops]
    with ThreadPoolExecutor(CLIENTS) as clients:
        started = time.perf_counter()
        list(clients.map(_invoice_all, shops, orders))
        return CLIENTS * INVOICES_OF_A_CLIENT / (time.perf_counter() - started)


def _invoice_all(shop: Shop, order: tuple[str, str]) -> None:
    order_id, transaction_id = order
    for number in range(1, INVOICES_OF_A_CLIENT + 1):
        shop.invoice(order_id, f"N{number}", 100)
    shop.until_captured(transaction_id, 100 * INVOICES_OF_A_CLIENT, pause=0.1)


if __name__ == "__main__":
    sys.exit(main())
