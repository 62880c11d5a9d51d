"""``quita reconcile`` on the deployed stack: orders that were sold over HTTP, held against files of their acquirer."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from local.seed import ACCOUNT
from operations import report_workers
from operations.command_line import main
from operations.output import FOUND, STOPPED
from settlement.domain.reconciliation.bank_days import day_of
from settlement.domain.reconciliation.report_line import LineKind, ReportLine, Stage
from testkit.api import new_id
from testkit.bodies import Payment
from testkit.merchant import Merchant, PlacedOrder
from testkit.report_files import plain_csv
from tests.support.affiliations import affiliation_body

WORK = "/api/pvt/work-items"


@dataclass(frozen=True, slots=True)
class Sold:
    """Two orders of a connector of their own, and all that their acquirer should report, in the order of the file."""

    first: PlacedOrder
    second: PlacedOrder
    lines: tuple[ReportLine, ...]

    def payouts(self) -> list[tuple[str, int, int, str | None]]:
        """State, gross and fee of the payout of each capture, and when it was paid."""
        found = []
        for order in (self.first, self.second):
            for action in order.api.read(f"{order.transaction_path}/settlements")["actions"]:
                payout = action["payout"]
                found.append((payout["state"], payout["gross"], payout["fee"], payout["paidOn"]))
        return found

    def work(self) -> list[tuple[str, int]]:
        """Kind and value of the work items of both orders."""
        items = self.first.api.read(WORK)["items"]
        own = (self.first.order_id, self.second.order_id)
        return sorted((item["kind"], item["value"]) for item in items if item["orderId"] in own)

    def told(self) -> list[str]:
        """What reports had the timelines of both orders tell."""
        types = self.first.event_types() + self.second.event_types()
        return sorted(type_ for type_ in types if type_.startswith(("Capture", "Payout")))


@pytest.fixture
def sold(merchant: Merchant) -> Sold:
    """70.00 and 30.00 of an order, 15.00 of it given back, and 100.00 of another order."""
    name = f"acquirer-{new_id()[:8].lower()}"
    configuration = {
        "serviceUrl": f"{merchant.api.base_url}/sandbox-connector/{name}", "mode": "partial",
        "settleCapability": "multiple", "cancelCapability": "multiple", "refundCapability": "multiple",
    }  # fmt: skip
    assert merchant.api.post("/api/pvt/affiliations", affiliation_body(name, **configuration)).status == 200
    first, second = (merchant.place(Payment(connector=name)) for _ in range(2))
    first.invoice("N1", 7000)
    first.invoice("N2", 3000)
    first.give_back("D1", 1500)
    second.invoice("N1", 10000)
    lines = [line for order in (first, second) for line in reported(order)]
    return Sold(first, second, tuple(replace(line, number=at) for at, line in enumerate(lines, 2)))


def reported(order: PlacedOrder) -> list[ReportLine]:
    """The lines of an order: captures by its acquirer's own ids, the refund by that of the payment."""
    (payment,) = order.payments()
    found = []
    for kind, what, sign in ((LineKind.CAPTURE, "settlements", 1), (LineKind.REFUND, "refunds", -1)):
        for action in order.api.read(f"{order.transaction_path}/{what}")["actions"]:
            gross = action["value"] * sign
            fee = gross // 50 if sign > 0 else 0
            found.append(
                ReportLine(
                    0, kind, Stage.REPORTED, "BRL", gross, fee, gross - fee, tid=payment["tid"],
                    reference=action["reference"] if sign > 0 else "", sold_on=acquirers_day(action),
                )
            )  # fmt: skip
    return found


def acquirers_day(action: dict[str, Any]) -> date:
    return day_of(datetime.fromisoformat(action["date"].replace("Z", "+00:00")), "BRL")


def taken(folder: Path, lines: list[ReportLine], *words: str) -> int:
    """Have the command take a file of lines."""
    file = folder / f"{new_id()}.csv"
    file.write_bytes(plain_csv(lines))
    return main(["reconcile", str(file), "--format", "csv", "--account", ACCOUNT, *words])


def test_file_that_errs_is_work_until_a_later_one_has_it_right(sold: Sold, tmp_path: Path) -> None:
    seventy, thirty, back, hundred = sold.lines
    figures = sold.first.figures(), sold.second.figures()
    foreign = replace(hundred, tid=new_id(), reference="")
    erring = [replace(seventy, gross=6900, net=6760), thirty, foreign]

    assert taken(tmp_path, erring) == FOUND

    assert sold.payouts() == [("differs", 6900, 140, None), ("reported", 3000, 60, None), ("missing", 10000, 0, None)]
    assert sold.work() == [("payout-differs", 6900), ("payout-missing", 1500), ("payout-missing", 10000)]
    assert sold.told() == ["CaptureReported", "PayoutDiffers", "PayoutMissing", "PayoutMissing"]

    assert taken(tmp_path, [seventy, back, hundred]) == 0

    assert [state for state, *_ in sold.payouts()] == ["reported"] * 3
    assert sold.work() == []

    on = acquirers_day({"date": datetime.now().astimezone().isoformat()})
    paid = [replace(line, stage=Stage.PAID, paid_on=on) for line in sold.lines]
    assert taken(tmp_path, paid) == 0

    assert sold.payouts() == [
        ("paid", 7000, 140, on.isoformat()), ("paid", 3000, 60, on.isoformat()), ("paid", 10000, 200, on.isoformat()),
    ]  # fmt: skip
    assert sold.told().count("CapturePaid") == 4
    assert (sold.first.figures(), sold.second.figures()) == figures


def test_same_file_again_is_told_as_taken_and_a_cut_one_changes_nothing(
    sold: Sold, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "sales.csv"
    content = plain_csv(sold.lines)
    words = ["reconcile", str(file), "--format", "csv", "--account", ACCOUNT]

    file.write_bytes(content[: content.index(b"\n", len(content) // 2) - 9])
    assert main(words) == STOPPED
    assert "Refused (cut)" in capsys.readouterr().err
    assert [state for state, *_ in sold.payouts()] == ["expected"] * 3

    file.write_bytes(content)
    assert main(words) == 0
    told = sold.told()
    capsys.readouterr()
    assert main(words) == 0
    assert "was taken already" in capsys.readouterr().out
    assert sold.told() == told == ["CaptureReported"] * 4


def test_large_file_is_taken_by_processes_as_a_small_one_is(
    sold: Sold, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two processes; each finding is handed out by itself."""
    monkeypatch.setattr(report_workers, "LARGE_BYTES", 0)
    monkeypatch.setattr(report_workers, "FINDINGS_AT_ONCE", 1)
    monkeypatch.setattr("os.cpu_count", lambda: 2)
    seventy, thirty, back, hundred = sold.lines
    erring = [replace(seventy, gross=6900, net=6760), thirty, replace(hundred, tid=new_id(), reference="")]

    assert taken(tmp_path, erring) == FOUND
    assert sold.payouts() == [("differs", 6900, 140, None), ("reported", 3000, 60, None), ("missing", 10000, 0, None)]

    assert taken(tmp_path, [seventy, back, hundred]) == 0
    assert sold.payouts() == [
        ("reported", 7000, 140, None),
        ("reported", 3000, 60, None),
        ("reported", 10000, 200, None),
    ]
    assert sold.work() == []
