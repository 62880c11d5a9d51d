"""Settings of the local stack: its folder and ports."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from local.progress import StackError
from operations.running_stack import FILE_NAME

CHECKOUT = Path(__file__).resolve().parent.parent
ENVIRONMENTS = CHECKOUT / ".local"
DEFAULT_PORT = 3000
DEFAULT_AWS_PORT = 4566


@dataclass(frozen=True, slots=True)
class StackSettings:
    """One local stack: its folder and its preferred ports.

    ``port`` 0 means any free one; ``aws_port`` None means the last one, the default, or any free one.
    """

    directory: Path
    port: int
    aws_port: int | None

    @property
    def facts_file(self) -> Path:
        return self.directory / FILE_NAME

    @property
    def lock_file(self) -> Path:
        return self.directory / "lock"

    @property
    def state_directory(self) -> Path:
        return self.directory / "state"

    @property
    def scratch_directory(self) -> Path:
        return self.directory / "tmp"

    @property
    def build_directory(self) -> Path:
        return self.directory / "build"

    def log(self, name: str) -> Path:
        return self.directory / f"{name}.log"


def read_settings(environ: Mapping[str, str] = os.environ) -> StackSettings:
    """Read QUITA_LOCAL_DIR, PORT and AWS_PORT; raises ``StackError`` for an invalid port."""
    directory = Path(environ.get("QUITA_LOCAL_DIR") or ENVIRONMENTS).resolve()
    aws_port = environ.get("AWS_PORT")
    return StackSettings(
        directory=directory,
        port=_port("PORT", environ.get("PORT") or str(DEFAULT_PORT)),
        aws_port=_port("AWS_PORT", aws_port) if aws_port else None,
    )


def _port(name: str, text: str) -> int:
    if not text.isdecimal() or int(text) > 65535:
        raise StackError(f"{name}={text} is not a port; give a number from 1 to 65535, or 0 for any free one.")
    return int(text)
