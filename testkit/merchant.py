"""A merchant and its orders: what it does, and what it can see of an order, its transaction and its connector."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from testkit.api import Answer, Api
from testkit.bodies import Payment, change_body, invoice_body, order_body

PATIENCE_SECONDS = 120.0
_POLL_SECONDS = 0.05


@dataclass(frozen=True, slots=True)
class Figures:
    """What the order shows, with the status of its transaction. Values are minor units."""

    status: str
    transaction: str
    value: int = 10000
    invoiced: int = 0
    settled: int = 0
    refunded: int = 0
    open: int = 0


@dataclass(frozen=True, slots=True)
class Moved:
    """The values of what was asked, and of what reached a connector, in order."""

    requests: list[int] = field(default_factory=list)
    actions: list[int] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Call:
    """A connector call as it arrived: ``value`` in major units, ``payment`` by its place in the order."""

    operation: str
    value: Decimal
    payment: int = 1


def settle(value: str, payment: int = 1) -> Call:
    """A settlement call."""
    return Call("settlements", Decimal(value), payment)


def cancel(value: str, payment: int = 1) -> Call:
    """A cancellation call."""
    return Call("cancellations", Decimal(value), payment)


def refund(value: str, payment: int = 1) -> Call:
    """A refund call."""
    return Call("refunds", Decimal(value), payment)


def until(is_so: Callable[[], bool], what: str) -> None:
    """Poll until something is so."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not is_so():
        assert time.monotonic() < deadline, f"after {PATIENCE_SECONDS:.0f} s: {what}"
        time.sleep(_POLL_SECONDS)


