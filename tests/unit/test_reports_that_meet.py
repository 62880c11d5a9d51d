"""Reports that tell of the same payments: repeated, corrected, cut off, at once, in any order, it comes to the same."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import date, timedelta
from itertools import permutations
from typing import Any

import pytest

from settlement.domain.events import EventType
from settlement.domain.reconciliation.payout import PayoutPart
from settlement.domain.reconciliation.report_line import Stage
from settlement.storage.work_told import with_work_told
from settlement.use_cases.reconciliation import keep_findings as keep_findings_module
from testkit.builders import ACCOUNT, a_new_payment
from testkit.shop import Placed, Shop
from testkit.store import FakeStore
from tests.integration.test_rebuild import require_told
from tests.support.audits import mismatches_of
from tests.support.reports import FakeReports, ReportFile, captured, take
from tests.support.service import Service

COLUMNS = "kind,gross,fee,currency,tid,soldOn,expectedOn,paidOn,installment,installments"
PAYOUTS = {"holds": "payouts", "stage": "paid"}
CHARGED = "chargeback,-70.00,0,BRL,TID,,,{},,"
REVERSED = "chargeback-reversed,70.00,0,BRL,TID,,,{},,"
SALE = "capture,{},0,BRL,TID,2026-03-02,,,,"


@pytest.fixture
def service(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> Service:
    return Service(shop, monkeypatch)


@pytest.fixture
def reports(service: Service) -> FakeReports:
    return service.reports


@pytest.fixture
def sold(shop: Shop) -> Placed:
    """An order with one capture of 70.00."""
    return captured(shop, 7000)


def file(*rows: str, **mapping: Any) -> ReportFile:
    return ReportFile("\n".join((COLUMNS, *rows)).encode() + b"\n", mapping=mapping or None)


def parts(shop: Shop, placed: Placed) -> list[PayoutPart]:
    return shop.store.payouts(ACCOUNT, placed.transaction_id, placed.payments[0].payment_id)


def work(shop: Shop) -> list[str]:
    """The kinds of work on what reports told."""
    return sorted(item.work.kind.value for item in shop.store.work(ACCOUNT, shop.clock(), None, 99).items)


def told(shop: Shop) -> dict[str, int]:
    """How often work was told to begin and to end."""
    types = [event.type for commit in shop.store.commits for event in with_work_told(commit).events]
    return {"opened": types.count(EventType.WORK_ITEM_OPENED), "closed": types.count(EventType.WORK_ITEM_CLOSED)}


def require_whole(shop: Shop) -> None:
    """Fail if the audit finds anything, or if the events do not have all that is stored."""
    assert mismatches_of(shop.store) == []
    require_told(shop.store.commits)


def test_reversal_ends_its_chargeback_and_a_second_one_opens_again(
    shop: Shop, reports: FakeReports, sold: Placed
) -> None:
    take(shop, reports, file(CHARGED.format("2026-04-01")))
    assert (work(shop), told(shop)) == (["chargeback"], {"opened": 1, "closed": 0})

    take(shop, reports, file(REVERSED.format("2026-04-10")))
    assert (work(shop), told(shop)) == ([], {"opened": 1, "closed": 1})

    take(shop, reports, file(CHARGED.format("2026-04-20")))
    assert (work(shop), told(shop)) == (["chargeback"], {"opened": 2, "closed": 1})
    require_whole(shop)


DISPUTES = (
    CHARGED.format("2026-04-01"),
    REVERSED.format("2026-04-10"),
    CHARGED.format("2026-04-20"),
    REVERSED.format("2026-04-25"),
)
OPEN = {"0": 1, "2": 1, "02": 2, "03": 0, "01": 0, "12": 1, "23": 0, "012": 1, "013": 0, "023": 1, "123": 0, "0123": 0}
"""Chargebacks that wait, by what was told of the four; a reversal has no chargeback of after it."""


@pytest.mark.parametrize("order", list(permutations(range(4))))
def test_disputes_come_to_the_same_in_any_order(order: tuple[int, ...]) -> None:
    shop, reports = Shop(), FakeReports()
    placed = shop.open(a_new_payment(7000, "partial"), value=7000)
    placed.invoice("N1", 7000)
    for at in range(4):
        take(shop, reports, file(DISPUTES[order[at]]))

        assert len(work(shop)) == OPEN.get("".join(map(str, sorted(order[: at + 1]))), 0)
    ended = {part.paid_on: part.ended_by for part in parts(shop, placed) if part.kind.value == "chargeback"}
    days = {part.name: str(part.paid_on) for part in parts(shop, placed)}
    assert {str(day): days[str(name)] for day, name in ended.items()} == {
        "2026-04-01": "2026-04-10",
        "2026-04-20": "2026-04-25",
    }
    require_whole(shop)


@pytest.mark.parametrize(
    "row",
    [
        "chargeback-reversed,69.99,0,BRL,TID,,,2026-04-10,,",
        "chargeback-reversed,-70.00,0,BRL,TID,,,2026-04-10,,",
        REVERSED.format("2026-03-31"),
    ],
)
def test_chargeback_waits_if_its_reversal_does_not_fit(
    shop: Shop, reports: FakeReports, sold: Placed, row: str
) -> None:
    take(shop, reports, file(CHARGED.format("2026-04-01"), row))

    assert "chargeback" in work(shop)


def test_reversal_without_a_day_ends_one_chargeback(shop: Shop, reports: FakeReports, sold: Placed) -> None:
    take(shop, reports, file(CHARGED.format(""), CHARGED.format("2026-04-20"), REVERSED.format("")))

    assert work(shop) == ["chargeback"]


def test_reversal_of_a_named_capture_ends_its_chargeback(shop: Shop, reports: FakeReports) -> None:
    placed = shop.open()
    placed.invoice("N1", 5000)
    placed.invoice("N2", 5000)
    captures = shop.store.settlements(ACCOUNT, placed.transaction_id, placed.payments[0].payment_id)
    rows = [f"chargeback,-50.00,BRL,TID,{held.settle_id}" for held in captures]
    rows.append(f"chargeback-reversed,50.00,BRL,TID,{captures[1].settle_id}")
    take(shop, reports, ReportFile("\n".join(("kind,gross,currency,tid,reference", *rows)).encode()))

    [left] = [part for part in parts(shop, placed) if part.kind.value == "chargeback" and part.ended_by is None]
    assert left.move == captures[0].number


def test_disputes_of_two_reports_at_once_meet(shop: Shop, reports: FakeReports, sold: Placed) -> None:
    shop.store.interrupt(lambda: take(shop, reports, file(REVERSED.format("2026-04-10"))))

    take(shop, reports, file(CHARGED.format("2026-04-01")))

    assert work(shop) == []
    assert told(shop)["opened"] == told(shop)["closed"]
    require_whole(shop)


def test_more_disputes_than_one_write_takes_are_paired_anew(shop: Shop, reports: FakeReports, sold: Placed) -> None:
    days = [date(2026, 4, 1) + timedelta(days=2 * number) for number in range(110)]
    take(shop, reports, file(*(CHARGED.format(day) for day in days)))
    take(shop, reports, file(*(REVERSED.format(day + timedelta(days=1)) for day in days)))
    assert work(shop) == []

    take(shop, reports, file(CHARGED.format("2026-03-31")))

    [left] = [part for part in parts(shop, sold) if part.kind.value == "chargeback" and part.ended_by is None]
    assert (left.paid_on, work(shop)) == (days[-1], ["chargeback"])
    assert max(len(commit.payouts) for commit in shop.store.commits) < 100
    require_whole(shop)


def test_line_that_two_reports_tell_at_once_is_matched_once(shop: Shop, reports: FakeReports, sold: Placed) -> None:
    first, second = file(SALE.format("70.00")), file(SALE.format("70.00"), "fee,-1.00,0,BRL,,,,,,")
    shop.store.interrupt(lambda: take(shop, reports, first))

    done = take(shop, reports, second)

    assert {sums.outcome: sums.lines for sums in done.outcomes} == {"duplicate": 1, "foreign": 1}
    assert sum(part.gross for part in parts(shop, sold)) == 7000
    types = [event.type for event in sold.events if event.type is EventType.CAPTURE_REPORTED]
    assert len(types) == 1
    require_whole(shop)


def test_what_is_missing_in_one_report_and_told_by_another_at_once_is_nobodys_work(
    shop: Shop, reports: FakeReports, sold: Placed
) -> None:
    other = shop.open()
    other.invoice("N1", 10000)
    [capture] = shop.store.settlements(ACCOUNT, other.transaction_id, other.payments[0].payment_id)
    head = "kind,gross,currency,tid,soldOn,reference"
    lacking = ReportFile(f"{head}\ncapture,100.00,BRL,,2026-03-02,{capture.settle_id}\n".encode())
    [own] = shop.store.settlements(ACCOUNT, sold.transaction_id, sold.payments[0].payment_id)
    telling = ReportFile(f"{head}\ncapture,70.00,BRL,,2026-03-02,{own.settle_id}\n".encode())

    shop.store.interrupt(lambda: take(shop, reports, lacking))
    take(shop, reports, telling)

    assert work(shop) == []
    assert [(part.outcome.value, part.line) for part in parts(shop, sold)] == [("matched", 2)]
    require_whole(shop)


def test_each_instalment_that_is_not_paid_on_its_day_is_missing_by_itself(shop: Shop, reports: FakeReports) -> None:
    placed = shop.open(a_new_payment(9000, "partial", installments=3), value=9000)
    placed.invoice("N1", 9000)
    days = ("2026-04-01", "2026-04-29", "2026-06-01")
    sales = [f"capture,30.00,0,BRL,TID,2026-03-02,{day},,{number},3" for number, day in enumerate(days, 1)]
    take(shop, reports, file(*sales))
    second = "capture,30.00,0,BRL,TID,2026-03-02,,2026-04-29,2,3"

    take(shop, reports, file(second, **PAYOUTS, period=["2026-04-01", "2026-04-30"]))
    [lost] = [part for part in parts(shop, placed) if not part.line]
    assert (lost.number, lost.of, lost.gross, lost.reason) == (
        1,
        3,
        3000,
        "no line in the report of its day, 2026-04-01",
    )

    last = "capture,30.00,0,BRL,TID,2026-03-02,,2026-06-01,3,3"
    take(shop, reports, file(last, **PAYOUTS, period=["2026-05-01", "2026-06-30"]))
    assert work(shop) == ["payout-missing"]

    take(shop, reports, file(second.replace(",2026-04-29,2,", ",2026-06-05,1,"), **PAYOUTS))
    assert work(shop) == []
    assert told(shop) == {"opened": 1, "closed": 1}
    require_whole(shop)


def test_payout_that_differs_is_not_missing_in_another_report(shop: Shop, reports: FakeReports, sold: Placed) -> None:
    take(shop, reports, file("capture,70.00,0,BRL,TID,2026-03-02,2026-04-01,,,"))
    take(shop, reports, file("capture,69.00,0,BRL,TID,2026-03-02,,2026-04-01,,", **PAYOUTS))
    take(shop, reports, file("fee,-1.00,0,BRL,,,,,,", **PAYOUTS, period=["2026-04-01", "2026-04-01"]))

    assert work(shop) == ["payout-differs"]


def test_capture_that_was_paid_in_one_is_not_paid_again_in_instalments(shop: Shop, service: Service) -> None:
    placed = shop.open(a_new_payment(9000, "partial", installments=3), value=9000)
    placed.invoice("N1", 9000)
    days = ("2026-04-01", "2026-04-29", "2026-06-01")
    each = "capture,30.00,0,BRL,TID,2026-03-02,{},{},{},3"
    take(shop, service.reports, file(*(each.format(day, "", at) for at, day in enumerate(days, 1))))
    take(shop, service.reports, file("capture,90.00,4.50,BRL,TID,2026-03-02,,2026-03-10,,", **PAYOUTS))
    assert service.do("GET", "/api/pvt/receivables")["days"] == []

    late = file(*(each.format("", day, at) for at, day in enumerate(days[:2], 1)), **PAYOUTS)
    done = take(shop, service.reports, replace(late, mapping={**PAYOUTS, "period": ["2026-04-01", "2026-06-30"]}))

    assert {sums.outcome: sums.lines for sums in done.outcomes} == {"duplicate": 2}
    assert (done.missing, work(shop)) == (None, [])
    paid = [part.gross for part in parts(shop, placed) if part.stage is Stage.PAID]
    assert paid == [9000]
    require_whole(shop)


@pytest.mark.parametrize("is_late", [False, True])
def test_right_payout_ends_a_sale_that_differs(
    shop: Shop, reports: FakeReports, sold: Placed, *, is_late: bool
) -> None:
    files = [file(SALE.format("69.00")), file("capture,70.00,0,BRL,TID,2026-03-02,,2026-04-01,,", **PAYOUTS)]
    for one in reversed(files) if is_late else files:
        take(shop, reports, one)

    assert work(shop) == []
    require_whole(shop)


@pytest.mark.parametrize("is_late", [False, True])
def test_sale_that_differs_and_its_right_payout_meet_at_once(
    shop: Shop, reports: FakeReports, sold: Placed, *, is_late: bool
) -> None:
    files = [file(SALE.format("69.00")), file("capture,70.00,0,BRL,TID,2026-03-02,,2026-04-01,,", **PAYOUTS)]
    first, second = reversed(files) if is_late else files
    shop.store.interrupt(lambda: take(shop, reports, second))

    take(shop, reports, first)

    assert work(shop) == []
    require_whole(shop)


STORIES: dict[str, list[ReportFile]] = {
    "sales, corrected, paid": [
        file(SALE.format("69.00"), CHARGED.format("2026-04-01")),
        file(SALE.format("70.00")),
        file("capture,70.00,1.75,BRL,TID,2026-03-02,,2026-04-01,,", REVERSED.format("2026-04-20"), **PAYOUTS),
    ],
    "paid short, then right": [
        file("capture,69.00,1.75,BRL,TID,2026-03-02,,2026-04-01,,", **PAYOUTS),
        file("capture,70.00,1.75,BRL,TID,2026-03-02,,2026-04-02,,", **PAYOUTS),
    ],
}


def once(shop: Shop, reports: FakeReports, one: ReportFile) -> None:
    """Take a file."""
    take(shop, reports, one)


def played(story: list[ReportFile], take_one: Callable[[Shop, FakeReports, ReportFile], None]) -> tuple[Any, ...]:
    """What is stored, listed and booked after a story."""
    shop, reports = Shop(), FakeReports()
    placed = shop.open(a_new_payment(7000, "partial"), value=7000)
    placed.invoice("N1", 7000)
    for one in story:
        take_one(shop, reports, one)
    require_whole(shop)
    stored = [
        (part.name, part.outcome.value, part.gross, part.fee, part.net, part.ended_by) for part in parts(shop, placed)
    ]
    booked = [event.data["paidOut"] for event in placed.events if event.data.get("paidOut")]
    sums = [report.outcomes for report in sorted(reports.kept.values(), key=lambda report: report.report_id)]
    return stored, work(shop), told(shop), booked, sums


def test_run_that_dies_before_any_write_and_is_repeated_comes_to_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keep_findings_module, "PARTS_AT_ONCE", 1)

    class Died(Exception):
        pass

    def dying_at(write: int) -> Callable[[Shop, FakeReports, ReportFile], None]:
        def run(shop: Shop, reports: FakeReports, one: ReportFile) -> None:
            before = len(shop.store.commits)

            def commit(change: Any) -> None:
                if len(shop.store.commits) - before == write:
                    raise Died
                FakeStore.commit(shop.store, change)

            with monkeypatch.context() as patch, suppress(Died):
                patch.setattr(shop.store, "commit", commit)
                take(shop, reports, one)
            take(shop, reports, one)

        return run

    for name, story in STORIES.items():
        whole = played(story, once)
        for write in range(3):
            assert played(story, dying_at(write)) == whole, (name, write)


def test_every_report_twice_comes_to_the_same() -> None:
    def twice(shop: Shop, reports: FakeReports, one: ReportFile) -> None:
        done = take(shop, reports, one)
        before = len(shop.store.commits)
        assert take(shop, reports, one) == done
        forgetful = FakeReports()
        again = take(shop, forgetful, one)
        assert len(shop.store.commits) == before
        assert again.outcomes == done.outcomes

    for story in STORIES.values():
        assert played(story, twice) == played(story, once)


@pytest.mark.parametrize("is_late", [False, True])
def test_what_is_to_come_is_changed_once_by_reports_at_once(
    service: Service, shop: Shop, sold: Placed, *, is_late: bool
) -> None:
    announced = file("capture,70.00,1.75,BRL,TID,2026-03-02,2026-04-15,,,")
    paid = file("capture,70.00,1.75,BRL,TID,2026-03-02,,2026-04-15,,", **PAYOUTS)
    first, second = (paid, announced) if is_late else (announced, paid)
    shop.store.interrupt(lambda: take(shop, service.reports, second))

    take(shop, service.reports, first)

    left = service.do("GET", "/api/pvt/receivables", query={"until": "2026-12-31"})
    assert [day for day in left["days"] if day["net"]] == []
    require_whole(shop)


def test_audit_sees_every_payout_that_is_not_as_it_was_booked(shop: Shop, reports: FakeReports, sold: Placed) -> None:
    paid = "capture,70.00,1.75,BRL,TID,2026-03-02,,2026-04-01,,"
    take(shop, reports, file(paid, CHARGED.format("2026-04-01"), REVERSED.format("2026-04-10"), **PAYOUTS))
    seen: list[str] = []
    for part in parts(shop, sold):
        wrong = [replace(part, **{name: getattr(part, name) + 1}) for name in ("gross", "fee", "net")]
        wrong += [replace(part, stage=Stage.REPORTED), replace(part, currency="JPY", net_currency="JPY")]
        wrong += [replace(part, ended_by=None)] if part.ended_by else []
        for other in wrong:
            shop.store.corrupt(part, other)
            [*found] = mismatches_of(shop.store)
            assert found, other
            seen += [mismatch.what for mismatch in found]
            shop.store.corrupt(other, part)
    assert {"entries and payouts: fees in BRL", "entries and payouts: chargedBack in BRL"} <= set(seen)
    assert mismatches_of(shop.store) == []
