"""A settlement report that was named, as the answer shows it."""

from datetime import datetime
from typing import TYPE_CHECKING

from settlement.api.shared.dates import oms_date_or_none

if TYPE_CHECKING:
    from settlement.api.reports.answer import NamedReportAnswer
    from settlement.domain.reconciliation.report import Report


def named_view(report: "Report", upload_url: str | None, expires_at: datetime | None) -> "NamedReportAnswer":
    """A report and where its file is to be sent."""
    return {
        "reportId": report.report_id,
        "state": report.state,
        "uploadUrl": upload_url,
        "expiresAt": oms_date_or_none(expires_at),
    }
