"""The query of receivables."""

from collections.abc import Mapping
from datetime import date

from settlement.api.shared.cursors import read_place
from settlement.domain.errors import InvalidRequest


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


def read_behind(query: Mapping[str, str]) -> tuple[date, str, str] | None:
    """Read ``cursor``, the day, connector and currency behind which a page begins; raises ``InvalidRequest``."""
    return read_place(query["cursor"], _place) if "cursor" in query else None


def _place(place: str) -> tuple[date, str, str]:
    """Return a place by its text; raises ``ValueError``."""
    on, connector, currency = place.split("#")
    return date.fromisoformat(on), connector, currency
