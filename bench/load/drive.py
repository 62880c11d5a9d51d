"""Drives orders at a fixed rate, independent of the service's pace: an open loop.

A request's latency counts from its scheduled time, so it includes any wait behind slow requests (no coordinated
omission). Requests without an answer or with 5xx are sent again; all of them are safe to repeat.
"""

from __future__ import annotations

import asyncio
import json
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import httpx

from bench.load.story import STEPS, Planned

SECONDS_BETWEEN_STEPS = 1.0
CONNECTIONS = 16
"""Most requests at once; a further one waits, and its latency includes the wait."""

REQUEST_SECONDS = 30.0
TOLD_EVERY_SECONDS = 5.0
READY_SECONDS = 300.0
POLL_SECONDS = 0.5
MAX_SENDINGS = 10
NOTHING_TO_REFUND_YET = 409
WORTH_ANOTHER_TRY = frozenset({429, 500, 502, 503, 504})


class Undriven(Exception):
    """The service refused a request that it should have accepted."""


@dataclass(slots=True)
class Driven:
    """The result: latencies in seconds by step, the number of repeated requests, and each order's transaction."""

    latencies: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    again: Counter[str] = field(default_factory=Counter)
    transactions: dict[int, str] = field(default_factory=dict)
    failures: dict[int, str] = field(default_factory=dict)
    placed: int = 0
    over: int = 0
    seconds: float = 0.0


async def drive(
    base_url: str, headers: dict[str, str], plan: list[Planned], rate: float, told: Callable[[Driven], None]
) -> Driven:
    """Place ``rate`` orders a second and play the story of each; ``told`` gets the progress."""
    driven = Driven()
    limits = httpx.Limits(max_connections=CONNECTIONS, max_keepalive_connections=CONNECTIONS)
    async with httpx.AsyncClient(
        base_url=base_url, headers=headers, timeout=httpx.Timeout(REQUEST_SECONDS, pool=None), limits=limits,
        trust_env=False,
    ) as http:  # fmt: skip
        clock = asyncio.get_running_loop().time
        start = clock()
        driver = _Driver(http, driven)
        tasks = [asyncio.create_task(driver.play(one, start + index / rate)) for index, one in enumerate(plan)]
        while any(not task.done() for task in tasks):
            await asyncio.wait(tasks, timeout=TOLD_EVERY_SECONDS)
            told(driven)
        driven.seconds = clock() - start
        for task in tasks:
            task.result()
    return driven


class _Driver:
    def __init__(self, http: httpx.AsyncClient, driven: Driven) -> None:
        self._http = http
        self._driven = driven
        self._clock = asyncio.get_running_loop().time

    async def play(self, planned: Planned, due: float) -> None:
        """Play the story of one order, starting at a time."""
        try:
            await self._wait_until(due)
            self._driven.placed += 1
            answer = await self._send("place", due, "/api/oms/pvt/orders", planned.body)
            self._driven.transactions[planned.number] = answer["transactionId"]
            path = f"/api/oms/pvt/orders/{planned.order_id}"
            await self._until_ready(path, answer["status"])
            due = self._clock()
            for step in STEPS:
                due += SECONDS_BETWEEN_STEPS
                await self._wait_until(due)
                await self._send(step.name, due, path + step.path, step.body)
        except Undriven as failure:
            self._driven.failures[planned.number] = f"{planned.order_id}: {failure}"
        finally:
            self._driven.over += 1

    async def _wait_until(self, due: float) -> None:
        await asyncio.sleep(max(0.0, due - self._clock()))

    async def _until_ready(self, path: str, status: str) -> None:
        """Wait for a slow authorisation, as a merchant would."""
        deadline = self._clock() + READY_SECONDS
        while status != "ready-for-handling":
            if self._clock() > deadline:
                raise Undriven(f"is {status} after {READY_SECONDS:.0f} s")
            await asyncio.sleep(POLL_SECONDS)
            answer = await self._ask("GET", path)
            status = answer.json()["status"] if answer is not None and answer.status_code == 200 else status

    async def _send(self, step: str, due: float, path: str, body: Any) -> dict[str, Any]:
        for sending in range(MAX_SENDINGS):
            answer = await self._ask("POST", path, body)
            if answer is not None and answer.is_success:
                self._driven.latencies[step].append(self._clock() - due)
                return dict(answer.json()) if answer.content else {}
            if step == "start" and sending and answer is not None and answer.status_code == 409:
                return {}  # it was accepted the first time, and its answer was lost
            if step == "return" and answer is not None and answer.status_code == NOTHING_TO_REFUND_YET:
                await self._put_right(path)
                continue
            if answer is not None and answer.status_code not in WORTH_ANOTHER_TRY:
                raise Undriven(f"{step} answered {answer.status_code}: {answer.text}")
            self._driven.again[step] += 1
            await asyncio.sleep(POLL_SECONDS)
        raise Undriven(f"{step} was not taken in {MAX_SENDINGS} sendings")

    async def _put_right(self, path: str) -> None:
        """Retry failed operations, like an operator who needs their captures for a refund."""
        order = await self._ask("GET", path.removesuffix("/invoice"))
        if order is not None and order.status_code == httpx.codes.OK:
            [transaction] = order.json()["paymentData"]["transactions"]
            operations = f"/api/pvt/transactions/{transaction['transactionId']}/operations"
            shown = await self._ask("GET", operations)
            for held in shown.json() if shown is not None and shown.status_code == httpx.codes.OK else ():
                if held["state"] == "failed":
                    await self._ask("POST", f"{operations}/{held['id']}/retry")
        await asyncio.sleep(SECONDS_BETWEEN_STEPS)

    async def _ask(self, method: str, path: str, body: Any = None) -> httpx.Response | None:
        """Send a request and return the answer, None if none came."""
        content = None if body is None else json.dumps(body)
        try:
            return await self._http.request(method, path, content=content, headers={"Content-Type": "application/json"})
        except httpx.TransportError:
            return None
