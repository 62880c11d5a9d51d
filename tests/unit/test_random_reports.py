"""Any reports in any order on one transaction: after each, sums, journal, receivables and work list agree.

What is expected is worked out from the files' rows and the captures alone.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from settlement.domain.money import minor_digits
from settlement.domain.reconciliation.outcomes import Outcome
from settlement.domain.reconciliation.payout import PayoutPart
from settlement.domain.reconciliation.report_line import DISPUTES, LineKind, Stage
from testkit.builders import ACCOUNT, a_new_payment
from testkit.shop import Placed, Shop
from tests.integration.test_rebuild import require_told
from tests.support.audits import mismatches_of
from tests.support.reports import ReportFile, take
from tests.support.service import Service

HEAD = "kind,gross,fee,currency,reference,tid,installment,installments,soldOn,expectedOn,paidOn"
CURRENCIES = ("BRL", "JPY", "BHD")
NAMES = ("gross", "fee", "net", "count")

CAPTURED = st.tuples(
    st.just("capture"), st.integers(0, 1), st.integers(1, 3), st.sampled_from((0, 0, 0, 1, -1)),
    st.integers(0, 9), st.sampled_from((True, False)), st.sampled_from((True, True, False)),
)  # fmt: skip
REFUNDED = st.tuples(
    st.just("refund"), st.just(0), st.just(1), st.sampled_from((0, 0, 1)), st.integers(0, 3),
    st.sampled_from((True, False)), st.sampled_from((True, False)),
)  # fmt: skip
DISPUTED = st.tuples(
    st.sampled_from(("chargeback", "chargeback-reversed")), st.integers(0, 1), st.just(1), st.just(0),
    st.integers(0, 6), st.just(True), st.sampled_from((True, False)),
)  # fmt: skip
ROWS = st.lists(st.one_of(CAPTURED, CAPTURED, REFUNDED, DISPUTED), min_size=1, max_size=4)
STORY = st.lists(ROWS, min_size=1, max_size=5)


@dataclass
class World:
    """An order with two captures and a refund, and the reports that were taken."""

    service: Service
    placed: Placed
    currency: str
    plan: int
    told: list[list[Any]] = field(default_factory=list)

    @property
    def shop(self) -> Shop:
        return self.service.shop

    @property
    def where(self) -> tuple[str, str, str]:
        return ACCOUNT, self.placed.transaction_id, self.placed.payments[0].payment_id

    def parts(self) -> list[PayoutPart]:
        return self.shop.store.payouts(*self.where)

    def row(self, made: tuple[Any, ...]) -> str:
        kind, which, number, off, fee, is_paid, is_named = made
        captures = self.shop.store.settlements(*self.where)
        refunds = self.shop.store.refunds(*self.where)
        move = refunds[0] if kind == "refund" else captures[which]
        reference = (move.reference or "") if kind == "refund" else move.settle_id  # type: ignore[union-attr]
        of = self.plan if kind == "capture" else 1
        number = min(number, of)
        equal, cents = divmod(move.value, of)
        gross = (equal + (cents if number == 1 else 0) + off) * (
            1 if kind in ("capture", "chargeback-reversed") else -1
        )
        digits = minor_digits(self.currency)
        day = date(2026, 4, 1) + timedelta(days=fee)
        days = ("", day) if is_paid else (day, "")
        return (
            f"{kind},{gross / 10**digits:.{digits}f},{fee / 10**digits:.{digits}f},{self.currency},"
            f"{reference if is_named else ''},TID,{number if of > 1 else ''},{of if of > 1 else ''},"
            f"{'2026-03-02' if kind == 'capture' else ''},{days[0]},{days[1]}"
        )


def world(service: Service, currency: str, plan: int) -> World:
    """Sell 100.00, or so many minor units, in two captures of which the first is partly given back."""
    payment = a_new_payment(10000, "partial", installments=plan)
    placed = service.shop.open(payment, value=10000, currency=currency)
    placed.invoice("N1", 7000)
    placed.invoice("N2", 3000)
    placed.give_back("R1", 1000)
    return World(service, placed, currency, plan)


@settings(max_examples=60, deadline=None)
@given(STORY, st.sampled_from(CURRENCIES), st.integers(1, 3))
def test_everything_agrees_after_any_reports(story: list[list[tuple[Any, ...]]], currency: str, plan: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        held = world(Service(Shop(), patch), currency, plan)
        before = ""
        for rows in story:
            content = "\n".join((HEAD, *map(held.row, rows), "")).encode()
            done = take(held.shop, held.service.reports, ReportFile(content))
            assert done.state.value == "done"
            _sums_of_outcomes_are_those_of_the_file(done)
            before = _journal_is_what_was_told(held, before)
            _receivables_are_what_is_not_paid(held)
            _work_is_explained(held)
            assert mismatches_of(held.shop.store) == []
            require_told(held.shop.store.commits)


def _sums_of_outcomes_are_those_of_the_file(done: Any) -> None:
    sums: Counter[tuple[str, str]] = Counter()
    for outcome in done.outcomes:
        for held in outcome.by_currency:
            sums.update({(held.currency, name): getattr(held, name) for name in NAMES[:3]})
    file = {(held.currency, name): getattr(held, name) for held in done.file.by_currency for name in NAMES[:3]}
    assert {key: value for key, value in sums.items() if value} == {key: value for key, value in file.items() if value}
    assert sum(outcome.lines for outcome in done.outcomes) == done.file.lines


def _journal_is_what_was_told(held: World, before: str) -> str:
    """Balances are those of the ledger and of what is stored as paid; nothing that was read changes."""
    query = {"from": "2026-03-01", "to": "2026-03-31", "format": "jsonl"}
    text = held.service.call("GET", "/api/pvt/journal", query=query).text
    assert text.startswith(before)
    balances: Counter[str] = Counter()
    for entry in map(json.loads, text.splitlines()):
        assert sum(posting.get("debit", 0) - posting.get("credit", 0) for posting in entry["postings"]) == 0
        for posting in entry["postings"]:
            balances[posting["account"].split(":")[1]] += posting.get("debit", 0) - posting.get("credit", 0)
    paid = [part for part in held.parts() if part.stage is Stage.PAID and part.line]
    of_moves = [part for part in paid if part.kind not in DISPUTES]
    disputes = _told_once(paid)
    paid = [*of_moves, *disputes]
    ledger = held.placed.ledger
    assert {name: value for name, value in balances.items() if value} == {
        name: value
        for name, value in {
            "Customers": ledger.refunded - ledger.captured,
            "Acquirer": ledger.captured - ledger.refunded - sum(part.gross for part in of_moves),
            "Chargebacks": -sum(part.gross for part in disputes),
            "Fees": sum(part.fee for part in paid),
            "Clearing": sum(part.net for part in paid),
        }.items()
        if value
    }
    return text


def _told_once(parts: list[PayoutPart]) -> list[PayoutPart]:
    """Return each chargeback and reversal once: of a value and a day there are as many as in the file with most."""
    alike: dict[tuple[Any, ...], list[PayoutPart]] = {}
    for part in parts:
        if part.kind in DISPUTES:
            alike.setdefault((part.kind, part.gross, part.paid_on), []).append(part)
    return [part for held in alike.values() for part in held[: max(Counter(told.report_id for told in held).values())]]


def _receivables_are_what_is_not_paid(held: World) -> None:
    """What is to come is each instalment that no report paid: as it was announced, else as it was captured."""
    answer = held.service.do("GET", "/api/pvt/receivables")
    shown: Counter[str] = Counter()
    for row in (*answer["days"], *answer["overdue"]):
        shown.update({name: row[name] for name in NAMES})
    store, told = held.shop.store, {part.name: part for part in held.parts() if part.line}
    expected: Counter[str] = Counter()
    moves: list[tuple[str, Any, int, int]] = [
        ("capture", move, held.plan, 1) for move in store.settlements(*held.where)
    ]
    moves += [("refund", move, 1, -1) for move in store.refunds(*held.where)]
    for kind, move, of, sign in moves:
        for number in range(1, of + 1):
            name = f"{kind}-{move.number}-{{}}-{of:02d}-{number:02d}"
            if name.format("paid") in told:
                continue
            value = (move.value // of + (move.value % of if number == 1 else 0)) * sign
            part = told.get(name.format("reported"))
            amounts = (part.gross, part.fee, part.net, 1) if part else (value, 0, value, 1)
            expected.update(dict(zip(NAMES, amounts, strict=True)))
    assert shown == expected


def _work_is_explained(held: World) -> None:
    """Open is what differs and no right payout ended, what is missing, and each chargeback that none reversed."""
    parts = held.parts()
    right = {part.name for part in parts if part.stage is Stage.PAID and part.outcome is Outcome.MATCHED}
    expected = []
    for part in parts:
        if part.outcome is Outcome.DIFFERS and part.kind not in DISPUTES:
            is_ended = part.stage is Stage.REPORTED and part.name.replace("reported", "paid") in right
            expected += [] if is_ended else ["payout-differs"]
        elif part.outcome is Outcome.MISSING:
            about = [told for told in parts if told.line and (told.kind, told.move) == (part.kind, part.move)]
            about = [told for told in about if told.of != part.of or part.number in (0, told.number)]
            if part.stage is Stage.PAID:  # an announcement is no payout
                about = [told for told in about if told.stage is Stage.PAID and told.of != part.of]
            expected += [] if about else ["payout-missing"]
    once = _told_once(parts)
    charged = sorted(
        (part.gross, part.paid_on) for part in once if part.kind is LineKind.CHARGEBACK if part.paid_on is not None
    )
    for gross, back in sorted(
        ((part.gross, part.paid_on) for part in once if part.kind is LineKind.CHARGEBACK_REVERSED),
        key=lambda told: told[1] or date.min,
    ):
        fitting = [one for one in charged if back is not None and one[0] == -gross and one[1] <= back]
        if fitting:
            charged.remove(fitting[0])
    expected += ["chargeback"] * len(charged)
    found = [item.work.kind.value for item in held.shop.store.work(ACCOUNT, held.shop.clock(), None, 99).items]
    assert sorted(found) == sorted(expected)


@settings(max_examples=25, deadline=None)
@given(STORY, st.randoms(use_true_random=False))
def test_reports_that_do_not_correct_each_other_come_to_the_same_in_any_order(
    story: list[list[tuple[Any, ...]]], random: Any
) -> None:
    """Each capture and refund is told once at each stage, by its own id, or is missing (D181)."""
    told: set[tuple[Any, ...]] = set()
    files: list[list[tuple[Any, ...]]] = []
    for rows in story:
        kept = []
        for kind, which, number, off, days, is_paid, _ in rows:
            place = kind, which, days if kind.startswith("chargeback") else is_paid
            if place not in told:
                told.add(place)
                kept.append((kind, which, number, off, days, is_paid, True))
        files += [kept] if kept else []

    def end(order: list[list[tuple[Any, ...]]]) -> tuple[Any, ...]:
        with pytest.MonkeyPatch.context() as patch:
            held = world(Service(Shop(), patch), "BRL", 1)
            for rows in order:
                content = "\n".join((HEAD, *map(held.row, rows), "")).encode()
                take(held.shop, held.service.reports, ReportFile(content))
            _receivables_are_what_is_not_paid(held)
            stored = sorted(
                (part.kind, part.move, part.stage, part.outcome, part.gross, part.fee, part.expected_on or part.paid_on)
                for part in held.parts()
                if part.line
            )
            work = held.shop.store.work(ACCOUNT, held.shop.clock(), None, 99).items
            return stored, sorted((item.work.kind, item.work.value) for item in work)

    shuffled = [*files]
    random.shuffle(shuffled)
    assert end(shuffled) == end(files)
