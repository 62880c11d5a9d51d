"""The audit: right books are right, and whatever is wrong in any item of an order is seen."""

from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from datetime import timedelta
from enum import Enum
from typing import Any

import pytest

from settlement.domain.audit.walk import AUDITED_MONTHS, AuditWalk, first_walk
from settlement.domain.changes.change import Change
from settlement.domain.changes.modification import Modification, ModificationRequest
from settlement.domain.events import Event, EventType
from settlement.domain.ledger.ledger import Counters, LedgerImbalance
from settlement.domain.ledger.refund_made import RefundMade
from settlement.domain.ledger.settlement import Settlement
from settlement.domain.order.invoice import Invoice
from settlement.domain.order.order import Line, Order
from settlement.domain.transaction.deeds import Deeds
from settlement.domain.transaction.leg import Leg
from settlement.domain.transaction.operation import Operation, OperationState
from settlement.domain.transaction.payment import Payment
from settlement.domain.transaction.transaction import Transaction
from settlement.use_cases.orders.modify_order import modify_order
from settlement.use_cases.shared.ports import Conflict
from settlement.use_cases.upkeep.audit_order import audit_order, audit_transaction
from settlement.use_cases.upkeep.audit_slice import ORDERS_AT_ONCE, audit_slice, begin_audits
from testkit.builders import ACCOUNT, a_new_payment, item
from testkit.shop import Placed, Shop
from tests.support.audits import mismatches_of

UNREPEATED: dict[type, set[str]] = {
    Order: {"invoices_bytes", "payment_names", "request_hash", "sales_channel"},
    Line: {"id", "list_price", "measurement_unit", "name", "price", "unique_id", "unit_multiplier"},
    Invoice: {"extra_value", "issuance_date", "receipt", "replays"},
    Change: {"receipt"},
    Modification: {
        "manual_discount", "manual_increment", "request", "requested", "revision", "sequence", "workflow_id",
    },
    Transaction: {"version"},
    Payment: {
        "erased", "offline",
        "authorization_id", "blocked", "connector", "installments", "is_ppp", "nsu", "payment_system",
        "payment_system_name", "signature", "tid",
    },
    Operation: {"attempts", "callbacks", "callbacks_seen", "execution", "kind", "origin", "planned", "version"},
    Leg: {"alone", "attempts", "doubtful", "from_withheld", "of_change", "reference", "counted", "direct", "tried_in"},
    Event: {"type"},
}  # fmt: skip
"""Facts that stand in one place only, so that nothing can contradict them. Times are no figures and left out too."""


def a_told_shop() -> Shop:
    """A shop with orders that have one of everything: one changed, one modified, one completed and opened again."""
    shop = Shop()
    changed = shop.open(a_new_payment(4000, "partial"), a_new_payment(6000, "partial"))
    changed.invoice("N1", 5000, item("A", 5000))
    changed.change("C1", discount=1500, items_removed=(item("B", 1500),))
    changed.invoice("N2", 3500, item("B", 1500), document="<xml/>")
    changed.give_back("D1", 1500)
    modified = shop.open()
    modify_order(shop.ports, ACCOUNT, modified.order_id, ModificationRequest("less", (), (), 0, 500, 0, False), "{}")
    modified.run()
    opened = shop.open(a_new_payment(10500, "partial"), value=10000)
    opened.invoice("N1", 7000)
    opened.change("C1", discount=3000)
    opened.cancel_invoice("N1")
    return shop


def corruptions(thing: Any) -> Iterator[tuple[str, Any]]:
    """Every figure and text of an item, wrong; its counters one by one."""
    for field in fields(thing):
        value = getattr(thing, field.name)
        if isinstance(value, Counters):
            for name in Counters.__slots__:
                try:
                    wrong = replace(value, **{name: getattr(value, name) + 1})
                except LedgerImbalance:
                    continue  # such a ledger cannot be read, which is a mismatch of its own
                yield f"{field.name}.{name}", replace(thing, **{field.name: wrong})
        elif isinstance(value, Deeds):
            for name, figure in sums_of(value):
                wrong_sum: dict[str, Any] = {name: figure + 1}
                yield f"{field.name}.{name}", replace(thing, **{field.name: replace(value, **wrong_sum)})
        elif isinstance(value, Leg):
            for name, wrong in corruptions(value):
                yield f"{field.name}.{name}", replace(thing, **{field.name: wrong})
        elif field.name not in UNREPEATED.get(type(thing), set()) and _wrong(value) is not None:
            yield field.name, replace(thing, **{field.name: _wrong(value)})


