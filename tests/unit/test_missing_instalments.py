"""What a file of sales should have told and did not: whole captures and refunds, and instalments of them (D187)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from settlement.domain.reconciliation.books import BookedMove, PaymentBooks, ToldPart
from settlement.domain.reconciliation.expected import CentsOn, part_value
from settlement.domain.reconciliation.matching import match_payment
from settlement.domain.reconciliation.missing import missing_of
from settlement.domain.reconciliation.outcomes import Missing, Slot
from settlement.domain.reconciliation.payout import PayoutPart
from settlement.domain.reconciliation.report import Report
from settlement.domain.reconciliation.report_head import Holds, ReportHead
from settlement.domain.reconciliation.report_line import LineKind, ReportLine, Stage, Sums
from settlement.domain.reconciliation.taken import Taken
from settlement.use_cases.gateway.notify_payment import Received, notify_payment
from testkit.builders import ACCOUNT, a_new_payment
from testkit.report_files import cielo_file, cielo_header, cielo_pix, cielo_sales
from testkit.shop import Placed, Shop
from tests.support.audits import mismatches_of
from tests.support.reports import FakeReports, ReportFile, take
from tests.support.service import Service

DAY = date(2026, 3, 2)
COLUMNS = "kind,gross,fee,currency,tid,soldOn,expectedOn,paidOn,installment,installments"
SECOND = "capture,33.33,0,BRL,TID,2026-03-02,,,2,3"
PLAN = ("capture,33.34,0,BRL,TID,2026-03-02,,,1,3", SECOND, "capture,33.33,0,BRL,TID,2026-03-02,,,3,3")


@pytest.fixture
def service(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> Service:
    return Service(shop, monkeypatch)


@pytest.fixture
def sold(shop: Shop) -> Placed:
    """An order with one capture of 100.00 in three instalments."""
    return sell(shop)


def sell(shop: Shop, group: str = "creditCard", installments: int = 3, value: int = 10000) -> Placed:
    placed = shop.open(a_new_payment(value, "partial", group, installments=installments), value=value)
    placed.invoice("N1", value)
    return placed


def file(*rows: str, **mapping: Any) -> ReportFile:
    return ReportFile("\n".join((COLUMNS, *rows)).encode() + b"\n", mapping=mapping or None)


def told(number: int, gross: int, **more: Any) -> ReportLine:
    line = ReportLine(
        2, LineKind.CAPTURE, Stage.REPORTED, "BRL", gross, 0, gross, tid="TID", installment=number, installments=3,
        sold_on=DAY, expected_on=date(2026, 4, 1),
    )  # fmt: skip
    return replace(line, **more)


def cielo(*lines: ReportLine, sequence: int = 1) -> ReportFile:
    return ReportFile(cielo_sales(lines, DAY, DAY, sequence), "cielo-v15")


def lost(shop: Shop, placed: Placed) -> list[tuple[int, int, int]]:
    """What is missing and not ended: value, number and number of all."""
    parts = shop.store.payouts(ACCOUNT, placed.transaction_id, placed.payments[0].payment_id)
    return [(part.gross, part.number, part.of) for part in parts if _is_open(part)]


def _is_open(part: PayoutPart) -> bool:
    return not part.line and part.ended_by is None


def work(shop: Shop) -> list[tuple[str, int]]:
    items = shop.store.work(ACCOUNT, shop.clock(), None, 99).items
    return sorted((item.work.kind.value, item.work.value) for item in items)


def missing_in(report: Report) -> tuple[int, int]:
    """How much a report found missing: lines and gross value."""
    if report.missing is None:
        return 0, 0
    return report.missing.lines, sum(sums.gross for sums in report.missing.by_currency)


def state(service: Service, placed: Placed) -> str:
    path = f"/api/pvt/transactions/{placed.transaction_id}/settlements"
    return str(service.do("GET", path)["actions"][0]["payout"]["state"])


@pytest.mark.parametrize(("number", "value"), [(1, 3334), (2, 3333), (3, 3333)])
def test_instalment_that_a_file_of_sales_lacks_is_missing_until_another_tells_it(
    service: Service, shop: Shop, sold: Placed, number: int, value: int
) -> None:
    lines = [told(1, 3334), told(2, 3333), told(3, 3333)]
    [lacking] = [line for line in lines if line.installment == number]

    done = take(shop, service.reports, cielo(*(line for line in lines if line is not lacking)))

    assert missing_in(done) == (1, value)
    assert lost(shop, sold) == [(value, number, 3)]
    assert work(shop) == [("payout-missing", value)]
    assert state(service, sold) == "missing"
    found = service.do("GET", f"/api/pvt/settlement-reports/{done.report_id}/lines", query={"outcome": "missing"})
    [shown] = found["items"]
    assert (shown["gross"], shown["instalment"], shown["instalments"], shown["soldOn"]) == (
        value,
        number,
        3,
        "2026-03-02",
    )

    later = take(shop, service.reports, cielo(lacking, sequence=2))

    assert (missing_in(later), lost(shop, sold), work(shop), state(service, sold)) == ((0, 0), [], [], "reported")
    assert mismatches_of(shop.store) == []


def test_cents_of_a_missing_instalment_are_where_the_file_has_them(service: Service, shop: Shop, sold: Placed) -> None:
    take(shop, service.reports, file("capture,33.33,0,BRL,TID,2026-03-02,,,1,3", SECOND, centsOn="last"))

    assert lost(shop, sold) == [(3334, 3, 3)]


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_instalments_told_by_several_files_come_to_the_same_in_any_order(order: tuple[int, ...]) -> None:
    shop, reports = Shop(), FakeReports()
    placed = sell(shop)
    for taken, at in enumerate(order, 1):
        done = take(shop, reports, file(PLAN[at]))

        assert missing_in(done)[0] == (3 - taken if at else 0)
        assert len(lost(shop, placed)) == (3 - taken if order[:taken] != (0,) else 0)
    assert work(shop) == []
    assert mismatches_of(shop.store) == []


def test_instalments_told_by_two_files_at_once_are_not_missing(service: Service, shop: Shop, sold: Placed) -> None:
    shop.store.interrupt(lambda: take(shop, service.reports, file(PLAN[2])))

    take(shop, service.reports, file(*PLAN[:2]))

    assert (lost(shop, sold), work(shop)) == ([], [])
    assert mismatches_of(shop.store) == []


def test_instalments_of_a_capture_that_was_missing_whole_are_missing_by_themselves(
    service: Service, shop: Shop, sold: Placed
) -> None:
    other = sell(shop)
    [capture] = shop.store.settlements(ACCOUNT, other.transaction_id, other.payments[0].payment_id)
    row = f"capture,33.3{{}},BRL,{capture.settle_id},2026-03-02,{{}},3"
    rows = [row.format(4 if number == 1 else 3, number) for number in (1, 2, 3)]
    content = "\n".join(("kind,gross,currency,reference,soldOn,installment,installments", *rows)).encode()
    take(shop, service.reports, ReportFile(content))
    assert work(shop) == [("payout-missing", 10000)]

    [mine] = shop.store.settlements(ACCOUNT, sold.transaction_id, sold.payments[0].payment_id)
    second = "kind,gross,currency,reference,soldOn,installment,installments\n"
    second += f"capture,33.33,BRL,{mine.settle_id},2026-03-02,2,3\n"
    take(shop, service.reports, ReportFile(second.encode()))

    assert lost(shop, sold) == [(3334, 1, 3), (3333, 3, 3)]
    assert work(shop) == [("payout-missing", 3333), ("payout-missing", 3334)]


@pytest.mark.parametrize(
    "row",
    [
        "capture,100.00,0,BRL,TID,2026-03-02,,,,",
        "capture,100.00,0,BRL,TID,2026-03-02,,,1,1",
        "capture,33.34,0,BRL,TID,2026-03-02,,2026-04-01,1,3",
        "capture,100.00,0,BRL,TID,2026-03-02,,,,3",
    ],
)
def test_file_that_does_not_announce_instalments_lacks_none(
    service: Service, shop: Shop, sold: Placed, row: str
) -> None:
    """One line for a sale in three, a line of an instalment as it is paid, and one that says nothing usable."""
    assert missing_in(take(shop, service.reports, file(row))) == (0, 0)
    assert lost(shop, sold) == []


def test_file_that_has_the_first_instalments_alone_lacks_no_others(service: Service, shop: Shop, sold: Placed) -> None:
    """It has a line for each sale, with the day of its first instalment; one more instalment shows that it has all."""
    sell(shop, value=9000)
    first, second = (f"capture,30.00,0,BRL,TID,2026-03-02,,,{number},3" for number in (1, 2))

    assert missing_in(take(shop, service.reports, file(PLAN[0], first))) == (0, 0)
    assert missing_in(take(shop, service.reports, file(SECOND, second))) == (2, 3333 + 3000)


def test_sale_that_another_report_told_in_one_line_lacks_no_instalment(
    service: Service, shop: Shop, sold: Placed
) -> None:
    take(shop, service.reports, file("capture,100.00,0,BRL,TID,2026-03-02,,,,"))

    assert missing_in(take(shop, service.reports, file(SECOND))) == (0, 0)


def test_file_of_payouts_lacks_no_instalment_of_another_day(service: Service, shop: Shop, sold: Placed) -> None:
    days = ("2026-04-01", "2026-05-04", "2026-06-01")
    take(shop, service.reports, file(*(row.replace(",,,", f",{day},,") for row, day in zip(PLAN, days, strict=True))))
    payouts = {"holds": "payouts", "stage": "paid", "period": ["2026-04-01", "2026-04-30"]}

    done = take(shop, service.reports, file("capture,33.34,0,BRL,TID,2026-03-02,,2026-04-01,1,3", **payouts))

    assert (missing_in(done), work(shop)) == ((0, 0), [])


def test_refund_without_a_line_is_missing(service: Service, shop: Shop, sold: Placed) -> None:
    sold.give_back("R1", 3000)

    done = take(shop, service.reports, file(*PLAN))

    assert missing_in(done) == (1, -3000)
    assert lost(shop, sold) == [(-3000, 1, 1)]


@pytest.mark.parametrize("is_late", [False, True])
def test_sale_that_a_file_of_what_was_paid_lacks_is_there_once_it_is_announced(
    service: Service, shop: Shop, *, is_late: bool
) -> None:
    """The file that has other payouts of the day knows nothing of it; the one that announces it does."""
    first, second = sell(shop, installments=1), sell(shop, installments=1)
    [one], [other] = (
        shop.store.settlements(ACCOUNT, placed.transaction_id, placed.payments[0].payment_id)
        for placed in (first, second)
    )
    head = "kind,gross,fee,currency,reference,soldOn,expectedOn,paidOn"
    paid = f"capture,100.00,0,BRL,{one.settle_id},2026-03-02,,2026-03-10"
    announced = f"capture,100.00,0,BRL,{other.settle_id},2026-03-02,2026-04-01,"
    files = [ReportFile(f"{head}\n{row}\n".encode()) for row in (paid, announced)]

    for told in reversed(files) if is_late else files:
        take(shop, service.reports, told)

    assert (work(shop), state(service, first), state(service, second)) == ([], "paid", "reported")
    assert mismatches_of(shop.store) == []


def test_refund_that_is_told_in_instalments_lacks_the_one_that_is_not(
    service: Service, shop: Shop, sold: Placed
) -> None:
    sold.give_back("R1", 3000)
    refunded = [f"refund,-10.00,0,BRL,TID,2026-03-02,,,{number},3" for number in (1, 3)]

    done = take(shop, service.reports, file(*PLAN, *refunded))

    assert (missing_in(done), lost(shop, sold)) == ((1, -1000), [(-1000, 2, 3)])


def test_two_files_of_a_day_for_two_merchants_leave_nothing_missing(service: Service, shop: Shop) -> None:
    """Two establishments behind one connector, each with a file: what the first lacks, the second tells."""
    orders = [sell(shop, installments=1), sell(shop, installments=1)]
    ids = [
        shop.store.settlements(ACCOUNT, placed.transaction_id, placed.payments[0].payment_id)[0].settle_id
        for placed in orders
    ]
    head = "kind,gross,currency,reference,soldOn"
    files = [ReportFile(f"{head}\ncapture,100.00,BRL,{settle_id},2026-03-02\n".encode()) for settle_id in ids]

    first, second = (take(shop, service.reports, one) for one in files)

    assert (missing_in(first), missing_in(second)) == ((1, 10000), (0, 0))
    assert ([lost(shop, placed) for placed in orders], work(shop)) == ([[], []], [])


def test_other_connectors_captures_are_in_no_file_of_this_one(service: Service, shop: Shop, sold: Placed) -> None:
    shop.open(a_new_payment(7000, "total"), value=7000).invoice("N1", 7000)

    assert missing_in(take(shop, service.reports, file(*PLAN))) == (0, 0)


def test_files_of_cards_and_of_pix_do_not_lack_what_the_other_has(service: Service, shop: Shop) -> None:
    """An acquirer's CIELO03 and CIELO16 of one day; a Pix that is in neither is missing in the one of Pix."""
    sell(shop)
    pix, other = (sell(shop, "instantPayment", 1, value) for value in (7000, 5000))
    [capture] = shop.store.settlements(ACCOUNT, pix.transaction_id, pix.payments[0].payment_id)
    line = ReportLine(
        2, LineKind.CAPTURE, Stage.PAID, "BRL", 7000, 0, 7000, reference=capture.settle_id, sold_on=DAY, paid_on=DAY
    )  # fmt: skip
    cards = take(shop, service.reports, cielo(told(1, 3334), told(2, 3333), told(3, 3333)))
    of_pix = cielo_file(cielo_header("16", DAY, DAY), [cielo_pix(line)], 7000, 7000)

    done = take(shop, service.reports, ReportFile(of_pix, "cielo-v15"))

    assert (missing_in(cards), missing_in(done)) == ((0, 0), (1, 5000))
    assert lost(shop, other) == [(5000, 1, 1)]


