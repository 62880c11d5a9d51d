"""Cursors: what names the place behind which the next page of a list begins."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

from settlement.domain.errors import InvalidRequest

T = TypeVar("T")


def cursor_of(place: str | None) -> str | None:
    """Return the cursor of a place; None, at the end of a list, has none."""
    return None if place is None else urlsafe_b64encode(place.encode()).decode()


def read_place(cursor: str, read: Callable[[str], T]) -> T:
    """Return what ``read`` makes of a cursor's place; raises ``InvalidRequest`` if it raises ``ValueError``."""
    try:
        return read(urlsafe_b64decode(cursor.encode("ascii")).decode())
    except ValueError:
        raise InvalidRequest("cursor: must be the next of an earlier page") from None


def place_of(cursor: str) -> str:
    """Return the place that a cursor of a list by time stands for; raises ``InvalidRequest`` for what is none."""
    return read_place(cursor, _beginning_with_a_time)


def _beginning_with_a_time(place: str) -> str:
    datetime.fromisoformat(place.partition("#")[0])
    return place


def read_cursor(cursor: str | None) -> str | None:
    """Return the place of a cursor that may be left out; raises as ``place_of``."""
    return None if cursor is None else place_of(cursor)
