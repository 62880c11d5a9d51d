"""The languages of the console and their catalogues: every text that a person reads, by a key."""

import json
from functools import cache
from pathlib import Path

LANGUAGES = {"pt-BR": "Português", "en": "English", "es": "Español"}
"""The languages by their tags, with their own names."""

DEFAULT = "en"
_CATALOGUES = Path(__file__).with_name("catalogues")


def choose(chosen: str | None, accepted: str | None) -> str:
    """Return the language that was chosen here, else the first that the browser asks for, else English.

    >>> choose(None, "fr;q=0.9, pt;q=0.8, en;q=0.5")
    'pt-BR'
    """
    if chosen in LANGUAGES:
        return str(chosen)
    return next((found for tag in _by_quality(accepted or "") if (found := _named(tag))), DEFAULT)


def _by_quality(accepted: str) -> list[str]:
    wanted: list[tuple[float, str]] = []
    for part in accepted[:500].split(","):
        tag, _, quality = part.partition(";q=")
        try:
            wanted.append((float(quality or 1), tag.strip()))
        except ValueError:
            continue
    return [tag for quality, tag in sorted(wanted, key=lambda one: -one[0]) if quality > 0]


def _named(tag: str) -> str | None:
    first = tag.partition("-")[0].lower()
    return next((language for language in LANGUAGES if language.partition("-")[0] == first), None)


@cache
def catalogue(language: str) -> dict[str, str]:
    """Return the texts of a language by their keys."""
    texts: dict[str, str] = json.loads((_CATALOGUES / f"{language}.json").read_text(encoding="utf-8"))
    return texts
