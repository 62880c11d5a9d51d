"""What every ``Store`` promises: one suite for the fake that the unit tests stand on and for DynamoDB."""

from dataclasses import replace
from datetime import timedelta
from itertools import count
from typing import Any

import pytest

from settlement.domain.account.account import AccountSettings
from settlement.domain.audit.walk import first_walk
from settlement.domain.changes.change import Change
from settlement.domain.changes.modification import Modification
from settlement.domain.connectors.capabilities import Capabilities, Capability, Windows
from settlement.domain.connectors.connector import AutoSettle, ConnectorProtocol, Mode, VaultedCard
from settlement.domain.events import Event, EventType
from settlement.domain.ledger.ledger import Counters
from settlement.domain.ledger.settlement import Settlement
from settlement.domain.order.invoice import Invoice, InvoiceType, Tracking
from settlement.domain.order.order import OrderTotal
from settlement.domain.order.shopper import Address, Shopper
from settlement.domain.planning.drafting import RefundPriority
from settlement.domain.planning.planning import Ask
from settlement.domain.transaction.checkout import AdditionalData
from settlement.domain.transaction.leg import LegKind, LegState
from settlement.domain.transaction.operation import OperationKind, OperationState
from settlement.domain.transaction.payment import Authorisation, Payment
from settlement.storage.dynamodb import DynamoDBStore
from settlement.use_cases.shared.ports import Changed, Commit, Conflict, DueOperation, DuePayment, Store
from testkit.builders import (
    ACCOUNT,
    NOON,
    ORDER_ID,
    TRANSACTION_ID,
    a_connector,
    a_leg,
    a_line,
    a_payment,
    a_position,
    a_transaction,
    an_operation,
    an_order,
    item,
)
from testkit.configuring import save_connector, save_settings
from testkit.store import FakeStore

_tables = count(1)


@pytest.fixture(params=["fake", "client", "own_client"])
def store(request: pytest.FixtureRequest) -> Store:
    """An empty store of either kind."""
    if request.param == "fake":
        return FakeStore()
    client = request.getfixturevalue(request.param)
    table = f"settlement-{next(_tables)}"
    client.create_table(
        TableName=table,
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "PK", "KeyType": "HASH"}, {"AttributeName": "SK", "KeyType": "RANGE"}],
        AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in ("PK", "SK", "duePK", "dueAt")],
        GlobalSecondaryIndexes=[
            {
                "IndexName": "due",
                "KeySchema": [
                    {"AttributeName": "duePK", "KeyType": "HASH"},
                    {"AttributeName": "dueAt", "KeyType": "RANGE"},
                ],
                "Projection": {"ProjectionType": "KEYS_ONLY"},
            }
        ],
    )
    return DynamoDBStore(client, table)


def write(store: Store, **parts: Any) -> None:
    """Commit for the order and transaction of these tests."""
    store.commit(Commit(ACCOUNT, ORDER_ID, TRANSACTION_ID, **parts))


def paid(store: Store) -> Payment:
    """The payment P1 as it is stored."""
    payment = store.payment(ACCOUNT, TRANSACTION_ID, "P1")
    assert payment is not None
    return payment


def with_counters(payment: Payment, **counters: int) -> Changed[Payment]:
    """A change of a payment's counters."""
    return Changed(payment, replace(payment, counters=replace(payment.counters, **counters)))


def an_event(number: int = 1, writer: str = "transaction", **changes: Any) -> Event:
    """A fact."""
    event = Event(EventType.INVOICE_NOTIFIED, NOON, writer, number, ORDER_ID, TRANSACTION_ID)
    return replace(event, **changes)


def an_invoice(**changes: Any) -> Invoice:
    """A sale."""
    invoice = Invoice("N1", InvoiceType.OUTPUT, 7000, 7000, "2026-03-01", "R1", NOON, 1)
    return replace(invoice, **changes)


