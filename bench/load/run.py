"""One run: creates an account, drives the orders, waits until they are at rest, checks and reports them."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from functools import partial
from threading import Event, Thread
from typing import Any

import httpx
from botocore.exceptions import BotoCoreError, ClientError

from bench.load.check import NoWayOn, OrderAtRest, faults_of, is_at_rest, put_right, seconds_to_capture
from bench.load.drive import Driven, drive
from bench.load.outcome import Load, Outcome
from bench.load.provider import Provider, served
from bench.load.report import report
from bench.load.story import CONNECTOR, Planned
from local.deployment import client
from local.seed import ACCOUNT
from operations.running_stack import Facts
from settlement.domain.account.account import EVERY_ROLE, AccountSettings
from settlement.domain.connectors.connector import Connector, ConnectorProtocol, Mode
from settlement.storage.app_keys import Caller, save
from settlement.storage.dynamodb import DynamoDBStore
from testkit.api import Api, new_id
from testkit.configuring import save_connector, save_settings

SWEEP_EVERY_SECONDS = 20.0
CHECKED_AT_ONCE = 4
CHECKED_IN_A_ROW = 20
LOOK_AGAIN_SECONDS = 2.0
REST_SECONDS = 900.0
"""How long the last order can take to come to rest: its connector is tried again after 1, then 5 minutes."""


def run(facts: Facts, load: Load) -> Outcome:
    """Drive the orders, wait until all are at rest, check each, and print the results."""
    provider = Provider(load.faults)
    plan = [Planned(number, f"{load.faults.seed}") for number in range(1, load.orders + 1)]
    print(f"{load.orders} orders, {load.rate:g} a second, at {facts.base_url}", flush=True)
    with served(provider) as address, _sweeps(facts):
        headers = _open_account(facts, address)
        driven = asyncio.run(drive(facts.base_url, headers, plan, load.rate, _Teller(load.orders).tell))
        outcome = Outcome(load, driven, provider.met, wrong=list(driven.failures.values()))
        api = Api(facts.base_url, headers["X-VTEX-API-AppKey"], headers["X-VTEX-API-AppToken"])
        taken = [one for one in plan if one.number not in driven.failures]
        _check(outcome, [OrderAtRest(api, provider, one, driven.transactions[one.number]) for one in taken])
    report(outcome)
    return outcome


def _open_account(facts: Facts, provider: str) -> dict[str, str]:
    """Create an account whose only connector is the bench's own; return the headers of its requests."""
    dynamodb = client("dynamodb", facts.aws_port)
    account, token = f"load-{new_id().lower()[:12]}", new_id()
    store = DynamoDBStore(dynamodb, facts.table_name)
    save_settings(store, account, AccountSettings(merchant_name=account))
    sandbox = store.connector(ACCOUNT, "sandbox")
    assert sandbox is not None
    connector = Connector(
        name=CONNECTOR,
        protocol=ConnectorProtocol.PPP,
        mode=Mode.PARTIAL,
        service_url=provider,
        credentials=sandbox.credentials,
    )
    save_connector(store, account, connector)
    save(dynamodb, facts.table_name, Caller(account, account, (EVERY_ROLE,)), token)
    return {"X-VTEX-API-AppKey": account, "X-VTEX-API-AppToken": token}


@contextmanager
def _sweeps(facts: Facts) -> Iterator[None]:
    """Run the due-work sweep every few seconds, so that waiting operations start when they are due."""
    lambdas: Any = client("lambda", facts.aws_port)
    over = Event()

    def sweep() -> None:
        while not over.wait(SWEEP_EVERY_SECONDS):
            with suppress(BotoCoreError, ClientError):
                lambdas.invoke(FunctionName=facts.functions["due_work"], Payload=b"{}")

    thread = Thread(target=sweep, name="sweeps", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def _check(outcome: Outcome, orders: list[OrderAtRest]) -> None:
    """Check every order once it is at rest; one that does not come to rest in time is wrong."""
    started, left = time.monotonic(), orders
    with ThreadPoolExecutor(CHECKED_AT_ONCE) as pool:
        while left and time.monotonic() - started < REST_SECONDS:
            resting: list[OrderAtRest] = []
            for start in range(0, len(left), CHECKED_IN_A_ROW):
                row = left[start : start + CHECKED_IN_A_ROW]
                resting += [order for order in pool.map(partial(_look_at, outcome), row) if order is not None]
                print(f"  {outcome.checked} of {len(orders)} checked, {len(outcome.wrong)} wrong", flush=True)
            outcome.waited = outcome.waited or len(resting)
            left = resting
            if left:
                time.sleep(LOOK_AGAIN_SECONDS)
    outcome.rest_seconds = time.monotonic() - started
    outcome.wrong += [f"{order.order_id}: not at rest after {REST_SECONDS:.0f} s" for order in left]


def _look_at(outcome: Outcome, order: OrderAtRest) -> OrderAtRest | None:
    """Check an order if it is at rest and not in error, else return it for a later check."""
    try:
        if not is_at_rest(order):
            return order
        way = put_right(order)
        if way is not None:
            outcome.retried += way == "retry"
            outcome.written_off += way == "write-off"
            return order
        wrong = faults_of(order)
    except httpx.TransportError:
        return order
    except NoWayOn as stuck:
        wrong = str(stuck)
    outcome.captures += seconds_to_capture(order)
    outcome.wrong += [wrong] if wrong is not None else []
    outcome.checked += 1
    return None


class _Teller:
    """Prints the progress of a run, at most every other second."""

    def __init__(self, orders: int) -> None:
        self._orders = orders
        self._started = time.monotonic()

    def tell(self, driven: Driven) -> None:
        """Print one line."""
        seconds = time.monotonic() - self._started
        under_way = driven.placed - driven.over
        again = sum(driven.again.values())
        print(
            f"  {seconds:5.0f} s: {driven.placed} of {self._orders} placed, {under_way} under way, "
            f"{again} requests sent again, {len(driven.failures)} orders given up",
            flush=True,
        )
