"""Makes the emulator of this process durable: every write is in a journal before its answer is sent (D95).

The writes of one request are one entry, so a transaction is stored whole or not at all. The journal also has the
definitions of created tables, connectors' credentials and queues, each whole after every change (queues twice a
second). The large and rarely changing results of deployments are saved by ``save``, and so are logs and executions.
"""

from __future__ import annotations

import json
import shutil
import sys
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from local import saved_state
from local.journal import Journal, entries

FLUSH_SECONDS = 0.5

_DEFINING = frozenset({"CreateTable", "DeleteTable", "UpdateTable", "UpdateTimeToLive"})
_READING = ("Get", "List", "Describe", "BatchGet", "Validate")

Write = tuple[str, str, str, dict[str, Any] | None]
"""A table's ARN, partition and sort key, and the item after the write, None if it was deleted."""


class Keeper:
    """Keeps the state of the emulator's modules in a folder."""

    def __init__(self, state: Path) -> None:
        from ministack import app
        from ministack.core import persistence
        from ministack.services import dynamodb, lambda_svc, secretsmanager, sqs

        self._state = state
        self._app, self._persistence = app, persistence
        self._dynamodb, self._lambda = dynamodb, lambda_svc
        self._whole = {"secretsmanager": secretsmanager, "sqs": sqs}
        self._journal: Journal | None = None
        self._request = threading.local()
        self._queues = ""

    def take_over(self) -> None:
        """Let the emulator load and save through this object, and report every write to it."""
        load = self._app._load_persisted_state
        self._app._load_persisted_state = lambda: self._load(load)
        self._app.save_all = self._save_at_the_end
        self._dynamodb._set_item = self._noting(self._dynamodb._set_item)
        self._dynamodb._remove_item = self._noting(self._dynamodb._remove_item)
        self._dynamodb.handle_request = self._as_one_entry(self._dynamodb.handle_request)
        secrets = self._whole["secretsmanager"]
        secrets.handle_request = self._followed_by_state(secrets.handle_request)
        threading.Thread(target=self._flush_for_ever, daemon=True).start()

    def save(self) -> None:
        """Save everything between two requests; can be called from any thread."""
        self._app._MAIN_LOOP.call_soon_threadsafe(lambda: self._save(self._app._build_persistence_save_dict()))

    def _load(self, load: Callable[[], None]) -> None:
        save = saved_state.current(self._state)
        if save is None:
            return
        self._persistence.STATE_DIR = str(save)
        load()
        for text in entries(saved_state.journal_of(save)):
            self._play(json.loads(text, object_hook=self._persistence._json_object_hook))
        self._journal = Journal(saved_state.journal_of(save))

    def _save(self, services: Mapping[str, Callable[[], Any]]) -> None:
        """Save every service; after a failure, the previous save with its journal stays the current one."""
        before, save = saved_state.current(self._state), saved_state.next_save(self._state)
        unused: set[str] = set()
        prune, self._lambda._prune_orphan_code_blobs = self._lambda._prune_orphan_code_blobs, unused.update
        self._persistence.STATE_DIR = str(save)
        try:
            for name, state_of in services.items():
                state = state_of()
                if state is None:
                    continue
                self._persistence.save_state(name, state)
                if not (save / f"{name}.json").exists():
                    print(f"{name} cannot be saved; the journal continues", file=sys.stderr, flush=True)
                    return
        finally:
            self._lambda._prune_orphan_code_blobs = prune
        for file in before.glob("*.json") if before is not None else ():
            if not (save / file.name).exists():
                shutil.copy2(file, save)
        journal = Journal(saved_state.journal_of(save))
        saved_state.let_it_count(save)
        before_it, self._journal = self._journal, journal
        if before_it is not None:
            before_it.close()
        prune(unused)

    def _save_at_the_end(self, services: Mapping[str, Callable[[], Any]]) -> None:
        self._save(services)
        self._journal = None

    def _play(self, entry: dict[str, Any]) -> None:
        """Apply an entry."""
        dynamodb = self._dynamodb
        if "definitions" in entry:
            self._define(entry["definitions"])
        for name, module in self._whole.items():
            if name in entry:
                module.reset()
                module.load_persisted_state(entry[name])
        for arn, partition, sort, item in entry.get("writes", ()):
            table = dynamodb._tables.get_scoped(*_scope(arn))
            if table is None:
                continue
            if item is None:
                dynamodb._remove_item(table, partition, sort)
            else:
                dynamodb._set_item(table, partition, sort, item)

    def _define(self, definitions: dict[str, Any]) -> None:
        """Replace all tables by these definitions; existing tables keep their items."""
        held = dict(self._dynamodb._tables.all_items())
        self._dynamodb._tables.clear()
        self._dynamodb.load_persisted_state(definitions)
        for scope, table in self._dynamodb._tables.all_items():
            if scope in held:
                table["items"] = held[scope]["items"]
                self._dynamodb._items_replaced(table)

    def _noting(self, change: Callable[..., Any]) -> Callable[..., Any]:
        """Wrap a change of one item, to record it with the other changes of its request."""

        def changed(table: dict[str, Any], partition: str, sort: str, *item: Any) -> Any:
            done = change(table, partition, sort, *item)
            write: Write = (table["TableArn"], partition, sort, *(item or (None,)))
            of_request = getattr(self._request, "writes", None)
            if of_request is None:
                self._write_down(writes=[write])
            else:
                of_request.append(write)
            return done

        return changed

    def _as_one_entry(self, handle: Callable[..., Any]) -> Callable[..., Any]:
        async def handled(method: str, path: str, headers: Any, *more: Any) -> Any:
            self._request.writes = []
            try:
                return await handle(method, path, headers, *more)
            finally:
                writes, self._request.writes = self._request.writes, None
                if _action(headers) in _DEFINING:
                    self._write_down(definitions=self._definitions())
                if writes:
                    self._write_down(writes=writes)

        return handled

    def _followed_by_state(self, handle: Callable[..., Any]) -> Callable[..., Any]:
        async def handled(method: str, path: str, headers: Any, *more: Any) -> Any:
            try:
                return await handle(method, path, headers, *more)
            finally:
                if not _action(headers).startswith(_READING):
                    self._write_down(secretsmanager=self._whole["secretsmanager"].get_state())

        return handled

    def _definitions(self) -> dict[str, Any]:
        """Return the definitions of the emulator's tables, without their items."""
        held = [(table, table["items"]) for table in self._dynamodb._tables.all_values()]
        try:
            for table, _ in held:
                table["items"] = {}
            definitions: dict[str, Any] = self._dynamodb.get_state()
        finally:
            for table, items in held:
                table["items"] = items
        return definitions

    def _write_down(self, **entry: Any) -> None:
        if self._journal is not None:
            self._journal.append(json.dumps(entry, separators=(",", ":"), default=self._persistence._json_default))

    def _flush_for_ever(self) -> None:
        while True:
            time.sleep(FLUSH_SECONDS)
            loop = self._app._MAIN_LOOP
            if loop is not None and not loop.is_closed():
                loop.call_soon_threadsafe(self._write_down_queues)
            journal = self._journal
            if journal is not None:
                journal.flush()

    def _write_down_queues(self) -> None:
        state = self._whole["sqs"].get_state()
        queues = json.dumps(state, separators=(",", ":"), default=self._persistence._json_default)
        if queues != self._queues:
            self._queues = queues
            self._write_down(sqs=state)


def _action(headers: Mapping[str, str]) -> str:
    return headers.get("x-amz-target", "").rpartition(".")[2]


def _scope(arn: str) -> tuple[str, str, str]:
    """Return account, region and name of a table."""
    _, _, _, region, account, resource = arn.split(":", 5)
    return account, region, resource.removeprefix("table/")
