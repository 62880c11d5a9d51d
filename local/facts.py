"""What others may know of a running stack: one JSON file in its folder."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Facts:
    """A running, seeded stack; functions maps each folder in functions/ to the deployed function's name."""

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

    @property
    def aws_port(self) -> int:
        """The port of the local AWS."""
        return int(self.aws_endpoint.rsplit(":", 1)[1])


def write_facts(file: Path, facts: Facts) -> None:
    """Replaces the file as a whole, so a reader never sees half of it."""
    draft = file.with_suffix(".tmp")
    draft.write_text(json.dumps(asdict(facts), indent=2) + "\n", encoding="utf-8")
    draft.replace(file)


def read_facts(file: Path) -> Facts | None:
    """The facts of the stack that runs, or None when none has become ready."""
    try:
        return Facts(**json.loads(file.read_text(encoding="utf-8")))
    except FileNotFoundError:
        return None
