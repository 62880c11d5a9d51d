"""What an order and its transaction have at most: below and at the limit it is taken, above it is refused with both."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest

from settlement.domain.changes.modification import ModificationRequest, ModifiedItem
from settlement.domain.errors import ChangeRefused, InvalidRequest, Refusal, TimelineFull, TooManyWaiting
from settlement.domain.events import EventType
from settlement.domain.order.invoice import FRAME_BYTES, Delivery, DeliveryEvent, InvoiceType, Tracking
from settlement.domain.order.order import MAX_CHANGES, MAX_INVOICES, MAX_INVOICES_BYTES, MAX_MODIFICATIONS
from settlement.domain.transaction.transaction import MAX_OPERATIONS, MAX_TIMELINE, MAX_WAITING
from settlement.use_cases.gateway.request_movement import SETTLEMENT, request_movement
from settlement.use_cases.orders.add_interaction import add_interaction
from settlement.use_cases.orders.modify_order import modify_order
from settlement.use_cases.recovery.retry_operation import retry_operation
from settlement.use_cases.shared.ports import Commit
from testkit.builders import ACCOUNT, item
from testkit.shop import Placed, Shop
from tests.support.parcels import update_delivery, update_tracking

WANTED = ModificationRequest("out of stock", (ModifiedItem("B", 1),), (), 0, 0, 0, compensates_shipping=False)


@pytest.fixture
def shop() -> Shop:
    """A shop whose heads these tests set as they like, so that its books need not agree."""
    return Shop()


def set_order(placed: Placed, **facts: Any) -> None:
    """Have the order head say something else."""
    commit = Commit(ACCOUNT, placed.order_id, placed.transaction_id)
    order = replace(placed.order, **facts)
    transaction = replace(placed.transaction, order_version=order.version + 1)
    placed.shop.store.commit(replace(commit, order=order, transaction=transaction))


def set_transaction(placed: Placed, **facts: Any) -> None:
    """Have the transaction head say something else."""
    transaction = replace(placed.transaction, **facts)
    placed.shop.store.commit(Commit(ACCOUNT, placed.order_id, placed.transaction_id, transaction=transaction))


def wait(placed: Placed, operations: int) -> None:
    """Have so many operations wait."""
    set_transaction(placed, head=placed.transaction.tail - operations)


@dataclass(frozen=True)
class Limit:
    """What an order has at most, how it comes to have some, what adds one more, and how that is refused."""

    name: str
    most: int
    have: Callable[[Placed, int], None]
    add: Callable[[Placed], object]
    refusal: type[Refusal]
    says: tuple[str, ...]


def invoice(placed: Placed) -> object:
    return placed.notify("N-NEW", 10, type_=InvoiceType.OUTPUT)


def ask(placed: Placed) -> object:
    return request_movement(placed.shop.ports, ACCOUNT, placed.transaction_id, SETTLEMENT, 10, None)


def remark(placed: Placed) -> None:
    add_interaction(placed.shop.ports, ACCOUNT, placed.order_id, "erp", "seen")


LIMITS = (
    Limit(
        "invoices", MAX_INVOICES, lambda placed, count: set_order(placed, invoices=count), invoice,
        InvalidRequest, ("invoices", "1000"),
    ),
    Limit(
        "texts of invoices", MAX_INVOICES_BYTES,
        lambda placed, count: set_order(placed, invoices_bytes=count - len("N-NEW" "Output" "2026-03-02") - 32 + 1),
        invoice, InvalidRequest, ("embeddedInvoice", "3000001 bytes", "3000000"),
    ),
    Limit(
        "registered changes", MAX_CHANGES, lambda placed, count: set_order(placed, changes=count),
        lambda placed: placed.register("C-NEW", discount=10), ChangeRefused, ("modifications", "50"),
    ),
    Limit(
        "modifications", MAX_MODIFICATIONS, lambda placed, count: set_order(placed, modifications=count),
        lambda placed: modify_order(placed.shop.ports, ACCOUNT, placed.order_id, WANTED, "{}"),
        ChangeRefused, ("modifications", "200"),
    ),
    Limit("operations waiting", MAX_WAITING, wait, invoice, TooManyWaiting, ("operations wait", "100")),
    Limit(
        "operations in all", MAX_OPERATIONS,
        lambda placed, count: set_transaction(placed, head=count + 1, tail=count + 1), ask,
        TooManyWaiting, ("2000 operations", "from 2000 on"),
    ),
    Limit(
        "events of a timeline", MAX_TIMELINE, lambda placed, count: set_transaction(placed, events=count), remark,
        TimelineFull, ("100000 events", "the limit is 100000"),
    ),
)  # fmt: skip


@pytest.mark.parametrize("limit", LIMITS, ids=lambda limit: limit.name)
@pytest.mark.parametrize("fewer", [2, 1], ids=["below", "at"])
def test_what_keeps_within_it_is_taken(shop: Shop, limit: Limit, fewer: int) -> None:
    placed = shop.open()
    limit.have(placed, limit.most - fewer)

    limit.add(placed)


@pytest.mark.parametrize("limit", LIMITS, ids=lambda limit: limit.name)
def test_one_more_is_refused_and_nothing_is_written(shop: Shop, limit: Limit) -> None:
    placed = shop.open()
    limit.have(placed, limit.most)
    written = len(shop.store.commits)

    with pytest.raises(limit.refusal) as refused:
        limit.add(placed)

    assert [words for words in limit.says if words not in refused.value.message] == [], refused.value.message
    assert len(shop.store.commits) == written


def test_direct_requests_at_their_limit_leave_room_for_invoices_and_changes(shop: Shop) -> None:
    placed = shop.open()
    set_transaction(placed, head=MAX_OPERATIONS + 1, tail=MAX_OPERATIONS + 1)

    placed.invoice("N1", 7000)
    placed.change("C1", discount=1500)

    assert placed.moved("settle") == [7000]
    assert placed.moved("cancel") == [1500]


def test_failed_operation_is_not_retried_above_the_limit_of_operations(shop: Shop) -> None:
    placed = shop.open()
    shop.provider.script("settle", "400")
    placed.invoice("N1", 7000)
    set_transaction(placed, head=MAX_OPERATIONS + 1, tail=MAX_OPERATIONS + 1)

    with pytest.raises(TooManyWaiting):
        retry_operation(shop.ports, ACCOUNT, placed.transaction_id, 2)


def test_full_timeline_refuses_tracking_and_takes_invoices(shop: Shop) -> None:
    placed = shop.open()
    placed.invoice("N1", 3000)
    update_tracking(shop.ports, ACCOUNT, placed.order_id, "N1", Tracking(number="T"))
    set_transaction(placed, events=MAX_TIMELINE)

    with pytest.raises(TimelineFull):
        update_tracking(shop.ports, ACCOUNT, placed.order_id, "N1", Tracking(number="U"))
    with pytest.raises(TimelineFull):
        update_delivery(shop.ports, ACCOUNT, placed.order_id, "N1", Delivery(is_delivered=True))
    placed.invoice("N2", 4000)

    assert placed.moved("settle") == [3000, 4000]


def test_full_timeline_notes_no_replay_that_differs_and_answers_it(shop: Shop) -> None:
    placed = shop.open()
    placed.invoice("N1", 3000)
    set_transaction(placed, events=MAX_TIMELINE)

    first = placed.notify("N1", 4000, type_=InvoiceType.OUTPUT)
    second = placed.notify("N1", 4000, type_=InvoiceType.OUTPUT)

    assert first.receipt != second.receipt
    assert placed.said(EventType.INVOICE_REPLAY_DIFFERED) == []


def test_texts_of_an_invoice_count_with_its_document_and_its_tracking_as_it_is_by_then(shop: Shop) -> None:
    placed = shop.open()
    empty = len("N1Output2026-03-02") + 32
    placed.invoice("N1", 3000, document="<xml é/>")
    assert placed.order.invoices_bytes == empty + 9

    update_tracking(shop.ports, ACCOUNT, placed.order_id, "N1", Tracking(number="TRACKED"))
    assert placed.order.invoices_bytes == empty + 9 + 7
    sightings = (DeliveryEvent(city="Porto"), DeliveryEvent(city="Lisboa"))
    update_delivery(shop.ports, ACCOUNT, placed.order_id, "N1", Delivery(is_delivered=False, events=sightings))
    assert placed.order.invoices_bytes == empty + 9 + 7 + 2 * FRAME_BYTES + 11
    update_delivery(shop.ports, ACCOUNT, placed.order_id, "N1", Delivery(is_delivered=True))
    assert placed.order.invoices_bytes == empty + 9 + 7 + 2 * FRAME_BYTES + 11

    placed.invoice("N2", 1000, item("A", 1000), item("BB", 500))
    assert placed.order.invoices_bytes == 2 * empty + 9 + 7 + 4 * FRAME_BYTES + 11 + 3


def test_tracking_that_is_too_much_is_refused_and_shorter_one_taken_at_the_limit(shop: Shop) -> None:
    placed = shop.open()
    placed.invoice("N1", 3000)
    update_tracking(shop.ports, ACCOUNT, placed.order_id, "N1", Tracking(number="TT"))
    set_order(placed, invoices_bytes=MAX_INVOICES_BYTES)

    with pytest.raises(InvalidRequest, match="3000001 bytes; the limit is 3000000"):
        update_tracking(shop.ports, ACCOUNT, placed.order_id, "N1", Tracking(number="TTT"))
    update_tracking(shop.ports, ACCOUNT, placed.order_id, "N1", Tracking(number="T"))

    assert placed.order.invoices_bytes == MAX_INVOICES_BYTES - 1
