"""A refund reads only the settlements it needs, from the first that has something left, and misses none (C§8.3)."""

from dataclasses import replace

import pytest

from settlement.domain.connectors.connector_calls import Done
from settlement.domain.connectors.exchange import Exchange
from settlement.domain.ledger.ledger import Counters, Movement, MovementKind
from settlement.domain.ledger.settlement import Settlement
from settlement.domain.transaction.payment import Payment
from settlement.use_cases.shared.ports import Changed, Commit, Page
from settlement.use_cases.workflow.execute_leg import LegTask, post_outcome, read_leg_context
from settlement.use_cases.workflow.refund_drafts import SETTLEMENTS_AT_ONCE, RefundDrafts, refund_drafts
from testkit.builders import ACCOUNT, ORDER_ID, TRANSACTION_ID, a_payment, a_transaction
from testkit.shop import Placed, Shop
from testkit.store import FakeStore


class CountingStore(FakeStore):
    """A store that counts the settlements it hands out."""

    def __init__(self) -> None:
        super().__init__()
        self.handed_out = 0

    def settlements_after(
        self, account: str, transaction_id: str, payment_id: str, number: str | None, page_size: int
    ) -> Page[Settlement]:
        """Count a page."""
        page = super().settlements_after(account, transaction_id, payment_id, number, page_size)
        self.handed_out += len(page.items)
        return page


def stored(*left: int, value: int = 100) -> CountingStore:
    """A store with a settlement for each number: what is left of it to refund."""
    store = CountingStore()
    settlements = [
        Settlement("P1", f"{number:06d}-0001", f"S{number}", value, refunded=value - rest)
        for number, rest in enumerate(left, start=1)
    ]
    for settlement in settlements:
        store.commit(Commit(ACCOUNT, ORDER_ID, TRANSACTION_ID, new_settlements=[settlement]))
    return store


def draw(store: FakeStore, value: int, through: str | None = None) -> RefundDrafts:
    payment = a_payment(payment_id="P1", counters=Counters(authorised=10**6, captured=10**6))
    payment = replace(payment, refunded_through=through)
    return refund_drafts(store, a_transaction(), payment, Movement(MovementKind.REFUND, "P1", value))


def asked(found: RefundDrafts) -> list[tuple[str | None, int]]:
    return [(draft.settle_id, draft.value) for draft in found.drafts]


def test_refund_is_drawn_on_the_oldest_first_and_notes_what_is_used_up() -> None:
    found = draw(stored(0, 0, 40, 100), 60)

    assert asked(found) == [("S3", 40), ("S4", 20)]
    assert found.refunded_through == "000002-0001"


def test_what_is_in_doubt_is_passed_over_and_not_noted_as_used_up() -> None:
    store = stored(0, 100, 100)
    [_, doubtful, _] = store.settlements(ACCOUNT, TRANSACTION_ID, "P1")
    doubt = Changed(doubtful, replace(doubtful, refund_in_doubt=100))
    store.commit(Commit(ACCOUNT, ORDER_ID, TRANSACTION_ID, settlements=[doubt]))

    found = draw(store, 100)

    assert asked(found) == [("S3", 100)]
    assert found.refunded_through == "000001-0001"


def test_refund_reads_one_page_however_many_settlements_there_are() -> None:
    store = stored(*[100] * (4 * SETTLEMENTS_AT_ONCE))

    assert asked(draw(store, 150)) == [("S1", 100), ("S2", 50)]
    assert store.handed_out == SETTLEMENTS_AT_ONCE


@pytest.mark.parametrize("used_up", [SETTLEMENTS_AT_ONCE - 1, SETTLEMENTS_AT_ONCE, SETTLEMENTS_AT_ONCE + 1])
def test_refund_starts_behind_what_is_known_to_be_used_up(used_up: int) -> None:
    store = stored(*[0] * used_up, *[100] * SETTLEMENTS_AT_ONCE)

    found = draw(store, 100, through=f"{used_up:06d}-0001")

    assert asked(found) == [(f"S{used_up + 1}", 100)]
    assert store.handed_out == SETTLEMENTS_AT_ONCE


def test_refund_goes_back_to_the_first_when_too_little_lies_behind() -> None:
    store = stored(0, 100, 0, 50)

    found = draw(store, 120, through="000003-0001")

    assert asked(found) == [("S2", 100), ("S4", 20)]


def test_refund_of_more_than_there_is_raises() -> None:
    with pytest.raises(LookupError):
        draw(stored(0, 100), 101)
    assert asked(draw(stored(0, 100), 100)) == [("S2", 100)]


# The same in the life of an order


def payment_of(placed: Placed) -> Payment:
    [payment] = placed.payments
    return payment


def test_returns_one_after_the_other_move_the_mark_on(shop: Shop) -> None:
    placed = shop.open()
    for number in range(4):
        placed.invoice(f"N{number}", 2500)

    marks = []
    for number in range(4):
        placed.give_back(f"D{number}", 2500)
        marks.append(payment_of(placed).refunded_through)

    assert marks == [None, "000002-0001", "000003-0001", "000004-0001"]
    assert placed.moved("refund") == [2500] * 4


@pytest.mark.parametrize(
    ("mark", "left"), [("000001-0001", "000001-0001"), ("000002-0001", None), ("000009-0001", None)]
)
def test_capture_that_is_found_late_takes_back_a_mark_that_covers_it(shop: Shop, mark: str, left: str | None) -> None:
    placed = shop.open()
    shop.provider.script("settle", "400")
    placed.invoice("N1", 4000)
    payment = payment_of(placed)
    marked = Changed(payment, replace(payment, refunded_through=mark))
    shop.store.commit(Commit(ACCOUNT, placed.order_id, placed.transaction_id, payments=[marked]))
    call = LegTask(ACCOUNT, placed.transaction_id, 2, "0001", shop.clock.time)

    late = Done(Exchange("", 200, "", 0), 4000, "SET", None, None)
    post_outcome(shop.ports, call, read_leg_context(shop.ports, call), late)

    assert payment_of(placed).counters.captured == 4000
    assert payment_of(placed).refunded_through == left
