"""Cursors of lists that are ordered by time: what names the place behind which the next page begins."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import datetime

from settlement.domain.errors import InvalidRequest


def cursor_of(place: str | None) -> str | None:
    """Return the cursor of a place; None, at the end of a list, has none."""
    return None if place is None else urlsafe_b64encode(place.encode()).decode()


def place_of(cursor: str) -> str:
    """Return the place that a cursor stands for; raises ``InvalidRequest`` for what is none."""
    try:
        place = urlsafe_b64decode(cursor.encode("ascii")).decode()
        datetime.fromisoformat(place.partition("#")[0])
    except ValueError:
        raise InvalidRequest("cursor: must be the next of an earlier page") from None
    return place


def read_cursor(cursor: str | None) -> str | None:
    """Return the place of a cursor that may be left out; raises as ``place_of``."""
    return None if cursor is None else place_of(cursor)
