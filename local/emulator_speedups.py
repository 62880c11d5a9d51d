"""Saves the emulator repeated work (D92); its answers and refusals stay the same.

For each process of a function it would unpack the function and its layers anew, which takes a second; for each item of
a partition it would check and interpret a query's condition; for each request it would read the caller's policies
twice, and again for each item of a transaction, and the body four times, and write a transaction's out again to see how
long it is; each number of an item it would take apart three times; after each call it would wait 50 ms for a line of
log that may never come; before the first state of each workflow it would wait 150 ms.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import re
import struct
import tempfile
import termios
import time
import zipfile
from collections.abc import Callable
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from threading import Lock
from types import SimpleNamespace
from typing import Any

CONDITIONS = 4096
"""Most cached conditions; their texts are the service's own and contain no values."""

BODIES = 16
"""Most bodies of requests that are remembered; some requests are under way at a time."""

NUMBERS = 65_536
"""Most cached numbers, by their texts."""

PRINCIPAL_SECONDS = 1.0
"""How long a caller's policies are remembered, unless IAM is asked for anything meanwhile."""

_PLAIN_NUMBER = re.compile("0|-?[1-9][0-9]{0,37}")
"""A whole number as DynamoDB writes it, with at most its 38 digits."""

_KEY_CONDITION = re.compile(r"(\w+) = (:\w+) AND (?:begins_with\((\w+), (:\w+)\)|(\w+) BETWEEN (:\w+) AND (:\w+))")

LOG_SECONDS = 0.25
LOG_POLL_SECONDS = 0.001
SILENT_POLLS = 3

FIRST_STATE_SECONDS = 0.15
"""How long the emulator waits before the first state of a workflow; no state waits exactly this long."""

STARTED_SECONDS = 0.01
"""Delay in its place, enough to answer the starting request first."""


def speed_up(unpacked: Path) -> None:
    """Apply all of it to the emulator of this process; ``unpacked`` is a scratch folder for unpacked packages."""
    from ministack.core import iam_actions, iam_evaluator, lambda_runtime
    from ministack.services import dynamodb, iam, stepfunctions

    dynamodb._condition_syntax_error = lru_cache(CONDITIONS)(dynamodb._condition_syntax_error)
    dynamodb._evaluate_condition = with_quick_keys(dynamodb._evaluate_condition)
    tokens = lru_cache(CONDITIONS)(dynamodb._tokenize)
    dynamodb._tokenize = lambda expression: list(tokens(expression))
    dynamodb._ddb_canonicalize_number = unless_plain(dynamodb._ddb_canonicalize_number, lambda number: number)
    dynamodb._number_error = unless_plain(dynamodb._number_error, lambda number: None)
    dynamodb._number_size_bytes = remembered(dynamodb._number_size_bytes)
    principals = Principals(iam_evaluator.resolve_principal)
    iam_evaluator.resolve_principal = principals.resolve
    iam.handle_request = principals.forgotten_after(iam.handle_request)
    bodies = Bodies()
    iam_actions.json = SimpleNamespace(**{**vars(json), "loads": bodies.look})
    dynamodb.json = SimpleNamespace(**{**vars(json), "loads": bodies.take, "dumps": bodies.text})
    iam_actions.dynamodb_transaction_checks = without_repeats(iam_actions.dynamodb_transaction_checks)
    lambda_runtime.zipfile = SimpleNamespace(**{**vars(zipfile), "ZipFile": unpacks_into(unpacked)})
    lambda_runtime.Worker._drain_stderr_bounded = log_so_far
    stepfunctions.time = SimpleNamespace(**{**vars(time), "sleep": sleep_in_workflow})


