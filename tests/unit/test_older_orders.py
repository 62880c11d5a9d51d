"""A line's order is found however old it is, by tid, or nsu and authorisation code: a dispute comes months later."""

from __future__ import annotations

from unittest.mock import Mock

import pytest

from settlement.domain.reconciliation.report import Report
from settlement.use_cases.reconciliation import older_books
from testkit.builders import ACCOUNT, a_new_payment
from testkit.shop import Placed, Shop
from tests.support.reports import FakeReports, ReportFile, captured, take

HEAD = "kind,gross,fee,currency,tid,nsu,authorization,soldOn,paidOn"
YEAR_LATER = "2027-03-10"


@pytest.fixture
def reports() -> FakeReports:
    return FakeReports()


@pytest.fixture
def sold(shop: Shop) -> Placed:
    """An order with one capture of 70.00, a year before what is reported here."""
    return captured(shop, 7000)


def file(*rows: str) -> ReportFile:
    return ReportFile("\n".join((HEAD, *rows)).encode() + b"\n")


def outcomes(report: Report) -> dict[str, int]:
    return {sums.outcome: sums.lines for sums in report.outcomes}


def numbers(sold: Placed) -> str:
    payment = sold.payments[0]
    return f"{payment.nsu},{payment.authorization_id}"


def test_chargeback_of_a_year_later_is_of_its_order(shop: Shop, reports: FakeReports, sold: Placed) -> None:
    report = take(shop, reports, file(f"chargeback,-70.00,0,BRL,TID,,,,{YEAR_LATER}"))

    assert outcomes(report) == {"matched": 1}
    (part,) = shop.store.payouts(ACCOUNT, sold.transaction_id, sold.payments[0].payment_id)
    assert (part.kind, part.gross) == ("chargeback", -7000)


def test_refund_of_a_year_later_is_matched(shop: Shop, reports: FakeReports, sold: Placed) -> None:
    shop.clock.time = shop.clock().replace(year=2027, day=10)
    sold.give_back("N9", 3000)

    report = take(shop, reports, file(f"refund,-30.00,0,BRL,TID,,,{YEAR_LATER},"))

    assert outcomes(report) == {"matched": 1}


@pytest.mark.parametrize(("tid", "outcome"), [("", "matched"), ("another", "foreign")])
def test_line_with_nsu_and_code_finds_an_older_order_as_it_finds_any(
    shop: Shop, reports: FakeReports, sold: Placed, tid: str, outcome: str
) -> None:
    """A payment that has a tid is not that of a line with another one."""
    row = f"chargeback,-70.00,0,BRL,{tid},{numbers(sold)},,{{}}"

    for day in (YEAR_LATER, "2026-03-10"):
        assert outcomes(take(shop, reports, file(row.format(day)))) == {outcome: 1}


def test_order_that_the_books_have_is_not_taken_twice(shop: Shop, reports: FakeReports, sold: Placed) -> None:
    """The second line leads to the same order, by its nsu, and has another tid."""
    rows = (
        "capture,70.00,0,BRL,TID,,,2026-03-02,",
        f"chargeback,-70.00,0,BRL,another,{numbers(sold)},,{YEAR_LATER}",
        f"chargeback,-70.00,0,BRL,TID,,,,{YEAR_LATER}",
    )

    assert outcomes(take(shop, reports, file(*rows))) == {"matched": 2, "foreign": 1}


def test_so_many_lines_are_looked_up(
    shop: Shop, reports: FakeReports, sold: Placed, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Those of disputes and refunds come first."""
    assert older_books.MAX_LOOKED_UP == 2_000
    monkeypatch.setattr(older_books, "MAX_LOOKED_UP", 1)
    found = Mock(wraps=shop.store.orders_found)
    monkeypatch.setattr(shop.store, "orders_found", found)
    rows = (
        f"capture,1.00,0,BRL,nobodys,,,{YEAR_LATER},",
        f"chargeback,-70.00,0,BRL,TID,,,,{YEAR_LATER}",
        f"chargeback,-1.00,0,BRL,nor-this,,,,{YEAR_LATER}",
    )

    assert outcomes(take(shop, reports, file(*rows))) == {"matched": 1, "foreign": 2}
    assert [call.args[1].text for call in found.call_args_list] == ["TID"]


def test_order_of_which_nothing_was_captured_has_no_books(shop: Shop, reports: FakeReports) -> None:
    shop.open(a_new_payment(7000, "partial"), value=7000)

    report = take(shop, reports, file(f"chargeback,-70.00,0,BRL,TID,,,,{YEAR_LATER}"))

    assert outcomes(report) == {"foreign": 1}
