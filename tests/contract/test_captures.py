"""A capture of an operation's only leg is told by the operation, until a refund is booked against it (D183)."""

from dataclasses import replace
from itertools import chain
from typing import Any

import pytest

from settlement.domain.ledger.settlement import Settlement
from settlement.domain.transaction.leg import LegKind, LegState
from settlement.storage.writing import writes
from settlement.use_cases.shared.ports import Changed, Commit, Conflict, Page, Store
from testkit.builders import ACCOUNT, NOON, ORDER_ID, TRANSACTION_ID, a_leg, an_operation
from tests.contract.stored import write

CAPTURE = Settlement("P1", "000001-0001", "S1", 7000, settled_at=NOON, invoice="N1")


def settle(store: Store, sequence: int = 1, *, payment_id: str = "P1", kind: LegKind = LegKind.SETTLE) -> Settlement:
    """Write an operation whose only leg has captured 7000, and what an answer writes of the capture."""
    leg = replace(a_leg(sequence, alone=True), payment_id=payment_id, kind=kind)
    write(store, operations=[an_operation(sequence)], new_legs=[leg])
    held = store.operation(ACCOUNT, TRANSACTION_ID, sequence)
    assert held is not None
    posted: Any = {"state": LegState.POSTED, "posted_value": 7000, "reference": f"S{sequence}", "concluded_at": NOON}
    capture = replace(CAPTURE, payment_id=payment_id, number=leg.key, settle_id=f"S{sequence}")
    captures = [capture] if kind is LegKind.SETTLE else []
    write(store, operations=[held], legs=[Changed(leg, replace(leg, attempts=1, **posted))], new_settlements=captures)
    return capture


def drawn(before: Settlement, **changes: Any) -> Changed[Settlement]:
    """A refund booked against a capture."""
    return Changed(before, replace(before, **changes))


def captured(store: Store, payment_id: str = "P1", number: str = CAPTURE.number) -> Settlement | None:
    """The capture as it is read."""
    return store.settlement(ACCOUNT, TRANSACTION_ID, payment_id, number)


def test_capture_is_read_from_its_operation(store: Store) -> None:
    assert settle(store) == CAPTURE

    assert captured(store) == CAPTURE
    assert store.settlements(ACCOUNT, TRANSACTION_ID, "P1") == [CAPTURE]
    assert store.money_of(ACCOUNT, TRANSACTION_ID).settlements == [CAPTURE]
    assert store.settlements_after(ACCOUNT, TRANSACTION_ID, "P1", None, 9) == Page([CAPTURE])
    assert store.settlements_after(ACCOUNT, TRANSACTION_ID, "P1", CAPTURE.number, 9) == Page([])


def test_operation_tells_no_capture_of_another_payment_number_or_kind(store: Store) -> None:
    settle(store)
    settle(store, 2, kind=LegKind.CANCEL)
    write(store, operations=[an_operation(3)], new_legs=[a_leg(3, alone=True)])

    assert (
        captured(store, "P2") is captured(store, number="000001-0002") is captured(store, number="000009-0001") is None
    )
    assert store.settlements(ACCOUNT, TRANSACTION_ID, "P2") == []
    assert store.settlements(ACCOUNT, TRANSACTION_ID, "P1") == [CAPTURE]


@pytest.mark.parametrize("has_item", [False, True], ids=["told by its operation", "an item of an earlier version"])
def test_refunds_are_booked_against_it_one_after_the_other(store: Store, has_item: bool) -> None:
    settle(store)
    if has_item:
        write(store, new_settlements=[CAPTURE])

    write(store, settlements=[drawn(CAPTURE, refunded=2000)])
    once = captured(store)
    assert once == replace(CAPTURE, refunded=2000)
    write(store, settlements=[drawn(once, refund_in_doubt=1000)])

    twice = replace(CAPTURE, refunded=2000, refund_in_doubt=1000)
    assert captured(store) == twice
    assert store.settlements(ACCOUNT, TRANSACTION_ID, "P1") == [twice]
    assert store.settlements_after(ACCOUNT, TRANSACTION_ID, "P1", None, 9) == Page([twice])


@pytest.mark.parametrize("has_item", [False, True], ids=["told by its operation", "an item of an earlier version"])
def test_refunds_that_have_read_it_at_once_take_no_more_than_there_is(store: Store, has_item: bool) -> None:
    settle(store)
    if has_item:
        write(store, new_settlements=[CAPTURE])

    write(store, settlements=[drawn(CAPTURE, refunded=3000)])
    write(store, settlements=[drawn(CAPTURE, refund_in_doubt=3000)])
    with pytest.raises(Conflict):
        write(store, settlements=[drawn(CAPTURE, refunded=1001)])

    assert captured(store) == replace(CAPTURE, refunded=3000, refund_in_doubt=3000)


def test_refund_of_what_was_in_doubt_is_booked_when_it_was_none_for_a_while(store: Store) -> None:
    settle(store)
    write(store, settlements=[drawn(CAPTURE, refund_in_doubt=3000)])
    write(store, settlements=[drawn(replace(CAPTURE, refund_in_doubt=3000), refund_in_doubt=0)])

    write(store, settlements=[drawn(CAPTURE, refunded=7000)])

    assert captured(store) == replace(CAPTURE, refunded=7000)


def test_pages_have_captures_of_both_kinds_once_and_in_order(store: Store) -> None:
    told = [settle(store, sequence) for sequence in (1, 2, 3, 6)]
    settle(store, 4, kind=LegKind.CANCEL)
    settle(store, 5, payment_id="P2")
    items = [Settlement("P1", number, "S", 100) for number in ("000003-0002", "000004-0001.1", "000007-0001")]
    write(store, new_settlements=items)
    write(store, settlements=[drawn(told[1], refunded=1)])
    expected = sorted(
        [told[0], replace(told[1], refunded=1), *told[2:], *items], key=lambda settlement: settlement.number
    )

    for size in (1, 2, 3, 9):
        found: list[Settlement] = []
        page = store.settlements_after(ACCOUNT, TRANSACTION_ID, "P1", None, size)
        while page.next is not None:
            assert len(page.items) <= size
            found += page.items
            page = store.settlements_after(ACCOUNT, TRANSACTION_ID, "P1", page.next, size)
        assert found + page.items == expected


def test_answer_writes_no_item_for_the_capture() -> None:
    leg: Any = a_leg(alone=True)
    posted = replace(leg, state=LegState.POSTED, posted_value=7000, reference="S1", concluded_at=NOON)
    commit = Commit(
        ACCOUNT,
        ORDER_ID,
        TRANSACTION_ID,
        operations=[an_operation()],
        legs=[Changed(leg, posted)],
        new_settlements=[CAPTURE],
    )

    [write] = chain(*writes("table", commit))

    assert write["Put"]["Item"]["SK"] == {"S": "OPERATION#000001"}
