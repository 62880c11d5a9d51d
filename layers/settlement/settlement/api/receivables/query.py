"""The query of receivables."""

from collections.abc import Mapping
from datetime import date

from settlement.api.shared.cursors import read_cursor
from settlement.domain.errors import InvalidRequest

_PARTS = 3


def read_until(query: Mapping[str, str]) -> date | None:
    """Read ``until``; raises ``InvalidRequest`` if it is no day."""
    text = query.get("until")
    if text is None:
        return None
    try:
        found = date.fromisoformat(text)
    except ValueError:
        found = None
    if found is None or text != found.isoformat():
        raise InvalidRequest(f"until: must be a day as YYYY-MM-DD; got {ascii(text[:40])[1:-1]}")
    return found


def read_place(query: Mapping[str, str]) -> tuple[date, str, str] | None:
    """Read ``cursor``, the day, connector and currency behind which a page begins; raises ``InvalidRequest``."""
    place = read_cursor(query.get("cursor"))
    if place is None:
        return None
    parts = place.split("#")
    try:
        if len(parts) != _PARTS:
            raise ValueError
        return date.fromisoformat(parts[0]), parts[1], parts[2]
    except ValueError:
        raise InvalidRequest("cursor: must be the next of an earlier page") from None
