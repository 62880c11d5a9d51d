"""The lines of a bank's statement are held against payouts together: their order does not matter."""

from __future__ import annotations

from datetime import date
from itertools import permutations

import pytest

from settlement.domain.reconciliation.bank_lines import Statement, TransferOf, match_bank_lines
from settlement.domain.reconciliation.report import PaidOut
from settlement.domain.reconciliation.report_line import LineKind, ReportLine, Stage


def arrived(day: int, value: int = 5_555) -> ReportLine:
    return ReportLine(
        day, LineKind.PAYOUT, Stage.PAID, "BRL", value, 0, value, reference=f"B{day}", paid_on=date(2026, 3, day)
    )


def paid(day: int, value: int = 5_555) -> TransferOf:
    return TransferOf(f"R{day}", PaidOut(date(2026, 3, day), "BRL", value))


@pytest.mark.parametrize(
    ("lines", "payouts", "expected"),
    [
        ((10, 12), (10, 11), {10: "payout of report R10", 12: "payout of report R11"}),
        ((10, 16), (10, 11), {10: "payout of report R10", 16: "payout of report R11"}),
        ((12,), (10, 11), {12: "2 payouts have this value and may have come on this day"}),
        ((11, 12), (11,), dict.fromkeys((11, 12), "several lines may be of the one payout of this value")),
        ((9, 17), (10, 11), {}),
        (
            (11, 12, 13),
            (11, 12, 13),
            {day: f"payout of report R{day}" for day in (11, 12, 13)},
        ),
    ],
)
def test_line_has_its_payout_if_no_other_assignment_is_as_good(
    lines: tuple[int, ...], payouts: tuple[int, ...], expected: dict[int, str]
) -> None:
    transfers = [*(paid(day) for day in payouts), paid(10, 42)]
    for order in permutations(lines):
        verdicts = match_bank_lines(Statement("S"), map(arrived, order), transfers).verdicts

        assert {verdict.line.number: verdict.reason for verdict in verdicts} == expected
        for verdict in verdicts:
            assert verdict.outcome.value == ("matched" if verdict.reason.startswith("payout of") else "ambiguous")
