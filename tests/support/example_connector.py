"""A connector of examples/ as a process: started, killed, started again on the same journal."""

import os
import signal
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path
from socket import socket
from urllib.error import URLError
from urllib.request import urlopen

from tests.support.headings import ROOT

START_SECONDS = 20


def _free_port() -> int:
    with socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    return port


@dataclass(slots=True)
class ExampleConnector:
    """One connector; ``command`` runs its program, a path below examples/, which gets a port and a journal."""

    command: str
    program: str
    journal: Path
    port: int = field(default_factory=_free_port)
    _process: "subprocess.Popen[bytes] | None" = None

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start it, and wait until it answers."""
        arguments = [self.command, str(ROOT / "examples" / self.program), str(self.port), str(self.journal)]
        environment = {**os.environ, "DECISION_SECONDS": "0.1"}
        self._process = subprocess.Popen(arguments, env=environment, stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + START_SECONDS
        while True:
            try:
                urlopen(f"{self.url}/manifest", timeout=5).close()
            except URLError:
                assert self._process.poll() is None, f"{self.program} has ended with {self._process.returncode}"
                assert time.monotonic() < deadline, f"nothing answers at {self.url}"
                time.sleep(0.05)
            else:
                return

    def kill(self) -> None:
        """End it at once, whatever it is doing."""
        if self._process is not None:
            self._process.send_signal(signal.SIGKILL)
            self._process.wait()
            self._process = None
