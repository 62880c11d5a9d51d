"""Programs that the stack runs to completion."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from local.progress import StackError, tail

_INHERITED = ("HOME", "LANG", "LC_ALL", "PATH", "SSL_CERT_FILE", "TZ", "USER")


def plain_environment(**extra: str) -> dict[str, str]:
    """The little of the caller's environment that is the same for everybody, and `extra`.

    Nobody's profile, proxy, endpoint or PYTHONPATH gets into the stack.
    """
    return {name: os.environ[name] for name in _INHERITED if name in os.environ} | extra


def run_logged(command: Sequence[str], *, log: Path, environment: Mapping[str, str], cwd: Path) -> None:
    """Runs a command with its output in a log; raises StackError with the log's end when it fails.

    When the caller is interrupted, the command and all it started are gone too.
    """
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT,
            env=dict(environment), cwd=cwd, start_new_session=True,
        )  # fmt: skip
        try:
            code = process.wait()
        except BaseException:
            kill_group(process.pid)
            process.wait()
            raise
    if code:
        name = " ".join(Path(word).name for word in command[:2])
        raise StackError(f"`{name}` ended with {code}. The end of {log}:\n{tail(log)}")


def kill_group(group: int) -> None:
    """Kills every process of the group that is still there."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(group, signal.SIGKILL)
