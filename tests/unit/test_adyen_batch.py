"""Adyen's settlement details report as merchants get it: columns beyond the needed ones, and a batch that is nought.

The shape is that of the published description and of files that merchants have shown in public: sales in the column of
credits, fees and transfers without a gross value, and the payout that takes the rest.
"""

from __future__ import annotations

from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from settlement.domain.reconciliation.outcomes import Outcome
from settlement.domain.reconciliation.refusal import Fault
from settlement.domain.reconciliation.report_line import LineKind, Sums
from settlement.storage.report_workspace import ReportWorkspace
from settlement.use_cases.reconciliation.reconcile_file import reconcile, take_lines
from tests.support.reports import read, refusal

COLUMNS = (
    "Company Account,Merchant Account,Psp Reference,Merchant Reference,Payment Method,Creation Date,TimeZone,Type,"
    "Modification Reference,Gross Currency,Gross Debit (GC),Gross Credit (GC),Exchange Rate,Net Currency,"
    "Net Debit (NC),Net Credit (NC),Commission (NC),Markup (NC),Scheme Fees (NC),Interchange (NC),"
    "Payment Method Variant,Batch Number,Reserved4,Reserved5,Reserved6,Modification Merchant Reference,Booking Date,"
    "Booking Date TimeZone"
)
AT, BOOKED = "2026-03-05 00:21:32,CET", "visastandardcredit,380,,,,,2026-03-06 23:50:00,CET"
ROWS = (
    f"Shop,Shop_NL,,,,{AT},Balancetransfer,Balancetransfer,,,,,EUR,,10,,,,,,380,,,,,,",
    f"Shop,Shop_NL,PSP1,O1,visa,{AT},Settled,MOD1,EUR,,31.45,1,EUR,,31.15,,0.16,0.05,0.09,{BOOKED}",
    f"Shop,Shop_NL,PSP2,O2,ideal,{AT},Settled,PSP2,EUR,,66.4,1,EUR,,66.15,0.25,,,,{BOOKED}",
    f"Shop,Shop_NL,PSP0,O0,visa,{AT},Refunded,MOD0,EUR,19.95,,1,EUR,19.95,,,,,,{BOOKED}",
    f"Shop,Shop_NL,PSP3,O3,mc,{AT},Chargeback,MOD3,EUR,5,,1,EUR,12.5,,7.5,,,,{BOOKED}",
    f"Shop,Shop_NL,,,,{AT},Fee,Transaction Fees March,,,,,EUR,0.09,,,,,,,380,,,,,,",
    f"Shop,Shop_NL,,,,{AT},MerchantPayout,TX380,,,,,EUR,74.76,,,,,,,380,,,,,,",
)
FILE = "\n".join((COLUMNS, *ROWS, "")).encode()


def test_batch_with_its_payout_is_nought() -> None:
    head, lines = read("adyen-settlement", FILE)

    assert head.serial == "adyen-settlement/Shop_NL/380"
    assert Counter(line.kind for line in lines) == {
        LineKind.CAPTURE: 2, LineKind.REFUND: 1, LineKind.CHARGEBACK: 1, LineKind.FEE: 1, LineKind.ADJUSTMENT: 1,
        LineKind.PAYOUT: 1,
    }  # fmt: skip
    assert [(line.gross, line.fee, line.net) for line in lines] == [
        (1_000, 0, 1_000), (3_145, 30, 3_115), (6_640, 25, 6_615), (-1_995, 0, -1_995), (-500, 750, -1_250),
        (-9, 0, -9), (-7_476, 0, -7_476),
    ]  # fmt: skip
    assert [line.fault for line in lines] == [None] * len(ROWS)
    total = Sums()
    for line in lines:
        total.add(line)
    assert total.by_currency["EUR"].net == 0


def test_payout_of_a_batch_is_held_against_its_lines(tmp_path: Path) -> None:
    for content, outcome in ((FILE, Outcome.MATCHED), (FILE.replace(b"EUR,74.76", b"EUR,74.77"), Outcome.DIFFERS)):
        head, lines = read("adyen-settlement", content)
        workspace = ReportWorkspace(tmp_path / outcome.value)
        reconcile(workspace, head, take_lines(workspace, lines), [], "this")
        [found] = [told.outcome for _, told in workspace.verdicts() if told.line.kind is LineKind.PAYOUT]
        workspace.close()
        assert found is outcome


@pytest.mark.parametrize(
    ("last", "whole"),
    [(5, None), (6, None), (7, (date(2026, 3, 6), date(2026, 3, 6))), (9, (date(2026, 3, 6), date(2026, 3, 8)))],
)
def test_period_of_a_batch_is_that_of_its_sales_and_does_not_hold_all_of_its_first_and_last_day(
    last: int, whole: tuple[date, date] | None
) -> None:
    head, _ = read("adyen-settlement", FILE)

    found = head.with_period(date(2026, 3, 5), date(2026, 3, last))

    assert (found.since, found.until, found.whole_days) == (date(2026, 3, 5), date(2026, 3, last), whole)


@pytest.mark.parametrize("name", ["adyen-settlement", "csv"])
def test_blank_lines_before_the_header_are_none(name: str) -> None:
    content = FILE if name == "adyen-settlement" else b"kind,gross,currency\ncapture,1.00,EUR\n"

    _, lines = read(name, b"\n\n" + content)

    assert [line.number - 2 for line in lines] == [line.number for line in read(name, content)[1]]
    assert refusal(name, b"\n\nnothing,of,this\n") == (Fault.WRONG_VERSION, 3, 1)
