"""What the store lists: in which order, whose, from where on, and what is due."""

from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import pytest

from settlement.domain.account.account import AccountSettings
from settlement.domain.audit.walk import first_walk
from settlement.domain.events import Event
from settlement.domain.ledger.settlement import Settlement
from settlement.domain.order.placement import ListedParts, placement_of
from settlement.use_cases.shared.ports import Changed, Commit, Conflict, DueOperation, DuePayment, Store
from testkit.builders import (
    ACCOUNT,
    NOON,
    ORDER_ID,
    TRANSACTION_ID,
    a_leg,
    a_line,
    a_payment,
    a_transaction,
    an_operation,
    an_order,
)
from tests.contract.stored import (
    LATER,
    a_change,
    a_modification,
    an_event,
    an_invoice,
    paid,
    with_counters,
    write,
)


def test_modifications_come_in_the_order_they_were_taken(store: Store) -> None:
    for sequence, request_id in enumerate(("Z", "A", "M"), start=1):
        write(store, modifications=[a_modification(request_id=request_id, sequence=sequence)])

    assert [found.request_id for found in store.modifications(ACCOUNT, ORDER_ID)] == ["Z", "A", "M"]


def test_warning_of_a_lapsing_authorisation_is_due_like_an_auto_settlement(store: Store) -> None:
    write(store, new_payments=[a_payment()])
    seen = paid(store)
    write(store, payments=[Changed(seen, replace(seen, auto_settle_at=LATER, expiry_watch_at=NOON))])

    assert store.due(NOON) == ([], [DuePayment(ACCOUNT, TRANSACTION_ID, "P1")])
    seen = paid(store)
    write(store, payments=[Changed(seen, replace(seen, expiry_watch_at=None))])
    assert store.due(NOON) == ([], [])
    assert store.due(LATER) == ([], [DuePayment(ACCOUNT, TRANSACTION_ID, "P1")])


def test_nothing_is_found_in_an_empty_store(store: Store) -> None:
    assert store.settings(ACCOUNT) == AccountSettings()
    assert store.connector(ACCOUNT, "acme") is None
    assert store.order(ACCOUNT, ORDER_ID) is None
    assert store.invoice(ACCOUNT, ORDER_ID, "N1") is None
    assert store.document(ACCOUNT, ORDER_ID, "N1") is None
    assert store.change(ACCOUNT, ORDER_ID, "C1") is None
    assert store.transaction(ACCOUNT, TRANSACTION_ID) is None
    assert store.transaction_of_payment(ACCOUNT, "P1") is None
    assert store.payment(ACCOUNT, TRANSACTION_ID, "P1") is None
    assert store.operation(ACCOUNT, TRANSACTION_ID, 1) is None
    assert store.leg(ACCOUNT, TRANSACTION_ID, 1, "0001") is None
    assert store.settlement(ACCOUNT, TRANSACTION_ID, "P1", "000001-0001") is None
    assert store.events(ACCOUNT, TRANSACTION_ID, 10, None).items == []
    assert store.due(LATER) == ([], [])


def test_accounts_do_not_see_each_other(store: Store) -> None:
    write(store, order=an_order(), transaction=a_transaction(), new_payments=[a_payment()])

    assert store.order("other", ORDER_ID) is None
    assert store.transaction("other", TRANSACTION_ID) is None
    assert store.transaction_of_payment("other", "P1") is None


