"""A sale invoice is taken back, and a connector cannot refund, does not, or is not known to have settled (R38)."""

from datetime import timedelta

import pytest

from settlement.domain.connectors.capabilities import Capabilities, Capability
from settlement.domain.connectors.connector import Mode
from settlement.domain.errors import (
    MoneyCannotMove,
)
from settlement.domain.order.invoice import InvoiceType
from settlement.domain.transaction.listed_work import WorkKind
from settlement.domain.transaction.operation import OperationKind, OperationState
from settlement.domain.transaction.work import work_of
from settlement.use_cases.recovery.resolve_leg import Resolution
from testkit.builders import a_connector
from testkit.shop import Shop
from tests.support import operator
from tests.support.audits import mismatches_of
from tests.support.books import reconciled
from tests.support.taken_back import figures, invoiced


@pytest.fixture
def shop() -> Shop:
    shop = Shop()
    shop.clock.tick = timedelta(microseconds=1)
    return shop


def test_connector_that_refunds_only_whole_refuses_a_part(shop: Shop) -> None:
    shop.connect(a_connector("partial", partial_refund=False))
    placed = invoiced(shop, 7000)
    other = invoiced(shop, 7000, 3000)

    placed.cancel_invoice("N1")
    with pytest.raises(MoneyCannotMove, match="cannot be refunded") as refused:
        other.cancel_invoice("N1")

    assert figures(placed) == (0, 0, 7000, 7000, 3000)
    assert refused.value.published_code == "CHK0054"
    assert figures(other) == (10000, 10000, 10000, 0, 0)


def test_capability_that_is_used_up_refuses_the_next_part(shop: Shop) -> None:
    once = Capabilities(refund=Capability.SINGLE)
    shop.connect(a_connector("partial", capabilities=once))
    placed = invoiced(shop, 4000, 3000, 3000)
    placed.cancel_invoice("N1")

    with pytest.raises(MoneyCannotMove, match="cannot be refunded"):
        placed.cancel_invoice("N2")

    assert figures(placed) == (6000, 6000, 10000, 4000, 0)


def test_refused_refund_is_work_and_a_retry_refunds_it(shop: Shop) -> None:
    placed = invoiced(shop, 7000)
    shop.provider.script("refund", "400")
    placed.cancel_invoice("N1")

    operation = placed.operation
    work = work_of(operation)
    assert (operation.kind, operation.state) == (OperationKind.WITHDRAW, OperationState.FAILED)
    assert work is not None
    assert (work.kind, work.value) == (WorkKind.FAILED_REFUND, 7000)
    assert placed.order.in_error
    operator.retry(placed, operation.sequence)
    placed.run()

    assert figures(placed) == (0, 0, 7000, 7000, 3000)
    assert not placed.order.in_error


def test_retry_refunds_only_what_no_later_invoice_needs(shop: Shop) -> None:
    placed = invoiced(shop, 7000)
    shop.provider.script("refund", "400")
    placed.cancel_invoice("N1")
    failed = placed.operation.sequence
    placed.invoice("N2", 8000)

    operator.retry(placed, failed)
    placed.run()

    assert figures(placed) == (8000, 8000, 8000, 0, 2000)
    assert placed.moved("settle") == [7000, 1000]


def test_refund_that_is_written_off_covers_no_later_invoice(shop: Shop) -> None:
    placed = invoiced(shop, 7000)
    shop.provider.script("refund", "400")
    placed.cancel_invoice("N1")

    operator.write_off(placed, placed.operation.sequence)

    assert placed.ledger.paid == 0
    placed.invoice("N2", 3000)
    assert placed.moved("settle") == [7000, 3000]
    assert mismatches_of(shop.store) == []


def test_failed_settlement_is_asked_for_no_more(shop: Shop) -> None:
    placed = shop.open()
    shop.provider.script("settle", "400")
    placed.invoice("N1", 7000)
    assert placed.order.in_error

    placed.cancel_invoice("N1")

    assert figures(placed) == (0, 0, 0, 0, 10000)
    assert placed.status == ("handling", "Approved")
    assert not placed.order.in_error
    placed.invoice("N2", 10000)
    assert placed.status == ("invoiced", "Finished")


def test_written_off_value_is_not_withdrawn_again(shop: Shop) -> None:
    placed = shop.open()
    shop.provider.script("settle", "400")
    placed.invoice("N1", 7000)
    operator.write_off(placed, placed.operation.sequence)
    placed.invoice("N2", 2000)

    placed.cancel_invoice("N1")

    assert figures(placed) == (2000, 2000, 2000, 0, 1000)


