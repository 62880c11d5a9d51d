"""Lists show the status that lasts: not ``invoice`` for the half second that a settlement takes (D39)."""

from dataclasses import replace
from datetime import timedelta

import pytest

from settlement.domain.events import EventType
from settlement.domain.order.invoice import InvoiceType
from settlement.use_cases.orders.add_interaction import add_interaction
from settlement.use_cases.recovery.retry_operation import retry_operation
from settlement.use_cases.upkeep.audit_order import audit_order
from testkit.builders import ACCOUNT
from testkit.provider import Step
from testkit.shop import Placed, Shop


@pytest.fixture
def placed(shop: Shop) -> Placed:
    """An order of 100.00 in handling."""
    return shop.open()


def statuses(placed: Placed) -> tuple[str, str]:
    """The status in lists and the order's own."""
    return placed.order.listed_status, placed.status[0]


def notify(placed: Placed, number: str, value: int) -> None:
    """Notify a sale whose settlement is not attempted yet."""
    placed.notify(number, value, type_=InvoiceType.OUTPUT)


def test_order_is_listed_as_before_until_its_settlement_has_been_attempted(placed: Placed) -> None:
    notify(placed, "N1", 3000)
    first = statuses(placed)
    placed.run()
    settled = statuses(placed)
    notify(placed, "N2", 3000)

    assert (first, settled) == (("handling", "invoice"), ("payment-approved", "payment-approved"))
    assert statuses(placed) == ("payment-approved", "invoice")
    assert audit_order(placed.shop.store, ACCOUNT, placed.order_id).mismatches == ()


def test_attempt_that_changes_no_status_of_lists_does_not_write_the_order(placed: Placed) -> None:
    placed.invoice("N1", 3000)
    notify(placed, "N2", 3000)
    before = len(placed.shop.store.commits)

    placed.run()

    assert statuses(placed) == ("payment-approved", "payment-approved")
    assert [commit.order for commit in placed.shop.store.commits[before:]] == [None, None]


@pytest.mark.parametrize("step", ["500", "400"])
def test_attempt_that_failed_is_listed(placed: Placed, step: Step) -> None:
    placed.shop.provider.usually("settle", step)
    placed.invoice("N1", 3000)

    assert statuses(placed) == ("invoice", "invoice")
    add_interaction(placed.shop.ports, ACCOUNT, placed.order_id, "shop", "seen")
    assert statuses(placed) == ("invoice", "invoice")
    placed.shop.provider.usually("settle", "ok")
    retry_operation(placed.shop.ports, ACCOUNT, placed.transaction_id, 2)
    placed.rest()
    assert statuses(placed) == ("payment-approved", "payment-approved")


def test_invoice_behind_an_operation_that_may_wait_for_hours_is_listed_at_once(placed: Placed) -> None:
    placed.shop.provider.usually("cancel", "500")
    placed.change("C1", 1000)
    notify(placed, "N1", 3000)

    assert statuses(placed) == ("invoice", "invoice")
    placed.shop.provider.usually("cancel", "ok")
    placed.rest()
    assert statuses(placed) == ("payment-approved", "payment-approved")


def test_audit_finds_a_failed_attempt_that_is_not_listed() -> None:
    placed = Shop().open()
    placed.shop.provider.usually("settle", "500")
    placed.invoice("N1", 3000)
    placed.shop.store.corrupt(placed.order, replace(placed.order, listed_status="handling"))

    [mismatch] = audit_order(placed.shop.store, ACCOUNT, placed.order_id).mismatches

    assert (mismatch.what, mismatch.expected, mismatch.found) == (
        "listed status and derived status",
        "invoice",
        "handling",
    )


def test_audit_takes_an_invoiced_order_with_a_correction_under_way_as_listed_before_it() -> None:
    placed = Shop().open()
    placed.invoice("N1", 10000)

    placed.notify("N2", 9000, type_=InvoiceType.OUTPUT, replaces="N1")

    assert statuses(placed) == ("invoiced", "invoice")
    assert audit_order(placed.shop.store, ACCOUNT, placed.order_id).mismatches == ()
    placed.run()
    assert statuses(placed) == ("payment-approved", "payment-approved")


def test_change_of_status_tells_since_when_the_order_had_the_one_before(placed: Placed) -> None:
    clock, since = placed.shop.clock, []
    for act in (lambda: notify(placed, "N1", 3000), placed.run, lambda: placed.invoice("N2", 7000)):
        clock.advance(timedelta(minutes=1))
        act()
        since.append(clock.time.isoformat())

    told = [(event.data["to"], event.data["since"]) for event in placed.said(EventType.ORDER_STATUS_CHANGED)][-4:]

    assert told[1:] == [("payment-approved", since[0]), ("invoice", since[1]), ("invoiced", since[2])]
    assert told[0][0] == "invoice"


def test_time_that_an_earlier_version_wrote_on_the_order_is_told(placed: Placed) -> None:
    since, store = placed.transaction.status_since, placed.shop.store
    assert since is not None
    store.corrupt(placed.order, replace(placed.order, listed_since=since - timedelta(days=1)))
    store.corrupt(placed.transaction, replace(placed.transaction, status_since=None))

    notify(placed, "N1", 3000)

    told = placed.said(EventType.ORDER_STATUS_CHANGED)[-1].data
    assert (told["to"], told["since"]) == ("invoice", (since - timedelta(days=1)).isoformat())
    assert placed.transaction.status_since == placed.shop.clock.time
