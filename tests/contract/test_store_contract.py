"""What every ``Store`` promises: one suite for the fake that the unit tests stand on and for DynamoDB."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from settlement.domain.connectors.payment_answer import PaymentApp
from settlement.domain.ledger.ledger import Counters
from settlement.domain.ledger.settlement import Settlement
from settlement.domain.transaction.checkout import AdditionalData
from settlement.domain.transaction.leg import LegState
from settlement.use_cases.shared.ports import Changed, Commit, Conflict, Store
from testkit.builders import (
    ACCOUNT,
    NOON,
    ORDER_ID,
    TRANSACTION_ID,
    a_connector,
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


def test_modification_is_replaced_only_if_nobody_took_it_back_since(store: Store) -> None:
    before = a_modification()
    write(store, modifications=[before])
    back = replace(before, cancelled_at=LATER, revision=1)

    write(store, replaced_modifications=[Changed(before, back)])

    assert store.modification(ACCOUNT, ORDER_ID, "R1") == back
    with pytest.raises(Conflict):
        write(store, replaced_modifications=[Changed(before, back)])
    with pytest.raises(Conflict):
        write(store, modifications=[before])


def test_settings_of_modifications_are_of_their_account(store: Store) -> None:
    assert store.change_settings(ACCOUNT) is None

    store.replace_change_settings(ACCOUNT, None, '{"pipelineConfiguration": {}}')

    assert store.change_settings(ACCOUNT) == '{"pipelineConfiguration": {}}'
    assert store.change_settings("other") is None


def test_connector_is_replaced_only_as_it_was_read(store: Store) -> None:
    first = a_connector("acme")
    store.replace_connector(ACCOUNT, None, first)
    read = store.connector(ACCOUNT, "acme")
    assert read == replace(first, revision=1)

    store.replace_connector(ACCOUNT, read, replace(first, enabled=False))

    for before in (None, read):
        with pytest.raises(Conflict):
            store.replace_connector(ACCOUNT, before, first)
    assert store.connector(ACCOUNT, "acme") == replace(first, enabled=False, revision=2)


def test_next_call_about_a_payment_is_claimed_by_one(store: Store) -> None:
    payment = a_payment()
    write(store, new_payments=[payment])
    claims = [Changed(payment, replace(payment, next_call_at=NOON + timedelta(minutes=each))) for each in (1, 2)]

    write(store, payments=[claims[0]])
    with pytest.raises(Conflict):
        write(store, payments=[claims[1]])
    write(store, payments=[Changed(claims[0].after, claims[1].after)])

    assert store.payment(ACCOUNT, TRANSACTION_ID, payment.payment_id) == claims[1].after


@pytest.mark.parametrize("stale", [an_order(version=1), an_order(version=3), an_order()], ids=["old", "ahead", "new"])
def test_stale_order_writes_nothing(store: Store, stale: Any) -> None:
    write(store, order=an_order())
    write(store, order=an_order(version=1, invoiced=1))

    with pytest.raises(Conflict):
        write(store, order=stale, invoices=[an_invoice()], events=[an_event()])

    assert store.order(ACCOUNT, ORDER_ID) == an_order(version=2, invoiced=1)
    assert store.invoice(ACCOUNT, ORDER_ID, "N1") is None
    assert store.events(ACCOUNT, TRANSACTION_ID, 10, None).items == []


def test_stale_transaction_writes_nothing(store: Store) -> None:
    write(store, transaction=a_transaction())
    write(store, transaction=a_transaction(version=1))

    with pytest.raises(Conflict):
        write(store, transaction=a_transaction(version=1), order=an_order())

    assert store.order(ACCOUNT, ORDER_ID) is None


def test_stale_operation_alone_is_a_conflict_too(store: Store) -> None:
    write(store, operations=[an_operation()])
    write(store, operations=[an_operation(version=1)])

    with pytest.raises(Conflict):
        write(store, operations=[an_operation(version=1)])


def test_single_write_and_several_writes_keep_the_same_promises(store: Store) -> None:
    write(store, order=an_order())
    write(store, order=an_order(version=1), transaction=a_transaction())

    assert store.order(ACCOUNT, ORDER_ID) == an_order(version=2)
    with pytest.raises(Conflict):
        write(store, order=an_order(version=1))


@pytest.mark.parametrize(
    "parts",
    [
        {"invoices": [an_invoice()]},
        {"documents": [("N1", "text")]},
        {"changes": [a_change()]},
        {"new_payments": [a_payment()]},
        {"new_legs": [a_leg(attempts=1)]},
        {"new_settlements": [Settlement("P1", "000001-0001", "S", 1)]},
        {"events": [an_event()]},
    ],
    ids=lambda parts: next(iter(parts)),
)
def test_what_exists_is_not_written_again(store: Store, parts: dict[str, Any]) -> None:
    write(store, **parts)

    with pytest.raises(Conflict):
        write(store, **parts)
    with pytest.raises(Conflict):
        write(store, **parts, order=an_order())

    assert store.order(ACCOUNT, ORDER_ID) is None


def test_leg_that_nobody_tried_is_planned_anew(store: Store) -> None:
    write(store, new_legs=[a_leg()])

    write(store, new_legs=[a_leg(value=6000)], operations=[an_operation(legs=1)])

    assert store.leg(ACCOUNT, TRANSACTION_ID, 1, "0001") == a_leg(value=6000)


@pytest.mark.parametrize("number", [1, 50, 51, 120])
def test_plan_of_any_length_is_written_with_its_operation(store: Store, number: int) -> None:
    legs = [a_leg(number=f"{index:04d}") for index in range(1, number + 1)]

    write(store, new_legs=legs, operations=[an_operation(legs=number)], payments=[], events=[an_event()])

    assert store.legs(ACCOUNT, TRANSACTION_ID, 1) == legs


def test_planner_that_comes_too_late_overwrites_no_leg_that_was_tried(store: Store) -> None:
    legs = [a_leg(number=f"{index:04d}") for index in range(1, 121)]
    write(store, new_legs=legs, operations=[an_operation(legs=120)])
    posted = replace(legs[0], attempts=1, state=LegState.POSTED)
    write(store, legs=[Changed(legs[0], posted)])

    with pytest.raises(Conflict):
        write(store, new_legs=legs, operations=[an_operation(legs=120)])

    assert store.leg(ACCOUNT, TRANSACTION_ID, 1, "0001") == posted


def test_a_payment_belongs_to_one_transaction(store: Store) -> None:
    write(store, new_payments=[a_payment()])

    with pytest.raises(Conflict):
        store.commit(Commit(ACCOUNT, "other", "B" * 32, new_payments=[a_payment()]))


def test_lines_are_replaced(store: Store) -> None:
    write(store, lines=[a_line()])
    write(store, lines=[a_line(invoiced=1)])

    assert store.lines(ACCOUNT, ORDER_ID) == [a_line(invoiced=1)]


def test_parallel_movements_on_one_payment_are_both_kept(store: Store) -> None:
    write(store, new_payments=[a_payment()])
    seen = paid(store)

    write(store, payments=[with_counters(seen, captured=7000)])
    write(store, payments=[with_counters(seen, cancelled=1000)])

    assert paid(store).counters == Counters(authorised=10000, captured=7000, cancelled=1000)


def test_parallel_facts_of_one_payment_are_both_kept(store: Store) -> None:
    write(store, new_payments=[a_payment(auto_settle_at=NOON)])
    seen = paid(store)

    write(store, payments=[Changed(seen, replace(seen, auto_settle_at=None))])
    write(store, payments=[Changed(seen, replace(seen, tid="T", blocked=True, counters=Counters(10000, 7000)))])

    assert paid(store) == a_payment(tid="T", blocked=True, counters=Counters(10000, 7000))


def test_movement_beyond_what_is_available_is_a_conflict(store: Store) -> None:
    write(store, new_payments=[a_payment()])
    seen = paid(store)
    write(store, payments=[with_counters(seen, captured=7000)])

    with pytest.raises(Conflict):
        write(store, payments=[with_counters(seen, captured=3001)], events=[an_event()])
    write(store, payments=[with_counters(seen, captured=3000)])

    assert paid(store).counters.available == 0
    assert store.events(ACCOUNT, TRANSACTION_ID, 10, None).items == []


def test_refund_beyond_what_is_refundable_is_a_conflict(store: Store) -> None:
    write(store, new_payments=[a_payment(counters=Counters(10000, 7000))])
    seen = paid(store)
    write(store, payments=[with_counters(seen, refunded=5000, change_refunded=5000)])

    with pytest.raises(Conflict):
        write(store, payments=[with_counters(seen, refunded=2001)])


@pytest.mark.parametrize("counter", ["in_doubt", "cancel_in_doubt", "withheld", "refund_in_doubt"])
def test_falling_counter_stays_above_zero(store: Store, counter: str) -> None:
    held = Counters(authorised=10000, captured=5000, **{counter: 100})
    write(store, new_payments=[a_payment(counters=held)])
    seen = paid(store)

    write(store, payments=[with_counters(seen, **{counter: 40})])
    with pytest.raises(Conflict):
        write(store, payments=[with_counters(seen, **{counter: 40})])

    assert getattr(paid(store).counters, counter) == 40


def test_unchanged_payment_is_not_written(store: Store) -> None:
    write(store, new_payments=[a_payment()])

    write(store, order=an_order(), payments=[Changed(a_payment(tid="old"), a_payment(tid="old"))])

    assert paid(store) == a_payment()


def test_change_of_an_unknown_payment_is_a_conflict(store: Store) -> None:
    with pytest.raises(Conflict):
        write(store, payments=[with_counters(a_payment(), captured=1)])


def test_parallel_refunds_of_one_settlement_are_both_kept_within_its_value(store: Store) -> None:
    seen = Settlement("P1", "000001-0001", "SET-1", 7000)
    write(store, new_settlements=[seen])

    write(store, settlements=[Changed(seen, replace(seen, refunded=3000))])
    write(store, settlements=[Changed(seen, replace(seen, refund_in_doubt=3000))])
    with pytest.raises(Conflict):
        write(store, settlements=[Changed(seen, replace(seen, refunded=1001))])

    stored = store.settlement(ACCOUNT, TRANSACTION_ID, "P1", "000001-0001")
    assert stored == replace(seen, refunded=3000, refund_in_doubt=3000)


def test_leg_is_replaced_only_if_nobody_tried_it_since(store: Store) -> None:
    leg = a_leg()
    write(store, new_legs=[leg])
    write(store, legs=[Changed(leg, replace(leg, attempts=1, state=LegState.UNKNOWN))])

    with pytest.raises(Conflict):
        write(store, legs=[Changed(leg, replace(leg, attempts=1, state=LegState.POSTED))])

    stored = store.leg(ACCOUNT, TRANSACTION_ID, 1, "0001")
    assert stored == replace(leg, attempts=1, state=LegState.UNKNOWN)


def test_invoice_is_replaced_only_if_nobody_replayed_it_since(store: Store) -> None:
    invoice = an_invoice()
    write(store, invoices=[invoice])
    write(store, replaced_invoices=[Changed(invoice, replace(invoice, receipt="R2", replays=1))])

    with pytest.raises(Conflict):
        write(store, replaced_invoices=[Changed(invoice, replace(invoice, receipt="R3", replays=1))])

    stored = store.invoice(ACCOUNT, ORDER_ID, "N1")
    assert stored == replace(invoice, receipt="R2", replays=1)


def test_replacing_an_invoice_that_does_not_exist_is_a_conflict(store: Store) -> None:
    with pytest.raises(Conflict):
        write(store, replaced_invoices=[Changed(an_invoice(), an_invoice(replays=1))])


def test_commit_of_everything_at_once(store: Store) -> None:
    write(store, new_payments=[a_payment()], new_legs=[a_leg()], invoices=[an_invoice()])
    write(store, new_settlements=[Settlement("P1", "000001-0001", "S", 5)])

    write(
        store,
        order=an_order(),
        transaction=a_transaction(),
        operations=[an_operation(1), an_operation(2)],
        lines=[a_line(0), a_line(1)],
        invoices=[an_invoice(number="N2")],
        documents=[("N2", "text")],
        changes=[a_change()],
        new_payments=[a_payment("P2")],
        payments=[with_counters(a_payment(), captured=5)],
        new_legs=[a_leg(number="0002")],
        legs=[Changed(a_leg(), a_leg(attempts=1))],
        new_settlements=[Settlement("P2", "000001-0001", "S", 5)],
        settlements=[Changed(Settlement("P1", "000001-0001", "S", 5), Settlement("P1", "000001-0001", "S", 5, 1))],
        replaced_invoices=[Changed(an_invoice(), an_invoice(replays=1))],
        events=[an_event(1), an_event(2)],
    )

    assert paid(store).counters.captured == 5
    assert len(store.events(ACCOUNT, TRANSACTION_ID, 10, None).items) == 2
    assert len(store.legs(ACCOUNT, TRANSACTION_ID)) == 2


def test_key_starts_one_transaction_of_its_account(store: Store) -> None:
    write(store, transaction=a_transaction(), start_key="K1")

    assert store.started(ACCOUNT, "K1") == TRANSACTION_ID
    assert store.started(ACCOUNT, "K2") is None
    assert store.started("other", "K1") is None
    with pytest.raises(Conflict):
        store.commit(Commit(ACCOUNT, "other-order", "OTHER", transaction=a_transaction(), start_key="K1"))
    assert store.transaction(ACCOUNT, "OTHER") is None


def test_data_told_again_replaces_what_was_told(store: Store) -> None:
    for value in ("1", "2"):
        write(store, additional_data=[AdditionalData("device", value)])

    assert store.additional_data(ACCOUNT, TRANSACTION_ID) == [AdditionalData("device", "2")]


def test_way_to_pay_is_not_set_on_a_payment_that_was_erased_meanwhile(store: Store) -> None:
    payment = a_payment(payment_url="https://pay.example/1")
    write(store, new_payments=[payment])
    erased = payment.without_person()
    write(store, payments=[Changed(payment, erased)])

    with pytest.raises(Conflict):
        write(store, payments=[Changed(payment, replace(payment, payment_app=PaymentApp("shop.pix", "00020126")))])
    write(store, payments=[Changed(payment, replace(payment, nsu="N"))])

    assert store.payment(ACCOUNT, TRANSACTION_ID, "P1") == replace(erased, nsu="N")
