"""The state that the emulator has saved: one folder per save, and a file that names the one that counts.

A save is written beside the one before, and counts from the moment at which it is named: one that was cut off never
does. What happens after it goes into the journal in its folder.
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
    """What a start finds beside the last save: entries of its journal, and bytes of one that was cut off."""

    entries: int
    cut_off: int

    def __str__(self) -> str:
        if not self.entries and not self.cut_off:
            return ""
        rest = " The one that was being written is left out." if self.cut_off else ""
        return f"The local AWS did not stop by itself. Its {self.entries} writes since it last saved are here.{rest}"


def current(state: Path) -> Path | None:
    """The folder of the save that counts; None before the first."""
    name = state / _NAME
    return state / name.read_text(encoding="utf-8") if name.exists() else None


def journal_of(save: Path) -> Path:
    """The journal of what came after a save."""
    return save / "journal"


def recover(state: Path) -> Found:
    """Leave only the save that counts, with a journal of whole entries; say what there is in it."""
    _adopt(state)
    save = current(state)
    _remove_all_but(state, save)
    return Found(*journal.cut_off_the_rest(journal_of(save))) if save is not None else Found(0, 0)


def next_save(state: Path) -> Path:
    """An empty folder for the save after the current one."""
    save = current(state)
    folder = state / (str(int(save.name) + 1) if save is not None else _FIRST)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


def let_it_count(save: Path) -> None:
    """Have a save that is complete be the one that counts, and the one before gone."""
    for file in save.iterdir():
        _to_disk(file)
    _point_to(save)
    _remove_all_but(save.parent, save)


def _adopt(state: Path) -> None:
    """Make a save of what an emulator wrote into the state's folder itself."""
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
