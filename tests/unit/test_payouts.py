"""Each capture shows how far its money is, by what settlement reports told of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from settlement.domain.reconciliation.books import BookedMove
from settlement.domain.reconciliation.outcomes import Outcome
from settlement.domain.reconciliation.payout import PayoutPart, PayoutState, payout_of
from settlement.domain.reconciliation.report_line import LineKind, Stage
from testkit.builders import ACCOUNT
from testkit.shop import Shop
from tests.support.reports import FakeReports, ReportFile, take
from tests.support.service import Service

DAY = date(2026, 3, 6)
MOVE = BookedMove(LineKind.CAPTURE, "000002-0001", "S1", 10_000, DAY)
PART = PayoutPart(
    "P1", LineKind.CAPTURE, MOVE.number, Stage.REPORTED, 1, 3, Outcome.MATCHED, "BRL", 3334, 84, 3250, "BRL", "R1", 2,
    datetime(2026, 3, 7, tzinfo=UTC), expected_on=date(2026, 4, 7),
)  # fmt: skip


def shown(*parts: PayoutPart) -> tuple[str, list[tuple[int, int, int, str, str | None]], str | None]:
    payout = payout_of(MOVE, parts, "creditCard", 3, "BRL")
    return (
        payout.state.value,
        [
            (part.gross, part.fee, part.net, str(part.expected_on), str(part.paid_on) if part.paid_on else None)
            for part in payout.installments
        ],
        payout.report_id,
    )


SECOND, THIRD = (3333, 0, 3333, "2026-05-05", None), (3333, 0, 3333, "2026-06-05", None)


def test_capture_is_expected_by_the_markets_custom() -> None:
    assert shown() == ("expected", [(3334, 0, 3334, "2026-04-06", None), SECOND, THIRD], None)


def test_report_tells_value_fee_and_day_of_an_instalment() -> None:
    assert shown(PART) == ("reported", [(3334, 84, 3250, "2026-04-07", None), SECOND, THIRD], "R1")


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ({1: 3333}, [3333, 3333, 3334]),
        ({1: 3334}, [3334, 3333, 3333]),
        ({3: 3334}, [3333, 3333, 3334]),
        ({3: 3333}, [3334, 3333, 3333]),
        ({1: 3333, 2: 3333}, [3333, 3333, 3334]),
        ({2: 3333}, [3334, 3333, 3333]),
    ],
)
def test_instalments_that_no_report_told_yet_have_the_cents_that_are_left(
    told: dict[int, int], expected: list[int]
) -> None:
    """100.00 in three, of an acquirer that has the cents on the first or the last one: it is 100.00 in every case."""
    parts = [replace(PART, number=number, gross=gross, fee=0, net=gross) for number, gross in told.items()]

    assert [gross for gross, *_ in shown(*parts)[1]] == expected


def test_instalment_that_differs_moves_no_cents() -> None:
    wrong = replace(PART, gross=3333, net=3249, outcome=Outcome.DIFFERS)

    assert [gross for gross, *_ in shown(wrong)[1]] == [3333, 3333, 3333]


def test_paid_instalment_keeps_the_day_for_which_it_was_announced() -> None:
    paid = replace(PART, stage=Stage.PAID, expected_on=None, paid_on=date(2026, 4, 8), report_id="R2",
                   told_at=datetime(2026, 4, 8, tzinfo=UTC))  # fmt: skip

    assert shown(paid, PART) == ("reported", [(3334, 84, 3250, "2026-04-07", "2026-04-08"), SECOND, THIRD], "R2")


@pytest.mark.parametrize("later", [7, 9])
def test_day_for_which_an_instalment_was_announced_is_what_its_payout_tells_in_any_order(later: int) -> None:
    paid = replace(PART, stage=Stage.PAID, expected_on=date(2026, 4, 9), paid_on=date(2026, 4, 9), report_id="R2",
                   told_at=datetime(2026, 3, 8, tzinfo=UTC))  # fmt: skip

    _, [first, *_], _ = shown(paid, replace(PART, told_at=datetime(2026, 3, later, tzinfo=UTC)))

    assert first == (3334, 84, 3250, "2026-04-09", "2026-04-09")


def test_capture_is_paid_once_every_instalment_is() -> None:
    parts = [replace(PART, stage=Stage.PAID, number=number, paid_on=date(2026, 3 + number, 7)) for number in (1, 2, 3)]

    payout = payout_of(MOVE, parts, "creditCard", 3, "BRL")

    assert (payout.state, payout.paid_on) == (PayoutState.PAID, date(2026, 6, 7))
    assert payout_of(MOVE, parts[:2], "creditCard", 3, "BRL").paid_on is None


def test_capture_that_was_announced_in_instalments_and_paid_in_one_is_paid() -> None:
    """An acquirer pays in advance: 100.00 at once, less a larger fee."""
    paid = replace(PART, stage=Stage.PAID, number=1, of=1, gross=10_000, fee=500, net=9500, expected_on=None,
                   paid_on=date(2026, 3, 9), told_at=datetime(2026, 3, 9, tzinfo=UTC))  # fmt: skip

    assert shown(PART, paid) == ("paid", [(10_000, 500, 9500, "2026-04-06", "2026-03-09")], "R1")


def test_capture_that_was_paid_on_a_day_that_is_not_told_is_paid() -> None:
    parts = [replace(PART, stage=Stage.PAID, number=number) for number in (1, 2, 3)]

    payout = payout_of(MOVE, parts, "creditCard", 3, "BRL")

    assert (payout.state, payout.paid_on) == (PayoutState.PAID, None)


@pytest.mark.parametrize(
    ("outcome", "line", "state"), [(Outcome.DIFFERS, 2, "differs"), (Outcome.MISSING, 0, "missing")]
)
def test_what_is_wrong_is_the_state(outcome: Outcome, line: int, state: str) -> None:
    assert shown(replace(PART, outcome=outcome, line=line))[0] == state


def test_line_ends_what_was_missing() -> None:
    missing = replace(PART, outcome=Outcome.MATCHED, line=0, number=0, of=0)

    assert shown(missing, PART)[0] == "reported"


def test_settlements_and_reports_show_what_a_file_told(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    placed = shop.open()
    placed.invoice("N1", 7000)
    placed.invoice("N2", 3000)
    service = Service(shop, monkeypatch)
    content = b"kind,gross,fee,currency,tid,expectedOn\ncapture,70,1.75,BRL,TID,2026-04-01\ncapture,30,x,BRL,TID,\n"

    refused = take(shop, service.reports, ReportFile(content))
    done = take(shop, service.reports, ReportFile(content.replace(b"30,x", b"29.99,0")))

    path = f"/api/pvt/transactions/{placed.transaction_id}/settlements"
    first, second = (action["payout"] for action in service.do("GET", path)["actions"])
    assert (first["state"], first["gross"], first["fee"], first["net"]) == ("reported", 7000, 175, 6825)
    assert (first["expectedOn"], first["paidOn"], first["reportId"]) == ("2026-04-01", None, done.report_id)
    assert (second["state"], second["gross"], len(second["instalments"])) == ("differs", 2999, 1)
    listed = service.do("GET", "/api/pvt/settlement-reports")["items"]
    assert {(item["reportId"], item["state"]) for item in listed} == {
        (refused.report_id, "refused"),
        (done.report_id, "done"),
    }
    one = service.do("GET", f"/api/pvt/settlement-reports/{refused.report_id}")
    assert one["fault"]["code"] == "not-a-number"
    assert (one["fault"]["line"], one["fault"]["column"], one["outcomes"]) == (3, 3, [])
    assert service.call("GET", "/api/pvt/settlement-reports/none").status == 404


def test_reports_are_listed_page_by_page(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    service = Service(shop, monkeypatch)
    for number in range(3):
        take(shop, service.reports, ReportFile(b"kind,gross,currency\ncapture,%d,BRL\n" % (number + 1)))

    first = service.do("GET", "/api/pvt/settlement-reports", query={"limit": "2"})
    rest = service.do("GET", "/api/pvt/settlement-reports", query={"limit": "2", "cursor": first["next"]})

    assert [len(first["items"]), len(rest["items"]), rest["next"]] == [2, 1, None]
    assert service.call("GET", "/api/pvt/settlement-reports", query={"cursor": "!"}).status == 400


def test_fake_of_the_reports_takes_a_sequence_once() -> None:
    shop, reports = Shop(), FakeReports()
    content = b"kind,gross,currency\ncapture,1.00,BRL\n"
    mapping = {"sender": "Acme", "sequence": "1"}

    done = take(shop, reports, ReportFile(content, mapping=mapping))
    other = take(shop, reports, ReportFile(content + b"capture,2.00,BRL\n", mapping=mapping))

    assert (done.state.value, other.fault) == ("done", "repeated-sequence")
    assert reports.report_of_serial(ACCOUNT, "csv/Acme/1") == done.report_id
