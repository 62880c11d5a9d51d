"""Days and times in queries; a day without a time is all of it, a time without a zone is UTC."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime

from settlement.api.shared.patterns import DAY, MOMENT
from settlement.domain.errors import InvalidRequest


def moment(name: str, text: str) -> datetime:
    """Read the time of a parameter, or the beginning of its day; raises ``InvalidRequest`` with its name."""
    try:
        if not re.fullmatch(MOMENT, text):
            raise ValueError
        at = datetime.fromisoformat(text.upper())
        return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise InvalidRequest(f"{name}: {text[:40]} is no date and time of ISO 8601") from None


def end(name: str, text: str) -> datetime:
    """Read the time at which a range ends: that of the parameter, or the last moment of its day."""
    at = moment(name, text)
    return at.replace(hour=23, minute=59, second=59, microsecond=999_999) if re.fullmatch(DAY, text) else at


def range_of(query: Mapping[str, str]) -> tuple[datetime, datetime]:
    """Read the range that ``from`` and ``to`` name, both needed; raises ``InvalidRequest`` with the name."""
    for name in ("from", "to"):
        if not query.get(name):
            raise InvalidRequest(f"{name}: is needed, a day or a time of ISO 8601, such as 2026-03-02")
    since, until = moment("from", query["from"]), end("to", query["to"])
    if since > until:
        raise InvalidRequest(f"from: is after to; got {query['from'][:40]} and {query['to'][:40]}")
    return since, until
