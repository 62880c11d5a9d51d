"""A stack in the background: start it, find it, stop it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path

from local import lock
from local.emulator import SAVE_SECONDS
from local.progress import StackError, awaited, say
from local.settings import CHECKOUT, StackSettings
from operations.running_stack import Facts, lives, read_facts

UP = (sys.executable, "-m", "local.stack", "up")
KILL_SECONDS = 45
STOP_SECONDS = SAVE_SECONDS + KILL_SECONDS


def running_facts(settings: StackSettings) -> Facts | None:
    """Return the facts of the stack in this folder, None unless it runs and is ready."""
    pid = lock.holder(settings.lock_file)
    facts = read_facts(settings.facts_file) if pid is not None else None
    return facts if facts is not None and facts.pid == pid and lives(pid) else None


def require_running(settings: StackSettings) -> Facts:
    """Return the facts of the stack in this folder; raises ``StackError`` unless it runs and is ready."""
    facts = running_facts(settings)
    if facts is None:
        pid = lock.holder(settings.lock_file)
        raise StackError("No local stack is running; `make up` starts one." if pid is None else not_ready(pid))
    return facts


def not_ready(pid: int) -> str:
    """Return the reason why a stack that holds its folder's lock cannot be used now."""
    if lives(pid):
        return f"The local stack is still starting (process {pid}); it can be used once it says that it is ready."
    return "The last local stack was killed and is still saving what it holds; try again in a moment."


def why_not_free(settings: StackSettings) -> str:
    """Return the reason why a stack cannot be started in a folder that has one."""
    pid = lock.holder(settings.lock_file)
    if pid is not None and running_facts(settings) is None:
        return not_ready(pid)
    return f"This stack is already running (process {pid}); `make down` stops it."


def start_detached(settings: StackSettings) -> Facts:
    """Start the stack in the background, show its progress, and return when it is ready.

    Raises ``StackError`` if it does not start, for instance because one runs already.
    """
    settings.directory.mkdir(parents=True, exist_ok=True)
    log = settings.log("stack")
    environment = os.environ | {"QUITA_LOCAL_DIR": str(settings.directory), "PORT": str(settings.port)}
    with log.open("wb") as output:
        process = subprocess.Popen(
            UP, cwd=CHECKOUT, env=environment,
            stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT, start_new_session=True,
        )  # fmt: skip
    shown = 0
    try:
        while True:
            ended = process.poll() is not None
            facts = read_facts(settings.facts_file)
            shown = _show(log, shown)
            if ended:
                raise StackError("The local stack did not start; its messages are above.")
            if facts is not None and facts.pid == process.pid:
                _show(log, shown)
                return facts
            time.sleep(0.1)
    except KeyboardInterrupt:
        process.send_signal(signal.SIGTERM)
        process.wait()
        raise


def stop(settings: StackSettings) -> bool:
    """Stop the stack of this folder and return when all of it has ended; False if there was none."""
    pid = lock.holder(settings.lock_file)
    if pid is None:
        return False
    if pid:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGTERM)
    is_free = partial(lock.wait_until_free, settings.lock_file)
    if not awaited(is_free, STOP_SECONDS, "still saving the state of the local AWS"):
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
        if not lock.wait_until_free(settings.lock_file, KILL_SECONDS):
            raise StackError(f"Process {pid} does not stop; end it by hand.")
    return True


@contextmanager
def stack_in_use(settings: StackSettings) -> Iterator[Facts]:
    """Yield the stack that runs or is starting in this folder, or a temporary one.

    A temporary stack is stopped when its last user is done.
    """
    with lock.share(settings.directory / "users") as wait_for_others:
        facts, is_ours = _found_or_started(settings)
        try:
            yield facts
        finally:
            if is_ours:
                wait_for_others()
                stop(settings)


def _found_or_started(settings: StackSettings) -> tuple[Facts, bool]:
    """Return the facts of the stack, and True if it was started here."""
    with lock.in_turn(settings.directory / "starting", lambda: say("waiting for a stack that is starting …")):
        while True:
            facts = _found(settings)
            if facts is not None:
                return facts, False
            try:
                return start_detached(settings), True
            except StackError:
                if lock.holder(settings.lock_file) is None:
                    raise


def _found(settings: StackSettings) -> Facts | None:
    """Return the facts of this folder's stack once it is ready; None if there is none, or its start failed."""
    told = False
    while (facts := running_facts(settings)) is None and (pid := lock.holder(settings.lock_file)) is not None:
        if not told and pid:
            say(f"waiting: {not_ready(pid)}")
            told = True
        time.sleep(0.1)
    return facts


def _show(log: Path, shown: int) -> int:
    with log.open("rb") as reader:
        reader.seek(shown)
        text = reader.read()
    if text:
        say(text.decode(errors="replace").rstrip("\n"))
    return shown + len(text)
