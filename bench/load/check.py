"""Checks an order at rest: compares its figures, its connector's books and its timeline with each other."""

from __future__ import annotations

import traceback
from collections import Counter
from datetime import datetime
from typing import Any

from bench.load.provider import Provider
from bench.load.story import ORDER_AT_REST, TOLD_ONCE, TRANSACTION_AT_REST, Planned
from testkit.api import Api
from testkit.merchant import PlacedOrder
from testkit.reconcile import reconcile

MAX_RETRIES = 12
"""Most retries of an order's operations together; operations still refused are then written off."""


class NoWayOn(Exception):
    """An order is in error without an exit."""


class OrderAtRest(PlacedOrder):
    """A driven order in the service's views, each read once; its connector is the bench's own."""

    def __init__(self, api: Api, provider: Provider, planned: Planned, transaction_id: str) -> None:
        self.api = api
        self.payment_ids = planned.payment_ids
        self.order_id = planned.order_id
        self.transaction_id = transaction_id
        self.path = f"/api/oms/pvt/orders/{self.order_id}"
        self.transaction_path = f"/api/pvt/transactions/{transaction_id}"
        self._provider = provider
        self._read: dict[str, Any] = {}

    def order(self) -> Any:
        """The order."""
        return self._once("order", self.path)

    def transaction(self) -> Any:
        """The transaction."""
        return self._once("transaction", self.transaction_path)

    def events(self) -> list[dict[str, Any]]:
        """The timeline, oldest first."""
        newest_first: list[dict[str, Any]] = self._once("events", f"{self.transaction_path}/interactions")
        return newest_first[::-1]

    def recorded_calls(self, payment: int = 1) -> list[dict[str, Any]]:
        """Return the connector's records of a payment."""
        return self._provider.calls_of(self.payment_ids[payment - 1])

    def forget(self) -> None:
        """Drop all read views, so that the next access reads them again."""
        self._read.clear()

    def _once(self, name: str, path: str) -> Any:
        if name not in self._read:
            self._read[name] = self.api.read(path)
        return self._read[name]


def is_at_rest(order: OrderAtRest) -> bool:
    """Return True if no operation is queued or waiting on an order's transaction."""
    order.forget()
    return int(order.transaction()["operationsWaiting"]) == 0


def put_right(order: OrderAtRest) -> str | None:
    """Take an operator's next step on an order in error and return its name; None if the order is not in error.

    A refused operation is retried, and written off after too many retries. Raises ``NoWayOn`` if there is no exit.
    """
    if not order.order()["workflowIsInError"]:
        return None
    operations = order.api.read(f"{order.transaction_path}/operations")
    failed = [held for held in operations if held["exits"] and held["state"] in ("failed", "manual")]
    if not failed:
        raise NoWayOn(f"{order.order_id} is in error, and none of its operations has an exit")
    oldest = failed[-1]
    retries = sum(held["retryOf"] is not None for held in operations)
    way = "retry" if "retry" in oldest["exits"] and retries < MAX_RETRIES else "write-off"
    body = {} if way == "retry" else {"reason": "The connector goes on refusing it", "actor": "bench"}
    order.api.post(f"{order.transaction_path}/operations/{oldest['id']}/{way}", body)
    return way


def faults_of(order: OrderAtRest) -> str | None:
    """Return the fault of an order at rest, None if it has none."""
    try:
        if not order.order()["writtenOffValue"] + order.order()["refundWrittenOffValue"]:
            _require(order.order(), ORDER_AT_REST)
            _require(order.transaction(), TRANSACTION_AT_REST)
        told = Counter(order.event_types())
        _require({name: told[name] for name in TOLD_ONCE}, TOLD_ONCE)
        reconcile(order)
    except AssertionError as wrong:
        line = traceback.extract_tb(wrong.__traceback__)[-1].line
        return f"{order.order_id}: {wrong or line}"
    return None


def seconds_to_capture(order: OrderAtRest) -> list[float]:
    """Return the duration of each settlement from its invoice to its last capture, by the timeline."""
    asked: dict[int, datetime] = {}
    done: dict[int, datetime] = {}
    for event in order.events():
        times = {"SettlementRequested": asked, "PaymentSettled": done}.get(event["Type"])
        if times is not None:
            times[event["Data"]["operation"]] = datetime.fromisoformat(event["Date"])
    return [(done[operation] - at).total_seconds() for operation, at in asked.items() if operation in done]


def _require(shown: Any, expected: dict[str, Any]) -> None:
    wrong = {name: shown.get(name) for name, value in expected.items() if shown.get(name) != value}
    assert not wrong, f"is {wrong}, should be { {name: expected[name] for name in wrong} }"