def a_change(**changes: Any) -> Change:
    """A discount."""
    return replace(Change("C1", "reason", 1000, 0, (), (), "R1", NOON), **changes)


FULL_CARD = VaultedCard("token", "John Doe", "444433", "1111")
LATER = NOON + timedelta(hours=1, microseconds=1)


def a_modification(**changes: Any) -> Modification:
    """A modification that removes one B."""
    modification = Modification(
        request_id="R1",
        workflow_id="W1",
        sequence=1,
        reason="the customer asked for it",
        request='{"add": null, "remove": {"items": [{"id": "B"}]}}',
        manual_discount=0,
        manual_increment=0,
        value=-1500,
        totals=(OrderTotal("Items", -1500),),
        lines_before=(a_line(1, "B", 2, 1500),),
        lines_added=("0002-C",),
        created_at=NOON,
        requested=5,
    )
    return replace(modification, **changes)


@pytest.mark.parametrize(
    "order",
    [
        an_order(started_at=None),
        an_order(
            invoiced=7000,
            returned=10,
            invoices=3,
            changes=2,
            invoiced_at=NOON,
            cancelled_at=LATER,
            cancel_reason="sold out",
            cancel_receipt="R",
        ),
    ],
    ids=["with-none", "full"],
)
def test_order_is_read_as_it_was_written(store: Store, order: Any) -> None:
    write(store, order=order)

    assert store.order(ACCOUNT, ORDER_ID) == replace(order, version=1)


@pytest.mark.parametrize(
    "transaction",
    [
        a_transaction(authorised_at=None, authorisation=Authorisation.PENDING, ledger=Counters()),
        a_transaction(
            mode=Mode.HOLD,
            head=3,
            tail=5,
            last_settling=4,
            unsettled=1,
            requested=7000,
            cancelled_at=NOON,
            finished_at=LATER,
            events=17,
            ledger=Counters(10000, 7000, 1000, 500, 100, 50, 200, 100, 50),
            projection=(a_position(captured=3), a_position("P2", max_value=12000, group="giftCard", withheld=4)),
        ),
    ],
    ids=["with-none", "full"],
)
def test_transaction_is_read_as_it_was_written(store: Store, transaction: Any) -> None:
    write(store, transaction=transaction)

    assert store.transaction(ACCOUNT, TRANSACTION_ID) == replace(transaction, version=1)


@pytest.mark.parametrize(
    "operation",
    [
        an_operation(),
        an_operation(
            kind=OperationKind.AUTO_SETTLE,
            ask=Ask(1, 2, 3, 4, completes=True, refund=5, cancel_all=True, auto_settle=("P1", "P2")),
            state=OperationState.WAITING,
            settling=True,
            due_at=LATER,
            giving_up=1,
            refunding=2,
            attempts=3,
            planned=True,
            first_attempt_at=NOON,
            concluded_at=LATER,
            execution="E1",
            lease_until=LATER,
            failure="short",
            events=4,
        ),
    ],
    ids=["with-none", "full"],
)
def test_operation_is_read_as_it_was_written(store: Store, operation: Any) -> None:
    write(store, operations=[operation])

    assert store.operation(ACCOUNT, TRANSACTION_ID, 1) == replace(operation, version=1)


@pytest.mark.parametrize(
    "payment",
    [
        a_payment(authorisation=Authorisation.PENDING),
        a_payment(
            card=FULL_CARD,
            authorization_id="A",
            tid="T",
            nsu="N",
            return_code="0",
            return_message="ok",
            payment_url="https://pay.example",
            max_value=12000,
            blocked=True,
            authorised_at=NOON,
            auto_settle_at=LATER,
            cancel_at=LATER,
            refunded_through="000001-0001",
            counters=Counters(10000, 7000, 1000, 500, 100, 50, 200, 100, 50),
        ),
    ],
    ids=["with-none", "full"],
)
def test_payment_is_read_as_it_was_written(store: Store, payment: Any) -> None:
    write(store, new_payments=[payment])

    assert store.payment(ACCOUNT, TRANSACTION_ID, "P1") == payment
    assert store.payments(ACCOUNT, TRANSACTION_ID) == [payment]
    assert store.transaction_of_payment(ACCOUNT, "P1") == TRANSACTION_ID


