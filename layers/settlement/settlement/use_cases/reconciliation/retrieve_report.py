"""Shows a settlement report."""

from settlement.domain.errors import ReportNotFound
from settlement.domain.reconciliation.report import Report
from settlement.use_cases.reconciliation.report_ports import Reports


def retrieve_report(reports: Reports, account: str, report_id: str) -> Report:
    """Return a report of an account; raises ``ReportNotFound``."""
    found = reports.report(account, report_id)
    if found is None:
        raise ReportNotFound(report_id)
    return found
