"""Values that the contract suites of the store write and read."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from settlement.domain.changes.change import Change
from settlement.domain.changes.modification import Modification
from settlement.domain.connectors.connector import VaultedCard
from settlement.domain.events import Event, EventType
from settlement.domain.order.invoice import Invoice, InvoiceType
from settlement.domain.order.order import OrderTotal
from settlement.domain.transaction.payment import Payment
from settlement.use_cases.shared.ports import Changed, Commit, Store
from testkit.builders import (
    ACCOUNT,
    NOON,
    ORDER_ID,
    TRANSACTION_ID,
    a_line,
)


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