class PlacedOrder:
    """An order that was placed."""

    def __init__(self, api: Api, answer: Answer, payments: Sequence[Payment], body: dict[str, Any]) -> None:
        assert answer.status == 201, answer
        self.api = api
        self.answer = answer
        self.body = body
        self.payment_ids = [payment.id for payment in payments]
        self.order_id: str = answer.json["orderId"]
        self.transaction_id: str = answer.json["transactionId"]
        self.path = f"/api/oms/pvt/orders/{self.order_id}"
        self.transaction_path = f"/api/pvt/transactions/{self.transaction_id}"

    # What a merchant does. The raw ones return the answer at once; the others have to succeed, and wait.

    def start(self) -> None:
        """Start handling."""
        answer = self.api.post(f"{self.path}/start-handling")
        assert (answer.status, answer.text) == (204, ""), answer

    def notify(self, number: str, value: object, **fields: Any) -> Answer:
        """Notify an invoice."""
        return self.api.post(f"{self.path}/invoice", invoice_body(number, value, **fields))

    def invoice(self, number: str, value: object, **fields: Any) -> Answer:
        """Notify a sale invoice and wait for its settlement."""
        return self._done(self.notify(number, value, **fields))

    def give_back(self, number: str, value: int, **fields: Any) -> Answer:
        """Notify a return invoice and wait for its refund."""
        return self._done(self.notify(number, value, type="Input", **fields))

    def register_change(self, request_id: str, **fields: Any) -> Answer:
        """Register a change."""
        return self.api.post(f"{self.path}/changes", change_body(request_id, **fields))

    def change(self, request_id: str, **fields: Any) -> Answer:
        """Register a change and wait for what it does to the money."""
        return self._done(self.register_change(request_id, **fields))

    def request_cancel(self) -> Answer:
        """Ask for the order's cancellation."""
        return self.api.post(f"{self.path}/cancel", {"reason": "The customer asked for it"})

    def cancel(self) -> Answer:
        """Cancel the order and wait for what it does to the money."""
        return self._done(self.request_cancel())

    def come_to_rest(self) -> None:
        """Wait until no operation is waiting."""
        until(lambda: self.transaction()["operationsWaiting"] == 0, f"{self.order_id} is not at rest")

    def wait_for_event(self, type_: str) -> None:
        """Wait until an event of a type is on the timeline."""
        until(lambda: type_ in self.event_types(), f"{self.order_id} has no event {type_}")

    # What a merchant sees.

    def order(self) -> Any:
        """The order."""
        return self.api.read(self.path)

    def transaction(self) -> Any:
        """The transaction."""
        return self.api.read(self.transaction_path)

    def payments(self) -> Any:
        """The gateway's payments."""
        return self.api.read(f"{self.transaction_path}/payments")

    def figures(self) -> Figures:
        """What the order and its transaction show."""
        order, status = self.order(), self.transaction()["status"]
        assert order["paymentData"]["transactions"][0]["status"] == status
        return Figures(
            order["status"],
            status,
            order["value"],
            order["invoicedValue"],
            order["settledValue"],
            order["refundedValue"],
            order["openValue"],
        )

    def settlements(self) -> Moved:
        """Settlement requests and actions."""
        return self._moved("settlements")

    def refunds(self) -> Moved:
        """Refund requests and actions."""
        return self._moved("refunds")

    def cancellations(self) -> Moved:
        """Cancellation requests and actions."""
        return self._moved("cancellations")

    def action_types(self, what: str) -> list[str]:
        """The types of the actions of ``settlements``, ``refunds`` or ``cancellations``."""
        return [action["type"] for action in self.api.read(f"{self.transaction_path}/{what}")["actions"]]

    def recorded_calls(self, payment: int = 1) -> list[dict[str, Any]]:
        """What the connector recorded of a payment, authorisation and repeats included."""
        calls: list[dict[str, Any]] = self.api.read("/sandbox-connector/calls", paymentId=self.payment_ids[payment - 1])
        return calls

    def calls(self) -> list[Call]:
        """The movements that were asked of the connectors, in order; a repeated request is one."""
        first: dict[str, tuple[str, Call]] = {}
        for number in range(1, len(self.payment_ids) + 1):
            for call in self.recorded_calls(number):
                if call["operation"] != "payments":
                    movement = Call(call["operation"], Decimal(call["value"]), number)
                    _, known = first.setdefault(call["requestId"], (call["at"], movement))
                    assert known == movement, f"request {call['requestId']} was {known} and is now {movement}"
        return [call for _, call in sorted(first.values(), key=lambda item: item[0])]

    def events(self) -> list[dict[str, Any]]:
        """The timeline, oldest first."""
        newest_first: list[dict[str, Any]] = self.api.read(f"{self.transaction_path}/interactions")
        return newest_first[::-1]

    def event_types(self) -> list[str]:
        """The types of the events, oldest first."""
        return [event["Type"] for event in self.events()]

    def _done(self, answer: Answer) -> Answer:
        assert answer.status == 200, answer
        self.come_to_rest()
        return answer

    def _moved(self, what: str) -> Moved:
        shown = self.api.read(f"{self.transaction_path}/{what}")
        return Moved(
            [request["value"] for request in shown["requests"]], [action["value"] for action in shown["actions"]]
        )


class Merchant:
    """An account's user, who remembers the orders it placed."""

    def __init__(self, api: Api) -> None:
        self.api = api
        self.placed: list[PlacedOrder] = []

    def place(self, *payments: Payment, start: bool = True, **fields: Any) -> PlacedOrder:
        """Place an order, the base order unless said, and start handling it."""
        value = int(fields.get("value", sum(payment.value for payment in payments) or 10000))
        paid_by = payments or (Payment(value),)
        body = order_body(paid_by, **(fields | {"value": value}))
        order = PlacedOrder(self.api, self.api.post("/api/oms/pvt/orders", body), paid_by, body)
        self.placed.append(order)
        order.come_to_rest()
        if start:
            order.start()
        return order

    def submit(self, *payments: Payment, **fields: Any) -> PlacedOrder:
        """Place an order and take the answer as it comes, whatever becomes of the authorisation."""
        body = order_body(payments, **fields)
        order = PlacedOrder(self.api, self.api.post("/api/oms/pvt/orders", body), payments, body)
        self.placed.append(order)
        return order

    def script(self, operation: str, *outcomes: object, payment: str) -> None:
        """Say how the connector answers the next calls of an operation on a payment."""
        answer = self.api.post(
            "/sandbox-connector/script", {"paymentId": payment, "operation": operation, "outcomes": list(outcomes)}
        )
        assert answer.status == 200, answer

    def set(self, **settings: object) -> Any:
        """Change the account's settings."""
        answer = self.api.patch("/api/oms/pvt/account/settings", settings)
        assert answer.status == 200, answer
        return answer.json
