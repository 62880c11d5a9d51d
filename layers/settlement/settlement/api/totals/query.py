"""The query of totals."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from datetime import datetime

from settlement.api.shared.moments import range_of
from settlement.domain.errors import InvalidRequest
from settlement.use_cases.upkeep.total_account import MAX_SPAN, GroupBy, Place
from settlement.values import dataclass


@dataclass(frozen=True, slots=True)
class TotalsQuery:
    """What is added up: the range of creation times, both ends included, what divides the sums, where to go on."""

    since: datetime
    until: datetime
    group_by: tuple[GroupBy, ...]
    after: Place | None


def read_totals_query(query: Mapping[str, str]) -> TotalsQuery:
    """Read ``from``, ``to``, ``groupBy`` and ``cursor``; raises ``InvalidRequest``, naming what is wrong."""
    since, until = range_of(query)
    if until - since > MAX_SPAN:
        raise InvalidRequest(
            f"to: must be at most {MAX_SPAN.days} days after from; got {query['from'][:40]} and {query['to'][:40]}"
        )
    names = [name.strip() for name in query["groupBy"].split(",")] if "groupBy" in query else []
    group_by = tuple(dict.fromkeys(map(_group, names)))
    return TotalsQuery(since, until, group_by, _cursor(query["cursor"]) if "cursor" in query else None)


def cursor_of(place: Place) -> str:
    """Return the cursor of the page that begins behind a place."""
    list_ = "checkouts" if place.checkouts else "orders"
    text = f"{place.month} {list_} {place.created_at.isoformat()} {place.order_id}"
    return urlsafe_b64encode(text.encode()).decode()


def _group(name: str) -> GroupBy:
    if name not in tuple(GroupBy):
        raise InvalidRequest(f"groupBy: must be of {', '.join(GroupBy)}; got {name[:80]}")
    return GroupBy(name)


def _cursor(text: str) -> Place:
    try:
        month, list_, at, order_id = urlsafe_b64decode(text.encode("ascii")).decode().split(" ")
        created_at = datetime.fromisoformat(at)
        if list_ not in ("orders", "checkouts") or month != f"{created_at:%Y-%m}" or created_at.tzinfo is None:
            raise ValueError
    except ValueError:
        raise InvalidRequest("cursor: must be the next of an earlier page") from None
    return Place(month, list_ == "checkouts", created_at, order_id)
