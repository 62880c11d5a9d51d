"""A settlement report that was named, as the answer shows it."""

from typing import TYPE_CHECKING

from settlement.api.shared.dates import oms_date_or_none

if TYPE_CHECKING:
    from settlement.api.reports.answer import NamedReportAnswer
    from settlement.use_cases.reconciliation.await_upload import AwaitedUpload


def named_view(awaited: "AwaitedUpload") -> "NamedReportAnswer":
    """A report and where its file is to be sent."""
    return {
        "reportId": awaited.report.report_id,
        "state": awaited.report.state,
        "uploadUrl": awaited.url,
        "expiresAt": oms_date_or_none(awaited.expires_at),
    }
