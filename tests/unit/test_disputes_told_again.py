"""A chargeback is one work item and one booking, whoever tells it, how often, and in whatever order (D196)."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from settlement.domain.events import EventType
from settlement.domain.reconciliation.report_line import LineKind, Stage
from settlement.storage.work_told import with_work_told
from testkit.builders import ACCOUNT, a_new_payment
from testkit.shop import Placed, Shop
from tests.integration.test_rebuild import require_told
from tests.support.audits import mismatches_of
from tests.support.reports import ReportFile, captured, take
from tests.support.service import Service
from tests.unit.test_journal_of_payouts import balances, entries
from tests.unit.test_payout_acceptance import accept_of

COLUMNS = "kind,gross,fee,currency,tid,reference,soldOn,expectedOn,paidOn,batch"
ANNOUNCED = "chargeback,-30.00,0,BRL,TID,{reference},{sold},{due},,"
PAID = "chargeback,-30.00,5.00,BRL,TID,{reference},{sold},,{paid},"


@pytest.fixture
def service(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> Service:
    return Service(shop, monkeypatch)


@pytest.fixture
def sold(shop: Shop) -> Placed:
    """An order with captures of 70.00 and 30.00."""
    return captured(shop, 7000, 3000)


def announced(reference: str = "", sold: str = "", due: str = "") -> str:
    return ANNOUNCED.format(reference=reference, sold=sold, due=due)


def paid(reference: str = "", sold: str = "", paid: str = "2026-04-10") -> str:
    return PAID.format(reference=reference, sold=sold, paid=paid)


def back(*, day: str, stage: Stage = Stage.PAID) -> str:
    days = f",{day}" if stage is Stage.PAID else f"{day},"
    return f"chargeback-reversed,30.00,-5.00,BRL,TID,,,{days},"


def file(*rows: str, **mapping: Any) -> ReportFile:
    return ReportFile("\n".join((COLUMNS, *rows)).encode() + b"\n", mapping=mapping or None)


def work(service: Service) -> list[tuple[str, int]]:
    return [(item["kind"], item["value"]) for item in service.do("GET", "/api/pvt/work-items")["items"]]


def charged(service: Service) -> tuple[int, int]:
    """What the journal has on the accounts of chargebacks and of fees."""
    held = balances(entries(service))
    return held.get("Expenses:Chargebacks", 0), held.get("Expenses:Fees:Partial", 0)


def require_whole(shop: Shop) -> None:
    """Fail if the audit finds anything, or if the events do not have all that is stored."""
    assert mismatches_of(shop.store) == []
    require_told(shop.store.commits)


ONE_CHARGEBACK = {
    "nothing but its value": [announced(), paid()],
    "day of the dispute": [announced(sold="2026-03-20", due="2026-04-01"), paid(sold="2026-03-20")],
    "day of the deduction": [announced(sold="2026-03-20", due="2026-04-10"), paid(sold="2026-03-21")],
    "the acquirer's id": [announced("D1", due="2026-03-01"), paid("D1")],
    "deduction some days late": [announced(due="2026-04-05"), paid()],
    "dispute before its deduction": [announced(sold="2026-03-20"), paid()],
    "announced again for another day": [
        announced(sold="2026-03-20", due="2026-04-01"), announced(sold="2026-03-20", due="2026-04-10"),
        paid(sold="2026-03-20"),
    ],
    "taken off in files of two formats": [paid(sold="2026-03-20"), paid(sold="2026-04-10"), paid()],
    "told at each stage by two": [
        announced("D1", due="2026-04-10"), announced(due="2026-04-10"), paid("D1"), paid(sold="2026-04-01"),
    ],
}  # fmt: skip


@pytest.mark.parametrize("rows", ONE_CHARGEBACK.values(), ids=ONE_CHARGEBACK)
def test_chargeback_that_several_files_tell_is_one_work_item_and_one_booking_in_any_order(rows: list[str]) -> None:
    for order in permutations(rows):
        with pytest.MonkeyPatch.context() as patch:
            service = a_service(patch)
            for number, row in enumerate(order):
                take(service.shop, service.reports, file(row, f"fee,-1.00,0,BRL,,,,,,{number}"))
                assert work(service) == [("chargeback", 3000)], order[: number + 1]

            assert charged(service) == (3000, 500), order
            require_told_once(service.shop, len(rows))
            require_whole(service.shop)


def require_told_once(shop: Shop, times: int) -> None:
    """Fail unless events tell a chargeback so often, all but the first as told before, and open its work once."""
    events = [event for commit in shop.store.commits for event in with_work_told(commit).events]
    same = [event.data.get("sameAs") for event in events if event.type is EventType.CHARGED_BACK]
    assert (same[0], [name is not None for name in same]) == (None, [False] + [True] * (times - 1))
    assert len(set(same[1:])) <= 1
    types = [event.type for event in events]
    assert (types.count(EventType.WORK_ITEM_OPENED), types.count(EventType.WORK_ITEM_CLOSED)) == (1, 0)
    assert EventType.PAYOUT_RESOLVED not in types


def a_service(patch: pytest.MonkeyPatch) -> Service:
    """A service with an order of captures of 70.00 and 30.00."""
    service = Service(Shop(), patch)
    placed = service.shop.open()
    placed.invoice("N1", 7000)
    placed.invoice("N2", 3000)
    return service


@pytest.mark.parametrize(
    "rows",
    [
        (announced(sold="2026-03-20"), paid(sold="2026-03-20")),
        (announced(due="2026-04-10"), paid()),
        (announced("D1"), paid("D1")),
    ],
)
def test_chargeback_that_one_file_announces_and_tells_as_paid_is_one(
    service: Service, shop: Shop, sold: Placed, rows: tuple[str, str]
) -> None:
    take(shop, service.reports, file(*rows))

    assert (work(service), charged(service)) == ([("chargeback", 3000)], (3000, 500))
    require_whole(shop)


TWO_CHARGEBACKS = {
    "taken off on two days": [paid(), paid(paid="2026-04-11")],
    "taken off on two days, of one dispute": [paid(sold="2026-03-20"), paid(sold="2026-03-20", paid="2026-04-11")],
    "with two ids": [paid("D1"), paid("D2")],
    "with neither day nor id": [announced(), announced() + "B2"],
    "announced for two days": [announced(due="2026-04-10"), announced(due="2026-04-11")],
    "contested on two days": [announced(sold="2026-03-20"), paid(sold="2026-03-21")],
    "taken off before it was announced": [announced(due="2026-04-11"), paid()],
    "taken off long after": [announced(due="2026-04-04"), paid()],
    "contested after the deduction": [announced(sold="2026-04-11"), paid()],
}


@pytest.mark.parametrize("is_late", [False, True])
@pytest.mark.parametrize("rows", TWO_CHARGEBACKS.values(), ids=TWO_CHARGEBACKS)
def test_chargebacks_that_differ_in_what_both_files_tell_stay_two(
    service: Service, shop: Shop, sold: Placed, rows: list[str], *, is_late: bool
) -> None:
    for row in reversed(rows) if is_late else rows:
        take(shop, service.reports, file(row))

    assert work(service) == [("chargeback", 3000), ("chargeback", 3000)]
    assert charged(service)[0] == 3000 * sum(row.startswith(PAID[:21]) and ",5.00," in row for row in rows)
    require_whole(shop)


def test_one_file_that_tells_two_of_a_value_tells_two_and_another_that_tells_both_adds_none(
    service: Service, shop: Shop, sold: Placed
) -> None:
    rows = [paid()[:-1] + f",{batch}" for batch in ("B1", "B2")]
    take(shop, service.reports, file(*rows))
    assert (work(service), charged(service)) == ([("chargeback", 3000)] * 2, (6000, 1000))

    take(shop, service.reports, file(*(row.replace(",B", ",C") for row in rows)))
    assert (work(service), charged(service)) == ([("chargeback", 3000)] * 2, (6000, 1000))

    take(shop, service.reports, file(announced(due="2026-04-10")))
    assert (work(service), charged(service)) == ([("chargeback", 3000)] * 2, (6000, 1000))
    require_whole(shop)


@pytest.mark.parametrize(("captures", "found"), [((3000, 7000), 1), ((3000, 3000), 2)])
def test_lines_that_are_alike_are_as_many_chargebacks_as_there_are_captures_of_the_value(
    service: Service, shop: Shop, captures: tuple[int, int], found: int
) -> None:
    placed = shop.open(a_new_payment(sum(captures), "partial"), value=sum(captures))
    for number, value in enumerate(captures):
        placed.invoice(f"N{number}", value)

    done = take(shop, service.reports, file(paid(), paid(), paid()))

    assert work(service) == [("chargeback", 3000)] * found
    assert charged(service)[0] == 3000 * found
    assert {sums.outcome: sums.lines for sums in done.outcomes} == {"matched": found, "duplicate": 3 - found}


def test_capture_that_lines_name_is_charged_back_once_by_lines_that_are_alike(service: Service, shop: Shop) -> None:
    placed = shop.open(a_new_payment(6000, "partial"), value=6000)
    placed.invoice("N1", 3000)
    placed.invoice("N2", 3000)
    first, second = shop.store.settlements(ACCOUNT, placed.transaction_id, placed.payments[0].payment_id)

    take(shop, service.reports, file(paid(first.settle_id), paid(first.settle_id)))
    assert (work(service), charged(service)[0]) == ([("chargeback", 3000)], 3000)

    take(shop, service.reports, file(paid(second.settle_id), paid(first.settle_id)))
    assert (work(service), charged(service)[0]) == ([("chargeback", 3000)] * 2, 6000)
    require_whole(shop)


def test_reversal_that_is_announced_and_paid_ends_one_chargeback(service: Service, shop: Shop, sold: Placed) -> None:
    take(shop, service.reports, file(announced(due="2026-04-10"), announced(due="2026-04-20")))
    take(shop, service.reports, file(paid(), paid(paid="2026-04-20")))
    assert work(service) == [("chargeback", 3000)] * 2

    take(shop, service.reports, file(back(day="2026-05-04", stage=Stage.REPORTED)))
    take(shop, service.reports, file(back(day="2026-05-05")))

    assert (work(service), charged(service)) == ([("chargeback", 3000)], (3000, 500))
    require_whole(shop)


def test_chargeback_that_was_reversed_and_is_told_again_stays_reversed(
    service: Service, shop: Shop, sold: Placed
) -> None:
    take(shop, service.reports, file(paid()))
    take(shop, service.reports, file(back(day="2026-05-05")))

    take(shop, service.reports, file(paid(), back(day="2026-05-05"), "fee,-1.00,0,BRL,,,,,,"))

    assert (work(service), charged(service)) == ([], (0, 0))
    require_whole(shop)


def test_chargeback_that_was_accepted_is_no_work_when_it_is_paid_and_another_one_is(
    service: Service, shop: Shop, sold: Placed
) -> None:
    take(shop, service.reports, file(announced(due="2026-04-10")))
    [item] = service.do("GET", "/api/pvt/work-items")["items"]
    service.do("POST", accept_of(item), {"reference": "CLAIM-1"})

    take(shop, service.reports, file(paid()))
    assert (work(service), charged(service)) == ([], (3000, 500))

    take(shop, service.reports, file(paid(paid="2026-04-20")))
    assert (work(service), charged(service)) == ([("chargeback", 3000)], (6000, 1000))
    require_whole(shop)


def test_item_of_a_chargeback_stays_the_same_when_it_is_paid(service: Service, shop: Shop, sold: Placed) -> None:
    take(shop, service.reports, file(announced(due="2026-04-10")))
    before = service.do("GET", "/api/pvt/work-items")["items"]

    take(shop, service.reports, file(paid()))

    assert service.do("GET", "/api/pvt/work-items")["items"] == before


@pytest.mark.parametrize("is_late", [False, True])
def test_fee_that_one_file_alone_tells_is_booked(service: Service, shop: Shop, sold: Placed, *, is_late: bool) -> None:
    files = [file(paid().replace("5.00", "0")), file(paid())]
    for one in reversed(files) if is_late else files:
        take(shop, service.reports, one)

    assert charged(service) == (3000, 500)
    require_whole(shop)


def test_id_as_long_as_a_line_tells_chargebacks_apart_and_is_kept_short(
    service: Service, shop: Shop, sold: Placed
) -> None:
    ids = ["D" * 10_000 + end for end in "12"]
    take(shop, service.reports, file(*(announced(name) for name in ids)))
    take(shop, service.reports, file(*(paid(name) for name in ids)))

    assert (work(service), charged(service)) == ([("chargeback", 3000)] * 2, (6000, 1000))
    parts = shop.store.payouts(ACCOUNT, sold.transaction_id, sold.payments[0].payment_id)
    assert [len(part.reference) for part in parts if part.kind is LineKind.CHARGEBACK] == [64] * 4
    require_whole(shop)


def test_adyens_batch_and_another_file_that_tell_one_chargeback_book_it_once(service: Service, shop: Shop) -> None:
    placed = shop.open(a_new_payment(3000, "partial"), value=3000)
    placed.invoice("N1", 3000)
    head = (
        "Company Account,Merchant Account,Psp Reference,Merchant Reference,Payment Method,Creation Date,Type,"
        "Modification Reference,Gross Currency,Gross Debit (GC),Gross Credit (GC),Exchange Rate,Net Currency,"
        "Net Debit (NC),Net Credit (NC),Commission (NC),Markup (NC),Scheme Fees (NC),Interchange (NC),Batch Number,"
        "Booking Date"
    )
    row = "S,S,TID,O,visa,2026-04-02 10:00:00,Chargeback,MOD1,BRL,30.00,,1,BRL,35.00,,5.00,,,,7,2026-04-10 00:00:00"
    take(shop, service.reports, ReportFile(f"{head}\n{row}\n".encode(), "adyen-settlement"))
    assert work(service) == [("chargeback", 3000)]

    take(shop, service.reports, file(announced(sold="2026-04-02")))
    take(shop, service.reports, file(paid()))

    assert (work(service), charged(service)) == ([("chargeback", 3000)], (3000, 500))
    require_whole(shop)


DISPUTES = st.tuples(
    st.sampled_from(("chargeback", "chargeback-reversed")), st.sampled_from((2000, 3000)), st.integers(0, 3)
)
"""A chargeback or reversal as it was: kind, value, and the week in which it was taken off; there is one of each."""
TOLD_LINES = st.lists(
    st.tuples(DISPUTES, st.booleans(), st.booleans(), st.booleans(), st.booleans()), min_size=1, max_size=5,
    unique_by=lambda told: (told[0], told[1]),
)  # fmt: skip
"""Lines of a file: what was, whether it is paid, whether they tell the dispute's day, the acquirer's id and the fee."""


def _row(was: tuple[str, int, int], is_paid: bool, tells_day: bool, tells_id: bool, tells_fee: bool) -> str:
    kind, value, week = was
    due = date(2026, 4, 1) + timedelta(weeks=week)
    sign = -1 if kind == "chargeback" else 1
    sold, reference = due - timedelta(days=3) if tells_day else "", f"{kind}-{value}-{week}" if tells_id else ""
    fee = "1.00" if is_paid and tells_fee else "0"
    days = ("", due) if is_paid else (due, "")
    return f"{kind},{sign * value // 100}.00,{fee},BRL,TID,{reference},{sold},{days[0]},{days[1]},"


def _left(told: set[tuple[str, int, int]]) -> list[int]:
    """Return the values of the chargebacks that no reversal ends: each ends the earliest one that is not after it."""
    left = sorted((week, value) for kind, value, week in told if kind == "chargeback")
    for week, value in sorted((week, value) for kind, value, week in told if kind != "chargeback"):
        fitting = [one for one in left if one[1] == value and one[0] <= week]
        if fitting:
            left.remove(fitting[0])
    return sorted(value for _, value in left)


@settings(max_examples=25, deadline=None)
@given(st.lists(TOLD_LINES, min_size=1, max_size=3))
def test_chargebacks_come_to_what_they_were_whoever_told_them_in_any_order(files: list[list[Any]]) -> None:
    lines = [line for rows in files for line in rows]
    told, paid_out = {line[0] for line in lines}, {line[0] for line in lines if line[1]}
    expected = sum(value if kind == "chargeback" else -value for kind, value, _ in paid_out)
    fees = 100 * len({line[0] for line in lines if line[1] and line[4]})
    for order in permutations(files):
        with pytest.MonkeyPatch.context() as patch:
            service = a_service(patch)
            for rows in order:
                take(service.shop, service.reports, file(*(_row(*row) for row in rows)))
            assert sorted(work(service)) == [("chargeback", value) for value in _left(told)]
            assert charged(service) == (expected, fees)
            require_whole(service.shop)