def test_settlement_in_doubt_has_to_be_resolved_first(shop: Shop) -> None:
    placed = shop.open()
    shop.provider.usually("settle", "drop")
    placed.notify("N1", 7000, type_=InvoiceType.OUTPUT)
    placed.rest()
    shop.provider.usually("settle", "ok")

    with pytest.raises(MoneyCannotMove, match="it is not known what was settled"):
        placed.cancel_invoice("N1")


def test_doubt_that_comes_while_it_waits_fails_its_refund_until_a_person_knows(shop: Shop) -> None:
    placed = shop.open()
    shop.provider.usually("settle", "drop")
    placed.invoice("N1", 7000)
    placed.cancel_invoice_only("N1")
    placed.rest()
    assert placed.operation.state is OperationState.FAILED
    [leg] = [leg for leg in placed.legs if leg.is_in_doubt]

    done = shop.provider.was_done(leg.request_id)
    assert done is not None
    operator.resolve(placed, leg.operation, leg.number, Resolution.DONE, done.reference)
    operator.retry(placed, placed.operation.sequence)
    placed.run()

    assert figures(placed) == (0, 0, 7000, 7000, 3000)


def test_discount_of_what_was_to_be_refunded_gives_it_up_if_it_was_never_captured(shop: Shop) -> None:
    placed = shop.open(mode=Mode.TOTAL)
    placed.notify("N1", 1000, type_=InvoiceType.OUTPUT)
    placed.notify("N2", 8000, type_=InvoiceType.OUTPUT)
    placed.cancel_invoice_only("N1")
    placed.register("C1", 1000)

    placed.cancel_invoice("N2")

    assert (placed.order.value, placed.transaction.payable) == (9000, 9000)
    assert figures(placed) == (0, 0, 0, 0, 9000)
    placed.invoice("N3", 9000)
    assert placed.status == ("invoiced", "Finished")


def test_write_off_leaves_what_a_later_invoice_is_paid_with(shop: Shop) -> None:
    placed = invoiced(shop, 7000)
    shop.provider.script("refund", "400")
    placed.cancel_invoice("N1")
    failed = placed.operation.sequence
    placed.invoice("N2", 5000)

    operator.write_off(placed, failed)

    assert (placed.ledger.paid, placed.ledger.refund_written_off) == (5000, 2000)
    assert placed.moved("settle") == [7000]
    assert mismatches_of(shop.store) == []
    assert reconciled(placed).is_consistent


def test_refund_with_an_invoice_of_what_a_discount_failed_to_refund_leaves_its_retry_nothing(shop: Shop) -> None:
    placed = shop.open()
    placed.auto_settle()
    shop.provider.script("refund", "400")
    placed.change("C1", discount=4000)
    failed = placed.operation.sequence
    placed.invoice("N1", 6000)
    placed.cancel_invoice("N1")

    operator.retry(placed, failed)

    assert figures(placed) == (0, 0, 10000, 6000, 0)
    assert not placed.order.in_error
    assert reconciled(placed).is_consistent
    placed.invoice("N2", 4000)
    placed.change("C2", discount=2000)
    assert placed.status == ("invoiced", "Finished")
    assert figures(placed) == (4000, 4000, 10000, 6000, 0)


def test_write_off_of_a_discount_s_refund_that_an_invoice_s_refund_has_made_books_nothing(shop: Shop) -> None:
    placed = shop.open()
    placed.auto_settle()
    shop.provider.script("refund", "501")
    placed.change("C1", discount=4000)
    by_hand = placed.operation.sequence
    placed.invoice("N1", 6000)
    placed.cancel_invoice("N1")

    ended = operator.write_off(placed, by_hand)

    assert ended.booked == 0
    assert figures(placed) == (0, 0, 10000, 6000, 0)
    assert reconciled(placed).is_consistent


def test_what_was_paid_by_other_means_is_refused_with_what_to_do_instead(shop: Shop) -> None:
    placed = shop.open()
    shop.provider.script("settle", "400")
    placed.invoice("N1", 7000)
    operator.pay_otherwise(placed, placed.operation.sequence)

    with pytest.raises(MoneyCannotMove, match=r"7000 was paid by other means, .* correct it with replaces"):
        placed.cancel_invoice("N1")
    placed.invoice("N2", 8000, replaces="N1")

    assert placed.moved("settle") == [1000]
    assert (placed.order.invoiced, placed.transaction.requested, placed.ledger.paid) == (8000, 8000, 8000)
