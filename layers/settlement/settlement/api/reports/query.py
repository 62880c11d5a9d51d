"""The query of a report's lines."""

from collections.abc import Mapping

from settlement.api.shared.cursors import cursor_of, read_place
from settlement.domain.errors import InvalidRequest
from settlement.domain.reconciliation.outcomes import Outcome
from settlement.use_cases.reconciliation.retrieve_lines import LinePlace
from settlement.values import dataclass

DEFAULT_REPORT_LINES = 100
MAX_REPORT_LINES = 500
"""Lines on a page."""

_MOST_DIGITS = 12


@dataclass(frozen=True, slots=True)
class LinesQuery:
    """Which lines are asked for; without an ``outcome`` those of all."""

    outcome: Outcome | None
    after: LinePlace | None


def read_lines_query(query: Mapping[str, str]) -> LinesQuery:
    """Read ``outcome`` and ``cursor``; raises ``InvalidRequest``, naming what is wrong."""
    outcome = _outcome(query["outcome"]) if "outcome" in query else None
    after = read_place(query["cursor"], _place) if "cursor" in query else None
    if after is not None and outcome not in (None, after.outcome):
        raise InvalidRequest(f"cursor: is of outcome {after.outcome}, not of {outcome}")
    return LinesQuery(outcome, after)


def place_cursor(place: LinePlace | None) -> str | None:
    """Return the cursor of a place; None, at the end, has none."""
    return cursor_of(None if place is None else f"{place.outcome} {place.offset}")


def _outcome(name: str) -> Outcome:
    if name not in tuple(Outcome):
        raise InvalidRequest(f"outcome: must be one of {', '.join(Outcome)}; got {name[:80]}")
    return Outcome(name)


def _place(place: str) -> LinePlace:
    """Return a place by its text; raises ``ValueError``."""
    outcome, _, offset = place.partition(" ")
    if not (offset.isascii() and offset.isdigit()) or len(offset) > _MOST_DIGITS:
        raise ValueError
    return LinePlace(Outcome(outcome), int(offset))
