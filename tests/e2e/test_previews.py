"""In fifty random states over HTTP, the connectors' calls after an action are the plan of its preview."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random
from typing import Any

import pytest

from testkit.api import Answer
from testkit.bodies import Payment, change_body, invoice_body
from testkit.merchant import Merchant, PlacedOrder

STATES = 50
KINDS = {"settlements": "settle", "cancellations": "cancel", "refunds": "refund"}

Moved = tuple[str, str, int, str | None]
"""Payment, kind, value and, of a refund, its settlement."""


@dataclass(frozen=True)
class Action:
    """A request that moves money."""

    path: str
    body: dict[str, Any]
    method: str = "POST"

    def preview(self, order: PlacedOrder) -> Answer:
        """Ask what it would do."""
        return order.api.post(f"{self.path}/preview", self.body)

    def do(self, order: PlacedOrder, version: int | None = None) -> Answer:
        """Ask for it, on a version."""
        headers = order.api.headers | ({} if version is None else {"If-Match": f'"{version}"'})
        return order.api.send(self.method, self.path, json.dumps(self.body), headers)


def actions(order: PlacedOrder, random: Random) -> list[Action]:
    """Actions of every kind on an order, in a random order; many of them it will not take."""
    value, number = random.randint(1, 6000), f"P{random.randint(1, 10**6)}"
    modifications = f"/api/order-system/orders/{order.order_id}/changes"
    last = max(int(held["id"]) for held in order.api.read(f"{order.transaction_path}/operations"))
    found = [
        Action(f"{order.path}/invoice", invoice_body(number, value)),
        Action(f"{order.path}/invoice", invoice_body(number, order.order()["value"])),
        Action(f"{order.path}/invoice", invoice_body(number, value, type="Input")),
        Action(f"{order.path}/changes", change_body(number, discount=value)),
        Action(modifications, {"reason": "less", "manualDiscountValue": value}, "PATCH"),
        Action(f"{order.path}/cancel", {"reason": "sold out"}),
        Action(f"{order.transaction_path}/operations/{last}/retry", {}),
    ]
    found += [
        Action(f"{order.transaction_path}/{part}-request", {"value": value})
        for part in ("settlement", "refunding", "cancellation")
    ]
    return random.sample(found, len(found))


def story(merchant: Merchant, random: Random) -> PlacedOrder:
    """An order at rest, after some of all that can happen to one."""
    connector = random.choice(["sandbox", "sandbox", "sandbox-total", "sandbox-hold"])
    payments = [Payment(random.randint(2500, 6000), connector) for _ in range(random.randint(1, 3))]
    order = merchant.place(*payments)
    for step in range(random.randint(0, 3)):
        if random.random() < 0.2:
            merchant.script(random.choice(list(KINDS)), "400", payment=payments[0].id)
        value = random.randint(500, 5000)
        match random.choice(["sale", "sale", "change", "rest"]):
            case "sale":
                order.notify(f"N{step}", value)
            case "change":
                order.register_change(f"C{step}", discount=value)
            case "rest":
                order.notify(f"N{step}", order.order()["value"])
        order.come_to_rest()
    for operation in KINDS:
        merchant.script(operation, "ok", payment=payments[0].id)
    return order


def calls(order: PlacedOrder) -> dict[str, Moved]:
    """The movements that were asked of the connectors, by request id."""
    found = {}
    for payment_id, number in zip(order.payment_ids, range(1, len(order.payment_ids) + 1), strict=True):
        for call in order.recorded_calls(number):
            if kind := KINDS.get(call["operation"]):
                value = int(call["value"] * 100)
                found[call["requestId"]] = (payment_id, kind, value, call.get("settleId"))
    return found


def plan(preview: Any) -> Iterator[Moved]:
    """The calls of a plan."""
    for move in preview["moneyPlan"]:
        if move["operation"] in KINDS.values():
            yield move["paymentId"], move["operation"], move["value"], move["settleId"]


@pytest.mark.parametrize("seed", range(STATES))
def test_calls_after_an_action_are_the_plan_of_its_preview(merchant: Merchant, seed: int) -> None:
    random = Random(seed)
    order = story(merchant, random)

    for action in actions(order, random):
        before, events = calls(order), len(order.events())
        previewed = action.preview(order)
        assert (calls(order), len(order.events())) == (before, events)
        if previewed.status != 200:
            refused = action.do(order)
            assert (refused.status, refused.json) == (previewed.status, previewed.json)
            continue
        told = previewed.json
        assert order.api.get(order.path).headers["ETag"] == f'"{told["version"]}"'

        done = action.do(order, told["version"])

        assert done.status in (200, 202), done
        order.come_to_rest()
        moved = [call for request, call in calls(order).items() if request not in before]
        assert sorted(moved, key=str) == sorted(plan(told), key=str)
        assert order.order()["status"] == told["order"]["statusAfter"]
        assert order.order()["value"] == told["order"]["valueAfter"]
        assert order.transaction()["status"] == told["transaction"]["statusAfter"]
        return
    raise AssertionError("no action is possible")


def test_action_on_a_version_that_is_over_is_refused_and_writes_nothing(merchant: Merchant) -> None:
    order = merchant.place()
    action = Action(f"{order.path}/invoice", invoice_body("N2", 1000))
    version = action.preview(order).json["version"]
    order.invoice("N1", 7000)
    events = len(order.events())

    stale = action.do(order, version)

    assert (stale.status, stale.code) == (412, "OMS412")
    assert (len(order.events()), order.order()["invoicedValue"]) == (events, 7000)
    assert action.do(order, action.preview(order).json["version"]).status == 200
    order.come_to_rest()