def sums_of(deeds: Deeds) -> Iterator[tuple[str, int]]:
    """The sums of deeds."""
    for field in fields(deeds):
        if isinstance(value := getattr(deeds, field.name), int):
            yield field.name, value


def _wrong(value: object) -> object:
    match value:
        case bool():
            return not value
        case Enum():
            return next(other for other in type(value) if other is not value)
        case int():
            return value + 1
        case str():
            return f"{value}x"
        case _:
            return None


@pytest.mark.parametrize(
    "kind",
    [Order, Line, Invoice, Change, Modification, Transaction, Payment, Operation, Leg, Settlement, RefundMade, Event],
    ids=lambda kind: kind.__name__,
)
def test_every_wrong_figure_of_every_kind_of_item_is_seen(kind: type[Any]) -> None:
    shop = a_told_shop()
    assert mismatches_of(shop.store) == []
    seen = 0
    for thing in shop.store.every(kind):
        assert is_dataclass(thing)
        for name, wrong in corruptions(thing):
            shop.store.corrupt(thing, wrong)
            assert _is_seen(shop), f"{thing} with another {name}"
            shop.store.corrupt(wrong, thing)
            seen += 1
    assert seen > 0


def _is_seen(shop: Shop) -> bool:
    """Whether an audit of the shop's orders, as they are listed, finds anything."""
    return bool(mismatches_of(shop.store))


@pytest.mark.parametrize(
    "kind",
    [Line, Invoice, Change, Modification, Transaction, Payment, Operation, Leg, Settlement, RefundMade, Event, str],
    ids=lambda kind: kind.__name__,
)
def test_every_missing_item_is_seen(kind: type[Any]) -> None:
    """The fake keeps documents and group entries as texts."""
    places = range(len(a_told_shop().store.every(kind)))
    assert places
    for place in places:
        shop = a_told_shop()
        shop.store.corrupt(shop.store.every(kind)[place], None)
        assert _is_seen(shop)


def test_missing_order_head_is_seen(shop: Shop) -> None:
    audited = audit_order(shop.store, ACCOUNT, "nothing")

    assert [mismatch.where for mismatch in audited.mismatches] == ["order head"]
    assert audited.transaction_id is None


def test_ledger_that_cannot_be_read_is_a_mismatch() -> None:
    shop = a_told_shop()

    class Torn:
        def __getattr__(self, name: str) -> Any:
            return getattr(shop.store, name)

        def payments_and_payouts(self, account: str, transaction_id: str) -> tuple[list[Payment], list[Any]]:
            raise LedgerImbalance("ledger out of balance")

    store: Any = Torn()
    order = shop.store.every(Order)[0]
    (mismatch,) = audit_transaction(store, ACCOUNT, order.transaction_id).mismatches

    assert (mismatch.what, mismatch.where) == ("item that cannot be read", "payments and payouts")


def test_what_a_writer_leaves_between_two_reads_is_no_mismatch(shop: Shop) -> None:
    placed = shop.open()
    numbers = iter(("N1", "N2"))

    class Slow:
        def __getattr__(self, name: str) -> Any:
            return getattr(shop.store, name)

        def payments(self, account: str, transaction_id: str) -> list[Payment]:
            for number in numbers:
                placed.invoice(number, 3000)
                break
            return shop.store.payments(account, transaction_id)

    store: Any = Slow()

    assert audit_order(store, ACCOUNT, placed.order_id).mismatches == ()


def test_failed_operation_is_no_mismatch(shop: Shop) -> None:
    placed = shop.open()
    shop.provider.usually("settle", "drop")
    placed.invoice("N1", 7000)
    shop.pass_time(timedelta(hours=30))

    assert placed.operation.state is OperationState.FAILED
    assert audit_order(shop.store, ACCOUNT, placed.order_id).mismatches == ()


