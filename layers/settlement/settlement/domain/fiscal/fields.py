"""Reads the fields of fiscal documents; a refusal names the field, by its path."""

import re
from datetime import datetime

from settlement.domain.fiscal.access_key import AccessKey, access_key
from settlement.domain.fiscal.refused import FiscalDocumentRefused
from settlement.domain.fiscal.xml_tree import Element
from settlement.domain.order.fiscal_record import FiscalCode

SHOWN = 60
"""Most characters of a short field, and of a wrong value in a refusal."""

_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}[+-][0-9]{2}:[0-9]{2}")


def found_at(element: Element, *path: str) -> Element | None:
    """Return the element at a path, None if there is none; raises where a part of the path stands twice.

    Two readers of such a document could take different ones for what it says.
    """
    at: Element | None = element
    for depth, name in enumerate(path, start=1):
        found = at.all(name) if at is not None else []
        if len(found) > 1:
            where = "/".join(path[:depth])
            raise FiscalDocumentRefused(
                f"{where}: must stand once, it stands {len(found)} times", code=FiscalCode.FIELD
            )
        at = found[0] if found else None
    return at


def value_of(element: Element, *path: str) -> str | None:
    """Return the text at a path without blanks around it, None if there is none."""
    found = found_at(element, *path)
    return (found.text.strip() or None) if found is not None else None


def text_of(element: Element, *path: str) -> str:
    """Return the text at a path; raises ``FiscalDocumentRefused`` if there is none."""
    found = value_of(element, *path)
    if found is None:
        raise lacking("/".join(path))
    return found


def short_text(element: Element, most: int, *path: str) -> str:
    """Return the text at a path; raises ``FiscalDocumentRefused`` if there is none, or it has too many characters."""
    text = text_of(element, *path)
    if len(text) > most:
        raise FiscalDocumentRefused(
            f"{'/'.join(path)}: must have at most {most} characters, it has {len(text)}", code=FiscalCode.FIELD
        )
    return text


def time_of(element: Element, *path: str) -> str:
    """Return the time at a path as it is written, which is with its offset; raises ``FiscalDocumentRefused``."""
    text = text_of(element, *path)
    try:
        is_time = _TIME.fullmatch(text) is not None and datetime.fromisoformat(text).tzinfo is not None
    except ValueError:
        is_time = False
    if not is_time:
        raise FiscalDocumentRefused(
            f"{'/'.join(path)}: must be a time with its offset, as in 2026-07-01T10:00:00-03:00; got {text[:SHOWN]}",
            code=FiscalCode.FIELD,
        )
    return text


def lacking(name: str) -> FiscalDocumentRefused:
    """Return the refusal of a document without a field."""
    return FiscalDocumentRefused(f"{name}: is missing", code=FiscalCode.FIELD)


def require_version(version: str | None, known: str, where: str) -> None:
    """Raise ``FiscalDocumentRefused`` unless a part of a document has the version that is read."""
    if version != known:
        raise FiscalDocumentRefused(
            f"{where}: must be {known}; got {(version or 'none')[:SHOWN]}", code=FiscalCode.VERSION
        )


def key_in(text: str, where: str) -> AccessKey:
    """Return the access key that a field is by its form; raises ``FiscalDocumentRefused``."""
    try:
        return access_key(text)
    except ValueError as fault:
        raise FiscalDocumentRefused(f"{where}: {fault}", code=FiscalCode.KEY) from None
