"""The query of the work list."""

from collections.abc import Mapping
from datetime import UTC, datetime

from settlement.api.shared.cursors import place_of
from settlement.domain.errors import InvalidRequest
from settlement.domain.transaction.listed_work import WorkKind
from settlement.values import dataclass

DEFAULT_WORK_ITEMS = 50
MAX_WORK_ITEMS = 100

FIRST_YEAR = 1970
"""Earlier times are no times of this service."""


@dataclass(frozen=True, slots=True)
class WorkQuery:
    """Which work is asked for; ``after`` is a place in the list, empty ``kinds`` select all."""

    kinds: frozenset[WorkKind]
    after: str | None


def read_work_query(query: Mapping[str, str]) -> WorkQuery:
    """Read ``kind``, ``since`` and ``cursor``; raises ``InvalidRequest``, naming what is wrong."""
    kinds = frozenset(_kind(name.strip()) for name in query["kind"].split(",")) if "kind" in query else frozenset()
    after = max((place(query[name]) for name, place in _PLACES.items() if name in query), default=None)
    return WorkQuery(kinds, after)


def _kind(name: str) -> WorkKind:
    if name not in tuple(WorkKind):
        raise InvalidRequest(f"kind: must be of {', '.join(WorkKind)}; got {name[:80]}")
    return WorkKind(name)


def _since(text: str) -> str:
    """Return the place before all work of a time and later."""
    try:
        since = datetime.fromisoformat(text)
        if since.tzinfo is None or since.year < FIRST_YEAR:
            raise ValueError
    except ValueError:
        raise InvalidRequest(
            f"since: must be an ISO 8601 time with its offset, as 2026-03-02T09:00:00Z; got {text[:80]}"
        ) from None
    return since.astimezone(UTC).isoformat(timespec="microseconds")


_PLACES = {"since": _since, "cursor": place_of}
