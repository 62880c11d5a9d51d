"""The documents of the repository, by their headings."""

import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]

_FENCE = re.compile(r"(?ms)^```.*?^```$")
_HEADING = re.compile(r"(?m)^(#{1,6}) (.+)$")


def documents() -> list[Path]:
    """Every document that people read."""
    return [
        *sorted(ROOT.glob("*.md")),
        *sorted((ROOT / "docs").glob("**/*.md")),
        *sorted((ROOT / "bench").glob("*.md")),
        *sorted((ROOT / "events").glob("*.md")),
        *sorted((ROOT / "examples").glob("*/*.md")),
    ]


def headings(document: Path) -> Iterator[tuple[int, str, int]]:
    """Yield the level, text and end of every heading, those in examples left out."""
    text = _FENCE.sub(lambda fence: " " * len(fence[0]), document.read_text(encoding="utf-8"))
    for found in _HEADING.finditer(text):
        yield len(found[1]), found[2], found.end()


def anchors(document: Path) -> set[str]:
    """Return the fragments by which a document's headings are linked to, as GitHub makes them."""
    return {re.sub(r"[^\w\- ]", "", text.lower()).replace(" ", "-") for _, text, _ in headings(document)}


def numbers(document: Path) -> list[str]:
    """Return the first word of every heading below the title: ``4.3``, ``R14``, ``D12``."""
    return [text.split(" ", 1)[0] for level, text, _ in headings(document) if level > 1]


def section(document: Path, number: str) -> str:
    """Return the text under the heading with a number, up to the next heading of its level or above."""
    text = document.read_text(encoding="utf-8")
    found = list(headings(document))
    level, start = next((level, end) for level, heading, end in found if heading.split(" ", 1)[0] == number)
    after = [end - len(heading) - below for below, heading, end in found if end > start and below <= level]
    return text[start : min(after, default=len(text))]
