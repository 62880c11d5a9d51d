"""Holds the lines of a bank's statement against the payouts that reports told; a payout comes once (D191)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from settlement.domain.reconciliation.bank_lines import Arrival, Statement, TransferOf, match_bank_lines
from settlement.use_cases.shared.contention import decide_until_written
from settlement.use_cases.shared.ports import Conflict

if TYPE_CHECKING:
    from settlement.domain.reconciliation.outcomes import Verdict
    from settlement.domain.reconciliation.report_line import ReportLine
    from settlement.use_cases.reconciliation.reconcile_file import BankLines
    from settlement.use_cases.reconciliation.report_ports import Reports
    from settlement.use_cases.shared.ports import Ports

REPORTS_OF_BANK_LINES = 200
"""Reports, the newest first, whose payouts the lines of a bank's statement are held against."""


def against_payouts(ports: Ports, reports: Reports, account: str, statement: Statement) -> BankLines:
    """Return what decides lines of a statement by the payouts of reports; they are read if there are any lines.

    What it decides is kept at once, so that no other statement tells it too; decided again, it comes to the same. It
    raises ``Busy``.
    """

    def decide(lines: Callable[[], Iterator[ReportLine]]) -> list[Verdict]:
        if next(lines(), None) is None:
            return []
        return decide_until_written(ports, lambda: _decide(reports, account, statement, lines()))

    return decide


def _decide(reports: Reports, account: str, statement: Statement, lines: Iterable[ReportLine]) -> list[Verdict]:
    page = reports.reports(account, None, REPORTS_OF_BANK_LINES)
    transfers = [TransferOf(report.report_id, paid) for report in page.items for paid in report.payouts]
    told = {arrival.payout: arrival for arrival in reports.arrivals(account, [held.name for held in transfers])}
    match = match_bank_lines(replace(statement, told=told), lines, transfers)
    _keep(reports, account, (arrival for arrival in match.arrivals if told.get(arrival.payout) != arrival))
    came = {arrival.payout for arrival in match.arrivals}
    for arrival in told.values():
        if arrival.told_by == statement.report_id and arrival.payout not in came:
            reports.drop_arrival(account, arrival)
    return match.verdicts


def _keep(reports: Reports, account: str, arrivals: Iterable[Arrival]) -> None:
    """Keep all that can be kept; raises ``Conflict`` behind the last one if another statement was first with any."""
    is_lost = False
    for arrival in arrivals:
        try:
            reports.keep_arrival(account, arrival)
        except Conflict:
            is_lost = True
    if is_lost:
        raise Conflict
