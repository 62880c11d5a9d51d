"""What lapses within seven days: on the page of today its beginning, here all of it, page by page."""

from settlement.api.shared.http import Response
from settlement.console.rendering import page
from settlement.console.visit import Visit
from settlement.use_cases.upkeep.list_lapses import list_lapses

AT_ONCE = 50
"""Lapses on a page."""


def show(visit: Visit) -> Response:
    """Show a page of what lapses, soonest first."""
    found = list_lapses(visit.ports, visit.account, visit.asked("after") or None, AT_ONCE)
    return page(visit, "lapses", lapses=found.items, after=visit.asked("after"), more=found.next)
