"""Runs the emulator until standard input ends, because the parent closes it or dies."""

from __future__ import annotations

import os
import signal
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from local.keeping import Keeper


def main() -> None:
    """Run the emulator; at the end, save its state and end its function workers, which are in the same group.

    A byte on standard input makes it save at once and go on.
    """
    from ministack.app import main as emulate
    from ministack.services import dynamodb

    sys.path.append(str(Path(__file__).parents[1]))
    from local.emulator_index_pages import IndexPages
    from local.emulator_server import use_uvicorn
    from local.emulator_speedups import speed_up
    from local.keeping import Keeper

    use_uvicorn()
    speed_up(Path(os.environ["TMPDIR"]) / "unpacked")
    IndexPages(dynamodb).apply()
    keeper = Keeper(Path(os.environ["STATE_DIR"]))
    keeper.take_over()
    sys.argv = ["ministack"]
    threading.Thread(target=_obey, args=(keeper,), daemon=True).start()
    try:
        emulate()
    finally:
        sys.stdout.flush()
        os.killpg(0, signal.SIGKILL)


def _obey(keeper: Keeper) -> None:
    while os.read(sys.stdin.fileno(), 1):
        keeper.save()
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    main()
