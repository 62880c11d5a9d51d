"""Names a file that is to come: its report waits for the upload (D182)."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from settlement.domain.reconciliation.report import Report, ReportState, report_id_of
from settlement.use_cases.shared.contention import decide_until_written
from settlement.values import dataclass

if TYPE_CHECKING:
    from settlement.use_cases.reconciliation.report_ports import Reports
    from settlement.use_cases.shared.ports import Ports

MAX_FILE_NAME = 200
MAX_MAPPING_BYTES = 65_536
"""Bytes of a mapping as JSON."""


@dataclass(frozen=True, slots=True)
class NamedFile:
    """A file as its sender names it: ``sha256`` in lower case, ``mapping`` as JSON."""

    format: str
    file_name: str
    sha256: str
    mapping: str | None = None


def name_report(ports: Ports, reports: Reports, account: str, file: NamedFile) -> Report:
    """Return the report of a file, the stored one if it was named before.

    One that is not done takes the mapping that came last. Raises ``Busy``.
    """
    return decide_until_written(ports, partial(_name, ports, reports, account, file))


def _name(ports: Ports, reports: Reports, account: str, file: NamedFile) -> Report:
    report_id = report_id_of(account, file.format, file.sha256)
    known = reports.report(account, report_id)
    if known is None:
        known = Report(report_id, file.format, file.file_name, file.sha256, ports.now(), mapping=file.mapping)
    elif known.state is ReportState.DONE or known.mapping == file.mapping:
        return known
    return reports.save_report(account, replace(known, mapping=file.mapping))