def test_what_the_merchant_received_himself_is_missing_nowhere(service: Service, shop: Shop) -> None:
    sell(shop)
    shop.provider.usually("authorise", "undefined")
    placed = shop.place(a_new_payment(7000, "partial", "bankInvoice"), value=7000).run()
    notify_payment(shop.ports, ACCOUNT, placed.payments[0].payment_id, Received())
    placed.run()
    placed.start()
    placed.invoice("N1", 7000)
    assert (placed.ledger.captured, placed.payments[0].offline) == (7000, True)

    assert missing_in(take(shop, service.reports, file(*PLAN))) == (0, 0)


MOVE = BookedMove(LineKind.CAPTURE, "C1", "S1", 10_000, DAY)
BOOKS = PaymentBooks("O1", "T1", "P1", "BRL", "acquirer", "", "creditCard", 3, "TID", moves=(MOVE,))
HEAD = ReportHead("csv", since=DAY, until=DAY)
PLANS = Taken(Sums(), has_plans=True)


def missing(books: PaymentBooks, *slots: Slot, head: ReportHead = HEAD) -> list[tuple[int, int, int]]:
    found = missing_of(books, set(slots), head, "this", PLANS)
    return [(one.value, one.number, one.of) for one in found]


def slot(number: int, of: int = 3, stage: Stage = Stage.REPORTED) -> Slot:
    return Slot("C1", stage, number, of)


