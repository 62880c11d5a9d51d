"""Text in one spelling, whatever case, accents, width or escapes it was written with, and where each character was."""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

_UNITS = (
    r"(?s:(?:\\+u[0-9a-fA-F]{4})+|\\+.|(?:%[0-9a-fA-F]{2})+|&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z]{2,8});|.)"
)
"""A character as it stands, or as JSON, an address or HTML escape it."""

_PLAIN = r"[^\\%&]*"
"""Expressions are compiled, and kept, on first use."""

_ESCAPED = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f"}
_LETTERS = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "\u0131": "i", "æ": "ae", "œ": "oe", "þ": "th", "ð": "d"})
_UNSEEN = frozenset({"Mn", "Me", "Cf"})
"""Accents that follow their letters, and characters without a width."""


@dataclass(frozen=True, slots=True)
class Folded:
    """A text in one spelling; ``spans`` says where each character of it stands in the original, None for its place."""

    text: str
    spans: tuple[tuple[int, int], ...] | None

    def place(self, start: int, end: int) -> tuple[int, int]:
        """Return where a part of the spelling stands in the original."""
        return (start, end) if self.spans is None else (self.spans[start][0], self.spans[end - 1][1])


def fold(text: str) -> Folded:
    """Return a text in one spelling: small letters without accents, digits of ASCII, escapes undone."""
    if text.isascii() and re.fullmatch(_PLAIN, text):
        return Folded(text.lower(), None)
    characters: list[str] = []
    spans: list[tuple[int, int]] = []
    for unit in re.finditer(_UNITS, text):
        folded = "".join(map(folded_character, _decoded(unit[0])))
        characters.append(folded)
        spans += [unit.span()] * len(folded)
        if not folded and spans:
            spans[-1] = (spans[-1][0], unit.end())
    return Folded("".join(characters), tuple(spans))


def folded_character(character: str) -> str:
    """Return one character in the one spelling: none, one or a few."""
    if character.isascii():
        return character.lower()
    digit = unicodedata.digit(character, None)
    if digit is not None:
        return str(digit)
    apart = unicodedata.normalize("NFKD", character)
    seen = "".join(each for each in apart if unicodedata.category(each) not in _UNSEEN)
    return seen.casefold().translate(_LETTERS)


def replace_parts(text: str, parts: Iterable[tuple[int, int]], by: str) -> str:
    """Return the text with every part, from and to, replaced; those that overlap are one."""
    return "".join(_pieces(text, sorted(parts), by))


def _pieces(text: str, parts: list[tuple[int, int]], by: str) -> Iterator[str]:
    done = 0
    for start, end in parts:
        if start >= done:
            yield text[done:start]
            yield by
        done = max(done, end)
    yield text[done:]


def _decoded(unit: str) -> str:
    if len(unit) == 1:
        return unit
    if unit[0] == "%":
        return bytes.fromhex(unit.replace("%", "")).decode("utf-8", "replace")
    if unit[0] == "&":
        from html import unescape

        return unescape(unit)
    codes = re.findall("u([0-9a-fA-F]{4})", unit)
    if codes:
        return bytes.fromhex("".join(codes)).decode("utf-16-be", "replace")
    return _ESCAPED.get(unit[-1], unit[-1])
