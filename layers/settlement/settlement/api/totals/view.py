"""Totals as they are shown."""

from typing import TYPE_CHECKING

from settlement.api.shared.dates import action_date
from settlement.domain.transaction.totals import Sum, Sums

if TYPE_CHECKING:
    from settlement.api.totals.answer import SumAnswer, TotalsAnswer, TotalsGroup
    from settlement.api.totals.query import TotalsQuery
    from settlement.use_cases.upkeep.total_account import Group, Totals


def totals_view(wanted: "TotalsQuery", totals: "Totals") -> "TotalsAnswer":
    """The sums of a range, or of a part of it."""
    from settlement.api.totals.query import cursor_of

    return {
        "from": action_date(wanted.since),
        "to": action_date(wanted.until),
        "groupBy": list(wanted.group_by),
        "transactions": totals.transactions,
        "groups": [_group(group, sums) for group, sums in totals.groups.items()],
        "isPartial": wanted.after is not None or totals.next is not None,
        "next": None if totals.next is None else cursor_of(totals.next),
    }


def _group(group: "Group", sums: Sums) -> "TotalsGroup":
    view: TotalsGroup = {
        "currency": group.currency,
        "transactions": len(sums.transactions),
        "payments": sums.payments,
        "authorised": _sum(sums.authorised),
        "captured": _sum(sums.captured),
        "cancelled": _sum(sums.cancelled),
        "withheld": _sum(sums.withheld),
        "writtenOff": _sum(sums.written_off),
        "paidOtherwise": _sum(sums.paid_otherwise),
        "open": _sum(sums.open),
        "refunded": _sum(sums.refunded),
        "inDoubt": _sum(sums.in_doubt),
    }
    if group.day is not None:
        view["day"] = group.day
    if group.connector is not None:
        view["connector"] = group.connector
    if group.status is not None:
        view["status"] = group.status
    return view


def _sum(held: Sum) -> "SumAnswer":
    return {"value": held.value, "count": held.count}