def test_line_with_an_impossible_number_stands_for_one_that_has_none() -> None:
    assert missing(BOOKS, slot(1), slot(2), slot(4)) == []
    assert missing(BOOKS, slot(1), slot(4)) == [(3333, 2, 3)]
    assert missing(BOOKS, slot(0)) == []


def test_line_with_another_number_of_all_stands_for_one_that_has_none() -> None:
    assert missing(BOOKS, slot(1), slot(2), slot(3, 4)) == []
    assert missing(BOOKS, slot(1), slot(3, 4)) == [(3333, 2, 3)]


def test_plan_of_the_acquirer_goes_before_that_of_the_books() -> None:
    assert missing(BOOKS, slot(1, 4), slot(2, 4), slot(4, 4)) == [(2500, 3, 4)]


@pytest.mark.parametrize(("away", "found"), [(0, 1), (1, 1), (-1, 1), (2, 0), (-2, 0)])
def test_instalments_are_looked_for_a_day_around_the_period(away: int, found: int) -> None:
    day = DAY.replace(day=DAY.day + 10 + away)
    books = replace(BOOKS, moves=(replace(MOVE, on=day),))
    period = replace(HEAD, since=DAY.replace(day=DAY.day + 10), until=DAY.replace(day=DAY.day + 10))

    assert len(missing(books, slot(1), slot(2), head=period)) == found


