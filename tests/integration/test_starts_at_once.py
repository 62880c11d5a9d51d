"""Two starts in one folder at once: one is at it, the other waits for it or says so, and nobody is left out."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from local import lifecycle, lock
from local.progress import StackError
from local.settings import StackSettings
from operations.running_stack import Facts, read_facts, write_facts
from tests.template.cloudformation import CHECKOUT
from tools import environments
from tools.environments import Environment, ensure

SECONDS = 30

STACK = """
import os, signal, sys, time
from pathlib import Path
from local import lock
from operations.running_stack import Facts, write_facts
from local.lifecycle import why_not_free
from local.settings import read_settings
settings = read_settings()
signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
with lock.hold(settings.lock_file) as descriptor:
    if descriptor is None:
        sys.exit(why_not_free(settings))
    with (settings.directory / "starts").open("a") as starts:
        starts.write("x")
    if (settings.directory / "broken").exists():
        sys.exit("it is broken")
    time.sleep(1)
    write_facts(settings.facts_file, Facts(os.getpid(), "http://here", "", "", "", "", "", "", "", {}, ""))
    try:
        signal.pause()
    finally:
        settings.facts_file.unlink()
"""
"""A stack that takes a second to start, and notes that it did."""


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[StackSettings]:
    """The folder of a stack that takes a second to start."""
    monkeypatch.setattr(lifecycle, "UP", (sys.executable, "-c", STACK))
    monkeypatch.setenv("PYTHONPATH", str(CHECKOUT))
    settings = StackSettings(tmp_path, 0, None)
    yield settings
    lifecycle.stop(settings)


@pytest.fixture
def up(settings: StackSettings) -> Iterator[Callable[[], "subprocess.Popen[str]"]]:
    """Start the stack as `make up` does, in a process of its own."""
    started = []

    def start() -> "subprocess.Popen[str]":
        process = subprocess.Popen(
            [sys.executable, "-c", STACK], env=os.environ | {"QUITA_LOCAL_DIR": str(settings.directory)},
            cwd=CHECKOUT, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()


def starts(settings: StackSettings) -> int:
    """How many stacks were started in the folder."""
    return len((settings.directory / "starts").read_text())


def until(holds: Callable[[], object]) -> None:
    """Wait for something, at most half a minute."""
    deadline = time.monotonic() + SECONDS
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_command_waits_for_a_stack_that_is_starting(
    settings: StackSettings, up: Callable[[], "subprocess.Popen[str]"], capsys: pytest.CaptureFixture[str]
) -> None:
    process = up()
    until(lambda: lock.holder(settings.lock_file) == process.pid)

    with lifecycle.stack_in_use(settings) as facts:
        assert facts.pid == process.pid

    assert process.poll() is None, "it goes on: somebody else has started it"
    assert f"still starting (process {process.pid})" in capsys.readouterr().out
    assert starts(settings) == 1


def test_starting_stack_is_told_from_none(settings: StackSettings, up: Callable[[], "subprocess.Popen[str]"]) -> None:
    with pytest.raises(StackError, match="No local stack is running"):
        lifecycle.require_running(settings)
    process = up()
    until(lambda: lock.holder(settings.lock_file) == process.pid)

    with pytest.raises(StackError, match=f"still starting .process {process.pid}"):
        lifecycle.require_running(settings)

    second = up()
    assert "still starting" in second.communicate(timeout=SECONDS)[1]
    until(lambda: read_facts(settings.facts_file))
    assert lifecycle.require_running(settings).pid == process.pid
    assert "already running" in up().communicate(timeout=SECONDS)[1]


def test_commands_at_once_use_one_stack_until_the_last_is_done(settings: StackSettings) -> None:
    first_is_done = threading.Event()
    inside = threading.Barrier(2)

    def use(is_short: bool) -> tuple[int, bool]:
        with lifecycle.stack_in_use(settings) as facts:
            inside.wait(SECONDS)
            if is_short:
                first_is_done.set()
            else:
                first_is_done.wait(SECONDS)
                time.sleep(0.5)
            return facts.pid, lifecycle.running_facts(settings) is not None

    with ThreadPoolExecutor() as pool:
        (one, runs_for_one), (other, runs_for_other) = pool.map(use, (True, False))

    assert one == other
    assert runs_for_one
    assert runs_for_other
    assert starts(settings) == 1
    assert lock.holder(settings.lock_file) is None


def test_start_that_fails_is_tried_by_the_next(settings: StackSettings) -> None:
    (settings.directory / "broken").touch()

    def use() -> str:
        try:
            with lifecycle.stack_in_use(settings):
                return "used"
        except StackError as error:
            (settings.directory / "broken").unlink(missing_ok=True)
            return str(error)

    with ThreadPoolExecutor() as pool:
        told = sorted(future.result() for future in [pool.submit(use), pool.submit(use)])

    assert told[0].startswith("The local stack did not start")
    assert starts(settings) == 2


def test_facts_that_a_killed_stack_left_are_not_those_of_the_next(
    settings: StackSettings, up: Callable[[], "subprocess.Popen[str]"]
) -> None:
    killed = up()
    until(lambda: read_facts(settings.facts_file))
    killed.send_signal(signal.SIGKILL)
    killed.wait()
    assert lifecycle.running_facts(settings) is None

    process = up()
    until(lambda: lock.holder(settings.lock_file) == process.pid)
    assert lifecycle.running_facts(settings) is None
    until(lambda: lifecycle.running_facts(settings))


def test_facts_of_a_dead_process_are_of_no_use_while_its_lock_is_held(settings: StackSettings) -> None:
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    with lock.hold(settings.lock_file):
        settings.lock_file.write_text(str(dead.pid))
        write_facts(settings.facts_file, Facts(dead.pid, "", "", "", "", "", "", "", "", {}, ""))

        assert lifecycle.running_facts(settings) is None
        with pytest.raises(StackError, match="still saving"):
            lifecycle.require_running(settings)


def test_looking_at_a_lock_keeps_nobody_from_taking_it(settings: StackSettings) -> None:
    over = threading.Event()

    def look() -> None:
        while not over.is_set():
            lock.holder(settings.lock_file)

    with lock.hold(settings.lock_file):
        pass
    with ThreadPoolExecutor() as pool:
        pool.submit(look)
        try:
            for _ in range(200):
                with lock.hold(settings.lock_file) as descriptor:
                    assert descriptor is not None
        finally:
            over.set()


class Installing:
    """Makes environments slowly, and counts how many; the first may fail."""

    def __init__(self, *, fails: bool = False) -> None:
        self.made = 0
        self._fails = fails
        self._at_it = threading.Lock()

    def __call__(self, command: list[str], log: Path, message: str) -> None:
        """Take the place of the two commands that make an environment."""
        assert self._at_it.acquire(blocking=False), "two are at it at once"
        try:
            log.touch()
            time.sleep(0.2)
            if command[1:3] == ["-m", "venv"]:
                self.made += 1
                if self._fails and self.made == 1:
                    raise StackError(message)
                Path(command[3]).mkdir()
        finally:
            self._at_it.release()


@pytest.fixture
def environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Environment:
    """One that is not there yet."""
    monkeypatch.setattr(environments, "_CHECKOUT", tmp_path)
    packages = tmp_path / "packages.txt"
    packages.touch()
    return Environment(tmp_path / ".local" / "venv-local", packages, "the local AWS", "25 s")


def test_environment_is_made_once_by_starts_at_once(
    environment: Environment, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    installing = Installing()
    monkeypatch.setattr(environments, "_run", installing)

    with ThreadPoolExecutor() as pool:
        list(pool.map(ensure, [environment] * 3))

    assert installing.made == 1
    assert (environment.folder / "installed").exists()
    assert "another process is installing the local AWS; waiting for it" in capsys.readouterr().out


def test_environment_that_one_start_could_not_make_is_made_by_the_next(
    environment: Environment, monkeypatch: pytest.MonkeyPatch
) -> None:
    installing = Installing(fails=True)
    monkeypatch.setattr(environments, "_run", installing)

    with ThreadPoolExecutor() as pool:
        futures = [pool.submit(ensure, environment) for _ in range(2)]
    failures = [future.exception() for future in futures]

    assert sum(failure is not None for failure in failures) == 1
    assert installing.made == 2
    assert (environment.folder / "installed").exists()
