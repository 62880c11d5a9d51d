"""Citations of rules in the sources: ``R14`` and ``C§4.3`` (contract), ``A§3.7`` (architecture), ``D12`` (decision)."""

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from tests.support.headings import ROOT, numbers

_DOCS = ROOT / "docs"
_HIDDEN_BUT_OURS = (".ci", ".github")
_CITING = (".py", ".yaml", ".yml", ".toml")
_SECTION = re.compile(r"(?:(?<![A-Za-z])([AC]))?§(\d+(?:\.\d+)*)?")
_NUMBERED = re.compile(r"(?<![\w§.-])([RD][1-9]\d?\d?)(?![\w-])")
_RANGE = re.compile(r"R(\d+) to R(\d+)")
_KNOWN_ISSUE = re.compile(r"\bKI \d+")


@dataclass(frozen=True)
class Citation:
    """A rule that a source names, and where."""

    file: Path
    text: str

    @property
    def place(self) -> str:
        """For a message."""
        return f"{self.file.relative_to(ROOT)}: {self.text}"


@cache
def rules() -> frozenset[str]:
    """Return every rule that has a heading."""
    contract = {number if number.startswith("R") else f"C§{number}" for number in numbers(_DOCS / "contract.md")}
    architecture = {f"A§{number}" for number in numbers(_DOCS / "architecture.md")}
    return frozenset(contract | architecture | set(numbers(_DOCS / "decisions.md")))


def sources() -> list[Path]:
    """Return every file that can cite a rule; of hidden folders only ours, since files come and go in the others."""
    return sorted(path for path in _files_below(ROOT) if path.suffix in _CITING or path.name == "Makefile")


def _files_below(folder: Path) -> Iterator[Path]:
    for path in folder.iterdir():
        if path.is_dir():
            if not path.name.startswith(".") or path.name in _HIDDEN_BUT_OURS:
                yield from _files_below(path)
        else:
            yield path


@cache
def citations() -> tuple[Citation, ...]:
    """Return every citation of the sources; one that is not in the scheme has its text as it is."""
    return tuple(Citation(path, cited) for path in sources() for prose in _prose(path) for cited in cited_in(prose))


def cited_in(prose: str) -> Iterator[str]:
    """Yield what a text cites, both ends of a range and what lies between."""
    for found in _SECTION.finditer(prose):
        yield found[0]
    for found in _NUMBERED.finditer(prose):
        yield found[1]
    for found in _RANGE.finditer(prose):
        yield from (f"R{number}" for number in range(int(found[1]) + 1, int(found[2])))
    for found in _KNOWN_ISSUE.finditer(prose):
        yield found[0]


def _prose(path: Path) -> Iterator[str]:
    """Yield the docstrings and comments of a module, each with its lines joined; of any other file, the whole."""
    text = path.read_text(encoding="utf-8")
    if path.suffix != ".py":
        yield text
        return
    for node in ast.walk(ast.parse(text)):
        match node:
            case ast.Expr(value=ast.Constant(value=str(docstring))):
                yield " ".join(docstring.split())
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.COMMENT:
            yield token.string
