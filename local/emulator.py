"""The AWS emulator: a child process that ends with its parent, in whatever way the parent ends."""

from __future__ import annotations

import http.client
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from local import saved_state
from local.adaptations import forget_stream_positions
from local.ports import HOST
from local.processes import kill_group, plain_environment
from local.progress import StackError, awaited, say, tail
from local.settings import StackSettings
from operations.running_stack import LOCAL_REGION

START_SECONDS = 300
"""Replaying the last run's journal takes most of it."""

SAVE_SECONDS = 600
"""The state of 2,000 orders takes more than half a minute."""


def aws_environment(port: int) -> dict[str, str]:
    """Return an environment in which every AWS client calls the emulator only."""
    return {
        "AWS_ENDPOINT_URL": f"http://{HOST}:{port}",
        "AWS_DEFAULT_REGION": LOCAL_REGION,
        "AWS_REGION": LOCAL_REGION,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
        "NO_PROXY": "127.0.0.1,localhost",
    }


@dataclass(slots=True)
class Emulator:
    """A started emulator. It runs until the write end of its standard input is closed."""

    port: int
    log: Path
    state: Path
    process: subprocess.Popen[bytes]
    leash: IO[bytes]

    def has_ended(self) -> bool:
        return self.process.poll() is not None

    def wait_until_ready(self) -> None:
        """Return when the emulator answers; raises ``StackError`` with the end of its log if it does not."""
        if not awaited(self._answers_within, START_SECONDS, "still waiting for the local AWS to start"):
            raise StackError(
                f"The local AWS did not answer in {START_SECONDS} s. The end of {self.log}:\n{tail(self.log)}"
            )

    def save(self) -> None:
        """Let the emulator save its whole state; return when it has."""
        before = saved_state.current(self.state)
        self.leash.write(b"s")
        self.leash.flush()

        def is_saved_within(seconds: float) -> bool:
            return _comes_true(lambda: self.has_ended() or saved_state.current(self.state) != before, seconds)

        if not awaited(is_saved_within, SAVE_SECONDS, "still saving") or self.has_ended():
            raise StackError(f"The local AWS cannot save what it holds. The end of {self.log}:\n{tail(self.log)}")

    def stop(self) -> None:
        """Let the emulator save its state, then end all of its processes."""
        self.leash.close()
        if not awaited(self._ends_within, SAVE_SECONDS, "still saving"):
            self.process.send_signal(signal.SIGKILL)
            self.process.wait()
        kill_group(self.process.pid)

    def _answers_within(self, seconds: float) -> bool:
        def answers() -> bool:
            if self.has_ended():
                raise StackError(f"The local AWS ended while starting. The end of {self.log}:\n{tail(self.log)}")
            return _answers(self.port)

        return _comes_true(answers, seconds)

    def _ends_within(self, seconds: float) -> bool:
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(seconds)
        return self.has_ended()


def start_emulator(settings: StackSettings, port: int, keep_open: int) -> Emulator:
    """Start the emulator on 127.0.0.1, with its state in the stack's folder; it enforces the template's roles.

    ``keep_open`` is the descriptor of the stack's lock; the emulator inherits it, so the lock is free only when the
    emulator has ended too.
    """
    shutil.rmtree(settings.scratch_directory, ignore_errors=True)
    if found := str(saved_state.recover(settings.state_directory)):
        say(f"  {found}")
    for folder in (settings.scratch_directory, settings.state_directory, settings.state_directory / "s3"):
        folder.mkdir(parents=True, exist_ok=True)
    if save := saved_state.current(settings.state_directory):
        forget_stream_positions(save)
    environment = plain_environment(
        **aws_environment(port),
        AUTH="true",
        BIND_HOST=HOST,
        GATEWAY_PORT=str(port),
        IOT_MTLS_ENABLED="0",
        LAMBDA_WARM_TTL_SECONDS="120",
        LOG_LEVEL="WARNING",
        MINISTACK_HOST=HOST,
        MINISTACK_REGION=LOCAL_REGION,
        PERSIST_STATE="1",
        PYTHONDONTWRITEBYTECODE="1",
        S3_DATA_DIR=str(settings.state_directory / "s3"),
        S3_PERSIST="1",
        SFTP_ENABLED="0",
        STATE_DIR=str(settings.state_directory),
        TMPDIR=str(settings.scratch_directory),
    )
    log = settings.log("emulator")
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, str(Path(__file__).with_name("emulator_process.py"))],
            stdin=subprocess.PIPE, stdout=output, stderr=subprocess.STDOUT,
            env=environment, cwd=settings.directory, start_new_session=True, pass_fds=(keep_open,),
        )  # fmt: skip
    assert process.stdin is not None
    return Emulator(port, log, settings.state_directory, process, process.stdin)


def _comes_true(holds: Callable[[], bool], seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.1)
    return True


def _answers(port: int) -> bool:
    connection = http.client.HTTPConnection(HOST, port, timeout=2)
    try:
        connection.request("GET", "/_ministack/health")
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()
