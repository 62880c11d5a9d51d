"""A report is held against the books: every planted error is found once, and nothing else is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from settlement.domain.reconciliation.books import BookedMove, PaymentBooks, ToldPart
from settlement.domain.reconciliation.expected import CentsOn, expected_parts
from settlement.domain.reconciliation.matching import match_payment
from settlement.domain.reconciliation.outcomes import Difference, Missing, Outcome, Verdict
from settlement.domain.reconciliation.report_head import Holds
from settlement.domain.reconciliation.report_line import LineKind, ReportLine, Stage
from settlement.storage.report_workspace import MAX_LINES_OF_PAYMENT, ReportWorkspace
from settlement.use_cases.reconciliation.reconcile_file import Reconciled, reconcile, take_lines
from testkit import acquirer
from testkit.acquirer import AcquirersFile, acquirers_file, lines_of

DAY = date(2026, 3, 6)


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[ReportWorkspace]:
    held = ReportWorkspace(tmp_path / "workspace.sqlite")
    yield held
    held.close()


def run(workspace: ReportWorkspace, file: AcquirersFile) -> Reconciled:
    return reconcile(workspace, file.head, take_lines(workspace, file.numbered()), file.books, "this")


def findings(workspace: ReportWorkspace, found: Reconciled) -> list[tuple[Outcome, str]]:
    told = [(Outcome.MISSING, f"{missing.payment_id}/{acquirer.lost(missing)}") for missing in workspace.missing()]
    assert len(told) == found.missing.lines
    for books, verdict in workspace.verdicts():
        if verdict.outcome is not Outcome.MATCHED:
            what = ",".join(verdict.differences)
            told.append((verdict.outcome, f"{books.payment_id if books else ''}/{what}"))
    return sorted(told)


def capture(number: str, value: int, on: date = DAY, **more: object) -> BookedMove:
    return replace(BookedMove(LineKind.CAPTURE, number, f"settle-{number}", value, on), **more)  # type: ignore[arg-type]


def payment(*moves: BookedMove, installments: int = 1) -> PaymentBooks:
    return PaymentBooks(
        "O1", "T1", "P1", "BRL", "acquirer", "", "creditCard", installments, "TID1", "000017", "A1", moves
    )


def line(number: int, gross: int, on: date = DAY, **more: object) -> ReportLine:
    made = ReportLine(number, LineKind.CAPTURE, Stage.REPORTED, "BRL", gross, 0, gross, tid="TID1", sold_on=on)
    return replace(made, **more)  # type: ignore[arg-type]


def outcomes(verdicts: list[Verdict]) -> list[tuple[str, str]]:
    return [(verdict.outcome.value, verdict.move) for verdict in verdicts]


def match(books: PaymentBooks, *lines: ReportLine, cents_on: CentsOn = CentsOn.FIRST) -> list[Verdict]:
    return match_payment(books, lines, cents_on, "this")


@pytest.mark.parametrize("cents_on", list(CentsOn))
def test_report_without_an_error_is_matched_line_by_line(workspace: ReportWorkspace, cents_on: CentsOn) -> None:
    file = acquirers_file(2_000, cents_on=cents_on)

    found = run(workspace, file)

    assert findings(workspace, found) == []
    assert found.outcomes == {Outcome.MATCHED: found.file}
    assert found.file.lines == len(file.lines)


@pytest.mark.parametrize("plant", acquirer.ERRORS, ids=lambda plant: plant.__name__)
def test_planted_error_is_found_alone(workspace: ReportWorkspace, plant: object) -> None:
    file = acquirers_file(600, seed=7)
    plant(file)  # type: ignore[operator]

    assert findings(workspace, run(workspace, file)) == file.findings


def test_part_captures_of_one_authorisation_are_matched_as_a_set() -> None:
    books = payment(capture("C1", 7000), capture("C2", 1500), capture("C3", 1500, DAY + timedelta(days=9)))

    verdicts = match(books, line(2, 1500, DAY + timedelta(days=9)), line(3, 1500), line(4, 7000))

    assert outcomes(verdicts) == [("matched", "C3"), ("matched", "C2"), ("matched", "C1")]


def test_equal_captures_with_a_line_each_are_matched_whichever_is_whose() -> None:
    books = payment(capture("C1", 5000), capture("C2", 5000))

    assert outcomes(match(books, line(2, 5000), line(3, 5000))) == [("matched", "C1"), ("matched", "C2")]


def test_equal_captures_whose_lines_differ_in_the_fee_are_ambiguous() -> None:
    books = payment(capture("C1", 5000), capture("C2", 5000))

    verdicts = match(books, line(2, 5000), line(3, 5000, fee=100, net=4900))

    assert outcomes(verdicts) == [("ambiguous", ""), ("ambiguous", "")]
    assert verdicts[0].candidates == ("C1", "C2")
    assert verdicts[0].reason == "it can be of 2 captures or refunds of the same value"


def test_third_line_of_two_equal_captures_is_a_duplicate() -> None:
    books = payment(capture("C1", 5000), capture("C2", 5000))

    verdicts = match(books, line(2, 5000), line(3, 5000), line(4, 5000))

    assert [outcome for outcome, _ in outcomes(verdicts)] == ["matched", "matched", "duplicate"]


def test_own_reference_decides_between_equal_captures() -> None:
    books = payment(capture("C1", 5000), capture("C2", 5000))

    verdicts = match(books, line(2, 5000, reference="settle-C2", fee=7, net=4993), line(3, 5000))

    assert outcomes(verdicts) == [("matched", "C2"), ("matched", "C1")]


def test_reference_that_comes_twice_is_a_duplicate() -> None:
    books = payment(capture("C1", 5000))

    verdicts = match(books, line(2, 5000, reference="settle-C1"), line(3, 4000, reference="settle-C1"))

    assert outcomes(verdicts) == [("matched", "C1"), ("duplicate", "C1")]


@pytest.mark.parametrize(
    ("change", "differences"),
    [
        ({"gross": 6999, "net": 6999}, (Difference.VALUE,)),
        ({"currency": "USD", "net_currency": "USD"}, (Difference.CURRENCY,)),
        ({"sold_on": DAY + timedelta(days=2)}, (Difference.DATE,)),
        ({"gross": -7000, "net": -7000}, (Difference.SIGN,)),
        ({"gross": -6999, "net": -6999}, (Difference.VALUE, Difference.SIGN)),
    ],
)
def test_line_differs_in_what_it_says_otherwise(change: dict[str, object], differences: tuple[Difference, ...]) -> None:
    (verdict,) = match(payment(capture("C1", 7000)), replace(line(2, 7000), **change))  # type: ignore[arg-type]

    assert (verdict.outcome, verdict.move, verdict.expected) == (Outcome.DIFFERS, "C1", 7000)
    assert verdict.differences == differences


def test_day_of_the_books_may_be_the_day_before_or_after() -> None:
    for aside in (-1, 1):
        (verdict,) = match(payment(capture("C1", 7000)), line(2, 7000, DAY + timedelta(days=aside)))
        assert verdict.outcome is Outcome.MATCHED


def test_values_that_fit_no_capture_are_not_guessed() -> None:
    books = payment(capture("C1", 7000), capture("C2", 1500))

    verdicts = match(books, line(2, 6000), line(3, 2500))

    assert outcomes(verdicts) == [("ambiguous", ""), ("ambiguous", "")]


def test_more_lines_than_captures_differ_in_value() -> None:
    verdicts = match(payment(capture("C1", 7000)), line(2, 7000), line(3, 1500))

    assert outcomes(verdicts) == [("matched", "C1"), ("differs", "")]
    assert "has its line" in verdicts[1].reason


def test_line_that_another_report_has_told_is_a_duplicate() -> None:
    told = capture("C1", 7000, told=(ToldPart(Stage.REPORTED, 1, 1, "earlier"),))

    assert outcomes(match(payment(told), line(2, 7000))) == [("duplicate", "")]
    assert outcomes(match(payment(told), line(2, 7000, stage=Stage.PAID, paid_on=DAY))) == [("matched", "C1")]


def test_same_report_again_finds_the_same() -> None:
    told = capture("C1", 7000, told=(ToldPart(Stage.REPORTED, 1, 1, "this"),))

    assert outcomes(match(payment(told), line(2, 7000))) == [("matched", "C1")]


def test_instalment_alone_differs_if_its_cents_are_elsewhere() -> None:
    books = payment(capture("C1", 10_000), installments=3)

    (first,) = match(books, line(2, 3333, installment=1, installments=3))
    (matched,) = match(books, line(2, 3333, installment=1, installments=3), cents_on=CentsOn.LAST)

    assert (first.outcome, first.expected) == (Outcome.DIFFERS, 3334)
    assert matched.outcome is Outcome.MATCHED


def test_chargeback_belongs_to_the_payment_and_is_not_above_its_captures() -> None:
    books = payment(capture("C1", 7000))
    back = line(2, -7000, kind=LineKind.CHARGEBACK)

    verdicts = match(books, back, replace(back, number=3), line(4, -7001, kind=LineKind.CHARGEBACK))

    assert [verdict.outcome.value for verdict in verdicts] == ["matched", "duplicate", "differs"]


def test_payment_is_found_by_reference_then_tid_then_nsu_and_authorisation(workspace: ReportWorkspace) -> None:
    first = payment(capture("C1", 7000))
    without_tid = replace(first, payment_id="P2", tid="", nsu="18", authorization="b2")
    lines = [
        line(2, 7000, tid="elsewhere", reference="settle-C1"),
        line(3, 7000, tid="unknown", nsu="000018", authorization="B2"),
        line(4, 7000, tid="unknown", nsu="17", authorization="A1"),
    ]
    without_tid = replace(without_tid, moves=(capture("C9", 7000),))

    reconcile(workspace, acquirers_file(1).head, take_lines(workspace, lines), [first, without_tid], "this")

    found = [(books.payment_id if books else None, verdict.outcome.value) for books, verdict in workspace.verdicts()]
    assert found == [("P1", "matched"), ("P2", "matched"), (None, "foreign")]
    [(_, foreign)] = workspace.verdicts(Outcome.FOREIGN)
    assert "no payment of the months of its sales" in foreign.reason


def test_books_come_back_from_the_workspace_as_they_were(workspace: ReportWorkspace) -> None:
    told = (ToldPart(Stage.REPORTED, 1, 3, "R1", DAY, is_open=True), ToldPart(Stage.PAID, 2, 3, "R2"))
    books = replace(payment(capture("C1", 7000, told=told, invoice="N1"), installments=3), acquirer="Acquirer")
    take_lines(workspace, [line(2, 7000)])
    workspace.add_books([books])
    workspace.join()

    assert [joined.read() for joined in workspace.joined()] == [(books, [line(2, 7000)])]


def test_missing_comes_back_from_the_workspace_as_it_was(workspace: ReportWorkspace) -> None:
    lost = Missing(LineKind.CAPTURE, "O1", "T1", "P1", "C1", "BRL", 3000, DAY, Stage.PAID, 2, 3, is_announced=True)
    workspace.add_missing([lost])

    assert list(workspace.missing()) == [lost]


def test_payments_that_share_their_numbers_are_told_apart_by_value_and_day(workspace: ReportWorkspace) -> None:
    first = replace(payment(capture("C1", 7000)), tid="")
    second = replace(payment(capture("C2", 5000)), tid="", payment_id="P2", order_id="O2")
    reported = (line(2, 5000), line(3, 7000), line(4, 100))
    lines = [replace(made, tid="", nsu="17", authorization="A1") for made in reported]

    reconcile(workspace, acquirers_file(1).head, take_lines(workspace, lines), [first, second], "this")

    found = [(books.payment_id if books else None, verdict.outcome.value) for books, verdict in workspace.verdicts()]
    assert found == [("P2", "matched"), ("P1", "matched"), (None, "ambiguous")]


def test_what_a_line_of_one_of_two_payments_may_be_about_is_not_missing(workspace: ReportWorkspace) -> None:
    shared = {"tid": "", "nsu": "000017", "authorization": "A1"}
    first = replace(payment(capture("C1", 7000)), **shared)  # type: ignore[arg-type]
    second = replace(first, payment_id="P2", order_id="O2", moves=(capture("C2", 7000), capture("C3", 400)))
    third = replace(payment(capture("C9", 500)), payment_id="P3", order_id="O3")
    lines = [replace(line(2, 7000), **shared), line(3, 500)]  # type: ignore[arg-type]

    found = reconcile(workspace, acquirers_file(1).head, take_lines(workspace, lines), [first, second, third], "this")

    assert {outcome.value: sums.lines for outcome, sums in found.outcomes.items()} == {"ambiguous": 1, "matched": 1}
    assert [missing.move for missing in workspace.missing()] == ["C3"]


def test_line_whose_reference_two_payments_have_is_told_apart_by_value_and_day(workspace: ReportWorkspace) -> None:
    first = replace(payment(capture("1", 7000)), tid="T1")
    second = replace(payment(capture("1", 5000), capture("2", 400)), tid="T2", payment_id="P2", order_id="O2")
    lines = [line(2, 5000, tid="", reference="settle-1"), line(3, 600, tid="", reference="settle-1")]

    reconcile(workspace, acquirers_file(1).head, take_lines(workspace, lines), [first, second], "this")

    found = [(books.payment_id if books else None, verdict.outcome.value) for books, verdict in workspace.verdicts()]
    assert found == [("P2", "matched"), (None, "ambiguous")]


@pytest.mark.parametrize(("period", "expected"), [((None, None), []), ((DAY, DAY + timedelta(days=9)), ["C2"])])
def test_days_of_sales_are_no_period_of_payouts(
    workspace: ReportWorkspace, period: tuple[date | None, date | None], expected: list[str]
) -> None:
    """Sales of ten days are paid; another payout of these days is in another file."""
    announced = [ToldPart(Stage.REPORTED, 1, 1, "earlier", DAY + timedelta(days=days)) for days in (30, 4, 39)]
    days = (0, 0, 9)
    moves = [
        capture(f"C{at}", at * 100, DAY + timedelta(days=aside), told=(told,))
        for at, (told, aside) in enumerate(zip(announced, days, strict=True), 1)
    ]
    lines = [line(2, 100, stage=Stage.PAID), line(3, 300, DAY + timedelta(days=9), stage=Stage.PAID)]
    head = replace(acquirers_file(1).head, since=period[0], until=period[1], holds=Holds.PAYOUTS)

    reconcile(workspace, head, take_lines(workspace, lines), [payment(*moves)], "this")

    assert [missing.move for missing in workspace.missing()] == expected


def test_lines_of_very_many_equal_captures_are_ambiguous_and_soon_decided() -> None:
    books = payment(*(capture(f"C{number}", 900) for number in range(1_000)))
    lines = [line(number, 900, fee=number, net=900 - number) for number in range(2, 602)]

    verdicts = match(books, *lines, replace(lines[0], number=602))

    assert {verdict.outcome.value for verdict in verdicts} == {"ambiguous"}
    assert len(verdicts[0].candidates) == 1_000


def test_lines_of_one_payment_beyond_the_limit_are_rejected(workspace: ReportWorkspace) -> None:
    lines = [line(number, number) for number in range(2, MAX_LINES_OF_PAYMENT + 5)]

    found = reconcile(workspace, acquirers_file(1).head, take_lines(workspace, lines), [payment()], "this")

    assert found.outcomes[Outcome.REJECTED].lines == 3
    assert {verdict.reason for _, verdict in workspace.verdicts(Outcome.REJECTED)} == {
        f"one payment has more than {MAX_LINES_OF_PAYMENT} lines"
    }


def test_payout_of_a_batch_is_its_net(workspace: ReportWorkspace) -> None:
    sold = line(2, 7000, batch="134", fee=100, net=6900)
    paid = ReportLine(3, LineKind.PAYOUT, Stage.PAID, "BRL", -6900, 0, -6900, batch="134")
    short = replace(paid, number=4, batch="135", gross=-6800, net=-6800)
    lines = [sold, paid, replace(sold, number=5, batch="135", tid="other"), short]

    reconcile(workspace, acquirers_file(1).head, take_lines(workspace, lines), [payment(capture("C1", 7000))], "this")

    told = {verdict.line.number: verdict for _, verdict in workspace.verdicts()}
    assert told[3].outcome is Outcome.MATCHED
    assert (told[4].outcome, told[4].expected) == (Outcome.DIFFERS, -6900)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.integers(1, 4), min_size=1, max_size=6),
    st.lists(st.tuples(st.integers(1, 4), st.integers(0, 3), st.integers(0, 2)), max_size=9),
)
def test_no_line_is_lost_and_no_capture_has_two_lines(values: list[int], reported: list[tuple[int, int, int]]) -> None:
    moves = [capture(f"C{at}", value * 100, DAY + timedelta(days=at % 3)) for at, value in enumerate(values)]
    lines = [
        line(at, value * 100, DAY + timedelta(days=days), fee=fee, net=value * 100 - fee)
        for at, (value, days, fee) in enumerate(reported, 2)
    ]

    verdicts = match(payment(*moves), *lines)

    assert [verdict.line for verdict in verdicts] == lines
    held = [verdict.move for verdict in verdicts if verdict.move and verdict.outcome is not Outcome.DUPLICATE]
    assert len(held) == len(set(held))
    for verdict in verdicts:
        if verdict.outcome is Outcome.MATCHED:
            (move,) = [move for move in moves if move.number == verdict.move]
            assert move.value == verdict.line.gross


@given(st.integers(1, 10**9), st.integers(1, 99), st.sampled_from(CentsOn))
def test_instalments_add_up_to_the_capture(value: int, of: int, cents_on: CentsOn) -> None:
    parts = expected_parts(value, of, DAY, "creditCard", cents_on)

    assert sum(part.value for part in parts) == value
    assert len(parts) == of
    equal = {part.value for part in (parts[1:] if cents_on is CentsOn.FIRST else parts[:-1])}
    assert equal <= {value // of}


def test_instalments_are_due_on_bank_days() -> None:
    """By hand: 6 March 2026 and 30 days is Sunday, 5 April; and 60 days is Tuesday, 5 May."""
    days = [part.on for part in expected_parts(16_225, 2, date(2026, 3, 6), "creditCard")]

    assert days == [date(2026, 4, 6), date(2026, 5, 5)]
    assert [part.value for part in expected_parts(16_225, 2, DAY, "creditCard")] == [8_113, 8_112]


def test_lines_of_the_generator_add_up(workspace: ReportWorkspace) -> None:
    file = acquirers_file(200)
    for books in file.books:
        captured = sum(move.value for move in books.moves if move.kind is LineKind.CAPTURE)
        lines = [made.gross for made in lines_of(books, CentsOn.FIRST) if made.kind is LineKind.CAPTURE]
        assert sum(lines) == captured