@pytest.mark.parametrize(
    "leg",
    [
        a_leg(),
        a_leg(
            kind=LegKind.REFUND,
            state=LegState.IN_DOUBT,
            from_withheld=1,
            of_change=True,
            settlement="000001-0001",
            settle_id="SET-1",
            attempts=3,
            tried_in=2,
            posted_value=5,
            reference="REF-1",
            code="500",
            message="no answer",
            concluded_at=LATER,
            events=2,
        ),
    ],
    ids=["with-none", "full"],
)
def test_leg_is_read_as_it_was_written(store: Store, leg: Any) -> None:
    write(store, new_legs=[leg])

    assert store.leg(ACCOUNT, TRANSACTION_ID, 1, "0001") == leg


@pytest.mark.parametrize(
    "invoice",
    [
        an_invoice(),
        an_invoice(
            type=InvoiceType.INPUT,
            items=(item("A", 5000), item("B", 1500, 2, unique_id="0001-B", index=1)),
            extra_value=2000,
            key="4" * 44,
            url="https://invoice.example/1",
            cfop="5.405",
            volumes=2,
            has_document=True,
            tracking=Tracking("mail", "BR1", "https://track.example", "2026-03-02"),
            replays=2,
        ),
    ],
    ids=["with-none", "full"],
)
def test_invoice_and_document_are_read_as_they_were_written(store: Store, invoice: Any) -> None:
    write(store, invoices=[invoice], documents=[("N1", "<NFe>ção</NFe>")])

    assert store.invoice(ACCOUNT, ORDER_ID, "N1") == invoice
    assert store.document(ACCOUNT, ORDER_ID, "N1") == "<NFe>ção</NFe>"


def test_change_is_read_as_it_was_written(store: Store) -> None:
    change = a_change(items_removed=(item("B", 1500),), items_added=(item("C", 10, 3, unique_id="c", index=2),))

    write(store, changes=[change])

    assert store.change(ACCOUNT, ORDER_ID, "C1") == change


def test_shopper_is_read_as_it_was_written_and_replaced_when_erased(store: Store) -> None:
    shopper = Shopper("m@mail.example", "Maria", "Silva", "cpf", "52998224725", None, Address(city="Rio", number="3"))
    write(store, shopper=shopper)
    assert store.shopper(ACCOUNT, ORDER_ID) == shopper
    assert store.shopper("other", ORDER_ID) is None

    write(store, shopper=Shopper(erased_at=NOON))

    assert store.shopper(ACCOUNT, ORDER_ID) == Shopper(erased_at=NOON)


def test_modification_is_read_as_it_was_written(store: Store) -> None:
    modification = a_modification(operation=3, cancelled_at=LATER, cancel_reason="changed my mind", revision=2)

    write(store, modifications=[modification])

    assert store.modification(ACCOUNT, ORDER_ID, "R1") == modification
    assert store.modification(ACCOUNT, ORDER_ID, "R2") is None


def test_modifications_come_in_the_order_they_were_taken(store: Store) -> None:
    for sequence, request_id in enumerate(("Z", "A", "M"), start=1):
        write(store, modifications=[a_modification(request_id=request_id, sequence=sequence)])

    assert [found.request_id for found in store.modifications(ACCOUNT, ORDER_ID)] == ["Z", "A", "M"]


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


