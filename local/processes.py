"""Runs programs to completion."""

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
    """Return the part of the caller's environment that is the same for all users, and ``extra``.

    It has no profile, proxy, endpoint or PYTHONPATH of the caller.
    """
    return {name: os.environ[name] for name in _INHERITED if name in os.environ} | extra


def run_logged(command: Sequence[str], *, log: Path, environment: Mapping[str, str], cwd: Path) -> None:
    """Run a command with its output in a log; raises ``StackError`` with the log's end if it fails.

    If the caller is interrupted, the command and all its children end too.
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
    """Kill every remaining process of the group."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(group, signal.SIGKILL)
