"""The embedded AWS: one child process that ends when its parent does, however the parent ends."""

from __future__ import annotations

import http.client
import os
import shutil
import signal
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from local.adaptations import forget_stream_positions
from local.ports import HOST
from local.processes import kill_group, plain_environment
from local.progress import StackError, awaited, say, tail
from local.settings import REGION, Settings

START_SECONDS = 40
SAVE_SECONDS = 600
"""The state of 2,000 orders takes more than half a minute."""


def aws_environment(port: int) -> dict[str, str]:
    """Environment in which every AWS client talks to the emulator and to nothing else."""
    return {
        "AWS_ENDPOINT_URL": f"http://{HOST}:{port}",
        "AWS_DEFAULT_REGION": REGION,
        "AWS_REGION": REGION,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
        "NO_PROXY": "127.0.0.1,localhost",
    }


@dataclass(slots=True)
class Emulator:
    """A started emulator. It lives as long as the write end of its standard input is open."""

    port: int
    log: Path
    process: subprocess.Popen[bytes]
    leash: IO[bytes]

    def has_ended(self) -> bool:
        return self.process.poll() is not None

    def wait_until_ready(self) -> None:
        """Returns when the emulator answers; raises StackError with the end of its log when it does not."""
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            if self.has_ended():
                raise StackError(f"The local AWS ended while starting. The end of {self.log}:\n{tail(self.log)}")
            if _answers(self.port):
                return
            time.sleep(0.1)
        raise StackError(f"The local AWS did not answer in {START_SECONDS} s. The end of {self.log}:\n{tail(self.log)}")

    def stop(self) -> None:
        """Lets the emulator save its state, then leaves nothing of it behind."""
        self.leash.close()
        if not awaited(self._ends_within, SAVE_SECONDS, "still saving"):
            self.process.send_signal(signal.SIGKILL)
            self.process.wait()
        kill_group(self.process.pid)

    def _ends_within(self, seconds: float) -> bool:
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(seconds)
        return self.has_ended()


def start_emulator(settings: Settings, port: int, keep_open: int) -> Emulator:
    """Starts the emulator on 127.0.0.1, with its state in the stack's folder and the template's roles enforced.

    `keep_open` is the descriptor of the stack's lock: the lock is free only when the emulator is gone too.
    """
    shutil.rmtree(settings.scratch_directory, ignore_errors=True)
    set_half_a_state_aside(settings)
    for folder in (settings.scratch_directory, settings.state_directory, settings.state_directory / "s3"):
        folder.mkdir(parents=True, exist_ok=True)
    forget_stream_positions(settings.state_directory)
    environment = plain_environment(
        **aws_environment(port),
        AUTH="true",
        BIND_HOST=HOST,
        GATEWAY_PORT=str(port),
        IOT_MTLS_ENABLED="0",
        LAMBDA_WARM_TTL_SECONDS="120",
        LOG_LEVEL="WARNING",
        MINISTACK_HOST=HOST,
        MINISTACK_REGION=REGION,
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
            [sys.executable, str(Path(__file__).with_name("leashed.py")), str(settings.saving_file)],
            stdin=subprocess.PIPE, stdout=output, stderr=subprocess.STDOUT,
            env=environment, cwd=settings.directory, start_new_session=True, pass_fds=(keep_open,),
        )  # fmt: skip
    assert process.stdin is not None
    return Emulator(port, log, process, process.stdin)


def set_half_a_state_aside(settings: Settings) -> None:
    """Keeps a state whose saving was cut off, which a stack could not start with, out of the way, and says so."""
    if not settings.saving_file.exists():
        return
    kept = settings.directory / "state-cut-off"
    shutil.rmtree(kept, ignore_errors=True)
    if settings.state_directory.exists():
        settings.state_directory.rename(kept)
    settings.saving_file.unlink()
    say(
        f"The last stop was cut off while it saved, so this start is an empty one. Half of what there was is in {kept}."
    )


def _answers(port: int) -> bool:
    connection = http.client.HTTPConnection(HOST, port, timeout=2)
    try:
        connection.request("GET", "/_ministack/health")
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()
