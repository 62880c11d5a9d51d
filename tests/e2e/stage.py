"""An order on which bad input is tried, and how a refusal looks."""

import json
from dataclasses import dataclass
from typing import Any

from testkit.api import Answer
from testkit.merchant import PlacedOrder

ORDERS = "/api/oms/pvt/orders"

LARGEST = 999_999_999_999

MISSING = object()

LONG = "x" * 3000


@dataclass(frozen=True, slots=True)
class Stage:
    """Orders that take part in every case, with everything there is to see of them."""

    orders: dict[str, PlacedOrder]
    seen: dict[str, Any]

    def check(self) -> None:
        """Fail if anything has changed since."""
        assert {name: everything(order) for name, order in self.orders.items()} == self.seen


def everything(order: PlacedOrder) -> Any:
    return [order.order(), order.transaction(), order.events()]


def without(body: dict[str, Any], path: str) -> dict[str, Any]:
    """Take one field off a body; ``path`` is dotted."""
    return replaced(body, path, MISSING)


def replaced(body: dict[str, Any], path: str, value: object) -> dict[str, Any]:
    copy: dict[str, Any] = json.loads(json.dumps(body))
    *parents, last = path.split(".")
    inner: Any = copy
    for name in parents:
        inner = inner[int(name)] if isinstance(inner, list) else inner[name]
    if value is MISSING:
        del inner[last]
    else:
        inner[int(last) if isinstance(inner, list) else last] = value
    return copy


def require_refused(answer: Answer, *words: str, status: int = 400, code: str = "OMS001") -> None:
    assert (answer.status, answer.code) == (status, code), answer
    for word in words:
        assert word in answer.message, (word, answer.message)
