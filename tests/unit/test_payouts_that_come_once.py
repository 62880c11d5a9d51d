"""Bank statements that tell the same payout: one of them has it, the others' lines are duplicates (D191)."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from settlement.domain.reconciliation.bank_lines import Arrival, Statement, TransferOf, match_bank_lines
from settlement.domain.reconciliation.report import PaidOut, Report, ReportState
from settlement.domain.reconciliation.report_line import LineKind, ReportLine, Stage
from testkit.builders import ACCOUNT
from testkit.report_files import camt_statement, plain_csv
from testkit.shop import Shop
from tests.support.reports import FakeReports, ReportFile, take
from tests.unit.test_report_stages import Stages

MONDAY, TUESDAY, WEDNESDAY = (date(2026, 3, day) for day in (9, 10, 11))


class Arriving(FakeReports):
    """Reports in which something else happens right before the first payout is kept as come."""

    def __init__(self) -> None:
        super().__init__()
        self.meanwhile: Callable[[], object] | None = None

    def keep_arrival(self, account: str, arrival: Arrival) -> None:
        """Keep that a payout has come, with what happens before it."""
        meanwhile, self.meanwhile = self.meanwhile, None
        if meanwhile is not None:
            meanwhile()
        super().keep_arrival(account, arrival)


@pytest.fixture
def shop() -> Shop:
    return Shop()


@pytest.fixture
def reports() -> Arriving:
    return Arriving()


@pytest.fixture
def stages(shop: Shop, reports: Arriving, tmp_path: Path) -> Stages:
    return Stages(shop, tmp_path, reports)


def pay_out(
    shop: Shop, reports: FakeReports, on: date, net: int = 6825, name: str = "sale", currency: str = "BRL"
) -> Report:
    """Have an acquirer report that it paid on a day."""
    line = ReportLine(2, LineKind.CAPTURE, Stage.PAID, currency, net, 0, net, tid=name, sold_on=on, paid_on=on)
    return take(shop, reports, ReportFile(plain_csv([line])))


def entry(on: date, net: int = 6825, reference: str = "B1") -> ReportLine:
    return ReportLine(2, LineKind.PAYOUT, Stage.PAID, "BRL", net, 0, net, reference=reference, paid_on=on)


def statement(*entries: ReportLine) -> ReportFile:
    return ReportFile(camt_statement(entries), "camt.053")


def told(reports: FakeReports, report: Report) -> list[tuple[int, str, str]]:
    """Net, outcome and reason of each line, in the order of the file."""
    assert report.state is ReportState.DONE
    kept = [line for key, lines in reports.lines.kept.items() if key[1] == report.report_id for line in lines]
    return [(line.gross, line.outcome.value, line.reason) for line in sorted(kept, key=lambda line: line.line)]


@pytest.mark.parametrize(
    ("payout", "came"),
    [
        ((), {TUESDAY: 9_000}),
        ((WEDNESDAY, -9_000), {WEDNESDAY: 9_000}),
        ((WEDNESDAY, -8_999), {WEDNESDAY: 8_999}),
    ],
)
def test_batch_comes_as_one_payout(shop: Shop, payout: tuple[date, int] | tuple[()], came: dict[date, int]) -> None:
    """Of sales of several days; it comes as the file itself says it was paid out, if it does."""
    sold = [
        ReportLine(number, LineKind.CAPTURE, Stage.PAID, "BRL", net, 0, net, tid=f"{number}", sold_on=on, paid_on=on,
                   batch="134")
        for number, (on, net) in enumerate(((MONDAY, 4_000), (TUESDAY, 5_000)), 2)
    ]  # fmt: skip
    other = replace(sold[0], number=4, batch="135", tid="4", gross=7, net=7)
    alone = replace(sold[0], number=5, batch="", tid="5", gross=5, net=5)
    told = [*sold, other, alone]
    if payout:
        on, net = payout
        told.append(ReportLine(6, LineKind.PAYOUT, Stage.PAID, "BRL", net, 0, net, paid_on=on, batch="134"))

    report = take(shop, FakeReports(), ReportFile(plain_csv(told)))

    assert {paid.on: paid.net for paid in report.payouts} == {MONDAY: 12} | came


def paid(tid: str, net: int, on: date, **more: Any) -> ReportLine:
    made = ReportLine(2, LineKind.CAPTURE, Stage.PAID, "BRL", net, 0, net, tid=tid, sold_on=SOLD, paid_on=on)
    return replace(made, **more)


SOLD = date(2026, 3, 2)


@pytest.mark.parametrize("batch", ["", "134"])
def test_payout_that_two_reports_tell_comes_once(shop: Shop, reports: Arriving, batch: str) -> None:
    """The file of a day, then that of the week, which has another payout of the same value, then the bank's."""
    placed = shop.open()
    placed.invoice("N1", 6825)
    first = paid("TID", 6825, MONDAY, batch=batch)
    payout = replace(first, kind=LineKind.PAYOUT, gross=-6825, net=-6825, tid="")
    day = [first, payout] if batch else [first]
    later = paid("of nobody", 6825, date(2026, 3, 20))

    told = [take(shop, reports, ReportFile(plain_csv(lines))) for lines in (day, [*day, later])]
    bank = take(shop, reports, statement(entry(TUESDAY)))

    assert [[(one.on, one.net) for one in report.payouts] for report in told] == [
        [(MONDAY, 6825)],
        [(date(2026, 3, 20), 6825)],
    ]
    assert [sums.outcome for sums in bank.outcomes] == ["matched"]


