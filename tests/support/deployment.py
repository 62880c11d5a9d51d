"""The service as it is deployed, in one process: its own handlers on a table, and everything AWS has between them.

Stream, bus, rules, workflow engine and minute schedule do what AWS does when a process dies: a batch comes again, a
task is repeated, an execution is lost, hooks are called again, the next minute's sweep comes. Time is the test's.
"""

import importlib
import json
from collections import deque
from collections.abc import Mapping
from contextlib import suppress
from copy import copy
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from settlement import bootstrap
from settlement.api.feeds.view import update_of
from settlement.domain.account.account import EVERY_ROLE
from settlement.domain.account.delivery import DELAYS
from settlement.domain.connectors.connector import Mode
from settlement.domain.order.order import Order
from settlement.domain.transaction.transaction import Transaction
from settlement.use_cases.shared.ports import Ports, Unavailable
from settlement.use_cases.updates.call_hooks import HooksNotDelivered
from settlement.use_cases.workflow.execute_leg import ConnectorUnresolved
from testkit.builders import ACCOUNT, ORDER_ID, a_connector
from testkit.clock import Clock, Ids
from testkit.configuring import save_connector
from testkit.provider import FakeProvider
from tests.support.effects import Crash, Effects
from tests.support.feeds import FakeHookCaller
from tests.support.hourly_counters import FakeCounters
from tests.support.lambda_context import Context
from tests.support.service import route_of
from tests.support.tables import FakeTable, Table

SWEEP_EVERY = timedelta(minutes=1)
CONCLUDE_TRIES = 4
ATTEMPT_TRIES = EXECUTE_TRIES = 3
BATCH = 100
PATIENCE = timedelta(minutes=30)
SENDS = 5
"""How often a client sends a request that is not answered."""

_ENVIRONMENT = {
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_SECRET_ACCESS_KEY": "test",
    "SANDBOX": "true",
    "ANSWER_WAIT_SECONDS": "0",
    "HEALTH_ACCOUNT": ACCOUNT,
    "PUBLIC_BASE_URL": "https://gateway.example",
    "EVENT_BUS_NAME": "quita",
    "PARKED_EVENTS_QUEUE_URL": "parked",
    "UNDELIVERED_OPERATIONS_QUEUE_URL": "undelivered",
    "STATE_MACHINE_ARN": "workflow",
    "POWERTOOLS_SERVICE_NAME": "quita",
    "POWERTOOLS_METRICS_NAMESPACE": "quita",
    "POWERTOOLS_METRICS_DISABLED": "true",
    "LOG_LEVEL": "CRITICAL",
}


class Unanswered(AssertionError):
    """A client gave up asking."""


@dataclass(frozen=True, slots=True)
class HookRun:
    """A run of the function that calls hooks: when it is due, how often it was tried, and its event."""

    due_at: datetime
    tries: int
    event: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Answered:
    """What a client was told in the end."""

    status: int
    json: Any