def walk(shop: Shop) -> AuditWalk:
    """How far the audit of the account is."""
    found = shop.store.audit_walk(ACCOUNT)
    assert found is not None
    return found


def audit_for(shop: Shop, slices: int) -> list[int]:
    """Run slices, each when it is due; return how many orders each audited."""
    audited = []
    for _ in range(slices):
        shop.clock.advance_to(max(walk(shop).due_at, shop.clock.time))
        audited.append(audit_slice(shop.ports, lambda: True).orders)
    return audited


def test_sweep_has_the_accounts_it_meets_audited(shop: Shop) -> None:
    shop.open()
    assert shop.store.audit_walk(ACCOUNT) is None

    shop.pass_time(timedelta(days=7))

    assert walk(shop) == replace(first_walk(ACCOUNT, walk(shop).began_at), version=1)


def test_every_order_is_audited_once_a_pass(shop: Shop) -> None:
    for _ in range(2 * ORDERS_AT_ONCE + 5):
        shop.open()
    shop.clock.advance(timedelta(days=32))
    shop.open()
    begin_audits(shop.store, [ACCOUNT], shop.clock.time)

    assert audit_for(shop, 3) == [ORDERS_AT_ONCE, ORDERS_AT_ONCE, 6]
    began_at = walk(shop).began_at
    assert walk(shop).due_at == began_at > shop.clock.time
    assert audit_slice(shop.ports, lambda: True).orders == 0
    assert audit_for(shop, 1) == [ORDERS_AT_ONCE]


def test_order_of_two_years_ago_is_left_at_rest(shop: Shop) -> None:
    shop.open()
    shop.clock.advance(timedelta(days=31 * (AUDITED_MONTHS + 1)))
    begin_audits(shop.store, [ACCOUNT], shop.clock.time)

    assert audit_for(shop, 1) == [0]


def test_run_that_has_no_time_goes_on_where_it_stopped(shop: Shop) -> None:
    for _ in range(3):
        shop.open()
    begin_audits(shop.store, [ACCOUNT], shop.clock.time)
    time = iter([True, True, True, True, False, False])

    assert audit_slice(shop.ports, lambda: next(time)).orders == 2
    assert audit_for(shop, 1) == [1]


def test_slice_that_died_is_taken_again_and_never_by_two(shop: Shop) -> None:
    shop.open()
    begin_audits(shop.store, [ACCOUNT], shop.clock.time)
    shop.store.save_audit_walk(walk(shop).claimed(shop.clock.time))

    assert audit_slice(shop.ports, lambda: True).orders == 0
    assert audit_for(shop, 1) == [1]
    with pytest.raises(Conflict):
        shop.store.save_audit_walk(replace(walk(shop), version=1))


def corrupted(shop: Shop) -> Placed:
    """An order whose ledger lost a cent."""
    placed = shop.open()
    placed.invoice("N1", 7000)
    (payment,) = placed.payments
    shop.store.corrupt(payment, replace(payment, counters=replace(payment.counters, captured=6999)))
    return placed


def test_mismatch_is_told_once_on_the_timeline_and_so_is_its_end() -> None:
    shop = Shop()
    placed = corrupted(shop)
    begin_audits(shop.store, [ACCOUNT], shop.clock.time)

    audit_for(shop, 3)

    (said,) = placed.said(EventType.LEDGER_MISMATCH)
    mismatches = said.data["mismatches"]
    assert isinstance(mismatches, list)
    assert {
        "what": "entries and counter: captured",
        "where": f"payment {said.data and placed.payments[0].payment_id}",
        "expected": 7000,
        "found": 6999,
    } in mismatches
    assert (said.writer, said.number, said.data["count"]) == ("audit", 1, len(mismatches))

    (payment,) = placed.payments
    shop.store.corrupt(payment, replace(payment, counters=replace(payment.counters, captured=7000)))
    audit_for(shop, 2)

    assert [event.type for event in placed.events if event.writer == "audit"] == [
        EventType.LEDGER_MISMATCH,
        EventType.LEDGER_AGREES,
    ]
    assert mismatches_of(shop.store) == []