def test_warning_of_a_lapsing_authorisation_is_due_like_an_auto_settlement(store: Store) -> None:
    write(store, new_payments=[a_payment()])
    seen = paid(store)
    write(store, payments=[Changed(seen, replace(seen, auto_settle_at=LATER, expiry_watch_at=NOON))])

    assert store.due(NOON) == ([], [DuePayment(ACCOUNT, TRANSACTION_ID, "P1")])
    seen = paid(store)
    write(store, payments=[Changed(seen, replace(seen, expiry_watch_at=None))])
    assert store.due(NOON) == ([], [])
    assert store.due(LATER) == ([], [DuePayment(ACCOUNT, TRANSACTION_ID, "P1")])


def test_settlement_is_read_as_it_was_written(store: Store) -> None:
    settlement = Settlement("P1", "000002-0001", "SET-1", 7000, refunded=10, refund_in_doubt=5)

    write(store, new_settlements=[settlement])

    assert store.settlement(ACCOUNT, TRANSACTION_ID, "P1", "000002-0001") == settlement


def test_event_is_read_as_it_was_written(store: Store) -> None:
    event = an_event(payment_id="P1", data={"value": 7000, "from": None, "to": "invoice", "deltas": {"captured": 7000}})

    write(store, events=[event])

    assert store.events(ACCOUNT, TRANSACTION_ID, 10, None).items == [event]


def test_settings_and_connectors_are_read_as_they_were_written(store: Store) -> None:
    settings = AccountSettings("Shop", False, True, RefundPriority.CARD_FIRST)
    connector = a_connector("old", protocol=ConnectorProtocol.LEGACY, partial_refund=False)

    save_settings(store, ACCOUNT, settings)
    save_connector(store, ACCOUNT, connector)

    assert store.settings(ACCOUNT) == settings
    assert store.connector(ACCOUNT, "old") == replace(connector, revision=1)
    assert store.connectors(ACCOUNT) == [replace(connector, revision=1)]
    assert store.connectors("other") == []


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


def test_connector_is_read_with_all_of_its_configuration(store: Store) -> None:
    connector = a_connector(
        "acme",
        capabilities=Capabilities(Capability.SINGLE, Capability.NONE, Capability.SINGLE),
        windows=Windows(timedelta(days=7), None, timedelta(days=180)),
        minimum_gap=timedelta(seconds=90),
        payment_systems=("2", "4"),
        auto_settle=AutoSettle.SCHEDULED,
        auto_settle_delay=timedelta(hours=5),
        enabled=False,
        implementation="Acme.PaymentProvider.PaymentProviderConnector",
    )

    save_connector(store, ACCOUNT, connector)

    assert store.connector(ACCOUNT, "acme") == replace(connector, revision=1)


def test_next_call_about_a_payment_is_claimed_by_one(store: Store) -> None:
    payment = a_payment()
    write(store, new_payments=[payment])
    claims = [Changed(payment, replace(payment, next_call_at=NOON + timedelta(minutes=each))) for each in (1, 2)]

    write(store, payments=[claims[0]])
    with pytest.raises(Conflict):
        write(store, payments=[claims[1]])
    write(store, payments=[Changed(claims[0].after, claims[1].after)])

    assert store.payment(ACCOUNT, TRANSACTION_ID, payment.payment_id) == claims[1].after


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


def test_operations_are_read_from_a_sequence_on(store: Store) -> None:
    write(store, operations=[an_operation(sequence) for sequence in (1, 2, 9, 10, 11)])

    assert [held.sequence for held in store.operations(ACCOUNT, TRANSACTION_ID, since=9)] == [9, 10, 11]
    assert [held.sequence for held in store.operations(ACCOUNT, TRANSACTION_ID)] == [1, 2, 9, 10, 11]


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


def test_events_page_newest_first_and_whole(store: Store) -> None:
    events = [an_event(number, at=NOON + timedelta(microseconds=number)) for number in range(1, 24)]
    write(store, events=events)

    read: list[Event] = []
    after = None
    while True:
        page = store.events(ACCOUNT, TRANSACTION_ID, 5, after)
        read += page.items
        after = page.next
        if after is None:
            break

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
