"""Runs the emulator until standard input ends: whoever holds the other end closes it, or dies."""

from __future__ import annotations

import os
import signal
import sys
import threading
from pathlib import Path


def _watch(saving: Path) -> None:
    os.read(sys.stdin.fileno(), 1)
    saving.touch()
    os.kill(os.getpid(), signal.SIGTERM)


def main() -> None:
    """Ends when the emulator has saved its state; its function workers, in the same group, end with it.

    Its argument is a file that is there as long as the state is being saved.
    """
    saving = Path(sys.argv[1])
    from ministack.app import main as emulate

    sys.path.append(str(Path(__file__).parents[1]))
    from local.shortcuts import take_shortcuts

    take_shortcuts(Path(os.environ["TMPDIR"]) / "unpacked")
    sys.argv = ["ministack"]
    threading.Thread(target=_watch, args=(saving,), daemon=True).start()
    try:
        emulate()
    finally:
        saving.unlink(missing_ok=True)
        sys.stdout.flush()
        os.killpg(0, signal.SIGKILL)


if __name__ == "__main__":
    main()
