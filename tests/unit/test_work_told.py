"""Events tell of work that opens and closes: the write that lists it tells it, with what the list shows (D141)."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from settlement.domain.events import Event, EventType
from settlement.domain.order.invoice import InvoiceType
from settlement.domain.transaction.operation import OperationState
from settlement.storage.outbox import entry_of_event
from settlement.use_cases.upkeep.audit_order import audit_order
from settlement.use_cases.upkeep.audit_slice import audit_slice, begin_audits
from settlement.use_cases.workflow.plan_operation import plan_operation
from testkit.builders import ACCOUNT, a_new_payment
from testkit.shop import Placed, Shop
from tests.support.service import Service
from tests.support.timers import DAY, lapses_after
from tests.support.work import told_to_wait

WORK_EVENTS = (EventType.WORK_ITEM_OPENED, EventType.WORK_ITEM_CLOSED)


@pytest.fixture
def service(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> Service:
    return Service(shop, monkeypatch)


def told(placed: Placed) -> list[tuple[str, str]]:
    """What events tell of an order's work: type and kind, oldest first."""
    return [(event.type.value.removeprefix("WorkItem"), str(item_of(event)["kind"])) for event in of_work(placed)]


def of_work(placed: Placed) -> list[Event]:
    return [event for event in placed.events if event.type in WORK_EVENTS]


def item_of(event: Event) -> dict[str, Any]:
    item: Any = event.data["item"]
    return dict(item)


def waiting(service: Service) -> list[str]:
    return sorted(item["id"] for item in service.do("GET", "/api/pvt/work-items")["items"])


def manual_refund(shop: Shop) -> Placed:
    placed = shop.open(a_new_payment(10000, "partial"))
    placed.invoice("N1", 10000)
    shop.provider.script("refund", "501")
    placed.give_back("R1", 2500)
    return placed


def refused_settlement(shop: Shop) -> Placed:
    placed = shop.open(a_new_payment(10000, "partial"))
    shop.provider.script("settle", "400")
    placed.invoice("N1", 7000)
    return placed


def settlement_in_doubt(shop: Shop) -> Placed:
    placed = shop.open(a_new_payment(10000, "partial"))
    shop.provider.usually("settle", "500")
    placed.invoice("N1", 7000)
    shop.pass_time(timedelta(hours=26))
    return placed


def expiring_authorisation(shop: Shop) -> Placed:
    lapses_after(shop, 7 * DAY)
    placed = shop.open(a_new_payment(10000, "partial"))
    shop.pass_time(6.5 * DAY)
    return placed


def undecided_authorisation(shop: Shop) -> Placed:
    shop.provider.usually("authorise", "undefined")
    shop.provider.delay_to_cancel_seconds = 86_400
    placed = shop.place(a_new_payment(10000, "partial"))
    placed.run()
    assert told(placed) == []
    shop.pass_time(timedelta(minutes=61))
    return placed


STORIES = [
    (manual_refund, ["manual-refund"]),
    (refused_settlement, ["failed-settlement"]),
    (settlement_in_doubt, ["retrying", "in-doubt", "blocked-payment", "failed-settlement"]),
    (expiring_authorisation, ["expiring-authorisation"]),
    (undecided_authorisation, ["undecided-authorisation"]),
]


@pytest.mark.parametrize(("story", "kinds"), STORIES)
def test_what_is_listed_is_what_was_opened_and_not_closed(
    service: Service, shop: Shop, story: Callable[[Shop], Placed], kinds: list[str]
) -> None:
    placed = story(shop)

    assert sorted(kind for type_, kind in told(placed) if type_ == "Opened") == sorted(kinds)
    assert sorted(told_to_wait(placed.events[::-1]).elements()) == waiting(service)
    assert audit_order(shop.store, ACCOUNT, placed.order_id).mismatches == ()


def test_healthy_partial_invoice_tells_of_no_work(shop: Shop) -> None:
    placed = shop.open(a_new_payment(10000, "partial"))
    placed.invoice("N1", 7000)
    placed.give_back("R1", 1000)

    assert told(placed) == []


def test_item_is_told_as_the_list_shows_it(service: Service, shop: Shop) -> None:
    placed = manual_refund(shop)
    [listed] = service.do("GET", "/api/pvt/work-items")["items"]

    [opened] = of_work(placed)
    item = item_of(opened)

    times = ("since", "dueAt")
    assert {name: item[name] for name in item if name not in times} == {
        name: listed[name] for name in listed if name not in times
    }
    assert item["since"][:19] == listed["since"][:19]
    assert opened.payment_id == listed["paymentId"]


def test_work_is_told_by_the_write_that_ends_it(service: Service, shop: Shop) -> None:
    placed = manual_refund(shop)
    [item] = service.do("GET", "/api/pvt/work-items")["items"]

    service.do("POST", item["actions"][0]["href"], {"reference": "BO-77", "actor": "maria"})

    assert told(placed) == [("Opened", "manual-refund"), ("Closed", "manual-refund")]
    opened, closed = of_work(placed)
    assert item_of(opened) == item_of(closed)
    refunded = next(event for event in placed.events if event.type is EventType.PAYMENT_REFUNDED)
    assert closed.at == refunded.at
    assert told_to_wait(placed.events[::-1]).total() == 0


def test_retried_operation_closes_its_work_and_failure_opens_it_again(service: Service, shop: Shop) -> None:
    placed = refused_settlement(shop)
    shop.provider.script("settle", "400")
    [item] = service.do("GET", "/api/pvt/work-items")["items"]
    retry = next(action for action in item["actions"] if action["name"] == "retry")
    service.do("POST", retry["href"])
    placed.run()

    assert [type_ for type_, kind in told(placed) if kind == "failed-settlement"] == ["Opened", "Closed", "Opened"]
    assert len(set(ids(placed))) == len(ids(placed))


def test_operation_whose_lease_ran_out_is_told_to_be_tried_again(shop: Shop) -> None:
    placed = shop.open(a_new_payment(10000, "partial"))
    placed.notify("N1", 7000, type_=InvoiceType.OUTPUT)
    where = ACCOUNT, placed.transaction_id, placed.operation.sequence
    plan_operation(shop.ports, *where, "first")
    assert told(placed) == []
    shop.clock.advance(timedelta(minutes=10))

    plan_operation(shop.ports, *where, "second")

    assert placed.operation.state is OperationState.READY
    assert told(placed) == [("Opened", "retrying")]
    placed.run()


def test_mismatch_is_opened_once_however_its_places_change(shop: Shop) -> None:
    placed = shop.open(a_new_payment(10000, "partial"))
    [payment] = placed.payments
    other = replace(payment, counters=replace(payment.counters, captured=1))
    begin_audits(shop.store, [ACCOUNT], shop.clock())
    stored = payment
    for found in (replace(payment, max_value=12345), other, payment):
        shop.store.corrupt(stored, found)
        stored = found
        audit_slice(shop.ports, lambda: True)
        shop.clock.advance(timedelta(days=2))

    assert told(placed) == [("Opened", "ledger-mismatch"), ("Closed", "ledger-mismatch")]


def ids(placed: Placed) -> list[str]:
    return list(_ids(placed))


def _ids(placed: Placed) -> Iterator[str]:
    for event in of_work(placed):
        entry = entry_of_event(ACCOUNT, event)
        assert entry is not None
        yield entry.detail["id"]