class Deployment:
    """One account of the service, with a connector of each mode, and a strict provider behind them."""

    def __init__(
        self, patch: pytest.MonkeyPatch, table: Table, effects: Effects, *, lose_executions: bool = False
    ) -> None:
        self.effects = effects
        self.clock = Clock()
        self.provider = FakeProvider()
        self.table = table
        self.store = table.store
        self.published: list[dict[str, Any]] = []
        self.parked: list[dict[str, Any]] = []
        self.counters = FakeCounters()
        self.hooks = FakeHookCaller()
        self._hook_runs: list[HookRun] = []
        self._lose_executions = lose_executions
        self._ids = Ids()
        self._executions: deque[dict[str, Any]] = deque()
        self._relayed = 0
        self._in_flight: tuple[str, dict[str, Any]] | None = None
        self._deploy(patch)
        for mode in Mode:
            save_connector(self.store, ACCOUNT, a_connector(mode.value, mode))

    def copy(self) -> "Deployment":
        """Return all of it as it is now, at rest and on a fake table, to be resumed from any number of times."""
        assert isinstance(self.table, FakeTable)
        assert not self._executions, "an execution is under way"
        assert not self._hook_runs, "a hook is to be called"
        twin = copy(self)
        twin.effects = replace(self.effects, happened=list(self.effects.happened))
        twin.clock, twin._ids, twin.provider = Clock(self.clock.time), self._ids.copy(), self.provider.copy()
        twin.table = self.table.copy()
        twin.store = twin.table.store
        twin.published, twin.parked, twin._executions = list(self.published), list(self.parked), deque()
        twin.hooks, twin._hook_runs = self.hooks.copy(), []
        return twin

    def resume(self, patch: pytest.MonkeyPatch, effects: Effects, *, lose_executions: bool = False) -> "Deployment":
        """Return a copy that goes on from here, with ``effects`` taking up the count of what has happened."""
        resumed = self.copy()
        effects.happened[:] = self.effects.happened
        resumed.effects, resumed._lose_executions = effects, lose_executions
        resumed._deploy(patch)
        return resumed

    def _deploy(self, patch: pytest.MonkeyPatch) -> None:
        """Have the functions work on this table, clock and provider."""
        for name, value in _ENVIRONMENT.items():
            patch.setenv(name, value)
        effects = self.effects
        store, outside, connector = self.table.watched(effects), effects.of(self), effects.of(self.provider)
        patch.setattr(bootstrap, "store", lambda: store)
        patch.setattr(bootstrap, "ports", lambda actor: Ports(store, self.clock, self._ids, actor))
        feeds, hooks = self.table.watched_feeds(effects), effects.of(self.hooks, only={"notify"})
        patch.setattr(bootstrap, "feeds", lambda: feeds)
        patch.setattr(bootstrap, "hook_client", lambda: hooks)
        patch.setattr(bootstrap, "hourly_counters", lambda: self.counters)
        patch.setattr(bootstrap, "now", self.clock)
        entry_log = self.table.entry_log(effects)
        patch.setattr(bootstrap, "entry_log", lambda: entry_log)
        for name in ("events", "queues", "workflows"):
            patch.setattr(bootstrap, name, lambda: outside)
        patch.setattr(bootstrap, "connector_client", lambda: connector)

    @property
    def order(self) -> Order:
        """The head of the one order that a story is about."""
        order = self.store.order(ACCOUNT, ORDER_ID)
        assert order is not None
        return order

    @property
    def transaction(self) -> Transaction:
        """The head of its transaction."""
        transaction = self.store.transaction(ACCOUNT, self.order.transaction_id)
        assert transaction is not None
        return transaction

    # What the functions call outside of the table.

    def put_events(self, Entries: list[dict[str, Any]]) -> dict[str, Any]:
        """The bus, and its rule for hooks."""
        for entry in Entries:
            detail = json.loads(entry["Detail"])
            self.published.append(detail)
            if "hook" in detail.get("listeners", ()):
                event = {"detail-type": entry["DetailType"], "detail": detail}
                self._hook_runs.append(HookRun(self.clock.time, 0, event))
        return {"FailedEntryCount": 0, "Entries": [{"EventId": "1"} for _ in Entries]}

    def send_message(self, QueueUrl: str, MessageBody: str) -> dict[str, Any]:
        """The relay's queues; the sweep starts what lies in that of operations."""
        if QueueUrl == _ENVIRONMENT["PARKED_EVENTS_QUEUE_URL"]:
            self.parked.append(json.loads(MessageBody))
        return {"MessageId": "1"}

    def start_execution(self, stateMachineArn: str, input: str) -> dict[str, Any]:
        """The workflow, started by relay or sweep."""
        self._executions.append(json.loads(input))
        return {"executionArn": "execution"}

    # What a merchant does, and what time does.

    def send(self, method: str, path: str, body: object = None, app_key: str = "key") -> Answered:
        """Send a request until it is answered by something else than an error of the service."""
        for _ in range(SENDS):
            with suppress(Crash):
                answered = self.ask(method, path, body, app_key)
                if answered.status < 500:
                    return answered
            self.clock.advance(timedelta(seconds=1))
        raise Unanswered(f"{method} {path}: no answer to {SENDS} requests")

    def ask(self, method: str, path: str, body: object = None, app_key: str = "key") -> Answered:
        """Send a request once."""
        answer = self._invoke(route_of(method, path).function, _request(method, path, body, app_key))
        if answer["statusCode"] >= 500:
            assert (answer["statusCode"], answer["multiValueHeaders"]["Retry-After"]) == (503, ["1"]), answer
        return Answered(answer["statusCode"], json.loads(answer["body"]) if answer["body"] else None)

    def settle_down(self) -> None:
        """Let stream, relay and workflows run until none of them has anything to do."""
        while True:
            if self._executions:
                self._execute(self._executions.popleft())
            elif batch := self._next_batch():
                with suppress(Crash, Unavailable):
                    self._invoke("event_relay", {"Records": batch})
                    self._relayed += len(batch)
            elif self._hook_runs and (run := min(self._hook_runs, key=_due)).due_at <= self.clock.time:
                self._hook_runs.remove(run)
                self._call_hooks(run)
            else:
                return

    def sweep(self) -> None:
        """Run the sweep of one minute, and what it starts."""
        with suppress(Crash, Unavailable):
            self._invoke("due_work", {})
        self.settle_down()

    def rest(self) -> None:
        """Let everything run until nothing is queued, within the half an hour that the loss of anything may cost."""
        end = self.clock.time + PATIENCE
        self.settle_down()
        while self._hook_runs or not self.transaction.is_idle:
            assert self.clock.time < end, f"after {PATIENCE}: {self.transaction}"
            self.clock.advance(SWEEP_EVERY)
            self.sweep()

    def pass_time(self, by: timedelta) -> None:
        """Let time go by, with a sweep in each minute that something is due in."""
        end = self.clock.time + by
        self.settle_down()
        while (due := self._next_due()) is not None:
            time = max(due, self.clock.time + SWEEP_EVERY)
            if time > end:
                break
            self.clock.advance_to(time)
            self.sweep()
        self.clock.advance_to(end)

    # What other processes do meanwhile.

    def repeat(self) -> None:
        """Have another process do what one is at: a request sent twice, a task or batch that came twice."""
        assert self._in_flight is not None
        with suppress(Unavailable, ConnectorUnresolved, HooksNotDelivered):
            _run(*self._in_flight)

    def look_for_due_work(self) -> None:
        """Have the sweep come by; what it starts runs later."""
        with suppress(Unavailable):
            _run("due_work", {})

    def rival(self) -> None:
        """Have another execution of the workflow do the operation that one is at, if one is."""
        assert self._in_flight is not None
        function, event = self._in_flight
        if function == "settlement_steps":
            self._execute({name: event[name] for name in ("account", "transactionId", "operation")})

    # What AWS does between the functions.

    def _invoke(self, function: str, event: dict[str, Any]) -> Any:
        self._in_flight = (function, event)
        return _run(function, event)

    def _next_due(self) -> datetime | None:
        known = (self.table.next_due(), *(run.due_at for run in self._hook_runs))
        return min((due for due in known if due is not None), default=None)

    def _call_hooks(self, run: HookRun) -> None:
        """Run the function of hooks; a failed run is made again twice, and what then lies in the queue is redriven.

        An operator redrives it unless the log of the hooks tells of it: a run that died has told nothing.
        """
        try:
            self._invoke("order_hook", run.event)
        except (Crash, Unavailable, HooksNotDelivered):
            tries = run.tries + 1
            if tries <= len(DELAYS):
                self._hook_runs.append(HookRun(self.clock.time + DELAYS[tries - 1], tries, run.event))
            elif not self._is_told(run.event):
                self._hook_runs.append(HookRun(self.clock.time + SWEEP_EVERY, 0, run.event))

    def _is_told(self, event: dict[str, Any]) -> bool:
        """True if the log of every hook that wants an update says that it was taken or given up."""
        update, feeds = update_of(event), self.table.feeds
        wanting = [hook for hook in feeds.hooks(ACCOUNT) if hook.wants(update)]
        logged = [feeds.delivery(ACCOUNT, hook.app_key, update.key) for hook in wanting]
        return all(held is not None and (held.is_delivered or held.given_up_at) for held in logged)

    def _next_batch(self) -> list[dict[str, Any]]:
        """Return the stream's next records, as the mapping's filter lets them pass."""
        return list(self.table.records(self._relayed)[:BATCH])

    def _execute(self, name: Mapping[str, Any]) -> None:
        """Run one execution as the state machine does; it may be lost at any of its tasks."""
        with suppress(Crash):
            execution = {**name, "execution": self._ids(), "startedAt": self.clock.time.isoformat()}
            outcome = "more"
            while outcome == "more":
                attempted = self._task(ATTEMPT_TRIES, {**execution, "step": "attempt"})
                if attempted is not None and attempted["outcome"] != "execute":
                    outcome = attempted["outcome"]
                    continue
                for leg in attempted["legs"] if attempted is not None else ():
                    self._task(EXECUTE_TRIES, {**execution, **leg, "step": "execute"})
                concluded = self._task(CONCLUDE_TRIES, {**execution, "step": "conclude"})
                outcome = concluded["outcome"] if concluded else "failed"

    def _task(self, tries: int, event: dict[str, Any]) -> Any:
        """Run a task and its retries; None when all have failed."""
        for _ in range(tries):
            try:
                return self._invoke("settlement_steps", event)
            except Exception:
                continue
            except Crash:
                if self._lose_executions:
                    raise
        return None


def _due(run: HookRun) -> datetime:
    return run.due_at


def _run(function: str, event: dict[str, Any]) -> Any:
    return importlib.import_module(f"functions.{function}.app").handler(event, Context())


def _request(method: str, path: str, body: object, app_key: str) -> dict[str, Any]:
    """A request as the API hands it on, let in by the authorizer."""
    return {
        "httpMethod": method,
        "path": path,
        "resource": route_of(method, path).path,
        "headers": {},
        "multiValueHeaders": {},
        "queryStringParameters": None,
        "multiValueQueryStringParameters": None,
        "body": None if body is None else json.dumps(body),
        "isBase64Encoded": False,
        "requestContext": {
            "stage": "v1",
            "requestId": "1",
            "authorizer": {"account": ACCOUNT, "roles": EVERY_ROLE, "principalId": app_key},
        },
    }
