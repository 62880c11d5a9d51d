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
from local.facts import Facts, read_facts
from local.progress import StackError, awaited, say
from local.settings import CHECKOUT, Settings

KILL_SECONDS = 45
STOP_SECONDS = SAVE_SECONDS + KILL_SECONDS


def running_facts(settings: Settings) -> Facts | None:
    """The facts of the stack in this folder, None unless it runs and is ready."""
    if lock.holder(settings.lock_file) is None:
        return None
    return read_facts(settings.facts_file)


def require_running(settings: Settings) -> Facts:
    """The facts of the stack in this folder; raises StackError unless it runs and is ready."""
    facts = running_facts(settings)
    if facts is None:
        raise StackError("No local stack is running; `make up` starts one.")
    return facts


def start_detached(settings: Settings) -> Facts:
    """Starts the stack in the background and returns when it is ready, showing its progress meanwhile."""
    settings.directory.mkdir(parents=True, exist_ok=True)
    log = settings.log("stack")
    environment = os.environ | {"QUITA_LOCAL_DIR": str(settings.directory), "PORT": str(settings.port)}
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "local.stack", "up"], cwd=CHECKOUT, env=environment,
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


def stop(settings: Settings) -> bool:
    """Stops the stack of this folder and returns when nothing of it is left; False when there was none."""
    pid = lock.holder(settings.lock_file)
    if pid is None:
        return False
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGTERM)
    is_free = partial(lock.wait_until_free, settings.lock_file)
    if not awaited(is_free, STOP_SECONDS, "still saving what the local AWS holds"):
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
        if not lock.wait_until_free(settings.lock_file, KILL_SECONDS):
            raise StackError(f"Process {pid} does not stop; end it by hand.")
    return True


@contextmanager
def stack_in_use(settings: Settings) -> Iterator[Facts]:
    """The stack that runs in this folder, or one started for the time being."""
    facts = running_facts(settings)
    if facts is not None:
        yield facts
        return
    facts = start_detached(settings)
    try:
        yield facts
    finally:
        stop(settings)


def _show(log: Path, shown: int) -> int:
    with log.open("rb") as reader:
        reader.seek(shown)
        text = reader.read()
    if text:
        say(text.decode(errors="replace").rstrip("\n"))
    return shown + len(text)
