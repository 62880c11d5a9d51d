"""Examples in the documents: fenced blocks, each with what the document says that it prints."""

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_FENCE = re.compile(r"(?ms)^```(\w*)\n(.*?)^```$")
_OUTPUT = ("json", "text")

_VOLATILE = (
    (re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|\+00:00)?"), "<time>"),
    (re.compile(r'(?<="expectedOn":)( ?)"\d{4}-\d\d-\d\d"'), r'\1"<day>"'),
    (re.compile(r"\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b"), "<uuid>"),
    (re.compile(r"\b(TID|AUT|SET|CAN|REF)-[0-9A-F]+\b"), r"<\1>"),
    (re.compile(r"(?i)\b[0-9a-f]{32}\b(-transaction-\d+)?"), "<id>"),
)


@dataclass(frozen=True)
class Example:
    """A block that a reader pastes; ``prints`` is the block of output behind it, None where the document shows none."""

    language: str
    source: str
    prints: str | None

    @property
    def only_reads(self) -> bool:
        """Whether it can be pasted again until it prints what the document says."""
        return self.language == "sh" and " -d " not in self.source and "-X " not in self.source


def examples(document: Path) -> list[Example]:
    """Return the examples of a document in ``sh`` and ``python``, in their order."""
    blocks = [(found[1], found[2]) for found in _FENCE.finditer(document.read_text(encoding="utf-8"))]
    after = [*blocks[1:], ("", "")]
    return [
        Example(language, source, output if kind in _OUTPUT else None)
        for (language, source), (kind, output) in zip(blocks, after, strict=True)
        if language in ("sh", "python")
    ]


def settled(text: str) -> list[Any] | str:
    """Return what was printed without what differs each time: JSON documents as they are read, other text by lines."""
    for pattern, name in _VOLATILE:
        text = pattern.sub(name, text)
    try:
        return list(_documents(text))
    except ValueError:
        return text.strip()


def _documents(text: str) -> list[Any]:
    decoder, found, text = json.JSONDecoder(), [], text.strip()
    while text:
        document, end = decoder.raw_decode(text)
        found.append(document)
        text = text[end:].strip()
    return found
