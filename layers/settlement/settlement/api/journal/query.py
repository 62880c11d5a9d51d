"""The query of the journal."""

import re
from collections.abc import Mapping
from datetime import datetime

from settlement.api.journal.formats import JournalFormat
from settlement.api.shared.moments import range_of
from settlement.domain.bookkeeping.entry import Place
from settlement.domain.errors import InvalidRequest
from settlement.values import dataclass

_PLACE = re.compile(r"([0-9]{1,12})\.([0-9]{1,3})")


@dataclass(frozen=True, slots=True)
class JournalQuery:
    """What is read: the first and last moment, the form, whether authorisations too, and behind which place."""

    since: datetime
    until: datetime
    format: JournalFormat
    authorisations: bool
    after: Place | None


def read_journal_query(query: Mapping[str, str]) -> JournalQuery:
    """Read ``from``, ``to``, ``format``, ``authorisations`` and ``cursor``; raises ``InvalidRequest`` with the name."""
    since, until = range_of(query)
    return JournalQuery(
        since,
        until,
        _format(query.get("format", JournalFormat.CSV)),
        _flag("authorisations", query.get("authorisations", "false")),
        _place(query["cursor"]) if "cursor" in query else None,
    )


def _format(text: str) -> JournalFormat:
    if text not in tuple(JournalFormat):
        raise InvalidRequest(f"format: must be one of {', '.join(JournalFormat)}; got {text[:80]}")
    return JournalFormat(text)


def _flag(name: str, text: str) -> bool:
    if text.lower() not in ("true", "false"):
        raise InvalidRequest(f"{name}: must be true or false; got {text[:80]}")
    return text.lower() == "true"


def _place(text: str) -> Place:
    found = _PLACE.fullmatch(text) if text.isascii() else None
    if found is None:
        raise InvalidRequest(f"cursor: must be what the page before names; got {text[:80]}")
    return Place(int(found[1]), int(found[2]))