def test_line_that_is_double_in_a_file_is_paid_out_once(shop: Shop, reports: Arriving) -> None:
    placed = shop.open()
    placed.invoice("N1", 6825)
    first = paid("TID", 6825, MONDAY)
    batch = [replace(line, batch="134") for line in (first, first, paid("of nobody", 100, MONDAY))]
    payout = replace(batch[0], kind=LineKind.PAYOUT, gross=-6925, net=-6925, tid="")

    alone = take(shop, reports, ReportFile(plain_csv([first, first])))
    again = take(shop, reports, ReportFile(plain_csv([*batch, payout])))

    assert [(one.on, one.net, one.batch) for one in alone.payouts] == [(MONDAY, 6825, "")]
    assert again.payouts == ()

    [other] = [take(Shop(), FakeReports(), ReportFile(plain_csv([*batch, payout])))]
    assert [(one.on, one.net, one.batch) for one in other.payouts] == [(MONDAY, 6925, "134")]


def test_batches_of_one_day_come_one_by_one(shop: Shop, reports: Arriving) -> None:
    """Two payouts of one report on one day, in two transfers, of which another statement tells one again."""
    told = []
    for batch, net in (("134", 6900), ("1" * 40, 2950)):
        sold = ReportLine(2, LineKind.CAPTURE, Stage.PAID, "BRL", net, 0, net, tid=batch, paid_on=MONDAY, batch=batch)
        told += [sold, replace(sold, kind=LineKind.PAYOUT, gross=-net, net=-net, tid="")]
    report = take(shop, reports, ReportFile(plain_csv(told)))
    assert sorted(paid.net for paid in report.payouts) == [2950, 6900]
    assert max(len(paid.batch) for paid in report.payouts) == 32

    bank = take(shop, reports, statement(entry(TUESDAY, 6900), entry(TUESDAY, 2950, "B2")))
    again = take(shop, reports, statement(entry(TUESDAY, 2950, "B2")))

    assert [sums.outcome for sums in bank.outcomes] == ["matched"]
    assert [sums.outcome for sums in again.outcomes] == ["duplicate"]


INTERIM = statement(entry(MONDAY), entry(MONDAY, 42, "B2"))
FINAL = statement(entry(MONDAY), entry(MONDAY, 42, "B2"), entry(MONDAY, 7, "B3"))


