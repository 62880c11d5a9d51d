"""What the store writes it reads as it was, on the fake, on boto3 and on the own client."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from settlement.domain.account.account import AccountSettings
from settlement.domain.connectors.capabilities import Capabilities, Capability, Windows
from settlement.domain.connectors.connector import AutoSettle, ConnectorProtocol, CustomField, Mode, Recipient
from settlement.domain.connectors.payment_answer import PaymentApp
from settlement.domain.ledger.ledger import Counters
from settlement.domain.ledger.refund_made import RefundMade
from settlement.domain.ledger.settlement import Settlement
from settlement.domain.order.invoice import InvoiceType, Tracking
from settlement.domain.order.shopper import Address, Shopper
from settlement.domain.planning.drafting import RefundPriority
from settlement.domain.planning.planning import Ask
from settlement.domain.transaction.approval import ApprovalKind, ApprovalLimit
from settlement.domain.transaction.leg import LegKind, LegState
from settlement.domain.transaction.operation import OperationKind, OperationState
from settlement.domain.transaction.payment import Authorisation
from settlement.domain.transaction.work import as_stored, work_of
from settlement.use_cases.shared.ports import Store
from testkit.builders import (
    ACCOUNT,
    NOON,
    ORDER_ID,
    TRANSACTION_ID,
    a_connector,
    a_leg,
    a_payment,
    a_position,
    a_transaction,
    an_operation,
    an_order,
    item,
)
from testkit.configuring import save_connector, save_settings
from tests.contract.stored import (
    FULL_CARD,
    LATER,
    a_change,
    a_modification,
    an_event,
    an_invoice,
    write,
)


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
            url="https://admin.shop.example/orders/7",
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

    stored = store.operation(ACCOUNT, TRANSACTION_ID, 1)
    assert stored == as_stored(operation)
    assert stored is not None
    assert (stored.version, stored.listed) == (1, work_of(operation))


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
            connector_metadata=(("Route", "R-7"),),
            installment_value=1666,
            custom_code="store-card",
            return_url="https://shop.example/back",
            recipients=(Recipient("shoes", "Seller", "CNPJ", "12345678000195", "seller", 7000, True, False, 300),),
            acquirer="TestPay",
            redirect_url="https://pay.example/old",
            payment_app=PaymentApp("shop.pix", "00020126"),
            identification_number="23790",
            identification_number_formatted="237.90",
            bar_code_image_type="i25",
            bar_code_image_number="237",
            bank_issue_invoice_id="BI-1",
            delay_to_auto_settle_seconds=21600,
            delay_after_antifraud_seconds=1800,
            erased=True,
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
    shopper = replace(
        shopper,
        billing_address=Address(street="Rua do Ouvidor"),
        user_profile_id="U-1",
        is_corporate=False,
        corporate_name="Velas",
        trade_name="Mastro",
        corporate_document="11222333000181",
        ip_address="203.0.113.7",
        device_fingerprint="7507",
    )
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


def test_settlement_is_read_as_it_was_written(store: Store) -> None:
    settlement = Settlement("P1", "000002-0001", "SET-1", 7000, refunded=10, refund_in_doubt=5)

    write(store, new_settlements=[settlement])

    assert store.settlement(ACCOUNT, TRANSACTION_ID, "P1", "000002-0001") == settlement


def test_refunds_are_read_as_they_were_written_oldest_first(store: Store) -> None:
    late = RefundMade("P1", "000005-0001", "request", 100, 7000, LATER, "REF-1", "00", "done")
    early = RefundMade("P1", "000006-0001", "another", 200, 7000, NOON)

    write(store, new_refunds=[late, early, replace(early, payment_id="P2")])

    assert store.refunds(ACCOUNT, TRANSACTION_ID, "P1") == [early, late]


def test_event_is_read_as_it_was_written(store: Store) -> None:
    event = an_event(payment_id="P1", data={"value": 7000, "from": None, "to": "invoice", "deltas": {"captured": 7000}})

    write(store, events=[event])

    assert store.events(ACCOUNT, TRANSACTION_ID, 10, None).items == [event]


def test_settings_and_connectors_are_read_as_they_were_written(store: Store) -> None:
    limits = (ApprovalLimit(ApprovalKind.REFUND, "BRL", 2000), ApprovalLimit(ApprovalKind.RESOLUTION, "JPY", 0))
    settings = AccountSettings("Shop", False, True, RefundPriority.CARD_FIRST, approval_above=limits)
    connector = a_connector("old", protocol=ConnectorProtocol.LEGACY, partial_refund=False)

    save_settings(store, ACCOUNT, settings)
    save_connector(store, ACCOUNT, connector)

    assert store.settings(ACCOUNT) == settings
    assert store.connector(ACCOUNT, "old") == replace(connector, revision=1)
    assert store.connectors(ACCOUNT) == [replace(connector, revision=1)]
    assert store.connectors("other") == []


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
        custom_fields=(CustomField("Shop", "Shop 7"), CustomField("Signing key", None)),
        acquirer_cnpj="12ABC34501DE35",
    )

    save_connector(store, ACCOUNT, connector)

    assert store.connector(ACCOUNT, "acme") == replace(connector, revision=1)
