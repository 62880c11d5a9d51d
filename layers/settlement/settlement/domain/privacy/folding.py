"""Folds text to one spelling, without case, accents, width and escapes, and keeps each character's original place."""

import re
import unicodedata
from collections.abc import Iterable, Iterator

from settlement.values import dataclass

_UNITS = (
    r"(?s:(?:\\+u[0-9a-fA-F]{4})+|\\+.|(?:%[0-9a-fA-F]{2})+|&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z]{2,8});|.)"
)
"""One character, plain or escaped by JSON, URL or HTML."""

_PLAIN = r"[^\\%&]*"
"""Expressions are compiled on first use and cached."""

_ESCAPED = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f"}
_LETTERS = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "\u0131": "i", "æ": "ae", "œ": "oe", "þ": "th", "ð": "d"})
_UNSEEN = frozenset({"Mn", "Me", "Cf"})
"""Combining accents and characters without a width."""


@dataclass(frozen=True, slots=True)
class Folded:
    """A folded text; ``spans`` has the original place of each character, None if all places are unchanged."""

    text: str
    spans: tuple[tuple[int, int], ...] | None

    def place(self, start: int, end: int) -> tuple[int, int]:
        """Return the original place of a part of the folded text."""
        return (start, end) if self.spans is None else (self.spans[start][0], self.spans[end - 1][1])


def fold(text: str) -> Folded:
    """Fold a text: lower case without accents, ASCII digits, escapes decoded."""
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
    """Fold one character, to none, one or a few."""
    if character.isascii():
        return character.lower()
    digit = unicodedata.digit(character, None)
    if digit is not None:
        return str(digit)
    apart = unicodedata.normalize("NFKD", character)
    seen = "".join(each for each in apart if unicodedata.category(each) not in _UNSEEN)
    return seen.casefold().translate(_LETTERS)


def replace_parts(text: str, parts: Iterable[tuple[int, int]], by: str) -> str:
    """Replace every part, given as start and end; overlapping parts are replaced as one."""
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
