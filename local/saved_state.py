"""The emulator's saved state: one folder per save, and a file that names the current one.

A save is written beside the previous one and becomes current when the file names it, so an incomplete save never does.
Later writes go into the journal in its folder.
"""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from local import journal

_NAME = "current"
_FIRST = "1"


@dataclass(frozen=True, slots=True)
class Found:
    """The journal that a start finds: its number of entries, and the bytes of an incomplete one."""

    entries: int
    cut_off: int

    def __str__(self) -> str:
        if not self.entries and not self.cut_off:
            return ""
        rest = " The one that was being written is left out." if self.cut_off else ""
        return f"The local AWS did not stop by itself. Its {self.entries} writes since it last saved are here.{rest}"


def current(state: Path) -> Path | None:
    """Return the folder of the current save; None before the first."""
    name = state / _NAME
    return state / name.read_text(encoding="utf-8") if name.exists() else None


def journal_of(save: Path) -> Path:
    """Return the journal of the writes after a save."""
    return save / "journal"


def recover(state: Path) -> Found:
    """Delete all but the current save, cut its journal to complete entries, and describe it."""
    _adopt(state)
    save = current(state)
    _remove_all_but(state, save)
    return Found(*journal.cut_off_the_rest(journal_of(save))) if save is not None else Found(0, 0)


def next_save(state: Path) -> Path:
    """Return an empty folder for the save after the current one."""
    save = current(state)
    folder = state / (str(int(save.name) + 1) if save is not None else _FIRST)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


def let_it_count(save: Path) -> None:
    """Make a complete save the current one and delete the previous one."""
    for file in save.iterdir():
        _to_disk(file)
    _point_to(save)
    _remove_all_but(save.parent, save)


def _adopt(state: Path) -> None:
    """Turn the files that an emulator wrote into the state's folder itself into a save."""
    if current(state) is None and (state / "dynamodb.json").exists():
        save = next_save(state)
        for file in state.glob("*.json"):
            file.rename(save / file.name)
        _point_to(save)


def _point_to(save: Path) -> None:
    draft = save.parent / f"{_NAME}.tmp"
    draft.write_text(save.name, encoding="utf-8")
    _to_disk(draft)
    draft.replace(save.parent / _NAME)


def _remove_all_but(state: Path, save: Path | None) -> None:
    for folder in state.iterdir() if state.exists() else ():
        if folder.name.isdecimal() and folder != save:
            shutil.rmtree(folder)


def _to_disk(file: Path) -> None:
    descriptor = os.open(file, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