BACKWARDS = replace(HEAD, since=date(2026, 3, 3), until=date(2026, 3, 1))


@pytest.mark.parametrize("head", [ReportHead("csv"), BACKWARDS, replace(HEAD, since=None)])
def test_file_without_a_period_lacks_nothing(head: ReportHead) -> None:
    assert missing(BOOKS, head=head) == []


def test_payout_that_a_line_with_an_impossible_number_stands_for_is_not_missing() -> None:
    parts = tuple(ToldPart(Stage.REPORTED, number, 3, "sales", DAY) for number in (1, 2, 3))
    books = replace(BOOKS, moves=(replace(MOVE, told=parts),))
    head = replace(HEAD, holds=Holds.PAYOUTS)

    assert missing(books, head=head) == [(3334, 1, 3), (3333, 2, 3), (3333, 3, 3)]
    assert missing(books, slot(1, stage=Stage.PAID), slot(2, stage=Stage.PAID), head=head) == [(3333, 3, 3)]
    assert missing(books, slot(1, stage=Stage.PAID), slot(2, stage=Stage.PAID), slot(4), head=head) == []


@settings(max_examples=200, deadline=None)
@given(st.integers(2, 12), st.data(), st.sampled_from(CentsOn))
def test_lines_and_what_is_missing_come_to_the_capture(of: int, data: st.DataObject, cents_on: CentsOn) -> None:
    """Whichever instalments a file has, and whichever another report has told, the rest is missing to the cent."""
    places = list(range(1, of + 1))
    here = data.draw(st.lists(st.sampled_from(places), min_size=1, unique=True))
    elsewhere = data.draw(st.lists(st.sampled_from([number for number in places if number not in here] or [0])))
    parts = tuple(ToldPart(Stage.REPORTED, number, of, "earlier") for number in set(elsewhere) - {0})
    move = replace(MOVE, value=data.draw(st.integers(of, 10**9)), told=parts)
    books = replace(BOOKS, installments=of, moves=(move,))
    lines = [
        replace(told(number, value), number=number, installments=of)
        for number in here
        if (value := part_value(move.value, number, of, cents_on))
    ]
    slots = {slot for verdict in match_payment(books, lines, cents_on, "this") for slot in verdict.slots}

    found: list[Missing] = [*missing_of(books, slots, replace(HEAD, cents_on=cents_on), "this", PLANS)]

    told_elsewhere = sum(part_value(move.value, part.number, of, cents_on) for part in parts)
    assert sum(line.gross for line in lines) + told_elsewhere + sum(one.value for one in found) == move.value
    assert {one.number for one in found} == set(places) - set(here) - {part.number for part in parts}
