"""A sale that replaces another one: both in one version, with the difference of their money alone (R39)."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from settlement.domain.connectors.connector import Mode
from settlement.domain.errors import AlreadyExists, InvoiceCancelRefused, InvoiceNotFound, MoneyCannotMove, Refusal
from settlement.domain.events import EventType
from settlement.domain.order.invoice import InvoiceType
from settlement.domain.order.order import LineMention
from settlement.domain.transaction.listed_work import WorkKind
from settlement.domain.transaction.work import work_of
from testkit.builders import ACCOUNT, a_connector, a_new_payment
from testkit.shop import Placed, Shop
from tests.support import operator
from tests.support.audits import mismatches_of
from tests.support.books import reconciled
from tests.support.taken_back import figures, invoiced


@pytest.fixture
def shop() -> Shop:
    shop = Shop()
    shop.clock.tick = timedelta(microseconds=1)
    return shop


@pytest.mark.parametrize(
    ("mode", "sales", "replaced", "value", "expected", "moved"),
    [
        (Mode.PARTIAL, (7000,), "N1", 6000, (6000, 6000, 7000, 1000, 3000), ([7000], [1000])),
        (Mode.PARTIAL, (7000,), "N1", 8000, (8000, 8000, 8000, 0, 2000), ([7000, 1000], [])),
        (Mode.PARTIAL, (7000,), "N1", 7000, (7000, 7000, 7000, 0, 3000), ([7000], [])),
        (Mode.PARTIAL, (7000, 3000), "N1", 6000, (9000, 9000, 10000, 1000, 0), ([7000, 3000], [1000])),
        (Mode.PARTIAL, (7000,), "N1", 12000, (10000, 10000, 10000, 0, 0), ([7000, 3000], [])),
        (Mode.TOTAL, (9900,), "N1", 7000, (7000, 7000, 10000, 2900, 0), ([10000], [2900])),
        (Mode.HOLD, (7000,), "N1", 6000, (6000, 6000, 0, 0, 10000), ([], [])),
        (Mode.HOLD, (7000,), "N1", 10000, (10000, 10000, 10000, 0, 0), ([10000], [])),
        (Mode.HOLD, (7000, 3000), "N1", 6000, (9000, 9000, 10000, 1000, 0), ([10000], [1000])),
    ],
)
def test_only_the_difference_moves(
    shop: Shop,
    mode: Mode,
    sales: tuple[int, ...],
    replaced: str,
    value: int,
    expected: tuple[int, ...],
    moved: tuple[list[int], list[int]],
) -> None:
    placed = invoiced(shop, *sales, mode=mode)
    version = placed.order.version

    placed.invoice("N9", value, replaces=replaced)

    assert figures(placed) == expected
    assert (placed.moved("settle"), placed.moved("refund")) == moved
    assert reconciled(placed).is_consistent
    old, new = (shop.store.invoice(ACCOUNT, placed.order_id, number) for number in (replaced, "N9"))
    assert old is not None
    assert new is not None
    assert old.cancellation is not None
    assert (old.cancellation.replaced_by, new.replaces) == ("N9", replaced)
    assert placed.order.version > version
    [notified, cancelled] = [placed.said(EventType.INVOICE_NOTIFIED)[-1], placed.said(EventType.INVOICE_CANCELLED)[-1]]
    assert (notified.at, notified.number + 1) == (cancelled.at, cancelled.number)


def test_completed_order_stays_invoiced_if_the_correction_completes_it(shop: Shop) -> None:
    placed = shop.open(a_new_payment(10500, "partial"), value=10000)
    placed.invoice("N1", 7000)
    placed.invoice("N2", 3000)

    placed.invoice("N3", 3000, replaces="N2")

    assert placed.status == ("invoiced", "Finished")
    assert figures(placed) == (10000, 10500, 10500, 0, 0)
    assert placed.moved("settle") == [7000, 3500]


def test_correction_of_what_is_not_captured_yet_captures_the_new_value_alone(shop: Shop) -> None:
    placed = shop.open()
    placed.notify("N1", 7000, type_=InvoiceType.OUTPUT)

    placed.invoice("N2", 6000, replaces="N1")

    assert placed.moved("settle") == [6000]
    assert figures(placed) == (6000, 6000, 6000, 0, 4000)


def test_failed_capture_is_asked_for_by_the_correction_alone(shop: Shop) -> None:
    placed = shop.open()
    shop.provider.script("settle", "400")
    placed.invoice("N1", 7000)

    placed.invoice("N2", 6000, replaces="N1")

    assert placed.moved("settle") == [6000]
    assert figures(placed) == (6000, 6000, 6000, 0, 4000)
    assert not placed.order.in_error


@pytest.mark.parametrize(
    ("way_on", "refunded"),
    [(operator.retry, [6000, 1000]), (operator.write_off, [6000])],
)
def test_refund_that_a_correction_failed_to_make_stays_work_when_that_is_cancelled(
    shop: Shop, way_on: Callable[[Placed, int], object], refunded: list[int]
) -> None:
    placed = invoiced(shop, 7000)
    shop.provider.script("refund", "400")
    placed.invoice("N2", 6000, replaces="N1")
    failed = placed.operation.sequence

    placed.cancel_invoice("N2")

    assert figures(placed) == (0, 0, 7000, 6000, 3000)
    work = work_of(placed.operations[failed - 1])
    assert work is not None
    assert (work.kind, work.value) == (WorkKind.FAILED_REFUND, 1000)
    way_on(placed, failed)
    assert (placed.ledger.paid, placed.moved("refund")) == (0, refunded)
    assert not placed.order.in_error
    assert mismatches_of(shop.store) == []


@pytest.mark.parametrize("mode", [Mode.PARTIAL, Mode.TOTAL])
def test_settlement_that_a_correction_is_missing_is_work_of_that_kind(shop: Shop, mode: Mode) -> None:
    placed = shop.open(mode=mode)
    shop.provider.script("settle", "400", "400")
    placed.invoice("N1", 7000)

    placed.invoice("N2", 6000, replaces="N1")

    work = work_of(placed.operation)
    assert work is not None
    assert work.kind is WorkKind.FAILED_SETTLEMENT


def test_next_correction_leaves_the_failed_refund_of_the_one_before(shop: Shop) -> None:
    placed = invoiced(shop, 7000)
    shop.provider.script("refund", "400")
    placed.invoice("N2", 6000, replaces="N1")
    failed = placed.operation.sequence

    placed.invoice("N3", 6500, replaces="N2")
    operator.retry(placed, failed)

    assert figures(placed) == (6500, 6500, 7000, 500, 3000)
    assert placed.status == ("payment-approved", "Settling")
    assert not placed.order.in_error


def test_refund_that_was_written_off_is_no_part_of_the_correction_s_request(shop: Shop) -> None:
    placed = invoiced(shop, 7000)
    shop.provider.script("refund", "400")
    placed.invoice("N2", 6000, replaces="N1")
    operator.write_off(placed, placed.operation.sequence)

    placed.cancel_invoice("N2")

    assert figures(placed) == (0, 0, 7000, 6000, 3000)
    assert placed.ledger.paid == 0


def test_total_captures_with_a_correction_what_its_sale_failed_to_and_refunds_nothing_of_that(shop: Shop) -> None:
    placed = shop.open(mode=Mode.TOTAL)
    shop.provider.script("settle", "400")
    placed.invoice("N1", 7000)

    placed.invoice("N2", 6000, replaces="N1")

    assert figures(placed) == (6000, 6000, 10000, 0, 0)
    assert not placed.order.in_error


def test_total_refunds_with_a_correction_what_was_captured_before_it_alone(shop: Shop) -> None:
    placed = shop.open(a_new_payment(4000, "total"), a_new_payment(6000, "total"))
    shop.provider.script("settle", "ok", "400")
    placed.invoice("N1", 9000)

    placed.invoice("N2", 3000, replaces="N1")

    assert figures(placed) == (3000, 3000, 10000, 1000, 0)
    assert placed.moved_by_payment("refund") == [(1, 1000)]
    assert not placed.order.in_error


def test_units_are_those_of_the_correction(shop: Shop) -> None:
    placed = shop.open()
    first, second = shop.store.lines(ACCOUNT, placed.order_id)[:2]
    placed.invoice("N1", 5000, LineMention(first.id, first.price, 1))

    placed.invoice("N2", 3000, LineMention(second.id, second.price, 2), replaces="N1")

    assert [line.invoiced for line in shop.store.lines(ACCOUNT, placed.order_id)][:2] == [0, 2]
    figures(placed)


def test_repeat_of_a_correction_moves_nothing(shop: Shop) -> None:
    placed = invoiced(shop, 7000)
    placed.invoice("N2", 6000, replaces="N1")

    again = placed.invoice("N2", 6000, replaces="N1")
    other = placed.invoice("N2", 6000, replaces="N7")

    assert (again.stands, other.stands) == ({}, {"replaces": "N1"})
    assert placed.moved("refund") == [1000]
    with pytest.raises(AlreadyExists):
        placed.invoice("N1", 7000)


@pytest.mark.parametrize(
    ("number", "value", "refusal"),
    [("N9", 1000, InvoiceNotFound), ("D1", 1000, InvoiceCancelRefused), ("N1", 1999, InvoiceCancelRefused)],
)
def test_it_is_refused_and_nothing_is_written(shop: Shop, number: str, value: int, refusal: type[Refusal]) -> None:
    placed = invoiced(shop, 10000)
    placed.give_back("D1", 2000)
    written = len(shop.store.commits)

    with pytest.raises(refusal):
        placed.invoice("N2", value, replaces=number)

    assert len(shop.store.commits) == written
    placed.invoice("N3", 2000, replaces="N1")
    assert figures(placed) == (2000, 2000, 10000, 10000, 0)


def test_connector_that_refunds_only_whole_takes_a_correction_upwards_alone(shop: Shop) -> None:
    shop.connect(a_connector("partial", partial_refund=False))
    placed = invoiced(shop, 7000)

    with pytest.raises(MoneyCannotMove, match="cannot be refunded"):
        placed.invoice("N2", 6000, replaces="N1")
    placed.invoice("N3", 8000, replaces="N1")

    assert figures(placed) == (8000, 8000, 8000, 0, 2000)


@pytest.mark.parametrize(
    ("value", "expected", "refunded"),
    [(7000, (7000, 7500, 7500, 0, 0), []), (6000, (6000, 6000, 7500, 1500, 0), [1500])],
)
def test_correction_keeps_the_interest_of_a_change_only_if_it_completes_the_order(
    shop: Shop, value: int, expected: tuple[int, ...], refunded: list[int]
) -> None:
    placed = shop.open(a_new_payment(10500, "partial"), value=10000)
    placed.invoice("N1", 7000)
    placed.change("C1", 3000)

    placed.invoice("N9", value, replaces="N1")

    assert (figures(placed), placed.moved("refund")) == (expected, refunded)
    assert reconciled(placed).is_consistent
    placed.cancel_invoice("N9")
    assert figures(placed)[:2] == (0, 0)
    assert placed.ledger.paid == 0
