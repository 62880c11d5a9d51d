"""Moves a report from state to state, whoever else works on the same file at the same time (D190).

Two runs of one file do the same, and write nothing twice. The first one that is done has the last word: what the other
would say of the report after that is left unsaid.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from settlement.domain.reconciliation.refusal import Fault, ReportRefused
from settlement.domain.reconciliation.report import Report, ReportState
from settlement.use_cases.shared.contention import decide_until_written

if TYPE_CHECKING:
    from settlement.domain.reconciliation.report_head import ReportHead
    from settlement.use_cases.reconciliation.report_ports import Reports
    from settlement.use_cases.shared.ports import Ports


def advance_report(
    ports: Ports, reports: Reports, account: str, report: Report, step: Callable[[Report], Report]
) -> Report:
    """Write what ``step`` makes of the report as it is stored now, or of this one if none is; return it.

    One that is done stays so. Raises ``Busy``, and what ``step`` raises.
    """

    def write() -> Report:
        stored = reports.report(account, report.report_id) or report
        return stored if stored.state is ReportState.DONE else reports.save_report(account, step(stored))

    return decide_until_written(ports, write)


def begin_matching(ports: Ports, reports: Reports, account: str, report: Report, head: ReportHead) -> Report:
    """Say that a file that was read to its end is matched now, and has its sequence.

    Return its report: it is refused if another file had the sequence meanwhile, or done by another run. Raises
    ``Busy``.
    """

    def step(stored: Report) -> Report:
        refuse_repeated(reports, account, stored, head)
        return replace(stored.read_again().to(ReportState.MATCHING), serial=head.serial)

    try:
        return advance_report(ports, reports, account, report, step)
    except ReportRefused as refusal:
        return refuse_report(ports, reports, account, report, refusal)


def refuse_repeated(reports: Reports, account: str, report: Report, head: ReportHead) -> None:
    """Raise ``ReportRefused`` if another file had the sequence of this one."""
    if not head.serial:
        return
    owner = reports.report_of_serial(account, head.serial)
    if owner is not None and owner != report.report_id:
        message = f"sequence {head.sequence} of {head.sender} is that of report {owner}, another file"
        raise ReportRefused(Fault.REPEATED_SEQUENCE, message, 1)


def refuse_report(ports: Ports, reports: Reports, account: str, report: Report, refusal: ReportRefused) -> Report:
    """Say why a file is not taken, and where in it; return its report. Raises ``Busy``."""
    return advance_report(ports, reports, account, report, lambda stored: _refused(stored, refusal, ports.now()))


def _refused(report: Report, refusal: ReportRefused, at: datetime) -> Report:
    return replace(
        report.to(ReportState.REFUSED),
        fault=refusal.fault.value,
        message=str(refusal),
        fault_line=refusal.line or None,
        fault_column=refusal.column or None,
        done_at=at,
        was_read=False,
    )


def finish_report(ports: Ports, reports: Reports, account: str, found: Report) -> Report:
    """Say that all of a report is kept, unless another run has said so; return it. Raises ``Busy``.

    ``found`` is the report as its run leaves it. What another file at the same address was refused for meanwhile is
    not said of it.
    """
    done = found.to(ReportState.DONE)
    return advance_report(
        ports, reports, account, found, lambda stored: replace(done, version=stored.version, done_at=ports.now())
    )
