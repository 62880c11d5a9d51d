"""Which lines tell of one chargeback, and which of two (D196)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from settlement.domain.actor import Acceptance, Actor
from settlement.domain.reconciliation import disputes as disputes_module
from settlement.domain.reconciliation.disputes import disputes_of
from settlement.domain.reconciliation.endings import endings
from settlement.domain.reconciliation.outcomes import Outcome
from settlement.domain.reconciliation.payout import PayoutPart
from settlement.domain.reconciliation.report_line import LineKind, Stage

NOON = datetime(2026, 4, 10, 12, tzinfo=UTC)
TOLD = PayoutPart(
    "P1", LineKind.CHARGEBACK, "", Stage.PAID, 1, 1, Outcome.MATCHED, "BRL", -3000, 0, -3000, "BRL", "R1", 2, NOON,
    paid_on=date(2026, 4, 10),
)  # fmt: skip
OTHER = replace(TOLD, report_id="R2")


@pytest.mark.parametrize(
    ("one", "other", "found"),
    [
        (TOLD, OTHER, 1),
        (TOLD, replace(TOLD, line=3), 2),
        (TOLD, replace(OTHER, gross=-2999), 2),
        (TOLD, replace(OTHER, gross=3000), 2),
        (TOLD, replace(OTHER, currency="USD"), 2),
        (TOLD, replace(OTHER, kind=LineKind.CHARGEBACK_REVERSED), 2),
        (replace(TOLD, move="C1"), replace(OTHER, move="C2"), 2),
        (replace(TOLD, move="C1"), OTHER, 1),
        (replace(TOLD, number=1, of=3), replace(OTHER, number=2, of=3), 2),
        (replace(TOLD, number=2, of=3), replace(OTHER, number=2, of=3), 1),
        (replace(TOLD, number=2, of=3), OTHER, 1),
        (replace(TOLD, paid_on=None), replace(OTHER, paid_on=None), 2),
        (replace(TOLD, paid_on=None), replace(OTHER, paid_on=None, stage=Stage.REPORTED), 1),
        (replace(TOLD, sold_on=NOON.date()), replace(OTHER, paid_on=None, sold_on=date(2026, 4, 9)), 2),
    ],
)
def test_what_tells_two_chargebacks_apart(one: PayoutPart, other: PayoutPart, found: int) -> None:
    assert len(disputes_of([one, other])) == len(disputes_of([other, one])) == found


def test_line_that_could_be_of_two_chargebacks_is_of_the_one_with_which_it_has_more_in_common() -> None:
    announced = replace(TOLD, stage=Stage.REPORTED, paid_on=None, report_id="R0", reference="D2")
    second = replace(OTHER, paid_on=date(2026, 4, 12), reference="D2")

    found = disputes_of([announced, TOLD, second])

    assert sorted(len(one.tellings) for one in found) == [1, 2]
    assert {one.day: len(one.tellings) for one in found}[date(2026, 4, 12)] == 2


def test_line_that_says_nothing_of_its_day_is_of_the_earliest_chargeback() -> None:
    undated = replace(TOLD, paid_on=None, stage=Stage.REPORTED, report_id="R0")
    later = replace(OTHER, paid_on=date(2026, 4, 20))

    assert {one.day: len(one.tellings) for one in disputes_of([undated, later, TOLD])} == {
        date(2026, 4, 10): 2,
        date(2026, 4, 20): 1,
    }


def test_accepted_line_is_that_of_its_chargeback() -> None:
    said = Acceptance("CLAIM-1", NOON, Actor(), None)
    later = replace(OTHER, told_at=NOON + timedelta(days=1))
    assert endings([TOLD, later]) == {later.name: TOLD.name}

    assert endings([TOLD, replace(later, accepted=said)]) == {TOLD.name: later.name}


def test_more_lines_of_a_value_than_are_weighed_are_each_a_chargeback(monkeypatch: pytest.MonkeyPatch) -> None:
    told = [replace(TOLD, report_id=report, line=line) for report in ("R1", "R2") for line in (2, 3)]
    assert len(disputes_of(told)) == 2

    monkeypatch.setattr(disputes_module, "MOST_PAIRS", 3)

    assert len(disputes_of(told)) == 4
