"""What a report told is written payment by payment, over what another report has told since the books were read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import pytest

from settlement.domain.reconciliation.books import PaymentBooks
from settlement.domain.reconciliation.outcomes import Missing, Outcome, Verdict
from settlement.domain.reconciliation.payout import PayoutPart
from settlement.domain.reconciliation.report_line import LineKind, ReportLine, Stage
from settlement.use_cases.reconciliation.hands import Threads
from settlement.use_cases.reconciliation.keep_findings import keep_findings
from testkit.builders import ACCOUNT
from testkit.shop import Placed, Shop
from testkit.store import FakeStore

LINE = ReportLine(2, LineKind.CAPTURE, Stage.REPORTED, "BRL", 7000, 100, 6900, tid="TID")


class Told:
    """A workspace in which every payment has one line, matched with its first capture."""

    def __init__(self, *payments: PaymentBooks) -> None:
        self.payments = payments
        self.repeated: list[PayoutPart] = []

    def told(self) -> Iterator[tuple[PaymentBooks, list[Verdict]]]:
        for payment in self.payments:
            yield payment, [Verdict(LINE, Outcome.MATCHED, "C1")]

    def missing(self) -> Iterator[Missing]:
        return iter(())

    def repeat(self, parts: Iterable[PayoutPart]) -> None:
        self.repeated += parts


def books(placed: Placed, *, is_told: bool = False) -> PaymentBooks:
    payment = placed.payments[0].payment_id
    return PaymentBooks(
        placed.order_id, placed.transaction_id, payment, "BRL", "acme", "", "creditCard", 1, is_told=is_told
    )


def kept(shop: Shop, placed: Placed) -> list[PayoutPart]:
    return shop.store.payouts(ACCOUNT, placed.transaction_id, placed.payments[0].payment_id)


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The payments whose told parts are read."""
    found: list[str] = []
    read = FakeStore.payouts

    def noted(store: FakeStore, account: str, transaction_id: str, payment_id: str) -> list[PayoutPart]:
        found.append(payment_id)
        return read(store, account, transaction_id, payment_id)

    monkeypatch.setattr(FakeStore, "payouts", noted)
    return found


def keep(shop: Shop, *payments: PaymentBooks, report_id: str = "R1", at_once: int = 1) -> list[PayoutPart]:
    """Keep what the report told; return the parts that another report has told meanwhile."""
    workspace = Told(*payments)
    seen: list[int] = []
    hands = Threads(shop.ports, ACCOUNT, at_once)
    is_repeated = keep_findings(hands, workspace, report_id, shop.clock(), seen.append)  # type: ignore[arg-type]
    assert seen == list(range(1, len(payments) + 1))
    assert is_repeated == bool(workspace.repeated)
    return workspace.repeated


def test_payment_of_which_nothing_was_told_is_written_without_a_read(shop: Shop, reads: list[str]) -> None:
    placed = shop.open()

    assert keep(shop, books(placed)) == []
    assert reads == []
    assert [(part.report_id, part.version) for part in kept(shop, placed)] == [("R1", 1)]


def test_what_another_report_told_meanwhile_is_read_and_repeated(shop: Shop, reads: list[str]) -> None:
    placed = shop.open()
    before = books(placed)
    keep(shop, before)

    [repeated] = keep(shop, before, report_id="R2")
    assert (repeated.report_id, repeated.name) == ("R2", "capture-C1-reported-01-01")
    assert len(reads) == 1
    assert [(part.report_id, part.version) for part in kept(shop, placed)] == [("R1", 1)]


def test_same_report_again_writes_nothing(shop: Shop, reads: list[str]) -> None:
    placed = shop.open()
    keep(shop, books(placed))

    assert keep(shop, books(placed, is_told=True)) == []
    assert [(part.report_id, part.version) for part in kept(shop, placed)] == [("R1", 1)]


def test_payments_are_written_side_by_side(shop: Shop) -> None:
    orders = [shop.open() for _ in range(6)]

    assert keep(shop, *(books(placed) for placed in orders), at_once=4) == []
    for placed in orders:
        [part] = kept(shop, placed)
        assert (part.move, part.gross, part.fee) == ("C1", 7000, 100)
