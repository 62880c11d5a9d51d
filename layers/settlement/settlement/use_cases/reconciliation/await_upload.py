"""Names a file that is to come, and tells where it is to be sent (D182)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Protocol

from settlement.domain.reconciliation.report import Report, ReportState
from settlement.use_cases.reconciliation.name_report import NamedFile, name_report
from settlement.use_cases.reconciliation.read_report import UPLOADS
from settlement.values import dataclass

if TYPE_CHECKING:
    from settlement.use_cases.reconciliation.report_ports import Reports
    from settlement.use_cases.shared.ports import Ports

UPLOAD_WITHIN = timedelta(hours=1)
"""How long a file can be sent to the address that was answered."""


class Uploads(Protocol):
    """Where files are uploaded."""

    def upload_url(self, key: str, seconds: int) -> str:
        """Return an address to which whoever has it may PUT one object for some time."""
        ...


@dataclass(frozen=True, slots=True)
class AwaitedUpload:
    """A report, and where its file is to be sent until when; both None if it is done already."""

    report: Report
    url: str | None
    expires_at: datetime | None


def await_upload(ports: Ports, reports: Reports, uploads: Uploads, account: str, file: NamedFile) -> AwaitedUpload:
    """Name a file of a known format, and tell where it is to be sent. Raises ``Busy``."""
    report = name_report(ports, reports, account, file)
    if report.state is ReportState.DONE:
        return AwaitedUpload(report, None, None)
    url = uploads.upload_url(f"{_place_of(account)}{report.report_id}", int(UPLOAD_WITHIN.total_seconds()))
    return AwaitedUpload(report, url, ports.now() + UPLOAD_WITHIN)


def upload_place(uploads: Uploads, account: str) -> str:
    """Return the address below which all files of an account are uploaded, with a slash at its end."""
    return uploads.upload_url(_place_of(account), 1).partition("?")[0]


def _place_of(account: str) -> str:
    return f"{UPLOADS}/{account}/"
