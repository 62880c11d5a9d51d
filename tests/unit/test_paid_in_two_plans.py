"""A capture that one file tells in instalments, and another in one line, is booked once (D197)."""

from __future__ import annotations

from typing import Any

import pytest

from testkit.builders import a_new_payment
from testkit.shop import Placed, Shop
from tests.support.reports import take
from tests.support.service import Service
from tests.unit.test_reports_that_meet import PAYOUTS, file, require_whole, work

INSTALMENT = "capture,30.00,0.50,BRL,TID,2026-03-02,,2026-04-0{0},{0},3"


@pytest.fixture
def service(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> Service:
    return Service(shop, monkeypatch)


@pytest.fixture
def sold(shop: Shop) -> Placed:
    """An order with one capture of 90.00 in three instalments."""
    placed = shop.open(a_new_payment(9000, "partial", installments=3), value=9000)
    placed.invoice("N1", 9000)
    return placed


def booked(placed: Placed) -> dict[str, int]:
    """What the events booked in all."""
    told: list[Any] = [event.data["paidOut"] for event in placed.events if event.data.get("paidOut")]
    return {name: sum(sums["BRL"].get(name, 0) for sums in told) for name in ("paid", "fees", "received")}


@pytest.mark.parametrize("is_late", [False, True])
def test_capture_that_was_paid_whole_is_booked_in_the_plan_of_that_payout(
    service: Service, shop: Shop, sold: Placed, *, is_late: bool
) -> None:
    whole = file("capture,90.00,4.50,BRL,TID,2026-03-02,,2026-04-10,,", **PAYOUTS)
    files = [file(INSTALMENT.format(number), **PAYOUTS) for number in (1, 2)]
    for one in (*files, whole) if is_late else (whole, *files):
        take(shop, service.reports, one)

    assert (booked(sold), work(shop)) == ({"paid": 9000, "fees": 450, "received": 8550}, [])
    require_whole(shop)


def test_rest_that_is_paid_in_one_line_is_booked_beside_the_instalments_before_it(
    service: Service, shop: Shop, sold: Placed
) -> None:
    """It differs from the whole capture, so nothing says that it repeats what was paid."""
    take(shop, service.reports, file(INSTALMENT.format(1), **PAYOUTS))

    take(shop, service.reports, file("capture,60.00,1.00,BRL,TID,2026-03-02,,2026-04-10,,", **PAYOUTS))

    assert (booked(sold), work(shop)) == ({"paid": 9000, "fees": 150, "received": 8850}, ["payout-differs"])
    require_whole(shop)