def test_lists_come_in_their_own_order(store: Store) -> None:
    lines = [a_line(10, "A"), a_line(9, "Z"), a_line(0, "B")]
    invoices = [an_invoice(number="B", sequence=1), an_invoice(number="A", sequence=2)]
    changes = [a_change(request_id="B"), a_change(request_id="A", received_at=LATER)]
    payments = [a_payment("P2", sequence=1), a_payment("P9", sequence=0)]
    legs = [a_leg(2, "0002"), a_leg(2, "0001.1"), a_leg(2, "0001"), a_leg(11, "0001")]
    settlements = [Settlement("P1", f"{number:06d}-0001", "S", 1) for number in (12, 2)]

    write(store, lines=lines, invoices=invoices, changes=changes, new_payments=payments)
    write(store, new_legs=legs, new_settlements=settlements)

    assert [line.index for line in store.lines(ACCOUNT, ORDER_ID)] == [0, 9, 10]
    assert [invoice.number for invoice in store.invoices(ACCOUNT, ORDER_ID)] == ["B", "A"]
    assert [change.request_id for change in store.changes(ACCOUNT, ORDER_ID)] == ["B", "A"]
    assert [payment.payment_id for payment in store.payments(ACCOUNT, TRANSACTION_ID)] == ["P9", "P2"]
    assert [leg.number for leg in store.legs(ACCOUNT, TRANSACTION_ID, 2)] == ["0001", "0001.1", "0002"]
    assert [leg.operation for leg in store.legs(ACCOUNT, TRANSACTION_ID)] == [2, 2, 2, 11]
    assert [held.number for held in store.settlements(ACCOUNT, TRANSACTION_ID, "P1")] == ["000002-0001", "000012-0001"]


def test_settlements_are_read_after_a_number_a_page_at_a_time(store: Store) -> None:
    settlements = [Settlement("P1", f"{number:06d}-0001", f"S{number}", 100) for number in range(1, 6)]
    write(store, new_settlements=[*settlements, Settlement("P2", "000003-0001", "S", 100)])

    def page(number: str | None, size: int) -> tuple[list[str], str | None]:
        found = store.settlements_after(ACCOUNT, TRANSACTION_ID, "P1", number, size)
        return [held.settle_id for held in found.items], found.next

    assert page(None, 2) == (["S1", "S2"], "000002-0001")
    assert page("000002-0001", 2) == (["S3", "S4"], "000004-0001")
    assert page("000004-0001", 2) == (["S5"], None)
    assert page("000003-9999", 9) == (["S4", "S5"], None), "a number that there is none of"
    assert page("000005-0001", 9) == ([], None)


def test_invoices_are_read_after_a_number_a_page_at_a_time(store: Store) -> None:
    numbers = ("N10", "N2", "D1", "N1")
    write(store, invoices=[an_invoice(number=number, sequence=at) for at, number in enumerate(numbers)])

    def page(number: str | None, size: int) -> tuple[list[str], str | None]:
        found = store.invoices_after(ACCOUNT, ORDER_ID, number, size)
        return [invoice.number for invoice in found.items], found.next

    assert page(None, 3) == (["D1", "N1", "N10"], "N10")
    assert page("N10", 3) == (["N2"], None)
    assert page("M", 9) == (["N1", "N10", "N2"], None), "a number that there is none of"
    assert page("N2", 9) == ([], None)


def test_operations_are_read_from_a_sequence_on(store: Store) -> None:
    write(store, operations=[an_operation(sequence) for sequence in (1, 2, 9, 10, 11)])

    assert [held.sequence for held in store.operations(ACCOUNT, TRANSACTION_ID, since=9)] == [9, 10, 11]
    assert [held.sequence for held in store.operations(ACCOUNT, TRANSACTION_ID)] == [1, 2, 9, 10, 11]


@pytest.mark.parametrize("page_size", [1, 2, 5, 7, 23, 50])
def test_events_page_newest_first_and_whole_while_others_arrive(store: Store, page_size: int) -> None:
    events = [an_event(number, at=NOON + timedelta(microseconds=number)) for number in range(1, 24)]
    for first, last in pairwise([0, 1, 4, 6, 16, 23]):
        write(store, events=events[first:last])

    read: list[Event] = []
    pages, after = 0, None
    while True:
        page = store.events(ACCOUNT, TRANSACTION_ID, page_size, after)
        assert len(page.items) <= page_size
        read += page.items
        after = page.next
        if after is None:
            break
        assert len(page.items) == page_size
        pages += 1
        write(store, events=[an_event(100 + pages, at=LATER)])

    assert read == events[::-1]


def test_events_of_one_moment_are_ordered_by_writer_and_number(store: Store) -> None:
    second = NOON + timedelta(seconds=1)
    events = [
        an_event(1, "transaction", at=NOON),
        an_event(1, "leg-000001-0001", at=second),
        an_event(2, "transaction", at=second),
        an_event(10, "transaction", at=second),
    ]
    write(store, events=list(reversed(events)))

    assert store.events(ACCOUNT, TRANSACTION_ID, 10, None).items == events[::-1]


