"""The facts of the running local stack: one JSON file in its folder."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

from operations.output import CommandError

LOCAL_STACK, LOCAL_REGION = "quita", "us-east-1"
"""Name and region of the local stack in its emulated cloud."""

FILE_NAME = "stack.json"


@dataclass(frozen=True, slots=True)
class Facts:
    """A running, seeded stack; ``functions`` maps each folder in functions/ to the deployed function's name."""

    pid: int
    base_url: str
    aws_endpoint: str
    region: str
    api_id: str
    table_name: str
    credentials_arn: str
    event_bus_name: str
    state_machine_arn: str
    functions: dict[str, str]
    account: str

    @property
    def aws_port(self) -> int:
        """The port of the local AWS."""
        return int(self.aws_endpoint.rsplit(":", 1)[1])

    @property
    def lives(self) -> bool:
        """True if its process exists."""
        return lives(self.pid)


def write_facts(file: Path, stack: Facts) -> None:
    """Replace the file as a whole, so that no reader sees half of it."""
    draft = file.with_suffix(".tmp")
    draft.write_text(json.dumps(asdict(stack), indent=2) + "\n", encoding="utf-8")
    draft.replace(file)


def read_facts(file: Path) -> Facts | None:
    """Return the facts in the file; None if no stack is ready, or if one of another version wrote it."""
    try:
        return Facts(**json.loads(file.read_text(encoding="utf-8")))
    except (FileNotFoundError, TypeError):
        return None


def require_running() -> Facts:
    """Return the running stack of this folder (``QUITA_LOCAL_DIR``, or ``.local``); raises ``CommandError``."""
    folder = Path(os.environ.get("QUITA_LOCAL_DIR") or ".local").resolve()
    stack = read_facts(folder / FILE_NAME)
    if stack is None or not stack.lives:
        raise CommandError(f"No local stack runs from {folder}; `make up` starts one, --stack names one in the cloud.")
    return stack


def lives(pid: int) -> bool:
    """Return True if a process with this id exists."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
