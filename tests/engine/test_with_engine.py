"""What runs a command beside a container engine: the machine's own, or no command without a reason."""

import os
import socketserver
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from local.host_network import engine_fault
from local.settings import CHECKOUT

SCRIPT = CHECKOUT / ".ci" / "with-engine"
UNAVAILABLE = 69


class _Engine(socketserver.StreamRequestHandler):
    """Answers like an engine that is there and has every image."""

    def handle(self) -> None:
        self.rfile.readline()
        self.wfile.write(b"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nOK")


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[str]:
    """The address of something that answers as an engine does."""
    path = tmp_path / "docker.sock"
    with socketserver.ThreadingUnixStreamServer(str(path), _Engine) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"unix://{path}"
        server.shutdown()


@pytest.fixture
def commands(tmp_path: Path) -> Path:
    """A folder whose commands come before the machine's; docker has every image."""
    folder = tmp_path / "commands"
    folder.mkdir()
    command(folder, "docker", "exit 0")
    return folder


def command(folder: Path, name: str, text: str) -> None:
    """Put a command into a folder."""
    (folder / name).write_text(f"#!/bin/sh\n{text}\n", encoding="utf-8")
    (folder / name).chmod(0o755)


def run(commands: Path, docker_host: str, *words: str) -> subprocess.CompletedProcess[str]:
    """Run the script where these commands and this engine are."""
    environment = os.environ | {"PATH": f"{commands}:{os.environ['PATH']}", "DOCKER_HOST": docker_host}
    return subprocess.run([SCRIPT, *words], env=environment, capture_output=True, text=True, check=False)


def test_engine_that_answers_is_used(commands: Path, engine: str) -> None:
    done = run(commands, engine, "sh", "-c", 'echo "ran on $DOCKER_HOST"')

    assert (done.returncode, done.stdout) == (0, f"ran on {engine}\n")


def test_exit_code_is_the_command_s(commands: Path, engine: str) -> None:
    assert run(commands, engine, "sh", "-c", "exit 2").returncode == 2


@pytest.mark.skipif(engine_fault(None) is None, reason="an engine of this machine would be used")
@pytest.mark.parametrize(
    ("name", "text", "reason"),
    [
        ("id", "echo 1000", "that takes root"),
        ("uname", "echo Darwin", "this is not Linux"),
        ("dockerd", "echo no cgroups; exit 1", "dockerd does not come up"),
    ],
)
def test_where_none_can_be_started_nothing_runs_and_the_reason_is_told(
    commands: Path, name: str, text: str, reason: str
) -> None:
    command(commands, "id", "echo 0")
    command(commands, "dockerd", "exit 1")
    command(commands, name, text)

    done = run(commands, "unix:///nowhere/docker.sock", "echo", "ran")

    assert done.returncode == UNAVAILABLE
    assert "skipped: no container engine answers, and none can be started: " in done.stdout
    assert reason in done.stdout
    assert "ran\n" not in done.stdout
