"""Figures of a benchmark: printed with what they are, and written to a file under their keys."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured value; ``key`` names it in files, ``what`` for readers."""

    key: str
    what: str
    value: float
    unit: str = ""

    def __str__(self) -> str:
        return f"  {self.what:<58}{self.value:>10.2f} {self.unit}".rstrip()


@dataclass(slots=True)
class Figures:
    """Figures in the order in which they were measured."""

    all: list[Figure] = field(default_factory=list)

    def heading(self, text: str) -> None:
        """Print what the next figures are about."""
        print(text, flush=True)

    def add(self, key: str, what: str, value: float, unit: str = "") -> None:
        """Keep a figure and print it."""
        self.keep(key, what, value, unit)
        print(self.all[-1], flush=True)

    def keep(self, key: str, what: str, value: float, unit: str = "") -> None:
        """Keep a figure that is printed otherwise."""
        self.all.append(Figure(key, what, round(value, 3), unit))

    def write(self, file: Path) -> None:
        """Write every figure as JSON: ``{key: {what, value, unit}}``."""
        content = {
            figure.key: {name: held for name, held in asdict(figure).items() if name != "key"} for figure in self.all
        }
        file.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