def remembered(of_text: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Return a function that computes its result once for each text, and always for anything else."""
    known = lru_cache(NUMBERS)(of_text)
    return lambda given: known(given) if isinstance(given, str) else of_text(given)


def unless_plain(of_number: Callable[[Any], Any], of_plain: Callable[[str], Any]) -> Callable[[Any], Any]:
    """Return a function that knows by itself what is said of a plain whole number, and asks ``of_number`` otherwise."""

    def told(given: Any) -> Any:
        is_plain = isinstance(given, str) and _PLAIN_NUMBER.fullmatch(given)
        return of_plain(given) if is_plain else of_number(given)

    return told


class Bodies:
    """What the bodies of requests say, each read once: others look at it before its service takes it for its own."""

    def __init__(self) -> None:
        self._seen: dict[Any, Any] = {}
        self._taken: tuple[Any, Any] = (None, b"")

    def look(self, body: Any) -> Any:
        """Return what a body says, to be looked at only; raises ``ValueError`` if it is no JSON."""
        if body not in self._seen:
            if len(self._seen) >= BODIES:
                self._seen.clear()
            self._seen[body] = json.loads(body)
        return self._seen[body]

    def take(self, body: Any) -> Any:
        """Return what a body says, and forget it: whoever takes it may change it."""
        said = self._seen.pop(body) if body in self._seen else json.loads(body)
        self._taken = (said, body)
        return said

    def text(self, said: Any, **options: Any) -> str:
        """Return what is said as JSON: of what was taken last the body itself, whatever became of it since."""
        taken, body = self._taken
        if said is taken and isinstance(body, bytes) and not options:
            return body.decode()
        return json.dumps(said, **options)


class Principals:
    """Callers with their policies, each remembered for ``PRINCIPAL_SECONDS`` and until the next request to IAM."""

    def __init__(self, resolve: Callable[..., Any]) -> None:
        self._resolve = resolve
        self._known: dict[tuple[str, str], tuple[float, Any]] = {}

    def resolve(self, access_key: str, account: str, credential: Any = None) -> Any:
        """Return a caller, or why there is none, which is not remembered."""
        until, known = self._known.get((access_key, account), (0.0, None))
        if until > time.monotonic():
            return known
        found = self._resolve(access_key, account, credential)
        if hasattr(found, "policies"):
            self._known[access_key, account] = time.monotonic() + PRINCIPAL_SECONDS, found
        return found

    def forgotten_after(self, handle: Callable[..., Any]) -> Callable[..., Any]:
        """Wrap the handler of IAM's requests."""

        async def handled(*request: Any) -> Any:
            try:
                return await handle(*request)
            finally:
                self._known.clear()

        return handled


def without_repeats(checks: Callable[..., list[tuple[str, str]]]) -> Callable[..., list[tuple[str, str]]]:
    """Return the checks of a transaction, in their order, each once: its items differ in neither action nor table."""
    return lambda *request: list(dict.fromkeys(checks(*request)))


def with_quick_keys(evaluate: Callable[..., bool]) -> Callable[..., bool]:
    """Return an evaluation that compares a query's keys itself if they are texts, and leaves all else to ``evaluate``.

    The emulator has refused a faulty query before it looks at items.
    """

    def evaluated(expression: str, item: Any, values: Any, names: Any, slot: str = "ConditionExpression") -> bool:
        keys = key_condition(expression) if slot == "KeyConditionExpression" else None
        if keys is not None:
            with suppress(KeyError):
                return _has_keys(keys, item, values)
        return evaluate(expression, item, values, names, slot)

    return evaluated


@lru_cache(CONDITIONS)
def key_condition(expression: str) -> tuple[str | None, ...] | None:
    """Return the names in a condition on both keys, None for one of another form.

    They are the partition key and its value, the sort key and how it begins, or the sort key, its first value and last.
    """
    found = _KEY_CONDITION.fullmatch(expression)
    return None if found is None else found.groups()


def _has_keys(keys: tuple[str | None, ...], item: Any, values: Any) -> bool:
    """Return whether an item has the keys; texts sort as their bytes do. Raises ``KeyError`` if they are no texts."""
    partition, wanted, begins, start, between, first, last = keys
    sort = item[begins or between]["S"]
    is_meant = sort.startswith(values[start]["S"]) if begins else values[first]["S"] <= sort <= values[last]["S"]
    return bool(item[partition]["S"] == values[wanted]["S"] and is_meant)


def unpacks_into(folder: Path) -> type[zipfile.ZipFile]:
    """Return a ``ZipFile`` class that unpacks each archive once into ``folder``, and then links its contents."""
    unpacking = Lock()

    class Unpacked(zipfile.ZipFile):
        def namelist(self) -> list[str]:
            """Return nothing: callers only look for names that lead out of the folder, and unpacking drops those."""
            return []

        def extractall(self, path: Any = None, members: Any = None, pwd: bytes | None = None) -> None:
            with Path(str(self.filename)).open("rb") as archive:
                contents = folder / hashlib.file_digest(archive, "sha256").hexdigest()
            with unpacking:
                if not contents.exists():
                    folder.mkdir(exist_ok=True)
                    fresh = tempfile.mkdtemp(dir=folder)
                    super().extractall(fresh, super().namelist())
                    Path(fresh).replace(contents)
            wanted = Path(path)
            wanted.rmdir()
            wanted.symlink_to(contents)

    return Unpacked


def sleep_in_workflow(seconds: float) -> None:
    """Sleep for the time of a state, but before the first state only ``STARTED_SECONDS``."""
    time.sleep(STARTED_SECONDS if seconds == FIRST_STATE_SECONDS else seconds)


def log_so_far(worker: Any) -> str:
    """Return the log of a process so far: read the bytes in the pipe, and wait for no others."""
    if worker._proc is None:  # it was killed, so its log is complete
        worker._stderr_thread.join(LOG_SECONDS)
        return str(worker._drain_stderr())
    over, silent = time.monotonic() + LOG_SECONDS, 0
    while silent < SILENT_POLLS and time.monotonic() < over:
        time.sleep(LOG_POLL_SECONDS)
        silent = 0 if _bytes_in(worker._proc.stderr) else silent + 1
    return str(worker._drain_stderr())


def _bytes_in(pipe: Any) -> int:
    """Return the number of unread bytes."""
    return int(struct.unpack("i", fcntl.ioctl(pipe, termios.FIONREAD, bytes(4)))[0])
