"""The part of the tour that names settlement reports and reads one that is done."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.support.reports import a_report_of

if TYPE_CHECKING:
    from testkit.shop import Placed
    from tests.support.tour import Tour

REPORTS = "/api/pvt/settlement-reports"


def walk_reports(tour: Tour, placed: Placed) -> None:
    """Name a file that has to be uploaded and one that is done, and read the lines of that."""
    file = {"format": "csv", "fileName": "march.csv", "sha256": "0" * 64}
    tour.probe("POST", REPORTS, file | {"mapping": {"delimiter": ";"}})
    report = a_report_of(placed, tour.service.reports)
    tour.probe("GET", f"{REPORTS}/{report.report_id}")
    tour.probe("GET", f"{REPORTS}/{report.report_id}/lines", query={"limit": "2"})
    tour.service.call("POST", REPORTS, file | {"sha256": report.sha256})
