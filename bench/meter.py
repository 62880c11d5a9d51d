"""Counts DynamoDB requests and their consumption, from a client's requests and answers."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

READS = frozenset({"GetItem", "Query"})
READ_UNIT_BYTES = 4096
"""Unit of a consistent read, billed by the size of its items; the emulator counts the request alone."""


@dataclass(slots=True)
class Consumption:
    """The consumption of DynamoDB: requests, capacity units, bytes sent and received."""

    requests: Counter[str] = field(default_factory=Counter)
    read_units: float = 0.0
    write_units: float = 0.0
    bytes_sent: int = 0
    bytes_received: int = 0

    def __str__(self) -> str:
        calls = ", ".join(f"{count} {name}" for name, count in sorted(self.requests.items()))
        return f"{self.write_units:.1f} write units, {self.read_units:.1f} read units; {calls}"


class Meter:
    """Measures a DynamoDB client, which only one thread may use."""

    def __init__(self, client: Any) -> None:
        self._current = Consumption()
        events = client.meta.events
        events.register("provide-client-params.dynamodb", self._ask)
        events.register("before-send.dynamodb", self._send)
        events.register("after-call.dynamodb", self._count)

    @contextmanager
    def measure(self) -> Iterator[Consumption]:
        """Count the requests within the context."""
        self._current = consumption = Consumption()
        yield consumption
        self._current = Consumption()

    def _ask(self, params: dict[str, Any], model: Any, **_: Any) -> dict[str, Any]:
        if "ReturnConsumedCapacity" in model.input_shape.members:
            params["ReturnConsumedCapacity"] = "INDEXES"
        return params

    def _send(self, request: Any, **_: Any) -> None:
        self._current.bytes_sent += len(request.body or b"")

    def _count(self, http_response: Any, parsed: dict[str, Any], model: Any, **_: Any) -> None:
        self._current.requests[model.name] += 1
        self._current.bytes_received += len(http_response.content)
        if model.name in READS:
            found = parsed.get("Items", [parsed["Item"]] if "Item" in parsed else [])
            self._current.read_units += max(1, math.ceil(sum(map(size_of, found)) / READ_UNIT_BYTES))
            return
        consumed = parsed.get("ConsumedCapacity", [])
        for one in consumed if isinstance(consumed, list) else [consumed]:
            self._current.write_units += one.get("CapacityUnits", 0.0)


def size_of(item: dict[str, Any]) -> int:
    """Return the billed size of an item: the bytes of its attributes' names and values."""
    return sum(len(name.encode()) + _value_size(value) for name, value in item.items())


def _value_size(value: dict[str, Any]) -> int:
    [(kind, content)] = value.items()
    match kind:
        case "S":
            return len(content.encode())
        case "N":
            return len(content.lstrip("-0")) // 2 + 2
        case "L":
            return 3 + sum(1 + _value_size(inner) for inner in content)
        case "B":
            return len(content)
        case "M":
            return 3 + len(content) + size_of(content)
        case _:
            return 1
