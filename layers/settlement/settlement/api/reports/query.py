"""The query of the list of settlement reports."""

from base64 import urlsafe_b64decode
from datetime import datetime

from settlement.domain.errors import InvalidRequest

DEFAULT_REPORTS = 20
MAX_REPORTS = 100


def read_reports_cursor(text: str | None) -> str | None:
    """Return the place that a cursor stands for; raises ``InvalidRequest``."""
    if text is None:
        return None
    try:
        place = urlsafe_b64decode(text.encode("ascii")).decode()
        datetime.fromisoformat(place.partition("#")[0])
    except ValueError:
        raise InvalidRequest("cursor: must be the next of an earlier page") from None
    return place