@pytest.mark.parametrize(("first", "second"), [(INTERIM, FINAL), (FINAL, INTERIM)])
def test_payout_of_two_statements_is_a_duplicate_in_the_second(
    shop: Shop, reports: Arriving, first: ReportFile, second: ReportFile
) -> None:
    paid = pay_out(shop, reports, MONDAY)

    had, again = (take(shop, reports, file) for file in (first, second))

    assert told(reports, had)[0] == (6825, "matched", f"payout of report {paid.report_id}")
    reason = f"report {had.report_id} has told it already: payout of report {paid.report_id}"
    assert told(reports, again)[0] == (6825, "duplicate", reason)
    assert told(reports, again)[1][:2] == (42, "foreign")


def test_statement_that_comes_between_has_the_payout(shop: Shop, reports: Arriving) -> None:
    pay_out(shop, reports, MONDAY)
    pay_out(shop, reports, TUESDAY, 500, "other")
    between: list[Report] = []
    reports.meanwhile = lambda: between.append(take(shop, reports, FINAL))

    done = take(shop, reports, statement(entry(MONDAY), entry(TUESDAY, 500, "B9")))

    assert [outcome for _, outcome, _ in told(reports, between[0])] == ["matched", "foreign", "foreign"]
    assert [outcome for _, outcome, _ in told(reports, done)] == ["duplicate", "matched"]
    assert {held.told_by for held in reports.arrived.values()} == {between[0].report_id, done.report_id}


def test_payouts_of_one_value_on_one_day_come_by_a_line_each(shop: Shop, reports: Arriving) -> None:
    for name in ("one", "two"):
        pay_out(shop, reports, MONDAY, name=name)
    twice = (entry(MONDAY), entry(MONDAY, reference="B2"))

    outcomes = [
        [outcome for _, outcome, _ in told(reports, take(shop, reports, file))][:2]
        for file in (statement(*twice), statement(*twice, entry(MONDAY, 7)))
    ]

    assert outcomes == [["matched", "matched"], ["duplicate", "duplicate"]]
    assert len({held.report_id for held in reports.arrived.values()}) == 2


def test_line_that_can_be_of_two_payouts_is_ambiguous_in_every_statement(shop: Shop, reports: Arriving) -> None:
    for name in ("one", "two"):
        pay_out(shop, reports, MONDAY, name=name)

    for file in (statement(entry(MONDAY)), statement(entry(MONDAY), entry(MONDAY, 7))):
        assert told(reports, take(shop, reports, file))[0][1] == "ambiguous"
    assert not reports.arrived


def test_payouts_of_one_value_on_two_days_are_matched_one_each(shop: Shop, reports: Arriving) -> None:
    for day in (MONDAY, TUESDAY):
        pay_out(shop, reports, day, name=str(day))
    first, second = entry(MONDAY), entry(WEDNESDAY, reference="B2")

    had = take(shop, reports, statement(first))
    both = take(shop, reports, statement(first, second))
    again = take(shop, reports, statement(first, second, entry(MONDAY, 7)))

    assert [outcome for _, outcome, _ in told(reports, had)] == ["matched"]
    assert [outcome for _, outcome, _ in told(reports, both)] == ["duplicate", "matched"]
    reasons = [reason for _, _, reason in told(reports, again)][:2]
    assert [had.report_id in reasons[0], both.report_id in reasons[1]] == [True, True]


def test_entry_that_was_told_takes_no_payout_that_is_known_since(shop: Shop, reports: Arriving) -> None:
    pay_out(shop, reports, MONDAY, name="one")
    take(shop, reports, statement(entry(TUESDAY)))
    pay_out(shop, reports, TUESDAY, name="two")

    again = take(shop, reports, statement(entry(TUESDAY), entry(TUESDAY, 7)))
    other = take(shop, reports, statement(entry(TUESDAY, reference="B2")))

    assert [outcome for _, outcome, _ in told(reports, again)] == ["duplicate", "foreign"]
    assert [outcome for _, outcome, _ in told(reports, other)] == ["matched"]


