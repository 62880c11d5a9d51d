"""Runs the emulator until standard input ends: whoever holds the other end closes it, or dies."""

from __future__ import annotations

import os
import signal
import sys
import threading
from pathlib import Path


def _watch() -> None:
    os.read(sys.stdin.fileno(), 1)
    os.kill(os.getpid(), signal.SIGTERM)


def main() -> None:
    """Ends when the emulator has saved its state; its function workers, in the same group, end with it."""
    from ministack.app import main as emulate

    sys.path.append(str(Path(__file__).parents[1]))
    from local.shortcuts import take_shortcuts

    take_shortcuts(Path(os.environ["TMPDIR"]) / "unpacked")
    sys.argv = ["ministack"]
    threading.Thread(target=_watch, daemon=True).start()
    try:
        emulate()
    finally:
        sys.stdout.flush()
        os.killpg(0, signal.SIGKILL)


if __name__ == "__main__":
    main()