def test_operation_is_due_from_its_time_on_and_until_it_is_concluded(store: Store) -> None:
    write(store, operations=[an_operation(due_at=NOON)])
    due = DueOperation(ACCOUNT, TRANSACTION_ID, 1)

    assert store.due(NOON - timedelta(microseconds=1)) == ([], [])
    assert store.due(NOON) == ([due], [])
    assert store.due(LATER) == ([due], [])

    write(store, operations=[an_operation(version=1, due_at=None)])
    assert store.due(LATER) == ([], [])


def test_operation_that_gets_another_time_is_due_then(store: Store) -> None:
    write(store, operations=[an_operation(due_at=NOON)])
    write(store, operations=[an_operation(version=1, due_at=LATER)])

    assert store.due(NOON) == ([], [])
    assert store.due(LATER) == ([DueOperation(ACCOUNT, TRANSACTION_ID, 1)], [])


def test_auto_settlement_is_due_from_when_it_is_known_until_it_has_fired(store: Store) -> None:
    write(store, new_payments=[a_payment()])
    assert store.due(LATER) == ([], [])

    seen = paid(store)
    write(store, payments=[Changed(seen, replace(seen, auto_settle_at=NOON))])
    assert store.due(LATER) == ([], [DuePayment(ACCOUNT, TRANSACTION_ID, "P1")])

    seen = paid(store)
    write(store, payments=[with_counters(seen, captured=1)])
    assert store.due(LATER) == ([], [DuePayment(ACCOUNT, TRANSACTION_ID, "P1")])

    seen = paid(store)
    write(store, payments=[Changed(seen, replace(seen, auto_settle_at=None))])
    assert store.due(LATER) == ([], [])


def test_due_work_of_many_transactions_is_all_found(store: Store) -> None:
    for number in range(40):
        transaction_id = f"{number:032X}"
        store.commit(Commit(ACCOUNT, ORDER_ID, transaction_id, operations=[an_operation(due_at=NOON)]))

    operations, _ = store.due(NOON)

    assert {due.transaction_id for due in operations} == {f"{number:032X}" for number in range(40)}


def test_audit_is_due_from_its_time_on_and_written_by_one_run(store: Store) -> None:
    assert (store.audit_walk(ACCOUNT), store.due_audits(NOON)) == (None, [])
    store.save_audit_walk(first_walk(ACCOUNT, NOON))
    store.save_audit_walk(first_walk("other", NOON + timedelta(days=1)))

    walk = replace(first_walk(ACCOUNT, NOON), version=1)
    assert store.due_audits(NOON - timedelta(seconds=1)) == []
    assert store.due_audits(NOON) == [walk] == [store.audit_walk(ACCOUNT)]
    with pytest.raises(Conflict):
        store.save_audit_walk(first_walk(ACCOUNT, NOON))

    store.save_audit_walk(walk.past(NOON, ORDER_ID).claimed(NOON))

    assert store.due_audits(NOON) == []
    assert store.audit_walk(ACCOUNT) == replace(walk.past(NOON, ORDER_ID).claimed(NOON), version=2)
    assert store.due(NOON + timedelta(days=2)) == ([], [])


def test_placement_comes_back_as_it_was_written_and_lists_have_its_parts(store: Store) -> None:
    sent = placement_of({"sequence": "7", "customData": {"n": [1.5, None, "é"]}, "sellers": [{"name": "Luz"}]})
    write(store, order=an_order(), placement=sent)

    assert store.placement(ACCOUNT, ORDER_ID) == sent
    assert store.listed_parts(ACCOUNT, [ORDER_ID, "other"]) == {
        ORDER_ID: ListedParts(sequence="7", sellers=("Luz",)),
    }


def test_placement_that_lists_have_nothing_of_is_in_no_list(store: Store) -> None:
    assert store.placement(ACCOUNT, ORDER_ID) is None
    write(store, order=an_order(), placement=placement_of({"customData": {"n": 1}}))

    assert store.listed_parts(ACCOUNT, [ORDER_ID]) == {}