def test_entry_of_another_bank_account_is_another_one() -> None:
    transfers = [TransferOf("R1", PaidOut(MONDAY, "BRL", 6825)), TransferOf("R2", PaidOut(TUESDAY, "BRL", 6825))]
    had = Arrival("R1", MONDAY, "BRL", "S1", "BR1", "", TUESDAY)
    line = entry(TUESDAY, reference="")

    found = {
        account: match_bank_lines(Statement("S2", account, {had.payout: had}), [line], transfers).verdicts[0].outcome
        for account in ("BR1", "BR2")
    }

    assert found == {"BR1": "duplicate", "BR2": "matched"}


def test_each_payout_is_of_one_line(shop: Shop, reports: Arriving) -> None:
    pay_out(shop, reports, MONDAY)
    twice = [entry(MONDAY, reference=""), entry(MONDAY, reference="")]

    outcomes = [
        [outcome for _, outcome, _ in told(reports, take(shop, reports, file))][:2]
        for file in (statement(*twice), statement(*twice, entry(MONDAY, 7)))
    ]

    assert outcomes == [["matched", "foreign"], ["duplicate", "foreign"]]


class Died(Exception):
    """A run ends here."""


def test_statement_whose_run_died_says_the_same_though_another_payout_is_known_since(
    shop: Shop, reports: Arriving, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = pay_out(shop, reports, MONDAY, name="one")

    def die(*_: object) -> None:
        raise Died

    with monkeypatch.context() as patch, suppress(Died):
        patch.setattr(reports.lines, "keep", die)
        take(shop, reports, INTERIM)
    pay_out(shop, reports, MONDAY, name="two")
    other = take(shop, reports, FINAL)

    done = take(shop, reports, INTERIM)

    assert told(reports, done)[0] == (6825, "matched", f"payout of report {first.report_id}")
    assert told(reports, other)[0][1] == "duplicate"
    assert done.report_id in told(reports, other)[0][2]


def test_what_is_read_otherwise_the_next_time_gives_the_payout_back(
    shop: Shop, reports: Arriving, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A run by a mapping with the wrong currency died; by the right one the file tells another payout."""
    wrong, right = (pay_out(shop, reports, MONDAY, name=code, currency=code) for code in ("ARS", "BRL"))
    content = b"kind,gross,paidOn\npayout,68.25,2026-03-09\n"

    def die(*_: object) -> None:
        raise Died

    with monkeypatch.context() as patch, suppress(Died):
        patch.setattr(reports.lines, "keep", die)
        take(shop, reports, ReportFile(content, mapping={"currency": "ARS"}))
    assert [held.report_id for held in reports.arrived.values()] == [wrong.report_id]

    done = take(shop, reports, ReportFile(content, mapping={"currency": "BRL"}))

    assert [(held.report_id, held.told_by) for held in reports.arrived.values()] == [(right.report_id, done.report_id)]


def test_statement_that_is_on_its_way_has_the_payout(stages: Stages, reports: Arriving) -> None:
    pay_out(stages.shop, reports, MONDAY)
    key = f"inbox/{ACCOUNT}/camt.053/interim.xml"
    stages.bucket.objects[key] = INTERIM.content
    end = stages.read(key)
    stages.match(end.report_id, end.ranges)

    other = take(stages.shop, reports, FINAL)
    end = stages.read(key, "again")
    stages.match(end.report_id, end.ranges, "again")
    done = stages.finish(end.report_id, "again")

    assert told(reports, other)[0][1] == "duplicate"
    assert {sums.outcome: sums.lines for sums in done.outcomes} == {"matched": 1, "foreign": 1}
