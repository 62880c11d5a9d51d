"""Settlement reports on the deployed stack: what a bucket keeps of them, read over HTTP."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from local.seed import ACCOUNT
from operations.command_line import main
from testkit.api import Api, new_id
from testkit.merchant import Merchant

REPORTS = "/api/pvt/settlement-reports"


def csv_of(*rows: str) -> bytes:
    """A CSV file of the given rows, unlike any other."""
    return "\n".join(("kind,gross,fee,currency,tid", *rows, f"capture,9.00,0.10,BRL,{new_id()}")).encode()


def lines_of(api: Api, report_id: str, **query: str) -> list[dict[str, Any]]:
    """Read the lines of a report page by page, two at a time."""
    found: list[dict[str, Any]] = []
    cursor = None
    while True:
        more = query if cursor is None else query | {"cursor": cursor}
        page = api.read(f"{REPORTS}/{report_id}/lines", limit="2", **more)
        found += page["items"]
        cursor = page["next"]
        if cursor is None:
            return found


def test_lines_of_a_file_that_the_command_took_are_read_page_by_page(merchant: Merchant, tmp_path: Path) -> None:
    file = tmp_path / f"{new_id()}.csv"
    file.write_bytes(csv_of(*(f"capture,{number}.00,0.10,BRL,nobody-{number}" for number in range(1, 5))))
    assert main(["reconcile", str(file), "--format", "csv", "--account", ACCOUNT]) == 2

    reports = merchant.api.read(REPORTS)["items"]
    (report_id,) = [report["reportId"] for report in reports if report["fileName"] == file.name]

    told = [(line["line"], line["gross"], line["outcome"]) for line in lines_of(merchant.api, report_id)]
    assert told == [(number + 1, number * 100, "foreign") for number in (1, 2, 3, 4)] + [(6, 900, "foreign")]
    assert lines_of(merchant.api, report_id, outcome="matched") == []
