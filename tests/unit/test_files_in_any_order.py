"""Whatever small files there are of one transaction, in every order they leave the same (D197)."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from itertools import permutations
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from settlement.use_cases.upkeep.audit_order import audit_order
from testkit.builders import ACCOUNT
from testkit.shop import Shop
from tests.support.reports import ReportFile, take
from tests.support.service import Service
from tests.unit.test_random_reports import HEAD, World, world

Place = tuple[str, int, int, bool]
"""What a line tells: its kind, of which capture, which instalment, 0 for all in one line, whether it was paid."""

KINDS = ("capture", "refund", "chargeback", "chargeback-reversed")
PLACES: list[Place] = [
    (kind, which, number, is_paid)
    for kind in KINDS
    for which in ((0,) if kind == "refund" else (0, 1))
    for number in ((1, 2, 3) if kind == "capture" else (1,))
    for is_paid in (False, True)
]
FILES = st.lists(st.lists(st.sampled_from(PLACES), min_size=1, max_size=3, unique=True), min_size=2, max_size=3)
DETAILS = st.lists(
    st.tuples(st.sampled_from((0, 0, 0, 1)), st.integers(0, 9)), min_size=len(PLACES), max_size=len(PLACES)
)
"""By how much the value of each place is off, and its day and fee: a place is told alike by all files that tell it."""
AS_IT_IS = [(0, 0)] * len(PLACES)
LAST_PAID, FIRST_PAID = ("capture", 0, 2, True), ("capture", 0, 1, True)
OTHER_ANNOUNCED = ("capture", 1, 1, False)


def row(held: World, place: Place, details: list[tuple[int, int]]) -> str:
    """Return the line that tells of a place."""
    kind, which, number, is_paid = place
    if not number:
        return replace(held, plan=1).row((kind, which, 1, 0, 0, is_paid, True))
    number = min(number, held.plan)
    off, days = details[PLACES.index((kind, which, number, is_paid))]
    return held.row((kind, which, number, off if kind in ("capture", "refund") else 0, days, is_paid, True))


def left_by(files: tuple[list[Place], ...], details: list[tuple[int, int]], plan: int) -> dict[str, Any]:
    """Return what files leave, taken one after the other."""
    with pytest.MonkeyPatch.context() as patch:
        held = world(Service(Shop(), patch), "BRL", plan)
        for places in files:
            rows = dict.fromkeys(row(held, place, details) for place in places)
            take(held.shop, held.service.reports, ReportFile("\n".join((HEAD, *rows, "")).encode()))
        assert audit_order(held.shop.store, ACCOUNT, held.placed.order_id).mismatches == ()
        do, call = held.service.do, held.service.call
        path = f"/api/pvt/transactions/{held.placed.transaction_id}/settlements"
        payouts = [action["payout"] | {"reportId": None} for action in do("GET", path)["actions"]]
        query = {"from": "2026-03-01", "to": "2026-03-31", "format": "jsonl"}
        booked: Counter[str] = Counter()
        for entry in map(json.loads, call("GET", "/api/pvt/journal", query=query).text.splitlines()):
            for posting in entry["postings"]:
                booked[posting["account"]] += posting.get("debit", 0) - posting.get("credit", 0)
        items = do("GET", "/api/pvt/work-items")["items"]
        return {
            "work": sorted((item["kind"], item["value"]) for item in items),
            "payouts": payouts,
            "receivables": do("GET", "/api/pvt/receivables"),
            "journal": {account: value for account, value in booked.items() if value},
        }


@settings(max_examples=40, deadline=None)
@given(FILES, DETAILS, st.integers(1, 3))
@example([[LAST_PAID], [OTHER_ANNOUNCED]], AS_IT_IS, 2)
@example([[FIRST_PAID], [OTHER_ANNOUNCED]], AS_IT_IS, 2)
@example([[("capture", 0, 2, False)], [OTHER_ANNOUNCED], [FIRST_PAID]], AS_IT_IS, 3)
def test_files_leave_the_same_in_every_order(
    files: list[list[Place]], details: list[tuple[int, int]], plan: int
) -> None:
    first, *others = (left_by(order, details, plan) for order in permutations(files))

    assert all(other == first for other in others)


ONE_CAPTURE: list[Place] = [("capture", 0, number, is_paid) for number in range(4) for is_paid in (False, True)]
WHOLE_PAID = ("capture", 0, 0, True)


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.lists(st.sampled_from(ONE_CAPTURE), min_size=1, max_size=3, unique=True), min_size=2, max_size=3),
    st.integers(2, 3),
)
@example([[WHOLE_PAID], [FIRST_PAID]], 3)
@example([[WHOLE_PAID], [FIRST_PAID], [LAST_PAID]], 2)
def test_capture_that_is_told_in_one_and_in_instalments_is_paid_once_in_every_order(
    files: list[list[Place]], plan: int
) -> None:
    """If both are whole, it is shown as the files that came first have it."""
    first, *others = (left_by(order, AS_IT_IS, plan) for order in permutations(files))
    for left in (first, *others):
        left["payouts"] = [{name: payout[name] for name in ("state", "gross", "net")} for payout in left["payouts"]]

    assert all(other == first for other in others)


def test_capture_that_a_file_of_sales_lacks_is_not_missing_once_an_instalment_was_paid() -> None:
    """The file has another capture of the day; what is left of the plan is still to come, and overdue one day."""
    for order in permutations(([LAST_PAID], [OTHER_ANNOUNCED])):
        left = left_by(order, AS_IT_IS, 2)

        assert left["work"] == [("payout-missing", 1000)]
        assert [payout["state"] for payout in left["payouts"]] == ["reported", "reported"]
