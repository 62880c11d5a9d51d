"""Each kind of error, planted once in a file of 10,000 lines of each format, is found once, and nothing else is.

The lines go through the file: written as the acquirer writes it, and read by the format. What a format cannot say is
not planted in it: another currency in Cielo's, an instalment in Adyen's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from settlement.domain.reconciliation.expected import CentsOn
from settlement.domain.reconciliation.outcomes import Outcome
from settlement.domain.reconciliation.report_head import ReportHead
from settlement.domain.reconciliation.report_line import LineKind, ReportLine, Stage, Sums
from settlement.storage.report_workspace import ReportWorkspace
from settlement.use_cases.reconciliation.reconcile_file import Reconciled, reconcile, take_lines
from testkit import acquirer
from testkit.acquirer import FIRST_DAY, LAST_DAY, AcquirersFile, acquirers_file
from testkit.report_files import adyen_settlement, camt_statement, cielo_sales, plain_csv
from testkit.shop import Shop
from tests.support.reports import FakeReports, ReportFile, read, take

LINES = 10_000
Write = Callable[[list[ReportLine]], bytes]
WRITE: dict[str, Write] = {
    "csv": plain_csv,
    "cielo-v15": lambda lines: cielo_sales(lines, FIRST_DAY, LAST_DAY),
    "adyen-settlement": adyen_settlement,
    "camt.053": camt_statement,
}
NOT_SAID = {
    "csv": set(),
    "cielo-v15": {acquirer.unknown_currency},
    "adyen-settlement": set(acquirer.OF_INSTALMENTS),
}
PLANS = {"adyen-settlement": (1,)}


def as_read(name: str, file: AcquirersFile) -> tuple[ReportHead, list[ReportLine]]:
    period = [FIRST_DAY.isoformat(), LAST_DAY.isoformat()]
    mapping = {"period": period, "centsOn": file.cents_on.value} if name == "csv" else None
    return read(name, WRITE[name](file.numbered()), mapping)


def findings(workspace: ReportWorkspace, found: Reconciled) -> list[tuple[Outcome, str]]:
    told = [(Outcome.MISSING, f"{missing.payment_id}/{acquirer.lost(missing)}") for missing in workspace.missing()]
    assert len(told) == found.missing.lines
    for books, verdict in workspace.verdicts():
        if verdict.outcome is not Outcome.MATCHED:
            told.append((verdict.outcome, f"{books.payment_id if books else ''}/{','.join(verdict.differences)}"))
    return sorted(told)


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[ReportWorkspace]:
    held = ReportWorkspace(tmp_path / "workspace.sqlite")
    yield held
    held.close()


@pytest.mark.parametrize(
    ("name", "cents_on"),
    [("csv", CentsOn.FIRST), ("csv", CentsOn.LAST), ("cielo-v15", CentsOn.FIRST), ("adyen-settlement", CentsOn.FIRST)],
)
def test_every_planted_error_is_found_once(workspace: ReportWorkspace, name: str, cents_on: CentsOn) -> None:
    file = acquirers_file(LINES, cents_on=cents_on, plans=PLANS.get(name, acquirer.PLANS))
    planted = [plant for plant in acquirer.ERRORS if plant not in NOT_SAID[name]]
    for plant in planted:
        plant(file)
    head, lines = as_read(name, file)

    found = reconcile(workspace, head, take_lines(workspace, lines), file.books, "this")

    assert len(lines) == len(file.lines) >= LINES
    assert len(file.findings) == len(planted)
    assert findings(workspace, found) == sorted(file.findings)


KINDS = (LineKind.CAPTURE, LineKind.REFUND, LineKind.CHARGEBACK, LineKind.CHARGEBACK_REVERSED, LineKind.FEE,
         LineKind.ADJUSTMENT)  # fmt: skip
ANY_LINES = st.lists(
    st.tuples(
        st.sampled_from(KINDS),
        st.integers(-(10**11), 10**11),
        st.integers(-(10**6), 10**6),
        st.sampled_from(("BRL", "BRL", "EUR", "JPY", "BHD", "XQX")),
        st.integers(0, 12),
        st.sampled_from((0, 0, 1, 3)),
    ),
    min_size=1,
    max_size=30,
)
OF_ONE_CURRENCY = {"cielo-v15", "camt.053"}


@pytest.mark.parametrize("name", WRITE)
@settings(max_examples=40, deadline=None)
@given(told=ANY_LINES)
def test_sum_of_any_file_is_that_of_its_outcomes(name: str, told: list[tuple[Any, ...]]) -> None:
    """Lines of some payments that are ours and some that are not, with any value, sign and currency."""
    file = acquirers_file(10)
    lines = [_line(name, *parts) for parts in told]
    head, reported = read(name, WRITE[name](lines))

    with TemporaryDirectory() as folder:
        workspace = ReportWorkspace(Path(folder) / "workspace.sqlite")
        found = reconcile(workspace, head, take_lines(workspace, reported), file.books, "this")
        workspace.close()

    total, written = Sums(), Sums()
    for sums in found.outcomes.values():
        total.merge(sums)
    for line in lines:
        written.add(line)
    assert total == found.file == written


def _line(
    name: str, kind: LineKind, gross: int, fee: int, currency: str, payment: int, installments: int
) -> ReportLine:
    """Return a line as a format can say it."""
    if name in OF_ONE_CURRENCY:
        currency = "BRL"
    if name == "camt.053":
        kind, fee = LineKind.PAYOUT, 0
    if name == "adyen-settlement":
        fee = fee if abs(fee) < abs(gross) else 0  # gross and net are of one side
    day = FIRST_DAY + timedelta(days=payment)
    return ReportLine(
        2, kind, Stage.REPORTED, currency, gross, fee, gross - fee, tid=f"10515831175{payment:09d}",
        nsu=f"{payment:06d}", authorization=f"{payment * 7:06d}", installment=min(installments, 1),
        installments=installments, sold_on=day, expected_on=day,
    )  # fmt: skip


@pytest.mark.parametrize("name", WRITE)
def test_file_that_comes_twice_is_one_and_a_cut_one_is_none(shop: Shop, name: str) -> None:
    content = WRITE[name](acquirers_file(20).numbered())
    reports = FakeReports()

    cut = take(shop, reports, ReportFile(content[: len(content) * 2 // 3], name))
    first = take(shop, reports, ReportFile(content, name))
    again = take(shop, reports, ReportFile(content, name))

    assert (cut.state.value, cut.file) == ("refused", None)
    assert first.state.value == "done"
    assert again == first
    assert [held.state.value for held in reports.kept.values()] == ["refused", "done"]


def paid(day: int, net: int) -> ReportLine:
    on = date(2026, 3, day)
    return ReportLine(2, LineKind.CAPTURE, Stage.PAID, "BRL", net, 0, net, tid="elsewhere", sold_on=on, paid_on=on)


def test_errors_of_a_banks_statement_are_found_once(shop: Shop) -> None:
    """Payouts of 10 days, as a report told them; the bank books them a day later, and errs."""
    reports = FakeReports()
    days = [paid(day, 100_000 * day) for day in range(2, 12)]
    days += [paid(20, 5_555), paid(21, 5_555)]
    take(shop, reports, ReportFile(plain_csv(days)))
    booked = [
        replace(line, kind=LineKind.PAYOUT, paid_on=(line.paid_on or LAST_DAY) + timedelta(days=1)) for line in days
    ]
    booked[0] = replace(booked[0], gross=199_999, net=199_999)
    booked.append(booked[1])
    booked.append(replace(booked[2], gross=42, net=42))
    late = next(at for at, line in enumerate(booked) if line.net == 900_000)
    booked[late] = replace(booked[late], paid_on=date(2026, 3, 20))
    del booked[-3]  # of the two equal payouts one has not arrived

    done = take(shop, reports, ReportFile(camt_statement(booked), "camt.053"))

    outcomes = {sums.outcome: (sums.lines, sums.by_currency[0].net) for sums in done.outcomes}
    assert outcomes == {
        "matched": (8, sum(100_000 * day for day in (3, 4, 5, 6, 7, 8, 10, 11))),
        "foreign": (4, 199_999 + 300_000 + 42 + 900_000),
        "ambiguous": (1, 5_555),
    }
