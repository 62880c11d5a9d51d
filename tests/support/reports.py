"""Reads settlement reports, and what they are refused for; has an account take them."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from settlement.domain.actor import System
from settlement.domain.errors import InvalidRequest
from settlement.domain.reconciliation.bank_lines import Arrival, PayoutName
from settlement.domain.reconciliation.kept_line import KeptLine, LinesPage
from settlement.domain.reconciliation.outcomes import Outcome
from settlement.domain.reconciliation.payout import PayoutPart
from settlement.domain.reconciliation.refusal import Fault, ReportRefused
from settlement.domain.reconciliation.report import Report, report_id_of
from settlement.domain.reconciliation.report_head import ReportHead
from settlement.domain.reconciliation.report_line import LineKind, ReportLine, Stage
from settlement.domain.transaction.leg import LegKind, LegState
from settlement.reports.formats import format_of, read_report
from settlement.storage.report_workspace import ReportWorkspace
from settlement.use_cases.reconciliation.hands import Threads
from settlement.use_cases.reconciliation.take_report import Taking, take_report
from settlement.use_cases.shared.ports import Commit, Conflict, Page
from testkit.builders import ACCOUNT, a_new_payment
from testkit.shop import Placed, Shop


def read(name: str, content: bytes, mapping: dict[str, Any] | None = None) -> tuple[ReportHead, list[ReportLine]]:
    """Return the head and all lines of a file."""
    head, lines = read_report(format_of(name), io.BytesIO(content), mapping)
    return head, list(lines)


def refusal(name: str, content: bytes, mapping: dict[str, Any] | None = None) -> tuple[Fault, int, int]:
    """Return for what a file is refused, with line and column."""
    with pytest.raises(ReportRefused) as refused:
        read(name, content, mapping)
    return refused.value.fault, refused.value.line, refused.value.column


class UploadAddresses:
    """A bucket that tells where to upload."""

    def upload_url(self, key: str, seconds: int) -> str:
        """Return an address."""
        return f"https://reports.example/{key}?expires={seconds}"


class FakeKeptLines:
    """Lines of settlement reports in memory; a place is the number of lines before it."""

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str, str, Outcome], list[KeptLine]] = {}

    def keep(self, account: str, report_id: str, run: str, outcome: Outcome, lines: Iterable[KeptLine]) -> None:
        """Keep the lines of an outcome, if there are any."""
        if found := list(lines):
            self.kept[account, report_id, run, outcome] = found

    def page(
        self, account: str, report_id: str, run: str, outcome: Outcome, offset: int, limit: int
    ) -> LinesPage | None:
        """Return lines from a place on; raises ``InvalidRequest`` if there are none."""
        lines = self.kept.get((account, report_id, run, outcome))
        if lines is None:
            return None
        if offset >= len(lines):
            raise InvalidRequest("cursor: must be the next of an earlier page")
        behind = offset + limit
        return LinesPage(tuple(lines[offset:behind]), behind if behind < len(lines) else None)


class FakeReports:
    """Settlement reports in memory."""

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], Report] = {}
        self.arrived: dict[tuple[str, PayoutName], Arrival] = {}
        self.lines = FakeKeptLines()

    def report(self, account: str, report_id: str) -> Report | None:
        """Return a report."""
        return self.kept.get((account, report_id))

    def report_of_serial(self, account: str, serial: str) -> str | None:
        """Return the id of the report that has a sequence."""
        found = (held.report_id for (owner, _), held in self.kept.items() if (owner, held.serial) == (account, serial))
        return next(found, None)

    def save_report(self, account: str, report: Report) -> Report:
        """Write a report over the version that was read, or raise ``Conflict``."""
        stored = self.report(account, report.report_id)
        owner = self.report_of_serial(account, report.serial) if report.serial else None
        if report.version != (stored.version if stored else 0) or owner not in (None, report.report_id):
            raise Conflict
        saved = replace(report, version=report.version + 1)
        self.kept[account, report.report_id] = saved
        return saved

    def reports(self, account: str, after: str | None, limit: int) -> Page[Report]:
        """Return reports, those that were named last first."""
        kept = [held for (owner, _), held in self.kept.items() if owner == account]
        placed_all = [(f"{held.received_at.isoformat()}#{held.report_id}", held) for held in kept]
        found = sorted(placed_all, key=lambda placed: placed[0], reverse=True)
        page = [placed for placed in found if after is None or placed[0] < after][: limit + 1]
        return Page([held for _, held in page[:limit]], page[limit - 1][0] if len(page) > limit else None)

    def arrivals(self, account: str, payouts: Iterable[PayoutName]) -> list[Arrival]:
        """Return what statements told of payouts to have come."""
        return [self.arrived[account, payout] for payout in payouts if (account, payout) in self.arrived]

    def keep_arrival(self, account: str, arrival: Arrival) -> None:
        """Write that a payout has come, or raise ``Conflict`` if another statement has told it."""
        if self.arrived.setdefault((account, arrival.payout), arrival).told_by != arrival.told_by:
            raise Conflict
        self.arrived[account, arrival.payout] = arrival

    def drop_arrival(self, account: str, arrival: Arrival) -> None:
        """Remove what a statement told, unless another one tells it now."""
        held = self.arrived.get((account, arrival.payout))
        if held is not None and held.told_by == arrival.told_by:
            del self.arrived[account, arrival.payout]


@dataclass(slots=True)
class ReportFile:
    """A file in memory, as the use case reads it."""

    content: bytes
    format: str = "csv"
    mapping: dict[str, Any] | None = None
    _lines: Iterator[ReportLine] = field(default_factory=lambda: iter(()))

    def head(self) -> ReportHead:
        """Return its head."""
        head, self._lines = read_report(format_of(self.format), io.BytesIO(self.content), self.mapping)
        return head

    def lines(self) -> Iterator[ReportLine]:
        """Return its lines."""
        return self._lines


def charge_back(placed: Placed) -> PayoutPart:
    """Have a report tell that a shopper's bank took 70.00 of an order's first payment back."""
    part = PayoutPart(
        placed.payments[0].payment_id, LineKind.CHARGEBACK, "", Stage.REPORTED, 5, 1, Outcome.MATCHED, "BRL", -7000, 0,
        -7000, "BRL", "R1", 5, placed.shop.clock(),
    )  # fmt: skip
    placed.shop.store.commit(Commit(ACCOUNT, placed.order_id, placed.transaction_id, "BRL", payouts=[part]))
    return part


def take(shop: Shop, reports: FakeReports, file: ReportFile) -> Report:
    """Have the shop's account take a file."""
    sha256 = hashlib.sha256(file.content).hexdigest()
    report_id = report_id_of(ACCOUNT, file.format, sha256)
    report = Report(report_id, file.format, "sales.csv", sha256, shop.clock())
    with TemporaryDirectory() as folder:
        workspace = ReportWorkspace(Path(folder) / "workspace.sqlite")
        try:
            ports = shop.acting(System.REPORTS)
            hands = Threads(ports, ACCOUNT)
            taking = Taking(ports, reports, reports.lines, workspace, ACCOUNT, "RUN", lambda what, number: None, hands)
            return take_report(taking, report, file)
        finally:
            workspace.close()


def captured(shop: Shop, *values: int) -> Placed:
    """Place an order of these values, each of which is invoiced and captured, as note N1 and so on."""
    placed = shop.open(a_new_payment(sum(values), "partial"), value=sum(values))
    for number, value in enumerate(values, 1):
        placed.invoice(f"N{number}", value)
    return placed


def a_report_of(placed: Placed, reports: FakeReports) -> Report:
    """Have an acquirer report one capture of an order, another one that is nobody's, and a chargeback of the first."""
    capture = next(leg for leg in placed.legs if leg.kind is LegKind.SETTLE and leg.state is LegState.POSTED)
    rows = (
        f"capture,{capture.value / 100:.2f},1.00,BRL,TID,",
        "capture,1.00,1.00,BRL,other,",
        f"chargeback,{-capture.value / 100:.2f},0.00,BRL,TID,{capture.reference}",
    )
    content = "\n".join(("kind,gross,fee,currency,tid,reference", *rows)).encode()
    return take(placed.shop, reports, ReportFile(content))
